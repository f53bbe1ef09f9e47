/* What sanitizers and valgrind must be told about stacks. The switch itself is ARCH.S or ucontext.c. */
#include "ctx/ctx.h"

#include <stdlib.h>

#ifdef SNOW_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef SNOW_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* Frames that were left for good leave their redzones behind. */
static void forget(void *low, size_t size) {
  (void)low, (void)size;
#ifdef SNOW_ASAN
  __asan_unpoison_memory_region(low, size);
#endif
#ifdef SNOW_VALGRIND
  (void)VALGRIND_MAKE_MEM_UNDEFINED(low, size);
#endif
}

unsigned snow_ctx_stack_register(void *low, size_t size) {
  (void)low, (void)size;
#ifdef SNOW_VALGRIND
  return (unsigned)VALGRIND_STACK_REGISTER(low, (char *)low + size); /* an empty stack's pointer belongs to it */
#else
  return 0;
#endif
}

void snow_ctx_stack_unregister(unsigned id, void *low, size_t size) {
  (void)id;
#ifdef SNOW_VALGRIND
  VALGRIND_STACK_DEREGISTER(id);
#endif
  forget(low, size);
}

#ifdef SNOW_ASAN
/* Tells where the context that was left lies; from a thread's own stack we learn it here. */
static void arrived(snow_ctx *c) { __sanitizer_finish_switch_fiber(c->fake, &c->from->low, &c->from->size); }

static void first(void *p) {
  snow_ctx *c = p;
  arrived(c);
  c->entry(c->arg);
}
#endif

void snow_ctx_make(snow_ctx *c, void *stack_low, size_t size, void (*entry)(void *arg), void *arg) {
  assert(size >= SNOW_CTX_STACK_MIN);
  memset(c, 0, sizeof *c);
  forget(stack_low, size);
#ifdef SNOW_TSAN
  c->fiber = __tsan_create_fiber(0);
#endif
#ifdef SNOW_ASAN
  c->entry = entry;
  c->arg = arg;
  c->low = stack_low;
  c->size = size;
  snow_ctx_init(c, stack_low, size, first, c);
#else
  snow_ctx_init(c, stack_low, size, entry, arg);
#endif
}

void snow_ctx_free(snow_ctx *c) {
  (void)c;
#ifdef SNOW_TSAN
  if (c->fiber) __tsan_destroy_fiber(c->fiber);
  c->fiber = NULL;
#endif
}

/* Tells of the switch that comes next. TSan counts the calls and returns of each fiber: between telling and the switch
 * there must be none, not even the end of this function. */
#ifdef __GNUC__
__attribute__((always_inline))
#endif
static inline void
leave(snow_ctx *from, snow_ctx *to, void **fake) {
  (void)from, (void)to, (void)fake;
#ifdef SNOW_ASAN
  to->from = from;
  __sanitizer_start_switch_fiber(fake, to->low, to->size);
#endif
#ifdef SNOW_TSAN
  from->fiber = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to->fiber, 0);
#endif
}

#if defined(SNOW_ASAN) || defined(SNOW_TSAN)
void snow_ctx_switch_told(snow_ctx *from, snow_ctx *to) {
#ifdef SNOW_ASAN
  leave(from, to, &from->fake);
#else
  leave(from, to, NULL);
#endif
  snow_ctx_swap(from, to);
#ifdef SNOW_ASAN
  arrived(from);
#endif
}
#endif

/* ASan gives up the fake stack of a context that does not ask for it back. */
void snow_ctx_quit(snow_ctx *from, snow_ctx *to) {
  leave(from, to, NULL);
  snow_ctx_swap(from, to);
  abort();
}

#ifdef SNOW_ASAN
typedef struct {
  void (*fn)(void *, void *);
  void *a, *b, *fake;
  const void *low;
  size_t size;
} call;

static void landed(void *p, void *unused) {
  (void)unused;
  call *c = p;
  __sanitizer_finish_switch_fiber(NULL, &c->low, &c->size);
  c->fn(c->a, c->b);
  __sanitizer_start_switch_fiber(NULL, c->low, c->size);
}

void snow_ctx_call_told(void *stack_low, size_t size, void (*fn)(void *, void *), void *a, void *b, void **saved_sp) {
  call c = {fn, a, b, NULL, NULL, 0};
  __sanitizer_start_switch_fiber(&c.fake, stack_low, size);
  snow_call_on((char *)stack_low + size, landed, &c, NULL, saved_sp);
  __sanitizer_finish_switch_fiber(c.fake, NULL, NULL);
}
#endif
