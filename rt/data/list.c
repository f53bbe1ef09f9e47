/* Lists: a window on a buffer. The list that ends where the buffer's used part ends may claim the next slot, the one
 * that begins where it begins the slot before; everybody else copies. */
#include "rt.h"

#include <stdio.h>

const snow_layout snow_unit_array = {SNOW_ARRAY, 0, 0, 0, 0, 0, 0, NULL, "()"};
const unsigned char snow_zeros[64];

static void *slot(snow_buf *b, size_t size, size_t i) { return (char *)(b + 1) + i * size; }

static void too_long(void) { snow_die(102, "Snow: a list of more than 4294967295 elements\n"); }

snow_list snow_list_append_slow(snow_cx *cx, const snow_type *t, snow_list xs, const void *x) {
  snow_buf *b = xs.buf;
  if (xs.len == UINT32_MAX) too_long();
  if (!b || xs.off + xs.len != b->hi || b->hi == b->cap || (b->old && !snow_owns(cx, &b->h))) {
    /* x may point into the caller's frame or a buffer: neither moves. */
    size_t cap = (size_t)xs.len * 2 < 8 ? 8 : (size_t)xs.len * 2;
    if (cap > UINT32_MAX) cap = UINT32_MAX;
    snow_buf *n = snow_buf_new(cx, t->array, cap, t->size);
    if (xs.len) memcpy(n + 1, slot(b, t->size, xs.off), (size_t)xs.len * t->size);
    n->hi = xs.len;
    xs.buf = b = n;
    xs.off = 0;
  } else if (b->old) snow_remember(cx, b, b->hi);
  memcpy(slot(b, t->size, b->hi), x, t->size);
  b->hi++;
  xs.len++;
  return xs;
}

snow_list snow_list_reserve(snow_cx *cx, const snow_type *t, int64_t n) {
  enum { MOST = 1 << 20 };
  if (n <= 0) return snow_nil;
  return (snow_list){snow_buf_new(cx, t->array, (size_t)(n < MOST ? n : MOST), t->size), 0, 0};
}

snow_list snow_list_of(snow_cx *cx, const snow_type *t, int n, const void *elements) {
  snow_buf *b = snow_buf_new(cx, t->array, (size_t)n, t->size);
  memcpy(b + 1, elements, (size_t)n * t->size);
  b->hi = (uint32_t)n;
  return (snow_list){b, 0, (uint32_t)n};
}

snow_list snow_list_concat(snow_cx *cx, const snow_type *t, snow_list xs, snow_list ys) {
  if ((uint64_t)xs.len + ys.len > UINT32_MAX) too_long();
  if (!t->size) {
    xs.len += ys.len;
    return xs;
  }
  if (!xs.len) return ys;
  if (!ys.len) return xs;
  snow_buf *b = xs.buf;
  if (xs.off + xs.len != b->hi || b->cap - b->hi < ys.len || (b->old && !snow_owns(cx, &b->h))) {
    size_t len = (size_t)xs.len + ys.len, cap = len + len / 2;
    snow_buf *n = snow_buf_new(cx, t->array, cap > UINT32_MAX ? UINT32_MAX : cap, t->size);
    memcpy(n + 1, slot(b, t->size, xs.off), (size_t)xs.len * t->size);
    n->hi = xs.len;
    xs.buf = b = n;
    xs.off = 0;
  } else if (b->old) snow_remember(cx, b, b->hi);
  memmove(slot(b, t->size, b->hi), slot(ys.buf, t->size, ys.off), (size_t)ys.len * t->size);
  b->hi += ys.len;
  xs.len += ys.len;
  return xs;
}

snow_list snow_list_reverse(snow_cx *cx, const snow_type *t, snow_list xs) {
  if (xs.len < 2 || !t->size) return xs;
  snow_buf *b = snow_buf_new(cx, t->array, xs.len, t->size);
  for (uint32_t i = 0; i < xs.len; i++)
    memcpy(slot(b, t->size, xs.len - 1 - i), slot(xs.buf, t->size, (size_t)xs.off + i), t->size);
  b->hi = xs.len;
  return (snow_list){b, 0, xs.len};
}

int64_t snow_tuple_index(snow_cx *cx, const snow_site *at, int64_t index, int64_t n) {
  if (index >= 0 && index < n) return index;
  char text[96];
  snprintf(text, sizeof text, "Tuple.nth: index %lld out of bounds (len %lld)", (long long)index, (long long)n);
  snow_panic(cx, at, text);
}

void snow_index_panic(snow_cx *cx, const snow_site *at, int64_t index, int64_t len) {
  char text[96];
  snprintf(text, sizeof text, "List.get: index %lld out of bounds (len %lld)", (long long)index, (long long)len);
  snow_panic(cx, at, text);
}
