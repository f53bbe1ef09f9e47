/* Workers: threads that run processes. Each has a deque of those that can run, which idle workers steal from, and a
 * slot for the one that was woken last, which runs next: it is probably who the running one talks to.
 *
 * A worker goes from process to process without passing through its own stack. Who was left can be resumed elsewhere
 * at once, so what remains to be done for it is done after the switch, by whoever comes next (snow_arrived). */
#define _GNU_SOURCE
#include "actor/process.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#define COND_CLOCK CLOCK_MONOTONIC
#else
#define COND_CLOCK CLOCK_REALTIME
#endif

enum {
  MOST_WORKERS = 256,
  SLICE_US = 2000,
  LIFO_MOST = 16,
  LOOK_AROUND = 61,
  END_MS = 5000,
  STEP_NS = 1000,
  NURSERY = 128,
  LOOK_NS = 20000,
  STALE_NS = 5000000,
  LONG_WAIT_NS = 500000,
  LONG_TURN_NS = 2000,
  NAP_NS = 50000,
  LONGEST_NAP_NS = 500000,
  IDLE_NAPS = 4,
  CROSSING_NS = 400,
  CALM_NS = 1000000,
  LONGEST_CALM_NS = 32000000,
  AWAY_NS = 100000
};

struct snow_worker {
  _Alignas(64) snow_cx cx; /* for what a worker does between processes */
  snow_ctx ctx;
  snow_deque deque; /* those that can run again */
  snow_deque born;  /* those that have not run yet: the newest first, so a tree of them is walked in depth */
  _Alignas(64) snow_process *woken; /* runs next */
  unsigned woken_run, ticks, births, newborn_turns;
  snow_process *bearer; /* goes on after those turns */
  int64_t oldest_taken;
  snow_timers *timers;
  _Atomic(snow_process *) current;
  _Atomic unsigned switches;
  /* what is to be done for the process that was left */
  enum { NOTHING, WAITS, YIELDS, BEARS, ENDED } after;
  snow_process *left;
  uint64_t random;
  int number;
  bool searching;
  int nap_ns, idle_naps; /* while it finds nothing */
  /* whether it pays that it runs beside the others: how many messages have gone to processes elsewhere since */
  int64_t judged_at;
  unsigned crossed;
  int calm_ns; /* how long it was to leave others alone the last time */
  int64_t calm_until;
  /* what thieves know about it */
  _Alignas(64) _Atomic int64_t seen_at;
  _Atomic int64_t aged_at;
  _Atomic unsigned seen_switches;
  _Atomic bool long_turns, away;
  /* parking, under world.lock */
  pthread_cond_t cond;
  bool idle, notified;
  snow_worker *next_idle;
};

static struct {
  _Alignas(64) _Atomic int n_workers, n_idle, n_searching; /* read at every wake-up */
  _Atomic bool somebody_away;
  _Alignas(64) pthread_mutex_t lock;
  snow_worker *workers[MOST_WORKERS];
  int most;
  snow_worker *idle;
  /* from threads that are no workers */
  snow_process *injected, **injected_last;
  _Atomic int n_injected;
  _Atomic int busy;
  snow_process *main;
  _Atomic bool over;
  _Atomic int stage; /* 0: the program runs; 1: root supervisors stop; 2: all others */
  _Atomic int64_t end_by;
  /* the monitor */
  pthread_cond_t someone_runs;
  _Atomic bool monitor;
  bool monitor_sleeps;
  /* SNOW_SCHED_SEED: one worker, which chooses at random */
  bool seeded;
  snow_process **ready;
  size_t n_ready, cap_ready;
} world = {.lock = PTHREAD_MUTEX_INITIALIZER};

bool snow_seeded(void) { return world.seeded; }
bool snow_is_ending(void) { return atomic_load_explicit(&world.stage, memory_order_relaxed) > 0; }
snow_timers *snow_worker_timers(snow_worker *w) { return w->timers; }

static uint64_t random_of(snow_worker *w) { /* xorshift64* (Vigna 2016) */
  uint64_t x = w->random;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  w->random = x;
  return x * UINT64_C(2685821657736338717);
}

/* ---- waking workers ---- */

static void *worker_thread(void *w);

