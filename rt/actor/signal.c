/* Why processes end, and who is told: links, monitors, exit signals. Each process keeps its own books; what concerns
 * another is a signal in that one's inbox, in order with the messages. */
#include "actor/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- reasons ---- */

snow_reason snow_reason_normal = {.eternal = true, .end = END_NORMAL};

snow_reason *snow_reason_new(snow_end end, snow_pid pid, snow_reason *inner, const char *text, size_t len) {
  snow_reason *r = malloc(sizeof *r + len + 1);
  if (!r) snow_die(102, "Snow: out of memory\n");
  atomic_init(&r->references, 1);
  r->eternal = false;
  r->end = end;
  r->pid = pid;
  r->inner = inner;
  if (len) memcpy(r->text, text, len);
  r->text[len] = 0;
  return r;
}

snow_reason *snow_reason_share(snow_reason *r) {
  if (r && !r->eternal) atomic_fetch_add_explicit(&r->references, 1, memory_order_relaxed);
  return r;
}

void snow_reason_drop(snow_reason *r) {
  while (r && !r->eternal && atomic_fetch_sub_explicit(&r->references, 1, memory_order_acq_rel) == 1) {
    snow_reason *inner = r->inner;
    free(r);
    r = inner;
  }
}

/* As a job that ends so is told about (specification, 4.8). */
char *snow_reason_text(const snow_reason *r) {
  static const char *const words[] = {"normal", NULL, "killed", "linked", "shutdown", NULL, "noconnection"};
  const char *word = words[r->end] ? words[r->end] : r->text;
  char pid[64] = "";
  const snow_reason *deep = r;
  if (r->end == END_LINKED) {
    snprintf(pid, sizeof pid, "linked process <0.%" PRIu64 "> ended: ", (uint64_t)r->pid);
    while (deep->end == END_LINKED && deep->inner)
      deep = deep->inner;
    word = words[deep->end] ? words[deep->end] : deep->text;
  }
  size_t n = strlen(pid) + strlen(word) + 1;
  char *text = malloc(n);
  if (!text) snow_die(102, "Snow: out of memory\n");
  snprintf(text, n, "%s%s", pid, word);
  return text;
}

static snow_reason *noproc(void) { return snow_reason_new(END_ERROR, 0, NULL, "noproc", 6); }

/* ---- sending signals ---- */

static void send_signal(snow_cx *cx, snow_kind kind, snow_pid from, snow_pid to, uint64_t ref, snow_reason *shared) {
  snow_letter *l = snow_letter_new(cx->mem, kind, from, to, 0);
  l->ref = ref;
  l->reason = shared;
  if (!snow_deliver(cx, &l->m)) snow_signal_refused(cx, &l->m, NULL);
}

void snow_send_exit(snow_cx *cx, snow_pid to, snow_reason *why) {
  snow_pid me = cx->self ? process_pid(cx->self) : 0;
  send_signal(cx, SIGNAL_EXIT, me, to, 0, snow_reason_share(why));
}

void snow_fail_request(snow_cx *cx, snow_pid asker, uint64_t ref, snow_reason *why) {
  send_signal(cx, NOTICE_FAILED, process_pid(cx->self), asker, ref, snow_reason_share(why));
}

/* why NULL: there was no such process to begin with. */
void snow_signal_refused(snow_cx *cx, snow_message *m, snow_reason *why) {
  snow_letter *l = letter(m);
  snow_reason *told = why ? snow_reason_share(why) : NULL;
  snow_kind answer;
  switch (m->kind) {
  case SIGNAL_LINK: answer = SIGNAL_LINKED_ENDED; break;
  case SIGNAL_MONITOR: answer = SIGNAL_MONITORED_ENDED; break;
  case REQUEST: answer = NOTICE_FAILED; break;
  default:
    snow_reason_drop(told);
    snow_message_free(cx, m);
    return;
  }
  if (!told) told = noproc();
  send_signal(cx, answer, m->to, l->from, l->ref, told);
  snow_message_free(cx, m);
}

