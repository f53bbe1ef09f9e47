/* Arithmetic that C leaves open, and hashes. */
#include "rt.h"

#include <math.h>

double snow_nan(void) { return (double)NAN; }
double snow_fmod(double a, double b) { return fmod(a, b); }

int64_t snow_float_compare(double a, double b) {
  if (a < b) return -1;
  if (a > b) return 1;
  return (a != a) - (b != b); /* equal, or NaN last */
}

int64_t snow_float_order(snow_cx *cx, double a, double b) {
  (void)cx;
  return snow_float_compare(a, b);
}

int64_t snow_float_to_int(snow_cx *cx, double x) {
  (void)cx;
  if (x != x) return 0;
  if (x >= 9223372036854775808.0) return INT64_MAX;
  if (x < -9223372036854775808.0) return INT64_MIN;
  return (int64_t)x;
}

double snow_float_abs(snow_cx *cx, double x) {
  (void)cx;
  return fabs(x);
}

/* -0.0 is less than 0.0; of a NaN and a number the number is taken. */
double snow_float_min(snow_cx *cx, double a, double b) {
  (void)cx;
  if (a != a) return b;
  if (b != b) return a;
  if (a == b) return signbit(a) ? a : b;
  return a < b ? a : b;
}

double snow_float_max(snow_cx *cx, double a, double b) {
  (void)cx;
  if (a != a) return b;
  if (b != b) return a;
  if (a == b) return signbit(a) ? b : a;
  return a > b ? a : b;
}

double snow_pow(snow_cx *cx, double x, double y) {
  (void)cx;
  return pow(x, y);
}

double snow_sqrt(snow_cx *cx, double x) {
  (void)cx;
  return sqrt(x);
}

int64_t snow_floor(snow_cx *cx, double x) { return snow_float_to_int(cx, floor(x)); }
int64_t snow_ceil(snow_cx *cx, double x) { return snow_float_to_int(cx, ceil(x)); }
int64_t snow_round(snow_cx *cx, double x) { return snow_float_to_int(cx, round(x)); }

/* ---- FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv) ---- */

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t feed(uint64_t h, uint64_t word) {
  for (int i = 0; i < 8; i++)
    h = (h ^ (word >> (8 * i) & 0xFF)) * FNV_PRIME;
  return h;
}

int64_t snow_hash_start(void) { return (int64_t)FNV_START; }
int64_t snow_hash_seed(snow_cx *cx) {
  (void)cx;
  return (int64_t)FNV_START;
}
int64_t snow_hash_combine(int64_t h, int64_t next) { return (int64_t)feed((uint64_t)h, (uint64_t)next); }
int64_t snow_hash_int(int64_t n) { return (int64_t)feed(FNV_START, (uint64_t)n); }
int64_t snow_hash_float(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (int64_t)feed(FNV_START, bits);
}
int64_t snow_hash_bool(bool b) { return (int64_t)((FNV_START ^ (b ? 1u : 0u)) * FNV_PRIME); }
int64_t snow_hash_string(snow_str s) {
  uint64_t h = FNV_START;
  for (uint32_t i = 0; i < s->len; i++)
    h = (h ^ (unsigned char)s->data[i]) * FNV_PRIME;
  return (int64_t)h;
}

int64_t snow_int_hash(snow_cx *cx, int64_t n) {
  (void)cx;
  return snow_hash_int(n);
}
int64_t snow_float_hash(snow_cx *cx, double x) {
  (void)cx;
  return snow_hash_float(x);
}
int64_t snow_bool_hash(snow_cx *cx, bool b) {
  (void)cx;
  return snow_hash_bool(b);
}
int64_t snow_string_hash(snow_cx *cx, snow_str s) {
  (void)cx;
  return snow_hash_string(s);
}