static snow_worker *new_worker(void) {
  void *memory;
  if (posix_memalign(&memory, 64, sizeof(snow_worker)) != 0) snow_die(102, "Snow: out of memory\n");
  snow_worker *w = memset(memory, 0, sizeof *w);
  w->number = atomic_load(&world.n_workers);
  w->cx.mem = snow_mem_new();
  w->cx.worker = w;
  w->timers = snow_timers_new();
  w->random = (uint64_t)(w->number + 1) * 0x9E3779B97F4A7C15u;
  snow_deque_init(&w->deque);
  snow_deque_init(&w->born);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
#ifdef __linux__
  pthread_condattr_setclock(&monotonic, COND_CLOCK);
#endif
  pthread_cond_init(&w->cond, &monotonic);
  world.workers[w->number] = w;
  atomic_fetch_add(&world.n_workers, 1);
  return w;
}

bool snow_start_thread(void *(*run)(void *), void *arg) {
  pthread_attr_t attr;
  pthread_t thread;
  sigset_t all, old;
  sigfillset(&all);
  sigdelset(&all, SIGSEGV);
  sigdelset(&all, SIGBUS);
  sigdelset(&all, SIGFPE);
  sigdelset(&all, SIGILL);
  pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the program's */
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  bool ok = pthread_create(&thread, &attr, run, arg) == 0;
  pthread_attr_destroy(&attr);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return ok;
}

static void unlist(snow_worker *w) {
  snow_worker **at = &world.idle;
  while (*at != w)
    at = &(*at)->next_idle;
  *at = w->next_idle;
  w->idle = false;
  atomic_fetch_sub(&world.n_idle, 1);
  if (world.monitor_sleeps) {
    world.monitor_sleeps = false;
    pthread_cond_signal(&world.someone_runs);
  }
}

static void search(snow_worker *w) {
  if (w->searching) return;
  w->searching = true;
  atomic_fetch_add(&world.n_searching, 1);
}

/* There is more to do than the caller will do next: another worker should look. One that searches is enough, even one
 * that naps unless it is urgent; it wakes the next when it has found something. */
static void wake_worker(bool urgent) {
  bool somebody = atomic_load(&world.n_searching) > 0;
  if (somebody && !urgent) return;
  if (atomic_load(&world.n_idle) == 0 && atomic_load_explicit(&world.n_workers, memory_order_relaxed) >= world.most)
    return;
  pthread_mutex_lock(&world.lock);
  snow_worker *w = world.idle;
  if (w) {
    unlist(w);
    w->notified = true;
    search(w);
    pthread_cond_signal(&w->cond);
  } else if (!somebody && atomic_load(&world.n_workers) < world.most && !world.over) {
    w = new_worker();
    search(w);
    if (!snow_start_thread(worker_thread, w)) {
      /* Those that there are will do. Nobody looks at the last one without a thread. */
      world.most = w->number;
      atomic_fetch_sub(&world.n_workers, 1);
      atomic_fetch_sub(&world.n_searching, 1);
    }
  }
  pthread_mutex_unlock(&world.lock);
}

static void inject(snow_process *p) {
  pthread_mutex_lock(&world.lock);
  p->next = NULL;
  if (!world.injected) world.injected_last = &world.injected;
  *world.injected_last = p;
  world.injected_last = &p->next;
  atomic_fetch_add(&world.n_injected, 1);
  pthread_mutex_unlock(&world.lock);
  wake_worker(true);
}

static snow_process *take_injected(void) {
  if (!atomic_load(&world.n_injected)) return NULL;
  pthread_mutex_lock(&world.lock);
  snow_process *p = world.injected;
  if (p) {
    world.injected = p->next;
    atomic_fetch_sub(&world.n_injected, 1);
  }
  pthread_mutex_unlock(&world.lock);
  return p;
}

static void enqueue(snow_worker *w, snow_process *p) {
  if (!w) {
    inject(p);
    return;
  }
  if (world.seeded) {
    if (world.n_ready == world.cap_ready) {
      world.cap_ready = world.cap_ready ? world.cap_ready * 2 : 64;
      world.ready = realloc(world.ready, world.cap_ready * sizeof *world.ready);
      if (!world.ready) snow_die(102, "Snow: out of memory\n");
    }
    world.ready[world.n_ready++] = p;
    return;
  }
  snow_deque_push(&w->deque, p);
  wake_worker(false);
}

static void run_next(snow_worker *w, snow_process *p) {
  if (!w || world.seeded) {
    enqueue(w, p);
    return;
  }
  snow_process *before = w->woken;
  w->woken = p;
  if (before) enqueue(w, before);
}

