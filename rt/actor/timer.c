/* Timers: of each worker a binary heap, by deadline and by age among equals. Any thread may stop one. */
#define _DEFAULT_SOURCE
#include "actor/process.h"

#include <pthread.h>
#include <time.h>

struct snow_timers {
  pthread_mutex_t lock;
  snow_timer **v; /* from 1 on */
  size_t n, cap;
  uint64_t made;
  _Atomic int64_t next; /* deadline of the first */
};

static _Atomic int64_t virtual_now;

snow_timers *snow_timers_new(void) {
  snow_timers *h = calloc(1, sizeof *h);
  if (!h) snow_die(102, "Snow: out of memory\n");
  pthread_mutex_init(&h->lock, NULL);
  atomic_init(&h->next, INT64_MAX);
  return h;
}

int64_t snow_now(void) {
  if (snow_seeded()) return atomic_load_explicit(&virtual_now, memory_order_relaxed);
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void snow_time_travel(int64_t to) { atomic_store_explicit(&virtual_now, to, memory_order_relaxed); }

int64_t snow_deadline(int64_t ms) {
  int64_t now = snow_now();
  return ms > (INT64_MAX - now) / 1000000 ? INT64_MAX - 1 : now + ms * 1000000;
}

static bool before(const snow_timer *a, const snow_timer *b) {
  return a->deadline != b->deadline ? a->deadline < b->deadline : a->age < b->age;
}

static void put(snow_timers *h, snow_timer *t, size_t at) {
  h->v[at] = t;
  t->at = at;
}

static void rise(snow_timers *h, snow_timer *t) {
  while (t->at > 1 && before(t, h->v[t->at / 2])) {
    size_t here = t->at;
    put(h, h->v[here / 2], here);
    put(h, t, here / 2);
  }
}

static void sink(snow_timers *h, snow_timer *t) {
  for (;;) {
    size_t child = 2 * t->at, here = t->at;
    if (child > h->n) return;
    if (child < h->n && before(h->v[child + 1], h->v[child])) child++;
    if (before(t, h->v[child])) return;
    put(h, h->v[child], here);
    put(h, t, child);
  }
}

static void tell_next(snow_timers *h) {
  atomic_store_explicit(&h->next, h->n ? h->v[1]->deadline : INT64_MAX, memory_order_release);
}

static void take_out(snow_timers *h, snow_timer *t) {
  size_t at = t->at;
  snow_timer *last = h->v[h->n--];
  t->at = 0;
  if (last != t) {
    put(h, last, at);
    rise(h, last);
    sink(h, last);
  }
  tell_next(h);
}

void snow_timer_start(snow_cx *cx, snow_timer *t) {
  t->worker = snow_worker_of(cx);
  snow_timers *h = snow_worker_timers(t->worker);
  pthread_mutex_lock(&h->lock);
  if (h->n + 2 > h->cap) {
    h->cap = h->cap ? h->cap * 2 : 16;
    h->v = realloc(h->v, h->cap * sizeof(snow_timer *));
    if (!h->v) snow_die(102, "Snow: out of memory\n");
  }
  t->age = h->made++;
  put(h, t, ++h->n);
  rise(h, t);
  tell_next(h);
  pthread_mutex_unlock(&h->lock);
}

bool snow_timer_stop(snow_timer *t) {
  snow_timers *h = snow_worker_timers(t->worker);
  pthread_mutex_lock(&h->lock);
  bool was = t->at != 0;
  if (was) take_out(h, t);
  pthread_mutex_unlock(&h->lock);
  return was;
}

int64_t snow_timers_next(snow_timers *h) { return atomic_load_explicit(&h->next, memory_order_acquire); }

bool snow_timers_matter(snow_timers *h) {
  bool matters = false;
  pthread_mutex_lock(&h->lock);
  for (size_t i = 1; i <= h->n && !matters; i++)
    matters = h->v[i]->process || snow_process_find(h->v[i]->to);
  pthread_mutex_unlock(&h->lock);
  return matters;
}

void snow_timers_run(snow_cx *cx, snow_timers *h, int64_t now) {
  while (snow_timers_next(h) <= now) {
    pthread_mutex_lock(&h->lock);
    snow_timer *t = h->n ? h->v[1] : NULL;
    if (!t || t->deadline > now) {
      pthread_mutex_unlock(&h->lock);
      return;
    }
    take_out(h, t);
    if (t->process) {
      /* Within the lock, so that it is not set after the process has stopped the timer. To be woken for nothing harms
       * no process, and workers must not be woken here: one that goes to sleep looks at timers. */
      snow_process *p = t->process;
      atomic_fetch_or(&p->events, EVENT_TIME);
      pthread_mutex_unlock(&h->lock);
      snow_wake(cx, p);
    } else {
      pthread_mutex_unlock(&h->lock);
      snow_timer_fire(cx, t);
    }
  }
}

int64_t snow_time_ms(snow_cx *cx) {
  (void)cx;
  return snow_now() / 1000000;
}

int64_t snow_clock_ns(snow_cx *cx) {
  (void)cx;
  return snow_now();
}

/* ---- messages that come later ---- */

static struct {
  pthread_mutex_t lock;
  snow_pairs by_id; /* id → timer */
  uint64_t made;
} pending = {.lock = PTHREAD_MUTEX_INITIALIZER};

int64_t snow_timer_send(snow_cx *cx, const snow_type *t, snow_pid to, int64_t ms, const void *message) {
  snow_timer *timer = calloc(1, sizeof *timer);
  if (!timer) snow_die(102, "Snow: out of memory\n");
  timer->deadline = snow_deadline(ms < 0 ? 0 : ms);
  timer->to = to;
  timer->message = snow_message_of(cx, MESSAGE, to, t, message);
  pthread_mutex_lock(&pending.lock);
  uint64_t id = timer->id = ++pending.made;
  snow_pairs_put(&pending.by_id, id, (uint64_t)(uintptr_t)timer);
  snow_timer_start(cx, timer);
  pthread_mutex_unlock(&pending.lock);
  return (int64_t)id;
}

void snow_timer_fire(snow_cx *cx, snow_timer *t) {
  pthread_mutex_lock(&pending.lock);
  snow_pairs_remove(&pending.by_id, t->id);
  pthread_mutex_unlock(&pending.lock);
  snow_deliver_or_drop(cx, t->message);
  free(t);
}

bool snow_timer_cancel(snow_cx *cx, int64_t id) {
  pthread_mutex_lock(&pending.lock);
  uint64_t *found = id > 0 ? snow_pairs_get(&pending.by_id, (uint64_t)id) : NULL;
  snow_timer *t = found ? (snow_timer *)(uintptr_t)*found : NULL;
  bool stopped = t && snow_timer_stop(t);
  if (stopped) snow_pairs_remove(&pending.by_id, (uint64_t)id);
  pthread_mutex_unlock(&pending.lock);
  if (stopped) {
    snow_message_free(cx, t->message);
    free(t);
  }
  return stopped;
}
