/* Names of processes: those of this program, and the global ones that nodes share. */
#include "actor/process.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct name {
  struct name *next;
  snow_pid pid;
  uint32_t hash, len;
  bool global;
  char text[];
} name;

static struct {
  pthread_mutex_t lock;
  name **slots; /* chained */
  uint32_t n, cap;
} names = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint32_t hash(snow_str s, bool global) { return (uint32_t)snow_hash_string(s) ^ (uint32_t)global; }

static name **find(snow_str s, bool global) {
  uint32_t h = hash(s, global);
  name **at = &names.slots[h & (names.cap - 1)];
  while (*at && !((*at)->hash == h && (*at)->global == global && (*at)->len == s->len &&
                  memcmp((*at)->text, s->data, s->len) == 0))
    at = &(*at)->next;
  return at;
}

static void drop(name **at) {
  name *gone = *at;
  *at = gone->next;
  names.n--;
  free(gone);
}

static void grow(void) {
  name **old = names.slots;
  uint32_t n = names.cap;
  names.cap = n ? n * 2 : 16;
  names.slots = calloc(names.cap, sizeof *names.slots);
  if (!names.slots) snow_die(102, "Snow: out of memory\n");
  for (uint32_t i = 0; i < n; i++)
    for (name *k = old[i], *next; k; k = next) {
      next = k->next;
      k->next = names.slots[k->hash & (names.cap - 1)];
      names.slots[k->hash & (names.cap - 1)] = k;
    }
  free(old);
}

void snow_names_forget(snow_process *p) {
  if (atomic_exchange(&p->named, NAMED_NO_MORE) != NAMED) return;
  snow_pid pid = process_pid(p);
  pthread_mutex_lock(&names.lock);
  for (uint32_t i = 0; i < names.cap; i++)
    for (name **at = &names.slots[i]; *at;)
      if ((*at)->pid == pid) drop(at);
      else at = &(*at)->next;
  pthread_mutex_unlock(&names.lock);
}

/* Marks the process of a pid as one that has names; false when there is none. Who is marked takes its names along when
 * it ends. What is found may end and become another process at any time, which then is marked for nothing. */
static bool mark_named(snow_pid pid) {
  snow_process *p = snow_process_find(pid);
  int was = NOT_NAMED;
  if (!p || (!atomic_compare_exchange_strong(&p->named, &was, NAMED) && was == NAMED_NO_MORE)) return false;
  return process_pid(p) == pid;
}

/* 0, or why not: 1 empty, 2 taken, 3 no such process. */
int64_t snow_name_register(snow_cx *cx, snow_str s, snow_pid pid, bool global) {
  (void)cx;
  if (!s->len) return 1;
  int64_t result = 0;
  pthread_mutex_lock(&names.lock);
  if (names.n >= names.cap) grow();
  if (*find(s, global)) result = 2;
  else if (!mark_named(pid)) result = 3;
  else {
    name *n = malloc(sizeof *n + s->len);
    if (!n) snow_die(102, "Snow: out of memory\n");
    name **at = find(s, global);
    *n = (name){NULL, pid, hash(s, global), s->len, global};
    memcpy(n->text, s->data, s->len);
    *at = n;
    names.n++;
  }
  pthread_mutex_unlock(&names.lock);
  return result;
}

snow_pid snow_name_lookup(snow_cx *cx, snow_str s, bool global) {
  (void)cx;
  pthread_mutex_lock(&names.lock);
  name *n = names.cap ? *find(s, global) : NULL;
  snow_pid pid = n ? n->pid : 0;
  pthread_mutex_unlock(&names.lock);
  return pid;
}

bool snow_name_unregister(snow_cx *cx, snow_str s, bool global) {
  (void)cx;
  pthread_mutex_lock(&names.lock);
  name **at = names.cap ? find(s, global) : NULL;
  bool was = at && *at;
  if (was) drop(at);
  pthread_mutex_unlock(&names.lock);
  return was;
}
