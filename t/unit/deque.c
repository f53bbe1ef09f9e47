/* The deque: one owner, several thieves, every element comes out exactly once; from the top to each taker in the order in
 * which it was put in. */
#include "actor/deque.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>

enum { THIEVES = 3, ELEMENTS = 400000 };

static int tests;

static void ok(bool good, const char *what) { printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what); }

static snow_deque deque;
static _Atomic unsigned char times[ELEMENTS + 1];
static _Atomic bool over;
static _Atomic int disorder;

static bool took(void *x, uintptr_t *last) {
  if (!x) return false;
  uintptr_t n = (uintptr_t)x;
  if (n <= *last) atomic_fetch_add(&disorder, 1);
  *last = n;
  atomic_fetch_add(&times[n], 1);
  return true;
}

static void *thief(void *unused) {
  uintptr_t last = 0;
  (void)unused;
  for (;;) {
    bool ends = atomic_load(&over);
    if (took(snow_deque_take(&deque), &last)) continue;
    if (ends) return NULL;
    sched_yield();
  }
}

int main(void) {
  printf("1..10\n");
  snow_deque_init(&deque);
  ok(!snow_deque_take(&deque) && snow_deque_length(&deque) == 0, "an empty deque gives nothing");
  for (uintptr_t i = 1; i <= 1000; i++) snow_deque_push(&deque, (void *)i);
  ok(snow_deque_length(&deque) == 1000, "its length");
  bool in_order = true;
  for (uintptr_t i = 1; i <= 1000; i++) in_order &= (uintptr_t)snow_deque_take(&deque) == i;
  ok(in_order && !snow_deque_take(&deque), "first in, first out, while it grows");

  pthread_t threads[THIEVES];
  for (int i = 0; i < THIEVES; i++) pthread_create(&threads[i], NULL, thief, NULL);
  uintptr_t last = 0;
  for (uintptr_t i = 1; i <= ELEMENTS; i++) {
    snow_deque_push(&deque, (void *)i);
    if (i % 7 < 3) took(snow_deque_take(&deque), &last);
  }
  atomic_store(&over, true);
  while (took(snow_deque_take(&deque), &last))
    ;
  for (int i = 0; i < THIEVES; i++) pthread_join(threads[i], NULL);
  int once = 0;
  for (int i = 1; i <= ELEMENTS; i++) once += atomic_load(&times[i]) == 1;
  ok(once == ELEMENTS, "an owner and three thieves: each element is taken once");
  ok(atomic_load(&disorder) == 0, "and by each of them in order");
  ok(!snow_deque_take(&deque), "and nothing is left");

  for (uintptr_t i = 1; i <= 100; i++) snow_deque_push(&deque, (void *)i);
  bool backwards = true;
  for (uintptr_t i = 100; i >= 1; i--) backwards &= (uintptr_t)snow_deque_pop(&deque) == i;
  ok(backwards && !snow_deque_pop(&deque) && !snow_deque_take(&deque), "its owner may take the newest");

  /* Few at a time: owner and thieves meet at the last one. */
  for (int i = 0; i <= ELEMENTS; i++) atomic_store(&times[i], 0);
  atomic_store(&over, false);
  for (int i = 0; i < THIEVES; i++) pthread_create(&threads[i], NULL, thief, NULL);
  for (uintptr_t i = 1; i <= ELEMENTS; i++) {
    snow_deque_push(&deque, (void *)i);
    uintptr_t none = 0;
    for (int pops = (int)(i % 5 < 3 ? i % 5 : 0); pops; pops--) took(snow_deque_pop(&deque), &none), none = 0;
  }
  for (uintptr_t none = 0; took(snow_deque_pop(&deque), &none); none = 0)
    ;
  atomic_store(&over, true);
  for (int i = 0; i < THIEVES; i++) pthread_join(threads[i], NULL);
  once = 0;
  for (int i = 1; i <= ELEMENTS; i++) once += atomic_load(&times[i]) == 1;
  ok(once == ELEMENTS, "an owner that takes the newest, and three thieves: each element once");

  snow_deque_age(&deque);
  for (uintptr_t i = 1; i <= 10; i++) snow_deque_push(&deque, (void *)i);
  snow_deque_age(&deque);
  bool young = snow_deque_old(&deque) == 0;
  snow_deque_push(&deque, (void *)(uintptr_t)11);
  snow_deque_age(&deque);
  ok(young && snow_deque_old(&deque) == 10, "those are old that were there the last time but one");
  for (int i = 0; i < 4; i++) snow_deque_pop(&deque);
  for (uintptr_t i = 1; i <= 4; i++) snow_deque_push(&deque, (void *)i);
  snow_deque_take(&deque);
  ok(snow_deque_old(&deque) == 6, "not those that have come in the place of others");
  snow_deque_free(&deque);
}