void snow_wake(snow_cx *cx, snow_process *p) {
  int waiting = PROCESS_WAITING;
  snow_worker *w = cx ? cx->worker : NULL;
  if (w) w->crossed += atomic_load_explicit(&p->home, memory_order_relaxed) != w;
  if (atomic_load(&p->state) == PROCESS_WAITING && atomic_compare_exchange_strong(&p->state, &waiting, PROCESS_READY))
    run_next(w, p);
}

void snow_wake_event(snow_cx *cx, snow_process *p, unsigned event) {
  atomic_fetch_or(&p->events, event);
  snow_wake(cx, p);
}

void snow_poke(snow_process *p) {
  __atomic_store_n(&p->cx.preempt, 1, __ATOMIC_RELAXED);
  __atomic_store_n(&p->cx.limit, (char *)UINTPTR_MAX, __ATOMIC_RELAXED);
}

/* ---- what runs next ---- */

static snow_process *choose(snow_worker *w) {
  for (;;) {
    snow_time_travel(snow_now() + STEP_NS); /* computing takes time too */
    snow_timers_run(&w->cx, w->timers, snow_now());
    if (world.n_ready) {
      size_t i = (size_t)(random_of(w) >> 16) % world.n_ready;
      snow_process *p = world.ready[i];
      world.ready[i] = world.ready[--world.n_ready];
      return p;
    }
    snow_process *p = take_injected(), *leaving = atomic_load_explicit(&w->current, memory_order_relaxed);
    if (p) return p;
    if (leaving && (atomic_load(&leaving->events) || atomic_load(&leaving->inbox))) return NULL;
    /* Nobody can run: time passes, unless nobody cares. */
    if (atomic_load(&world.busy) || !snow_timers_matter(w->timers)) return NULL;
    snow_time_travel(snow_timers_next(w->timers));
  }
}

/* A message to a process that runs elsewhere costs CROSSING_NS more than others. If that takes half of the time of a
 * worker then one processor alone is faster: it goes away for a moment, in which others may have all that it has, and
 * does not take from them for a while. Those who talk much to one another so come together. */
static bool does_harm(snow_worker *w, int64_t now) {
  enum { ENOUGH = 32, WINDOW_NS = 500000 };
  int64_t passed = now - w->judged_at;
  bool harm = w->crossed >= ENOUGH && w->crossed * (int64_t)CROSSING_NS * 2 > passed;
  if (!harm && passed <= WINDOW_NS) return false;
  if (harm) {
    w->calm_ns = !w->calm_ns ? CALM_NS : w->calm_ns * 2 < LONGEST_CALM_NS ? w->calm_ns * 2 : LONGEST_CALM_NS;
    w->calm_until = now + w->calm_ns;
  } else if (now > w->calm_until) w->calm_ns = 0;
  w->judged_at = now;
  w->crossed = 0;
  return harm;
}

static bool goes_away(snow_worker *w) { return atomic_load_explicit(&w->away, memory_order_relaxed); }

static void go_away(snow_worker *w) {
  bool others = atomic_load(&world.n_idle) < atomic_load(&world.n_workers) - 1;
  if (others && !atomic_exchange(&world.somebody_away, true)) atomic_store(&w->away, true);
}

static void stay_away(snow_worker *w) {
  if (w->woken) snow_deque_push(&w->deque, w->woken);
  if (w->bearer) snow_deque_push(&w->deque, w->bearer);
  w->woken = w->bearer = NULL;
  struct timespec a_moment = {0, AWAY_NS};
  if (snow_deque_length(&w->deque) || snow_deque_length(&w->born)) nanosleep(&a_moment, NULL);
  atomic_store(&w->away, false);
  atomic_store(&world.somebody_away, false);
}

/* Takes the oldest of n, and some more along. */
static snow_process *take_some(snow_deque *from, snow_deque *to, int64_t n, int most) {
  snow_process *p = n ? snow_deque_take(from) : NULL, *more;
  for (int i = 1; p && i < n && i < most && (more = snow_deque_take(from)); i++)
    snow_deque_push(to, more);
  return p;
}

/* Of one that is away. */
static snow_process *take_all(snow_worker *w, int64_t now) {
  if (!atomic_load(&world.somebody_away)) return NULL;
  snow_process *p = NULL;
  int n = atomic_load(&world.n_workers);
  for (int i = 0; i < n && !p; i++) {
    snow_worker *v = world.workers[i];
    if (v == w || !goes_away(v)) continue;
    p = take_some(&v->deque, &w->deque, INT64_MAX, INT_MAX);
    if (!p) p = take_some(&v->born, &w->born, INT64_MAX, INT_MAX);
  }
  if (p) {
    w->judged_at = now;
    w->crossed = 0;
  }
  return p;
}

