// Searching for texts: all short ones, random ones that repeat themselves, and ones that would take for ever if the
// time were not linear.
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>

static int tests, failures;

static void ok(bool good, const char *name) {
  printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
  failures += !good;
}

static const char *naive(const char *hay, size_t n, const char *needle, size_t m, bool last) {
  const char *found = NULL;
  for (size_t i = 0; i + m <= n; i++)
    if (memcmp(hay + i, needle, m) == 0) {
      found = hay + i;
      if (!last) return found;
    }
  return found;
}

static bool agree(const char *hay, size_t n, const char *needle, size_t m) {
  const char *first = naive(hay, n, needle, m, false), *last = naive(hay, n, needle, m, true);
  bool good = snow_find(hay, n, needle, m) == first && snow_find_two_way(hay, n, needle, m) == first &&
              snow_find_last(hay, n, needle, m) == last;
  if (!good) printf("# %.*s in %.*s\n", (int)m, needle, (int)n, hay);
  return good;
}

// Texts of at most 63 characters a and b, at the end of what may be read.
static char *binary(char *end, unsigned long long bits, size_t n) {
  char *s = end - n;
  for (size_t i = 0; i < n; i++)
    s[i] = bits >> i & 1 ? 'b' : 'a';
  return s;
}

static void test_short(void) {
  char *hay = malloc(16), *needle = malloc(16);
  bool good = true;
  for (size_t n = 0; n <= 11; n++)
    for (size_t m = 0; m <= 7; m++)
      for (unsigned long long a = 0; a < 1ull << n; a++)
        for (unsigned long long b = 0; b < 1ull << m; b++)
          good = agree(binary(hay + 16, a, n), n, binary(needle + 16, b, m), m) && good;
  ok(good, "all of a and b, of up to 11 characters in 7");
  free(hay);
  free(needle);
}

static unsigned long long seed = 42;
static size_t below(size_t n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (size_t)(seed >> 33) % n;
}

// A text that repeats one of up to `period` characters, with some changed.
static void fill(char *s, size_t n, size_t period, size_t changes) {
  for (size_t i = 0; i < n; i++)
    s[i] = (char)(i < period ? (int)"ab\xC3\xFF"[below(below(2) ? 2 : 4)] : s[i - period]);
  while (changes--)
    s[below(n)] = (char)('a' + (int)below(2));
}

static void test_random(void) {
  enum { N = 1500, ROUNDS = 40000 };
  char *hay = malloc(N), *needle = malloc(N);
  bool good = true;
  for (int i = 0; i < ROUNDS; i++) {
    size_t n = 1 + below(i % 50 ? 90 : N), m = 1 + below(i % 3 ? n : 8);
    fill(hay, n, 1 + below(i % 4 ? 9 : 40), below(4));
    if (m > n) m = n;
    if (below(2)) memcpy(needle, hay + below(n - m + 1), m);
    else fill(needle, m, 1 + below(9), below(3));
    if (below(8) == 0) needle[below(m)] ^= 1;
    good = agree(hay, n, needle, m) && good;
  }
  ok(good, "random texts that repeat themselves");
  free(hay);
  free(needle);
}

typedef const char *search(const char *hay, size_t n, const char *needle, size_t m);

static bool all(search *find, const char *hay, size_t n, const char *needle, size_t m) {
  return find(hay, n, needle, m) == NULL;
}

// Needles of half the text that almost match at each place: in quadratic time this takes minutes.
static void test_linear(void) {
  enum { N = 2000000, M = N / 2 };
  static const struct {
    const char *name;
    size_t period, odd;
  } shapes[] = {{"a…ab", 1, M - 1},       {"ba…a", 1, 0},
                {"a…aba…a", 1, M / 2},    {"(a…ab)… with a c", 32, M - 1},
                {"(ab)… with a c", 2, 0}, {"(a…ab)… with a c in the middle", 1000, M / 2}};
  char *hay = malloc(N), *needle = malloc(M);
  for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
    for (size_t i = 0; i < N; i++)
      hay[i] = shapes[k].period > 1 && i % shapes[k].period == 0 ? 'b' : 'a';
    memcpy(needle, hay, M);
    needle[shapes[k].odd] = shapes[k].period > 1 ? 'c' : 'b';
    ok(all(snow_find, hay, N, needle, M) && all(snow_find_two_way, hay, N, needle, M) &&
           all(snow_find_last, hay, N, needle, M),
       shapes[k].name);
    // Many short texts that almost match, too.
    ok(all(snow_find, hay, N, needle + shapes[k].odd / 4 * 3, M - shapes[k].odd / 4 * 3) &&
           all(snow_find_last, hay, N, needle + shapes[k].odd / 4 * 3, M - shapes[k].odd / 4 * 3),
       "its end");
  }
  free(hay);
  free(needle);
}

int main(void) {
  test_short();
  test_random();
  test_linear();
  printf("1..%d\n", tests);
  return failures != 0;
}
