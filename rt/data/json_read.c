/* JSON texts (RFC 8259). A text is read once, from left to right and without recursion, into marks: one for each value
 * and key, in the order of the text, with what is between a container's mark and its `next` inside it. Values of Snow
 * types are then made from the marks, so that no tree stands between text and records. The same idea as simdjson's
 * tape: Langdale and Lemire, Parsing Gigabytes of JSON per Second, 2019. */
#include "data/float_text.h"
#include "data/unicode.h"
#include "rt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEPTH_MAX = 127 };

static const uint32_t json_map[] = {offsetof(snow_json, text), offsetof(snow_json, error), offsetof(snow_json, marks)};
static const snow_layout json_layout = {SNOW_RECORD, 0, sizeof(snow_json), 3, 0, 0, 0, json_map, "Json"};
static const snow_layout marks_layout = {SNOW_ARRAY, 0, sizeof(snow_json_mark), 0, 0, 0, 0, NULL, "Json"};

const snow_json_mark snow_json_nothing = {SNOW_JSON_NULL, 0, 0, {0}};

typedef struct {
  const char *start, *at, *end;
  snow_json_mark *marks;
  uint32_t n, cap;
  const char *error; /* and the byte just behind what is wrong */
  const char *error_at;
} reader;

static bool fail(reader *r, const char *message, const char *behind) {
  r->error = message;
  r->error_at = behind;
  return false;
}

static snow_json_mark *mark(reader *r, int kind) {
  if (r->n == r->cap) {
    r->cap = r->cap ? r->cap * 2 : 64; /* there are fewer marks than bytes, so this fits */
    r->marks = realloc(r->marks, (size_t)r->cap * sizeof *r->marks);
    if (!r->marks) snow_die(102, "Snow: out of memory\n");
  }
  snow_json_mark *m = &r->marks[r->n++];
  m->kind = (uint8_t)kind;
  m->escaped = false;
  m->next = r->n;
  return m;
}

static const char *skip_space(const char *p, const char *end) {
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
    p++;
  return p;
}

static bool is_digit(char c) { return (unsigned char)(c - '0') <= 9; }

static bool read_number(reader *r) {
  const char *start = r->at, *p = start, *end = r->end;
  bool negative = *p == '-', whole = true;
  if (negative && ++p == end) return fail(r, "EOF while parsing a value", end);
  if (!is_digit(*p)) return fail(r, "invalid number", p + 1);
  const char *digits = p;
  uint64_t value = 0;
  if (*p == '0' && p + 1 < end && is_digit(p[1])) return fail(r, "invalid number", p + 2);
  for (; p < end && is_digit(*p); p++)
    value = value * 10 + (uint64_t)(*p - '0');
  size_t length = (size_t)(p - digits);
  if (p < end && *p == '.') {
    whole = false;
    if (++p == end) return fail(r, "EOF while parsing a value", end);
    if (!is_digit(*p)) return fail(r, "invalid number", p + 1);
    while (p < end && is_digit(*p))
      p++;
  }
  if (p < end && (*p | 0x20) == 'e') {
    whole = false;
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    if (p == end) return fail(r, "EOF while parsing a value", end);
    if (!is_digit(*p)) return fail(r, "invalid number", p + 1);
    while (p < end && is_digit(*p))
      p++;
  }
  r->at = p;
  /* 19 digits fit 64 bits without a sign. */
  if (whole && length <= 19 && value <= (uint64_t)INT64_MAX + negative && !(negative && value == 0)) {
    mark(r, SNOW_JSON_INT)->is.integer = (int64_t)(negative ? 0 - value : value);
    return true;
  }
  double x = 0;
  bool ok = snow_parse_double(start, (size_t)(p - start), &x);
  assert(ok);
  (void)ok;
  if (isinf(x)) return fail(r, "number out of range", p);
  mark(r, SNOW_JSON_FLOAT)->is.number = x;
  return true;
}

static int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The number of four hexadecimal digits, which must be there; -1 when they are something else. */
static int hex4(const char *p) {
  int n = 0;
  for (int i = 0; i < 4; i++) {
    int d = hex_digit(p[i]);
    if (d < 0) return -1;
    n = n * 16 + d;
  }
  return n;
}

