/* Copies of values that go from heap to heap: equal, independent, no larger than what they show, and freed. */
#include "mem/mem.h"

#include <stdio.h>
#include <stdlib.h>

static int tests, failed;

static void ok(bool good, const char *what) {
  printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
  failed += !good;
}

static uint64_t state = 88172645463325252u;

static uint64_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

/* A tree: a text, a list of texts, two children. */
typedef struct node {
  snow_object h;
  int64_t value;
  const struct node *left, *right;
  snow_str text;
  snow_list words;
} node;

static const uint32_t node_map[] = {offsetof(node, left), offsetof(node, right), offsetof(node, text), offsetof(node, words)};
static const snow_layout node_layout = {SNOW_RECORD, 0, sizeof(node), 3, 1, 0, 0, node_map, "node"};
static const uint32_t at_start[] = {0};
static const snow_layout pointer = {SNOW_ARRAY, 0, sizeof(void *), 1, 0, 0, 0, at_start, "node"};
static const snow_layout string_array = {SNOW_ARRAY, 0, sizeof(snow_str), 1, 0, 0, 0, at_start, "String"};
static const snow_type string_type = {SNOW_STRING, sizeof(snow_str), &string_array, &snow_empty, NULL, NULL, NULL, NULL, "String", NULL};
static const snow_layout list_array = {SNOW_ARRAY, 0, sizeof(snow_list), 0, 1, 0, 0, at_start, "List<String>"};

static snow_cx one, two;

static snow_str text(snow_cx *cx, uint64_t seed) {
  static char bytes[8192];
  size_t n = seed % 8 == 0 ? seed / 8 % sizeof bytes : seed / 8 % 40;
  memset(bytes, (int)('a' + seed % 26), n);
  return snow_string_new(cx, bytes, n);
}

static bool is_text(snow_str s, uint64_t seed) {
  size_t n = seed % 8 == 0 ? seed / 8 % 8192 : seed / 8 % 40;
  if (s->len != n) return false;
  for (size_t i = 0; i < n; i++)
    if (s->data[i] != (char)('a' + seed % 26)) return false;
  return true;
}

static const node *tree(snow_cx *cx, uint64_t seed, int depth) {
  if (!depth) return NULL;
  const node *left = tree(cx, seed * 3 + 1, depth - 1), *right = tree(cx, seed * 5 + 2, depth - 1);
  snow_str t = text(cx, seed);
  snow_list words = snow_nil;
  for (uint64_t i = 0; i < seed % 9; i++) {
    snow_str w = text(cx, seed + i);
    words = snow_list_append(cx, &string_type, words, &w);
  }
  if (words.len > 3) words = snow_tail(words); /* a window */
  node *n = snow_alloc(cx, &node_layout, sizeof *n);
  *n = (node){n->h, (int64_t)seed, left, right, t, words};
  return n;
}

static bool is_tree(const node *n, uint64_t seed, int depth) {
  if (!depth) return !n;
  if (!n || n->value != (int64_t)seed || !is_text(n->text, seed)) return false;
  uint32_t len = (uint32_t)(seed % 9), skipped = len > 3;
  if (n->words.len != len - skipped) return false;
  for (uint32_t i = 0; i < n->words.len; i++)
    if (!is_text(SNOW_AT(snow_str, n->words, i), seed + i + skipped)) return false;
  return is_tree(n->left, seed * 3 + 1, depth - 1) && is_tree(n->right, seed * 5 + 2, depth - 1);
}

/* From one to two and collecting both. */
static const void *sent(const void *p, const snow_layout *l, size_t *bytes) {
  snow_fragment f;
  snow_copy_out(&one, l, &p, &f);
  *bytes = f.bytes;
  snow_collect(&one, true);
  snow_copy_in(&two, l, &p, &f);
  return p;
}

static void trees(void) {
  bool good = true;
  for (int i = 0; i < 300 && good; i++) {
    uint64_t seed = random_number() >> 8;
    int depth = (int)(random_number() % 8);
    size_t bytes;
    const node *copy = sent(tree(&one, seed, depth), &pointer, &bytes);
    for (int k = 0; k < 20; k++) tree(&one, seed + 1, 3);
    good = is_tree(copy, seed, depth) && (!copy || (snow_owns(&two, &copy->h) && !snow_owns(&one, &copy->h)));
    if (i % 7 == 0) snow_collect(&two, i % 2);
    good &= is_tree(copy, seed, depth);
  }
  ok(good, "trees arrive as they were, in the other heap, and stay so");
}

