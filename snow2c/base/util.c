#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE 1 /* madvise */
#endif
#include "base/util.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

/* ---- arena ---- */

static struct {
  char *free, *end;
  size_t used;
} arena;

void die(const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  fputs("snow2c: ", stderr);
  vfprintf(stderr, fmt, ap);
  fputc('\n', stderr);
  va_end(ap);
  exit(3);
}

/* A zeroed piece of memory for the arena. The pieces of a large compilation are large, so that the system can back
 * them with large pages: touching memory for the first time is a good part of such a compilation's cost. */
static void *new_chunk(size_t *size) {
  enum { SMALL = 1 << 20, LARGE = 32 << 20 };
  *size = SMALL;
#if defined(MAP_ANONYMOUS) && defined(MADV_HUGEPAGE)
  if (arena.used > LARGE) {
    void *p = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p != MAP_FAILED) {
      madvise(p, LARGE, MADV_HUGEPAGE);
      *size = LARGE;
      return p;
    }
  }
#endif
  return calloc(1, *size);
}

/* Larger blocks stand alone, so that the rest of the current chunk is not lost. 0: every block does, so that a
 * sanitizer sees where it ends. */
#ifndef ARENA_ALONE
#define ARENA_ALONE ((size_t)1 << 18)
#endif

void *arena_alloc(size_t size) {
  size_t exact = size;
  size = (size + 15) & ~(size_t)15;
  if (size > (size_t)(arena.end - arena.free)) {
    if (size > ARENA_ALONE) {
      void *big = calloc(1, exact);
      if (!big) die("out of memory");
      arena.used += size;
      return big;
    }
    size_t chunk;
    arena.free = new_chunk(&chunk);
    if (!arena.free) die("out of memory");
    arena.end = arena.free + chunk;
  }
  void *p = arena.free;
  arena.free += size;
  arena.used += size;
  return p;
}

void *arena_grow(void *old, size_t old_size, size_t new_size) {
  void *p = arena_alloc(new_size);
  if (old_size) memcpy(p, old, old_size);
  return p;
}

size_t arena_used(void) { return arena.used; }

char *arena_strndup(const char *s, size_t n) {
  char *p = arena_alloc(n + 1);
  memcpy(p, s, n);
  return p;
}

/* Formats into out when the text fits into cap bytes; returns its length. Most of what is formatted here is %s and %d,
 * and there is a lot of it. */
static size_t format(char *out, size_t cap, const char *fmt, va_list ap) {
  va_list again;
  va_copy(again, ap);
  size_t n = 0;
  const char *f = fmt;
  for (; *f; f++) {
    char digits[24];
    const char *s = f;
    size_t len = 1;
    if (*f == '%') {
      f++;
      if (*f == 's') s = va_arg(ap, const char *), len = strlen(s);
      else if (*f == 'd') {
        int d = va_arg(ap, int);
        unsigned u = d < 0 ? 0u - (unsigned)d : (unsigned)d;
        char *p = digits + sizeof digits;
        do
          *--p = (char)('0' + u % 10);
        while (u /= 10);
        if (d < 0) *--p = '-';
        s = p;
        len = (size_t)(digits + sizeof digits - p);
      } else break;
    } else {
      while (f[1] && f[1] != '%')
        f++;
      len = (size_t)(f + 1 - s);
    }
    if (n + len < cap) memcpy(out + n, s, len);
    n += len;
  }
  if (*f) {
    int k = vsnprintf(out, cap, fmt, again);
    assert(k >= 0);
    n = (size_t)k;
  } else if (n < cap) out[n] = 0;
  va_end(again);
  return n;
}

char *arena_printf(const char *fmt, ...) {
  char text[200];
  va_list ap, ap2;
  va_start(ap, fmt);
  va_copy(ap2, ap);
  size_t n = format(text, sizeof text, fmt, ap);
  va_end(ap);
  char *p = arena_alloc(n + 1);
  if (n < sizeof text) memcpy(p, text, n + 1);
  else format(p, n + 1, fmt, ap2);
  va_end(ap2);
  return p;
}

/* ---- names ---- */

static struct {
  NameRec **slots;
  uint32_t n, cap;
} names;

