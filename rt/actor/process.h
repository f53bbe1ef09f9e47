/* Processes: what the files of rt/actor share. All run on one thread, one after the other, and share one heap: values
 * never change, so nobody can tell. */
#ifndef SNOW_PROCESS_H
#define SNOW_PROCESS_H

#include "ctx/ctx.h"

typedef struct snow_message {
  struct snow_message *next;
  const snow_type *type;
  /* the value follows, type->size bytes */
} snow_message;

typedef enum { PROCESS_READY, PROCESS_RUNNING, PROCESS_WAITING, PROCESS_DEAD } snow_process_state;

typedef struct snow_timer snow_timer;

typedef struct snow_process {
  snow_ctx ctx;
  struct snow_stack *stack;
  snow_pid pid;
  const char *name;
  snow_fn body, end;                     /* end.code is NULL when there is nothing to do at the end */
  enum { LIVES, STOPS, CRASHES } doomed; /* it ends when it runs again */
  snow_process_state state;
  /* the mailbox, oldest first; cursor is where the scan for a fitting message goes on */
  snow_message *first, **last, **cursor;
  snow_message **found; /* the link to the message last looked at */
  snow_timer *timer;    /* set while it waits no longer than that */
  bool timed_out;
  snow_pid *links;
  int n_links, cap_links;
  struct snow_process *next;           /* in the queue of those that can run */
  struct snow_process *before, *after; /* all processes, in order of birth */
} snow_process;

/* ---- process.c ---- */

snow_process *snow_process_find(snow_pid pid);
/* Puts a message (malloced, now the receiver's) into a mailbox and wakes its owner. */
void snow_deliver(snow_process *p, snow_message *m);
snow_message *snow_message_new(const snow_type *t, const void *value);
void snow_make_ready(snow_process *p);
/* Suspends the running process until it is made ready. */
void snow_wait(snow_cx *cx);

/* ---- names.c ---- */

/* The names of a process that ends. */
void snow_names_forget(snow_pid pid);

/* ---- timer.c ---- */

/* At `deadline` (nanoseconds of the monotonic clock) wakes the process with timed_out set, or, with a message, sends
 * it to a pid. */
snow_timer *snow_timer_new(int64_t deadline, snow_process *p, snow_pid to, snow_message *m);
void snow_timer_cancel(snow_timer *t);
int64_t snow_now(void);
/* The deadline of the next one, or INT64_MAX; those that would send to a dead process do not count. */
int64_t snow_timer_next(void);
/* Does what is due. */
void snow_timers_run(int64_t now);
/* Calls visit for the memory of each message that waits for its time. */
void snow_timer_roots(void (*visit)(void *arg, char *lo, char *hi), void *arg);

#endif
