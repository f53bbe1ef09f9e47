/* Searching for a text in a text, in linear time. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* memmem */
#endif
#include "rt.h"

typedef const unsigned char *bytes;

/* ---- Two-Way: Crochemore and Perrin, "Two-way string-matching", JACM 38 (1991) ----
 *
 * The needle is cut in two where its right part repeats in no shorter a period than the whole. The right part is
 * compared from left to right, then the left part from right to left; a mismatch in the right part moves the needle
 * behind it, one in the left part by its period. No byte is compared more than twice, and no memory is needed.
 *
 * A text is read from p in steps of 1 or, from its last byte, of -1: so the last place is found as the first one is. */

/* The begin of the greatest suffix of the needle, in the order of bytes or the opposite one, and that suffix's period.
 */
static ptrdiff_t greatest_suffix(bytes x, ptrdiff_t step, ptrdiff_t m, bool opposite, ptrdiff_t *period) {
  ptrdiff_t suffix = 0, other = 1, k = 0;
  *period = 1;
  while (other + k < m) {
    unsigned char a = x[(other + k) * step], b = x[(suffix + k) * step];
    if (a == b) {
      if (++k < *period) continue;
      other += *period;
      k = 0;
    } else if ((a < b) != opposite) {
      other += k + 1;
      k = 0;
      *period = other - suffix;
    } else {
      suffix = other++;
      k = 0;
      *period = 1;
    }
  }
  return suffix;
}

static bool same(bytes x, bytes y, ptrdiff_t step, ptrdiff_t n) {
  for (ptrdiff_t i = 0; i < n; i++)
    if (x[i * step] != y[i * step]) return false;
  return true;
}

/* The first place, in the direction of step, of needle x of m bytes in text y of n; -1 if there is none. */
static ptrdiff_t two_way(bytes y, ptrdiff_t n, bytes x, ptrdiff_t m, ptrdiff_t step) {
  ptrdiff_t period, other_period, cut = greatest_suffix(x, step, m, false, &period);
  ptrdiff_t other_cut = greatest_suffix(x, step, m, true, &other_period);
  if (other_cut > cut) {
    cut = other_cut;
    period = other_period;
  }
  bool periodic = same(x, x + period * step, step, cut);
  if (!periodic) period = (cut > m - cut ? cut : m - cut) + 1;
  /* Of a needle that repeats itself so much is known to match after it moved by its period. */
  ptrdiff_t known = 0;
  for (ptrdiff_t at = 0; at <= n - m;) {
    ptrdiff_t i = cut > known ? cut : known;
    while (i < m && x[i * step] == y[(at + i) * step])
      i++;
    if (i < m) {
      at += i - cut + 1;
      known = 0;
      continue;
    }
    i = cut;
    while (i > known && x[(i - 1) * step] == y[(at + i - 1) * step])
      i--;
    if (i <= known) return at;
    at += period;
    known = periodic ? m - period : 0;
  }
  return -1;
}

const char *snow_find_two_way(const char *hay, size_t n, const char *needle, size_t m) {
  if (m == 0) return hay;
  if (n < m) return NULL;
  ptrdiff_t at = two_way((bytes)hay, (ptrdiff_t)n, (bytes)needle, (ptrdiff_t)m, 1);
  return at < 0 ? NULL : hay + at;
}

/* ---- what is used ---- */

/* A try is to look for the needle's first byte by memchr and then to compare. That is quickest where that byte is rare.
 * Where tries have cost more than there was progress the rest is searched with preparation. */
static const char *find_prepared(const char *hay, size_t n, const char *needle, size_t m) {
#if defined(__GLIBC__)
  return memmem(hay, n, needle, m); /* linear, and skips much of the text; other C libraries promise less */
#else
  return snow_find_two_way(hay, n, needle, m);
#endif
}

#if defined(__GLIBC__)
enum { PER_TRY = 32 };
#else
enum { PER_TRY = 4 };
#endif

/* What a try that fails is taken to cost, in bytes of progress; and what tries may cost before there was any. */
static size_t cost_of_try(size_t m) { return m > 2 ? PER_TRY + m : 4 + m; }
enum { PATIENCE = 256 };

const char *snow_find(const char *hay, size_t n, const char *needle, size_t m) {
  if (m == 0) return hay;
  const char *from = hay, *end = hay + n;
  size_t wasted = 0;
  while ((size_t)(end - from) >= m) {
    const char *p = memchr(from, needle[0], (size_t)(end - from) - m + 1);
    if (!p) return NULL;
    if (memcmp(p, needle, m) == 0) return p;
    from = p + 1;
    wasted += cost_of_try(m);
    if (wasted > PATIENCE + (size_t)(from - hay)) return find_prepared(from, (size_t)(end - from), needle, m);
  }
  return NULL;
}

const char *snow_find_last(const char *hay, size_t n, const char *needle, size_t m) {
  if (n < m) return NULL;
  const char *from = hay + (n - m); /* where the needle may begin */
  size_t wasted = 0;
  for (;; from--) {
    if (m == 0 || (*from == *needle && memcmp(from, needle, m) == 0)) return from;
    if (from == hay) return NULL;
    if (*from != *needle) continue;
    wasted += 4 + m;
    size_t left = (size_t)(from - hay) + m - 1;
    if (wasted <= PATIENCE + (n - left)) continue;
    ptrdiff_t back = two_way((bytes)hay + left - 1, (ptrdiff_t)left, (bytes)needle + m - 1, (ptrdiff_t)m, -1);
    return back < 0 ? NULL : hay + left - (size_t)back - m;
  }
}
