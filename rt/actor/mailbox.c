/* Mailboxes. Anybody pushes onto a process's inbox, a lock-free stack; its owner takes all of it at once, and keeps
 * what is not for the runtime in a list, oldest first. */
#define _DEFAULT_SOURCE
#include "actor/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- making and freeing ---- */

static snow_message *message(struct snow_mem *mem, snow_kind kind, snow_pid to, size_t head, size_t value) {
  snow_message *m = snow_cell_new(mem, head + value);
  m->next = NULL;
  m->to = to;
  m->type = NULL;
  m->kind = (uint16_t)kind;
  m->here = false;
  m->extended = head > sizeof *m;
  m->size = (uint32_t)(head + value);
  return m;
}

snow_message *snow_message_new(struct snow_mem *mem, snow_kind kind, snow_pid to, size_t value) {
  return message(mem, kind, to, sizeof(snow_message), value);
}

snow_letter *snow_letter_new(struct snow_mem *mem, snow_kind kind, snow_pid from, snow_pid to, size_t value) {
  snow_letter *l = letter(message(mem, kind, to, sizeof(snow_letter), value));
  l->from = from;
  l->ref = 0;
  l->reason = NULL;
  memset(&l->fragment, 0, sizeof l->fragment);
  return l;
}

void snow_message_free(snow_cx *cx, snow_message *m) {
  if (m->extended) {
    snow_fragment_drop(cx, &letter(m)->fragment);
    snow_reason_drop(letter(m)->reason);
  }
  snow_cell_free(cx->mem, m, m->size);
}

snow_message *snow_message_of(snow_cx *cx, snow_kind kind, snow_pid to, const snow_type *t, const void *value) {
  if (t->kind == SNOW_ANY) {
    /* It goes as what it is. */
    const snow_any *any = *(const snow_any *const *)value;
    if (any) {
      t = any->type;
      value = any->value ? any->value + 1 : NULL;
    }
  }
  bool plain = kind == MESSAGE && !t->array->map;
  snow_message *m = plain ? snow_message_new(cx->mem, kind, to, t->size)
                          : &snow_letter_new(cx->mem, kind, process_pid(cx->self), to, t->size)->m;
  m->type = t;
  if (t->size) memcpy(message_value(m), value, t->size);
  if (t->array->map) snow_copy_out(cx, t->array, message_value(m), &letter(m)->fragment);
  return m;
}

/* ---- sending ---- */

/* A locked addition would cost as much as all the rest. */
static void count(_Atomic uint64_t *n) {
  atomic_store_explicit(n, atomic_load_explicit(n, memory_order_relaxed) + 1, memory_order_relaxed);
}

static bool deliver_to(snow_cx *cx, snow_process *p, snow_message *m) {
  snow_message *head = atomic_load_explicit(&p->inbox, memory_order_relaxed);
  bool urgent = m->kind == SIGNAL_EXIT;
  if (m->kind == MESSAGE) count(&p->sent); /* first: whoever takes it says how many there really are */
  do {
    if (head == CLOSED) return false;
    m->next = head;
  } while (!atomic_compare_exchange_weak(&p->inbox, &head, m));
  snow_wake(cx, p);
  if (urgent) snow_poke(p);
  return true;
}

bool snow_deliver(snow_cx *cx, snow_message *m) {
  snow_process *p = snow_process_find(m->to);
  return p && deliver_to(cx, p, m);
}

void snow_deliver_or_drop(snow_cx *cx, snow_message *m) {
  if (snow_deliver(cx, m)) return;
  if (m->kind == REQUEST && letter(m)->from) snow_signal_refused(cx, m, NULL);
  else snow_message_free(cx, m);
}

/* Who sends faster than the receiver takes lets others run, now and then: a mailbox that stays short stays in the
 * caches. */
static void be_polite(snow_cx *cx, snow_process *to) {
  enum { OFTEN = 64, MANY = 256 };
  snow_process *me = cx->self;
  if (++me->sends % OFTEN || atomic_load_explicit(&to->state, memory_order_relaxed) == PROCESS_WAITING) return;
  if (process_mailbox(to) > MANY && to != me) snow_give_way(cx);
}

void snow_send(snow_cx *cx, snow_pid to, const snow_type *t, const void *value) {
  snow_process *p = snow_process_find(to);
  if (!p) return;
  snow_message *m = snow_message_of(cx, MESSAGE, to, t, value);
  if (!deliver_to(cx, p, m)) snow_message_free(cx, m);
  be_polite(cx, p);
}

/* ---- the owner's side ---- */

