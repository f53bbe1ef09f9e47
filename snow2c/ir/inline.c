/* Inlining of functions that take functions, while lowering. The body of a small one is lowered in place of its call,
 * and the closures handed to it in place of their calls; so a pipeline of map, filter and reduce becomes loops, and
 * closures that are only called need neither an environment nor a call. */
#include "ir/lower.h"
#include "sema/infer.h"

enum {
  MAX_SIZE = 80,     /* of an inlined function, in expressions */
  MAX_REPEATED = 15, /* of a closure that its function calls in several places */
  MAX_CLONED = 400,  /* of a function made anew for the functions it is handed */
  MAX_DEPTH = 8,
  MAX_GROWTH = 3000 /* of one C function */
};

/* ---- what a function does with its parameters ---- */

typedef struct Shape {
  bool done, inlinable;
  bool loops;  /* calls itself, only in tail position */
  bool leaves; /* has `return` or `?` */
  int size, n;
  int *calls;        /* for each parameter: how many places call it */
  bool *only_called; /* … and nothing else is done with it */
} Shape;

static PMap shapes; /* Fn* → Shape* */

typedef struct {
  Fn *fn; /* NULL: a closure's body, only measured */
  Shape *shape;
  int value; /* inside so many closures that are values */
  int inner; /* inside so many closures */
} Scan;

static Shape *shape_of(Fn *f);
static void scan(Scan *S, Expr *e, bool tail);

/* The number of the parameter that e names, or -1. */
static int param_of(Scan *S, const Expr *e) {
  if (!S->fn || e->kind != E_NAME || ref_kind(e) != REF_LOCAL) return -1;
  for (int k = 0; k < S->fn->clauses.n; k++)
    for (int i = 0; i < S->shape->n; i++) {
      Pat *p = S->fn->clauses.v[k]->params.v[i].pat;
      if (p->kind == PAT_VAR && p->local == e->ref.local) return i;
    }
  return -1;
}

static void scan_closure(Scan *S, Expr *e, bool as_value) {
  S->value += as_value;
  S->inner++;
  for (int i = 0; i < e->clauses.n; i++) {
    if (e->clauses.v[i]->guard) scan(S, e->clauses.v[i]->guard, false);
    scan(S, e->clauses.v[i]->body, false);
  }
  S->inner--;
  S->value -= as_value;
}

static void scan_call(Scan *S, Expr *e, bool tail) {
  Expr *callee = e->a;
  bool named = callee->kind == E_NAME || callee->kind == E_DOT;
  Fn *g = named && ref_kind(callee) == REF_FN && !callee->late ? callee->ref.fn : NULL;
  int skip = callee->kind == E_DOT && callee->method && ref_kind(callee) != REF_METHOD;
  int p = param_of(S, callee);
  if (skip) scan(S, callee->a, false);
  else if (p >= 0 && !S->value) S->shape->calls[p]++;
  else if (!g) scan(S, callee, false);
  bool self = S->fn && g == S->fn;
  if (self && (!tail || S->inner || skip)) S->shape->inlinable = false;
  if (self) S->shape->loops = true;
  Shape *shape = g && !self && !g->is_extern && S->fn ? shape_of(g) : NULL;
  for (int i = 0; i < e->args.n; i++) {
    Expr *a = e->args.v[i];
    p = param_of(S, a);
    bool called = shape && i + skip < shape->n && shape->only_called[i + skip];
    if (self && p == i && !S->value) continue;
    if (self && i < S->shape->n) S->shape->only_called[i] = false; /* it may be another function next time */
    if (p >= 0 && called && !S->value) S->shape->calls[p] += shape->calls[i + skip];
    else if (a->kind == E_CLOSURE && called && shape->inlinable) scan_closure(S, a, false);
    else scan(S, a, false);
  }
}

