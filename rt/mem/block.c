/* Where blocks come from: aligned chunks, cut into blocks of one size each. Every thread has some at hand and exchanges
 * them with a common store in batches. */
#define _DEFAULT_SOURCE
#include "mem/mem.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { AT_HAND = 32, CHUNKS_AT_ONCE = 32, KEEP_BYTES = 32 << 20 };

static struct {
  pthread_mutex_t lock;
  block *free[N_CLASSES];
  size_t n_free[N_CLASSES];
  size_t chunks;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};
static _Atomic size_t large_bytes;

/* Large memory of one kind is asked for in huge pages: a fault then brings 2 MB, and the TLB reaches further. What is
 * touched is rounded up to them, so smaller memory is not. */
enum { HUGE_PAGE = 2 << 20, HUGE_FROM = 2 * HUGE_PAGE, HUGE_HEAP = 32 << 20 };

static void *aligned(size_t size, bool huge) {
  void *p = NULL;
#ifdef MADV_HUGEPAGE
  if (huge && sizeof(void *) > 4 && posix_memalign(&p, HUGE_PAGE, size) == 0) {
    (void)!madvise(p, size, MADV_HUGEPAGE);
    return p;
  }
#else
  (void)huge;
#endif
  if (posix_memalign(&p, CHUNK_SIZE, size) != 0) snow_die(102, "Snow: out of memory\n");
  return p;
}

/* More free blocks in the store, which is locked. */
static void cut(int class) {
  /* A small program takes one chunk; a growing one takes them by the megabyte. */
  size_t n = store.chunks < 4 ? 1 : class == BIGGEST ? CHUNKS_AT_ONCE : 4;
  bool huge = class == BIGGEST && store.chunks * CHUNK_SIZE >= HUGE_HEAP;
  if (huge) n = HUGE_FROM / CHUNK_SIZE;
  char *base = aligned(n * CHUNK_SIZE, huge);
  size_t size = (size_t)class_lines(class) * LINE;
  store.chunks += n;
  for (size_t at = n * CHUNK_SIZE; at; at -= size) {
    block *b = (block *)(void *)(base + at - size);
    b->lines = class_lines(class);
    block_give(b, NULL);
    b->next = store.free[class];
    store.free[class] = b;
    store.n_free[class]++;
  }
}

static void fetch(struct snow_mem *m, int class) {
  int want = class == BIGGEST ? 1 : AT_HAND / 2;
  pthread_mutex_lock(&store.lock);
  for (int i = 0; i < want; i++) {
    if (!store.free[class]) {
      if (i) break;
      cut(class);
    }
    block *b = store.free[class];
    store.free[class] = b->next;
    store.n_free[class]--;
    b->next = m->free[class];
    m->free[class] = b;
    m->n_free[class]++;
  }
  pthread_mutex_unlock(&store.lock);
}

block *snow_block_new(struct snow_mem *m, struct snow_heap *heap, int class) {
  if (!m->free[class]) fetch(m, class);
  block *b = m->free[class];
  m->free[class] = b->next;
  m->n_free[class]--;
  b->next = NULL;
  block_give(b, heap);
  b->large = 0;
  b->large_marked = b->starts_known = false;
  memset(b + 1, 0, 6 * (size_t)b->lines);
  return b;
}

/* When much is free the system may have the pages back; their contents do not matter. */
static void give_back(block *b) {
#ifdef MADV_DONTNEED
  long page = sysconf(_SC_PAGESIZE);
  if (page > 0 && page < CHUNK_SIZE) (void)!madvise((char *)b + page, (size_t)(CHUNK_SIZE - page), MADV_DONTNEED);
#else
  (void)b;
#endif
}

void snow_block_free(struct snow_mem *m, block *b) {
  int class = 0;
  while (class_lines(class) != b->lines)
    class ++;
  block_give(b, NULL);
  b->next = m->free[class];
  m->free[class] = b;
  if (++m->n_free[class] <= AT_HAND) return;
  pthread_mutex_lock(&store.lock);
  while (m->n_free[class] > AT_HAND / 2) {
    b = m->free[class];
    m->free[class] = b->next;
    m->n_free[class]--;
    if (class == BIGGEST && store.n_free[class] * CHUNK_SIZE > KEEP_BYTES) give_back(b);
    b->next = store.free[class];
    store.free[class] = b;
    store.n_free[class]++;
  }
  pthread_mutex_unlock(&store.lock);
}

block *snow_block_large(struct snow_heap *heap, size_t size) {
  size_t head = (size_t)block_first(class_lines(BIGGEST)) * LINE;
  if (size > PTRDIFF_MAX - CHUNK_SIZE * 2) snow_die(102, "Snow: out of memory\n");
  size_t bytes = (head + size + CHUNK_SIZE - 1) & ~(size_t)(CHUNK_SIZE - 1);
  block *b = aligned(bytes, bytes >= HUGE_FROM);
  memset(b, 0, head);
  b->lines = class_lines(BIGGEST);
  b->large = bytes;
  atomic_fetch_add_explicit(&large_bytes, bytes, memory_order_relaxed);
  block_give(b, heap);
  return b;
}

void snow_block_free_large(block *b) {
  atomic_fetch_sub_explicit(&large_bytes, b->large, memory_order_relaxed);
  free(b);
}

snow_mem_stats snow_mem_statistics(void) {
  snow_mem_stats s = {.large = atomic_load_explicit(&large_bytes, memory_order_relaxed)};
  pthread_mutex_lock(&store.lock);
  s.blocks = store.chunks * CHUNK_SIZE;
  for (int class = 0; class < N_CLASSES; class ++)
    s.blocks_free += store.n_free[class] * class_lines(class) * LINE;
  pthread_mutex_unlock(&store.lock);
  snow_cell_statistics(&s);
  snow_stack_statistics(&s);
  return s;
}

struct snow_mem *snow_mem_new(void) {
  struct snow_mem *m = calloc(1, sizeof *m);
  if (!m) snow_die(102, "Snow: out of memory\n");
  return m;
}

void snow_mem_free(struct snow_mem *m) {
  pthread_mutex_lock(&store.lock);
  for (int class = 0; class < N_CLASSES; class ++)
    for (block *b = m->free[class], *next; b; b = next) {
      next = b->next;
      b->next = store.free[class];
      store.free[class] = b;
      store.n_free[class]++;
    }
  pthread_mutex_unlock(&store.lock);
  free(m->stack);
  free(m);
}
