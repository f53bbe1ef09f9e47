/* Shared inside the runtime; generated code sees <snow/snow.h> only. */
#ifndef SNOW_RT_H
#define SNOW_RT_H

#include <snow/snow.h>

#include <assert.h>

#if defined(__SANITIZE_ADDRESS__)
#define SNOW_ASAN 1
#elif defined(__SANITIZE_THREAD__)
#define SNOW_TSAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SNOW_ASAN 1
#elif __has_feature(thread_sanitizer)
#define SNOW_TSAN 1
#endif
#endif

/* Where valgrind's headers are at hand the runtime tells it about stacks and conservative scanning. */
#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define SNOW_VALGRIND 1
#endif
#endif

/* ---- mem/heap.c ---- */

typedef struct snow_heap snow_heap;
/* A heap for one actor, with settings from the environment; a small one for one of many. cx->mem is set. */
snow_heap *snow_heap_new(snow_cx *cx);
snow_heap *snow_heap_new_small(snow_cx *cx);
void snow_heap_free(snow_cx *cx);
/* Makes everything reachable so far immortal, for all actors to see, and gives cx a new heap. */
void snow_heap_freeze(snow_cx *cx);
/* No collection while on. */
void snow_heap_pause(snow_heap *h, bool on);
/* For cx->roots: marks what a value of this layout refers to. */
void snow_mark_value(void *marker, const snow_layout *l, void *value);
/* Whether the word of a union whose conditions these are is what its case says. */
bool snow_case_holds(const char *base, const uint32_t *when);
/* Whether an object is in this actor's own heap: only then may its buffer be extended in place. */
bool snow_owns(snow_cx *cx, const snow_object *o);
/* Registers the program's variables as roots of this heap. */
void snow_heap_roots(snow_heap *h, const snow_root *roots, int n);
/* Notes that elements from index `from` on are being stored into a buffer that survived a collection. */
void snow_remember(snow_cx *cx, snow_buf *b, uint32_t from);
/* A new buffer for cap elements. */
snow_buf *snow_buf_new(snow_cx *cx, const snow_layout *layout, size_t cap, size_t elem_size);
/* Collects now; full looks at old objects too. */
void snow_collect(snow_cx *cx, bool full);
/* A string the runtime holds for the actor between two calls. */
snow_str *snow_heap_outcome(snow_heap *h);

/* A code point of a text, and the byte at which it begins. */
typedef struct snow_place {
  snow_str text;
  uint32_t index, at;
} snow_place;
/* The last one that the process looked for in this text; the first where that is not known. To be changed. */
snow_place *snow_heap_place(snow_heap *h, snow_str text);

typedef struct snow_heap_stats {
  size_t collections, full_collections, live, allocated, blocks;
} snow_heap_stats;
/* Of all heaps: collections, and what was allocated up to the last of each. */
snow_heap_stats snow_heap_totals(void);
size_t snow_heap_size(snow_cx *cx);
snow_heap_stats snow_heap_statistics(const snow_heap *h);

/* ---- mem/copy.c ---- */

/* What a value under way refers to. */
typedef struct snow_fragment {
  struct block *blocks;
  struct blob_ref *blobs;
  size_t bytes;
} snow_fragment;

/* Copies all that *value, of the given layout, refers to in from's heap and makes *value refer to the copies: */
void snow_copy_out(snow_cx *from, const snow_layout *l, void *value, snow_fragment *f);
/* the same into the heap of another actor, which must not be running; */
void snow_copy_across(snow_cx *from, snow_cx *to, const snow_layout *l, void *value);
/* and from a fragment into the running actor's heap; the fragment is gone then. */
void snow_copy_in(snow_cx *to, const snow_layout *l, void *value, snow_fragment *f);
void snow_fragment_drop(snow_cx *cx, snow_fragment *f);

/* ---- mem/cell.c ---- */

/* Memory that any thread may free, given the same size. */
void *snow_cell_new(struct snow_mem *m, size_t size);
void snow_cell_free(struct snow_mem *m, void *p, size_t size);

/* What a thread needs to run actors: zeroed to begin with. */
struct snow_mem *snow_mem_new(void);
void snow_mem_free(struct snow_mem *m);

/* ---- ctx/stack.c ---- */

/* Calls visit(lo, hi) for each part of the actor's stack that is in use, the running one from its stack pointer. */
void snow_stack_ranges(snow_cx *cx, void (*visit)(void *arg, char *lo, char *hi), void *arg);
/* Gives the context a stack. */
void snow_stack_new(snow_cx *cx);
void snow_stack_free(snow_cx *cx);
/* Runs fn(cx, arg) on the context's stack, which nothing else is running on. */
void snow_stack_run(snow_cx *cx, void (*fn)(snow_cx *, void *), void *arg);
/* Forgets what was running, after a crash that was caught. */
void snow_stack_reset(snow_cx *cx);

