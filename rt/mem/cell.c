/* Small pieces of memory that one thread fills and another frees, messages above all: each thread has some at hand and
 * exchanges them with a common store in batches, which malloc does one by one. */
#include "mem/mem.h"

#include <pthread.h>
#include <stdlib.h>

enum { BATCH = 64, CELLS_AT_ONCE = 256 };

typedef struct snow_cell {
  struct snow_cell *next;
} cell;

static struct {
  pthread_mutex_t lock;
  cell *batches[SNOW_CELL_CLASSES]; /* first cells of lists of BATCH; their second word links the lists */
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};
static _Atomic size_t all_bytes;

static cell **next_batch(cell *c) { return (cell **)(void *)(c + 1); }

static size_t size_of(int class) { return (size_t)32 << class; }

static int class_of(size_t size) {
  int class = 0;
  while (class < SNOW_CELL_CLASSES && size_of(class) < size)
    class ++;
  return class;
}

static void *need(void *p) {
  if (!p) snow_die(102, "Snow: out of memory\n");
  return p;
}

static void fill(struct snow_mem *m, int class) {
  pthread_mutex_lock(&store.lock);
  cell *c = store.batches[class];
  if (c) store.batches[class] = *next_batch(c);
  pthread_mutex_unlock(&store.lock);
  if (c) {
    m->cells[class] = c;
    m->n_cells[class] = BATCH;
    return;
  }
  size_t size = size_of(class), n = CELLS_AT_ONCE * 32 / size;
  char *all = need(malloc(n * size));
  atomic_fetch_add_explicit(&all_bytes, n * size, memory_order_relaxed);
  for (size_t i = 0; i < n; i++) {
    c = (cell *)(void *)(all + i * size);
    c->next = m->cells[class];
    m->cells[class] = c;
  }
  m->n_cells[class] = (int)n;
}

void snow_cell_statistics(snow_mem_stats *s) { s->cells = atomic_load_explicit(&all_bytes, memory_order_relaxed); }

void *snow_cell_new(struct snow_mem *m, size_t size) {
  int class = class_of(size);
  if (class == SNOW_CELL_CLASSES) return need(malloc(size));
  cell *c = m->cells[class];
  if (!c) {
    fill(m, class);
    c = m->cells[class];
  }
  m->cells[class] = c->next;
  m->n_cells[class]--;
  return c;
}

void snow_cell_free(struct snow_mem *m, void *p, size_t size) {
  int class = class_of(size);
  if (class == SNOW_CELL_CLASSES) {
    free(p);
    return;
  }
  cell *c = p;
  c->next = m->cells[class];
  m->cells[class] = c;
  if (++m->n_cells[class] < 2 * BATCH) return;
  cell *first = m->cells[class], *last = first;
  for (int i = 1; i < BATCH; i++)
    last = last->next;
  m->cells[class] = last->next;
  last->next = NULL;
  m->n_cells[class] -= BATCH;
  pthread_mutex_lock(&store.lock);
  *next_batch(first) = store.batches[class];
  store.batches[class] = first;
  pthread_mutex_unlock(&store.lock);
}