static uint32_t hash_bytes(const char *s, size_t n) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < n; i++)
    h = (h ^ (unsigned char)s[i]) * 16777619u;
  return h ^ (h >> 15);
}

Name intern(const char *s, size_t n) {
  uint32_t h = hash_bytes(s, n);
  if (names.n >= names.cap) {
    uint32_t cap = names.cap ? names.cap * 2 : 1024;
    NameRec **slots = arena_alloc(cap * sizeof *slots);
    for (uint32_t i = 0; i < names.cap; i++)
      for (NameRec *r = names.slots[i], *next; r; r = next) {
        next = r->chain;
        r->chain = slots[r->hash & (cap - 1)];
        slots[r->hash & (cap - 1)] = r;
      }
    names.slots = slots;
    names.cap = cap;
  }
  NameRec **slot = &names.slots[h & (names.cap - 1)];
  for (NameRec *r = *slot; r; r = r->chain)
    if (r->hash == h && r->len == n && memcmp(r->s, s, n) == 0) return r;
  NameRec *r = arena_alloc(sizeof *r + n + 1);
  r->len = (uint32_t)n;
  r->hash = h;
  memcpy(r->s, s, n);
  r->chain = *slot;
  *slot = r;
  names.n++;
  return r;
}

Name intern_z(const char *s) { return intern(s, strlen(s)); }

/* ---- vectors and maps ---- */

void vec_reserve_(void *vec, size_t elem_size, int want) {
  typedef VEC(char) AnyVec;
  AnyVec *a = vec;
  if (want <= a->cap) return;
  int cap = a->cap ? a->cap * 2 : 4;
  while (cap < want)
    cap *= 2;
  a->v = arena_grow(a->v, elem_size * (size_t)a->n, elem_size * (size_t)cap);
  a->cap = cap;
}

static uint32_t hash_ptr(const void *p) {
  uint64_t x = (uint64_t)(uintptr_t)p;
  x ^= x >> 32;
  x *= 0x9E3779B97F4A7C15u;
  return (uint32_t)(x >> 32);
}

void *pmap_get(const PMap *m, const void *key) {
  if (!m->cap) return NULL;
  for (uint32_t i = hash_ptr(key) & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
    if (m->keys[i] == key) return m->vals[i];
    if (!m->keys[i]) return NULL;
  }
}

void pmap_put(PMap *m, const void *key, void *val) {
  assert(key);
  if (m->n * 4 >= m->cap * 3) {
    PMap bigger = {0};
    bigger.cap = m->cap ? m->cap * 2 : 8;
    bigger.keys = arena_alloc(bigger.cap * sizeof *bigger.keys);
    bigger.vals = arena_alloc(bigger.cap * sizeof *bigger.vals);
    for (uint32_t i = 0; i < m->cap; i++)
      if (m->keys[i]) pmap_put(&bigger, m->keys[i], m->vals[i]);
    *m = bigger;
  }
  uint32_t i = hash_ptr(key) & (m->cap - 1);
  while (m->keys[i] && m->keys[i] != key)
    i = (i + 1) & (m->cap - 1);
  if (!m->keys[i]) m->n++;
  m->keys[i] = key;
  m->vals[i] = val;
}

/* ---- text ---- */

static void buf_need(Buf *b, size_t more) {
  if (b->n + more + 1 <= b->cap) return;
  size_t cap = b->cap ? b->cap * 2 : 256;
  while (cap < b->n + more + 1)
    cap *= 2;
  /* Output texts grow large; they are the one thing kept outside the arena so that doubling does not triple them. */
  b->s = realloc(b->s, cap);
  if (!b->s) die("out of memory");
  b->cap = cap;
}

void buf_putn(Buf *b, const char *s, size_t n) {
  buf_need(b, n);
  memcpy(b->s + b->n, s, n);
  b->n += n;
  b->s[b->n] = 0;
}

void buf_puts(Buf *b, const char *s) { buf_putn(b, s, strlen(s)); }
void buf_putc(Buf *b, char c) { buf_putn(b, &c, 1); }

