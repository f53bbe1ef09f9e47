/* The heap of one actor: bump allocation into free lines of blocks, and a mark-region collector after Immix
 * (Blackburn and McKinley, PLDI 2008). Objects never move. Roots on the stack are found conservatively (Shahriyar,
 * Blackburn and McKinley, "Fast conservative garbage collection", OOPSLA 2014), everything else precisely.
 *
 * Mark bits are sticky (Demers et al., POPL 1990): a minor collection leaves them and so takes what survived before
 * for granted. Objects are immutable, so old ones do not point to younger ones, except buffers into whose free slots
 * a list or map has put new elements; those are remembered.
 */

#include "mem/mem.h"

#if !defined(__GNUC__)
#include <setjmp.h>
#endif
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  snow_buf *buf;
  uint32_t from;
} remembered;

struct snow_heap {
  block *blocks, *large;
  size_t bytes; /* of all blocks */
  /* Chunk number → the large block it is part of, or how many blocks in it are ours; open addressing. Not made while a
   * few blocks can be looked through. */
  uintptr_t *page_keys, *page_vals;
  size_t n_pages, cap_pages, n_blocks;
  /* where the search for free lines goes on */
  block *at;
  int line;
  char *run_end; /* in stress mode the run behind the object just made */
  size_t since, nursery, base, live, live_full;
  remembered *rem;
  size_t n_rem, cap_rem;
  const snow_root *roots;
  int n_roots;
  snow_str outcome;
  /* In the two texts that were looked into last. In none after a collection: they may be gone, and others be where they
   * were. */
  snow_place places[2];
  blob_ref *blobs;
  size_t stressed; /* bytes since the last collection in stress mode */
  bool small;      /* of one of many processes */
  bool collecting, paused, frozen;
  snow_heap_stats stats;
};

enum { FEW_BLOCKS = 6 };

/* Of all heaps. */
static _Atomic size_t total_collections, total_full, total_allocated;

static bool stressing; /* set when the first heap is made */
#ifdef SNOW_VALGRIND
static bool on_valgrind;
#endif

struct snow_heap snow_in_transit;

static void *need(void *p) {
  if (!p) snow_die(102, "Snow: out of memory\n");
  return p;
}

/* ---- which memory is ours ---- */

static size_t page_slot(const snow_heap *h, uintptr_t page) {
  size_t i = (size_t)((uint64_t)page * 0x9E3779B97F4A7C15u >> 20) & (h->cap_pages - 1);
  while (h->page_keys[i] && h->page_keys[i] != page)
    i = (i + 1) & (h->cap_pages - 1);
  return i;
}

static void count_pages(snow_heap *h, const block *b);

static void page_table(snow_heap *h, size_t cap) {
  free(h->page_keys);
  free(h->page_vals);
  h->cap_pages = cap;
  h->n_pages = 0;
  h->page_keys = need(calloc(cap, sizeof *h->page_keys));
  h->page_vals = need(calloc(cap, sizeof *h->page_vals));
  for (const block *b = h->blocks; b; b = b->next)
    count_pages(h, b);
  for (const block *b = h->large; b; b = b->next)
    count_pages(h, b);
}

static void count_pages(snow_heap *h, const block *b) {
  uintptr_t first = (uintptr_t)b / CHUNK_SIZE, n = b->large ? b->large / CHUNK_SIZE : 1;
  for (uintptr_t page = first; page < first + n; page++) {
    size_t i = page_slot(h, page);
    if (!h->page_keys[i]) h->n_pages++;
    h->page_keys[i] = page;
    h->page_vals[i] = b->large ? (uintptr_t)b : h->page_vals[i] + 1;
  }
}

/* The block is in its list already. */
static void enter(snow_heap *h, const block *b) {
  h->bytes += block_bytes(b);
  h->n_blocks++;
  if (!h->cap_pages && h->n_blocks <= FEW_BLOCKS && !b->large) return;
  size_t more = b->large ? b->large / CHUNK_SIZE : 1;
  if ((h->n_pages + more) * 2 >= h->cap_pages) {
    size_t cap = h->cap_pages ? h->cap_pages : 32;
    while ((h->n_pages + more + FEW_BLOCKS) * 2 >= cap)
      cap *= 2;
    page_table(h, cap);
  } else count_pages(h, b);
}

