/* The heap of one actor: bump allocation into free lines of blocks, and a mark-region collector after Immix
 * (Blackburn and McKinley, PLDI 2008). Objects never move. Roots on the stack are found conservatively (Shahriyar,
 * Blackburn and McKinley, "Fast conservative garbage collection", OOPSLA 2014), everything else precisely.
 *
 * Mark bits are sticky (Demers et al., POPL 1990): a minor collection leaves them and so takes what survived before
 * for granted. Objects are immutable, so old ones do not point to younger ones, except buffers into whose free slots
 * a list or map has put new elements; those are remembered.
 */
#include "rt.h"

#if !defined(__GNUC__)
#include <setjmp.h>
#endif
#include <stdio.h>
#include <stdlib.h>

enum {
  BLOCK_SIZE = 1 << 15,
  LINE = 128,
  LINES = BLOCK_SIZE / LINE,
  GRANULES = BLOCK_SIZE / 8,
  LARGE = BLOCK_SIZE / 4,
  CHUNK_BLOCKS = 32
};

typedef struct block {
  struct block *next;
  size_t large; /* bytes of the one large object that starts here; 0 in an ordinary block */
  bool large_marked;
  bool starts_known;    /* starts is right for this collection */
  uint8_t used[LINES];  /* lines that hold marked objects */
  uint8_t fresh[LINES]; /* lines of runs taken since the last collection: 2 begins a run, 1 goes on */
  uint64_t marks[GRANULES / 64];
  uint64_t starts[GRANULES / 64];
} block;

enum { FIRST_LINE = (sizeof(block) + LINE - 1) / LINE, DATA = FIRST_LINE * LINE };

typedef struct chunk {
  struct chunk *next;
  void *base;
} chunk;

typedef struct {
  snow_buf *buf;
  uint32_t from;
} remembered;

struct snow_heap {
  block *blocks, *free_blocks, *large;
  chunk *chunks;
  /* page number → block, open addressing */
  uintptr_t *page_keys;
  block **page_vals;
  size_t n_pages, cap_pages;
  /* where the search for free lines goes on */
  block *at;
  int line;
  char *run_end; /* in stress mode the run behind the object just made */
  size_t since, nursery, live, live_full;
  remembered *rem;
  size_t n_rem, cap_rem;
  snow_object **stack;
  size_t n_stack, cap_stack;
  const snow_root *roots;
  int n_roots;
  snow_str outcome;
  bool stress;
  size_t stressed; /* bytes since the last collection in stress mode */
  bool collecting, valgrind;
  snow_heap_stats stats;
};

static void no_memory(void) { snow_die(102, "Snow: out of memory\n"); }

static void *need(void *p) {
  if (!p) no_memory();
  return p;
}

/* ---- pages ---- */

static size_t page_slot(const snow_heap *h, uintptr_t page) {
  size_t i = (size_t)((uint64_t)page * 0x9E3779B97F4A7C15u >> 20) & (h->cap_pages - 1);
  while (h->page_keys[i] && h->page_keys[i] != page)
    i = (i + 1) & (h->cap_pages - 1);
  return i;
}

static void page_add(snow_heap *h, uintptr_t page, block *b) {
  if (h->n_pages * 2 >= h->cap_pages) {
    uintptr_t *keys = h->page_keys;
    block **vals = h->page_vals;
    size_t old = h->cap_pages;
    h->cap_pages = old ? old * 2 : 64;
    h->page_keys = need(calloc(h->cap_pages, sizeof *h->page_keys));
    h->page_vals = need(calloc(h->cap_pages, sizeof *h->page_vals));
    for (size_t i = 0; i < old; i++)
      if (keys[i]) {
        size_t k = page_slot(h, keys[i]);
        h->page_keys[k] = keys[i];
        h->page_vals[k] = vals[i];
      }
    free(keys);
    free(vals);
  }
  size_t i = page_slot(h, page);
  if (!h->page_keys[i]) h->n_pages++;
  h->page_keys[i] = page;
  h->page_vals[i] = b;
}

static void page_remove(snow_heap *h, uintptr_t page) {
  size_t i = page_slot(h, page);
  assert(h->page_keys[i] == page);
  h->page_keys[i] = 0;
  h->n_pages--;
  /* Close the gap, so that later entries of the probe sequence are still found. */
  for (size_t k = (i + 1) & (h->cap_pages - 1); h->page_keys[k]; k = (k + 1) & (h->cap_pages - 1)) {
    uintptr_t key = h->page_keys[k];
    block *val = h->page_vals[k];
    h->page_keys[k] = 0;
    size_t j = page_slot(h, key);
    h->page_keys[j] = key;
    h->page_vals[j] = val;
  }
}

