/* Base64 (RFC 4648) and hexadecimal digits. A byte is an Int, of which the lowest eight bits count. */
#include "rt.h"

static unsigned byte_at(snow_list xs, uint32_t i) { return (unsigned)(SNOW_AT(int64_t, xs, i) & 255); }

static void too_long(void) { snow_die(102, "Snow: a string of more than 4 GiB\n"); }

snow_str snow_base64_encode(snow_cx *cx, snow_list bytes, snow_str alphabet, bool pad) {
  if (!bytes.len) return snow_empty;
  size_t n = bytes.len, len = pad ? (n + 2) / 3 * 4 : (n * 4 + 2) / 3;
  if (len >= UINT32_MAX) too_long();
  snow_string *s = snow_string_room(cx, len);
  char *out = (char *)(s + 1);
  for (uint32_t i = 0; i < n; i += 3) {
    size_t left = n - i < 3 ? n - i : 3;
    unsigned bits =
        byte_at(bytes, i) << 16 | (left > 1 ? byte_at(bytes, i + 1) << 8 : 0) | (left > 2 ? byte_at(bytes, i + 2) : 0);
    for (size_t k = 0; k < 4; k++)
      if (k <= left) *out++ = alphabet->data[bits >> (18 - 6 * k) & 63];
      else if (pad) *out++ = '=';
  }
  return s;
}

/* The text without padding, and the six bits of each character. */
static size_t unpadded(snow_str text) {
  size_t n = text->len;
  for (int i = 0; i < 2 && n && n + 2 > text->len && text->data[n - 1] == '='; i++)
    n--;
  return n;
}

static int bits_of(snow_str alphabet, char c) {
  const char *p = memchr(alphabet->data, c, alphabet->len);
  return p ? (int)(p - alphabet->data) : -1;
}

bool snow_base64_valid(snow_cx *cx, snow_str text, snow_str alphabet) {
  (void)cx;
  size_t n = unpadded(text);
  if (n % 4 == 1 || (n < text->len && text->len % 4 != 0)) return false;
  for (size_t i = 0; i < n; i++)
    if (bits_of(alphabet, text->data[i]) < 0) return false;
  /* Bits that no byte has are zero. */
  unsigned over = n % 4 == 2 ? 15 : n % 4 == 3 ? 3 : 0;
  return !over || !((unsigned)bits_of(alphabet, text->data[n - 1]) & over);
}

snow_list snow_base64_decode(snow_cx *cx, snow_str text, snow_str alphabet) {
  size_t n = unpadded(text), len = n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0);
  if (!len) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_int_array, len, sizeof(int64_t));
  int64_t *out = (int64_t *)(void *)(b + 1);
  unsigned bits = 0;
  int held = 0;
  for (size_t i = 0; i < n; i++) {
    int six = bits_of(alphabet, text->data[i]);
    bits = bits << 6 | (unsigned)(six < 0 ? 0 : six);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[b->hi++] = (int64_t)(bits >> held & 255);
  }
  return (snow_list){b, 0, b->hi};
}

snow_str snow_hex_encode(snow_cx *cx, snow_list bytes) {
  if (!bytes.len) return snow_empty;
  size_t len = (size_t)bytes.len * 2;
  if (len >= UINT32_MAX) too_long();
  snow_string *s = snow_string_room(cx, len);
  char *out = (char *)(s + 1);
  for (uint32_t i = 0; i < bytes.len; i++) {
    *out++ = "0123456789abcdef"[byte_at(bytes, i) >> 4];
    *out++ = "0123456789abcdef"[byte_at(bytes, i) & 15];
  }
  return s;
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool snow_hex_valid(snow_cx *cx, snow_str text) {
  (void)cx;
  for (uint32_t i = 0; i < text->len; i++)
    if (digit(text->data[i]) < 0) return false;
  return text->len % 2 == 0;
}

snow_list snow_hex_decode(snow_cx *cx, snow_str text) {
  size_t n = text->len / 2;
  if (!n) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_int_array, n, sizeof(int64_t));
  int64_t *out = (int64_t *)(void *)(b + 1);
  for (size_t i = 0; i < n; i++)
    out[i] = (int64_t)((unsigned)digit(text->data[2 * i]) << 4 & 0xF0) | (digit(text->data[2 * i + 1]) & 15);
  b->hi = (uint32_t)n;
  return (snow_list){b, 0, (uint32_t)n};
}