static void scan_block(Scan *S, Block *b, bool tail) {
  for (int i = 0; i < b->stmts.n; i++) {
    Stmt *s = b->stmts.v[i];
    if (s->kind == S_EXPR) scan(S, s->e, tail && i == b->stmts.n - 1);
    if (s->kind == S_LET) scan(S, s->e, false);
    if (s->kind == S_FN && s->fn) {
      S->value++;
      S->inner++;
      for (int k = 0; k < s->fn->clauses.n; k++) {
        if (s->fn->clauses.v[k]->guard) scan(S, s->fn->clauses.v[k]->guard, false);
        scan(S, s->fn->clauses.v[k]->body, false);
      }
      S->inner--;
      S->value--;
    }
  }
}

static void scan(Scan *S, Expr *e, bool tail) {
  if (!e || ++S->shape->size > 100 * MAX_SIZE) return;
  switch (e->kind) {
  case E_NAME:
  case E_DOT: {
    int p = param_of(S, e);
    if (p >= 0) S->shape->only_called[p] = false;
    if (ref_kind(e) == REF_FN && S->fn && e->ref.fn == S->fn) S->shape->inlinable = false;
    if (e->kind == E_DOT && ref_kind(e) == REF_NONE) scan(S, e->a, false);
    return;
  }
  case E_CALL: scan_call(S, e, tail); return;
  case E_CLOSURE: scan_closure(S, e, true); return;
  case E_BLOCK: scan_block(S, e->block, tail); return;
  case E_IF:
    scan(S, e->a, false);
    scan(S, e->b, tail && e->c);
    scan(S, e->c, tail);
    return;
  case E_CASE:
    scan(S, e->a, false);
    for (int i = 0; i < e->arms.n; i++) {
      scan(S, e->arms.v[i].guard, false);
      scan(S, e->arms.v[i].body, tail);
    }
    return;
  case E_RETURN:
    S->shape->leaves |= !S->inner;
    scan(S, e->a, !S->inner);
    return;
  case E_TRY: S->shape->leaves |= !S->inner; break;
  default: break;
  }
  scan(S, e->a, false);
  scan(S, e->b, false);
  scan(S, e->c, false);
  for (int i = 0; i < e->args.n; i++)
    scan(S, e->args.v[i], false);
  for (int i = 0; e->kind == E_STRUCT && i < e->fields.n; i++)
    scan(S, e->fields.v[i].value, false);
}

static bool plain_params(const Clauses *cs) {
  const FnClause *c = cs->v[0];
  bool plain = cs->n == 1 && !c->guard;
  for (int i = 0; i < c->params.n; i++)
    plain &= c->params.v[i].pat->kind == PAT_VAR || c->params.v[i].pat->kind == PAT_WILD;
  return plain;
}

static Shape *shape_of(Fn *f) {
  Shape *s = pmap_get(&shapes, f);
  if (s) return s->done ? s : NULL;
  pmap_put(&shapes, f, s = NEW(Shape));
  bool takes_fn = false;
  if (!f->scheme) ensure_typed(f);
  Type *t = prune(f->scheme->ty);
  for (int i = 0; t->kind == TY_FUN && i < t->n; i++)
    takes_fn |= prune(t->args[i])->kind == TY_FUN;
  if (takes_fn && !f->is_extern && !f->is_local && !f->is_actor) {
    resolve_fn(f);
    s->n = f->arity;
    s->calls = NEW_ARRAY(int, s->n);
    s->only_called = NEW_ARRAY(bool, s->n);
    s->inlinable = plain_params((Clauses *)(void *)&f->clauses);
    for (int i = 0; i < s->n; i++) {
      s->only_called[i] = prune(t->args[i])->kind == TY_FUN;
      for (int k = 0; k < f->clauses.n; k++) {
        PatKind p = f->clauses.v[k]->params.v[i].pat->kind;
        s->only_called[i] &= p == PAT_VAR || p == PAT_WILD;
      }
    }
    Scan S = {f, s, 0, 0};
    for (int k = 0; k < f->clauses.n; k++) {
      scan(&S, f->clauses.v[k]->guard, false);
      scan(&S, f->clauses.v[k]->body, true);
    }
    s->inlinable &= s->size <= MAX_SIZE;
  }
  s->done = true;
  return s;
}

bool only_calls(Fn *f, int i) {
  Shape *s = shape_of(f);
  return s && i < s->n && s->only_called[i];
}

