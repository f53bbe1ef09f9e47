/* Looking at processes from outside: reports of crashes, the table of all, what a program may ask. What is read here of
 * a running process is what its worker writes atomically; the rest may be a moment old. */
#define _DEFAULT_SOURCE
#include "actor/process.h"
#include "mem/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int snow_log_level(void) {
  static _Atomic int level = -1;
  int l = atomic_load_explicit(&level, memory_order_relaxed);
  if (l >= 0) return l;
  const char *s = getenv("SNOW_LOG");
  l = !s || !*s || strcmp(s, "crash") == 0 ? LOG_CRASH : strcmp(s, "quiet") == 0 ? LOG_QUIET : LOG_DEBUG;
  atomic_store_explicit(&level, l, memory_order_relaxed);
  return l;
}

/* ---- texts that grow ---- */

typedef struct {
  char *s;
  size_t n, cap;
} text;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
add(text *t, const char *format, ...) {
  va_list args;
  char piece[256];
  va_start(args, format);
  int n = vsnprintf(piece, sizeof piece, format, args);
  va_end(args);
  size_t len = n < 0 ? 0 : (size_t)n < sizeof piece ? (size_t)n : sizeof piece - 1;
  if (t->n + len + 1 > t->cap) {
    t->cap = (t->n + len + 1) * 2;
    t->s = realloc(t->s, t->cap);
    if (!t->s) snow_die(102, "Snow: out of memory\n");
  }
  memcpy(t->s + t->n, piece, len + 1);
  t->n += len;
}

static void write_and_free(text *t) {
  snow_write_error(t->s, t->n);
  free(t->s);
}

static void add_pid(text *t, snow_pid pid) {
  snow_process *p = snow_process_find(pid);
  const char *name = p ? process_name(p) : NULL;
  add(t, "<0.%" PRIu64 ">", (uint64_t)pid);
  if (name) add(t, " (%s)", name);
}

/* ---- reports ---- */

void snow_report_crash(snow_process *p, const char *panic, const char *message) {
  if (snow_log_level() == LOG_QUIET) return;
  text t = {0};
  for (const char *s = panic; *s; s += strlen(s) < 200 ? strlen(s) : 200)
    add(&t, "%.200s", s);
  add(&t, "\n[snow-rt] actor <0.%" PRIu64 "> (%s) exited: ", (uint64_t)process_pid(p), process_name(p));
  for (const char *s = message; *s; s += strlen(s) < 200 ? strlen(s) : 200)
    add(&t, "%.200s", s);
  add(&t, "\n");
  char *trace = snow_backtrace();
  for (const char *s = trace; s && *s; s += strlen(s) < 200 ? strlen(s) : 200)
    add(&t, "%.200s", s);
  free(trace);
  /* The eight oldest; the order of a table says nothing. */
  snow_pid links[8];
  int n = 0;
  for (const snow_pair *l = snow_pairs_next(&p->links, NULL); l; l = snow_pairs_next(&p->links, l)) {
    if (l->key == p->parent) continue;
    int at = n < 8 ? n++ : 8;
    for (; at > 0 && links[at - 1] > l->key; at--)
      if (at < 8) links[at] = links[at - 1];
    if (at < 8) links[at] = l->key;
  }
  for (int i = 0; i < n; i++) {
    add(&t, i ? ", " : "          linked to ");
    add_pid(&t, links[i]);
  }
  if (n) add(&t, p->links.n > 8 ? ", ...\n" : "\n");
  if (p->parent) {
    add(&t, "          supervised by ");
    add_pid(&t, p->parent);
    add(&t, "\n");
  }
  write_and_free(&t);
}

void snow_report_end(snow_process *p) {
  if (snow_log_level() < LOG_DEBUG) return;
  char *why = snow_reason_text(p->reason);
  text t = {0};
  add(&t, "[snow-rt] actor <0.%" PRIu64 "> (%s) ended: ", (uint64_t)process_pid(p), process_name(p));
  add(&t, "%.200s\n", why);
  free(why);
  write_and_free(&t);
}

void snow_report_failed(snow_cx *cx, snow_str why) {
  if (snow_log_level() == LOG_QUIET) return;
  text t = {0};
  add(&t, "[snow-rt] supervisor <0.%" PRIu64 "> (%s) exited: ", (uint64_t)process_pid(cx->self),
      process_name(cx->self));
  add(&t, "%.200s\n", why->data);
  write_and_free(&t);
}

/* ---- the table ---- */

static const char *state_of(snow_process *p) {
  switch (atomic_load_explicit(&p->state, memory_order_relaxed)) {
  case PROCESS_READY: return "ready";
  case PROCESS_RUNNING: return "running";
  case PROCESS_WAITING: return "waiting";
  default: return "ending";
  }
}

static void row(void *arg, snow_process *p) {
  text *t = arg;
  const char *name = process_name(p);
  const snow_site *at = atomic_load_explicit(&p->waits_at, memory_order_relaxed);
  char pid[32];
  snprintf(pid, sizeof pid, "<0.%" PRIu64 ">", (uint64_t)process_pid(p));
  add(t, "%-14s %-24.24s %-8s %8" PRId64 " %10zu  ", pid, name ? name : "", state_of(p), process_mailbox(p),
      atomic_load_explicit(&p->heap_bytes, memory_order_relaxed));
  if (at) add(t, "%s:%d", at->file, at->line);
  add(t, "\n");
}

