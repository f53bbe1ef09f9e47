/* Strings. A short string's bytes follow its header. A long one made by concatenation lies in a buffer with room at its
 * end, which the newest string that ends there may fill: building a text by `<>` in a loop is linear. */
#include "data/float_text.h"
#include "data/unicode.h"
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>

const snow_layout snow_static_string = {SNOW_STATIC, 0, sizeof(snow_string), 0, 0, 0, 0, NULL, "String"};
static const snow_layout text_layout = {SNOW_TEXT, 0, sizeof(snow_string), 0, 0, 0, 0, NULL, "String"};
static const snow_layout bytes_layout = {SNOW_BYTES, 0, 1, 0, 0, 0, 0, NULL, "bytes"};

static const snow_string empty = SNOW_LITERAL(0, 0, "");
const snow_str snow_empty = &empty;

static const snow_string true_text = SNOW_LITERAL(4, 4, "true"), false_text = SNOW_LITERAL(5, 5, "false");

enum { SHARED_FROM = 256 }; /* strings shorter than this are always copied */

static const unsigned char *bytes(snow_str s) { return (const unsigned char *)s->data; }

static void too_long(void) { snow_die(102, "Snow: a string of more than 4 GiB\n"); }

snow_string *snow_string_room(snow_cx *cx, size_t len) {
  if (len >= UINT32_MAX) too_long();
  snow_string *s = snow_alloc(cx, &text_layout, sizeof *s + len + 1);
  char *data = (char *)(s + 1);
  s->len = (uint32_t)len;
  s->chars = SNOW_UNCOUNTED;
  s->data = data;
  s->owner = NULL;
  data[len] = 0;
  return s;
}

snow_str snow_string_new(snow_cx *cx, const char *data, size_t len) {
  if (!len) return snow_empty;
  snow_string *s = snow_string_room(cx, len);
  memcpy((char *)(s + 1), data, len);
  return s;
}

uint32_t snow_string_points(snow_str s) { return __atomic_load_n(&s->chars, __ATOMIC_RELAXED); }

/* A string that shares bytes with owner. */
static snow_str view(snow_cx *cx, const snow_object *owner, const char *data, size_t len) {
  snow_string *s = snow_alloc(cx, &text_layout, sizeof *s);
  s->len = (uint32_t)len;
  s->chars = SNOW_UNCOUNTED;
  s->data = data;
  s->owner = owner;
  return s;
}

static snow_str part(snow_cx *cx, snow_str s, size_t from, size_t len) {
  if (len < SHARED_FROM) return snow_string_new(cx, s->data + from, len);
  /* A small piece must not keep a huge text alive. */
  if (s->h.layout == &snow_static_string) return view(cx, &s->h, s->data + from, len);
  if (len < s->len / 4) return snow_string_new(cx, s->data + from, len);
  return view(cx, s->owner ? s->owner : &s->h, s->data + from, len);
}

/* Bytes from..from+len of s. */
snow_str snow_string_part(snow_cx *cx, snow_str s, size_t from, size_t len) {
  if (len == s->len) return s;
  if (!len) return snow_empty;
  snow_str piece = part(cx, s, from, len);
  return snow_string_points(s) == s->len ? snow_counted(piece, len) : piece;
}

static snow_str counted_part(snow_cx *cx, snow_str s, size_t from, size_t len, size_t chars) {
  if (len == s->len) return s;
  return len ? snow_counted(part(cx, s, from, len), chars) : snow_empty;
}

snow_str snow_string_between(snow_cx *cx, snow_str s, size_t from, size_t len) {
  uint32_t n = snow_string_points(s);
  if (n == SNOW_UNCOUNTED || n == s->len) return snow_string_part(cx, s, from, len);
  size_t behind = s->len - from - len;
  size_t chars = len < from + behind
                     ? snow_utf8_count(bytes(s) + from, len)
                     : n - snow_utf8_count(bytes(s), from) - snow_utf8_count(bytes(s) + from + len, behind);
  return counted_part(cx, s, from, len, chars);
}

bool snow_string_eq(snow_str a, snow_str b) {
  return a == b || (a->len == b->len && memcmp(a->data, b->data, a->len) == 0);
}

/* Eight bytes as a number that orders as they do. */
static inline uint64_t word_at(const unsigned char *p) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return __builtin_bswap64(word);
#else
  uint64_t word = 0;
  for (int i = 0; i < 8; i++)
    word = word << 8 | p[i];
  return word;
