/* Contexts and calls on other stacks: what the compiler keeps in registers across a switch is there afterwards, on
 * stacks of a few KB, in any order, on any thread; and a collector finds it meanwhile. */
#include "ctx/ctx.h"

#include <fenv.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static int tests;

static void ok(bool good, const char *what) {
  printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
  fflush(stdout);
}

/* Frames are larger under sanitizers, and TSan has room for few fibers. */
#if defined(SNOW_ASAN) || defined(SNOW_TSAN) || !defined(__OPTIMIZE__)
enum { EXTRA = 32 << 10 };
#else
enum { EXTRA = SNOW_CTX_STACK_MIN > 2048 ? SNOW_CTX_STACK_MIN : 0 };
#endif

static int scale(int n) {
#ifdef SNOW_VALGRIND
  if (RUNNING_ON_VALGRIND) return n / 10;
#endif
#ifdef SNOW_TSAN
  return n / 10;
#else
  return n;
#endif
}

static _Atomic unsigned wrong; /* what has gone wrong: a bit each */
enum { LOCALS = 1, INTEGERS = 2, FLOATS = 4, VECTORS = 8, ROUNDING = 16, ALIGNMENT = 32, CHAIN = 64, PRINTED = 128 };

static void ok_nothing_wrong(const char *what) {
  unsigned w = atomic_exchange(&wrong, 0);
  if (w) printf("# wrong: %#x\n", w);
  ok(!w, what);
}

static uint32_t seed = 1;
static uint32_t below(uint32_t n) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % n;
}

/* ---- stacks ---- */

typedef struct {
  char *low;
  size_t size;
  unsigned id;
} stack;

enum { CANARY = 64 };

static stack stack_new(size_t size) {
  stack s = {malloc(size), size, 0};
  if (!s.low) abort();
  memset(s.low, 0xca, CANARY);
  s.id = snow_ctx_stack_register(s.low, size);
  return s;
}

/* false when something has run over its end */
static bool stack_free(stack s) {
  snow_ctx_stack_unregister(s.id, s.low, s.size);
#ifdef SNOW_VALGRIND
  (void)VALGRIND_MAKE_MEM_DEFINED(s.low, CANARY);
#endif
  bool good = true;
  for (int i = 0; i < CANARY; i++)
    good &= s.low[i] == (char)0xca;
  free(s.low);
  return good;
}

/* ---- a coroutine that keeps all it can in registers ---- */

typedef struct worker worker;

typedef struct co {
  snow_ctx ctx;
  stack stack;
  unsigned number;
  worker *worker;
  int steps, mode;
  bool done;
  void (*yield)(struct co *);
  volatile uintptr_t integers[19];
  volatile double floats[19];
  volatile uint32_t words[13];
} co;

#if defined(FE_UPWARD) && defined(FE_DOWNWARD) && defined(FE_TOWARDZERO)
static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
#else
static const int modes[] = {0, 0, 0, 0};
#define fesetround(mode) ((void)(mode))
#define fegetround() 0
#endif

static volatile double one = 1, three = 3;
static double third_of[4];

#define EACH(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18)

typedef uint32_t vec __attribute__((vector_size(16)));
#define EACH_VEC(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)

/* A volatile is read once: afterwards the compiler must keep the value. */
static uintptr_t secret(unsigned n) { return (uintptr_t)0x5ec2e700u + n * 16; }
static volatile uintptr_t secrets[19];

static __attribute__((noinline)) void keep_integers(co *c) {
#define SET(n) uintptr_t i##n = c->integers[n];
  EACH(SET)
#undef SET
  c->yield(c);
  bool same = true;
#define CHECK(n) same &= i##n == c->integers[n];
  EACH(CHECK)
#undef CHECK
  if (!same) wrong |= INTEGERS;
}

