/* The life of a process: birth, its books, its end. */
#define _DEFAULT_SOURCE
#include "actor/process.h"
#include "mem/mem.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- pids ----
 *
 * The 40 bits of a local pid count up. Processes stand in a table at the place that the low bits of their pids give; a
 * number whose place is taken is left out, so a look into the table is all it takes to find a process. Nobody takes a
 * lock but to make the table larger: then a new one is published and filled from the former one, into which those who
 * find nothing look as well until that is done. */

typedef struct places {
  struct places *former;
  _Atomic bool filling;
  uint64_t mask;
  _Atomic(snow_process *) at[];
} places;

enum { POOL = 32, FIRST_PLACES = 256 };

/* On cache lines of their own: what everybody reads, what every birth writes, and the rest. */
static struct {
  _Alignas(64) _Atomic(places *) places;
  _Alignas(64) _Atomic uint64_t last; /* pid given out */
  _Alignas(64) _Atomic uint64_t made; /* processes that there is memory for */
  pthread_mutex_t lock;
  snow_process *free;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static snow_process *at_place(places *t, snow_pid pid) {
  snow_process *p = atomic_load_explicit(&t->at[pid & t->mask], memory_order_acquire);
  return p && process_pid(p) == pid ? p : NULL;
}

snow_process *snow_process_find(snow_pid pid) {
  places *t = atomic_load_explicit(&table.places, memory_order_acquire);
  if (!t || !pid) return NULL;
  snow_process *p = at_place(t, pid);
  if (p || !atomic_load_explicit(&t->filling, memory_order_acquire)) return p;
  p = at_place(t->former, pid);
  return p ? p : at_place(t, pid);
}

void snow_process_each(void (*visit)(void *arg, snow_process *p), void *arg) {
  places *t = atomic_load_explicit(&table.places, memory_order_acquire);
  for (uint64_t i = 0; i <= t->mask; i++) {
    snow_process *p = atomic_load_explicit(&t->at[i], memory_order_acquire);
    if (p && process_pid(p) && (process_pid(p) & t->mask) == i) visit(arg, p);
  }
}

/* Puts p where its pid belongs. A place may still name a process that ended while the table grew; but not so p itself:
 * somebody who has seen that it had ended may be about to take the place. */
static bool put_at(places *t, snow_process *p) {
  uint64_t i = process_pid(p) & t->mask;
  snow_process *there = atomic_load(&t->at[i]);
  if (there && (there == p || (process_pid(there) && (process_pid(there) & t->mask) == i))) return false;
  return atomic_compare_exchange_strong(&t->at[i], &there, p);
}

static void grow(places *old) {
  pthread_mutex_lock(&table.lock);
  if (atomic_load(&table.places) == old) {
    uint64_t size = old ? (old->mask + 1) * 4 : FIRST_PLACES;
    places *t = calloc(1, sizeof *t + size * sizeof t->at[0]);
    if (!t) snow_die(102, "Snow: out of memory\n");
    t->mask = size - 1;
    t->former = old;
    atomic_init(&t->filling, old != NULL);
    atomic_store(&table.places, t);
    for (uint64_t i = 0; old && i <= old->mask; i++) {
      snow_process *p = atomic_load(&old->at[i]);
      if (p && (process_pid(p) & old->mask) == i) put_at(t, p);
    }
    atomic_store(&t->filling, false);
  }
  pthread_mutex_unlock(&table.lock);
}

/* One after the other. But while several threads bear many, each takes a range at a time: else they would wait for one
 * another's cache lines, of this counter and of the table. */
static snow_pid new_pid(struct snow_mem *m) {
  enum { RANGE = 64, CONTENDED = 256, MOST = 1024 };
  if (m->next_pid == m->end_pid) {
    uint64_t n = m->contended > CONTENDED ? RANGE : 1;
    m->next_pid = atomic_fetch_add_explicit(&table.last, n, memory_order_relaxed);
    if (m->next_pid != m->end_pid) m->contended += m->contended < MOST ? 2 : 0;
    else if (m->contended) m->contended--;
    m->end_pid = m->next_pid + n;
  }
  return ++m->next_pid;
}

/* Gives p a pid by which it can be found. A table that is being filled is not for new ones: they could take the place
 * of an old one. Nor is it known whether a new one has come along when the table grows: it gets another pid, which is
 * not known to anybody yet. */
static void enter(struct snow_mem *m, snow_process *p) {
  /* Not before the old pid is gone: see mark_named. */
  atomic_store_explicit(&p->named, NOT_NAMED, memory_order_release);
  for (uint64_t pid = 0;;) {
    places *t = atomic_load(&table.places);
    if (!t || atomic_load(&t->filling)) {
      grow(t ? t->former : NULL); /* at least waits for it */
      continue;
    }
    if (!pid) atomic_store_explicit(&p->pid, pid = new_pid(m), memory_order_release);
    if (put_at(t, p)) {
      if (atomic_load(&table.places) == t) return;
    } else if (atomic_load_explicit(&table.made, memory_order_relaxed) > t->mask / 2) {
      grow(t);
      continue; /* with the same pid */
    }
    pid = 0;
  }
}

static void leave(snow_process *p) {
  places *t = atomic_load(&table.places);
  _Atomic(snow_process *) *at = &t->at[process_pid(p) & t->mask];
  /* Nobody takes the place of who has not ended. */
  if (atomic_load_explicit(at, memory_order_relaxed) == p) atomic_store_explicit(at, NULL, memory_order_release);
  atomic_store_explicit(&p->pid, 0, memory_order_release);
}

static snow_process *take_free(struct snow_mem *m) {
  if (!m->processes) {
    pthread_mutex_lock(&table.lock);
    if (!table.free) {
      void *memory;
      if (posix_memalign(&memory, 64, POOL * sizeof(snow_process)) != 0) snow_die(102, "Snow: out of memory\n");
      memset(memory, 0, POOL * sizeof(snow_process));
      snow_process *pool = memory;
      atomic_fetch_add_explicit(&table.made, POOL, memory_order_relaxed);
      for (int i = 0; i < POOL; i++) {
        atomic_init(&pool[i].inbox, CLOSED);
        pool[i].next = table.free;
        table.free = &pool[i];
      }
    }
    for (int i = 0; i < POOL && table.free; i++) {
      snow_process *p = table.free;
      table.free = p->next;
      p->next = m->processes;
      m->processes = p;
      m->n_processes++;
    }
    pthread_mutex_unlock(&table.lock);
  }
  snow_process *p = m->processes;
  m->processes = p->next;
  m->n_processes--;
  return p;
}

static void give_free(struct snow_mem *m, snow_process *p) {
  p->next = m->processes;
  m->processes = p;
  if (++m->n_processes <= 4 * POOL) return;
  pthread_mutex_lock(&table.lock);
  while (m->n_processes > 2 * POOL) {
    p = m->processes;
    m->processes = p->next;
    p->next = table.free;
    table.free = p;
    m->n_processes--;
  }
  pthread_mutex_unlock(&table.lock);
}

uint64_t snow_processes_made(void) { return atomic_load_explicit(&table.made, memory_order_relaxed); }

/* ---- resting processes ---- */

static void fold(snow_cx *cx, snow_process *p) {
  int waiting = PROCESS_WAITING;
  if (!atomic_compare_exchange_strong(&p->state, &waiting, PROCESS_FOLDING)) return;
  if (!p->folded && !p->is_main && !p->lends_stack && !p->timer.worker)
    p->folded = snow_stack_fold(p->cx.stack, p->ctx.sp, &p->folded_size);
  atomic_store(&p->state, PROCESS_WAITING);
  /* What came in meanwhile has woken nobody. */
  if (atomic_load(&p->inbox) || atomic_load(&p->events)) snow_wake(cx, p);
}

bool snow_fold_some(snow_cx *cx, uint64_t *at, uint64_t *candidates) {
  enum { SOME = 64 };
  places *t = atomic_load(&table.places);
  uint64_t end = *at + SOME <= t->mask + 1 ? *at + SOME : t->mask + 1;
  for (uint64_t i = *at; i < end; i++) {
    snow_process *p = atomic_load_explicit(&t->at[i], memory_order_acquire);
    if (!p || atomic_load_explicit(&p->state, memory_order_relaxed) != PROCESS_WAITING) continue;
    if (atomic_exchange_explicit(&p->rested, true, memory_order_relaxed)) {
      if (!__atomic_load_n(&p->folded, __ATOMIC_RELAXED)) fold(cx, p);
    } else ++*candidates;
  }
  *at = end;
  return end > t->mask;
}

/* ---- birth ---- */

static void roots(snow_cx *cx, void *marker) {
  static const uint32_t env[] = {offsetof(snow_fn, env)};
  static const snow_layout fn = {SNOW_RECORD, 0, sizeof(snow_fn), 1, 0, 0, 0, env, "function"};
  snow_process *me = cx->self;
  snow_mark_value(marker, &fn, &me->body);
  snow_mark_value(marker, &fn, &me->end);
  for (snow_message *m = me->first; m; m = m->next)
    if (m->here) snow_mark_value(marker, m->type->array, message_value(m));
  atomic_store_explicit(&me->heap_bytes, snow_heap_size(cx), memory_order_relaxed);
}

static void panicked(snow_cx *cx, const char *text, const char *message) {
  snow_process *me = cx->self;
  if (me->is_main) return;
  snow_report_crash(me, text, message);
  snow_reason *why = snow_reason_new(END_ERROR, 0, NULL, message, strlen(message));
  free((char *)(uintptr_t)text);
  if (me->ending) {
    snow_reason_drop(why);
    why = NULL;
  }
  snow_process_end(cx, why);
}

static snow_process *born(struct snow_mem *mem, const char *name) {
  snow_process *p = take_free(mem);
  enter(mem, p);
  p->cx.mem = mem;
  p->cx.self = p;
  p->cx.panicked = panicked;
  p->cx.roots = roots;
  p->last = p->cursor = &p->first;
  atomic_store_explicit(&p->name, name, memory_order_relaxed);
  return p;
}

/* From now on things can be sent to it. */
static void open_inbox(snow_process *p) { atomic_store_explicit(&p->inbox, NULL, memory_order_release); }

static void run_body(void *arg) {
  snow_process *p = arg;
  snow_cx *cx = &p->cx;
  snow_arrived(cx);
  snow_process_resumed(cx);
  const void *env = p->body.env;
  if (p->is_main) p->body.env = NULL; /* the program, not an object */
  ((void (*)(snow_cx *, const void *))p->body.code)(cx, env);
  snow_process_end(cx, snow_reason_share(&snow_reason_normal));
}

void snow_process_give_stack(snow_process *p) {
  void *low;
  size_t size;
  if (p->is_main) snow_stack_new(&p->cx);
  else snow_stack_new_small(&p->cx);
  snow_stack_bounds(p->cx.stack, &low, &size);
  snow_ctx_make(&p->ctx, low, size, run_body, p);
}

static snow_process *spawn(snow_cx *cx, snow_fn body, const char *name, bool job) {
  static const uint32_t env[] = {offsetof(snow_fn, env)};
  static const snow_layout fn = {SNOW_RECORD, 0, sizeof(snow_fn), 1, 0, 0, 0, env, "function"};
  snow_process *me = cx->self;
  snow_world_grows();
  snow_process *p = born(cx->mem, name);
  snow_heap_new_small(&p->cx);
  p->body = body;
  snow_copy_across(cx, &p->cx, &fn, &p->body);
  open_inbox(p);
  if (me->adopter) {
    p->parent = me->adopter;
    snow_link_born(cx, p, me->adopter);
  }
  if (job) snow_job_born(me, p);
  return p;
}

snow_pid snow_spawn(snow_cx *cx, snow_fn body, snow_str name) {
  snow_process *p = spawn(cx, body, name->data, false);
  snow_pid pid = process_pid(p);
  snow_start_process(cx, p);
  return pid;
}

snow_pid snow_job_spawn(snow_cx *cx, snow_fn body) {
  snow_process *p = spawn(cx, body, "job", true);
  snow_pid pid = process_pid(p);
  snow_start_process(cx, p);
  return pid;
}

snow_pid snow_job_adopting(snow_cx *cx, snow_fn body) {
  snow_process *p = spawn(cx, body, "start of a child", true);
  snow_pid pid = process_pid(p);
  p->adopter = process_pid(cx->self);
  snow_start_process(cx, p);
  return pid;
}

snow_process *snow_process_main(void (*body)(snow_cx *, const void *), const void *program) {
  snow_process *p = born(snow_mem_new(), "main");
  p->is_main = true;
  p->body.code = (snow_code)body;
  p->body.env = program;
  snow_heap_new(&p->cx);
  snow_process_give_stack(p);
  open_inbox(p);
  return p;
}

void snow_terminate_with(snow_cx *cx, snow_fn end) { cx->self->end = end; }
snow_pid snow_self(snow_cx *cx) { return process_pid(cx->self); }

snow_pid snow_pid_of(snow_cx *cx, int64_t number) {
  (void)cx;
  return (snow_pid)number;
}

int64_t snow_pid_number(snow_cx *cx, snow_pid pid) {
  (void)cx;
  return (int64_t)pid;
}

/* ---- the end ---- */

void snow_process_resumed(snow_cx *cx) {
  snow_process *me = cx->self;
  if (SNOW_UNLIKELY(me->doomed)) snow_process_end(cx, NULL);
}

void snow_process_end(snow_cx *cx, snow_reason *why) {
  snow_process *me = cx->self;
  if (me->reason) snow_reason_drop(why);
  else me->reason = why;
  snow_wait_over(me);
  me->doomed = false;
  snow_fn end = me->end;
  if (!me->ending && end.code && me->reason->end != END_KILLED) {
    me->ending = true;
    ((void (*)(snow_cx *, const void *))end.code)(cx, end.env);
    snow_wait_over(me);
  }
  me->ending = me->ended = true;
  snow_names_forget(me);
  snow_mailbox_close(cx);
  snow_tell_end(cx);
  snow_report_end(me);
  snow_heap_free(cx);
  snow_leave(cx);
}

void snow_process_release(struct snow_mem *mem, snow_process *p) {
  leave(p);
  snow_ctx_free(&p->ctx);
  snow_stack_free(&p->cx);
  snow_reason_drop(p->reason);
  snow_reason_drop(p->built);
  atomic_store_explicit(&p->name, NULL, memory_order_relaxed);
  atomic_store_explicit(&p->waits_at, NULL, memory_order_relaxed);
  atomic_store_explicit(&p->sent, 0, memory_order_relaxed);
  atomic_store_explicit(&p->taken, 0, memory_order_relaxed);
  atomic_store_explicit(&p->heap_bytes, 0, memory_order_relaxed);
  atomic_store_explicit(&p->events, 0, memory_order_relaxed);
  atomic_store_explicit(&p->is_supervisor, false, memory_order_relaxed);
  memset(&p->ctx, 0, sizeof p->ctx);
  char *from = (char *)&p->worker;
  memset(from, 0, (size_t)((char *)(p + 1) - from));
  give_free(mem, p);
}
