/* What module String has beyond the basics of string.c: code points, bytes, places, words. */
#include "data/unicode.h"
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>

static const unsigned char *bytes(snow_str s) { return (const unsigned char *)s->data; }

static size_t char_len(unsigned char c) { return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4; }

/* Appends a string to a buffer of strings with room for it. */
static void add(snow_cx *cx, snow_buf *b, snow_str s) {
  ((snow_str *)(void *)(b + 1))[b->hi] = s;
  if (b->old) snow_remember(cx, b, b->hi);
  b->hi++;
}

int64_t snow_text_byte_length(snow_cx *cx, snow_str s) {
  (void)cx;
  return s->len;
}

/* The 128 strings of one ASCII character. */
#define ONE(c) SNOW_LITERAL(1, 1, &ascii[c])
#define ONE4(c) ONE(c), ONE((c) + 1), ONE((c) + 2), ONE((c) + 3)
#define ONE16(c) ONE4(c), ONE4((c) + 4), ONE4((c) + 8), ONE4((c) + 12)
#define BYTE4(c) (char)(c), (char)((c) + 1), (char)((c) + 2), (char)((c) + 3)
#define BYTE16(c) BYTE4(c), BYTE4((c) + 4), BYTE4((c) + 8), BYTE4((c) + 12)
static const char ascii[] = {BYTE16(0),  BYTE16(16), BYTE16(32), BYTE16(48),
                             BYTE16(64), BYTE16(80), BYTE16(96), BYTE16(112)};
static const snow_string ascii_strings[] = {ONE16(0),  ONE16(16), ONE16(32), ONE16(48),
                                            ONE16(64), ONE16(80), ONE16(96), ONE16(112)};

snow_list snow_text_chars(snow_cx *cx, snow_str s) {
  size_t n = (size_t)snow_string_length(cx, s);
  if (!n) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_string_array, n, sizeof(snow_str));
  for (size_t i = 0; i < s->len;) {
    unsigned char c = bytes(s)[i];
    size_t len = char_len(c);
    add(cx, b, c < 0x80 ? &ascii_strings[c] : snow_counted(snow_string_new(cx, s->data + i, len), 1));
    i += len;
  }
  return (snow_list){b, 0, (uint32_t)n};
}

static uint32_t decode(const unsigned char *p, size_t len) {
  static const unsigned char lead[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  uint32_t c = *p & lead[len];
  for (size_t i = 1; i < len; i++)
    c = c << 6 | (p[i] & 0x3F);
  return c;
}

snow_list snow_text_codepoints(snow_cx *cx, snow_str s) {
  size_t n = (size_t)snow_string_length(cx, s);
  if (!n) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_int_array, n, sizeof(int64_t));
  int64_t *out = (int64_t *)(void *)(b + 1);
  for (size_t i = 0; i < s->len;) {
    size_t len = char_len(bytes(s)[i]);
    out[b->hi++] = decode(bytes(s) + i, len);
    i += len;
  }
  return (snow_list){b, 0, (uint32_t)n};
}

snow_list snow_text_bytes(snow_cx *cx, snow_str s) {
  if (!s->len) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_int_array, s->len, sizeof(int64_t));
  int64_t *out = (int64_t *)(void *)(b + 1);
  for (uint32_t i = 0; i < s->len; i++)
    out[i] = bytes(s)[i];
  b->hi = s->len;
  return (snow_list){b, 0, s->len};
}

static char *memory(size_t n) {
  char *p = malloc(n ? n : 1);
  if (!p) snow_die(102, "Snow: out of memory\n");
  return p;
}

bool snow_text_is_bytes(snow_cx *cx, snow_list xs) {
  (void)cx;
  char *room = memory(xs.len);
  bool ok = true;
  for (uint32_t i = 0; i < xs.len && ok; i++) {
    int64_t c = SNOW_AT(int64_t, xs, i);
    ok = c >= 0 && c <= 255;
    room[i] = (char)c;
  }
  ok = ok && snow_utf8_valid((const unsigned char *)room, xs.len);
  free(room);
  return ok;
}

/* Only of what is bytes of UTF-8, see above; other numbers are reduced to NUL. */
snow_str snow_text_of_bytes(snow_cx *cx, snow_list xs) {
  if (!xs.len) return snow_empty;
  snow_string *s = snow_string_room(cx, xs.len);
  char *out = (char *)(s + 1);
  for (uint32_t i = 0; i < xs.len; i++)
    out[i] = (char)SNOW_AT(int64_t, xs, i);
  if (!snow_utf8_valid((const unsigned char *)out, xs.len)) memset(out, 0, xs.len);
  return s;
}