static bool read_escape(reader *r, const char **at) {
  const char *p = *at + 1, *end = r->end;
  if (p == end) return fail(r, "EOF while parsing a string", end);
  char c = *p++;
  if (c != 'u') {
    if (!strchr("\"\\/bfnrt", c) || !c) return fail(r, "invalid escape", p);
    *at = p;
    return true;
  }
  if (end - p < 4) return fail(r, "EOF while parsing a string", end);
  int unit = hex4(p);
  p += 4;
  if (unit < 0) return fail(r, "invalid escape", p);
  if (unit >= 0xDC00 && unit <= 0xDFFF) return fail(r, "lone leading surrogate in hex escape", p);
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    for (int i = 0; i < 2; i++, p++) {
      if (p == end) return fail(r, "EOF while parsing a string", end);
      if (*p != "\\u"[i]) return fail(r, "unexpected end of hex escape", p + 1);
    }
    if (end - p < 4) return fail(r, "EOF while parsing a string", end);
    int low = hex4(p);
    p += 4;
    if (low < 0) return fail(r, "invalid escape", p);
    if (low < 0xDC00 || low > 0xDFFF) return fail(r, "lone leading surrogate in hex escape", p);
  }
  *at = p;
  return true;
}

/* Whether some byte of eight is a control character, a quote or a backslash (Hacker's Delight, 6-1). */
static bool has_special(uint64_t w) {
  const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
  uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
  return (((w - ones * 0x20) | (quote - ones) | (slash - ones)) & ~w & highs) != 0;
}

static bool read_string(reader *r) {
  const char *start = r->at + 1, *p = start, *end = r->end;
  bool escaped = false;
  for (;;) {
    uint64_t w;
    while (end - p >= 8 && (memcpy(&w, p, 8), !has_special(w)))
      p += 8;
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
      p++;
    if (p == end) return fail(r, "EOF while parsing a string", end);
    if (*p == '"') break;
    if (*p != '\\') return fail(r, "control character (\\u0000-\\u001F) found while parsing a string", p + 1);
    escaped = true;
    if (!read_escape(r, &p)) return false;
  }
  snow_json_mark *m = mark(r, SNOW_JSON_STRING);
  m->escaped = escaped;
  m->is.span.at = (uint32_t)(start - r->start);
  m->is.span.len = (uint32_t)(p - start);
  r->at = p + 1;
  return true;
}

static bool read_word(reader *r, const char *word, int kind, int64_t value) {
  const char *p = r->at;
  for (; *word; word++, p++) {
    if (p == r->end) return fail(r, "EOF while parsing a value", p);
    if (*p != *word) return fail(r, "expected ident", p + 1);
  }
  mark(r, kind)->is.integer = value;
  r->at = p;
  return true;
}

static bool read_scalar(reader *r) {
  switch (*r->at) {
  case '"': return read_string(r);
  case 't': return read_word(r, "true", SNOW_JSON_BOOL, 1);
  case 'f': return read_word(r, "false", SNOW_JSON_BOOL, 0);
  case 'n': return read_word(r, "null", SNOW_JSON_NULL, 0);
  default:
    if (*r->at == '-' || is_digit(*r->at)) return read_number(r);
    return fail(r, "expected value", r->at + 1);
  }
}

static bool read_key(reader *r) {
  if (*r->at != '"') return fail(r, "key must be a string", r->at + 1);
  if (!read_string(r)) return false;
  r->at = skip_space(r->at, r->end);
  if (r->at == r->end) return fail(r, "EOF while parsing an object", r->end);
  if (*r->at != ':') return fail(r, "expected `:`", r->at + 1);
  r->at++;
  return true;
}

