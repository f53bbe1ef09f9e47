#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int order(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(void) {
  size_t n = 1000000;
  int64_t *xs = malloc(n * sizeof *xs), seed = 42, sum = 0;
  if (!xs) return 1;
  for (size_t i = 0; i < n; i++) {
    xs[i] = seed;
    seed = (seed * 1103515245 + 12345) % 2147483648;
  }
  qsort(xs, n, sizeof *xs, order);
  for (size_t i = 0; i < n; i++) sum = (sum + xs[i] * (int64_t)i) % 1000000007;
  printf("%lld\n", (long long)sum);
  free(xs);
  return 0;
}
