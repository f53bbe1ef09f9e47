/* Processes and their scheduling: coroutines that run until they wait, in turn. */
#define _DEFAULT_SOURCE
#include "actor/process.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct {
  snow_process *head, **tail; /* those that can run */
  snow_process *oldest, *youngest;
  snow_process *dead;    /* the one that just ended; freed by whoever runs next */
  snow_process *falling; /* those that end with the one that ends now */
  snow_process main;
  snow_process **table; /* by pid, open addressing */
  size_t n, cap;
  uint64_t born;
  /* what the monitor looks at */
  snow_cx *cx;
  pthread_mutex_t lock;
  pthread_cond_t busy;
  bool monitor, idle;
  _Atomic unsigned switches;
} world = {.lock = PTHREAD_MUTEX_INITIALIZER, .busy = PTHREAD_COND_INITIALIZER};

enum { SLICE_MS = 4 };

/* Raises the flag of a process that runs too long: functions find the stack limit too high, loops see the flag. It
 * sleeps while the program does. */
static void *monitor(void *unused) {
  (void)unused;
  for (unsigned last = 0;;) {
    struct timespec slice = {0, SLICE_MS * 1000000L};
    pthread_mutex_lock(&world.lock);
    while (world.idle)
      pthread_cond_wait(&world.busy, &world.lock);
    pthread_mutex_unlock(&world.lock);
    nanosleep(&slice, NULL);
    unsigned now = atomic_load_explicit(&world.switches, memory_order_relaxed);
    if (now == last) {
      world.cx->preempt = 1;
      *(char *volatile *)&world.cx->limit = (char *)UINTPTR_MAX;
    }
    last = now;
  }
  return NULL;
}

static void set_idle(bool idle) {
  if (!world.monitor) return;
  pthread_mutex_lock(&world.lock);
  world.idle = idle;
  if (!idle) pthread_cond_signal(&world.busy);
  pthread_mutex_unlock(&world.lock);
}

static void *need(void *p) {
  if (!p) snow_die(102, "Snow: out of memory\n");
  return p;
}

/* ---- by pid ---- */

static size_t slot_of(snow_pid pid) {
  size_t i = (size_t)(pid * 0x9E3779B97F4A7C15u >> 20) & (world.cap - 1);
  while (world.table[i] && world.table[i]->pid != pid)
    i = (i + 1) & (world.cap - 1);
  return i;
}

snow_process *snow_process_find(snow_pid pid) { return world.cap ? world.table[slot_of(pid)] : NULL; }

static void enter(snow_process *p) {
  if (world.n * 2 >= world.cap) {
    snow_process **old = world.table;
    size_t n = world.cap;
    world.cap = n ? n * 2 : 64;
    world.table = need(calloc(world.cap, sizeof *world.table));
    for (size_t i = 0; i < n; i++)
      if (old[i]) world.table[slot_of(old[i]->pid)] = old[i];
    free(old);
  }
  world.table[slot_of(p->pid)] = p;
  world.n++;
  p->before = world.youngest;
  *(world.youngest ? &world.youngest->after : &world.oldest) = p;
  world.youngest = p;
}

static void leave(snow_process *p) {
  size_t i = slot_of(p->pid);
  world.table[i] = NULL;
  world.n--;
  for (size_t k = (i + 1) & (world.cap - 1); world.table[k]; k = (k + 1) & (world.cap - 1)) {
    snow_process *q = world.table[k];
    world.table[k] = NULL;
    world.table[slot_of(q->pid)] = q;
  }
  *(p->before ? &p->before->after : &world.oldest) = p->after;
  *(p->after ? &p->after->before : &world.youngest) = p->before;
}

/* ---- switching ---- */

void snow_make_ready(snow_process *p) {
  if (p->state != PROCESS_WAITING) return;
  p->state = PROCESS_READY;
  p->next = NULL;
  *world.tail = p;
  world.tail = &p->next;
}

static void free_process(snow_process *p);

static void free_dead(void) {
  snow_process *p = world.dead;
  if (!p) return;
  world.dead = NULL;
  free_process(p);
}

