/* The timers of a worker: in order of their deadlines, and of their age among equals; any thread may stop one, and then
 * either it was stopped or it has rung. */
#include "../../rt/actor/timer.c"

#include <stdio.h>
#include <stdlib.h>

static int tests;

static void ok(bool good, const char *what) { printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what); }

/* What timer.c asks of others. */
static snow_timers *timers;
static snow_worker *const worker = (snow_worker *)&timers;
static _Atomic int rung;
snow_timers *snow_worker_timers(snow_worker *w) {
  (void)w;
  return timers;
}
bool snow_seeded(void) { return true; }
snow_process *snow_process_find(snow_pid pid) {
  (void)pid;
  return NULL;
}
void snow_wake(snow_cx *cx, snow_process *p) { (void)cx, (void)p; }
void snow_message_free(snow_cx *cx, snow_message *m) { (void)cx, (void)m; }
static snow_message *last;
void snow_deliver_or_drop(snow_cx *cx, snow_message *m) {
  (void)cx;
  last = m;
  atomic_fetch_add(&rung, 1);
}
snow_message *snow_message_of(snow_cx *cx, snow_kind kind, snow_pid to, const snow_type *t, const void *value) {
  (void)cx, (void)kind, (void)to, (void)t;
  return (snow_message *)(uintptr_t)value; /* only its address is looked at */
}
void snow_die(int status, const char *text) {
  printf("Bail out! %s", text);
  exit(status);
}

static uint64_t state = 88172645463325252u;

static uint64_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

enum { TIMERS = 20000 };
static char names[TIMERS];
static int64_t ids[TIMERS], deadlines[TIMERS];
static bool there[TIMERS];
static snow_cx cx;

static void in_order(void) {
  bool good = true;
  int left = TIMERS;
  for (int i = 0; i < TIMERS; i++) {
    int64_t ms = (int64_t)(random_number() >> 40) % 500;
    deadlines[i] = ms * 1000000;
    ids[i] = snow_timer_send(&cx, NULL, 1, ms, &names[i]);
    there[i] = true;
  }
  for (int i = 0; i < TIMERS; i += 3) {
    good &= snow_timer_cancel(&cx, ids[i]) && !snow_timer_cancel(&cx, ids[i]);
    there[i] = false;
    left--;
  }
  ok(good, "a timer is cancelled once");
  /* One by one: what rings is the earliest of those that are left. */
  int64_t at = 0;
  int before = -1;
  for (good = true; left && good; left--) {
    int64_t next = snow_timers_next(timers);
    good &= next >= at;
    if (next > at) before = -1;
    at = next;
    pthread_mutex_lock(&timers->lock);
    snow_timer *t = timers->v[1];
    take_out(timers, t);
    pthread_mutex_unlock(&timers->lock);
    snow_timer_fire(&cx, t);
    int i = (int)((char *)last - names);
    good &= there[i] && deadlines[i] == at && i > before;
    there[i] = false;
    before = i;
  }
  ok(good, "they ring in order");
  ok(snow_timers_next(timers) == INT64_MAX && !timers->n && !pending.by_id.n, "and then there are none");
}

static _Atomic int cancelled;
static _Atomic bool ready;

static void *cancels(void *unused) {
  static snow_cx own;
  (void)unused;
  while (!atomic_load(&ready))
    ;
  for (int i = 0; i < TIMERS; i++) atomic_fetch_add(&cancelled, snow_timer_cancel(&own, ids[i]));
  return NULL;
}

static void at_once(void) {
  pthread_t thread;
  atomic_store(&rung, 0);
  pthread_create(&thread, NULL, cancels, NULL);
  for (int i = 0; i < TIMERS; i++) ids[i] = snow_timer_send(&cx, NULL, 1, 1 + i % 100, &names[i]);
  atomic_store(&ready, true);
  for (int ms = 0; ms <= 101; ms++) snow_timers_run(&cx, timers, ms * INT64_C(1000000));
  pthread_join(thread, NULL);
  ok(atomic_load(&rung) + atomic_load(&cancelled) == TIMERS, "each rings or is cancelled, not both");
  printf("# %d rang, %d were cancelled\n", atomic_load(&rung), atomic_load(&cancelled));
  ok(!timers->n && !pending.by_id.n, "and nothing is left");
}

int main(void) {
  cx.worker = worker;
  timers = snow_timers_new();
  printf("1..5\n");
  in_order();
  at_once();
}
