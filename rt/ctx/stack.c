/* Growing stacks: linked segments, each larger than the last. A function that may recurse compares the stack pointer
 * with cx->limit; when it is low its call goes on on the next segment through snow_grow. Segments stay for the next
 * time, so a call that crosses the border in a loop costs no system call. */
#define _DEFAULT_SOURCE
#define _DARWIN_C_SOURCE
#include "ctx/ctx.h"
#include "mem/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

typedef struct segment {
  struct segment *prev, *next;
  char *low, *high;
  unsigned id;     /* of the registered stack */
  void *caller_sp; /* stack pointer of the segment before, at the switch */
} segment;

typedef struct snow_stack {
  segment *first, *current;
  size_t total;
  bool small;
} snow_stack;

/* Room below the limit for functions that do not check: leaf code and the C library. */
#ifdef SNOW_ASAN
enum { RESERVE = 256 << 10 };
#else
enum { RESERVE = 48 << 10 };
#endif

/* First segments of processes are cut from large mappings, of which systems allow more bytes than pieces, and used
 * again. Their books lie at their upper end: the page there is in use anyway. */
enum { SMALL = RESERVE + (16 << 10), SLAB = 256, AT_HAND = 64 };

typedef struct small {
  union {
    struct small *next; /* while it is free */
    snow_stack stack;
  } u;
  segment first;
} small;

static struct {
  pthread_mutex_t lock;
  small *free;
  size_t made, n_free;
} store = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t most = (size_t)1 << 30; /* SNOW_STACK_MAX */

static small *small_at(char *low) { return (small *)(void *)(low + ((SMALL - sizeof(small)) & ~(size_t)63)); }
static char *low_of(small *s) { return (char *)s - ((SMALL - sizeof(small)) & ~(size_t)63); }