/* The next process that can run; waits for a timer when there is none. NULL when none ever will. */
static snow_process *next_process(void) {
  static unsigned turns;
  for (;;) {
    if (!world.head || ++turns % 64 == 0) snow_timers_run(snow_timer_next() == INT64_MAX ? 0 : snow_now());
    snow_process *p = world.head;
    if (p) {
      world.head = p->next;
      if (!world.head) world.tail = &world.head;
      return p;
    }
    int64_t deadline = snow_timer_next();
    if (deadline == INT64_MAX) return NULL;
    snow_out_flush();
    int64_t left = deadline - snow_now();
    struct timespec wait = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
    if (left <= 0) continue;
    set_idle(true);
    nanosleep(&wait, NULL);
    set_idle(false);
  }
}

SNOW_NORETURN static void quit(snow_cx *cx, bool crashed);

static void resume(snow_cx *cx, snow_process *p) {
  snow_process *me = cx->self;
  p->state = PROCESS_RUNNING;
  if (p == me) return;
  world.switches++;
  cx->self = p;
  cx->stack = p->stack;
  cx->limit = snow_stack_limit(p->stack);
  cx->preempt = 0;
  if (me->state == PROCESS_DEAD) snow_ctx_quit(&me->ctx, &p->ctx);
  snow_ctx_switch(&me->ctx, &p->ctx);
  free_dead();
  if (me->doomed) quit(cx, me->doomed == CRASHES);
}

void snow_wait(snow_cx *cx) {
  cx->self->state = PROCESS_WAITING;
  snow_process *p = next_process();
  /* Nobody will wake anybody any more: main, which can only wait for that or for a timer, ends the program. */
  resume(cx, p ? p : &world.main);
}

/* ---- life and death ---- */

static void unqueue(snow_process *q) {
  for (snow_process **at = &world.head; *at; at = &(*at)->next)
    if (*at == q) {
      *at = q->next;
      if (!q->next) world.tail = at;
      return;
    }
}

/* Takes a process that does not run among those that are about to end. */
static void doom(snow_process *q) {
  if (q->state == PROCESS_READY) unqueue(q);
  q->state = PROCESS_DEAD;
  q->next = world.falling;
  world.falling = q;
}

/* What p is linked to ends with it when it crashed; who has something to do at its end is woken for that. */
static void signal_links(snow_process *p, bool crashed) {
  for (int i = 0; i < p->n_links; i++) {
    snow_process *q = snow_process_find(p->links[i]);
    if (!q || q == &world.main || q->state == PROCESS_DEAD) continue;
    for (int k = 0; k < q->n_links; k++)
      if (q->links[k] == p->pid) q->links[k--] = q->links[--q->n_links];
    if (!crashed) continue;
    if (q->end.code) {
      q->doomed = CRASHES;
      snow_make_ready(q);
    } else doom(q);
  }
  p->n_links = 0;
}

static void end_one(snow_process *p, bool crashed) {
  p->state = PROCESS_DEAD;
  if (p->timer) snow_timer_cancel(p->timer);
  p->timer = NULL;
  leave(p);
  snow_names_forget(p->pid);
  signal_links(p, crashed);
  for (snow_message *m = p->first, *next; m; m = next) {
    next = m->next;
    free(m);
  }
  p->first = NULL;
}

static void free_process(snow_process *p) {
  snow_ctx_free(&p->ctx);
  snow_cx stack = {0};
  stack.stack = p->stack;
  snow_stack_free(&stack);
  free(p->links);
  free(p);
}

/* Ends those that are doomed, and whom that dooms in turn; a chain of links may be long. */
static void let_fall(void) {
  for (snow_process *q; (q = world.falling);) {
    world.falling = q->next;
    end_one(q, true);
    free_process(q);
  }
}

static void call(snow_cx *cx, snow_fn f) { ((void (*)(snow_cx *, const void *))f.code)(cx, f.env); }

