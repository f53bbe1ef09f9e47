/* Processes: what the files of rt/actor share.
 *
 * A process is touched by the worker that runs it and by nobody else, but for the fields marked "anybody". What others
 * want of it they put into its inbox: messages, and signals (link, monitor, exit …), which it handles itself, in order,
 * when it next looks. So there are no locks on processes. Their memory is used for other processes afterwards but
 * never given back: who holds an old pid finds a process with another one. */
#ifndef SNOW_PROCESS_H
#define SNOW_PROCESS_H

#include "actor/deque.h"
#include "actor/pairs.h"
#include "ctx/ctx.h"

typedef struct snow_process snow_process;
typedef struct snow_worker snow_worker;

/* ---- why a process ends ---- */

typedef enum { END_NORMAL, END_ERROR, END_KILLED, END_LINKED, END_SHUTDOWN, END_CUSTOM, END_NOCONNECTION } snow_end;

/* Shared and counted, immutable. */
typedef struct snow_reason {
  _Atomic unsigned references;
  bool eternal; /* not counted */
  snow_end end;
  snow_pid pid;              /* of END_LINKED */
  struct snow_reason *inner; /* of END_LINKED */
  char text[];               /* of END_ERROR and END_CUSTOM */
} snow_reason;

/* ---- messages and signals ---- */

typedef enum {
  /* what a program receives */
  MESSAGE,
  REQUEST, /* wants a reply: to a service, or a supervisor */
  REPLY,
  NOTICE_EXIT,   /* of a linked process, to one that traps exits */
  NOTICE_DOWN,   /* of a monitored one */
  NOTICE_FAILED, /* instead of a reply */
  /* what the runtime handles */
  SIGNAL_LINK,
  SIGNAL_UNLINK,
  SIGNAL_MONITOR,
  SIGNAL_DEMONITOR,
  SIGNAL_LINKED_ENDED,
  SIGNAL_MONITORED_ENDED,
  SIGNAL_EXIT
} snow_kind;

enum { NOTICE_OF_LINK, NOTICE_OF_ORDER }; /* ref of a NOTICE_EXIT: a linked process ended, or somebody sent an exit */

/* The value of a MESSAGE, REQUEST or REPLY follows; of others nothing does. */
typedef struct snow_message {
  struct snow_message *next;
  snow_pid to;           /* a receiver may have become another process */
  const snow_type *type; /* of the value */
  uint16_t kind;
  bool here;     /* what the value refers to is in the receiver's heap already */
  bool extended; /* a snow_letter */
  uint32_t size; /* of all, for its release */
} snow_message;

/* All but messages whose values refer to nothing. */
typedef struct snow_letter {
  snow_message m;
  snow_pid from;
  uint64_t ref;
  snow_reason *reason;
  snow_fragment fragment;
} snow_letter;

static inline void *message_value(snow_message *m) {
  return m->extended ? (void *)((snow_letter *)(void *)m + 1) : (void *)(m + 1);
}
static inline snow_letter *letter(snow_message *m) { return (snow_letter *)(void *)m; }

/* ---- timers ---- */

typedef struct snow_timer {
  int64_t deadline; /* nanoseconds of snow_now */
  uint64_t age;
  size_t at; /* its place in the heap; 0 while in none */
  snow_worker *worker;
  snow_process *process; /* to be woken, */
  snow_pid to;           /* or who gets the message */
  snow_message *message;
  uint64_t id; /* for its cancellation */
} snow_timer;

/* ---- processes ---- */

typedef enum {
  PROCESS_FREE,
  PROCESS_READY,
  PROCESS_RUNNING,
  PROCESS_WAITING, /* until something comes in or an event is set */
  PROCESS_FOLDING  /* … while an idle worker folds its stack */
} snow_state;

/* Events: why else a process runs on. */
enum { EVENT_TIME = 1, EVENT_DONE = 2, EVENT_READY = 4 };