#endif
}

int64_t snow_string_compare(snow_str a, snow_str b) {
  const unsigned char *p = bytes(a), *q = bytes(b);
  size_t n = a->len < b->len ? a->len : b->len;
  /* Texts mostly differ soon, before a call of memcmp would pay. The last word may overlap what was found equal. */
  for (size_t i = 0; n >= 8 && i < n; i += 8) {
    if (i == 32) {
      int c = memcmp(p + i, q + i, n - i);
      if (c) return c;
      break;
    }
    if (i > n - 8) i = n - 8;
    uint64_t x = word_at(p + i), y = word_at(q + i);
    if (x != y) return x < y ? -1 : 1;
  }
  for (size_t i = 0; n < 8 && i < n; i++)
    if (p[i] != q[i]) return p[i] < q[i] ? -1 : 1;
  return (int64_t)a->len - (int64_t)b->len;
}

int64_t snow_string_order(snow_cx *cx, snow_str a, snow_str b) {
  (void)cx;
  return snow_string_compare(a, b);
}

static size_t count(snow_str s) {
  uint32_t n = snow_string_points(s);
  if (n != SNOW_UNCOUNTED) return n;
  n = (uint32_t)snow_utf8_count(bytes(s), s->len);
  __atomic_store_n(&((snow_string *)(uintptr_t)s)->chars, n, __ATOMIC_RELAXED);
  return n;
}

/* The count of a text from the sum of those of its pieces: more than any text has when one is SNOW_UNCOUNTED. */
static uint32_t joined_count(uint64_t sum) { return sum < SNOW_UNCOUNTED ? (uint32_t)sum : SNOW_UNCOUNTED; }

/* A string of a's bytes and those of the parts, in a buffer that ends with a's if there is one. */
static snow_str append_bytes(snow_cx *cx, snow_str a, snow_str const *parts, int n, size_t len) {
  snow_buf *buf = a->owner && a->owner->layout == &bytes_layout ? (snow_buf *)(uintptr_t)a->owner : NULL;
  char *base = buf ? (char *)(buf + 1) : NULL;
  size_t start = buf ? (size_t)(a->data - base) : 0;
  if (!buf || start + a->len != buf->hi || !snow_owns(cx, &buf->h) || buf->cap - buf->hi < len - a->len) {
    buf = snow_buf_new(cx, &bytes_layout, len + len / 2 + 64 < UINT32_MAX ? len + len / 2 + 64 : len, 1);
    base = (char *)(buf + 1);
    start = 0;
    memcpy(base, a->data, a->len);
    buf->hi = a->len;
  }
  /* A long text is not counted again because of the little that was added: who asks for its length in a loop would pay
   * for the whole each time. */
  uint32_t chars = snow_string_points(a);
  for (int i = 0; i < n; i++) {
    memcpy(base + buf->hi, parts[i]->data, parts[i]->len);
    buf->hi += parts[i]->len;
    if (chars != SNOW_UNCOUNTED) chars += (uint32_t)count(parts[i]);
  }
  return snow_counted(view(cx, &buf->h, base + start, len), chars);
}

snow_str snow_string_concat(snow_cx *cx, snow_str a, snow_str b) {
  if (!a->len) return b;
  if (!b->len) return a;
  size_t len = (size_t)a->len + b->len;
  if (len >= UINT32_MAX) too_long();
  if (a->len >= SHARED_FROM) return append_bytes(cx, a, &b, 1, len);
  snow_string *s = snow_string_room(cx, len);
  char *data = (char *)(s + 1);
  memcpy(data, a->data, a->len);
  memcpy(data + a->len, b->data, b->len);
  s->chars = joined_count((uint64_t)snow_string_points(a) + snow_string_points(b));
  return s;
}

snow_str snow_concat(snow_cx *cx, int n, snow_str const *parts) {
  size_t len = 0;
  while (n && !parts[0]->len) {
    parts++;
    n--;
  }
  for (int i = 0; i < n; i++)
    len += parts[i]->len;
  if (n && len == parts[0]->len) return parts[0];
  if (len >= UINT32_MAX) too_long();
  if (n && parts[0]->len >= SHARED_FROM) return append_bytes(cx, parts[0], parts + 1, n - 1, len);
  if (!len) return snow_empty;
  snow_string *s = snow_string_room(cx, len);
  char *data = (char *)(s + 1);
  uint64_t chars = 0;
  for (int i = 0; i < n; i++) {
    memcpy(data, parts[i]->data, parts[i]->len);
    data += parts[i]->len;
    chars += snow_string_points(parts[i]);
  }
  s->chars = joined_count(chars);
  return s;
}