static __attribute__((noinline)) void keep_floats(co *c) {
#define SET(n) double d##n = c->floats[n];
  EACH(SET)
#undef SET
  c->yield(c);
  bool same = true;
#define CHECK(n) same &= d##n == c->floats[n];
  EACH(CHECK)
#undef CHECK
  if (!same) wrong |= FLOATS;
}

static __attribute__((noinline)) void keep_vectors(co *c) {
#define SET(n) vec v##n = {c->words[n], c->number, n, c->words[n]};
  EACH_VEC(SET)
#undef SET
  c->yield(c);
  vec differ = {0, 0, 0, 0};
#define CHECK(n) differ |= v##n ^ (vec) { c->words[n], c->number, n, c->words[n] };
  EACH_VEC(CHECK)
#undef CHECK
  if (differ[0] | differ[1] | differ[2] | differ[3]) wrong |= VECTORS;
}

/* The compiler relies on the stack's alignment for this; misaligned, it crashes or the address shows it. */
static __attribute__((noinline)) void aligned_local(co *c) {
  volatile vec v = {c->number, 1, 2, 3};
  volatile _Alignas(max_align_t) char line[16];
  line[0] = 1;
  c->yield(c);
  if ((uintptr_t)&v % _Alignof(max_align_t) || (uintptr_t)line % _Alignof(max_align_t) || v[0] != c->number)
    wrong |= ALIGNMENT;
}

static __attribute__((noinline)) void locals(co *c) {
  volatile uint16_t a[40];
  for (unsigned i = 0; i < 40; i++)
    a[i] = (uint16_t)(c->number * 7 + i);
  c->yield(c);
  for (unsigned i = 0; i < 40; i++)
    if (a[i] != (uint16_t)(c->number * 7 + i)) wrong |= LOCALS;
}

static void rounding(co *c) {
  volatile double third = one / three; /* no more digits than a double has */
  if (fegetround() != modes[c->mode] || third != third_of[c->mode]) wrong |= ROUNDING;
}

static void life(co *c) {
  c->mode = (int)(c->number % 4);
  fesetround(modes[c->mode]);
  while (c->steps-- > 0) {
    switch ((c->number + (unsigned)c->steps) % 5) {
    case 0: keep_integers(c); break;
    case 1: keep_floats(c); break;
    case 2: keep_vectors(c); break;
    case 3: aligned_local(c); break;
    default: locals(c); break;
    }
    rounding(c);
  }
}

static void fill_thirds(void) {
  for (int i = 0; i < 4; i++) {
    fesetround(modes[i]);
    if (fegetround() != modes[i]) printf("# rounding mode %d cannot be set\n", i);
    third_of[i] = one / three;
  }
  fesetround(modes[0]);
}

static co *co_new(unsigned n, size_t size, void (*entry)(void *), void (*yield)(co *)) {
  co *c = calloc(1, sizeof *c);
  if (!c) abort();
  c->number = n;
  c->stack = stack_new(size);
  c->yield = yield;
  for (unsigned i = 1; i <= 18; i++)
    c->integers[i] = n * 977u + i, c->floats[i] = (double)i + n;
  for (unsigned i = 1; i <= 12; i++)
    c->words[i] = n + i;
  snow_ctx_make(&c->ctx, c->stack.low, c->stack.size, entry, c);
  return c;
}

static bool co_free(co *c) {
  snow_ctx_free(&c->ctx);
  bool good = stack_free(c->stack);
  free(c);
  return good;
}

/* ---- many, in random order, each switching to the next ---- */

static snow_ctx main_ctx;
static co **all;
static int n_all, n_alive;

static void to_anybody(co *c) {
  co *to = all[below((uint32_t)n_alive)];
  if (to != c) snow_ctx_switch(&c->ctx, &to->ctx);
}

static void member(void *p) {
  co *c = p;
  life(c);
  c->done = true;
  for (int i = 0; i < n_alive; i++)
    if (all[i] == c) {
      all[i] = all[--n_alive];
      all[n_alive] = c;
      break;
    }
  snow_ctx_quit(&c->ctx, n_alive ? &all[below((uint32_t)n_alive)]->ctx : &main_ctx);
}