void snow_inspect(void) {
  text t = {0};
  snow_counters c;
  snow_world_counters(&c);
  add(&t, "%-14s %-24s %-8s %8s %10s  %s\n", "pid", "name", "state", "mailbox", "heap", "last receive");
  snow_process_each(row, &t);
  add(&t, "%d workers, %d idle, %" PRIu64 " switches\n", c.workers, c.idle, c.switches);
  snow_heap_stats gc = snow_heap_totals();
  add(&t, "%zu collections, %zu of them full; %zu bytes allocated up to the last of each process\n", gc.collections,
      gc.full_collections, gc.allocated);
  snow_mem_stats m = snow_mem_statistics();
  add(&t, "KB of memory: blocks of heaps %zu (%zu free), large objects %zu, messages %zu, ", m.blocks >> 10,
      m.blocks_free >> 10, m.large >> 10, m.cells >> 10);
  add(&t, "processes %zu, their stacks' addresses %zu (%zu free)\n",
      (size_t)snow_processes_made() * sizeof(snow_process) >> 10, m.stacks >> 10, m.stacks_free >> 10);
  write_and_free(&t);
}

static sem_t asked;

static void on_signal(int sig) {
  (void)sig;
  sem_post(&asked);
}

static void *inspector(void *unused) {
  (void)unused;
  for (;;)
    if (sem_wait(&asked) == 0) snow_inspect();
  return NULL;
}

/* From now on SIGQUIT prints the table. */
void snow_inspect_on_signal(void) {
  struct sigaction now, act;
  memset(&act, 0, sizeof act);
  if (sigaction(SIGQUIT, NULL, &now) != 0 || now.sa_handler != SIG_DFL) return;
  if (sem_init(&asked, 0, 0) != 0 || !snow_start_thread(inspector, NULL)) return;
  act.sa_handler = on_signal;
  act.sa_flags = SA_RESTART;
  sigemptyset(&act.sa_mask);
  sigaction(SIGQUIT, &act, NULL);
}

/* ---- what programs ask ---- */

bool snow_process_alive(snow_cx *cx, snow_pid pid) {
  (void)cx;
  snow_process *p = snow_process_find(pid);
  return p && atomic_load(&p->inbox) != CLOSED;
}

snow_str snow_process_name_of(snow_cx *cx, snow_pid pid) {
  snow_process *p = snow_process_find(pid);
  const char *name = p ? process_name(p) : NULL;
  return name ? snow_string_new(cx, name, strlen(name)) : snow_empty;
}

snow_str snow_process_state_of(snow_cx *cx, snow_pid pid) {
  snow_process *p = snow_process_find(pid);
  const char *s = p ? state_of(p) : "ending";
  return snow_string_new(cx, s, strlen(s));
}

snow_str snow_process_place_of(snow_cx *cx, snow_pid pid) {
  snow_process *p = snow_process_find(pid);
  const snow_site *at = p ? atomic_load_explicit(&p->waits_at, memory_order_relaxed) : NULL;
  if (!at) return snow_empty;
  char s[512];
  int n = snprintf(s, sizeof s, "%s:%d", at->file, at->line);
  return snow_string_new(cx, s, n < 0 ? 0 : (size_t)n < sizeof s ? (size_t)n : sizeof s - 1);
}

/* 0: messages waiting, 1: bytes of heap, 2: links, 3: monitors. */
int64_t snow_process_number_of(snow_cx *cx, snow_pid pid, int64_t what) {
  snow_process *p = snow_process_find(pid);
  if (!p) return 0;
  switch (what) {
  case 0: return process_mailbox(p);
  case 1:
    return (int64_t)(p == cx->self ? snow_heap_size(cx) : atomic_load_explicit(&p->heap_bytes, memory_order_relaxed));
  case 2: return (int64_t)__atomic_load_n(&p->links.n, __ATOMIC_RELAXED);
  default: return (int64_t)__atomic_load_n(&p->monitors.n, __ATOMIC_RELAXED);
  }
}

typedef struct {
  snow_pid *v;
  size_t n, cap;
} pids;

static void collect(void *arg, snow_process *p) {
  pids *all = arg;
  if (all->n == all->cap) {
    all->cap = all->cap ? all->cap * 2 : 64;
    all->v = realloc(all->v, all->cap * sizeof *all->v);
    if (!all->v) snow_die(102, "Snow: out of memory\n");
  }
  all->v[all->n++] = process_pid(p);
}

snow_list snow_process_list(snow_cx *cx) {
  static const snow_layout pid_array = {SNOW_ARRAY, 0, sizeof(snow_pid), 0, 0, 0, 0, NULL, "Pid"};
  pids all = {0};
  snow_process_each(collect, &all);
  snow_buf *b = snow_buf_new(cx, &pid_array, all.n, sizeof(snow_pid));
  memcpy(b + 1, all.v, all.n * sizeof *all.v);
  b->hi = (uint32_t)all.n;
  free(all.v);
  return (snow_list){b, 0, b->hi};
}
