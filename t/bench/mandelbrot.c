#include <stdbool.h>
#include <stdio.h>

static bool stays(double cr, double ci) {
  double zr = 0, zi = 0;
  for (int turns = 50;; turns--) {
    double rr = zr * zr, ii = zi * zi;
    if (rr + ii > 4.0) return false;
    if (turns == 0) return true;
    zi = 2.0 * zr * zi + ci;
    zr = rr - ii + cr;
  }
}

int main(void) {
  int n = 2000;
  long count = 0;
  for (int y = 0; y < n; y++)
    for (int x = 0; x < n; x++)
      if (stays(2.0 * x / n - 1.5, 2.0 * y / n - 1.0)) count++;
  printf("%ld\n", count);
  return 0;
}
