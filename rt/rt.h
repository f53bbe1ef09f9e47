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
/* A heap for one actor, with settings from the environment. */
snow_heap *snow_heap_new(snow_cx *cx);
void snow_heap_free(snow_heap *h);
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

typedef struct snow_heap_stats {
  size_t collections, full_collections, live, allocated, blocks;
} snow_heap_stats;
snow_heap_stats snow_heap_statistics(const snow_heap *h);

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

/* A stack for one of many processes: small at first. */
void snow_stack_new_small(snow_cx *cx);
/* What cx->limit is to be while this stack runs. */
char *snow_stack_limit(const struct snow_stack *s);
/* Its first segment. */
void snow_stack_bounds(const struct snow_stack *s, void **low, size_t *size);
/* As snow_stack_ranges, of a stack that is suspended with its stack pointer at sp. */
void snow_stack_ranges_of(struct snow_stack *s, char *sp, void (*visit)(void *arg, char *lo, char *hi), void *arg);

/* ---- actor/process.c ---- */

/* Makes the running stack the process of main; from then on there may be others. */
void snow_processes_start(snow_cx *cx);
/* Runs the others until none can go on any more. */
void snow_processes_finish(snow_cx *cx);

/* ---- sys/lib.c ---- */

/* A crash inside a library call: goes back to the caller with the message (malloced; now the library's). */
SNOW_NORETURN void snow_lib_crash(snow_cx *cx, char *text);

/* ---- sys/io.c ---- */

void snow_out_flush(void);
/* Last words: flushes, writes the text to standard error and ends the process. */
SNOW_NORETURN void snow_die(int status, const char *text);

/* ---- data/string.c ---- */

/* A string object with room for len bytes, to be filled at once. */
snow_string *snow_string_room(snow_cx *cx, size_t len);

#endif
