/* The collector: what is reachable survives with its contents, what is not is freed; lists, strings and maps keep their
 * promises while collections happen at every allocation. */
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>

static int tests, failed;

static void ok(bool good, const char *what) {
  printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
  failed += !good;
}

/* ---- a linked list of boxes ---- */

typedef struct cell {
  snow_object h;
  int64_t value;
  const struct cell *next;
} cell;

static const uint32_t cell_ptrs[] = {offsetof(cell, next)};
static const snow_layout cell_layout = {SNOW_RECORD, 0, sizeof(cell), 1, 0, 0, 0, cell_ptrs, "cell"};

static const cell *cons(snow_cx *cx, int64_t value, const cell *next) {
  cell *c = snow_alloc(cx, &cell_layout, sizeof *c);
  c->value = value;
  c->next = next;
  return c;
}

static const cell *make_list(snow_cx *cx, int64_t n) {
  const cell *l = NULL;
  for (int64_t i = 0; i < n; i++) l = cons(cx, i, l);
  return l;
}

static bool check_list(const cell *l, int64_t n) {
  for (; l; l = l->next)
    if (l->value != --n) return false;
  return n == 0;
}

static void records(snow_cx *cx) {
  const cell *kept = make_list(cx, 1000);
  for (int round = 0; round < 50; round++) {
    make_list(cx, 1000); /* garbage */
    snow_collect(cx, round % 4 == 0);
  }
  ok(check_list(kept, 1000), "a reachable list survives minor and full collections");
  snow_collect(cx, true);
  ok(snow_heap_statistics(cx->heap).live < 200000, "garbage does not");
  for (int i = 0; i < 200; i++) make_list(cx, 10000);
  ok(check_list(kept, 1000), "and survives a nursery's worth of allocation");
  ok(snow_heap_statistics(cx->heap).blocks < 2000, "whose blocks are used again");
}

/* ---- lists ---- */

static const snow_layout int_array = {SNOW_ARRAY, 0, sizeof(int64_t), 0, 0, 0, 0, NULL, "Int"};
static const snow_type int_type = {SNOW_INT, sizeof(int64_t), &int_array, snow_zeros, NULL, NULL, NULL, NULL, "Int", NULL};
static const uint32_t str_ptrs[] = {0};
static const snow_layout str_array = {SNOW_ARRAY, 0, sizeof(snow_str), 1, 0, 0, 0, str_ptrs, "String"};
static const snow_type str_type = {SNOW_STRING, sizeof(snow_str), &str_array, &snow_empty, NULL, NULL, NULL, NULL, "String", NULL};

static snow_str number(snow_cx *cx, int64_t i) { return snow_int_to_string(cx, i); }

static bool is_number(snow_str s, int64_t i) {
  char text[24];
  snprintf(text, sizeof text, "%lld", (long long)i);
  return s->len == strlen(text) && memcmp(s->data, text, s->len) == 0;
}

static void lists(snow_cx *cx) {
  snow_list xs = snow_nil, half = snow_nil;
  for (int64_t i = 0; i < 20000; i++) {
    snow_str s = number(cx, i);
    xs = snow_list_append(cx, &str_type, xs, &s);
    if (i == 9999) half = xs;
    if (i % 1000 == 0) snow_collect(cx, i % 3000 == 0); /* the buffer is old from now on: new elements are remembered */
  }
  bool good = xs.len == 20000;
  for (int64_t i = 0; i < 20000 && good; i++) good = is_number(SNOW_AT(snow_str, xs, i), i);
  ok(good, "young strings in an old buffer survive");
  snow_str other = snow_string_new(cx, "other", 5);
  snow_list branch = snow_list_append(cx, &str_type, half, &other);
  ok(is_number(SNOW_AT(snow_str, xs, 10000), 10000) && SNOW_AT(snow_str, branch, 10000) == other, "an older version gets a buffer of its own");
  snow_list q = snow_nil;
  good = true;
  for (int64_t i = 0; i < 100000; i++) {
    q = snow_list_append(cx, &int_type, q, &i);
    if (q.len > 100) {
      good &= SNOW_AT(int64_t, q, 0) == i - 100;
      q = snow_tail(q);
    }
  }
  ok(good && q.buf->cap < 1000, "a queue's buffer does not grow with what has passed through it");
}

