#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  size_t n = 10000000, kept = 0;
  int64_t *numbers = malloc(n * sizeof *numbers), *mapped = malloc(n * sizeof *mapped), *filtered = malloc(n * sizeof *filtered);
  if (!numbers || !mapped || !filtered) return 1;
  for (size_t i = 0; i < n; i++) numbers[i] = (int64_t)i * 7 % 1000003;
  for (size_t i = 0; i < n; i++) mapped[i] = numbers[i] * 3 + 1;
  for (size_t i = 0; i < n; i++)
    if (mapped[i] % 2 == 0) filtered[kept++] = mapped[i];
  int64_t sum = 0;
  for (size_t i = 0; i < kept; i++) sum += filtered[i];
  printf("%lld %zu\n", (long long)sum, n);
  free(numbers);
  free(mapped);
  free(filtered);
  return 0;
}