static block *page_find(const snow_heap *h, uintptr_t page) {
  if (!h->cap_pages) return NULL;
  size_t i = page_slot(h, page);
  return h->page_keys[i] ? h->page_vals[i] : NULL;
}

static void *aligned(size_t size) {
  void *p = NULL;
  if (posix_memalign(&p, BLOCK_SIZE, size) != 0) no_memory();
  return p;
}

static block *new_block(snow_heap *h) {
  if (!h->free_blocks) {
    chunk *c = need(malloc(sizeof *c));
    /* A small program takes one block; a growing one takes them by the megabyte. */
    size_t n = h->stats.blocks < 4 ? 1 : CHUNK_BLOCKS;
    c->base = aligned(n * BLOCK_SIZE);
    c->next = h->chunks;
    h->chunks = c;
    for (size_t i = n; i-- > 0;) {
      block *b = (block *)(void *)((char *)c->base + i * BLOCK_SIZE);
      b->next = h->free_blocks;
      h->free_blocks = b;
    }
  }
  block *b = h->free_blocks;
  h->free_blocks = b->next;
  memset(b, 0, sizeof *b);
  page_add(h, (uintptr_t)b / BLOCK_SIZE, b);
  h->stats.blocks++;
  return b;
}

/* ---- objects ---- */

static size_t object_size(const snow_object *o) {
  const snow_layout *l = o->layout;
  size_t n = l->size;
  if (l->kind == SNOW_ARRAY) n = sizeof(snow_buf) + (size_t)((const snow_buf *)(const void *)o)->cap * l->size;
  else if (l->kind == SNOW_BYTES) n = sizeof(snow_buf) + ((const snow_buf *)(const void *)o)->cap;
  else if (l->kind == SNOW_TEXT) {
    const snow_string *s = (const snow_string *)(const void *)o;
    n = sizeof *s + (s->owner ? 0 : s->len + (size_t)1);
  }
  return (n + 7) & ~(size_t)7;
}

static block *block_of(const void *o) { return (block *)((uintptr_t)o & ~(uintptr_t)(BLOCK_SIZE - 1)); }
static size_t granule(const block *b, const void *p) { return (size_t)((const char *)p - (const char *)b) / 8; }
static bool bit(const uint64_t *set, size_t i) { return set[i / 64] >> (i % 64) & 1; }

/* ---- allocation ---- */

/* Ends the run in use: an object-shaped end mark tells later walks where its objects stop. */
static void close_run(snow_cx *cx) {
  snow_heap *h = cx->heap;
  char *end = h->stress && h->run_end ? h->run_end : cx->end;
  if (cx->free && cx->free < end) ((snow_object *)(void *)cx->free)->layout = NULL;
  cx->free = cx->end = h->run_end = NULL;
}

/* Finds the next run of free lines with room for size bytes among the blocks not yet gone through. */
static bool next_run(snow_cx *cx, size_t size) {
  snow_heap *h = cx->heap;
  int want = (int)((size + LINE - 1) / LINE);
  for (; h->at; h->at = h->at->next, h->line = FIRST_LINE) {
    block *b = h->at;
    while (h->line < LINES) {
      while (h->line < LINES && (b->used[h->line] || b->fresh[h->line]))
        h->line++;
      int start = h->line;
      while (h->line < LINES && !b->used[h->line] && !b->fresh[h->line])
        h->line++;
      if (h->line - start < want) continue;
      b->fresh[start] = 2;
      memset(b->fresh + start + 1, 1, (size_t)(h->line - start - 1));
      cx->free = (char *)b + start * LINE;
      cx->end = (char *)b + h->line * LINE;
      h->since += (size_t)(cx->end - cx->free);
      return true;
    }
  }
  return false;
}

/* SNOW_GC_STRESS: a collection at every allocation, or with a large heap after so much that the time stays bounded. */
static void stress(snow_cx *cx, size_t size) {
  snow_heap *h = cx->heap;
  h->stressed += size;
  if (h->live > ((size_t)256 << 10) && h->stressed < h->live / (h->live > ((size_t)2 << 20) ? 2 : 256)) return;
  h->stressed = 0;
  snow_collect(cx, h->stats.collections % 3 == 0);
}

