/* The tables of links and monitors against a model: an array. */
#include "actor/pairs.h"

#include <stdio.h>
#include <string.h>

enum { KEYS = 300, STEPS = 300000 };

static int tests;

static void ok(bool good, const char *what) { printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what); }

static uint64_t state = 88172645463325252u;

static uint64_t random_number(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

/* Keys that collide, in a small table, as often as others do not. */
static uint64_t key(unsigned i) { return i % 2 ? (uint64_t)(i + 1) : (uint64_t)(i + 1) << 40; }

static uint64_t model[KEYS]; /* 0: not there */

static bool same(const snow_pairs *t) {
  unsigned n = 0, seen = 0;
  for (unsigned i = 0; i < KEYS; i++) {
    uint64_t *v = snow_pairs_get(t, key(i));
    if (v ? *v != model[i] : model[i] != 0) return false;
    n += model[i] != 0;
  }
  for (const snow_pair *p = snow_pairs_next(t, NULL); p; p = snow_pairs_next(t, p)) seen++;
  return seen == n && t->n == n;
}

static bool churn(snow_pairs *t, unsigned keys, unsigned removals) {
  for (int step = 0; step < STEPS; step++) {
    unsigned i = (unsigned)(random_number() >> 20) % keys;
    if ((random_number() >> 30) % 100 < removals) {
      if (snow_pairs_remove(t, key(i)) != (model[i] != 0)) return false;
      model[i] = 0;
    } else snow_pairs_put(t, key(i), model[i] = random_number() | 1);
    if (step % 997 == 0 && !same(t)) return false;
  }
  return same(t);
}

int main(void) {
  snow_pairs t = {0};
  printf("1..6\n");
  ok(!snow_pairs_get(&t, 1) && !snow_pairs_remove(&t, 1) && !snow_pairs_next(&t, NULL), "an empty table");
  ok(churn(&t, 8, 50), "a few keys");
  ok(churn(&t, KEYS, 30), "many keys");
  ok(churn(&t, KEYS, 70), "mostly removals");
  for (unsigned i = 0; i < KEYS; i++) {
    snow_pairs_remove(&t, key(i));
    model[i] = 0;
  }
  ok(same(&t) && !t.v, "emptied, it holds no memory");
  ok(churn(&t, KEYS, 30), "and is as good as new");
  snow_pairs_free(&t);
}