SNOW_NORETURN static void quit(snow_cx *cx, bool crashed) {
  snow_process *me = cx->self;
  snow_fn end = me->end;
  me->doomed = LIVES;
  me->end.code = NULL; /* a panic in it is only reported */
  if (end.code) {
    if (me->timer) snow_timer_cancel(me->timer);
    me->timer = NULL;
    call(cx, end);
  }
  end_one(me, crashed);
  let_fall();
  snow_process *p = next_process();
  if (!p) p = &world.main; /* which waits for just that */
  world.dead = me;
  resume(cx, p);
  abort();
}

void snow_process_kill(snow_cx *cx, snow_pid pid) {
  snow_process *p = snow_process_find(pid);
  if (!p || p == &world.main) return;
  p->end.code = NULL;
  if (p == cx->self) quit(cx, true);
  doom(p);
  let_fall();
}

int64_t snow_process_after(snow_cx *cx, int64_t number) {
  (void)cx;
  snow_process *p = number ? snow_process_find((snow_pid)number) : NULL;
  p = number ? p ? p->after : NULL : world.oldest;
  return p ? (int64_t)p->pid : 0;
}

static void panicked(snow_cx *cx, const char *text, const char *message) {
  snow_process *me = cx->self;
  if (me == &world.main) return;
  snow_out_flush();
  fprintf(stderr, "%s\n[snow-rt] actor <0.%" PRIu64 "> (%s) exited: %s\n", text, me->pid, me->name, message);
  free((char *)(uintptr_t)text);
  quit(cx, true);
}

static void run_body(void *arg) {
  snow_cx *cx = arg;
  free_dead();
  if (!cx->self->doomed) call(cx, cx->self->body);
  quit(cx, false);
}

static void roots(snow_cx *cx, void (*visit)(void *arg, char *lo, char *hi), void *arg) {
  for (snow_process *p = world.oldest; p; p = p->after) {
    if (p != cx->self) snow_stack_ranges_of(p->stack, p->ctx.sp, visit, arg);
    visit(arg, (char *)&p->body, (char *)(&p->body + 1));
    visit(arg, (char *)&p->end, (char *)(&p->end + 1));
    for (snow_message *m = p->first; m; m = m->next)
      visit(arg, (char *)(m + 1), (char *)(m + 1) + m->type->size);
  }
  snow_timer_roots(visit, arg);
}

void snow_processes_start(snow_cx *cx) {
  snow_process *m = &world.main;
  world.tail = &world.head;
  m->pid = ++world.born;
  m->name = "main";
  m->state = PROCESS_RUNNING;
  m->last = m->cursor = &m->first;
  m->stack = cx->stack;
  enter(m);
  cx->self = m;
  cx->panicked = panicked;
  cx->roots = roots;
}

static void run_others(snow_cx *cx) {
  snow_process *p;
  while ((p = next_process())) {
    cx->self->state = PROCESS_WAITING;
    resume(cx, p);
  }
}

void snow_processes_finish(snow_cx *cx) {
  run_others(cx);
  /* Those that still wait do what they have to do at their end. One that has nothing is just forgotten. */
  for (snow_process *p = world.oldest; p; p = p->after)
    if (p->end.code && p != &world.main) {
      p->doomed = STOPS;
      snow_make_ready(p);
    }
  run_others(cx);
}

void snow_terminate_with(snow_cx *cx, snow_fn end) { cx->self->end = end; }

void snow_yield(snow_cx *cx) {
  snow_process *me = cx->self;
  cx->preempt = 0;
  cx->limit = snow_stack_limit(cx->stack);
  if (!me || !world.head) return;
  me->state = PROCESS_WAITING;
  snow_make_ready(me);
  resume(cx, next_process());
}

snow_pid snow_spawn(snow_cx *cx, snow_fn body, snow_str name) {
  pthread_t thread;
  world.cx = cx;
  if (!world.monitor && pthread_create(&thread, NULL, monitor, NULL) == 0) {
    world.monitor = true;
    pthread_detach(thread);
  }
  snow_process *p = need(calloc(1, sizeof *p));
  snow_cx stack = {0};
  snow_stack_new_small(&stack);
  p->stack = stack.stack;
  p->pid = ++world.born;
  p->name = name->data; /* a literal */
  p->body = body;
  p->last = p->cursor = &p->first;
  void *low;
  size_t size;
  snow_stack_bounds(p->stack, &low, &size);
  snow_ctx_make(&p->ctx, low, size, run_body, cx);
  enter(p);
  p->state = PROCESS_WAITING;
  snow_make_ready(p);
  return p->pid;
}