bool worth_cloning(Fn *f, int i) {
  Shape *s = shape_of(f);
  return s && i < s->n && s->only_called[i] && s->size <= MAX_CLONED;
}

/* ---- closures that stay ---- */

static bool mentions(const Expr *e, const Local *l) {
  if (!e) return false;
  switch (e->kind) {
  case E_NAME: return e->ref.kind == REF_LOCAL && e->ref.local == l;
  case E_DOT: return e->ref.kind == REF_NONE && mentions(e->a, l);
  case E_BLOCK:
    for (int i = 0; i < e->block->stmts.n; i++) {
      const Stmt *s = e->block->stmts.v[i];
      if (s->kind == S_FN || mentions(s->e, l)) return true;
    }
    return false;
  case E_CLOSURE:
    for (int i = 0; i < e->clauses.n; i++)
      if (mentions(e->clauses.v[i]->guard, l) || mentions(e->clauses.v[i]->body, l)) return true;
    return false;
  case E_CASE:
    for (int i = 0; i < e->arms.n; i++)
      if (mentions(e->arms.v[i].guard, l) || mentions(e->arms.v[i].body, l)) return true;
    break;
  default: break;
  }
  for (int i = 0; i < e->args.n; i++)
    if (mentions(e->args.v[i], l)) return true;
  for (int i = 0; e->kind == E_STRUCT && i < e->fields.n; i++)
    if (mentions(e->fields.v[i].value, l)) return true;
  return mentions(e->a, l) || mentions(e->b, l) || mentions(e->c, l);
}

/* Whether e only calls the function that l holds, or hands it to functions that only call it. Not in tail position:
 * a tail call outlives what lies on its caller's stack. */
static bool stays(const Expr *e, const Local *l, bool tail) {
  if (!e) return true;
  switch (e->kind) {
  case E_NAME: return e->ref.kind != REF_LOCAL || e->ref.local != l;
  case E_DOT: return e->ref.kind != REF_NONE || stays(e->a, l, false);
  case E_CALL: {
    const Expr *callee = e->a;
    int skip = callee->kind == E_DOT && callee->method && ref_kind(callee) != REF_METHOD;
    bool called = callee->kind == E_NAME && callee->ref.kind == REF_LOCAL && callee->ref.local == l;
    Fn *f = ref_kind(callee) == REF_FN && !callee->late ? callee->ref.fn : NULL;
    if (!called && !stays(skip ? callee->a : callee, l, false)) return false;
    if (called && tail) return false;
    for (int i = 0; i < e->args.n; i++) {
      const Expr *a = e->args.v[i];
      bool handed = a->kind == E_NAME && a->ref.kind == REF_LOCAL && a->ref.local == l;
      if (handed ? tail || !f || f->is_extern || f->is_local || !only_calls(f, i + skip) : !stays(a, l, false))
        return false;
    }
    return true;
  }
  case E_CLOSURE: /* even a call of it there would capture it */
    for (int i = 0; i < e->clauses.n; i++)
      if (mentions(e->clauses.v[i]->guard, l) || mentions(e->clauses.v[i]->body, l)) return false;
    return true;
  case E_BLOCK: return closure_stays(e->block, 0, l, tail);
  case E_IF: return stays(e->a, l, false) && stays(e->b, l, tail) && stays(e->c, l, tail);
  case E_CASE:
    for (int i = 0; i < e->arms.n; i++)
      if (!stays(e->arms.v[i].guard, l, false) || !stays(e->arms.v[i].body, l, tail)) return false;
    return stays(e->a, l, false);
  case E_RETURN: return stays(e->a, l, true);
  default: break;
  }
  for (int i = 0; i < e->args.n; i++)
    if (!stays(e->args.v[i], l, false)) return false;
  for (int i = 0; e->kind == E_STRUCT && i < e->fields.n; i++)
    if (!stays(e->fields.v[i].value, l, false)) return false;
  return stays(e->a, l, false) && stays(e->b, l, false) && stays(e->c, l, false);
}

bool closure_stays(const Block *b, int from, const Local *l, bool tail) {
  for (int i = from; i < b->stmts.n; i++) {
    const Stmt *s = b->stmts.v[i];
    if (s->kind == S_FN) return false; /* it might capture it */
    if ((s->kind == S_EXPR || s->kind == S_LET) && !stays(s->e, l, tail && i + 1 == b->stmts.n)) return false;
  }
  return true;
}