static void maybe_collect(snow_cx *cx, size_t size) {
  snow_heap *h = cx->heap;
  if (h->stress) stress(cx, size);
  else if (h->since + size > h->nursery && h->since) snow_collect(cx, h->live > 2 * h->live_full + ((size_t)16 << 20));
}

static void *alloc_large(snow_cx *cx, const snow_layout *layout, size_t size) {
  snow_heap *h = cx->heap;
  maybe_collect(cx, size);
  if (size > PTRDIFF_MAX - BLOCK_SIZE * 2) no_memory();
  size_t bytes = (DATA + size + BLOCK_SIZE - 1) & ~(size_t)(BLOCK_SIZE - 1);
  block *b = aligned(bytes);
  memset(b, 0, sizeof *b);
  b->large = bytes;
  b->next = h->large;
  h->large = b;
  for (size_t i = 0; i < bytes / BLOCK_SIZE; i++)
    page_add(h, (uintptr_t)b / BLOCK_SIZE + i, b);
  h->since += bytes;
  snow_object *o = (snow_object *)(void *)((char *)b + DATA);
  o->layout = layout;
  return o;
}

void *snow_alloc_slow(snow_cx *cx, const snow_layout *layout, size_t size) {
  snow_heap *h = cx->heap;
  if (size > LARGE) return alloc_large(cx, layout, size);
  if (h->stress) stress(cx, size);
  close_run(cx);
  if (!next_run(cx, size)) {
    if (!h->stress && h->since > h->nursery) {
      snow_collect(cx, h->live > 2 * h->live_full + ((size_t)16 << 20));
      if (next_run(cx, size)) goto found;
    }
    block *b = new_block(h);
    b->next = h->blocks;
    h->blocks = b;
    h->at = b;
    h->line = FIRST_LINE;
    next_run(cx, size);
    h->at = NULL; /* all others have been gone through */
  }
found:;
  snow_object *o = (snow_object *)(void *)cx->free;
  cx->free += size;
  if (h->stress) {
    h->run_end = cx->end;
    cx->end = cx->free;
  }
  o->layout = layout;
  return o;
}

snow_buf *snow_buf_new(snow_cx *cx, const snow_layout *layout, size_t cap, size_t elem_size) {
  if (cap > UINT32_MAX || (elem_size && cap > (PTRDIFF_MAX - sizeof(snow_buf)) / elem_size)) no_memory();
  snow_buf *b = snow_alloc(cx, layout, sizeof *b + cap * elem_size);
  b->cap = (uint32_t)cap;
  b->lo = b->hi = b->old = 0;
  return b;
}

void snow_remember(snow_cx *cx, snow_buf *b, uint32_t from) {
  snow_heap *h = cx->heap;
  if (b->old > 1) {
    /* Noted already in this cycle, at place old - 2. */
    remembered *r = &h->rem[b->old - 2];
    if (from < r->from) r->from = from;
    return;
  }
  if (h->n_rem == h->cap_rem) {
    h->cap_rem = h->cap_rem ? h->cap_rem * 2 : 64;
    h->rem = need(realloc(h->rem, h->cap_rem * sizeof *h->rem));
  }
  h->rem[h->n_rem].buf = b;
  h->rem[h->n_rem].from = from;
  b->old = (uint32_t)h->n_rem++ + 2;
}

/* ---- marking ---- */

static void push(snow_heap *h, snow_object *o) {
  if (h->n_stack == h->cap_stack) {
    h->cap_stack = h->cap_stack ? h->cap_stack * 2 : 1024;
    h->stack = need(realloc(h->stack, h->cap_stack * sizeof *h->stack));
  }
  h->stack[h->n_stack++] = o;
}

static void mark(snow_heap *h, snow_object *o) {
  const snow_layout *l = o->layout;
  if (l->kind == SNOW_STATIC) return;
  block *b = block_of(o);
  if (b->large) {
    if (b->large_marked) return;
    b->large_marked = true;
    h->live += b->large;
  } else {
    size_t g = granule(b, o);
    if (bit(b->marks, g)) return;
    b->marks[g / 64] |= (uint64_t)1 << (g % 64);
    size_t size = object_size(o);
    size_t first = g * 8 / LINE, last = (g * 8 + size - 1) / LINE;
    h->live += size;
    for (size_t i = first; i <= last; i++)
      b->used[i] = 1;
  }
  if (l->kind == SNOW_ARRAY) ((snow_buf *)(void *)o)->old = 1;
  if (l->kind == SNOW_TEXT) {
    /* The owner is a flat text or bytes: this goes one step deep. */
    const snow_object *owner = ((snow_string *)(void *)o)->owner;
    if (owner) mark(h, (snow_object *)(uintptr_t)owner);
  } else if (l->n_exact || l->n_ambiguous) push(h, o);
}

