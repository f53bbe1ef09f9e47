/* Timers: a binary heap by deadline, and by age among equals. */
#define _DEFAULT_SOURCE
#include "actor/process.h"

#include <stdlib.h>
#include <time.h>

struct snow_timer {
  int64_t deadline;
  uint64_t age;
  size_t at; /* its place in the heap */
  snow_process *process;
  snow_pid to;
  snow_message *message;
};

static struct {
  snow_timer **v;
  size_t n, cap;
  uint64_t made;
} timers;

int64_t snow_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool before(const snow_timer *a, const snow_timer *b) {
  return a->deadline != b->deadline ? a->deadline < b->deadline : a->age < b->age;
}

static void put(snow_timer *t, size_t at) {
  timers.v[at] = t;
  t->at = at;
}

static void rise(snow_timer *t) {
  while (t->at && before(t, timers.v[(t->at - 1) / 2])) {
    size_t up = (t->at - 1) / 2, here = t->at;
    put(timers.v[up], here);
    put(t, up);
  }
}

static void sink(snow_timer *t) {
  for (;;) {
    size_t child = 2 * t->at + 1, here = t->at;
    if (child >= timers.n) return;
    if (child + 1 < timers.n && before(timers.v[child + 1], timers.v[child])) child++;
    if (before(t, timers.v[child])) return;
    put(timers.v[child], here);
    put(t, child);
  }
}

snow_timer *snow_timer_new(int64_t deadline, snow_process *p, snow_pid to, snow_message *m) {
  if (timers.n == timers.cap) {
    timers.cap = timers.cap ? timers.cap * 2 : 64;
    timers.v = realloc(timers.v, timers.cap * sizeof *timers.v);
  }
  snow_timer *t = timers.v ? malloc(sizeof *t) : NULL;
  if (!t) snow_die(102, "Snow: out of memory\n");
  *t = (snow_timer){deadline, timers.made++, timers.n, p, to, m};
  timers.v[timers.n++] = t;
  rise(t);
  return t;
}

void snow_timer_cancel(snow_timer *t) {
  snow_timer *last = timers.v[--timers.n];
  if (last != t) {
    put(last, t->at);
    rise(last);
    sink(last);
  }
  free(t->message);
  free(t);
}

int64_t snow_timer_next(void) {
  while (timers.n && timers.v[0]->message && !snow_process_find(timers.v[0]->to))
    snow_timer_cancel(timers.v[0]);
  return timers.n ? timers.v[0]->deadline : INT64_MAX;
}

void snow_timers_run(int64_t now) {
  while (snow_timer_next() <= now) {
    snow_timer *t = timers.v[0];
    snow_process *p = t->process;
    if (t->message) {
      snow_deliver(snow_process_find(t->to), t->message);
      t->message = NULL;
    } else {
      p->timer = NULL;
      p->timed_out = true;
      snow_make_ready(p);
    }
    snow_timer_cancel(t);
  }
}

void snow_timer_roots(void (*visit)(void *arg, char *lo, char *hi), void *arg) {
  for (size_t i = 0; i < timers.n; i++) {
    snow_message *m = timers.v[i]->message;
    if (m) visit(arg, (char *)(m + 1), (char *)(m + 1) + m->type->size);
  }
}
