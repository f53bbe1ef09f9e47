/* Lists: a window on a buffer. The list that ends where the buffer's used part ends may claim the next slot, the one
 * that begins where it begins the slot before; everybody else copies. */
#include "rt.h"

#include <stdio.h>

const snow_layout snow_unit_array = {SNOW_ARRAY, 0, 0, 0, 0, 0, 0, NULL, "()"};
const unsigned char snow_zeros[64];

const snow_layout snow_int_array = {SNOW_ARRAY, 0, sizeof(int64_t), 0, 0, 0, 0, NULL, "Int"};
static const uint32_t string_map[] = {0};
const snow_layout snow_string_array = {SNOW_ARRAY, 0, sizeof(snow_str), 1, 0, 0, 0, string_map, "String"};

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

static snow_list reserve(snow_cx *cx, const snow_type *t, int64_t n, size_t most) {
  if (n <= 0) return snow_nil;
  return (snow_list){snow_buf_new(cx, t->array, (uint64_t)n < most ? (size_t)n : most, t->size), 0, 0};
}

snow_list snow_list_reserve(snow_cx *cx, const snow_type *t, int64_t n) { return reserve(cx, t, n, (size_t)1 << 20); }

snow_list snow_list_with_room(snow_cx *cx, const snow_type *t, int64_t n) {
  /* A process may yet end before it has made a billion. What is not written to takes no memory, only addresses. */
  size_t most = sizeof(size_t) > 4 ? (size_t)1 << 30 : (size_t)1 << 25;
  return reserve(cx, t, n, most / t->size);
}

snow_list snow_list_of(snow_cx *cx, const snow_type *t, int n, const void *elements) {
  snow_buf *b = snow_buf_new(cx, t->array, (size_t)n, t->size);
  memcpy(b + 1, elements, (size_t)n * t->size);
  b->hi = (uint32_t)n;
  return (snow_list){b, 0, (uint32_t)n};
}

/* Whether xs may claim n slots before it, or behind it. */
static bool room_before(snow_cx *cx, snow_list xs, uint32_t n) {
  const snow_buf *b = xs.buf;
  return b && xs.off == b->lo && b->lo >= n && (!b->old || snow_owns(cx, &b->h));
}

static bool room_behind(snow_cx *cx, snow_list xs, uint32_t n) {
  const snow_buf *b = xs.buf;
  return b && xs.off + xs.len == b->hi && b->cap - b->hi >= n && (!b->old || snow_owns(cx, &b->h));
}

/* The slots before xs, claimed; the caller fills them at once. */
static snow_list claim_before(snow_cx *cx, snow_list xs, uint32_t n) {
  xs.buf->lo -= n;
  if (xs.buf->old) snow_remember(cx, xs.buf, xs.buf->lo);
  xs.off -= n;
  xs.len += n;
  return xs;
}

/* Room for `more` elements and then xs, with room for as many again before and for half behind: elements may go on
 * coming at both ends. */
static snow_list moved_up(snow_cx *cx, const snow_type *t, snow_list xs, uint32_t more) {
  size_t len = (size_t)xs.len + more, before = len < 8 ? 8 : len, cap = before + len + len / 2;
  if (cap > UINT32_MAX) before = 0, cap = len;
  snow_buf *n = snow_buf_new(cx, t->array, cap, t->size);
  if (xs.len) memcpy(slot(n, t->size, before + more), slot(xs.buf, t->size, xs.off), (size_t)xs.len * t->size);
  n->lo = (uint32_t)before;
  n->hi = (uint32_t)(before + len);
  return (snow_list){n, (uint32_t)before, (uint32_t)len};
}

snow_list snow_list_prepend(snow_cx *cx, const snow_type *t, snow_list xs, const void *x) {
  if (xs.len == UINT32_MAX) too_long();
  if (!t->size) return snow_list_count(xs);
  xs = xs.len && room_before(cx, xs, 1) ? claim_before(cx, xs, 1) : moved_up(cx, t, xs, 1);
  memcpy(slot(xs.buf, t->size, xs.off), x, t->size);
  return xs;
}

snow_list snow_list_concat(snow_cx *cx, const snow_type *t, snow_list xs, snow_list ys) {
  size_t len = (size_t)xs.len + ys.len;
  if (len > UINT32_MAX) too_long();
  if (!t->size) {
    xs.len += ys.len;
    return xs;
  }
  if (!xs.len) return ys;
  if (!ys.len) return xs;
  if (xs.buf == ys.buf && xs.off + xs.len == ys.off) { /* two parts of one list */
    xs.len += ys.len;
    return xs;
  }
  if (xs.len < ys.len && (room_before(cx, ys, xs.len) || !room_behind(cx, xs, ys.len))) {
    ys = room_before(cx, ys, xs.len) ? claim_before(cx, ys, xs.len) : moved_up(cx, t, ys, xs.len);
    memcpy(slot(ys.buf, t->size, ys.off), slot(xs.buf, t->size, xs.off), (size_t)xs.len * t->size);
    return ys;
  }
  snow_buf *b = xs.buf;
  if (!room_behind(cx, xs, ys.len)) {
    size_t cap = len + len / 2;
    snow_buf *n = snow_buf_new(cx, t->array, cap > UINT32_MAX ? UINT32_MAX : cap, t->size);
    memcpy(n + 1, slot(b, t->size, xs.off), (size_t)xs.len * t->size);
    n->hi = xs.len;
    xs.buf = b = n;
    xs.off = 0;
  } else if (b->old) snow_remember(cx, b, b->hi);
  memcpy(slot(b, t->size, b->hi), slot(ys.buf, t->size, ys.off), (size_t)ys.len * t->size);
  b->hi += ys.len;
  xs.len += ys.len;
  return xs;
}

snow_list snow_list_copied(snow_cx *cx, const snow_type *t, snow_list xs) {
  if (!xs.len || !t->size) return xs;
  snow_buf *b = snow_buf_new(cx, t->array, xs.len, t->size);
  memcpy(b + 1, slot(xs.buf, t->size, xs.off), (size_t)xs.len * t->size);
  b->hi = xs.len;
  return (snow_list){b, 0, xs.len};
}

void snow_list_copy_range(snow_cx *cx, const snow_type *t, snow_list from, int64_t start, int64_t stop, snow_list to,
                          int64_t at) {
  (void)cx;
  if (start < stop && t->size)
    memcpy(slot(to.buf, t->size, (size_t)at), slot(from.buf, t->size, (size_t)start), (size_t)(stop - start) * t->size);
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