/* A stack for one of many processes: small at first. cx->mem is set, here and when it is freed. */
void snow_stack_new_small(snow_cx *cx);
/* Gives the memory of a stack that rests with its stack pointer at sp back to the system; what was in it, *size bytes
 * (malloced), or NULL when that cannot be or does not pay. Nothing may touch the stack until it is unfolded. */
void *snow_stack_fold(struct snow_stack *s, const char *sp, size_t *size);
void snow_stack_unfold(struct snow_stack *s, void *copy, size_t size);
/* What cx->limit is to be while this stack runs. */
char *snow_stack_limit(const struct snow_stack *s);
/* Its first segment. */
void snow_stack_bounds(const struct snow_stack *s, void **low, size_t *size);
/* ---- ctx/backtrace.c ---- */

void snow_backtrace_use(const snow_debug *d);
/* The Snow functions that are running, innermost first, a line each; malloced. NULL in programs without that. */
char *snow_backtrace(void);

/* ---- actor/worker.c ---- */

/* snow_yield for a process that somebody has interrupted. */
void snow_interrupted(snow_cx *cx);

/* ---- actor/start.c ---- */

/* Runs a program as the process main, and what it spawns, to the end. */
void snow_processes_run(const snow_program *program);

/* ---- sys/lib.c ---- */

/* A crash inside a library call: goes back to the caller with the message (malloced; now the library's). */
SNOW_NORETURN void snow_lib_crash(snow_cx *cx, char *text);

/* ---- sys/io.c ---- */

void snow_out_flush(void);
/* Writes to standard error, after what was written to standard output. */
void snow_write_error(const char *text, size_t len);
/* Last words: flushes, writes the text to standard error and ends the process. */
SNOW_NORETURN void snow_die(int status, const char *text);

/* ---- data/find.c ---- */

/* The first place, and the last, of a text of m bytes in one of n, or NULL. */
const char *snow_find(const char *hay, size_t n, const char *needle, size_t m);
const char *snow_find_last(const char *hay, size_t n, const char *needle, size_t m);
/* The same as snow_find; used where the C library has nothing better. */
const char *snow_find_two_way(const char *hay, size_t n, const char *needle, size_t m);

/* ---- data/string.c ---- */

/* Its code points if they were counted, else SNOW_UNCOUNTED; others may be counting those of an immortal string. */
uint32_t snow_string_points(snow_str s);
/* Notes how many code points a string has that was just made; none may do so that is not new, as the empty one is. */
static inline snow_str snow_counted(snow_str s, size_t chars) {
  ((snow_string *)(uintptr_t)s)->chars = (uint32_t)chars;
  return s;
}
/* A string object with room for len bytes, to be filled at once. */
snow_string *snow_string_room(snow_cx *cx, size_t len);
/* Bytes from..from+len of s, which begin and end between code points. */
snow_str snow_string_part(snow_cx *cx, snow_str s, size_t from, size_t len);
/* The same, where the caller has looked at all of the piece, or at all the rest: it is counted if s is. */
snow_str snow_string_between(snow_cx *cx, snow_str s, size_t from, size_t len);
/* Layouts of lists that the library makes. */
extern const snow_layout snow_int_array, snow_string_array;
/* Text under construction is a list of bytes. Gives the same list with room for `more` bytes behind it, which the
 * caller writes at once, adding to len and the buffer's hi. */
snow_list snow_bytes_room(snow_cx *cx, snow_list out, size_t more);
/* The bytes, UTF-8, as a string that shares them. */
snow_str snow_string_of_bytes(snow_cx *cx, snow_list bytes);

/* ---- sys ---- */

/* A C string of a path, or NULL, with the outcome set, where it holds a NUL. To be freed. */
char *snow_c_path(snow_cx *cx, snow_str path);
/* Sets the outcome to the system's message for errno e; false. */
bool snow_fail_os(snow_cx *cx, int e);
bool snow_fail_text(snow_cx *cx, const char *text);
/* Reads an open file to its end; 0 or errno. *buf is to be freed. */
int snow_read_fd(int fd, char **buf, size_t *n);
int snow_write_fd(int fd, const char *buf, size_t n);
/* A list of strings; those that are no UTF-8 have U+FFFD in the place of wrong bytes. */
snow_list snow_strings(snow_cx *cx, char *const *texts, size_t n);
/* What the program was started with. */
void snow_env_start(int argc, char **argv);

#endif
