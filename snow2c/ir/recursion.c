/* Which functions are recursive (they check the stack), and which call one another in tail position in a circle (they
 * become one loop). */
#include "ir/ir.h"

typedef VEC(IrFn *) FnVec;

static void calls_in_expr(IrFn *fn, Ir *x) {
  if (!x) return;
  if (x->kind == X_CALL) vec_push(&fn->calls, x->fn);
  if (x->kind == X_CALL_FN) fn->calls_unknown = true;
  if (x->kind == X_CALL_C && !x->no_cx) {
    /* A runtime function may call back through a descriptor's operations. */
    for (int i = 0; i < x->args.n; i++)
      if (x->args.v[i]->kind == X_TYPE)
        for (int k = 0; k < OPR_COUNT; k++)
          if (x->args.v[i]->of->wants_op[k]) vec_push(&fn->calls, x->args.v[i]->of->ops[k]);
  }
  calls_in_expr(fn, x->a);
  calls_in_expr(fn, x->b);
  for (int i = 0; i < x->args.n; i++)
    calls_in_expr(fn, x->args.v[i]);
}

static void calls_in_block(IrFn *fn, const IrBlock *b) {
  for (int i = 0; i < b->n; i++) {
    IrStmt *s = b->v[i];
    if (s->kind == T_TAIL) {
      for (int k = 0; k < s->args.n; k++)
        calls_in_expr(fn, s->args.v[k]);
      if (s->fn == fn) fn->self_tail = true;
      else vec_push(&fn->calls, s->fn);
    } else calls_in_expr(fn, s->e);
    calls_in_expr(fn, s->e2);
    calls_in_block(fn, &s->a);
    calls_in_block(fn, &s->b);
    for (int k = 0; k < s->cases.n; k++)
      calls_in_block(fn, &s->cases.v[k].body);
  }
}

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

void find_recursion(void) {
  for (int i = 0; i < ir.fns.n; i++)
    calls_in_block(ir.fns.v[i], &ir.fns.v[i]->body);
  for (int tails = 0; tails < 2; tails++) {
    next_index = 0;
    for (int i = 0; i < ir.fns.n; i++)
      ir.fns.v[i]->scc_index = 0;
    for (int i = 0; i < ir.fns.n; i++)
      if (!ir.fns.v[i]->scc_index) connect(ir.fns.v[i], tails);
  }
}
