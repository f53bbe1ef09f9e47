/* Cells and blocks that one thread fills and another frees. */
#include "mem/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 60000, SLOTS = 512, THREADS = 3 };

static int tests;

static void ok(bool good, const char *what) { printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what); }

typedef struct {
  size_t size;
  uint64_t seed;
} head;

static _Atomic(head *) cells[SLOTS];
static _Atomic(block *) blocks[SLOTS];
static _Atomic int wrong;
static struct snow_heap *const owner = &snow_in_transit;

static uint64_t step(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  return *state ^= *state << 17;
}

static void fill(void *p, size_t n, uint64_t seed) { memset(p, (int)(seed & 255), n); }
static bool filled(const void *p, size_t n, uint64_t seed) {
  const unsigned char *s = p;
  for (size_t i = 0; i < n; i++)
    if (s[i] != (seed & 255)) return false;
  return true;
}

static void free_cell(struct snow_mem *m, head *h) {
  if (!h) return;
  if (!filled(h + 1, h->size - sizeof *h, h->seed)) atomic_fetch_add(&wrong, 1);
  snow_cell_free(m, h, h->size);
}

static char *inside(block *b) { return (char *)b + block_first(b->lines) * LINE; }
static size_t room(const block *b) { return ((size_t)b->lines - (size_t)block_first(b->lines)) * LINE; }

static void free_block(struct snow_mem *m, block *b) {
  if (!b) return;
  if (block_heap(b) != owner || !filled(inside(b), room(b), (uintptr_t)b >> 9)) atomic_fetch_add(&wrong, 1);
  if (block_of(inside(b)) != b || block_of(inside(b) + room(b) - 1) != b) atomic_fetch_add(&wrong, 1);
  snow_block_free(m, b);
}

static void *churn(void *number) {
  struct snow_mem *m = snow_mem_new();
  uint64_t state = (uint64_t)(uintptr_t)number * 0x9E3779B97F4A7C15u;
  for (int i = 0; i < ROUNDS; i++) {
    size_t size = sizeof(head) + step(&state) % 300;
    head *h = snow_cell_new(m, size);
    h->size = size;
    h->seed = step(&state);
    fill(h + 1, size - sizeof *h, h->seed);
    free_cell(m, atomic_exchange(&cells[(step(&state) >> 20) % SLOTS], h));
    if (i % 16) continue;
    block *b = snow_block_new(m, owner, (int)((step(&state) >> 20) % N_CLASSES));
    fill(inside(b), room(b), (uintptr_t)b >> 9);
    free_block(m, atomic_exchange(&blocks[(step(&state) >> 20) % SLOTS], b));
  }
  snow_mem_free(m);
  return NULL;
}

int main(void) {
  printf("1..2\n");
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, churn, (void *)(i + 1));
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  struct snow_mem *m = snow_mem_new();
  for (int i = 0; i < SLOTS; i++) {
    free_cell(m, atomic_exchange(&cells[i], NULL));
    free_block(m, atomic_exchange(&blocks[i], NULL));
  }
  ok(atomic_load(&wrong) == 0, "nobody gets what somebody else holds");
  block *one = snow_block_new(m, owner, 0), *two = snow_block_new(m, owner, 0);
  ok(one != two && one && two, "and there is more");
  snow_block_free(m, one);
  snow_block_free(m, two);
  snow_mem_free(m);
}