/* Of this worker's own. */
static snow_process *next_local(snow_worker *w) {
  if (world.seeded) return choose(w);
  if (goes_away(w)) return NULL;
  snow_process *p;
  if (++w->ticks % LOOK_AROUND == 0) {
    int64_t now = snow_now();
    if (snow_timers_next(w->timers) <= now) snow_timers_run(&w->cx, w->timers, now);
    if (does_harm(w, now)) go_away(w);
    if (goes_away(w)) return NULL;
    if ((p = take_injected()) || (p = take_all(w, now))) return p;
    /* The oldest newborn must not wait for ever; but of a tree it is the largest part, so not often. */
    if (now - w->oldest_taken >= SLICE_US * INT64_C(1000)) {
      w->oldest_taken = now;
      if ((p = snow_deque_take(&w->born))) return p;
    }
  }
  if ((p = w->bearer)) {
    snow_process *child = w->newborn_turns ? snow_deque_pop(&w->born) : NULL;
    if (child) {
      w->newborn_turns--;
      return child;
    }
    w->newborn_turns = 0;
    if (++w->woken_run <= LIFO_MOST) { /* before it goes on, some of the others */
      snow_process *next = w->woken ? w->woken : snow_deque_take(&w->deque);
      w->woken = NULL;
      if (next) return next;
    }
    w->woken_run = 0;
    w->bearer = NULL;
    return p;
  }
  if ((p = w->woken)) {
    w->woken = NULL;
    if (++w->woken_run <= LIFO_MOST || (!snow_deque_length(&w->deque) && !snow_deque_length(&w->born))) return p;
    snow_deque_push(&w->deque, p);
  }
  w->woken_run = 0;
  /* Those that ran before come first, but not always: somebody may be waiting for one that is born. */
  if (w->ticks % 4 == 0 && (p = snow_deque_pop(&w->born))) return p;
  if ((p = snow_deque_take(&w->deque)) || (p = snow_deque_pop(&w->born))) return p;
  return take_injected();
}

/* A process that goes to another processor has its memory fetched from the former one, which takes longer than many a
 * turn. So of those born we take only what has waited for a while, or from one whose turns are long; both shows when
 * one looks twice. */
static void look_at(snow_worker *v, int64_t now) {
  int64_t passed = now - atomic_load_explicit(&v->seen_at, memory_order_relaxed);
  if (passed < LOOK_NS) return;
  unsigned switches = atomic_load_explicit(&v->switches, memory_order_relaxed);
  unsigned turns = switches - atomic_load_explicit(&v->seen_switches, memory_order_relaxed);
  atomic_store_explicit(&v->seen_at, now, memory_order_relaxed);
  atomic_store_explicit(&v->seen_switches, switches, memory_order_relaxed);
  atomic_store_explicit(&v->long_turns, passed < STALE_NS && passed >= (int64_t)turns * LONG_TURN_NS,
                        memory_order_relaxed);
  snow_deque_age(&v->born);
  if (now - atomic_load_explicit(&v->aged_at, memory_order_relaxed) < LONG_WAIT_NS) return;
  atomic_store_explicit(&v->aged_at, now, memory_order_relaxed);
  snow_deque_age(&v->deque);
}

static snow_process *steal_from(snow_worker *w, snow_worker *v, int64_t now) {
  enum { SOME = 32, SOME_BORN = 8 }; /* of those born one may become many */
  snow_process *p;
  look_at(v, now);
  bool calm = now < w->calm_until, long_turns = atomic_load_explicit(&v->long_turns, memory_order_relaxed);
  int64_t n = calm ? snow_deque_old(&v->deque) : snow_deque_length(&v->deque);
  p = take_some(&v->deque, &w->deque, (n + 1) / 2, SOME);
  if (!p) {
    n = calm || !long_turns ? snow_deque_old(&v->born) : snow_deque_length(&v->born);
    p = take_some(&v->born, &w->born, (n + 1) / 2, SOME_BORN);
  }
  return p;
}

static snow_process *steal(snow_worker *w) {
  int64_t now = snow_now();
  (void)does_harm(w, now);
  snow_process *taken = take_all(w, now);
  int n = atomic_load(&world.n_workers);
  int first = n > 1 ? (int)(random_of(w) >> 33) % n : 0;
  for (int i = 0; i < n && !taken; i++) {
    snow_worker *v = world.workers[(first + i) % n];
    if (v != w) taken = steal_from(w, v, now);
  }
  if (!taken) w->judged_at = now; /* the time in which it does nothing does not count */
  return taken;
}