snow_list snow_bytes_room(snow_cx *cx, snow_list out, size_t more) {
  snow_buf *b = out.buf;
  if (b && out.off + out.len == b->hi && b->cap - b->hi >= more && snow_owns(cx, &b->h)) return out;
  if (more >= UINT32_MAX - out.len) too_long();
  size_t need = out.len + more, cap = need + need / 2 + 240;
  snow_buf *n = snow_buf_new(cx, &bytes_layout, cap < UINT32_MAX ? cap : need, 1);
  if (out.len) memcpy(n + 1, (const char *)(b + 1) + out.off, out.len);
  n->hi = out.len;
  return (snow_list){n, 0, out.len};
}

snow_str snow_string_of_bytes(snow_cx *cx, snow_list bytes) {
  if (!bytes.len) return snow_empty;
  const char *data = (const char *)(bytes.buf + 1) + bytes.off;
  if (bytes.len < SHARED_FROM) return snow_string_new(cx, data, bytes.len);
  return view(cx, &bytes.buf->h, data, bytes.len);
}

/* ---- conversion ---- */

snow_str snow_int_to_string(snow_cx *cx, int64_t n) {
  char buf[20], *end = buf + sizeof buf, *p = end;
  uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  do
    *--p = (char)('0' + u % 10);
  while (u /= 10);
  bool negative = n < 0;
  size_t len = (size_t)(end - p);
  snow_string *s = snow_string_room(cx, len + negative);
  char *data = (char *)(s + 1);
  if (negative) *data++ = '-';
  memcpy(data, p, len);
  s->chars = s->len;
  return s;
}

snow_str snow_float_to_string(snow_cx *cx, double x) {
  char buf[SNOW_FORMAT_DOUBLE_MAX];
  size_t len = snow_format_double(x, buf);
  return snow_counted(snow_string_new(cx, buf, len), len);
}

/* <0.serial>, or of another node <node.serial.creation>. */
snow_str snow_pid_to_string(snow_cx *cx, snow_pid p) {
  char text[64];
  unsigned long long node = p >> 48, creation = p >> 40 & 255, serial = p & (((uint64_t)1 << 40) - 1);
  int n = node ? snprintf(text, sizeof text, "<%llu.%llu.%llu>", node, serial, creation)
               : snprintf(text, sizeof text, "<0.%llu>", serial);
  return snow_counted(snow_string_new(cx, text, (size_t)n), (size_t)n);
}
snow_str snow_bool_to_string(bool b) { return b ? &true_text : &false_text; }

/* ---- code points ---- */

int64_t snow_string_length(snow_cx *cx, snow_str s) {
  (void)cx;
  return (int64_t)count(s);
}

/* What it takes to get there: code points ahead are counted many at a time. */
static size_t effort(snow_place from, size_t index) {
  return index >= from.index ? index - from.index : 8 * (from.index - index);
}

static size_t walk(snow_place from, size_t index) {
  snow_str s = from.text;
  const unsigned char *p = bytes(s);
  if (index >= from.index) return from.at + snow_utf8_offset(p + from.at, s->len - from.at, index - from.index);
  size_t at = from.at;
  for (size_t n = from.index - index; n; n--)
    do
      at--;
    while ((p[at] & 0xC0) == 0x80);
  return at;
}

/* The byte at which code point `index` of a counted text begins: from the beginning, from the end, or in a long text
 * from where somebody has been before, so that a walk through the text is not quadratic. */
static size_t offset_of(snow_cx *cx, snow_str s, size_t index) {
  snow_place from = {s, 0, 0}, end = {s, (uint32_t)count(s), s->len};
  if (effort(end, index) < effort(from, index)) from = end;
  if (s->len < SHARED_FROM) return walk(from, index);
  snow_place *known = snow_heap_place(cx->heap, s);
  if (effort(*known, index) < effort(from, index)) from = *known;
  size_t at = walk(from, index);
  known->index = (uint32_t)index;
  known->at = (uint32_t)at;
  return at;
}