static void dropped(void) {
  snow_fragment f;
  const node *t = tree(&one, 77, 8);
  for (int i = 0; i < 2000; i++) {
    const void *p = t;
    snow_copy_out(&one, &pointer, &p, &f);
    snow_fragment_drop(&one, &f);
  }
  ok(!f.blocks && !f.blobs, "a message that nobody takes is dropped");
}

/* 2^60 paths, 60 nodes. */
static void shared(void) {
  const node *n = NULL;
  for (int i = 1; i <= 60; i++) {
    node *m = snow_alloc(&one, &node_layout, sizeof *m);
    *m = (node){m->h, i, n, n, snow_empty, snow_nil};
    n = m;
  }
  size_t bytes, heap = snow_heap_bytes(one.heap);
  const node *copy = sent(n, &pointer, &bytes);
  int64_t depth = 0;
  bool good = true;
  for (const node *m = copy; m; m = m->left) good &= m->value == 60 - depth++;
  ok(good && depth == 60, "a graph in which all is shared arrives");
  ok(bytes < heap + 61 * sizeof(node), "and takes no more than the heap it comes from, and what was in it");
}

static void windows(void) {
  snow_list xs = snow_nil;
  for (int i = 0; i < 100000; i++) {
    snow_str s = text(&one, 3);
    xs = snow_list_append(&one, &string_type, xs, &s);
  }
  xs.off = 50000;
  xs.len = 10;
  snow_fragment f;
  snow_list ys = xs;
  snow_copy_out(&one, &list_array, &ys, &f);
  size_t bytes = f.bytes;
  snow_copy_in(&two, &list_array, &ys, &f);
  bool good = ys.len == 10;
  for (uint32_t i = 0; i < 10; i++) good &= is_text(SNOW_AT(snow_str, ys, i), 3);
  ok(good, "a piece of a list arrives");
  ok(bytes < 4096, "without the rest");
}

static snow_blob *blob_of(snow_str s) { return ((const blob_ref *)(const void *)s->owner)->blob; }

static void long_texts(void) {
  static char bytes[1 << 20];
  memset(bytes, 'x', sizeof bytes);
  snow_str s = snow_string_new(&one, bytes, sizeof bytes);
  size_t size;
  snow_str there = sent(s, &string_array, &size);
  ok(size < 200 && there->len == sizeof bytes && memcmp(there->data, bytes, sizeof bytes) == 0, "a long text is not in the message");
  snow_fragment f;
  const void *again = there;
  snow_copy_out(&two, &string_array, &again, &f);
  snow_copy_in(&one, &string_array, &again, &f);
  ok(blob_of(again) == blob_of(there) && atomic_load(&blob_of(there)->references) == 2, "sent on it is shared");
  snow_blob *blob = blob_of(there);
  atomic_fetch_add(&blob->references, 1); /* ours */
  again = there = NULL;
  snow_collect(&one, true);
  snow_collect(&two, true);
  size_t before = snow_heap_statistics(two.heap).collections;
  for (int i = 0; i < 300; i++) sent(snow_string_new(&one, bytes, sizeof bytes), &string_array, &size);
  size_t collections = snow_heap_statistics(two.heap).collections - before;
  ok(collections > 30, "300 MB of long texts are collected, though they take few bytes of the heap");
  atomic_fetch_sub(&blob->references, 1);
}

static void run(snow_cx *cx, void *unused) {
  (void)cx, (void)unused;
  trees();
  dropped();
  shared();
  windows();
  long_texts();
}

int main(void) {
  one.mem = two.mem = snow_mem_new();
  snow_heap_new_small(&two);
  snow_heap_new(&one);
  snow_stack_new(&one);
  two.stack = one.stack; /* both heaps find their roots there */
  snow_stack_run(&one, run, NULL);
  snow_heap_free(&two);
  snow_stack_free(&one);
  snow_heap_free(&one);
  snow_mem_free(one.mem);
  printf("1..%d\n", tests);
  return failed != 0;
}
