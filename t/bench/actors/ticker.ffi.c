/* A clock for ticker.snow: nanoseconds since some time in the past. */
#define _POSIX_C_SOURCE 200809L
#include <snow/snow.h>
#include <time.h>

int64_t bench_clock(snow_cx *cx);
int64_t bench_clock(snow_cx *cx) {
  (void)cx;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
