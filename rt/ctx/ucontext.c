/* The switch where there is no assembly for the machine. Slow: ucontext saves the signal mask too. */
#ifdef SNOW_CTX_UCONTEXT

#include "ctx/ctx.h"

#include <ucontext.h>

/* At the end of a new stack. */
typedef struct {
  ucontext_t context;
  void (*entry)(void *);
  void *arg;
} start;

/* makecontext passes ints only: a pointer goes in two halves. */
static void enter(unsigned hi, unsigned lo) {
  start *s = (start *)(uintptr_t)((uint64_t)hi << 32 | lo);
  s->entry(s->arg);
}

static void set(ucontext_t *u, char *low, char *high, ucontext_t *next, void (*fn)(unsigned, unsigned), void *arg) {
  uint64_t p = (uint64_t)(uintptr_t)arg;
  getcontext(u);
  u->uc_stack.ss_sp = low;
  u->uc_stack.ss_size = (size_t)(high - low);
  u->uc_link = next;
  makecontext(u, (void (*)(void))fn, 2, (unsigned)(p >> 32), (unsigned)p);
}

void snow_ctx_init(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) {
  start *s = (start *)(((uintptr_t)stack_low + size - sizeof(start)) & ~(uintptr_t)63);
  s->entry = entry;
  s->arg = arg;
  set(&s->context, stack_low, (char *)s, NULL, enter, s);
  c->sp = c->resume = &s->context;
}

/* The lower end of the frame: some compilers save registers below the variables, some above. */
#define FRAME_LOW(variable) \
  ((char *)__builtin_frame_address(0) < (char *)&(variable) ? __builtin_frame_address(0) : (void *)&(variable))

void snow_ctx_swap(snow_ctx *from, snow_ctx *to) {
  ucontext_t here; /* the callee-saved registers are in it, where a collector sees them */
  from->sp = FRAME_LOW(here);
  from->resume = &here;
  swapcontext(&here, to->resume);
}

typedef struct {
  void (*fn)(void *, void *);
  void *a, *b;
} call;

static void do_call(unsigned hi, unsigned lo) {
  call *c = (call *)(uintptr_t)((uint64_t)hi << 32 | lo);
  c->fn(c->a, c->b);
}

enum { SIZE = 64 << 10 }; /* of no importance: only the end counts */

void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) {
  struct {
    ucontext_t here, there;
  } u;
  call c = {fn, a, b};
  *saved_sp = FRAME_LOW(u);
  set(&u.there, (char *)top - SIZE, top, &u.here, do_call, &c);
  swapcontext(&u.here, &u.there);
}

#else
typedef int snow_no_ucontext; /* ISO C wants a declaration */
#endif