static bool read_all(reader *r) {
  uint32_t open[DEPTH_MAX];
  int depth = 0;
  for (;;) {
    /* A value begins. */
    r->at = skip_space(r->at, r->end);
    if (r->at == r->end) return fail(r, "EOF while parsing a value", r->end);
    if (*r->at == '[' || *r->at == '{') {
      bool object = *r->at++ == '{';
      if (depth == DEPTH_MAX) return fail(r, "recursion limit exceeded", r->at);
      open[depth++] = r->n;
      mark(r, object ? SNOW_JSON_OBJECT : SNOW_JSON_ARRAY)->is.count = 0;
      r->at = skip_space(r->at, r->end);
      if (r->at == r->end) return fail(r, object ? "EOF while parsing an object" : "EOF while parsing a list", r->end);
      if (*r->at != (object ? '}' : ']')) {
        if (object && !read_key(r)) return false;
        continue;
      }
    } else {
      if (!read_scalar(r)) return false;
      if (!depth) break;
      r->marks[open[depth - 1]].is.count++;
    }
    /* What is behind a value, or in an empty container. */
    for (;;) {
      snow_json_mark *in = &r->marks[open[depth - 1]];
      bool object = in->kind == SNOW_JSON_OBJECT;
      char close = object ? '}' : ']';
      r->at = skip_space(r->at, r->end);
      if (r->at == r->end) return fail(r, object ? "EOF while parsing an object" : "EOF while parsing a list", r->end);
      char c = *r->at++;
      if (c == ',') {
        r->at = skip_space(r->at, r->end);
        if (r->at == r->end) return fail(r, "EOF while parsing a value", r->end);
        if (*r->at == close) return fail(r, "trailing comma", r->at + 1);
        if (object && !read_key(r)) return false;
        break;
      }
      if (c != close) return fail(r, object ? "expected `,` or `}`" : "expected `,` or `]`", r->at);
      in->next = r->n;
      if (--depth == 0) goto done;
      r->marks[open[depth - 1]].is.count++;
    }
  }
done:
  r->at = skip_space(r->at, r->end);
  if (r->at < r->end) return fail(r, "trailing characters", r->at + 1);
  return true;
}

static snow_str error_text(snow_cx *cx, const reader *r) {
  int line = 1;
  const char *begin = r->start;
  for (const char *p = r->start; p < r->error_at; p++)
    if (*p == '\n') line++, begin = p + 1;
  char text[160];
  int n = snprintf(text, sizeof text, "%s at line %d column %lld", r->error, line, (long long)(r->error_at - begin));
  return snow_string_new(cx, text, (size_t)n);
}

const snow_json *snow_json_read(snow_cx *cx, snow_str text) {
  reader r = {text->data, text->data, text->data + text->len, NULL, 0, 0, NULL, NULL};
  bool ok = read_all(&r);
  snow_str error = ok ? snow_empty : error_text(cx, &r);
  snow_buf *marks = snow_buf_new(cx, &marks_layout, ok ? r.n : 1, sizeof *r.marks);
  if (ok) memcpy(marks + 1, r.marks, r.n * sizeof *r.marks);
  marks->hi = ok ? r.n : 0;
  free(r.marks);
  snow_json *doc = snow_alloc(cx, &json_layout, sizeof *doc);
  doc->text = text;
  doc->error = error;
  doc->marks = marks;
  return doc;
}

/* ---- what the marks say ---- */

/* What a string with escapes, found good before, stands for: never longer than it is written. Gives its length. */
static size_t unescape(const char *p, size_t len, char *out) {
  const char *end = p + len;
  char *o = out;
  while (p < end) {
    const char *slash = memchr(p, '\\', (size_t)(end - p));
    size_t plain = (size_t)((slash ? slash : end) - p);
    memcpy(o, p, plain);
    o += plain;
    p += plain;
    if (!slash) break;
    char c = p[1];
    p += 2;
    if (c == 'u') {
      uint32_t unit = (uint32_t)hex4(p);
      p += 4;
      if (unit >= 0xD800 && unit <= 0xDBFF) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + ((uint32_t)hex4(p + 2) - 0xDC00);
        p += 6;
      }
      o += snow_utf8_encode(unit, o);
    } else *o++ = (char)(c == 'b' ? 8 : c == 'f' ? 12 : c == 'n' ? 10 : c == 'r' ? 13 : c == 't' ? 9 : c);
  }
  return (size_t)(o - out);
}

/* The bytes of a string, unescaped into room, which has room for them as written, if need be. */
static const char *plain(const snow_json *doc, const snow_json_mark *m, char *room, size_t *len) {
  const char *p = doc->text->data + m->is.span.at;
  *len = m->is.span.len;
  if (!m->escaped) return p;
  *len = unescape(p, *len, room);
  return room;
}