static void stop_searching(snow_worker *w, bool found) {
  if (!w->searching) return;
  w->searching = false;
  /* The last one who searched and found something passes the search on. */
  if (atomic_fetch_sub(&world.n_searching, 1) == 1 && found) wake_worker(false);
}

static snow_process *find_work(snow_worker *w) {
  if (goes_away(w)) stay_away(w);
  if (!world.seeded && snow_timers_next(w->timers) != INT64_MAX) snow_timers_run(&w->cx, w->timers, snow_now());
  snow_process *p = next_local(w);
  if (!p && !world.seeded) {
    search(w);
    p = steal(w);
  }
  if (p) {
    stop_searching(w, true);
    w->nap_ns = w->idle_naps = 0;
  }
  return p;
}

static bool work_somewhere(void) {
  if (atomic_load(&world.n_injected)) return true;
  int n = atomic_load(&world.n_workers);
  for (int i = 0; i < n; i++)
    if (snow_deque_length(&world.workers[i]->deque) || snow_deque_length(&world.workers[i]->born)) return true;
  return false;
}

/* ---- the end of the program ---- */

typedef struct {
  snow_cx *cx;
  int n;
} stopper;

static void stop(stopper *s, snow_process *p) {
  snow_reason *why = snow_reason_new(END_SHUTDOWN, 0, NULL, "", 0);
  snow_send_exit(s->cx, process_pid(p), why);
  snow_reason_drop(why);
  s->n++;
}

static void stop_root(void *s, snow_process *p) {
  if (p->is_supervisor && !(p->parent && snow_process_find(p->parent))) stop(s, p);
}

static void stop_any(void *s, snow_process *p) {
  if (!p->is_main && p->end.code) stop(s, p);
}

/* All workers are idle, so nobody touches a process. Whether the program is over; else there is work again. */
static bool quiescent(snow_worker *w) {
  stopper s = {&w->cx, 0};
  if (atomic_load(&world.stage) == 0) {
    atomic_store(&world.stage, 1);
    snow_process_each(stop_root, &s);
    if (s.n) return false;
  }
  if (atomic_load(&world.stage) == 1) {
    atomic_store_explicit(&world.end_by, snow_deadline(END_MS), memory_order_relaxed);
    atomic_store(&world.stage, 2); /* after which the monitor looks at the clock */
    snow_process_each(stop_any, &s);
    if (s.n) return false;
  }
  return true;
}

static bool nothing_will_happen(void) {
  if (atomic_load(&world.busy) || work_somewhere()) return false;
  int n = atomic_load(&world.n_workers);
  for (int i = 0; i < n; i++)
    if (snow_timers_matter(world.workers[i]->timers)) return false;
  return true;
}

static uint64_t all_switches(void) {
  uint64_t sum = 0;
  int n = atomic_load(&world.n_workers);
  for (int i = 0; i < n; i++)
    sum += atomic_load_explicit(&world.workers[i]->switches, memory_order_relaxed);
  return sum;
}

/* ---- folding: where there are many processes, those that have long waited keep no stack ---- */

enum { FOLD_FROM = 4096, FOLD_EVERY_MS = 100 };

static struct {
  _Atomic bool taken; /* one worker does it */
  uint64_t at, candidates, switches;
  _Atomic int64_t next; /* when the next pass begins */
} folding;

static bool folds(void) { return !world.seeded && snow_processes_made() >= FOLD_FROM; }

/* In a worker that has nothing else to do. When all that wait are folded it rests until much has happened again. */
static void fold_stacks(snow_worker *w) {
  enum { MUCH = 10000 };
  if (!folds()) return;
  if (atomic_load(&folding.next) == INT64_MAX && all_switches() - folding.switches > MUCH)
    atomic_store(&folding.next, snow_deadline(FOLD_EVERY_MS));
  if (atomic_load(&folding.next) > snow_now() || atomic_exchange(&folding.taken, true)) return;
  bool done = false;
  while (!done && !work_somewhere())
    done = snow_fold_some(&w->cx, &folding.at, &folding.candidates);
  if (done) {
    atomic_store(&folding.next, folding.candidates ? snow_deadline(FOLD_EVERY_MS) : INT64_MAX);
    folding.switches = all_switches();
    folding.at = folding.candidates = 0;
  }
  atomic_store(&folding.taken, false);
}