static void build_starts(block *b) {
  memcpy(b->starts, b->marks, sizeof b->starts);
  for (int i = FIRST_LINE; i < LINES;) {
    if (b->fresh[i] != 2) {
      i++;
      continue;
    }
    int end = i + 1;
    while (end < LINES && b->fresh[end] == 1)
      end++;
    char *p = (char *)b + i * LINE, *stop = (char *)b + end * LINE;
    while (p < stop) {
      snow_object *o = (snow_object *)(void *)p;
      if (!o->layout) break;
      size_t g = granule(b, p);
      b->starts[g / 64] |= (uint64_t)1 << (g % 64);
      p += object_size(o);
    }
    i = end;
  }
  b->starts_known = true;
}

/* A word that may be a pointer, perhaps into the middle of an object. */
static void mark_ambiguous(snow_heap *h, uintptr_t word) {
  block *b = page_find(h, word / BLOCK_SIZE);
  if (!b) return;
  if (b->large) {
    if (word >= (uintptr_t)b + DATA) mark(h, (snow_object *)(void *)((char *)b + DATA));
    return;
  }
  if (word < (uintptr_t)b + DATA) return;
  if (!b->starts_known) build_starts(b);
  size_t g = (word - (uintptr_t)b) / 8, w = g / 64;
  uint64_t bits = b->starts[w] & (~(uint64_t)0 >> (63 - g % 64));
  while (!bits) {
    if (w == 0) return;
    bits = b->starts[--w];
  }
  int top = 63;
  while (!(bits >> top & 1))
    top--;
  snow_object *o = (snow_object *)(void *)((char *)b + (w * 64 + (size_t)top) * 8);
  /* One past the end counts: compilers keep such pointers, and lists that are used up have them. */
  if (word <= (uintptr_t)o + object_size(o)) mark(h, o);
}

static void mark_fields(snow_heap *h, const snow_layout *l, char *base) {
  for (int i = 0; i < l->n_exact; i++) {
    snow_object *p = *(snow_object **)(void *)(base + l->offsets[i]);
    if (p) mark(h, p);
  }
  for (int i = l->n_exact; i < l->n_exact + l->n_ambiguous; i++) {
    uintptr_t w;
    memcpy(&w, base + l->offsets[i], sizeof w);
    mark_ambiguous(h, w);
  }
}

static void mark_elements(snow_heap *h, snow_buf *buf, uint32_t from) {
  const snow_layout *l = buf->h.layout;
  char *elems = (char *)(buf + 1);
  if (!l->n_exact && !l->n_ambiguous) return;
  for (uint32_t i = from; i < buf->hi; i++)
    mark_fields(h, l, elems + (size_t)i * l->size);
}

static void drain(snow_heap *h) {
  while (h->n_stack) {
    snow_object *o = h->stack[--h->n_stack];
    const snow_layout *l = o->layout;
    if (l->kind == SNOW_ARRAY) mark_elements(h, (snow_buf *)(void *)o, ((snow_buf *)(void *)o)->lo);
    else mark_fields(h, l, (char *)o);
  }
}

#if defined(__GNUC__)
__attribute__((no_sanitize("address")))
#endif
static void
scan_range(void *arg, char *lo, char *hi) {
  snow_heap *h = arg;
  uintptr_t at = ((uintptr_t)lo + sizeof(void *) - 1) & ~(uintptr_t)(sizeof(void *) - 1);
  for (; at + sizeof(void *) <= (uintptr_t)hi; at += sizeof(void *)) {
    uintptr_t word = *(uintptr_t *)at;
#ifdef SNOW_VALGRIND
    if (h->valgrind) VALGRIND_MAKE_MEM_DEFINED(&word, sizeof word); /* a stack is full of what nobody set */
#endif
    mark_ambiguous(h, word);
  }
}

/* ---- collection ---- */

