/* Memory: what the files of rt/mem share. Blocks are cut from aligned chunks and belong to one heap, or to a fragment
 * (a message under way); nobody but their owner touches them. */
#ifndef SNOW_MEM_H
#define SNOW_MEM_H

#include "rt.h"

#include <stdatomic.h>

enum {
  CHUNK_SIZE = 1 << 15, /* chunks begin at multiples of this; all blocks of a chunk have one size */
  LINE = 128,
  N_CLASSES = 4, /* blocks of 512 bytes, 2, 8 and 32 KB */
  BIGGEST = N_CLASSES - 1,
  LARGE = CHUNK_SIZE / 4 /* larger objects have a block of their own */
};

/* A block begins with this, then come, for each line, a byte `used` (holds marked objects) and a byte `fresh` (of a run
 * taken since the last collection: 2 begins a run, 1 goes on), and for each word of the block a bit `mark` and a bit
 * `start` (an object begins there). */
typedef struct block {
  struct block *next;
  _Atomic(struct snow_heap *) heap; /* the owner; of fragments snow_in_transit; NULL while free */
  size_t large;                     /* bytes of the block of one large object; 0 in an ordinary block */
  uint32_t lines;                   /* never changes: it tells the block size of the chunk */
  bool large_marked;
  bool starts_known; /* `start` is right for this collection */
} block;

static inline struct snow_heap *block_heap(block *b) { return atomic_load_explicit(&b->heap, memory_order_relaxed); }
static inline void block_give(block *b, struct snow_heap *h) {
  atomic_store_explicit(&b->heap, h, memory_order_relaxed);
}
static inline uint8_t *block_used(block *b) { return (uint8_t *)(b + 1); }
static inline uint8_t *block_fresh(block *b) { return block_used(b) + b->lines; }
static inline uint64_t *block_marks(block *b) { return (uint64_t *)(void *)(block_fresh(b) + b->lines); }
static inline uint64_t *block_starts(block *b) { return block_marks(b) + b->lines / 4; }
static inline size_t block_bytes(const block *b) { return b->large ? b->large : (size_t)b->lines * LINE; }
/* The first line that holds objects. */
static inline int block_first(uint32_t lines) { return (int)((sizeof(block) + 6 * (size_t)lines + LINE - 1) / LINE); }
static inline uint32_t class_lines(int class) { return (uint32_t)(512 / LINE) << (2 * class); }
static inline size_t class_room(int class) {
  uint32_t lines = class_lines(class);
  return ((size_t)lines - (size_t)block_first(lines)) * LINE;
}
static inline char *large_object(block *b) { return (char *)b + (size_t)block_first(class_lines(BIGGEST)) * LINE; }

static inline block *block_of(const void *o) {
  uintptr_t chunk = (uintptr_t)o & ~(uintptr_t)(CHUNK_SIZE - 1);
  uintptr_t size = (uintptr_t)((const block *)chunk)->lines * LINE;
  return (block *)(chunk + (((uintptr_t)o - chunk) & ~(size - 1)));
}

/* Text that is too long to copy with every message: outside all heaps, counted. */
typedef struct snow_blob {
  _Atomic size_t references;
  size_t size;
  char bytes[];
} snow_blob;

/* How a heap or fragment refers to a blob: the owner of strings. */
typedef struct blob_ref {
  snow_object h;
  struct blob_ref *next; /* all of the heap or fragment */
  snow_blob *blob;
} blob_ref;
extern const snow_layout snow_blob_layout;
void snow_blob_release(snow_blob *b);

enum { SNOW_CELL_CLASSES = 4 }; /* 32 to 256 bytes */

/* What one thread keeps at hand: free blocks and cells, and a stack of objects to look at. */
struct snow_mem {
  struct snow_cell *cells[SNOW_CELL_CLASSES];
  int n_cells[SNOW_CELL_CLASSES];
  struct small *stacks; /* ctx/stack.c */
  int n_stacks;
  struct snow_process *processes; /* actor/process.c */
  int n_processes, contended;     /* how often others took pids in between */
  uint64_t next_pid, end_pid;     /* of a range */
  block *free[N_CLASSES];
  int n_free[N_CLASSES];
  snow_object **stack;
  size_t n_stack, cap_stack;
};

/* Bytes taken from the system, for those who look from outside. What threads have at hand counts as used. */
typedef struct {
  size_t blocks, blocks_free, large, cells, stacks, stacks_free;
} snow_mem_stats;
snow_mem_stats snow_mem_statistics(void);
/* Parts of it. */
void snow_cell_statistics(snow_mem_stats *s);
void snow_stack_statistics(snow_mem_stats *s);

/* ---- block.c ---- */

/* A block for `heap`, with no line in use. */
block *snow_block_new(struct snow_mem *m, struct snow_heap *heap, int class);
void snow_block_free(struct snow_mem *m, block *b);
/* A block for one large object of size bytes. */
block *snow_block_large(struct snow_heap *heap, size_t size);
void snow_block_free_large(block *b);

/* ---- heap.c ---- */

extern struct snow_heap snow_in_transit;

size_t snow_object_size(const snow_object *o);
/* Ends a run of fresh lines that is used up to `free`. */
void snow_close_run(char *free, char *end);
/* Whether the object is in memory that is never freed nor written to. */
bool snow_is_frozen(block *b);
bool snow_in_heap(const struct snow_heap *h, const void *p);
/* Bytes of all blocks. */
size_t snow_heap_bytes(const struct snow_heap *h);
void snow_heap_adopt(struct snow_heap *h, block *b);
/* Something is about to be copied in or adopted, during which there is no collection: perhaps there is one now. */
void snow_heap_expects(snow_cx *cx, size_t size);
/* Its text counts as allocated. */
void snow_heap_own_blob(struct snow_heap *h, blob_ref *r);

/* ---- copy.c: objects that are not copied as they are ---- */

typedef struct snow_copier snow_copier;
/* Copies of objects of this layout: `copy` gives one, made with the two functions below, or NULL to have o copied as it
 * is. Versions of maps leave behind what only older versions need (data/map.c). */
struct snow_copying {
  const snow_layout *layout;
  snow_object *(*copy)(snow_copier *c, const snow_object *o);
};
extern const struct snow_copying snow_map_copying;
/* A copy of a record, whose fields are still those of o; with_fields: they will be copied. */
snow_object *snow_copier_new(snow_copier *c, const snow_object *o, bool with_fields);
/* What stands for o in the copy. */
snow_object *snow_copier_copy(snow_copier *c, const snow_object *o);

#endif
