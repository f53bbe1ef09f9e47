#include "actor/pairs.h"

#include "rt.h"

#include <stdlib.h>

static uint32_t slot(const snow_pairs *t, uint64_t key) {
  uint32_t i = (uint32_t)(key * 0x9E3779B97F4A7C15u >> 32) & (t->cap - 1);
  while (t->v[i].key && t->v[i].key != key)
    i = (i + 1) & (t->cap - 1);
  return i;
}

uint64_t *snow_pairs_get(const snow_pairs *t, uint64_t key) {
  if (!t->n) return NULL;
  snow_pair *p = &t->v[slot(t, key)];
  return p->key ? &p->value : NULL;
}

void snow_pairs_put(snow_pairs *t, uint64_t key, uint64_t value) {
  assert(key);
  if (t->n * 4 >= t->cap * 3) {
    snow_pairs old = *t;
    t->cap = old.cap ? old.cap * 2 : 4;
    t->v = calloc(t->cap, sizeof *t->v);
    if (!t->v) snow_die(102, "Snow: out of memory\n");
    for (uint32_t i = 0; i < old.cap; i++)
      if (old.v[i].key) t->v[slot(t, old.v[i].key)] = old.v[i];
    free(old.v);
  }
  snow_pair *p = &t->v[slot(t, key)];
  t->n += !p->key;
  p->key = key;
  p->value = value;
}

bool snow_pairs_remove(snow_pairs *t, uint64_t key) {
  if (!t->n) return false;
  uint32_t i = slot(t, key);
  if (!t->v[i].key) return false;
  t->v[i].key = 0;
  if (!--t->n) {
    snow_pairs_free(t);
    return true;
  }
  /* Close the gap, so that later entries of the probe sequence are still found. */
  for (uint32_t k = (i + 1) & (t->cap - 1); t->v[k].key; k = (k + 1) & (t->cap - 1)) {
    snow_pair p = t->v[k];
    t->v[k].key = 0;
    t->v[slot(t, p.key)] = p;
  }
  return true;
}

void snow_pairs_free(snow_pairs *t) {
  free(t->v);
  t->v = NULL;
  t->n = t->cap = 0;
}

const snow_pair *snow_pairs_next(const snow_pairs *t, const snow_pair *p) {
  for (p = p ? p + 1 : t->v; p < t->v + t->cap; p++)
    if (p->key) return p;
  return NULL;
}