static void sweep_large(snow_heap *h) {
  for (block **p = &h->large; *p;) {
    block *b = *p;
    if (b->large_marked) {
      p = &b->next;
      continue;
    }
    *p = b->next;
    for (size_t i = 0; i < b->large / BLOCK_SIZE; i++)
      page_remove(h, (uintptr_t)b / BLOCK_SIZE + i);
    free(b);
  }
}

static void sweep_blocks(snow_heap *h) {
  for (block **p = &h->blocks; *p;) {
    block *b = *p;
    memset(b->fresh, 0, sizeof b->fresh);
    b->starts_known = false;
    if (memchr(b->used, 1, LINES)) {
      p = &b->next;
      continue;
    }
    *p = b->next;
    page_remove(h, (uintptr_t)b / BLOCK_SIZE);
    b->next = h->free_blocks;
    h->free_blocks = b;
    h->stats.blocks--;
  }
}

#if defined(__GNUC__)
__attribute__((noinline))
#endif
static void
mark_roots(snow_cx *cx) {
  snow_heap *h = cx->heap;
  snow_stack_ranges(cx, scan_range, h);
  if (cx->roots) cx->roots(cx, scan_range, h);
  for (int i = 0; i < h->n_roots; i++)
    scan_range(h, h->roots[i].at, (char *)h->roots[i].at + h->roots[i].size);
  if (h->outcome) mark(h, (snow_object *)(uintptr_t)h->outcome);
}

void snow_collect(snow_cx *cx, bool full) {
  snow_heap *h = cx->heap;
  assert(!h->collecting);
  h->collecting = true;
  h->stats.allocated += h->since;
  close_run(cx);
  if (full) {
    h->live = 0;
    for (block *b = h->blocks; b; b = b->next) {
      /* Where objects begin must be known before the marks that tell it go. */
      build_starts(b);
      memset(b->marks, 0, sizeof b->marks);
      memset(b->used, 0, sizeof b->used);
    }
    for (block *b = h->large; b; b = b->next)
      b->large_marked = false;
  } else {
    for (size_t i = 0; i < h->n_rem; i++)
      mark_elements(h, h->rem[i].buf, h->rem[i].from);
  }
  for (size_t i = 0; i < h->n_rem; i++)
    h->rem[i].buf->old = 1;
  h->n_rem = 0;
  /* Registers that hold roots are spilled to this frame, which is part of what is scanned. */
#if defined(__GNUC__)
  __builtin_unwind_init();
#else
  jmp_buf regs;
  (void)setjmp(regs);
#endif
  mark_roots(cx);
  drain(h);
  sweep_large(h);
  sweep_blocks(h);
  h->at = h->blocks;
  h->line = FIRST_LINE;
  h->since = 0;
  h->stats.collections++;
  if (full) {
    h->stats.full_collections++;
    h->live_full = h->live;
  }
  h->nursery = h->live / 2 > ((size_t)4 << 20) ? h->live / 2 : (size_t)4 << 20;
  if (h->nursery > (size_t)64 << 20) h->nursery = (size_t)64 << 20;
  h->collecting = false;
}

/* ---- life ---- */

snow_heap *snow_heap_new(snow_cx *cx) {
  snow_heap *h = need(calloc(1, sizeof *h));
  const char *stress = getenv("SNOW_GC_STRESS");
  h->stress = stress && *stress && *stress != '0';
#ifdef SNOW_VALGRIND
  h->valgrind = RUNNING_ON_VALGRIND;
#endif
  h->nursery = (size_t)4 << 20;
  cx->heap = h;
  cx->free = cx->end = NULL;
  return h;
}

void snow_heap_free(snow_heap *h) {
  for (block *b = h->large, *next; b; b = next) {
    next = b->next;
    free(b);
  }
  for (chunk *c = h->chunks, *next; c; c = next) {
    next = c->next;
    free(c->base);
    free(c);
  }
  free(h->page_keys);
  free(h->page_vals);
  free(h->rem);
  free(h->stack);
  free(h);
}

void snow_heap_roots(snow_heap *h, const snow_root *roots, int n) {
  h->roots = roots;
  h->n_roots = n;
}

snow_str *snow_heap_outcome(snow_heap *h) { return &h->outcome; }

snow_heap_stats snow_heap_statistics(const snow_heap *h) {
  snow_heap_stats s = h->stats;
  s.live = h->live;
  s.allocated += h->since;
  return s;
}