/* ---- parking ---- */

/* One who has found nothing while others run looks again soon, and less and less often, before it goes to sleep until
 * it is woken: what there is to do may become worth taking, and those who make it need not wake anybody meanwhile. */
static bool naps(snow_worker *w, int idle) {
  if (!w->searching || idle == atomic_load(&world.n_workers) || atomic_load(&world.n_searching) != 1) return false;
  w->idle_naps = work_somewhere() ? 0 : w->idle_naps + 1;
  if (w->idle_naps > IDLE_NAPS) return false;
  w->nap_ns = !w->nap_ns ? NAP_NS : w->nap_ns * 2 < LONGEST_NAP_NS ? w->nap_ns * 2 : LONGEST_NAP_NS;
  return true;
}

static void park(snow_worker *w) {
  fold_stacks(w);
  pthread_mutex_lock(&world.lock);
  w->idle = true;
  w->notified = false;
  w->next_idle = world.idle;
  world.idle = w;
  int idle = atomic_fetch_add(&world.n_idle, 1) + 1;
  int64_t until = INT64_MAX;
  if (naps(w, idle)) until = snow_now() + w->nap_ns;
  else {
    stop_searching(w, false);
    w->nap_ns = w->idle_naps = 0;
  }
  while (world.over && w->number)
    pthread_cond_wait(&w->cond, &world.lock);
  /* If another one searches it will see what there is. */
  if (world.over || (!w->searching && !atomic_load(&world.n_searching) && work_somewhere())) {
    unlist(w);
    pthread_mutex_unlock(&world.lock);
    return;
  }
  if (idle == atomic_load(&world.n_workers)) {
    if (nothing_will_happen()) {
      /* The others sleep, and cannot be woken without the lock, but by us. */
      unlist(w);
      pthread_mutex_unlock(&world.lock);
      if (quiescent(w)) {
        pthread_mutex_lock(&world.lock);
        atomic_store(&world.over, true);
        pthread_cond_signal(&world.workers[0]->cond);
        pthread_mutex_unlock(&world.lock);
      }
      return;
    }
    snow_out_flush();
  }
  while (!w->notified && !world.over) {
    int64_t deadline = snow_timers_next(w->timers);
    if (until < deadline) deadline = until;
    if (folds() && atomic_load(&folding.next) < deadline) deadline = atomic_load(&folding.next);
    if (deadline == INT64_MAX) pthread_cond_wait(&w->cond, &world.lock);
    else {
      if (deadline <= snow_now()) break;
      struct timespec real;
      clock_gettime(COND_CLOCK, &real);
      int64_t then = (int64_t)real.tv_sec * 1000000000 + real.tv_nsec + (deadline - snow_now());
      struct timespec at = {(time_t)(then / 1000000000), (long)(then % 1000000000)};
      if (pthread_cond_timedwait(&w->cond, &world.lock, &at) == ETIMEDOUT) {
        /* With a seed, somebody waits for a descriptor: for him time must pass. */
        if (world.seeded) snow_time_travel(deadline);
        break;
      }
    }
  }
  if (w->idle) unlist(w);
  pthread_mutex_unlock(&world.lock);
}

/* ---- switching ---- */

static void prepare(snow_worker *w, snow_process *p) {
  atomic_store_explicit(&p->state, PROCESS_RUNNING, memory_order_relaxed);
  w->births = 0;
  if (p->worker != w) atomic_store_explicit(&p->home, w, memory_order_relaxed);
  p->worker = w;
  p->cx.worker = w;
  p->cx.mem = w->cx.mem;
  if (!p->cx.stack) snow_process_give_stack(p);
  if (p->folded) {
    snow_stack_unfold(p->cx.stack, p->folded, p->folded_size);
    p->folded = NULL;
  }
  atomic_store_explicit(&p->rested, false, memory_order_relaxed);
  __atomic_store_n(&p->cx.preempt, world.seeded, __ATOMIC_RELAXED);
  __atomic_store_n(&p->cx.limit, snow_stack_limit(p->cx.stack), __ATOMIC_RELAXED);
  atomic_store_explicit(&w->current, p, memory_order_release); /* the monitor writes to it */
  atomic_store_explicit(&w->switches, atomic_load_explicit(&w->switches, memory_order_relaxed) + 1,
                        memory_order_relaxed);
}

