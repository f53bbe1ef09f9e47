/* The C library's functions of real numbers, for module Math; IEEE 754 says what they give at the edges. */
#include "rt.h"

#include <math.h>

#define FUNCTION(name)                             \
  double snow_math_##name(snow_cx *cx, double x) { \
    (void)cx;                                      \
    return name(x);                                \
  }
FUNCTION(sin)
FUNCTION(cos)
FUNCTION(tan)
FUNCTION(asin)
FUNCTION(acos)
FUNCTION(atan)
FUNCTION(sinh)
FUNCTION(cosh)
FUNCTION(tanh)
FUNCTION(exp)
FUNCTION(log)
FUNCTION(log2)
FUNCTION(log10)
FUNCTION(floor)
FUNCTION(ceil)
FUNCTION(round)
FUNCTION(trunc)

/* The C library's may be off in the last place, even of cubes: one step of Newton's. */
double snow_math_cbrt(snow_cx *cx, double x) {
  (void)cx;
  double y = cbrt(x);
  if (y == 0 || y - y != 0) return y;
  double better = y - (y * y * y - x) / (3 * y * y);
  return better - better == 0 ? better : y;
}

double snow_math_atan2(snow_cx *cx, double y, double x) {
  (void)cx;
  return atan2(y, x);
}

double snow_math_hypot(snow_cx *cx, double x, double y) {
  (void)cx;
  return hypot(x, y);
}

int64_t snow_float_bits(snow_cx *cx, double x) {
  int64_t bits;
  (void)cx;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

double snow_float_of_bits(snow_cx *cx, int64_t bits) {
  double x;
  (void)cx;
  memcpy(&x, &bits, sizeof x);
  return x;
}

int64_t snow_int_ones(snow_cx *cx, int64_t n) {
  int64_t count = 0;
  (void)cx;
  for (uint64_t u = (uint64_t)n; u; u &= u - 1)
    count++;
  return count;
}

int64_t snow_int_leading_zeros(snow_cx *cx, int64_t n) {
  int64_t count = 0;
  (void)cx;
  if (!n) return 64;
  for (uint64_t u = (uint64_t)n; !(u >> 63); u <<= 1)
    count++;
  return count;
}

int64_t snow_int_trailing_zeros(snow_cx *cx, int64_t n) {
  int64_t count = 0;
  (void)cx;
  if (!n) return 64;
  for (uint64_t u = (uint64_t)n; !(u & 1); u >>= 1)
    count++;
  return count;
}

/* Whether a * b is not what snow_mul gives. */
bool snow_int_mul_overflows(snow_cx *cx, int64_t a, int64_t b) {
  (void)cx;
  if (a == 0 || b == 0) return false;
  if ((a == -1 && b == INT64_MIN) || (b == -1 && a == INT64_MIN)) return true;
  if (a == -1 || b == -1) return false;
  return snow_mul(a, b) / b != a;
}