/* ---- known functions ---- */

Known *find_static(Lower *L, Local *l) {
  while (l->lowered)
    l = l->lowered;
  for (Lower *o = L; o && o->fn == L->fn; o = o->outer) {
    Known *k = pmap_get(&o->statics, l);
    if (k) return k;
    if (pmap_get(&o->vars, l)) return NULL;
  }
  return NULL;
}

/* The known function that an argument is, if it is one. */
static Known *known_of(Lower *L, Expr *e) {
  if (e->kind == E_NAME && ref_kind(e) == REF_LOCAL && !(e->ref.local->scheme && e->ref.local->scheme->nvars))
    return find_static(L, e->ref.local);
  bool name = (e->kind == E_NAME || e->kind == E_DOT) && !e->late && !e->method &&
              (ref_kind(e) == REF_CTOR || ref_kind(e) == REF_METHOD || ref_kind(e) == REF_FN);
  if (!name && e->kind != E_CLOSURE) return NULL;
  Known *k = NEW(Known);
  k->e = e;
  k->def = L;
  return k;
}

/* ---- bodies in place ---- */

static void bind_types(Lower *in) {
  if (!in->scheme) return;
  for (int i = 0; i < in->scheme->nvars; i++) {
    in->saved[i] = in->scheme->vars[i]->bound;
    in->scheme->vars[i]->bound = in->inst[i];
  }
}

static void unbind_types(Lower *in) {
  if (!in->scheme) return;
  for (int i = in->scheme->nvars - 1; i >= 0; i--)
    in->scheme->vars[i]->bound = in->saved[i];
}

/* Takes the type bindings back to those of `to`, on which L's stand. */
static void unwind(Lower *L, Lower *to) {
  for (Lower *o = L; o != to; o = o->below) {
    assert(o);
    unbind_types(o);
  }
}

static void rewind_types(Lower *L, Lower *to) {
  if (L == to) return;
  rewind_types(L->below, to);
  bind_types(L);
}

static Lower begin_body(Lower *L, Lower *below, Lower *outer, Scheme *scheme, Type **inst) {
  Lower in = {0};
  in.fn = L->fn;
  in.mod = below->mod;
  in.out = L->out;
  in.dead = L->dead;
  in.outer = outer;
  in.env = outer ? outer->env : NULL;
  in.span = L->span;
  in.below = below;
  in.depth = L->depth + 1;
  in.site = below->site;
  if (scheme && scheme->nvars) {
    in.scheme = scheme;
    in.inst = inst;
    in.saved = NEW_ARRAY(Type *, scheme->nvars);
  }
  return in;
}

/* Lowers clauses as the body `in`, whose value goes where d says. */
static Ir *finish_body(Lower *L, Lower *in, Clauses *cs, IrVar **params, int n, Repr *ret, bool leaves, Dest d) {
  IrVar *result = NULL;
  Dest to = d;
  IrLabel *exit = NEW(IrLabel);
  exit->hint = "done";
  if (d.kind == TO_VALUE && (leaves || !plain_params(cs))) to = branch_dest(in, d, ret, &result);
  to.tail = in->again ? in : NULL;
  in->exit = exit;
  in->ret = to;
  in->ret_repr = ret;
  Ir *x = NULL;
  if (to.kind == TO_VALUE) {
    for (int i = 0; i < n; i++) {
      Pat *p = cs->v[0]->params.v[i].pat;
      if (p->kind == PAT_VAR && params[i]) pmap_put(&in->vars, p->local, params[i]);
    }
    in->span = cs->v[0]->span;
    x = lower_expr(in, cs->v[0]->body, to);
  } else lower_clauses(in, cs, params, n, to);
  if (exit->used) {
    in->dead = false;
    emit(in, T_LABEL)->label = exit;
  }
  L->dead = in->dead;
  if (d.kind != TO_VALUE) return NULL;
  if (L->dead) return x_new(X_ZERO, ret);
  return to.kind == TO_VALUE ? x : branch_result(d, result);
}

