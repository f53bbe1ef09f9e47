#include <stdio.h>
#include <stdlib.h>

typedef struct tree {
  struct tree *left, *right;
} tree;

static tree *build(int depth) {
  tree *t = malloc(sizeof *t);
  if (!t) exit(1);
  t->left = depth ? build(depth - 1) : NULL;
  t->right = depth ? build(depth - 1) : NULL;
  return t;
}

static long count_nodes(const tree *t) { return t ? 1 + count_nodes(t->left) + count_nodes(t->right) : 0; }

static void drop(tree *t) {
  if (!t) return;
  drop(t->left);
  drop(t->right);
  free(t);
}

static long once(int depth) {
  tree *t = build(depth);
  long n = count_nodes(t);
  drop(t);
  return n;
}

int main(void) {
  int depth = 18;
  printf("stretch tree of depth %d: %ld\n", depth + 1, once(depth + 1));
  tree *long_lived = build(depth);
  for (int d = 4; d <= depth; d += 2) {
    long trees = 1L << (depth - d + 4), total = 0;
    for (long i = 0; i < trees; i++) total += once(d);
    printf("%ld trees of depth %d: %ld\n", trees, d, total);
  }
  printf("long lived tree of depth %d: %ld\n", depth, count_nodes(long_lived));
  drop(long_lived);
  return 0;
}