snow_str snow_string_slice(snow_cx *cx, snow_str s, int64_t start, int64_t stop) {
  int64_t n = (int64_t)count(s);
  if (start < 0) start = 0;
  if (stop > n) stop = n;
  if (stop <= start) return snow_empty;
  if (n == s->len) return snow_string_part(cx, s, (size_t)start, (size_t)(stop - start));
  size_t from = offset_of(cx, s, (size_t)start), to = offset_of(cx, s, (size_t)stop);
  return counted_part(cx, s, from, to - from, (size_t)(stop - start));
}

/* ---- searching ---- */

bool snow_string_contains(snow_cx *cx, snow_str s, snow_str needle) {
  (void)cx;
  return snow_find(s->data, s->len, needle->data, needle->len) != NULL;
}

bool snow_string_starts_with(snow_cx *cx, snow_str s, snow_str prefix) {
  (void)cx;
  return s->len >= prefix->len && memcmp(s->data, prefix->data, prefix->len) == 0;
}

bool snow_string_ends_with(snow_cx *cx, snow_str s, snow_str suffix) {
  (void)cx;
  return s->len >= suffix->len && memcmp(s->data + s->len - suffix->len, suffix->data, suffix->len) == 0;
}

static void trimmed(snow_str s, size_t *from, size_t *len) {
  size_t i = 0, n = s->len, k;
  while (i < n && (k = snow_utf8_space(bytes(s) + i, n - i)))
    i += k;
  while (n > i && (k = snow_utf8_space_back(bytes(s) + i, n - i)))
    n -= k;
  *from = i;
  *len = n - i;
}

snow_str snow_string_trim(snow_cx *cx, snow_str s) {
  size_t from, len;
  trimmed(s, &from, &len);
  return snow_string_between(cx, s, from, len);
}

typedef size_t mapping(const unsigned char *, size_t, unsigned char *);
static snow_str mapped(snow_cx *cx, snow_str s, mapping *map) {
  size_t len = map(bytes(s), s->len, NULL);
  if (!len) return snow_empty;
  snow_string *out = snow_string_room(cx, len);
  map(bytes(s), s->len, (unsigned char *)(out + 1));
  if (snow_string_points(s) == s->len) out->chars = out->len;
  return out;
}
snow_str snow_string_to_upper(snow_cx *cx, snow_str s) { return mapped(cx, s, snow_utf8_upper); }
snow_str snow_string_to_lower(snow_cx *cx, snow_str s) { return mapped(cx, s, snow_utf8_lower); }