static bool is_constant(const Ir *e) {
  switch (e->kind) {
  case X_INT:
  case X_FLOAT:
  case X_BOOL:
  case X_STRING:
  case X_GLOBAL:
  case X_ENV_FIELD: return true;
  default: return false;
  }
}

/* The variable that stands for an argument in an inlined body. */
static IrVar *bind_arg(Lower *L, const char *name, Ir *e, bool changes) {
  IrVar *v;
  if (!changes) {
    if (e->kind == X_VAR && !e->var->assigned) {
      e->var->reads--;
      return e->var;
    }
    if (is_constant(e) || e->repr->kind == R_UNIT) {
      v = new_var(name, e->repr);
      v->value = e->repr->kind == R_UNIT ? NULL : e;
      return v;
    }
  }
  v = emit_let(L, name, e);
  v->assigned = changes;
  return v;
}

static int closure_size(Expr *e) {
  Shape shape = {0};
  Scan S = {NULL, &shape, 0, 0};
  scan(&S, e, false);
  return shape.size;
}

static bool closure_leaves(Expr *e) {
  Shape shape = {0};
  Scan S = {NULL, &shape, 0, 0};
  for (int i = 0; i < e->clauses.n; i++) {
    scan(&S, e->clauses.v[i]->guard, false);
    scan(&S, e->clauses.v[i]->body, false);
  }
  return shape.leaves;
}

/* A body that stands where the known function does, so that it sees the same variables and types. */
static Lower begin_known(Lower *L, Known *k) {
  unwind(L, k->def);
  Lower in = begin_body(L, k->def, k->def, k->scheme, k->types);
  bind_types(&in);
  return in;
}

static void end_known(Lower *L, Known *k, Lower *in) {
  unbind_types(in);
  rewind_types(L, k->def);
}

Ir *known_value(Lower *L, Known *k) {
  Lower in = begin_known(L, k);
  Ir *x = lower_value(&in, k->e);
  end_known(L, k, &in);
  return x;
}

Ir *call_known(Lower *L, Known *k, Ir **args, int n, Dest d) {
  Lower in = begin_known(L, k);
  Type *t = concretize(k->e->ty);
  Ir *x;
  if (k->e->kind == E_CLOSURE) {
    Clauses *cs = (Clauses *)(void *)&k->e->clauses;
    IrVar **params = NEW_ARRAY(IrVar *, n);
    for (int i = 0; i < n; i++) {
      Pat *p = cs->v[0]->params.v[i].pat;
      params[i] = bind_arg(&in, p->kind == PAT_VAR ? p->path.v[0].name->s : "a", args[i], false);
    }
    x = finish_body(L, &in, cs, params, n, repr_of(t->ret), closure_leaves(k->e), d);
  } else {
    Dest to = d;
    to.tail = NULL;
    x = call_named(&in, k->e, args, t->args, n, t->ret, k->e->span);
    if (tail_call(&in, x, to)) x = NULL;
    else x = deliver(&in, x, to);
    L->dead = in.dead;
  }
  end_known(L, k, &in);
  return x;
}