void snow_tell_end(snow_cx *cx) {
  snow_process *me = cx->self;
  snow_pid pid = process_pid(me);
  for (const snow_pair *p = snow_pairs_next(&me->links, NULL); p; p = snow_pairs_next(&me->links, p))
    send_signal(cx, SIGNAL_LINKED_ENDED, pid, p->key, 0, snow_reason_share(me->reason));
  for (const snow_pair *p = snow_pairs_next(&me->watchers, NULL); p; p = snow_pairs_next(&me->watchers, p))
    send_signal(cx, SIGNAL_MONITORED_ENDED, pid, p->value, p->key, snow_reason_share(me->reason));
  for (const snow_pair *p = snow_pairs_next(&me->monitors, NULL); p; p = snow_pairs_next(&me->monitors, p))
    send_signal(cx, SIGNAL_DEMONITOR, pid, p->value, p->key, NULL);
  if (snow_is_crash(me->reason))
    for (const snow_pair *p = snow_pairs_next(&me->jobs, NULL); p; p = snow_pairs_next(&me->jobs, p))
      send_signal(cx, SIGNAL_EXIT, pid, p->key, 0,
                  snow_reason_new(END_LINKED, pid, snow_reason_share(me->reason), "", 0));
  if (me->asker) snow_fail_request(cx, me->asker, me->asked, me->reason);
  snow_pairs_free(&me->links);
  snow_pairs_free(&me->watchers);
  snow_pairs_free(&me->monitors);
  snow_pairs_free(&me->jobs);
}

/* ---- handling them ---- */

/* Makes a process end as soon as it can; takes the reason over. */
static void doom(snow_process *me, snow_reason *why) {
  if (me->is_main || me->ended) {
    snow_reason_drop(why);
    return;
  }
  if (me->ending) {
    /* The first reason stays, unless its last words are cut short. */
    if (why->end == END_KILLED) {
      me->doomed = true;
      snow_reason_drop(me->reason);
      me->reason = why;
    } else snow_reason_drop(why);
    return;
  }
  if (me->doomed) {
    snow_reason_drop(why);
    return;
  }
  me->doomed = true;
  me->reason = why;
}

/* A signal becomes a notice in the mailbox. */
static void notice(snow_process *me, snow_message *m, snow_kind kind) {
  m->kind = (uint16_t)kind;
  m->next = NULL;
  *me->last = m;
  me->last = &m->next;
}

static void linked_ended(snow_cx *cx, snow_process *me, snow_message *m) {
  snow_letter *l = letter(m);
  if (!snow_pairs_remove(&me->links, l->from) || me->is_main) {
    snow_message_free(cx, m);
    return;
  }
  if (me->traps) {
    notice(me, m, NOTICE_EXIT);
    return;
  }
  /* There was nobody to link to: that harms nobody. */
  bool crash = snow_is_crash(l->reason) && !(l->reason->end == END_ERROR && strcmp(l->reason->text, "noproc") == 0);
  if (crash) {
    doom(me, snow_reason_new(END_LINKED, l->from, l->reason, "", 0));
    l->reason = NULL;
  }
  snow_message_free(cx, m);
}

static void exit_signal(snow_cx *cx, snow_process *me, snow_message *m) {
  snow_letter *l = letter(m);
  /* At the end of the program only supervisors still decide for themselves. */
  if (l->reason->end != END_KILLED && me->traps && (me->is_supervisor || !snow_is_ending())) {
    l->ref = NOTICE_OF_ORDER;
    notice(me, m, NOTICE_EXIT);
    return;
  }
  doom(me, l->reason);
  l->reason = NULL;
  snow_message_free(cx, m);
}

void snow_signal(snow_cx *cx, snow_message *m) {
  snow_process *me = cx->self;
  snow_letter *l = letter(m);
  switch (m->kind) {
  case SIGNAL_LINK: snow_pairs_put(&me->links, l->from, 0); break;
  case SIGNAL_UNLINK: snow_pairs_remove(&me->links, l->from); break;
  case SIGNAL_MONITOR: snow_pairs_put(&me->watchers, l->ref, l->from); break;
  case SIGNAL_DEMONITOR: snow_pairs_remove(&me->watchers, l->ref); break;
  case SIGNAL_LINKED_ENDED: linked_ended(cx, me, m); return;
  case SIGNAL_MONITORED_ENDED:
    if (snow_pairs_remove(&me->monitors, l->ref) && !me->is_main) {
      notice(me, m, NOTICE_DOWN);
      return;
    }
    break;
  case SIGNAL_EXIT: exit_signal(cx, me, m); return;
  default: assert(!"a signal"); break;
  }
  snow_message_free(cx, m);
}

/* ---- what programs ask for ---- */

void snow_link_born(snow_cx *cx, snow_process *child, snow_pid to) {
  snow_pairs_put(&child->links, to, 0);
  send_signal(cx, SIGNAL_LINK, process_pid(child), to, 0, NULL);
}

void snow_link(snow_cx *cx, snow_pid pid) {
  snow_process *me = cx->self;
  if (pid == process_pid(me) || !pid || snow_pairs_get(&me->links, pid)) return;
  snow_pairs_put(&me->links, pid, 0);
  send_signal(cx, SIGNAL_LINK, process_pid(me), pid, 0, NULL);
  snow_look(cx);
}