enum { JOB = 63 }; /* the bit of references that are a job's pid */
#define JOB_REF(pid) ((pid) | (uint64_t)1 << JOB)

static void keep(snow_process *me, snow_message *m) {
  m->next = NULL;
  *me->last = m;
  me->last = &m->next;
}

/* Sorts one thing that came in. */
static void sort(snow_cx *cx, snow_process *me, snow_message *m) {
  if (m->kind == MESSAGE) me->arrived++;
  if (m->to != process_pid(me)) {
    /* For who was here before. */
    if (m->kind == MESSAGE) count(&me->taken);
    snow_signal_refused(cx, m, NULL);
    return;
  }
  if (m->kind > NOTICE_FAILED) {
    snow_signal(cx, m);
    return;
  }
  if (m->kind == MESSAGE && me->is_main) {
    count(&me->taken);
    snow_message_free(cx, m);
    return;
  }
  if ((m->kind == REPLY || m->kind == NOTICE_FAILED) && letter(m)->ref >> JOB) {
    uint64_t *job = snow_pairs_get(&me->jobs, letter(m)->from);
    if (job && !*job) *job = (uint64_t)(uintptr_t)m;
    else snow_message_free(cx, m);
    return;
  }
  keep(me, m);
}

void snow_look(snow_cx *cx) {
  snow_process *me = cx->self;
  if (!atomic_load_explicit(&me->inbox, memory_order_relaxed)) return;
  snow_message *m = atomic_exchange_explicit(&me->inbox, NULL, memory_order_acquire), *oldest = NULL;
  while (m) {
    snow_message *next = m->next;
    m->next = oldest;
    oldest = m;
    m = next;
  }
  for (; oldest; oldest = m) {
    m = oldest->next;
    sort(cx, me, oldest);
  }
  atomic_store_explicit(&me->sent, me->arrived, memory_order_relaxed);
}

static snow_message *unlink_at(snow_process *me, snow_message **at) {
  snow_message *m = *at;
  *at = m->next;
  if (!m->next) me->last = at;
  if (me->cursor == &m->next) me->cursor = at;
  return m;
}

static void set_answer(snow_cx *cx, snow_message *m) {
  snow_process *me = cx->self;
  if (me->answer) snow_message_free(cx, me->answer);
  me->answer = m;
}

void snow_mailbox_close(snow_cx *cx) {
  snow_process *me = cx->self;
  snow_look(cx);
  snow_message *m = atomic_exchange(&me->inbox, CLOSED);
  for (snow_message *next; m; m = next) {
    next = m->next;
    snow_signal_refused(cx, m, m->to == process_pid(me) ? me->reason : NULL);
  }
  for (snow_message *next, *k = me->first; k; k = next) {
    next = k->next;
    if (k->kind == REQUEST) snow_signal_refused(cx, k, me->reason);
    else snow_message_free(cx, k);
  }
  me->first = NULL;
  me->last = me->cursor = &me->first;
  set_answer(cx, NULL);
  for (const snow_pair *p = snow_pairs_next(&me->jobs, NULL); p; p = snow_pairs_next(&me->jobs, p))
    if (p->value) snow_message_free(cx, (snow_message *)(uintptr_t)p->value);
}

/* ---- waiting ---- */

enum { OVER = -1 };

void snow_wait_at_most(snow_process *me, int64_t ms) { me->deadline = ms < 0 ? 0 : ms == 0 ? OVER : snow_deadline(ms); }

void snow_wait_over(snow_process *me) {
  if (me->timer.worker) {
    snow_timer_stop(&me->timer);
    me->timer.worker = NULL;
    atomic_fetch_and_explicit(&me->events, ~(unsigned)EVENT_TIME, memory_order_relaxed);
  }
  me->deadline = 0;
}

static void start_timer(snow_cx *cx, snow_process *me) {
  if (me->deadline <= 0 || me->timer.worker) return;
  me->timer.deadline = me->deadline;
  me->timer.process = me;
  snow_timer_start(cx, &me->timer);
}

/* Whether time is over, after a suspension. */
static void see_time(snow_process *me) {
  if (!(atomic_load_explicit(&me->events, memory_order_acquire) & EVENT_TIME)) return;
  snow_wait_over(me);
  me->deadline = OVER;
}

bool snow_wait_more(snow_cx *cx) {
  snow_process *me = cx->self;
  for (;;) {
    if (atomic_load_explicit(&me->inbox, memory_order_relaxed)) {
      snow_look(cx);
      snow_process_resumed(cx);
      return true;
    }
    if (me->deadline == OVER) return false;
    start_timer(cx, me);
    snow_suspend(cx);
    snow_process_resumed(cx);
    see_time(me);
  }
}