/* Bytes of the code point that begins here. */
static size_t char_len(const char *s) {
  unsigned char c = (unsigned char)*s;
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Walks the matches of old in s; an empty one matches before each code point and at the end. */
typedef struct {
  const char *at, *end;
  snow_str old;
  bool done;
} matches;

static bool next_match(matches *m, const char **from, const char **to) {
  if (m->done) return false;
  if (m->old->len) {
    *from = snow_find(m->at, (size_t)(m->end - m->at), m->old->data, m->old->len);
    if (!*from) return false;
    m->at = *to = *from + m->old->len;
    return true;
  }
  *from = *to = m->at;
  if (m->at == m->end) m->done = true;
  else m->at += char_len(m->at);
  return true;
}

/* Where old_text is in s, in bytes. To be ended with places_end. */
typedef struct {
  uint32_t *at, few[64];
  size_t n, cap;
} places;

static void places_find(places *all, snow_str s, snow_str old_text) {
  matches m = {s->data, s->data + s->len, old_text, false};
  const char *from, *to;
  all->at = all->few;
  all->n = 0;
  all->cap = sizeof all->few / sizeof *all->few;
  while (next_match(&m, &from, &to)) {
    if (all->n == all->cap) {
      uint32_t *few = all->at == all->few ? all->few : NULL;
      all->cap *= 2;
      all->at = realloc(few ? NULL : all->at, all->cap * sizeof *all->at);
      if (!all->at) snow_die(102, "Snow: out of memory\n");
      if (few) memcpy(all->at, few, sizeof all->few);
    }
    all->at[all->n++] = (uint32_t)(from - s->data);
  }
}

static void places_end(places *all) {
  if (all->at != all->few) free(all->at);
}

snow_str snow_string_replace(snow_cx *cx, snow_str s, snow_str old_text, snow_str new_text) {
  places found;
  places_find(&found, s, old_text);
  if (!found.n) return s;
  size_t rest = s->len - found.n * old_text->len;
  if (new_text->len && found.n > (UINT32_MAX - rest) / new_text->len) too_long();
  size_t len = rest + found.n * new_text->len;
  if (!len) {
    places_end(&found);
    return snow_empty;
  }
  snow_string *out = snow_string_room(cx, len);
  char *p = (char *)(out + 1);
  size_t done = 0;
  for (size_t i = 0; i < found.n; i++) {
    size_t n = found.at[i] - done;
    memcpy(p, s->data + done, n);
    memcpy(p + n, new_text->data, new_text->len);
    p += n + new_text->len;
    done = found.at[i] + old_text->len;
  }
  memcpy(p, s->data + done, s->len - done);
  if (snow_string_points(s) != SNOW_UNCOUNTED)
    out->chars = (uint32_t)(count(s) - found.n * count(old_text) + found.n * count(new_text));
  places_end(&found);
  return out;
}

snow_list snow_string_split(snow_cx *cx, snow_str s, snow_str delimiter) {
  places found;
  places_find(&found, s, delimiter);
  snow_buf *buf = snow_buf_new(cx, &snow_string_array, found.n + 1, sizeof(snow_str));
  snow_str *out = (snow_str *)(void *)(buf + 1);
  size_t done = 0;
  for (size_t i = 0; i <= found.n; i++) {
    size_t to = i < found.n ? found.at[i] : s->len;
    snow_str piece = snow_string_part(cx, s, done, to - done);
    out[buf->hi] = piece;
    if (buf->old) snow_remember(cx, buf, buf->hi);
    buf->hi++;
    done = to + delimiter->len;
  }
  places_end(&found);
  return (snow_list){buf, 0, (uint32_t)(found.n + 1)};
}

snow_str snow_string_join(snow_cx *cx, snow_list parts, snow_str separator) {
  if (!parts.len) return snow_empty;
  size_t len = (size_t)separator->len * (parts.len - 1);
  for (uint32_t i = 0; i < parts.len; i++)
    len += SNOW_AT(snow_str, parts, i)->len;
  if (len >= UINT32_MAX) too_long();
  if (!len) return snow_empty;
  snow_string *out = snow_string_room(cx, len);
  char *p = (char *)(out + 1);
  uint64_t chars = (uint64_t)count(separator) * (parts.len - 1);
  for (uint32_t i = 0; i < parts.len; i++) {
    snow_str s = SNOW_AT(snow_str, parts, i);
    chars += snow_string_points(s);
    if (i) {
      memcpy(p, separator->data, separator->len);
      p += separator->len;
    }
    memcpy(p, s->data, s->len);
    p += s->len;
  }
  out->chars = joined_count(chars);
  return out;
}

/* ---- numbers ---- */

static bool parse_int(snow_str s, int64_t *out) {
  size_t i, n;
  trimmed(s, &i, &n);
  const char *p = s->data + i, *end = p + n;
  bool negative = false;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  if (p == end) return false;
  uint64_t v = 0, limit = (uint64_t)INT64_MAX + negative;
  for (; p < end; p++) {
    if (*p < '0' || *p > '9') return false;
    uint64_t d = (uint64_t)(*p - '0');
    if (v > (limit - d) / 10) return false;
    v = v * 10 + d;
  }
  *out = (int64_t)(negative ? 0 - v : v);
  return true;
}

bool snow_string_is_int(snow_cx *cx, snow_str s) {
  int64_t v;
  (void)cx;
  return parse_int(s, &v);
}

int64_t snow_string_int_value(snow_cx *cx, snow_str s) {
  int64_t v = 0;
  (void)cx;
  parse_int(s, &v);
  return v;
}

bool snow_string_is_float(snow_cx *cx, snow_str s) {
  size_t i, n;
  double v;
  (void)cx;
  trimmed(s, &i, &n);
  return snow_parse_double(s->data + i, n, &v);
}

double snow_string_float_value(snow_cx *cx, snow_str s) {
  size_t i, n;
  double v = 0;
  (void)cx;
  trimmed(s, &i, &n);
  snow_parse_double(s->data + i, n, &v);
  return v;
}