static void finish_switch(snow_worker *w) {
  snow_process *p = w->left;
  int what = w->after;
  w->after = NOTHING;
  switch (what) {
  case NOTHING: break;
  case WAITS:
    atomic_store(&p->state, PROCESS_WAITING);
    /* What came in before that nobody has woken it for. */
    if (atomic_load(&p->inbox) || atomic_load(&p->events)) {
      int waiting = PROCESS_WAITING;
      if (atomic_compare_exchange_strong(&p->state, &waiting, PROCESS_READY)) run_next(w, p);
    }
    break;
  case YIELDS:
    atomic_store(&p->state, PROCESS_READY);
    enqueue(w, p);
    break;
  case BEARS:
    atomic_store(&p->state, PROCESS_READY);
    if (w->bearer) enqueue(w, p);
    else w->bearer = p;
    break;
  case ENDED: snow_process_release(w->cx.mem, p); break;
  }
}

void snow_arrived(snow_cx *cx) { finish_switch(cx->worker); }

static void leave(snow_cx *cx, int after, snow_process *next) {
  snow_process *me = cx->self;
  snow_worker *w = cx->worker;
  w->left = me;
  w->after = after;
  snow_ctx *to = &w->ctx;
  if (next) {
    prepare(w, next);
    to = &next->ctx;
  } else atomic_store_explicit(&w->current, NULL, memory_order_relaxed);
  if (after == ENDED) snow_ctx_quit(&me->ctx, to);
  snow_ctx_switch(&me->ctx, to);
  finish_switch(me->worker);
}

void snow_suspend(snow_cx *cx) {
  snow_process *me = cx->self;
  for (;;) {
    leave(cx, WAITS, next_local(cx->worker));
    if (!snow_is_ending() || me->is_supervisor || me->ending) return;
    /* Nothing but its end concerns it any more. */
    snow_look(cx);
    atomic_store(&me->events, 0);
    if (me->doomed) return;
  }
}

void snow_leave(snow_cx *cx) {
  leave(cx, ENDED, next_local(cx->worker));
  abort();
}

static void yield(snow_cx *cx, int64_t passed, bool surely) {
  snow_process *me = cx->self;
  snow_worker *w = cx->worker;
  if (!world.seeded || !me) __atomic_store_n(&cx->preempt, 0, __ATOMIC_RELAXED);
  if (!me) return;
  if (world.seeded) {
    if (!surely && !me->doomed && random_of(w) >> 61) return;
    snow_time_travel(snow_now() + passed);
    snow_timers_run(cx, w->timers, snow_now());
  } else {
    __atomic_store_n(&cx->limit, snow_stack_limit(cx->stack), __ATOMIC_RELAXED);
    if (snow_timers_next(w->timers) != INT64_MAX) snow_timers_run(cx, w->timers, snow_now());
  }
  snow_look(cx);
  snow_process_resumed(cx);
  if (world.seeded && !world.n_ready) return;
  /* Who has had its time makes room for who has had none. Otherwise new ones come after those that ran before, which
   * are soon done with what others wait for; but one that never waits would keep them waiting. */
  snow_process *next = world.seeded || goes_away(w) ? NULL : snow_deque_take(&w->born);
  if (!next) next = next_local(w);
  if (!next && !goes_away(w)) return;
  leave(cx, YIELDS, next);
  snow_process_resumed(cx);
}

void snow_yield(snow_cx *cx) { yield(cx, STEP_NS, false); }
void snow_give_way(snow_cx *cx) { yield(cx, STEP_NS, true); }
void snow_interrupted(snow_cx *cx) { yield(cx, 5 * SLICE_US * INT64_C(1000), true); }

void snow_start_process(snow_cx *cx, snow_process *p) {
  snow_worker *w = cx->worker;
  atomic_store_explicit(&p->state, PROCESS_READY, memory_order_relaxed);
  p->worker = w;
  atomic_store_explicit(&p->home, w, memory_order_relaxed);
  if (world.seeded) {
    enqueue(w, p);
    return;
  }
  snow_deque_push(&w->born, p);
  wake_worker(false);
  /* Who bears more than are looked after lets some of them run first. */
  if (++w->births == NURSERY) {
    w->newborn_turns = NURSERY;
    snow_process *child = snow_deque_pop(&w->born);
    if (child) leave(cx, BEARS, child);
    snow_process_resumed(cx);
  }
}

