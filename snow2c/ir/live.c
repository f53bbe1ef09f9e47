/* What is really used: counts reads of variables exactly (dead lets and assignments are not emitted, and C compilers
 * warn of what is unused), and finds the functions and descriptors reached from main. */
#include "ir/ir.h"

static VEC(IrFn *) todo;

static void reach(IrFn *fn) {
  if (!fn || fn->reachable) return;
  fn->reachable = true;
  vec_push(&todo, fn);
}

static void use_type(Repr *r) {
  if (r->type_used) return;
  r->type_used = true;
  for (int op = 0; op < OPR_COUNT; op++)
    if (r->wants_op[op]) reach(r->ops[op]);
}

bool ir_has_effect(const Ir *e) {
  return e && (e->kind == X_CALL || e->kind == X_CALL_FN || (e->kind == X_CALL_C && !e->pure));
}

static void use(IrFn *fn, Ir *x, bool final) {
  if (!x) return;
  if (x->var) x->var->reads++;
  if (final) {
    if (x->kind == X_CALL || x->kind == X_CLOSURE) reach(x->fn);
    if (x->kind == X_TYPE || (x->kind == X_LIST && x->of->kind != R_UNIT)) use_type(x->of);
    if (x->kind == X_GLOBAL) x->global->var.reads++;
  }
  use(fn, x->a, final);
  use(fn, x->b, final);
  for (int i = 0; i < x->args.n; i++)
    use(fn, x->args.v[i], final);
}

static void walk(IrFn *fn, const IrBlock *b, bool final) {
  for (int i = b->n - 1; i >= 0; i--) {
    IrStmt *s = b->v[i];
    walk(fn, &s->b, final);
    walk(fn, &s->a, final);
    for (int k = s->cases.n - 1; k >= 0; k--)
      walk(fn, &s->cases.v[k].body, final);
    switch (s->kind) {
    case T_LET:
      if (!s->var->assigned && !s->var->reads && !ir_has_effect(s->e)) continue;
      break;
    case T_IF:
      if (!s->a.n && !s->b.n) continue; /* not emitted */
      break;
    case T_ASSIGN:
      /* Reads may come around a loop: the first pass counts them all. */
      if (final && !s->var->was_read && !ir_has_effect(s->e) && !s->var->global) continue;
      break;
    case T_TAIL: {
      bool loops = s->fn == fn || (fn->group && s->fn->group == fn->group);
      int n = 0;
      for (int k = 0; k < s->fn->params.n; k++) {
        IrVar *p = s->fn->params.v[k];
        if (p->repr->kind == R_UNIT) continue;
        if (!loops || !final || p->was_read) use(fn, s->args.v[n], final);
        n++;
      }
      if (final && !loops) reach(s->fn);
      if (final && loops) reach(s->fn);
      if (s->e) use(fn, s->e->a, final), use(fn, s->e->b, final);
      continue;
    }
    default: break;
    }
    use(fn, s->e, final);
    use(fn, s->e2, final);
  }
}

static int pass_number;

static void reset_var(IrVar *v) {
  if (v->pass == pass_number) return;
  v->pass = pass_number;
  v->was_read = v->reads > 0;
  v->reads = 0;
}

static void reset(const IrBlock *b) {
  for (int i = 0; i < b->n; i++) {
    IrStmt *s = b->v[i];
    if (s->var) reset_var(s->var);
    reset(&s->a);
    reset(&s->b);
    for (int k = 0; k < s->cases.n; k++)
      reset(&s->cases.v[k].body);
  }
}

static void reset_params(IrFn *fn) {
  for (int i = 0; i < fn->params.n; i++)
    reset_var(fn->params.v[i]);
}

void find_live(void) {
  /* Three passes: from an overcount to a count of what has a use, to a count of what has a use that has a use. */
  for (int pass = 0; pass < 3; pass++) {
    pass_number++;
    for (int i = 0; i < ir.fns.n; i++) {
      reset(&ir.fns.v[i]->body);
      reset_params(ir.fns.v[i]);
    }
    if (pass < 2)
      for (int i = 0; i < ir.fns.n; i++)
        walk(ir.fns.v[i], &ir.fns.v[i]->body, pass > 0);
    if (pass == 1) {
      for (int i = 0; i < ir.fns.n; i++)
        ir.fns.v[i]->reachable = false;
      for (int i = 0; i < repr_list.n; i++)
        repr_list.v[i]->type_used = false;
      todo.n = 0;
    }
  }
  reach(ir.main);
  reach(ir.init);
  for (int i = 0; i < ir.exports.n; i++)
    reach(ir.exports.v[i]);
  for (int i = 0; i < todo.n; i++) {
    IrFn *fn = todo.v[i];
    if (fn->group)
      for (int k = 0; k < fn->group->fns.n; k++)
        reach(fn->group->fns.v[k]);
    walk(fn, &fn->body, true);
  }
}
