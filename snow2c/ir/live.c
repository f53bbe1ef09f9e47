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

/* ---- one walk through a function, from its end to its beginning ---- */

static IrFn *current;
static int walk_number;
static bool first; /* nothing is known to be unread yet */
static struct {
  VEC(IrFn *) fns;
  VEC(Repr *) types;
  VEC(IrVar *) changing; /* variables assigned more than once: they may be read before the place of an assignment */
} found;

static void touch(IrVar *v) {
  if (v->pass == walk_number) return;
  v->pass = walk_number;
  v->was_read = first || v->reads > 0;
  v->reads = 0;
}

static void use(Ir *x) {
  if (!x) return;
  if (x->var) {
    touch(x->var);
    x->var->reads++;
  }
  switch (x->kind) {
  case X_INT:
  case X_FLOAT:
  case X_BOOL:
  case X_STRING:
  case X_VAR: return;
  case X_CALL:
    vec_push(&found.fns, x->fn);
    vec_push(&current->calls, x->fn);
    break;
  case X_CLOSURE: vec_push(&found.fns, x->fn); break;
  case X_CALL_FN: current->calls_unknown = true; break;
  case X_CALL_C:
    /* A runtime function may call back through a descriptor's operations. */
    for (int i = 0; i < x->args.n && !x->no_cx; i++)
      if (x->args.v[i]->kind == X_TYPE)
        for (int k = 0; k < OPR_COUNT; k++)
          if (x->args.v[i]->of->wants_op[k]) vec_push(&current->calls, x->args.v[i]->of->ops[k]);
    break;
  case X_TYPE: vec_push(&found.types, x->of); break;
  case X_LIST:
    if (x->of->kind != R_UNIT) vec_push(&found.types, x->of);
    break;
  default: break;
  }
  use(x->a);
  use(x->b);
  for (int i = 0; i < x->args.n; i++)
    use(x->args.v[i]);
}

static void use_tail(IrFn *fn, IrStmt *s) {
  bool loops = s->fn == fn || (fn->group && s->fn->group == fn->group);
  int n = 0;
  for (int k = 0; k < s->fn->params.n; k++) {
    IrVar *p = s->fn->params.v[k];
    if (p->repr->kind == R_UNIT) continue;
    Ir *a = s->args.v[n++];
    if (loops) touch(p);
    if (loops && a->kind == X_VAR && a->var == p) continue; /* stays as it is */
    if (loops) vec_push(&found.changing, p);
    if (!loops || p->was_read) use(a);
  }
  vec_push(&found.fns, s->fn);
  if (s->fn == fn) fn->self_tail = true;
  else vec_push(&fn->calls, s->fn);
  if (s->e) use(s->e->a), use(s->e->b);
}

static void walk(IrFn *fn, const IrBlock *b) {
  for (int i = b->n - 1; i >= 0; i--) {
    IrStmt *s = b->v[i];
    if (s->var && !s->var->global) touch(s->var);
    if (s->b.n) walk(fn, &s->b);
    if (s->a.n) walk(fn, &s->a);
    for (int k = s->cases.n - 1; k >= 0; k--)
      walk(fn, &s->cases.v[k].body);
    switch (s->kind) {
    case T_LET:
      if (!s->var->assigned && !s->var->reads && !ir_has_effect(s->e)) continue;
      break;
    case T_IF:
      if (!s->a.n && !s->b.n) continue; /* not emitted */
      break;
    case T_ASSIGN:
      if (s->var->global) break;
      vec_push(&found.changing, s->var);
      if (!s->var->was_read && !ir_has_effect(s->e)) continue;
      break;
    case T_TAIL: use_tail(fn, s); continue;
    default: break;
    }
    use(s->e);
    use(s->e2);
  }
}

static void walk_fn(IrFn *fn) {
  current = fn;
  fn->calls.n = 0;
  fn->self_tail = fn->calls_unknown = false;
  for (int i = 0; i < fn->params.n; i++)
    touch(fn->params.v[i]);
  walk(fn, &fn->body);
}

/* Walks a function, or those of a group of tail calls together, until no assignment is kept for the sake of a read
 * that is itself of no use. */
static void count_reads(IrFn *fn) {
  bool again = true;
  for (first = true; again; first = false) {
    walk_number++;
    found.fns.n = found.types.n = found.changing.n = 0;
    if (fn->group)
      for (int i = 0; i < fn->group->fns.n; i++)
        walk_fn(fn->group->fns.v[i]);
    else walk_fn(fn);
    again = false;
    for (int i = 0; i < found.changing.n; i++)
      again |= found.changing.v[i]->was_read && !found.changing.v[i]->reads;
  }
}

void find_live(void) {
  reach(ir.main);
  reach(ir.init);
  for (int i = 0; i < ir.exports.n; i++)
    reach(ir.exports.v[i]);
  for (int i = 0; i < todo.n; i++) {
    IrFn *fn = todo.v[i];
    if (fn->group) {
      for (int k = 0; k < fn->group->fns.n; k++)
        reach(fn->group->fns.v[k]);
      if (fn != fn->group->fns.v[0]) continue; /* counted with the first of its group */
    }
    count_reads(fn);
    for (int k = 0; k < found.fns.n; k++)
      reach(found.fns.v[k]);
    for (int k = 0; k < found.types.n; k++)
      use_type(found.types.v[k]);
  }
}