void snow_busy(int change) {
  if (atomic_fetch_add(&world.busy, change) + change) return;
  /* All workers may have gone to sleep because of that: one has to see whether the program is over. */
  pthread_mutex_lock(&world.lock);
  snow_worker *w = world.idle;
  if (w) {
    unlist(w);
    w->notified = true;
    pthread_cond_signal(&w->cond);
  }
  pthread_mutex_unlock(&world.lock);
}

static void loop(snow_worker *w) {
  while (!(atomic_load_explicit(&world.over, memory_order_relaxed) && w->number == 0)) {
    snow_process *p = find_work(w);
    if (!p) {
      park(w);
      continue;
    }
    prepare(w, p);
    snow_ctx_switch(&w->ctx, &p->ctx);
    finish_switch(w);
  }
}

static void *worker_thread(void *p) {
#ifdef PR_SET_TIMERSLACK
  (void)prctl(PR_SET_TIMERSLACK, 1000); /* naps are short */
#endif
  loop(p);
  return NULL;
}

/* ---- the monitor ---- */

/* Interrupts processes that run too long, or while a timer of their worker is due. It sleeps while all workers do. */
static void *monitor(void *unused) {
  unsigned last[MOST_WORKERS] = {0};
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&world.lock);
    while (atomic_load(&world.n_idle) == atomic_load(&world.n_workers)) {
      world.monitor_sleeps = true;
      pthread_cond_wait(&world.someone_runs, &world.lock);
    }
    pthread_mutex_unlock(&world.lock);
    /* With a seed only recursion without loops ever needs it. */
    int64_t now = snow_now(), wait = (world.seeded ? 8 : 1) * SLICE_US * 1000L;
    int n = atomic_load(&world.n_workers);
    for (int i = 0; i < n && !world.seeded; i++) {
      int64_t left = snow_timers_next(world.workers[i]->timers) - now;
      if (left < wait) wait = left < 100000 ? 100000 : left;
    }
    struct timespec slice = {0, (long)wait};
    nanosleep(&slice, NULL);
    now = snow_now();
    for (int i = 0; i < n; i++) {
      snow_worker *w = world.workers[i];
      snow_process *p = atomic_load_explicit(&w->current, memory_order_acquire);
      unsigned switches = atomic_load_explicit(&w->switches, memory_order_relaxed);
      if (p && (switches == last[i] || (!world.seeded && snow_timers_next(w->timers) <= now))) snow_poke(p);
      last[i] = switches;
    }
    if (atomic_load(&world.stage) == 2 && now > world.end_by + END_MS * INT64_C(1000000)) {
      snow_out_flush(); /* a terminate block that does not end */
      _exit(0);
    }
  }
  return NULL;
}

/* ---- the beginning ---- */

static int processors(void) {
#if defined(__linux__) && defined(CPU_COUNT)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n > 0 ? (int)n : 1;
}

/* The first process besides main is born. */
void snow_world_grows(void) {
  if (world.monitor) return;
  pthread_mutex_lock(&world.lock);
  bool first = !world.monitor;
  world.monitor = true;
  pthread_mutex_unlock(&world.lock);
  if (!first) return;
  snow_start_thread(monitor, NULL);
  snow_inspect_on_signal();
}

bool snow_world_has_others(void) { return world.monitor; }

void snow_world_counters(snow_counters *c) {
  c->workers = atomic_load(&world.n_workers);
  c->idle = atomic_load(&world.n_idle);
  c->switches = all_switches();
}

void snow_world_run(snow_process *main) {
  const char *number = getenv("SNOW_WORKERS"), *seed = getenv("SNOW_SCHED_SEED");
  world.most = number && *number ? atoi(number) : processors();
  if (world.most < 1) world.most = 1;
  if (world.most > MOST_WORKERS) world.most = MOST_WORKERS;
  pthread_cond_init(&world.someone_runs, NULL);
  snow_worker *w = new_worker();
  if (seed && *seed) {
    world.seeded = true;
    world.most = 1;
    w->random = (strtoull(seed, NULL, 10) + 1) * 0x9E3779B97F4A7C15u;
  }
  world.main = main;
  snow_mem_free(w->cx.mem);
  w->cx.mem = main->cx.mem;
  atomic_store(&main->state, PROCESS_READY);
  w->woken = main;
  if (world.seeded) {
    w->woken = NULL;
    enqueue(w, main);
  }
  loop(w);
}

void snow_main_done(snow_cx *cx) {
  for (;;) {
    cx->self->deadline = 0;
    snow_wait_more(cx);
  }
}
