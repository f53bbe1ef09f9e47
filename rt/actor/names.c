/* Names of processes, and what else the library asks about them. */
#include "actor/process.h"

#include <stdlib.h>

typedef struct name {
  struct name *next;
  snow_pid pid;
  uint32_t len;
  char text[];
} name;

static name *names; /* few: a list will do */

static name **find(snow_str s) {
  name **n = &names;
  while (*n && !((*n)->len == s->len && memcmp((*n)->text, s->data, s->len) == 0))
    n = &(*n)->next;
  return n;
}

static void drop(name **n) {
  name *gone = *n;
  *n = gone->next;
  free(gone);
}

void snow_names_forget(snow_pid pid) {
  for (name **n = &names; *n;)
    if ((*n)->pid == pid) drop(n);
    else n = &(*n)->next;
}

int64_t snow_process_register(snow_cx *cx, snow_str s, snow_pid pid) {
  (void)cx;
  if (!s->len) return 1;
  if (*find(s)) return 2;
  if (!snow_process_find(pid)) return 3;
  name *n = malloc(sizeof *n + s->len);
  if (!n) snow_die(102, "Snow: out of memory\n");
  n->pid = pid;
  n->len = s->len;
  memcpy(n->text, s->data, s->len);
  n->next = names;
  names = n;
  return 0;
}

int64_t snow_process_named(snow_cx *cx, snow_str s) {
  (void)cx;
  name *n = *find(s);
  return n ? (int64_t)n->pid : 0;
}

bool snow_process_unregister(snow_cx *cx, snow_str s) {
  (void)cx;
  name **n = find(s);
  if (!*n) return false;
  drop(n);
  return true;
}

snow_pid snow_process_pid(snow_cx *cx, int64_t number) {
  (void)cx;
  return (snow_pid)number;
}

bool snow_process_alive(snow_cx *cx, snow_pid pid) {
  (void)cx;
  return snow_process_find(pid) != NULL;
}
