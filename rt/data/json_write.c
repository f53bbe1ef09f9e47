/* JSON texts are written into a list of bytes, to which whoever holds its newest version appends in place. */
#include "data/float_text.h"
#include "data/unicode.h"
#include "rt.h"

static char *end_of(snow_list out) { return (char *)(out.buf + 1) + out.off + out.len; }

/* n bytes have been written into the room behind out. */
static snow_list grown(snow_list out, size_t n) {
  out.len += (uint32_t)n;
  out.buf->hi += (uint32_t)n;
  return out;
}

snow_list snow_json_put(snow_cx *cx, snow_list out, snow_str text) {
  out = snow_bytes_room(cx, out, text->len);
  memcpy(end_of(out), text->data, text->len);
  return grown(out, text->len);
}

/* What stands for a byte in a string: 0 itself, 'u' a number, else the letter behind a backslash. */
static const char escapes[256] = {'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u',
                                  'f', 'r', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u',
                                  'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 0,   0,   '"', ['\\'] = '\\'};

snow_list snow_json_put_string(snow_cx *cx, snow_list out, snow_str text) {
  const unsigned char *p = (const unsigned char *)text->data, *end = p + text->len;
  size_t room = (size_t)text->len + 2;
  out = snow_bytes_room(cx, out, room);
  char *o = end_of(out), *start = o;
  *o++ = '"';
  for (;;) {
    const unsigned char *plain = p;
    while (p < end && !escapes[*p])
      p++;
    memcpy(o, plain, (size_t)(p - plain));
    o += p - plain;
    if (p == end) break;
    /* One escape takes up to five bytes more than was planned for. */
    out = grown(out, (size_t)(o - start));
    out = snow_bytes_room(cx, out, (size_t)(end - p) + 6);
    end = (const unsigned char *)text->data + text->len; /* text is what keeps the bytes of a message alive */
    o = start = end_of(out);
    *o++ = '\\';
    *o++ = escapes[*p];
    if (escapes[*p] == 'u') {
      memcpy(o, "00", 2);
      o[2] = (char)('0' + (*p >> 4));
      o[3] = "0123456789abcdef"[*p & 15];
      o += 4;
    }
    p++;
  }
  *o++ = '"';
  return grown(out, (size_t)(o - start));
}

snow_list snow_json_put_int(snow_cx *cx, snow_list out, int64_t n) {
  char digits[20], *end = digits + sizeof digits, *p = end;
  uint64_t u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
  do
    *--p = (char)('0' + u % 10);
  while (u /= 10);
  if (n < 0) *--p = '-';
  size_t len = (size_t)(end - p);
  out = snow_bytes_room(cx, out, len);
  memcpy(end_of(out), p, len);
  return grown(out, len);
}

snow_list snow_json_put_float(snow_cx *cx, snow_list out, double x) {
  out = snow_bytes_room(cx, out, SNOW_FORMAT_DOUBLE_MAX);
  return grown(out, snow_format_json_double(x, end_of(out)));
}

/* An impl of write_json may have cut or turned what was written. */
snow_str snow_json_text(snow_cx *cx, const snow_site *at, snow_list out) {
  if (out.len && !snow_utf8_valid((const unsigned char *)end_of(out) - out.len, out.len))
    snow_panic(cx, at, "Json.encode: what write_json has written is not UTF-8");
  return snow_string_of_bytes(cx, out);
}

static snow_list put_line(snow_cx *cx, snow_list out, size_t depth) {
  out = snow_bytes_room(cx, out, 1 + 2 * depth);
  char *o = end_of(out);
  *o = '\n';
  memset(o + 1, ' ', 2 * depth);
  return grown(out, 1 + 2 * depth);
}

static snow_list put_bytes(snow_cx *cx, snow_list out, const char *p, size_t n) {
  out = snow_bytes_room(cx, out, n);
  memcpy(end_of(out), p, n);
  return grown(out, n);
}

snow_str snow_json_pretty(snow_cx *cx, snow_str text) {
  snow_list out = snow_nil;
  size_t depth = 0;
  const char *p = text->data, *end = p + text->len;
  while (p < end) {
    char c = *p++;
    switch (c) {
    case '"': {
      const char *start = p - 1;
      while (p < end && *p != '"')
        p += *p == '\\' && p + 1 < end ? 2 : 1;
      if (p < end) p++;
      out = put_bytes(cx, out, start, (size_t)(p - start));
      break;
    }
    case '[':
    case '{':
      out = put_bytes(cx, out, &c, 1);
      if (p < end && (*p == ']' || *p == '}')) out = put_bytes(cx, out, p++, 1);
      else out = put_line(cx, out, ++depth);
      break;
    case ']':
    case '}':
      if (depth) depth--;
      out = put_line(cx, out, depth);
      out = put_bytes(cx, out, &c, 1);
      break;
    case ',':
      out = put_bytes(cx, out, &c, 1);
      out = put_line(cx, out, depth);
      break;
    case ':': out = put_bytes(cx, out, ": ", 2); break;
    default: out = put_bytes(cx, out, &c, 1);
    }
  }
  return snow_string_of_bytes(cx, out);
}
