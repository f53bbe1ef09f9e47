/* Which functions are recursive (they check the stack), and which call one another in tail position in a circle (they
 * become one loop). */
#include "ir/ir.h"

typedef VEC(IrFn *) FnVec;

static FnVec stack;
static int next_index;
static int next_group;

/* Tarjan's algorithm over one kind of edge; tails chooses which. */
static void connect(IrFn *f, bool tails) {
  f->scc_index = f->scc_low = ++next_index;
  f->scc_on_stack = true;
  vec_push(&stack, f);
  FnVec *edges = tails ? (FnVec *)(void *)&f->tails : (FnVec *)(void *)&f->calls;
  for (int i = 0; i < edges->n; i++) {
    IrFn *d = edges->v[i];
    if (!d->scc_index) {
      connect(d, tails);
      if (d->scc_low < f->scc_low) f->scc_low = d->scc_low;
    } else if (d->scc_on_stack && d->scc_index < f->scc_low) f->scc_low = d->scc_index;
  }
  if (f->scc_low != f->scc_index) return;
  int from = stack.n - 1;
  while (stack.v[from] != f)
    from--;
  int n = stack.n - from;
  if (tails && n > 1) {
    TailGroup *g = NEW(TailGroup);
    g->id = ++next_group;
    for (int i = from; i < stack.n; i++) {
      vec_push(&g->fns, stack.v[i]);
      stack.v[i]->group = g;
    }
  }
  bool self = false;
  for (int i = 0; i < edges->n; i++)
    self |= edges->v[i] == f;
  for (int i = from; i < stack.n; i++) {
    stack.v[i]->scc_on_stack = false;
    if (!tails) stack.v[i]->recursive |= n > 1 || self;
  }
  stack.n = from;
}

static void connect_all(bool tails) {
  next_index = 0;
  for (int i = 0; i < ir.fns.n; i++)
    ir.fns.v[i]->scc_index = 0;
  for (int i = 0; i < ir.fns.n; i++)
    if (!ir.fns.v[i]->scc_index) connect(ir.fns.v[i], tails);
}

void find_tail_groups(void) { connect_all(true); }

void find_recursion(void) { connect_all(false); }