static void many(void) {
  n_all = n_alive = scale(3000);
  all = calloc((size_t)n_all, sizeof *all);
  if (!all) abort();
  for (int i = 0; i < n_all; i++) {
    all[i] = co_new((unsigned)i, ((size_t)2048 << below(3)) + 16 * below(9) + EXTRA, member, to_anybody);
    all[i]->steps = 60;
  }
  snow_ctx_switch(&main_ctx, &all[0]->ctx);
  bool good = true, done = true;
  for (int i = 0; i < n_all; i++) {
    done &= all[i]->done;
    good &= co_free(all[i]);
  }
  free(all);
  ok(done, "each coroutine comes to its end");
  ok(good, "within its stack");
  ok(fegetround() == modes[0], "the thread has kept its rounding mode");
  ok_nothing_wrong("what each held across switches stayed as it was");
}

/* ---- back and forth ---- */

static co *peer;
static int count;

static void to_main(co *c) { snow_ctx_switch(&c->ctx, &main_ctx); }

static void counter(void *p) {
  co *c = p;
  for (;;) {
    count++;
    c->yield(c);
  }
}

static void back_and_forth(void) {
  peer = co_new(1, 2048 + EXTRA, counter, to_main);
  int n = scale(100000);
  for (int i = 0; i < n; i++)
    snow_ctx_switch(&main_ctx, &peer->ctx);
  ok(count == n, "one that never ends is resumed as often as asked");
  ok(co_free(peer), "and can be thrown away");
}

static void short_life(void *p) {
  co *c = p;
  count += (int)c->number;
  snow_ctx_quit(&c->ctx, &main_ctx);
}

static void reuse(void) {
  stack s = stack_new(2048 + EXTRA);
  int n = scale(10000);
  count = 0;
  for (int i = 0; i < n; i++) {
    co c = {.number = 3};
    snow_ctx_make(&c.ctx, s.low, s.size, short_life, &c);
    snow_ctx_switch(&main_ctx, &c.ctx);
    snow_ctx_free(&c.ctx);
  }
  ok(count == 3 * n, "a stack serves one context after another");
  ok(stack_free(s), "and is whole afterwards");
}

static void modes_of_maker(void *p) {
  co *c = p;
  rounding(c);
  snow_ctx_quit(&c->ctx, &main_ctx);
}

static void inherit(void) {
  for (int i = 0; i < 4; i++) {
    fesetround(modes[i]);
    co *c = co_new(0, 4096 + EXTRA, modes_of_maker, to_main);
    c->mode = i;
    fesetround(modes[0]);
    snow_ctx_switch(&main_ctx, &c->ctx);
    co_free(c);
  }
  ok_nothing_wrong("a new context has the rounding mode of its maker");
}

/* ---- calls on other stacks, inside coroutines ---- */

enum { DEPTH = 12 };

typedef struct {
  co *c;
  unsigned depth, sum;
  stack *on; /* the stack that is left */
} chain;

static void link_of(void *p, void *q) {
  chain *k = p;
  if (q != k->c) wrong |= CHAIN;
  if (k->depth == 0) {
    keep_integers(k->c);
    keep_floats(k->c);
    aligned_local(k->c);
    return;
  }
  stack s = stack_new(2048 + EXTRA);
  chain deeper = {k->c, k->depth - 1, 0, &s};
  void *saved = NULL;
  double kept = one * k->depth;
#define SET(n) uintptr_t i##n = secrets[n];
  EACH(SET)
#undef SET
  snow_ctx_call(s.low, s.size, link_of, &deeper, k->c, &saved);
  uintptr_t sum = 0;
#define ADD(n) sum |= i##n ^ secrets[n];
  EACH(ADD)
#undef ADD
  if (sum || kept != k->depth) wrong |= CHAIN;
  if ((char *)saved < k->on->low || (char *)saved >= k->on->low + k->on->size) wrong |= CHAIN;
  k->sum = deeper.sum + k->depth;
  if (!stack_free(s)) wrong |= CHAIN;
}