static small *new_small(struct snow_mem *m) {
  if (!m->stacks) {
    pthread_mutex_lock(&store.lock);
    if (!store.free) {
      char *p = mmap(NULL, (size_t)SMALL * SLAB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (p == MAP_FAILED) snow_die(102, "Snow: out of memory for the stack\n");
      for (int i = SLAB; i-- > 0;) {
        small *s = small_at(p + (size_t)i * SMALL);
        s->u.next = store.free;
        store.free = s;
      }
      store.made += SLAB;
      store.n_free += SLAB;
    }
    for (int i = 0; i < AT_HAND / 2 && store.free; i++) {
      small *s = store.free;
      store.free = s->u.next;
      store.n_free--;
      s->u.next = m->stacks;
      m->stacks = s;
      m->n_stacks++;
    }
    pthread_mutex_unlock(&store.lock);
  }
  small *s = m->stacks;
  m->stacks = s->u.next;
  m->n_stacks--;
  return s;
}

static void free_small(struct snow_mem *m, small *s) {
  s->u.next = m->stacks;
  m->stacks = s;
  if (++m->n_stacks <= AT_HAND) return;
  pthread_mutex_lock(&store.lock);
  while (m->n_stacks > AT_HAND / 2) {
    s = m->stacks;
    m->stacks = s->u.next;
    m->n_stacks--;
    s->u.next = store.free;
    store.free = s;
    store.n_free++;
  }
  pthread_mutex_unlock(&store.lock);
}

void snow_stack_statistics(snow_mem_stats *s) {
  pthread_mutex_lock(&store.lock);
  s->stacks = store.made * SMALL;
  s->stacks_free = store.n_free * SMALL;
  pthread_mutex_unlock(&store.lock);
}

/* Whoever has the process interrupted writes it too. */
static void set_limit(snow_cx *cx, char *limit) { __atomic_store_n(&cx->limit, limit, __ATOMIC_RELAXED); }

static segment *new_segment(snow_stack *s, size_t size) {
  char *low = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  segment *g = malloc(sizeof *g);
  if (low == MAP_FAILED || !g) snow_die(102, "Snow: out of memory for the stack\n");
  memset(g, 0, sizeof *g);
  g->low = low;
  g->high = low + size;
  g->id = snow_ctx_stack_register(low, size);
  s->total += size;
  return g;
}

typedef struct {
  void (*fn)(snow_cx *, void *);
  void *arg;
} jump;

static void landed(void *cx, void *p) {
  jump *j = p;
  j->fn(cx, j->arg);
}

static void run_on(snow_cx *cx, segment *g, void (*fn)(snow_cx *, void *), void *arg) {
  jump j = {fn, arg};
  snow_ctx_call(g->low, (size_t)(g->high - g->low), landed, cx, &j, &g->caller_sp);
}

void snow_grow(snow_cx *cx, const snow_site *at, void (*run)(snow_cx *, void *), void *args) {
  snow_stack *s = cx->stack;
  segment *from = s->current, *to = from->next;
  char here;
  if (&here > snow_stack_limit(s)) {
    /* The limit was raised to come here, not because room is scarce. */
    set_limit(cx, snow_stack_limit(s));
    snow_interrupted(cx);
    run(cx, args);
    return;
  }
  if (!to) {
    size_t size = (size_t)(from->high - from->low) * 2;
    if (size > (size_t)64 << 20) size = (size_t)64 << 20;
    if (s->total + size > most) {
      /* The panic itself needs room: use the reserve. */
      set_limit(cx, from->low);
      snow_panic(cx, at, "stack overflow");
    }
    to = new_segment(s, size);
    to->prev = from;
    from->next = to;
  }
  s->current = to;
  set_limit(cx, to->low + RESERVE);
  run_on(cx, to, run, args);
  s->current = from;
  set_limit(cx, from->low + RESERVE);
}

void snow_stack_new(snow_cx *cx) {
  const char *max = getenv("SNOW_STACK_MAX");
  if (max && *max) most = (size_t)strtoull(max, NULL, 10);
  snow_stack *s = calloc(1, sizeof *s);
  if (!s) snow_die(102, "Snow: out of memory for the stack\n");
  s->first = s->current = new_segment(s, (size_t)RESERVE * 4);
  cx->stack = s;
  set_limit(cx, s->first->low + RESERVE);
}

void snow_stack_new_small(snow_cx *cx) {
  small *m = new_small(cx->mem);
  snow_stack *s = &m->u.stack;
  segment *g = &m->first;
  memset(m, 0, sizeof *m);
  s->small = true;
  s->first = s->current = g;
  s->total = SMALL;
  g->low = low_of(m);
  g->high = (char *)m;
  g->id = snow_ctx_stack_register(g->low, (size_t)(g->high - g->low));
  cx->stack = s;
  set_limit(cx, g->low + RESERVE);
}

char *snow_stack_limit(const snow_stack *s) { return s->current->low + RESERVE; }

void snow_stack_bounds(const snow_stack *s, void **low, size_t *size) {
  *low = s->first->low;
  *size = (size_t)(s->first->high - s->first->low);
}

void snow_stack_run(snow_cx *cx, void (*fn)(snow_cx *, void *), void *arg) { run_on(cx, cx->stack->first, fn, arg); }

void snow_stack_reset(snow_cx *cx) {
  snow_stack *s = cx->stack;
  s->current = s->first;
  set_limit(cx, s->first->low + RESERVE);
}

void snow_stack_free(snow_cx *cx) {
  snow_stack *s = cx->stack;
  for (segment *g = s->first, *next; g; g = next) {
    next = g->next;
    size_t size = (size_t)(g->high - g->low);
    snow_ctx_stack_unregister(g->id, g->low, size);
    if (s->small && g == s->first) continue;
    munmap(g->low, size);
    free(g);
  }
  if (s->small) free_small(cx->mem, (small *)(void *)s);
  else free(s);
  cx->stack = NULL;
  set_limit(cx, NULL);
}

#if defined(__GNUC__)
__attribute__((noinline, no_sanitize("address")))
#endif
void snow_stack_ranges(snow_cx *cx, void (*visit)(void *, char *, char *), void *arg) {
  snow_stack *s = cx->stack;
  if (!s) return;
#if defined(__GNUC__)
  char *sp = __builtin_frame_address(0);
#else
  char here;
  char *sp = &here;
#endif
  for (segment *g = s->current; g; g = g->prev) {
    visit(arg, sp, g->high);
    sp = g->caller_sp;
  }
}

#if !defined(__GNUC__)
int snow_stack_low(snow_cx *cx) {
  char here;
  return &here < __atomic_load_n(&cx->limit, __ATOMIC_RELAXED);
}
#else
int snow_stack_low(snow_cx *cx);
int snow_stack_low(snow_cx *cx) {
  return (char *)__builtin_frame_address(0) < __atomic_load_n(&cx->limit, __ATOMIC_RELAXED);
}
#endif

/* ---- resting stacks ---- */

#if defined(SNOW_ASAN) || defined(SNOW_TSAN) || !defined(MADV_DONTNEED)
void *snow_stack_fold(snow_stack *s, const char *sp, size_t *size) {
  (void)s, (void)sp, (void)size;
  return NULL; /* tools keep books on stacks */
}
#else
enum { FOLD_MOST = 2048 };

void *snow_stack_fold(snow_stack *s, const char *sp, size_t *size) {
  if (!s->small || s->current != s->first || s->first->next) return NULL;
  char *low = s->first->low;
  *size = (size_t)(low + SMALL - sp);
  char *copy = *size <= FOLD_MOST ? malloc(*size) : NULL;
  if (!copy) return NULL;
  memcpy(copy, sp, *size);
  if (madvise(low, SMALL, MADV_DONTNEED) == 0) return copy;
  free(copy);
  return NULL;
}
#endif

void snow_stack_unfold(snow_stack *s, void *copy, size_t size) {
  char *end = (char *)s - ((SMALL - sizeof(small)) & ~(size_t)63) + SMALL;
  memcpy(end - size, copy, size);
  free(copy);
}
