/* snow_call_on where there is no assembly for the machine. */
#ifdef SNOW_CTX_UCONTEXT

#include "rt.h"

#include <setjmp.h>
#include <ucontext.h>

void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp);

typedef struct {
  void (*fn)(void *, void *);
  void *a, *b;
} call;

/* makecontext passes ints only: a pointer goes in two halves. */
static void enter(unsigned hi, unsigned lo) {
  call *c = (call *)(uintptr_t)((uint64_t)hi << 32 | lo);
  c->fn(c->a, c->b);
}

enum { SIZE = 64 << 10 };

void snow_call_on(void *top, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) {
  ucontext_t here, there;
  jmp_buf regs; /* the callee-saved registers, where a collector sees them */
  call c = {fn, a, b};
  uint64_t p = (uint64_t)(uintptr_t)&c;
  (void)setjmp(regs);
  *saved_sp = &here < (ucontext_t *)(void *)&regs ? (void *)&here : (void *)&regs;
  if ((void *)&there < *saved_sp) *saved_sp = &there;
  getcontext(&there);
  there.uc_stack.ss_sp = (char *)top - SIZE;
  there.uc_stack.ss_size = SIZE;
  there.uc_link = &here;
  makecontext(&there, (void (*)(void))enter, 2, (unsigned)(p >> 32), (unsigned)p);
  swapcontext(&here, &there);
}

#else
typedef int snow_no_ucontext; /* ISO C wants a declaration */
#endif