/* ---- strings ---- */

static void strings(snow_cx *cx) {
  snow_str acc = snow_empty, at_half = snow_empty;
  for (int64_t i = 0; i < 20000; i++) {
    acc = snow_string_concat(cx, acc, number(cx, i % 10));
    if (i == 9999) at_half = acc;
    if (i % 2500 == 0) snow_collect(cx, i % 5000 == 0);
  }
  bool good = acc->len == 20000;
  for (uint32_t i = 0; i < acc->len && good; i++) good = acc->data[i] == (char)('0' + i % 10);
  ok(good, "a string built in a loop");
  snow_str x = snow_string_concat(cx, at_half, snow_string_new(cx, "x", 1));
  ok(acc->data[10000] == '0' && x->data[10000] == 'x' && x->len == 10001, "an older version is extended beside it");
}

/* ---- maps ---- */

static void maps(snow_cx *cx) {
  const snow_map *m = NULL, *old = NULL;
  for (int64_t i = 0; i < 30000; i++) {
    snow_str v = number(cx, i), k = number(cx, i * 7);
    m = snow_map_put(cx, &str_type, &str_type, m, &k, &v);
    if (i == 999) old = m;
    if (i % 4000 == 0) snow_collect(cx, i % 8000 == 0);
  }
  bool good = snow_map_size(cx, &str_type, &str_type, m) == 30000;
  for (int64_t i = 0; i < 30000 && good; i++) {
    snow_str k = number(cx, i * 7), v;
    int64_t slot = snow_map_slot(cx, &str_type, &str_type, m, &k);
    good = slot >= 0;
    if (good) {
      snow_map_value_at(cx, &str_type, &str_type, m, slot, &v);
      good = is_number(v, i);
    }
  }
  ok(good, "30000 string keys, found with their values");
  const snow_map *fewer = m;
  for (int64_t i = 0; i < 30000; i += 2) {
    snow_str k = number(cx, i * 7);
    fewer = snow_map_delete(cx, &str_type, &str_type, fewer, &k);
  }
  good = snow_map_size(cx, &str_type, &str_type, fewer) == 15000 && snow_map_size(cx, &str_type, &str_type, m) == 30000;
  snow_list keys = snow_map_keys(cx, &str_type, &str_type, fewer);
  for (int64_t i = 0; i < 15000 && good; i++) good = is_number(SNOW_AT(snow_str, keys, i), (2 * i + 1) * 7);
  ok(good, "half of them deleted: order is kept, and the version before as it was");
  ok(snow_map_size(cx, &str_type, &str_type, old) == 1000, "an early version still has its size");
  snow_str late = number(cx, 7 * 5000);
  ok(snow_map_slot(cx, &str_type, &str_type, old, &late) < 0, "and does not see later keys");
  snow_str v = snow_string_new(cx, "new", 3);
  const snow_map *branch = snow_map_put(cx, &str_type, &str_type, old, &late, &v);
  ok(snow_map_size(cx, &str_type, &str_type, branch) == 1001 && snow_map_size(cx, &str_type, &str_type, m) == 30000, "branching from it leaves the newest alone");
}

/* ---- large objects ---- */

static void large(snow_cx *cx) {
  snow_buf *kept = snow_buf_new(cx, &int_array, 1 << 20, sizeof(int64_t));
  kept->hi = 1;
  *(int64_t *)(void *)(kept + 1) = 42;
  for (int i = 0; i < 200; i++) snow_buf_new(cx, &int_array, 1 << 18, sizeof(int64_t));
  snow_collect(cx, true);
  ok(*(int64_t *)(void *)(kept + 1) == 42, "a large object survives");
  ok(snow_heap_statistics(cx->heap).live < (size_t)64 << 20, "large garbage is freed");
}

static void run(snow_cx *cx, void *unused) {
  (void)unused;
  records(cx);
  lists(cx);
  strings(cx);
  maps(cx);
  large(cx);
}

int main(void) {
  static snow_cx cx;
  cx.mem = snow_mem_new();
  snow_heap_new(&cx);
  snow_stack_new(&cx);
  snow_stack_run(&cx, run, NULL);
  snow_stack_free(&cx);
  snow_heap_free(&cx);
  snow_mem_free(cx.mem);
  printf("1..%d\n", tests);
  return failed != 0;
}