static void climber(void *p) {
  co *c = p;
  for (int i = 0; i < 3; i++) {
    chain k = {c, DEPTH, 0, &c->stack};
    link_of(&k, c);
    if (k.sum != DEPTH * (DEPTH + 1) / 2) wrong |= CHAIN;
    c->yield(c);
  }
  member(c);
}

static void chains(void) {
  n_all = n_alive = scale(100);
  all = calloc((size_t)n_all, sizeof *all);
  if (!all) abort();
  /* malloc is called on these stacks */
  for (int i = 0; i < n_all; i++)
    all[i] = co_new((unsigned)i, (16 << 10) + EXTRA, climber, to_anybody);
  snow_ctx_switch(&main_ctx, &all[0]->ctx);
  bool good = true;
  for (int i = 0; i < n_all; i++)
    good &= co_free(all[i]);
  free(all);
  ok(good && n_alive == 0, "chains of calls on other stacks, suspended at their ends, come back");
  ok_nothing_wrong("with all they held");
}

/* ---- what a collector sees ---- */

static void keeper(void *p) {
  co *c = p;
#define SET(n) uintptr_t i##n = secrets[n];
  EACH(SET)
#undef SET
  c->yield(c);
  uintptr_t sum = 0;
#define ADD(n) sum |= i##n ^ secrets[n];
  EACH(ADD)
#undef ADD
  if (sum) wrong |= INTEGERS;
  snow_ctx_quit(&c->ctx, &main_ctx);
}

__attribute__((noinline, no_sanitize("address"))) static int secrets_in(void *from, char *to) {
  int found = 0;
#ifdef SNOW_VALGRIND
  (void)VALGRIND_MAKE_MEM_DEFINED(from, (size_t)(to - (char *)from));
#endif
  for (unsigned n = 1; n <= 18; n++) {
    bool here = false;
    for (uintptr_t *w = from; (char *)(w + 1) <= to; w++)
      here |= *w == secret(n);
    found += here;
  }
  return found;
}

typedef struct {
  stack *left;
  void *saved;
  int found;
} look;

static void look_back(void *p, void *unused) {
  (void)unused;
  look *l = p;
  l->found = secrets_in(l->saved, l->left->low + l->left->size);
}

static void caller(void *p) {
  co *c = p;
  stack s = stack_new(4096 + EXTRA);
  look l = {&c->stack, NULL, 0};
#define SET(n) uintptr_t i##n = secrets[n];
  EACH(SET)
#undef SET
  snow_ctx_call(s.low, s.size, look_back, &l, NULL, &l.saved);
  uintptr_t sum = 0;
#define ADD(n) sum |= i##n ^ secrets[n];
  EACH(ADD)
#undef ADD
  if (sum) wrong |= INTEGERS;
  count = l.found;
  stack_free(s);
  snow_ctx_quit(&c->ctx, &main_ctx);
}

static void collector(void) {
  co *c = co_new(0, 4096 + EXTRA, keeper, to_main);
  snow_ctx_switch(&main_ctx, &c->ctx);
  int found = secrets_in(c->ctx.sp, c->stack.low + c->stack.size);
  ok((uintptr_t)c->ctx.sp % sizeof(void *) == 0 && found == 18, "what a suspended context holds lies from its sp on");
  snow_ctx_switch(&main_ctx, &c->ctx);
  co_free(c);
  c = co_new(0, (16 << 10) + EXTRA, caller, to_main);
  snow_ctx_switch(&main_ctx, &c->ctx);
  ok(count == 18, "what a caller on another stack holds, from the saved one on");
  co_free(c);
  ok_nothing_wrong("and it still holds it");
}

/* ---- printf ---- */