static bool scalar(int64_t c) { return c >= 0 && c <= 0x10FFFF && !(c >= 0xD800 && c <= 0xDFFF); }

bool snow_text_is_codepoints(snow_cx *cx, snow_list xs) {
  (void)cx;
  for (uint32_t i = 0; i < xs.len; i++)
    if (!scalar(SNOW_AT(int64_t, xs, i))) return false;
  return true;
}

/* What is no code point becomes U+FFFD. */
snow_str snow_text_of_codepoints(snow_cx *cx, snow_list xs) {
  size_t len = 0;
  char unit[4];
  for (uint32_t i = 0; i < xs.len; i++) {
    int64_t c = SNOW_AT(int64_t, xs, i);
    len += snow_utf8_encode(scalar(c) ? (uint32_t)c : 0xFFFD, unit);
  }
  if (!len) return snow_empty;
  snow_string *s = snow_string_room(cx, len);
  char *out = (char *)(s + 1);
  for (uint32_t i = 0; i < xs.len; i++) {
    int64_t c = SNOW_AT(int64_t, xs, i);
    out += snow_utf8_encode(scalar(c) ? (uint32_t)c : 0xFFFD, out);
  }
  return snow_counted(s, xs.len);
}

/* ---- places, in code points ---- */

static int64_t place_of(snow_str s, const char *at) {
  if (snow_string_points(s) == s->len) return at - s->data;
  return (int64_t)snow_utf8_count(bytes(s), (size_t)(at - s->data));
}

int64_t snow_text_index(snow_cx *cx, snow_str s, snow_str part) {
  (void)cx;
  const char *at = snow_find(s->data, s->len, part->data, part->len);
  return at ? place_of(s, at) : -1;
}

int64_t snow_text_last_index(snow_cx *cx, snow_str s, snow_str part) {
  (void)cx;
  const char *at = snow_find_last(s->data, s->len, part->data, part->len);
  return at ? place_of(s, at) : -1;
}

int64_t snow_text_count(snow_cx *cx, snow_str s, snow_str part) {
  if (!part->len) return snow_string_length(cx, s) + 1;
  int64_t n = 0;
  const char *p = s->data, *end = p + s->len;
  while ((p = snow_find(p, (size_t)(end - p), part->data, part->len))) {
    n++;
    p += part->len;
  }
  return n;
}

/* ---- made of others ---- */

static void too_long(void) { snow_die(102, "Snow: a string of more than 4 GiB\n"); }

snow_str snow_text_repeat(snow_cx *cx, snow_str s, int64_t n) {
  if (n <= 0 || !s->len) return snow_empty;
  if (n == 1) return s;
  if ((uint64_t)n >= UINT32_MAX / s->len) too_long();
  size_t len = (size_t)n * s->len;
  snow_string *out = snow_string_room(cx, len);
  char *p = (char *)(out + 1);
  memcpy(p, s->data, s->len);
  for (size_t done = s->len; done < len;) {
    size_t k = done < len - done ? done : len - done;
    memcpy(p + done, p, k);
    done += k;
  }
  return snow_counted(out, (size_t)snow_string_length(cx, s) * (size_t)n);
}

snow_str snow_text_reverse(snow_cx *cx, snow_str s) {
  if (s->len < 2) return s;
  snow_string *out = snow_string_room(cx, s->len);
  char *p = (char *)(out + 1) + s->len;
  for (size_t i = 0; i < s->len;) {
    size_t len = char_len(bytes(s)[i]);
    p -= len;
    memcpy(p, s->data + i, len);
    i += len;
  }
  return snow_counted(out, snow_string_points(s));
}

snow_str snow_text_trim(snow_cx *cx, snow_str s, bool front, bool back) {
  size_t i = 0, n = s->len, k;
  while (front && i < n && (k = snow_utf8_space(bytes(s) + i, n - i)))
    i += k;
  while (back && n > i && (k = snow_utf8_space_back(bytes(s) + i, n - i)))
    n -= k;
  return snow_string_between(cx, s, i, n - i);
}

/* Bytes from..to of s, both at the begin of a code point or the end; s itself when they are not. */
snow_str snow_text_cut(snow_cx *cx, snow_str s, int64_t from, int64_t to) {
  if (from < 0 || to < from || to > (int64_t)s->len) return s;
  if ((from < (int64_t)s->len && (bytes(s)[from] & 0xC0) == 0x80) ||
      (to < (int64_t)s->len && (bytes(s)[to] & 0xC0) == 0x80))
    return s;
  return snow_string_between(cx, s, (size_t)from, (size_t)(to - from));
}

