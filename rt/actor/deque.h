/* A work-stealing deque of processes after Chase and Lev (SPAA 2005), with the orderings of Lê, Pop, Cohen and Zappa
 * Nardelli (PPoPP 2013). Its owner pushes at the bottom and pops there, newest first; everybody, the owner too,
 * takes the oldest from the top. */
#ifndef SNOW_DEQUE_H
#define SNOW_DEQUE_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct snow_ring {
  struct snow_ring *former; /* thieves may still look into smaller ones */
  int64_t mask;
  _Atomic(void *) at[];
} snow_ring;

typedef struct snow_deque {
  _Atomic int64_t top;
  char apart[64]; /* the owner's and the thieves' ends on cache lines of their own */
  _Atomic int64_t bottom;
  _Atomic(snow_ring *) ring;
  /* How old the elements are: what lies below lowest has been there since snow_deque_age was last called, what lies
   * below old as well since the time before. */
  _Atomic int64_t lowest, old;
} snow_deque;

void snow_deque_init(snow_deque *d);
void snow_deque_free(snow_deque *d);
/* By the owner. */
void snow_deque_push(snow_deque *d, void *x);
/* By the owner: the newest, or NULL when there is none. */
void *snow_deque_pop(snow_deque *d);
/* By anybody: the oldest, or NULL when there is none. */
void *snow_deque_take(snow_deque *d);

/* By thieves, now and then: from now on those count as old that were there the last time. */
void snow_deque_age(snow_deque *d);
/* How many are old. Roughly: two who call snow_deque_age at once may err. */
int64_t snow_deque_old(snow_deque *d);

/* In one order with the pushes: who has said that he goes to sleep and sees nothing here will be woken. */
static inline int64_t snow_deque_length(snow_deque *d) {
  int64_t n = atomic_load(&d->bottom) - atomic_load_explicit(&d->top, memory_order_acquire);
  return n < 0 ? 0 : n;
}

#endif