struct snow_process {
  _Alignas(64) snow_cx cx; /* first: generated code knows a process by this */
  snow_ctx ctx;
  /* anybody */
  _Alignas(64) _Atomic snow_pid pid;
  _Atomic(snow_message *) inbox; /* newest first; CLOSED when nothing can come in any more */
  _Atomic int state;             /* snow_state */
  _Atomic unsigned events;
  /* Messages that came in, and how many of them are gone: what looks from outside want. Two senders at once may count
   * one, but who owns it knows how many it has seen, and says so when it looks. */
  _Atomic uint64_t sent, taken;
  _Atomic(snow_worker *) home; /* where it last ran */
  _Atomic(const char *) name;
  _Atomic(const snow_site *) waits_at; /* a receive */
  _Atomic size_t heap_bytes;
  _Atomic int named; /* names.c */
  _Atomic bool is_supervisor;
  _Atomic bool rested; /* has not run since a fold pass saw it */
  /* its worker */
  _Alignas(64) snow_worker *worker;
  void *folded; /* its stack's contents, while that has no memory */
  size_t folded_size;
  struct snow_process *next; /* in lists of the scheduler */
  snow_fn body, end;         /* end.code is NULL when there is nothing to do at the end */
  /* messages, oldest first; cursor is where the scan for a fitting one goes on */
  snow_message *first, **last, **cursor;
  snow_message **found; /* the link to the message last looked at */
  snow_message *answer; /* a reply or notice taken out, until the next */
  snow_timer timer;
  int64_t deadline;    /* of the wait in progress: 0 has none, -1 is over */
  snow_reason *reason; /* why it ends; set once */
  snow_reason *built;  /* by the library: a reason to be sent */
  unsigned sends;
  uint64_t arrived; /* messages it has seen */
  bool ending;      /* it runs its terminate block, or has done so */
  bool ended;       /* its reason is final */
  bool traps;
  bool is_main, is_job;
  bool lends_stack; /* a helper thread uses what lies there */
  bool doomed; /* reason is set, it is to end when it runs */
  /* who asked for what it does now, or whose job it is */
  snow_pid asker;
  uint64_t asked;
  snow_pid adopter;    /* what it spawns is linked to that process */
  snow_pid parent;     /* supervisor */
  snow_pairs links;    /* pid → 0 */
  snow_pairs monitors; /* reference → pid monitored */
  snow_pairs watchers; /* reference → pid of who monitors this */
  snow_pairs jobs;     /* pid → 0 */
};

#define CLOSED ((snow_message *)(uintptr_t)1)

static inline snow_pid process_pid(snow_process *p) { return atomic_load_explicit(&p->pid, memory_order_relaxed); }
static inline const char *process_name(snow_process *p) { return atomic_load_explicit(&p->name, memory_order_relaxed); }
static inline snow_process *self(snow_cx *cx) { return cx->self; }

/* ---- process.c ---- */

snow_process *snow_process_main(void (*body)(snow_cx *, const void *), const void *program);
void snow_job_born(snow_process *parent, snow_process *job);
/* Messages that nobody has taken. */
static inline int64_t process_mailbox(snow_process *p) {
  int64_t n = (int64_t)(atomic_load_explicit(&p->sent, memory_order_relaxed) -
                        atomic_load_explicit(&p->taken, memory_order_relaxed));
  return n < 0 ? 0 : n;
}
/* The process of a pid, or NULL. It may end at any time. */
snow_process *snow_process_find(snow_pid pid);
/* Calls visit for each that lives; those that are born or end meanwhile may be left out. */
void snow_process_each(void (*visit)(void *arg, snow_process *p), void *arg);
/* Ends the running process; takes the reason over. */
SNOW_NORETURN void snow_process_end(snow_cx *cx, snow_reason *why);
/* A process that did what it had to do at its end: releases its stack and makes it free. On another stack. */
void snow_process_release(struct snow_mem *mem, snow_process *p);
/* Goes on with a pass over all processes that folds the stacks of those that have waited since the last; stops when
 * there is something else to do. True at the end of the pass; *folded counts. */
bool snow_fold_some(snow_cx *cx, uint64_t *at, uint64_t *candidates);
/* How many processes there is memory for. */
uint64_t snow_processes_made(void);
/* Before it runs first. */
void snow_process_give_stack(snow_process *p);
/* What a process does whenever it was resumed: ends if it is doomed. */
void snow_process_resumed(snow_cx *cx);

/* ---- worker.c ---- */

/* Suspends the running process until something comes into its inbox or an event is set; at once if it has. */
void snow_suspend(snow_cx *cx);
/* Makes it run if it waits; by anybody (cx NULL: not a worker). */
void snow_wake(snow_cx *cx, snow_process *p);
/* The same when an event has been set. */
void snow_wake_event(snow_cx *cx, snow_process *p, unsigned event);
/* A process that has never run: makes it ready. */
void snow_start_process(snow_cx *cx, snow_process *p);
/* Leaves a process that has ended. */
SNOW_NORETURN void snow_leave(snow_cx *cx);
/* snow_yield, for certain. */
void snow_give_way(snow_cx *cx);
/* A running process sees at once that there is something to do. */
void snow_poke(snow_process *p);
/* What a process does first on its stack: completes the switch. */
void snow_arrived(snow_cx *cx);
/* Whether the program is being ended: then nobody but supervisors and terminate blocks goes on. */
bool snow_is_ending(void);
/* Runs main and all that comes of it, on the calling thread and others, until the program is over. */
void snow_world_run(snow_process *main);
/* main has returned; others may go on. */
SNOW_NORETURN void snow_main_done(snow_cx *cx);
/* What keeps the program from ending although no process can run: jobs of helper threads. */
void snow_busy(int change);
/* Called when there is a process besides main. */
void snow_world_grows(void);
/* Whether there ever was one. */
bool snow_world_has_others(void);
/* A detached thread that takes no signals. */
bool snow_start_thread(void *(*run)(void *), void *arg);
typedef struct snow_counters {
  int workers, idle;
  uint64_t switches;
} snow_counters;
void snow_world_counters(snow_counters *c);
static inline snow_worker *snow_worker_of(snow_cx *cx) { return cx->worker; }
struct snow_timers *snow_worker_timers(snow_worker *w);
bool snow_seeded(void);