Ir *inline_call(Lower *L, Expr *e, Fn *f, Type **types, Dest d, bool *done) {
  if (L->depth >= MAX_DEPTH || f->is_extern || L->fn->inlined_size > MAX_GROWTH) return NULL;
  Shape *s = shape_of(f);
  Expr *callee = e->a;
  int skip = callee->kind == E_DOT && callee->method && ref_kind(callee) != REF_METHOD;
  int n = e->args.n + skip;
  if (!s || !s->inlinable || s->n != n) return NULL;
  /* Only for functions that are known here. */
  Known **known = NEW_ARRAY(Known *, n);
  bool any = false;
  for (int i = skip; i < n; i++) {
    Expr *a = e->args.v[i - skip];
    if (!s->only_called[i]) continue;
    Known *k = known_of(L, a);
    if (k && k->e->kind == E_CLOSURE && s->calls[i] > 1 && closure_size(k->e) > MAX_REPEATED) {
      any = true; /* its code is called by name */
      continue;
    }
    known[i] = k;
    any |= k != NULL;
  }
  if (!any) return NULL;
  *done = true;
  L->fn->inlined_size += s->size;
  FnClause *c = f->clauses.v[0];
  Type **inst = ref_inst(f->scheme, types);
  Ir **args = NEW_ARRAY(Ir *, n);
  if (skip) args[0] = lower_value(L, callee->a);
  for (int i = skip; i < n; i++)
    if (!known[i]) args[i] = lower_value(L, e->args.v[i - skip]);
  Lower in = begin_body(L, L, NULL, f->scheme, inst);
  in.mod = f->mod;
  in.inlined = f;
  Span at = e->span;
  if (fn_located(f)) {
    if (!in.site) in.site = &at;
  } else in.site = NULL;
  IrVar **params = NEW_ARRAY(IrVar *, n);
  for (int i = 0; i < n; i++) {
    Pat *p = c->params.v[i].pat;
    if (known[i]) {
      if (p->kind == PAT_VAR) pmap_put(&in.statics, p->local, known[i]);
      continue;
    }
    IrFn *code = args[i]->kind == X_CLOSURE ? args[i]->fn : NULL;
    params[i] = bind_arg(&in, p->kind == PAT_VAR ? p->path.v[0].name->s : "a", args[i], s->loops);
    if (code && s->only_called[i]) params[i]->code = code;
  }
  bind_types(&in);
  Repr *ret = repr_of(concretize(prune(f->scheme->ty)->ret));
  Clauses *cs = (Clauses *)(void *)&f->clauses;
  Ir *x;
  if (s->loops) {
    /* Tail calls continue the loop; every other way through the body ends it. */
    IrVar *result = NULL;
    Dest to = branch_dest(&in, d, ret, &result);
    bool dead = in.dead;
    in.params = params;
    in.again = emit(&in, T_LOOP);
    in.again->label = NEW(IrLabel);
    in.again->label->hint = "done";
    in.again->label2 = NEW(IrLabel);
    in.again->label2->hint = "next";
    in.out = &in.again->a;
    finish_body(L, &in, cs, params, n, ret, true, to);
    if (!in.dead) emit(&in, T_BREAK)->loop = in.again;
    L->dead = dead || in.dead;
    x = d.kind != TO_VALUE ? NULL : L->dead ? x_new(X_ZERO, ret) : branch_result(d, result);
  } else x = finish_body(L, &in, cs, params, n, ret, s->leaves, d);
  unbind_types(&in);
  return x;
}

/* A function's tail call of itself, within its inlined body: new values for its parameters, and once more. Gives
 * anything but NULL when it was one. */
Ir *inlined_tail_call(Lower *L, Expr *e, Dest d) {
  Lower *in = d.tail;
  Expr *callee = e->a;
  if ((callee->kind != E_NAME && callee->kind != E_DOT) || ref_kind(callee) != REF_FN || callee->late) return NULL;
  if (in != L || callee->ref.fn != in->inlined || e->args.n != in->inlined->arity) return NULL;
  int n = e->args.n, changed = 0;
  Ir **args = NEW_ARRAY(Ir *, n);
  for (int i = 0; i < n; i++) {
    IrVar *p = in->params[i];
    if (!p) continue; /* a known function, handed on */
    args[i] = lower_value(L, e->args.v[i]);
    if (L->dead) return x_unit();
    if (p->repr->kind == R_UNIT) args[i] = NULL;
    else if (args[i]->kind == X_VAR && args[i]->var == p) {
      p->reads--;
      args[i] = NULL;
    } else changed++;
  }
  /* All arguments are evaluated before a parameter changes. */
  for (int i = 0, left = changed; i < n; i++)
    if (args[i] && left-- > 1 && !is_constant(args[i]))
      args[i] = x_var(emit_let(L, arena_printf("next_%s", in->params[i]->hint), args[i]));
  for (int i = 0; i < n; i++) {
    if (!args[i]) continue;
    IrStmt *s = emit(L, T_ASSIGN);
    s->var = in->params[i];
    s->e = args[i];
  }
  emit(L, T_CONTINUE)->loop = in->again;
  L->dead = true;
  return x_unit();
}