bool snow_wait_event(snow_cx *cx, unsigned event) {
  snow_process *me = cx->self;
  if (atomic_load(&me->events) & event || me->deadline == OVER || me->doomed) return false;
  start_timer(cx, me);
  snow_suspend(cx);
  snow_look(cx);
  see_time(me);
  return true;
}

/* ---- receive ---- */

void snow_receive_start(snow_cx *cx, const snow_site *at, int64_t ms) {
  snow_process *me = cx->self;
  atomic_store_explicit(&me->waits_at, at, memory_order_relaxed);
  me->cursor = &me->first;
  me->deadline = ms < 0 ? 0 : ms == 0 ? OVER : snow_deadline(ms);
}

static void discard(snow_cx *cx, snow_process *me, const snow_type *t) {
  snow_message *m = unlink_at(me, me->cursor);
  snow_out_flush();
  char text[512];
  int n =
      snprintf(text, sizeof text, "[snow-rt] actor <0.%" PRIu64 "> (%s): a message of type %s discarded, %s expected\n",
               (uint64_t)process_pid(me), process_name(me), m->type->name, t->name);
  snow_write_error(text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
  snow_message_free(cx, m);
  count(&me->taken);
}

int64_t snow_receive_next(snow_cx *cx, const snow_type *t, void *out, bool signals) {
  snow_process *me = cx->self;
  for (;;) {
    snow_message *m = *me->cursor;
    if (!m) {
      if (snow_wait_more(cx)) continue;
      snow_wait_over(me);
      return 0;
    }
    if (m->kind != MESSAGE) {
      me->found = me->cursor;
      me->cursor = &m->next;
      if (signals && (m->kind == NOTICE_EXIT || m->kind == NOTICE_DOWN)) return 2;
      continue;
    }
    if (m->type != t && t->kind != SNOW_ANY) {
      discard(cx, me, t);
      continue;
    }
    if (m->extended && !m->here) {
      snow_copy_in(cx, m->type->array, message_value(m), &letter(m)->fragment);
      m->here = true;
    }
    if (m->type != t) {
      const snow_any *any = snow_any_box(cx, m->type, message_value(m));
      memcpy(out, &any, sizeof any);
    } else if (t->size) memcpy(out, message_value(m), t->size);
    me->found = me->cursor;
    me->cursor = &m->next;
    return 1;
  }
}

void snow_receive_take(snow_cx *cx) {
  snow_process *me = cx->self;
  snow_message *m = unlink_at(me, me->found);
  if (m->kind == MESSAGE) count(&me->taken);
  snow_message_free(cx, m);
  snow_wait_over(me);
}

/* The notice that receive found, for the functions that ask about the answer. */
void snow_receive_signal(snow_cx *cx) {
  snow_letter *found = letter(*cx->self->found);
  snow_letter *l = snow_letter_new(cx->mem, (snow_kind)found->m.kind, found->from, 0, 0);
  l->ref = found->ref;
  l->reason = snow_reason_share(found->reason);
  set_answer(cx, &l->m);
}

void snow_sleep(snow_cx *cx, int64_t ms) {
  snow_process *me = cx->self;
  if (ms <= 0) return;
  if (!me) { /* in a library that a C program calls */
    struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
    return;
  }
  snow_wait_at_most(me, ms);
  while (snow_wait_more(cx))
    ;
  snow_wait_over(me);
}

/* ---- requests: what services and supervisors answer ---- */

static uint64_t request(snow_cx *cx, snow_pid to, const snow_type *t, const void *value, snow_pid from) {
  static _Atomic uint64_t made;
  uint64_t ref = from ? atomic_fetch_add_explicit(&made, 1, memory_order_relaxed) + 1 : 0;
  snow_message *m = snow_message_of(cx, REQUEST, to, t, value);
  letter(m)->from = from;
  letter(m)->ref = ref;
  snow_deliver_or_drop(cx, m);
  return ref;
}

void snow_request_cast(snow_cx *cx, const snow_type *t, snow_pid to, const void *value) {
  request(cx, to, t, value, 0);
}

bool snow_request_call(snow_cx *cx, const snow_type *t, snow_pid to, const void *value) {
  snow_process *me = cx->self;
  snow_look(cx);
  snow_process_resumed(cx);
  me->cursor = me->last; /* what came before is no answer */
  me->deadline = 0;
  uint64_t ref = request(cx, to, t, value, process_pid(me));
  for (;;) {
    snow_message *m = *me->cursor;
    if (!m) {
      snow_wait_more(cx);
    } else if ((m->kind == REPLY || m->kind == NOTICE_FAILED) && letter(m)->ref == ref) {
      bool ok = m->kind == REPLY;
      set_answer(cx, unlink_at(me, me->cursor));
      return ok;
    } else me->cursor = &m->next;
  }
}

void snow_answer_value(snow_cx *cx, const snow_type *t, void *out) {
  snow_message *m = cx->self->answer;
  if (!m || m->type != t) snow_panic(cx, NULL, "an answer of another type than was asked for");
  snow_copy_in(cx, t->array, message_value(m), &letter(m)->fragment);
  if (t->size) memcpy(out, message_value(m), t->size);
}

/* Waits for the next request or, if wanted, notice: 1 or 2. */
static int64_t next_event(snow_cx *cx, bool notices) {
  snow_process *me = cx->self;
  me->cursor = &me->first;
  me->deadline = 0;
  for (;;) {
    snow_message *m = *me->cursor;
    if (!m) snow_wait_more(cx);
    else if (m->kind == REQUEST) return 1;
    else if (m->kind == NOTICE_EXIT && notices) return 2;
    else if (m->kind == MESSAGE) {
      /* Services and supervisors take no other messages. */
      snow_message_free(cx, unlink_at(me, me->cursor));
      count(&me->taken);
    } else me->cursor = &m->next;
  }
}

int64_t snow_service_event(snow_cx *cx) {
  if (next_event(cx, true) == 1) return 1;
  set_answer(cx, unlink_at(cx->self, cx->self->cursor));
  return 2;
}

void snow_service_next(snow_cx *cx, const snow_type *t, void *out) {
  snow_process *me = cx->self;
  me->asker = 0;
  for (;;) {
    next_event(cx, false);
    snow_message *m = unlink_at(me, me->cursor);
    if (m->type == t) {
      me->asker = letter(m)->from;
      me->asked = letter(m)->ref;
      set_answer(cx, m);
      snow_answer_value(cx, t, out);
      return;
    }
    snow_reason *why = snow_reason_new(END_ERROR, 0, NULL, "not a service of that kind", 26);
    if (letter(m)->from) snow_fail_request(cx, letter(m)->from, letter(m)->ref, why);
    snow_reason_drop(why);
    snow_message_free(cx, m);
  }
}

void snow_service_reply(snow_cx *cx, const snow_type *t, const void *value) {
  snow_process *me = cx->self;
  if (!me->asker) return;
  snow_message *m = snow_message_of(cx, REPLY, me->asker, t, value);
  letter(m)->ref = me->asked;
  me->asker = 0;
  snow_deliver_or_drop(cx, m);
}

/* Waits for the notice that a process has ended, which is dropped; false when the time is over. */
bool snow_supervisor_await_exit(snow_cx *cx, snow_pid pid, int64_t ms) {
  snow_process *me = cx->self;
  me->cursor = &me->first;
  snow_wait_at_most(me, ms);
  for (;;) {
    snow_message *m = *me->cursor;
    if (!m) {
      if (snow_wait_more(cx)) continue;
      snow_wait_over(me);
      return false;
    }
    if (m->kind == NOTICE_EXIT && letter(m)->from == pid && letter(m)->ref == NOTICE_OF_LINK) {
      snow_message_free(cx, unlink_at(me, me->cursor));
      snow_wait_over(me);
      return true;
    }
    me->cursor = &m->next;
  }
}

/* ---- jobs: processes whose parent waits for their value ---- */

void snow_job_born(snow_process *parent, snow_process *job) {
  snow_pid pid = process_pid(job);
  job->is_job = true;
  job->asker = process_pid(parent);
  job->asked = JOB_REF(pid);
  snow_pairs_put(&parent->jobs, pid, 0);
}

/* 1: its value is the answer; 0: time is over; -1: it failed, the answer tells why; -2: no job of ours. */
int64_t snow_job_await(snow_cx *cx, snow_pid job, int64_t ms) {
  snow_process *me = cx->self;
  me->cursor = me->last;
  snow_wait_at_most(me, ms);
  for (;;) {
    uint64_t *m = snow_pairs_get(&me->jobs, job);
    if (!m) {
      snow_wait_over(me);
      return -2;
    }
    if (*m) {
      set_answer(cx, (snow_message *)(uintptr_t)*m);
      snow_pairs_remove(&me->jobs, job);
      snow_wait_over(me);
      return me->answer->kind == REPLY ? 1 : -1;
    }
    me->cursor = me->last;
    if (!snow_wait_more(cx)) {
      snow_wait_over(me);
      return 0;
    }
  }
}