/* ---- timer.c ---- */

typedef struct snow_timers snow_timers;
snow_timers *snow_timers_new(void);
/* A timer of its own, that sends a message, is done. */
void snow_timer_fire(snow_cx *cx, snow_timer *t);
int64_t snow_now(void);
/* Under SNOW_SCHED_SEED time is what we say. */
void snow_time_travel(int64_t to);
/* Nanoseconds from now to what ms milliseconds later is. */
int64_t snow_deadline(int64_t ms);
/* Starts t, whose deadline and purpose are set; t->worker is the running one. */
void snow_timer_start(snow_cx *cx, snow_timer *t);
/* After this it will not wake anybody; false when it already has. */
bool snow_timer_stop(snow_timer *t);
/* The deadline of the next one, or INT64_MAX; any thread. */
int64_t snow_timers_next(snow_timers *h);
/* Whether there is one that somebody waits for. */
bool snow_timers_matter(snow_timers *h);
/* Does what is due. */
void snow_timers_run(snow_cx *cx, snow_timers *h, int64_t now);

/* ---- mailbox.c ---- */

/* A message or signal with room for a value. */
snow_message *snow_message_new(struct snow_mem *mem, snow_kind kind, snow_pid to, size_t value);
snow_letter *snow_letter_new(struct snow_mem *mem, snow_kind kind, snow_pid from, snow_pid to, size_t value);
void snow_message_free(snow_cx *cx, snow_message *m);
/* A message that holds a copy of *value. */
snow_message *snow_message_of(snow_cx *cx, snow_kind kind, snow_pid to, const snow_type *t, const void *value);
/* Puts it into its receiver's inbox; false when there is none: m is still the caller's. */
bool snow_deliver(snow_cx *cx, snow_message *m);
/* The same; a message that cannot be delivered is dropped. */
void snow_deliver_or_drop(snow_cx *cx, snow_message *m);
/* Takes everything out of the inbox: handles signals, puts the rest behind what there is. */
void snow_look(snow_cx *cx);
/* Sets the deadline of a wait, ms milliseconds from now; none when negative. */
void snow_wait_at_most(snow_process *me, int64_t ms);
/* Waits for more to come in; false when the time is over. */
bool snow_wait_more(snow_cx *cx);
void snow_wait_over(snow_process *me);
/* Waits for an event, looking at signals; false when it is there, the time is over or the process is to end. */
bool snow_wait_event(snow_cx *cx, unsigned event);
/* Drops all messages of a process that ends; requests are answered with the reason. */
void snow_mailbox_close(snow_cx *cx);

/* ---- signal.c ---- */

extern snow_reason snow_reason_normal;
snow_reason *snow_reason_new(snow_end end, snow_pid pid, snow_reason *inner, const char *text, size_t len);
snow_reason *snow_reason_share(snow_reason *r);
void snow_reason_drop(snow_reason *r);
static inline bool snow_is_crash(const snow_reason *r) { return r->end != END_NORMAL && r->end != END_SHUTDOWN; }
/* For people, to be freed. */
char *snow_reason_text(const snow_reason *r);
/* Does what a signal says; frees it or puts it into the mailbox as a notice. */
void snow_signal(snow_cx *cx, snow_message *m);
/* A signal whose receiver is gone: its sender learns of it. */
void snow_signal_refused(snow_cx *cx, snow_message *m, snow_reason *why);
/* Tells linked, monitoring and asking processes, and jobs. */
void snow_tell_end(snow_cx *cx);
void snow_send_exit(snow_cx *cx, snow_pid to, snow_reason *why);
/* The sender of a request that will not be answered. */
void snow_fail_request(snow_cx *cx, snow_pid asker, uint64_t ref, snow_reason *why);
/* Links a process that has not run yet. */
void snow_link_born(snow_cx *cx, snow_process *child, snow_pid to);

/* ---- names.c ---- */

enum { NOT_NAMED, NAMED, NAMED_NO_MORE };
/* Takes the names of a process that ends; it gets no more. */
void snow_names_forget(snow_process *p);

/* ---- inspect.c ---- */

enum { LOG_QUIET, LOG_CRASH, LOG_DEBUG };
int snow_log_level(void);
/* Reports that a process ended by its own fault; text is the panic's. */
void snow_report_crash(snow_process *p, const char *text, const char *message);
void snow_report_end(snow_process *p);
/* Prints the table of processes to standard error; any thread. */
void snow_inspect(void);
void snow_inspect_on_signal(void);

#endif
