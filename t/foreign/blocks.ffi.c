/* For blocks.snow: calls that take their time, on other threads. */
#define _DEFAULT_SOURCE
#include <snow/snow.h>

#include <unistd.h>

int64_t t_slow_double(snow_cx *cx, int64_t ms, int64_t n);
int64_t t_finished(snow_cx *cx);

static _Atomic int finished;

typedef struct {
  unsigned ms;
  int64_t n;
} job;

static void run(void *arg) {
  job *j = arg;
  usleep(j->ms * 1000);
  j->n *= 2;
  finished++;
}

int64_t t_slow_double(snow_cx *cx, int64_t ms, int64_t n) {
  job j = {(unsigned)ms, n};
  snow_blocking(cx, run, &j);
  return j.n;
}

int64_t t_finished(snow_cx *cx) {
  (void)cx;
  return finished;
}