void buf_printf(Buf *b, const char *fmt, ...) {
  va_list ap, ap2;
  va_start(ap, fmt);
  va_copy(ap2, ap);
  buf_need(b, 200);
  size_t room = b->cap - b->n, n = format(b->s + b->n, room, fmt, ap);
  va_end(ap);
  if (n >= room) {
    buf_need(b, n);
    format(b->s + b->n, n + 1, fmt, ap2);
  }
  va_end(ap2);
  b->n += n;
}

int utf8_decode(const unsigned char *s, size_t n, uint32_t *cp) {
  unsigned c = s[0];
  if (c < 0x80) {
    *cp = c;
    return 1;
  }
  int len = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
  if (c < 0xC2 || c > 0xF4 || (size_t)len > n) return 0;
  uint32_t v = c & (0xFFu >> (len + 1));
  for (int i = 1; i < len; i++) {
    if ((s[i] & 0xC0) != 0x80) return 0;
    v = v << 6 | (s[i] & 0x3Fu);
  }
  if ((len == 3 && v < 0x800) || (len == 4 && (v < 0x10000 || v > 0x10FFFF)) || (v >= 0xD800 && v <= 0xDFFF)) return 0;
  *cp = v;
  return len;
}

int utf8_encode(uint32_t cp, char *out) {
  unsigned char *o = (unsigned char *)out;
  if (cp < 0x80) return o[0] = (unsigned char)cp, 1;
  if (cp < 0x800) return o[0] = (unsigned char)(0xC0 | cp >> 6), o[1] = (unsigned char)(0x80 | (cp & 0x3F)), 2;
  if (cp < 0x10000) {
    o[0] = (unsigned char)(0xE0 | cp >> 12);
    o[1] = (unsigned char)(0x80 | (cp >> 6 & 0x3F));
    o[2] = (unsigned char)(0x80 | (cp & 0x3F));
    return 3;
  }
  o[0] = (unsigned char)(0xF0 | cp >> 18);
  o[1] = (unsigned char)(0x80 | (cp >> 12 & 0x3F));
  o[2] = (unsigned char)(0x80 | (cp >> 6 & 0x3F));
  o[3] = (unsigned char)(0x80 | (cp & 0x3F));
  return 4;
}

bool begins_with_capital(Name name) {
  uint32_t c;
  if (!name->len || !utf8_decode((const unsigned char *)name->s, name->len, &c)) return false;
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  if (c < 0x100) return c >= 0xC0 && c <= 0xDE && c != 0xD7;
  if (c < 0x138 || (c >= 0x14A && c < 0x178) || (c >= 0x1E00 && c < 0x1F00)) return !(c & 1);
  if ((c >= 0x139 && c < 0x149) || (c >= 0x179 && c < 0x17F)) return c & 1;
  if (c >= 0x386 && c <= 0x3AB) return c != 0x390;
  if (c >= 0x400 && c <= 0x42F) return true;
  if (c >= 0x460 && c < 0x530) return !(c & 1);
  return (c >= 0x531 && c <= 0x556) || (c >= 0x10A0 && c <= 0x10C5) || (c >= 0x1C90 && c <= 0x1CBF);
}

size_t utf8_count(const char *s, size_t n) {
  size_t k = 0;
  for (size_t i = 0; i < n; i++)
    k += ((unsigned char)s[i] & 0xC0) != 0x80;
  return k;
}

int edit_distance(const char *a, const char *b, int limit) {
  enum { MAX = 64 };
  int n = (int)strlen(a), m = (int)strlen(b);
  if (n > MAX || m > MAX || n - m > limit || m - n > limit) return limit + 1;
  int rows[3][MAX + 1];
  int *before = rows[0], *last = rows[1], *row = rows[2];
  for (int j = 0; j <= m; j++)
    last[j] = j;
  for (int i = 1; i <= n; i++) {
    row[0] = i;
    for (int j = 1; j <= m; j++) {
      int d = last[j - 1] + (a[i - 1] != b[j - 1]);
      if (last[j] + 1 < d) d = last[j] + 1;
      if (row[j - 1] + 1 < d) d = row[j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < d)
        d = before[j - 2] + 1;
      row[j] = d;
    }
    int *t = before;
    before = last, last = row, row = t;
  }
  return last[m] > limit ? limit + 1 : last[m];
}