static void forget_page(snow_heap *h, uintptr_t page) {
  size_t i = page_slot(h, page);
  assert(h->page_keys[i] == page);
  if (h->page_vals[i] < CHUNK_SIZE && --h->page_vals[i]) return;
  h->page_keys[i] = h->page_vals[i] = 0;
  h->n_pages--;
  /* Close the gap, so that later entries of the probe sequence are still found. */
  for (size_t k = (i + 1) & (h->cap_pages - 1); h->page_keys[k]; k = (k + 1) & (h->cap_pages - 1)) {
    uintptr_t key = h->page_keys[k];
    uintptr_t val = h->page_vals[k];
    h->page_keys[k] = h->page_vals[k] = 0;
    size_t j = page_slot(h, key);
    h->page_keys[j] = key;
    h->page_vals[j] = val;
  }
}

static void leave(snow_heap *h, const block *b) {
  h->bytes -= block_bytes(b);
  h->n_blocks--;
  if (!h->cap_pages) return;
  uintptr_t first = (uintptr_t)b / CHUNK_SIZE, n = b->large ? b->large / CHUNK_SIZE : 1;
  for (uintptr_t page = first; page < first + n; page++)
    forget_page(h, page);
}

/* The block a word points into, if it is one of this heap. */
static block *block_at(snow_heap *h, uintptr_t word) {
  if (!h->cap_pages) {
    for (block *b = h->blocks; b; b = b->next)
      if (word - (uintptr_t)b < (size_t)b->lines * LINE) return b;
    return NULL;
  }
  uintptr_t page = word / CHUNK_SIZE;
  size_t i = page_slot(h, page);
  if (!h->page_keys[i]) return NULL;
  if (h->page_vals[i] >= CHUNK_SIZE) return (block *)h->page_vals[i];
  block *b = block_of((void *)word);
  return block_heap(b) == h ? b : NULL;
}

bool snow_in_heap(const snow_heap *h, const void *p) {
  return block_at((snow_heap *)(uintptr_t)h, (uintptr_t)p) != NULL;
}
size_t snow_heap_bytes(const snow_heap *h) { return h->bytes; }
bool snow_is_frozen(block *b) { return block_heap(b)->frozen; }
bool snow_owns(snow_cx *cx, const snow_object *o) {
  return o->layout->kind != SNOW_STATIC && block_heap(block_of(o)) == cx->heap;
}

/* ---- objects ---- */

