#include "actor/deque.h"

#include "rt.h"

static snow_ring *ring_new(int64_t size) {
  snow_ring *r = malloc(sizeof *r + (size_t)size * sizeof r->at[0]);
  if (!r) snow_die(102, "Snow: out of memory\n");
  r->mask = size - 1;
  r->former = NULL;
  return r;
}

void snow_deque_init(snow_deque *d) {
  atomic_init(&d->top, 0);
  atomic_init(&d->bottom, 0);
  atomic_init(&d->lowest, 0);
  atomic_init(&d->old, 0);
  atomic_init(&d->ring, ring_new(64));
}

void snow_deque_free(snow_deque *d) {
  for (snow_ring *r = atomic_load(&d->ring), *former; r; r = former) {
    former = r->former;
    free(r);
  }
}

void snow_deque_push(snow_deque *d, void *x) {
  int64_t b = atomic_load_explicit(&d->bottom, memory_order_relaxed);
  int64_t t = atomic_load_explicit(&d->top, memory_order_acquire);
  snow_ring *r = atomic_load_explicit(&d->ring, memory_order_relaxed);
  if (b - t > r->mask) {
    snow_ring *more = ring_new((r->mask + 1) * 2);
    for (int64_t i = t; i < b; i++)
      atomic_init(&more->at[i & more->mask], atomic_load_explicit(&r->at[i & r->mask], memory_order_relaxed));
    more->former = r;
    atomic_store_explicit(&d->ring, more, memory_order_release);
    r = more;
  }
  atomic_store_explicit(&r->at[b & r->mask], x, memory_order_relaxed);
  /* In one order with the count of idle workers: who goes to sleep sees this, or we see that he sleeps. */
  atomic_store(&d->bottom, b + 1);
}

void *snow_deque_take(snow_deque *d) {
  for (;;) {
    int64_t t = atomic_load_explicit(&d->top, memory_order_acquire);
    int64_t b = atomic_load(&d->bottom);
    if (t >= b) return NULL;
    snow_ring *r = atomic_load_explicit(&d->ring, memory_order_acquire);
    void *x = atomic_load_explicit(&r->at[t & r->mask], memory_order_relaxed);
    if (atomic_compare_exchange_strong_explicit(&d->top, &t, t + 1, memory_order_seq_cst, memory_order_relaxed))
      return x;
  }
}

void *snow_deque_pop(snow_deque *d) {
  int64_t b = atomic_load_explicit(&d->bottom, memory_order_relaxed) - 1;
  if (b < atomic_load_explicit(&d->top, memory_order_relaxed)) return NULL;
  snow_ring *r = atomic_load_explicit(&d->ring, memory_order_relaxed);
  atomic_store(&d->bottom, b);
  if (b < atomic_load_explicit(&d->lowest, memory_order_relaxed))
    atomic_store_explicit(&d->lowest, b, memory_order_relaxed);
  int64_t t = atomic_load(&d->top);
  void *x = NULL;
  if (t <= b) {
    x = atomic_load_explicit(&r->at[b & r->mask], memory_order_relaxed);
    if (t < b) return x;
    /* The last one: a thief may be taking it. */
    if (!atomic_compare_exchange_strong(&d->top, &t, t + 1)) x = NULL;
  }
  atomic_store_explicit(&d->bottom, b + 1, memory_order_relaxed);
  return x;
}

void snow_deque_age(snow_deque *d) {
  atomic_store_explicit(&d->old, atomic_load_explicit(&d->lowest, memory_order_relaxed), memory_order_relaxed);
  atomic_store_explicit(&d->lowest, atomic_load_explicit(&d->bottom, memory_order_relaxed), memory_order_relaxed);
}

int64_t snow_deque_old(snow_deque *d) {
  int64_t end = atomic_load_explicit(&d->old, memory_order_relaxed);
  int64_t lowest = atomic_load_explicit(&d->lowest, memory_order_relaxed);
  int64_t n = (end < lowest ? end : lowest) - atomic_load_explicit(&d->top, memory_order_relaxed);
  return n < 0 ? 0 : n;
}
