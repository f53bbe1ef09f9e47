/* Stacks and switching between them, the part that differs between machines: rt/ctx/ARCH.S, or ucontext.c where there
 * is none. ctx.c tells sanitizers and valgrind what happens. Nothing here takes locks or allocates (but for those
 * tools), and any thread may call it.
 *
 * What a thread does on one stack may go on on another thread later: code that switches must not keep the address of
 * a thread-local variable (errno is one) across a switch. */
#ifndef SNOW_CTX_H
#define SNOW_CTX_H

#include "rt.h"

/* A suspended context; meaningless while it runs. One that stands for a thread's own stack needs no snow_ctx_make, only
 * zeroes: the first switch away from it fills it in. */
typedef struct snow_ctx {
  void *sp; /* the assembly knows that this is first; everything from here to the end of the stack is in use */
#ifdef SNOW_CTX_UCONTEXT
  void *resume; /* ucontext_t, on the context's stack */
#endif
#ifdef SNOW_ASAN
  struct snow_ctx *from; /* who resumed it */
  void (*entry)(void *arg);
  void *arg, *fake;
  const void *low;
  size_t size;
#endif
#ifdef SNOW_TSAN
  void *fiber;
#endif
} snow_ctx;

/* The least size of a stack: for the switch, entry and some leaf functions. The C library needs much more, and so does
 * the dynamic linker when one of its functions is called for the first time. */
#ifdef SNOW_CTX_UCONTEXT
enum { SNOW_CTX_STACK_MIN = 16 << 10 };
#else
enum { SNOW_CTX_STACK_MIN = 1 << 10 };
#endif

/* Valgrind has to know the stacks. Their owner registers them and keeps the number; unregistered, they are memory like
 * any other again. */
unsigned snow_ctx_stack_register(void *low, size_t size);
void snow_ctx_stack_unregister(unsigned id, void *low, size_t size);

/* The first switch to c will call entry(arg) at the end of the stack, with the floating-point modes of the maker. entry
 * must not return: it ends with snow_ctx_quit. The stack must not be in use; it and c stay the caller's. */
void snow_ctx_make(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg);

/* After a context has quit, or will never be resumed: gives back what tools hold for it. */
void snow_ctx_free(snow_ctx *c);

/* Calls fn(a, b) at the end of the stack, which must not be in use, and comes back. *saved_sp is where the stack that
 * is left ends: from there on lies everything the caller holds, its callee-saved registers included. */
static inline void snow_ctx_call(void *stack_low, size_t size, void (*fn)(void *, void *), void *a, void *b,
                                 void **saved_sp);

/* Suspends the running context in from and resumes to, which must be suspended; comes back when somebody resumes from.
 * Callee-saved registers and floating-point modes (rounding, traps) belong to the context. Before to runs nobody may
 * resume from: who lets other threads see it does so from there. */
static inline void snow_ctx_switch(snow_ctx *from, snow_ctx *to);

/* The last switch of a context: from is not resumed any more. */
SNOW_NORETURN void snow_ctx_quit(snow_ctx *from, snow_ctx *to);

/* ---- what a machine provides: the same without the tools ---- */

void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp);
void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg);
void snow_ctx_swap(snow_ctx *from, snow_ctx *to);

/* ---- ctx.c: the same with them ---- */

void snow_ctx_call_told(void *stack_low, size_t size, void (*fn)(void *, void *), void *a, void *b, void **saved_sp);
void snow_ctx_switch_told(snow_ctx *from, snow_ctx *to);

static inline void snow_ctx_call(void *stack_low, size_t size, void (*fn)(void *, void *), void *a, void *b,
                                 void **saved_sp) {
#ifdef SNOW_ASAN
  snow_ctx_call_told(stack_low, size, fn, a, b, saved_sp);
#else
  snow_call_on((char *)stack_low + size, fn, a, b, saved_sp);
#endif
}

static inline void snow_ctx_switch(snow_ctx *from, snow_ctx *to) {
#if defined(SNOW_ASAN) || defined(SNOW_TSAN)
  snow_ctx_switch_told(from, to);
#else
  snow_ctx_swap(from, to);
#endif
}

#endif