size_t snow_object_size(const snow_object *o) {
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

static size_t granule(const block *b, const void *p) { return (size_t)((const char *)p - (const char *)b) / 8; }
static bool bit(const uint64_t *set, size_t i) { return set[i / 64] >> (i % 64) & 1; }
static void set_bit(uint64_t *set, size_t i) { set[i / 64] |= (uint64_t)1 << (i % 64); }

/* ---- allocation ---- */

/* An object-shaped end mark tells later walks where the objects of a run stop. */
void snow_close_run(char *free, char *end) {
  if (free && free < end) ((snow_object *)(void *)free)->layout = NULL;
}

static void close_run(snow_cx *cx) {
  snow_heap *h = cx->heap;
  snow_close_run(cx->free, stressing && h->run_end ? h->run_end : cx->end);
  cx->free = cx->end = h->run_end = NULL;
}

/* Finds the next run of free lines with room for size bytes among the blocks not yet gone through. */
static bool next_run(snow_cx *cx, size_t size) {
  snow_heap *h = cx->heap;
  int want = (int)((size + LINE - 1) / LINE);
  for (; h->at; h->at = h->at->next, h->line = 0) {
    block *b = h->at;
    int lines = (int)b->lines, line = h->line ? h->line : block_first(b->lines);
    uint8_t *used = block_used(b), *fresh = block_fresh(b);
    while (line < lines) {
      while (line < lines && (used[line] || fresh[line]))
        line++;
      int start = line;
      while (line < lines && !used[line] && !fresh[line])
        line++;
      if (line - start < want || line == start) continue;
      fresh[start] = 2;
      memset(fresh + start + 1, 1, (size_t)(line - start - 1));
      cx->free = (char *)b + start * LINE;
      cx->end = (char *)b + line * LINE;
      h->line = line;
      h->since += (size_t)(cx->end - cx->free);
      return true;
    }
  }
  return false;
}

/* What survived and died since counts as alive until the next full collection. Of many processes that live long, each
 * must not keep megabytes of it. */
static bool wants_full(const snow_heap *h) {
  return h->live > 2 * h->live_full + (h->small ? h->base / 4 : 4 * h->base);
}

/* SNOW_GC_STRESS: a collection at every allocation, or with a large heap after so much that the time stays bounded. */
static void stress(snow_cx *cx, size_t size) {
  snow_heap *h = cx->heap;
  h->stressed += size;
  if (h->paused) return;
  if (h->live > ((size_t)256 << 10) && h->stressed < h->live / (h->live > ((size_t)2 << 20) ? 2 : 256)) return;
  h->stressed = 0;
  snow_collect(cx, h->stats.collections % 3 == 0);
}

static void *alloc_large(snow_cx *cx, const snow_layout *layout, size_t size) {
  snow_heap *h = cx->heap;
  if (stressing) stress(cx, size);
  else if (h->since + size > h->nursery && h->since && !h->paused) snow_collect(cx, wants_full(h));
  block *b = snow_block_large(h, size);
  b->next = h->large;
  h->large = b;
  enter(h, b);
  h->since += b->large;
  snow_object *o = (snow_object *)(void *)large_object(b);
  o->layout = layout;
  return o;
}

/* The first blocks of a process are small. */
static void add_block(snow_cx *cx, size_t size) {
  snow_heap *h = cx->heap;
  int class = BIGGEST;
  if (h->small && h->bytes < 24 << 10) class = h->bytes < 512 ? 0 : h->bytes < 4096 ? 1 : 2;
  while (class_room(class) < size)
    class ++;
  block *b = snow_block_new(cx->mem, h, class);
  b->next = h->blocks;
  h->blocks = b;
  enter(h, b);
  h->at = b;
  h->line = 0;
}

void *snow_alloc_slow(snow_cx *cx, const snow_layout *layout, size_t size) {
  snow_heap *h = cx->heap;
  if (size > LARGE) return alloc_large(cx, layout, size);
  if (stressing) stress(cx, size);
  close_run(cx);
  if (!next_run(cx, size)) {
    if (!stressing && h->since > h->nursery && !h->paused) {
      snow_collect(cx, wants_full(h));
      if (next_run(cx, size)) goto found;
    }
    add_block(cx, size);
    next_run(cx, size);
    h->at = NULL; /* all others have been gone through */
  }
found:;
  snow_object *o = (snow_object *)(void *)cx->free;
  cx->free += size;
  if (stressing) {
    h->run_end = cx->end;
    cx->end = cx->free;
  }
  o->layout = layout;
  return o;
}

void snow_heap_expects(snow_cx *cx, size_t size) {
  snow_heap *h = cx->heap;
  if (stressing) stress(cx, size);
  else if (h->since > h->nursery && !h->paused) snow_collect(cx, wants_full(h));
}

snow_buf *snow_buf_new(snow_cx *cx, const snow_layout *layout, size_t cap, size_t elem_size) {
  if (cap > UINT32_MAX || (elem_size && cap > (PTRDIFF_MAX - sizeof(snow_buf)) / elem_size))
    snow_die(102, "Snow: out of memory\n");
  snow_buf *b = snow_alloc(cx, layout, sizeof *b + cap * elem_size);
  b->cap = (uint32_t)cap;
  b->lo = b->hi = b->old = 0;
  return b;
}

void snow_remember(snow_cx *cx, snow_buf *b, uint32_t from) {
  snow_heap *h = cx->heap;
  assert(snow_owns(cx, &b->h));
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

typedef struct {
  snow_heap *h;
  struct snow_mem *m;
} marker;

static void push(struct snow_mem *m, snow_object *o) {
  if (m->n_stack == m->cap_stack) {
    m->cap_stack = m->cap_stack ? m->cap_stack * 2 : 1024;
    m->stack = need(realloc(m->stack, m->cap_stack * sizeof *m->stack));
  }
  m->stack[m->n_stack++] = o;
}

static void mark(marker *to, snow_object *o) {
  const snow_layout *l = o->layout;
  snow_heap *h = to->h;
  if (l->kind == SNOW_STATIC) return;
  block *b = block_of(o);
  if (block_heap(b) != h) return; /* frozen */
  if (b->large) {
    if (b->large_marked) return;
    b->large_marked = true;
    h->live += b->large;
  } else {
    size_t g = granule(b, o);
    uint64_t *marks = block_marks(b);
    if (bit(marks, g)) return;
    set_bit(marks, g);
    size_t size = snow_object_size(o);
    size_t first = g * 8 / LINE, last = (g * 8 + size - 1) / LINE;
    h->live += size;
    uint8_t *used = block_used(b);
    for (size_t i = first; i <= last; i++)
      used[i] = 1;
  }
  if (l->kind == SNOW_ARRAY) ((snow_buf *)(void *)o)->old = 1;
  if (l == &snow_blob_layout) h->live += ((blob_ref *)(void *)o)->blob->size;
  if (l->kind == SNOW_TEXT) {
    /* The owner is a flat text or bytes: this goes one step deep. */
    const snow_object *owner = ((snow_string *)(void *)o)->owner;
    if (owner) mark(to, (snow_object *)(uintptr_t)owner);
  } else if (l->map) push(to->m, o);
}

static void build_starts(block *b) {
  uint64_t *starts = block_starts(b);
  uint8_t *fresh = block_fresh(b);
  int lines = (int)b->lines;
  memcpy(starts, block_marks(b), (size_t)lines * 2);
  for (int i = block_first(b->lines); i < lines;) {
    if (fresh[i] != 2) {
      i++;
      continue;
    }
    int end = i + 1;
    while (end < lines && fresh[end] == 1)
      end++;
    char *p = (char *)b + i * LINE, *stop = (char *)b + end * LINE;
    while (p < stop) {
      snow_object *o = (snow_object *)(void *)p;
      if (!o->layout) break;
      set_bit(starts, granule(b, p));
      p += snow_object_size(o);
    }
    i = end;
  }
  b->starts_known = true;
}

/* A word that may be a pointer, perhaps into the middle of an object. */
static void mark_ambiguous(marker *to, uintptr_t word) {
  block *b = block_at(to->h, word);
  if (!b) return;
  if (b->large) {
    if (word >= (uintptr_t)large_object(b)) mark(to, (snow_object *)(void *)large_object(b));
    return;
  }
  size_t first = (size_t)block_first(b->lines) * LINE;
  if (word < (uintptr_t)b + first) return;
  if (!b->starts_known) build_starts(b);
  const uint64_t *starts = block_starts(b);
  size_t g = (word - (uintptr_t)b) / 8, w = g / 64;
  uint64_t bits = starts[w] & (~(uint64_t)0 >> (63 - g % 64));
  while (!bits) {
    if (w == 0) return;
    bits = starts[--w];
  }
  int top = 63;
  while (!(bits >> top & 1))
    top--;
  snow_object *o = (snow_object *)(void *)((char *)b + (w * 64 + (size_t)top) * 8);
  /* One past the end counts: compilers keep such pointers, and lists that are used up have them. */
  if (word <= (uintptr_t)o + snow_object_size(o)) mark(to, o);
}

bool snow_case_holds(const char *base, const uint32_t *when) {
  for (uint32_t n = *when++; n; n--, when += 2) {
    uint32_t tag;
    memcpy(&tag, base + when[0], sizeof tag);
    if (tag != when[1]) return false;
  }
  return true;
}

static void mark_fields(marker *to, const snow_layout *l, char *base) {
  const uint32_t *at = l->map;
  for (int n = l->n_pointers + l->n_lists; n; n--) {
    snow_object *p = *(snow_object **)(void *)(base + *at++);
    if (p) mark(to, p);
  }
  for (int n = l->n_foreign; n; n--)
    mark_ambiguous(to, *(uintptr_t *)(void *)(base + *at++));
  for (int n = l->n_cases; n; n--, at += 3 + 2 * (size_t)at[2]) {
    if (!snow_case_holds(base, at + 2)) continue;
    snow_object *p = *(snow_object **)(void *)(base + at[0]);
    if (at[1] == SNOW_CASE_FOREIGN) mark_ambiguous(to, (uintptr_t)p);
    else if (p) mark(to, p);
  }
}

/* Elements refer to objects all over the heap where a list was sorted: they are fetched some turns before they are
 * marked. */
enum { AHEAD = 8 };

static void mark_elements(marker *to, snow_buf *buf, uint32_t from) {
  const snow_layout *l = buf->h.layout;
  char *elems = (char *)(buf + 1);
  if (!l->map) return;
  for (uint32_t i = from; i < buf->hi; i++) {
#if defined(__GNUC__)
    if (l->n_pointers && buf->hi - i > AHEAD)
      __builtin_prefetch(*(void **)(void *)(elems + (size_t)(i + AHEAD) * l->size + l->map[0]));
#endif
    mark_fields(to, l, elems + (size_t)i * l->size);
  }
}

static void drain(marker *to) {
  struct snow_mem *m = to->m;
  while (m->n_stack) {
    snow_object *o = m->stack[--m->n_stack];
    const snow_layout *l = o->layout;
    if (l->kind == SNOW_ARRAY) mark_elements(to, (snow_buf *)(void *)o, ((snow_buf *)(void *)o)->lo);
    else mark_fields(to, l, (char *)o);
  }
}

#if defined(__GNUC__)
__attribute__((no_sanitize("address")))
#endif
static void
scan_range(void *arg, char *lo, char *hi) {
  marker *to = arg;
  uintptr_t at = ((uintptr_t)lo + sizeof(void *) - 1) & ~(uintptr_t)(sizeof(void *) - 1);
  for (; at + sizeof(void *) <= (uintptr_t)hi; at += sizeof(void *)) {
    uintptr_t word = *(uintptr_t *)at;
#ifdef SNOW_VALGRIND
    if (on_valgrind) VALGRIND_MAKE_MEM_DEFINED(&word, sizeof word); /* a stack is full of what nobody set */
#endif
    mark_ambiguous(to, word);
  }
}

void snow_mark_value(void *to, const snow_layout *l, void *value) { mark_fields(to, l, value); }

/* ---- collection ---- */

static void sweep_large(snow_heap *h) {
  for (block **p = &h->large; *p;) {
    block *b = *p;
    if (b->large_marked) {
      p = &b->next;
      continue;
    }
    *p = b->next;
    leave(h, b);
    snow_block_free_large(b);
  }
}

static void sweep_blocks(snow_heap *h, struct snow_mem *m) {
  for (block **p = &h->blocks; *p;) {
    block *b = *p;
    memset(block_fresh(b), 0, b->lines);
    b->starts_known = false;
    if (memchr(block_used(b), 1, b->lines)) {
      p = &b->next;
      continue;
    }
    *p = b->next;
    leave(h, b);
    snow_block_free(m, b);
  }
}

static void sweep_blobs(snow_heap *h) {
  for (blob_ref **p = &h->blobs; *p;) {
    blob_ref *r = *p;
    block *b = block_of(r);
    if (bit(block_marks(b), granule(b, r))) {
      p = &r->next;
      continue;
    }
    *p = r->next;
    snow_blob_release(r->blob);
  }
}

#if defined(__GNUC__)
__attribute__((noinline))
#endif
static void
mark_roots(snow_cx *cx, marker *to) {
  snow_heap *h = cx->heap;
  snow_stack_ranges(cx, scan_range, to);
  if (cx->roots) cx->roots(cx, to);
  for (int i = 0; i < h->n_roots; i++)
    scan_range(to, h->roots[i].at, (char *)h->roots[i].at + h->roots[i].size);
  if (h->outcome) mark(to, (snow_object *)(uintptr_t)h->outcome);
}

void snow_collect(snow_cx *cx, bool full) {
  snow_heap *h = cx->heap;
  marker to = {h, cx->mem};
  assert(!h->collecting && !h->paused);
  h->collecting = true;
  h->stats.allocated += h->since;
  atomic_fetch_add_explicit(&total_allocated, h->since, memory_order_relaxed);
  close_run(cx);
  if (full) {
    h->live = 0;
    for (block *b = h->blocks; b; b = b->next) {
      /* Where objects begin must be known before the marks that tell it go. */
      build_starts(b);
      memset(block_marks(b), 0, (size_t)b->lines * 2);
      memset(block_used(b), 0, b->lines);
    }
    for (block *b = h->large; b; b = b->next)
      b->large_marked = false;
  } else {
    for (size_t i = 0; i < h->n_rem; i++)
      mark_elements(&to, h->rem[i].buf, h->rem[i].from);
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
  mark_roots(cx, &to);
  drain(&to);
  if (h->blobs) sweep_blobs(h);
  sweep_large(h);
  sweep_blocks(h, cx->mem);
  h->at = h->blocks;
  h->line = 0;
  h->since = 0;
  h->places[0].text = h->places[1].text = NULL;
  h->stats.collections++;
  atomic_fetch_add_explicit(&total_collections, 1, memory_order_relaxed);
  if (full) {
    h->stats.full_collections++;
    atomic_fetch_add_explicit(&total_full, 1, memory_order_relaxed);
    h->live_full = h->live;
  }
  if (h->small && h->base < (size_t)1 << 20) h->base *= 2;
  h->nursery = h->live / 2 > h->base ? h->live / 2 : h->base;
  if (h->nursery > (size_t)128 << 20) h->nursery = (size_t)128 << 20;
  h->collecting = false;
}

/* ---- life ---- */

static snow_heap *new_heap(snow_cx *cx, bool small) {
  static bool first = true; /* before there is a second thread */
  if (first) {
    const char *s = getenv("SNOW_GC_STRESS");
    stressing = s && *s && *s != '0';
#ifdef SNOW_VALGRIND
    on_valgrind = RUNNING_ON_VALGRIND;
#endif
    first = false;
  }
  /* Processes come and go: not by malloc, which two threads would contend for. */
  snow_heap *h = small ? snow_cell_new(cx->mem, sizeof *h) : need(malloc(sizeof *h));
  memset(h, 0, sizeof *h);
  h->small = small;
  h->base = small ? (size_t)32 << 10 : (size_t)4 << 20;
  h->nursery = h->base;
  cx->heap = h;
  cx->free = cx->end = NULL;
  return h;
}

snow_heap *snow_heap_new(snow_cx *cx) { return new_heap(cx, false); }
snow_heap *snow_heap_new_small(snow_cx *cx) { return new_heap(cx, true); }

void snow_heap_free(snow_cx *cx) {
  snow_heap *h = cx->heap;
  for (blob_ref *r = h->blobs, *next; r; r = next) {
    next = r->next;
    snow_blob_release(r->blob);
  }
  for (block *b = h->large, *next; b; b = next) {
    next = b->next;
    snow_block_free_large(b);
  }
  for (block *b = h->blocks, *next; b; b = next) {
    next = b->next;
    snow_block_free(cx->mem, b);
  }
  free(h->page_keys);
  free(h->page_vals);
  free(h->rem);
  if (h->small) snow_cell_free(cx->mem, h, sizeof *h);
  else free(h);
  cx->heap = NULL;
  cx->free = cx->end = NULL;
}

void snow_heap_freeze(snow_cx *cx) {
  snow_heap *h = cx->heap;
  snow_collect(cx, true); /* which also marks every buffer as old: nobody appends to it in place */
  h->frozen = true;
  new_heap(cx, h->small);
}

void snow_heap_pause(snow_heap *h, bool on) { h->paused = on; }

void snow_heap_adopt(snow_heap *h, block *b) {
  block **list = b->large ? &h->large : &h->blocks;
  b->next = *list;
  *list = b;
  block_give(b, h);
  enter(h, b);
  h->since += block_bytes(b);
}

void snow_heap_own_blob(snow_heap *h, blob_ref *r) {
  r->next = h->blobs;
  h->blobs = r;
  h->since += r->blob->size;
}

void snow_heap_roots(snow_heap *h, const snow_root *roots, int n) {
  h->roots = roots;
  h->n_roots = n;
}

snow_str *snow_heap_outcome(snow_heap *h) { return &h->outcome; }

snow_place *snow_heap_place(snow_heap *h, snow_str text) {
  snow_place *p = h->places;
  if (p[1].text == text) return p + 1;
  if (p[0].text == text) return p;
  p[1] = p[0];
  p[0] = (snow_place){text, 0, 0};
  return p;
}

snow_heap_stats snow_heap_statistics(const snow_heap *h) {
  snow_heap_stats s = h->stats;
  s.live = h->live;
  s.allocated += h->since;
  return s;
}

snow_heap_stats snow_heap_totals(void) {
  snow_heap_stats s = {0};
  s.collections = atomic_load_explicit(&total_collections, memory_order_relaxed);
  s.full_collections = atomic_load_explicit(&total_full, memory_order_relaxed);
  s.allocated = atomic_load_explicit(&total_allocated, memory_order_relaxed);
  return s;
}

size_t snow_heap_size(snow_cx *cx) { return cx->heap ? cx->heap->bytes : 0; }
