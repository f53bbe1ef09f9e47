/* Calls that block a thread, on threads of their own, while only the process that asked waits. */
#include "actor/process.h"

#include <pthread.h>

enum { MOST_HELPERS = 64 };

typedef struct call {
  struct call *next;
  void (*fn)(void *arg);
  void *arg;
  snow_process *process;
} call;

static struct {
  pthread_mutex_t lock;
  pthread_cond_t more;
  call *first, **last;
  int n, idle;
} helpers = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};

static void *help(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&helpers.lock);
    helpers.idle++;
    while (!helpers.first)
      pthread_cond_wait(&helpers.more, &helpers.lock);
    helpers.idle--;
    call *c = helpers.first;
    helpers.first = c->next;
    pthread_mutex_unlock(&helpers.lock);
    snow_process *p = c->process;
    c->fn(c->arg);
    snow_wake_event(NULL, p, EVENT_DONE); /* from here on the call is gone */
    snow_busy(-1);
  }
  return NULL;
}

static bool submit(call *c) {
  pthread_mutex_lock(&helpers.lock);
  bool more = helpers.idle == 0 && helpers.n < MOST_HELPERS;
  if (more && snow_start_thread(help, NULL)) helpers.n++;
  bool ok = helpers.n > 0;
  if (ok) {
    if (!helpers.first) helpers.last = &helpers.first;
    *helpers.last = c;
    helpers.last = &c->next;
    pthread_cond_signal(&helpers.more);
  }
  pthread_mutex_unlock(&helpers.lock);
  return ok;
}

void snow_blocking(snow_cx *cx, void (*fn)(void *arg), void *arg) {
  snow_process *me = cx->self;
  call c = {NULL, fn, arg, me};
  /* With a seed nothing may depend on when a helper is done. */
  if (!me || snow_seeded() || !snow_world_has_others()) {
    fn(arg);
    return;
  }
  snow_busy(1);
  me->lends_stack = true;
  if (!submit(&c)) {
    me->lends_stack = false;
    snow_busy(-1);
    fn(arg);
    return;
  }
  /* Signals are looked at, but even one that ends the process has to wait: the call uses our stack. */
  while (!(atomic_fetch_and(&me->events, ~(unsigned)EVENT_DONE) & EVENT_DONE)) {
    snow_suspend(cx);
    snow_look(cx);
  }
  me->lends_stack = false;
  /* The caller has things to release first. */
  if (me->doomed) snow_poke(me);
}