snow_pid snow_self(snow_cx *cx) { return cx->self->pid; }

void snow_link(snow_cx *cx, snow_pid pid) {
  snow_process *me = cx->self, *other = snow_process_find(pid);
  if (!other || other == me) return;
  for (int i = 0; i < me->n_links; i++)
    if (me->links[i] == pid) return;
  snow_process *ends[2] = {me, other};
  for (int i = 0; i < 2; i++) {
    snow_process *p = ends[i];
    if (p->n_links == p->cap_links) {
      p->cap_links = p->cap_links ? p->cap_links * 2 : 4;
      p->links = need(realloc(p->links, (size_t)p->cap_links * sizeof *p->links));
    }
    p->links[p->n_links++] = ends[1 - i]->pid;
  }
}

/* ---- messages ---- */

snow_message *snow_message_new(const snow_type *t, const void *value) {
  snow_message *m = need(malloc(sizeof *m + t->size));
  m->next = NULL;
  m->type = t;
  if (t->size) memcpy(m + 1, value, t->size);
  return m;
}

void snow_deliver(snow_process *p, snow_message *m) {
  *p->last = m;
  p->last = &m->next;
  snow_make_ready(p);
}

void snow_send(snow_cx *cx, snow_pid to, const snow_type *t, const void *message) {
  (void)cx;
  snow_process *p = snow_process_find(to);
  if (p && p != &world.main) snow_deliver(p, snow_message_new(t, message));
}

static int64_t deadline_of(int64_t ms) {
  int64_t now = snow_now();
  return ms > (INT64_MAX - now) / 1000000 ? INT64_MAX - 1 : now + ms * 1000000;
}

void snow_receive_start(snow_cx *cx, int64_t ms) {
  snow_process *me = cx->self;
  me->cursor = &me->first;
  me->timed_out = ms == 0;
  if (ms > 0) me->timer = snow_timer_new(deadline_of(ms), me, 0, NULL);
}

bool snow_receive_next(snow_cx *cx, const snow_type *t, void *message) {
  snow_process *me = cx->self;
  for (;;) {
    snow_message *m = *me->cursor;
    if (!m) {
      if (me->timed_out) return false;
      snow_wait(cx);
      continue;
    }
    if (t && m->type != t) {
      snow_out_flush();
      fprintf(stderr, "[snow-rt] actor <0.%" PRIu64 "> (%s): a message of type %s discarded, %s expected\n", me->pid,
              me->name, m->type->name, t->name);
      *me->cursor = m->next;
      if (!m->next) me->last = me->cursor;
      free(m);
      continue;
    }
    if (t && t->size) memcpy(message, m + 1, t->size);
    me->found = me->cursor;
    me->cursor = &m->next;
    return true;
  }
}

void snow_receive_take(snow_cx *cx) {
  snow_process *me = cx->self;
  snow_message **at = me->found, *m = *at;
  *at = m->next;
  if (!m->next) me->last = at;
  free(m);
  me->cursor = at;
  if (me->timer) snow_timer_cancel(me->timer);
  me->timer = NULL;
}

void snow_sleep(snow_cx *cx, int64_t ms) {
  if (ms <= 0) return;
  snow_process *me = cx->self;
  me->timed_out = false;
  me->timer = snow_timer_new(deadline_of(ms), me, 0, NULL);
  while (!me->timed_out)
    snow_wait(cx);
}

void snow_send_after(snow_cx *cx, const snow_type *t, snow_pid to, int64_t ms, const void *message) {
  (void)cx;
  snow_timer_new(deadline_of(ms < 0 ? 0 : ms), NULL, to, snow_message_new(t, message));
}