/* Where in bytes part is in s, from byte `from` on; -1 if nowhere. */
int64_t snow_text_find(snow_cx *cx, snow_str s, snow_str part, int64_t from) {
  (void)cx;
  if (from < 0 || from > (int64_t)s->len) return -1;
  const char *at = snow_find(s->data + from, s->len - (size_t)from, part->data, part->len);
  return at ? at - s->data : -1;
}

snow_list snow_text_words(snow_cx *cx, snow_str s) {
  size_t n = 0;
  const unsigned char *p = bytes(s), *end = p + s->len;
  snow_buf *b = NULL;
  for (int round = 0; round < 2; round++) {
    if (round == 1) {
      if (!n) return snow_nil;
      b = snow_buf_new(cx, &snow_string_array, n, sizeof(snow_str));
      p = bytes(s);
    }
    while (p < end) {
      size_t k = snow_utf8_space(p, (size_t)(end - p));
      if (k) {
        p += k;
        continue;
      }
      const unsigned char *start = p;
      while (p < end && !snow_utf8_space(p, (size_t)(end - p)))
        p += char_len(*p);
      if (b) add(cx, b, snow_string_part(cx, s, (size_t)(start - bytes(s)), (size_t)(p - start)));
      else n++;
    }
  }
  return (snow_list){b, 0, (uint32_t)n};
}

/* Without the ends of lines, which are \n or \r\n; nothing follows the last one. */
snow_list snow_text_lines(snow_cx *cx, snow_str s) {
  size_t n = 0;
  const char *p = s->data, *end = p + s->len, *nl;
  for (; p < end; p = nl ? nl + 1 : end, n++)
    nl = memchr(p, '\n', (size_t)(end - p));
  if (!n) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_string_array, n, sizeof(snow_str));
  for (p = s->data; p < end; p = nl ? nl + 1 : end) {
    nl = memchr(p, '\n', (size_t)(end - p));
    const char *stop = nl ? nl : end;
    if (nl && stop > p && stop[-1] == '\r') stop--;
    add(cx, b, stop == p ? snow_empty : snow_string_part(cx, s, (size_t)(p - s->data), (size_t)(stop - p)));
  }
  return (snow_list){b, 0, (uint32_t)n};
}

/* ---- numbers ---- */

/* Digits of a base from 2 to 36. */
snow_str snow_text_of_int(snow_cx *cx, int64_t n, int64_t base) {
  char digits[66], *end = digits + sizeof digits, *p = end;
  uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n, b = base < 2 || base > 36 ? 10 : (uint64_t)base;
  do
    *--p = "0123456789abcdefghijklmnopqrstuvwxyz"[u % b];
  while (u /= b);
  if (n < 0) *--p = '-';
  return snow_counted(snow_string_new(cx, p, (size_t)(end - p)), (size_t)(end - p));
}

static bool parse_int(snow_str s, int64_t base, int64_t *out) {
  const unsigned char *p = bytes(s), *end = p + s->len;
  bool negative = false;
  if (base < 2 || base > 36) return false;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  if (p == end) return false;
  uint64_t v = 0, limit = (uint64_t)INT64_MAX + negative, b = (uint64_t)base;
  for (; p < end; p++) {
    unsigned c = *p | 0x20u;
    uint64_t d = *p >= '0' && *p <= '9' ? (uint64_t)(*p - '0') : c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
    if (d >= b || v > (limit - d) / b) return false;
    v = v * b + d;
  }
  *out = (int64_t)(negative ? 0 - v : v);
  return true;
}

bool snow_text_is_int(snow_cx *cx, snow_str s, int64_t base) {
  int64_t v;
  (void)cx;
  return parse_int(s, base, &v);
}

int64_t snow_text_int(snow_cx *cx, snow_str s, int64_t base) {
  int64_t v = 0;
  (void)cx;
  parse_int(s, base, &v);
  return v;
}

/* With exactly this many decimals (at most 1000), correctly rounded. */
snow_str snow_text_of_float(snow_cx *cx, double x, int64_t decimals) {
  if (x != x) return snow_string_new(cx, "NaN", 3);
  int digits = decimals < 0 ? 0 : decimals > 1000 ? 1000 : (int)decimals;
  int n = snprintf(NULL, 0, "%.*f", digits, x);
  char small[512], *room = n < (int)sizeof small ? small : memory((size_t)n + 1);
  snprintf(room, (size_t)n + 1, "%.*f", digits, x);
  /* The point of a locale that a C program around us may have set. */
  for (int i = 1; i < n; i++)
    if (digits && i == n - digits - 1) room[i] = room[i] == 'i' || room[i] == 'n' ? room[i] : '.';
  snow_str s = snow_string_new(cx, room, (size_t)n);
  if (room != small) free(room);
  return s;
}