static void printer(void *p) {
  co *c = p;
  char text[200];
  snprintf(text, sizeof text, "%d %.3f %.17g %s %g %g %g %g %g %g %g %g %lld", 1, one * 2.5, 0.1 * one, "s", one,
           one + 1, one + 2, one + 3, one + 4, one + 5, one + 6, one + 7, 1LL << 40);
  c->yield(c);
  if (strcmp(text, "1 2.500 0.10000000000000001 s 1 2 3 4 5 6 7 8 1099511627776")) wrong |= PRINTED;
  snow_ctx_quit(&c->ctx, &main_ctx);
}

static void printing(void) {
  co *a = co_new(0, 64 << 10, printer, to_main), *b = co_new(1, 64 << 10, printer, to_main);
  for (int i = 0; i < 2; i++) {
    snow_ctx_switch(&main_ctx, &a->ctx);
    snow_ctx_switch(&main_ctx, &b->ctx);
  }
  bool good = co_free(a);
  ok(co_free(b) && good, "printf of doubles");
  ok_nothing_wrong("prints what it should");
}

/* ---- threads ---- */

struct worker {
  snow_ctx ctx;
};

enum { WORKERS = 4 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static co *queue[1000];
static int queued, running_now, moved;

/* Takes a random coroutine out of the queue, not one that this worker had last. */
static co *take(worker *w) {
  for (int tries = 0; tries < queued; tries++) {
    uint32_t i = below((uint32_t)queued);
    co *c = queue[i];
    if (c->worker == w) continue;
    queue[i] = queue[--queued];
    running_now++;
    return c;
  }
  return NULL;
}

static void to_worker(co *c) { snow_ctx_switch(&c->ctx, &c->worker->ctx); }

static void traveller(void *p) {
  co *c = p;
  life(c);
  c->done = true;
  snow_ctx_quit(&c->ctx, &c->worker->ctx);
}

static void *work(void *unused) {
  (void)unused;
  worker w;
  memset(&w, 0, sizeof w);
  pthread_mutex_lock(&lock);
  while (queued || running_now) {
    co *c = take(&w);
    moved += c && c->worker;
    pthread_mutex_unlock(&lock);
    if (!c) {
      sched_yield();
      pthread_mutex_lock(&lock);
      continue;
    }
    c->worker = &w;
    snow_ctx_switch(&w.ctx, &c->ctx);
    pthread_mutex_lock(&lock);
    running_now--;
    if (!c->done) queue[queued++] = c;
  }
  pthread_mutex_unlock(&lock);
  return NULL;
}

static void threads(void) {
  int n = scale(1000);
  co **c = calloc((size_t)n, sizeof *c);
  if (!c) abort();
  for (int i = 0; i < n; i++) {
    c[i] = queue[queued++] = co_new((unsigned)i, 4096 + EXTRA, traveller, to_worker);
    c[i]->steps = 40;
  }
  pthread_t t[WORKERS];
  for (int i = 0; i < WORKERS; i++)
    if (pthread_create(&t[i], NULL, work, NULL)) abort();
  for (int i = 0; i < WORKERS; i++)
    pthread_join(t[i], NULL);
  bool good = true, done = true;
  for (int i = 0; i < n; i++) {
    done &= c[i]->done;
    good &= co_free(c[i]);
  }
  free(c);
  printf("# resumed on another thread %d times\n", moved);
  ok(done && good && moved >= n * 30, "coroutines that are resumed on ever another thread come to their ends");
  ok_nothing_wrong("with all they held");
}

int main(void) {
  fill_thirds(); /* also binds the functions of the C library, which the dynamic linker cannot do on 2 KB */
  (void)below(1);
  for (unsigned i = 1; i <= 18; i++)
    secrets[i] = secret(i);
  printf("1..18\n");
  back_and_forth();
  reuse();
  inherit();
  many();
  chains();
  collector();
  printing();
  threads();
  return 0;
}