void snow_process_unlink(snow_cx *cx, snow_pid pid) {
  snow_process *me = cx->self;
  if (snow_pairs_remove(&me->links, pid)) send_signal(cx, SIGNAL_UNLINK, process_pid(me), pid, 0, NULL);
}

bool snow_process_trap(snow_cx *cx, bool on) {
  snow_process *me = cx->self;
  bool was = me->traps;
  me->traps = on;
  return was;
}

int64_t snow_process_monitor(snow_cx *cx, snow_pid pid) {
  static _Atomic uint64_t made;
  snow_process *me = cx->self;
  uint64_t ref = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed) + 1;
  snow_pairs_put(&me->monitors, ref, pid);
  send_signal(cx, SIGNAL_MONITOR, process_pid(me), pid, ref, NULL);
  return (int64_t)ref;
}

int64_t snow_process_demonitor(snow_cx *cx, int64_t ref) {
  snow_process *me = cx->self;
  uint64_t *pid = ref > 0 ? snow_pairs_get(&me->monitors, (uint64_t)ref) : NULL;
  if (!pid) return 1;
  snow_pid to = *pid;
  snow_pairs_remove(&me->monitors, (uint64_t)ref);
  send_signal(cx, SIGNAL_DEMONITOR, process_pid(me), to, (uint64_t)ref, NULL);
  return 0;
}

void snow_process_supervises(snow_cx *cx, snow_str name) {
  snow_process *me = cx->self;
  atomic_store_explicit(&me->name, name->data, memory_order_relaxed); /* a literal */
  me->is_supervisor = true;
  me->traps = true;
}

snow_pid snow_supervisor_parent(snow_cx *cx) { return cx->self->parent; }

bool snow_supervisor_is(snow_cx *cx, snow_pid pid) {
  (void)cx;
  snow_process *p = snow_process_find(pid);
  return p && p->is_supervisor;
}

/* ---- reasons between Snow and C: built from the inside out, read from the outside in ---- */

void snow_reason_build(snow_cx *cx, int64_t end, snow_pid pid, snow_str text) {
  snow_process *me = cx->self;
  snow_reason *inner = end == END_LINKED ? me->built : NULL;
  if (end != END_LINKED) snow_reason_drop(me->built);
  me->built = snow_reason_new((snow_end)end, pid, inner, text->data, text->len);
}

void snow_process_exit(snow_cx *cx, snow_pid pid) {
  snow_process *me = cx->self;
  snow_reason *why = me->built;
  me->built = NULL;
  snow_send_exit(cx, pid, why);
  snow_reason_drop(why);
  if (pid != process_pid(me)) return;
  snow_look(cx);
  snow_process_resumed(cx);
}

void snow_process_quit(snow_cx *cx) {
  snow_reason *why = cx->self->built;
  cx->self->built = NULL;
  snow_process_end(cx, why);
}

void snow_process_kill(snow_cx *cx, snow_pid pid) {
  snow_reason_drop(cx->self->built);
  cx->self->built = snow_reason_new(END_KILLED, 0, NULL, "", 0);
  snow_process_exit(cx, pid);
}

static const snow_reason *answer_reason(snow_cx *cx, int64_t depth) {
  const snow_message *m = cx->self->answer;
  const snow_reason *r = m ? letter((snow_message *)(uintptr_t)m)->reason : NULL;
  while (r && depth--)
    r = r->inner;
  return r;
}

int64_t snow_answer_end(snow_cx *cx, int64_t depth) {
  const snow_reason *r = answer_reason(cx, depth);
  return r ? (int64_t)r->end : END_NORMAL;
}

snow_pid snow_answer_linked(snow_cx *cx, int64_t depth) {
  const snow_reason *r = answer_reason(cx, depth);
  return r ? r->pid : 0;
}

snow_str snow_answer_text(snow_cx *cx, int64_t depth) {
  const snow_reason *r = answer_reason(cx, depth);
  return r ? snow_string_new(cx, r->text, strlen(r->text)) : snow_empty;
}

int64_t snow_answer_kind(snow_cx *cx) { return cx->self->answer ? cx->self->answer->kind - NOTICE_EXIT : -1; }
snow_pid snow_answer_from(snow_cx *cx) { return cx->self->answer ? letter(cx->self->answer)->from : 0; }
int64_t snow_answer_ref(snow_cx *cx) { return cx->self->answer ? (int64_t)letter(cx->self->answer)->ref : 0; }

/* "normal", "killed", …, or the text of an error. */
snow_str snow_answer_message(snow_cx *cx) {
  const snow_reason *r = answer_reason(cx, 0);
  if (!r) return snow_empty;
  char *text = snow_reason_text(r);
  snow_str s = snow_string_new(cx, text, strlen(text));
  free(text);
  return s;
}