static void *get_memory(size_t size) {
  void *p = malloc(size ? size : 1);
  if (!p) snow_die(102, "Snow: out of memory\n");
  return p;
}

snow_str snow_json_string(snow_cx *cx, const snow_json *doc, int64_t at) {
  const snow_json_mark *m = snow_json_at(doc, at);
  if (m->kind != SNOW_JSON_STRING) return snow_empty;
  if (!m->escaped) return snow_string_part(cx, doc->text, m->is.span.at, m->is.span.len);
  char small[256], *room = m->is.span.len <= sizeof small ? small : get_memory(m->is.span.len);
  size_t len;
  const char *bytes = plain(doc, m, room, &len);
  snow_str s = snow_string_new(cx, bytes, len);
  if (room != small) free(room);
  return s;
}

static bool is_key(const snow_json *doc, const snow_json_mark *m, const char *name, size_t len) {
  if (!m->escaped) return m->is.span.len == len && memcmp(doc->text->data + m->is.span.at, name, len) == 0;
  char small[256], *room = m->is.span.len <= sizeof small ? small : get_memory(m->is.span.len);
  size_t n;
  const char *bytes = plain(doc, m, room, &n);
  bool same = n == len && memcmp(bytes, name, len) == 0;
  if (room != small) free(room);
  return same;
}

static const snow_json_mark *all_marks(const snow_json *doc) {
  return (const snow_json_mark *)(const void *)(doc->marks + 1);
}

int64_t snow_json_find(snow_cx *cx, const snow_json *doc, int64_t at, snow_str name) {
  (void)cx;
  const snow_json_mark *m = snow_json_at(doc, at), *marks = all_marks(doc);
  int64_t found = -1;
  if (m->kind != SNOW_JSON_OBJECT) return found;
  for (uint32_t i = (uint32_t)at + 1; i < m->next; i = marks[i + 1].next)
    if (is_key(doc, &marks[i], name->data, name->len)) found = i + 1; /* the last of equal keys counts */
  return found;
}

/* ---- keys in order ---- */

typedef struct {
  const char *key;
  size_t len;
  int64_t at;
} member;

static int key_order(const member *x, const member *y) {
  int c = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);
  return c ? c : (x->len > y->len) - (x->len < y->len);
}

static int member_order(const void *a, const void *b) {
  const member *x = a, *y = b;
  int c = key_order(x, y);
  return c ? c : (x->at > y->at) - (x->at < y->at);
}

snow_list snow_json_members(snow_cx *cx, const snow_json *doc, int64_t at) {
  const snow_json_mark *m = snow_json_at(doc, at), *marks = all_marks(doc);
  if (m->kind != SNOW_JSON_OBJECT || !m->is.count) return snow_nil;
  member some[16], *all = some;
  size_t n = m->is.count, kept = 0, room = 0;
  uint32_t i = (uint32_t)at + 1;
  for (size_t k = 0; k < n; k++, i = marks[i + 1].next)
    if (marks[i].escaped) room += marks[i].is.span.len;
  char *bytes = room ? get_memory(room) : NULL, *free_bytes = bytes;
  if (n > sizeof some / sizeof *some) all = get_memory(n * sizeof *all);
  bool ordered = true;
  i = (uint32_t)at + 1;
  for (size_t k = 0; k < n; k++, i = marks[i + 1].next) {
    all[k].key = plain(doc, &marks[i], free_bytes, &all[k].len);
    all[k].at = i;
    if (marks[i].escaped) free_bytes += all[k].len;
    if (k && key_order(&all[k - 1], &all[k]) >= 0) ordered = false;
  }
  if (!ordered) qsort(all, n, sizeof *all, member_order);
  snow_buf *b = snow_buf_new(cx, &snow_int_array, n, sizeof(int64_t));
  int64_t *out = (int64_t *)(void *)(b + 1);
  for (size_t k = 0; k < n; k++)
    if (k + 1 == n || key_order(&all[k], &all[k + 1]) != 0) out[kept++] = all[k].at;
  b->hi = (uint32_t)kept;
  if (all != some) free(all);
  free(bytes);
  return (snow_list){b, 0, (uint32_t)kept};
}
