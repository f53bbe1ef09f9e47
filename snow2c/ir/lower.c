/* Lowering of expressions and statements. */
#include "ir/lower.h"

/* ---- building ---- */

Repr *repr_int(void) { return repr_of(builtin.t_int); }
Repr *repr_bool(void) { return repr_of(builtin.t_bool); }
Repr *repr_string(void) { return repr_of(builtin.t_string); }
Repr *repr_unit(void) { return repr_of(builtin.t_unit); }

Ir *x_new(IrKind k, Repr *r) {
  Ir *x = NEW(Ir);
  x->kind = k;
  x->repr = r;
  return x;
}
Ir *x_int(int64_t i) {
  Ir *x = x_new(X_INT, repr_int());
  x->i = i;
  return x;
}
Ir *x_bool(bool b) {
  Ir *x = x_new(X_BOOL, repr_bool());
  x->i = b;
  return x;
}
Ir *x_unit(void) { return x_new(X_UNIT, repr_unit()); }
/* A value of a type with only one value. */
static Ir *x_only(Repr *r) { return x_new(X_UNIT, r); }
Ir *x_var(IrVar *v) {
  if (v->repr->kind == R_UNIT) return x_new(X_UNIT, v->repr);
  if (v->value) {
    Ir *x = NEW(Ir);
    *x = *v->value;
    return x;
  }
  Ir *x = x_new(X_VAR, v->repr);
  x->var = v;
  v->reads++;
  return x;
}
Ir *x_binary(const char *op, Ir *a, Ir *b, Repr *r) {
  Ir *x = x_new(X_BINARY, r);
  x->text = op;
  x->a = a;
  x->b = b;
  return x;
}
Ir *x_not(Ir *a) {
  if (a->kind == X_NOT) return a->a;
  if (a->kind == X_BOOL) return x_bool(!a->i);
  Ir *x = x_new(X_NOT, repr_bool());
  x->a = a;
  return x;
}
Ir *x_field(Ir *a, int index) {
  if (a->kind == X_STRUCT) return a->args.v[index];
  Repr *r = a->repr->fields.v[index].repr;
  if (r->kind == R_UNIT) return x_only(r);
  Ir *x = x_new(X_FIELD, r);
  x->a = a;
  x->index = index;
  return x;
}
Ir *x_tag(Ir *a) {
  Ir *x = x_new(X_TAG, repr_int());
  x->a = a;
  return x;
}
Ir *x_payload(Ir *a, int variant, int index) {
  Repr *r = a->repr->variants.v[variant].fields.v[index].repr;
  if (r->kind == R_UNIT) return x_only(r);
  Ir *x = x_new(X_PAYLOAD, r);
  x->a = a;
  x->variant = variant;
  x->index = index;
  return x;
}
Ir *x_call_c(const char *name, Repr *r) {
  Ir *x = x_new(X_CALL_C, r);
  x->text = name;
  return x;
}
/* The position that a panic there is blamed on. */
Ir *x_site(Lower *L, Span at) {
  Ir *x = x_new(X_SITE, NULL);
  x->span = L->site ? *L->site : at;
  return x;
}
Ir *x_string(const char *s, uint32_t len) {
  Ir *x = x_new(X_STRING, repr_string());
  x->text = s;
  x->len = len;
  return x;
}
Ir *x_call(IrFn *fn) {
  Ir *x = x_new(X_CALL, fn->ret);
  x->fn = fn;
  return x;
}

IrStmt *emit(Lower *L, IrStmtKind k) {
  IrStmt *s = NEW(IrStmt);
  s->kind = k;
  s->span = L->span;
  if (!L->dead) vec_push(L->out, s);
  return s;
}

IrVar *new_var(const char *hint, Repr *r) {
  IrVar *v = NEW(IrVar);
  v->hint = hint;
  v->repr = r;
  return v;
}

static bool is_call(const Ir *e) {
  return e->kind == X_CALL || (e->kind == X_CALL_C && !e->pure) || e->kind == X_CALL_FN;
}

IrVar *emit_let(Lower *L, const char *hint, Ir *e) {
  IrVar *v = new_var(hint, e->repr);
  if (e->repr->kind == R_UNIT) {
    if (is_call(e)) emit(L, T_EXPR)->e = e;
    return v;
  }
  IrStmt *s = emit(L, T_LET);
  s->var = v;
  s->e = e;
  return v;
}

Ir *simple(Lower *L, Ir *e, const char *hint) {
  switch (e->kind) {
  case X_VAR:
  case X_UNIT:
  case X_INT:
  case X_BOOL:
  case X_FLOAT:
  case X_STRING:
  case X_GLOBAL:
  case X_ENV_FIELD: return e;
  default: return x_var(emit_let(L, hint, e));
  }
}

Ir *again(Ir *e) {
  if (e->kind == X_VAR) e->var->reads++;
  return e;
}

static Ir *materialise(Lower *L, Ir *e) {
  if (!is_call(e)) return e;
  return x_var(emit_let(L, "t", e));
}

Ir *deliver(Lower *L, Ir *e, Dest d) {
  switch (d.kind) {
  case TO_VALUE: return e;
  case TO_RETURN: {
    if (L->fn->ret->kind == R_UNIT) {
      if (is_call(e)) emit(L, T_EXPR)->e = e;
      emit(L, T_RETURN);
    } else emit(L, T_RETURN)->e = e;
    L->dead = true;
    return NULL;
  }
  case TO_VAR: {
    if (d.var->repr->kind == R_UNIT) {
      if (is_call(e)) emit(L, T_EXPR)->e = e;
      return NULL;
    }
    IrStmt *s = emit(L, T_ASSIGN);
    s->var = d.var;
    s->e = e;
    return NULL;
  }
  case TO_NOTHING:
    if (is_call(e)) emit(L, T_EXPR)->e = e;
    return NULL;
  }
  return NULL;
}

Repr *expr_repr(const Expr *e) { return repr_of(concretize(e->ty)); }

IrVar *bind_local(Lower *L, Local *l, Ir *e) {
  while (l->lowered)
    l = l->lowered;
  IrVar *v;
  /* A variable is only another name for one that never changes. */
  if (e->kind == X_VAR && !e->var->assigned) {
    v = e->var;
    e->var->reads--;
  } else if (e->repr->kind == R_UNIT && !is_call(e)) v = new_var(l->name->s, e->repr);
  else v = emit_let(L, l->name->s, e);
  pmap_put(&L->vars, l, v);
  return v;
}

/* ---- branches ---- */

typedef struct {
  IrBlock *out;
  bool dead;
} Saved;

static Saved begin(Lower *L, IrBlock *into) {
  Saved s = {L->out, L->dead};
  L->out = into;
  return s;
}

/* Returns whether the block that ends here ended in a jump. */
static bool finish(Lower *L, Saved s) {
  bool dead = L->dead;
  L->out = s.out;
  L->dead = s.dead;
  return dead;
}

/* For a construct with branches: a place for its value when somebody wants one. */
Dest branch_dest(Lower *L, Dest d, Repr *r, IrVar **result) {
  *result = NULL;
  if (d.kind != TO_VALUE) return d;
  Dest nothing = dest_to(TO_NOTHING, NULL);
  if (r->kind == R_UNIT) return nothing;
  IrVar *v = *result = new_var("r", r);
  v->assigned = true;
  IrStmt *s = emit(L, T_LET);
  s->var = v;
  Dest to = dest_to(TO_VAR, v);
  return to;
}

Ir *branch_result(Dest d, IrVar *v) {
  if (d.kind != TO_VALUE) return NULL;
  return v ? x_var(v) : x_unit();
}

static Ir *lower_if(Lower *L, Expr *e, Dest d) {
  IrVar *result;
  Ir *c = lower_value(L, e->a);
  /* Without else there is no value; but in a function without result its last call is a tail call. */
  Dest nothing = d.kind == TO_RETURN && L->fn->ret->kind == R_UNIT ? d : dest_to(TO_NOTHING, NULL);
  bool value = has_else(e);
  if (c->kind == X_BOOL) {
    Expr *taken = c->i ? e->b : e->c;
    if (value) return lower_expr(L, taken, d);
    if (taken) lower_expr(L, taken, nothing);
    return L->dead && d.kind != TO_VALUE ? NULL : deliver(L, x_unit(), d);
  }
  Dest to = value ? branch_dest(L, d, expr_repr(e), &result) : nothing;
  IrStmt *s = emit(L, T_IF);
  s->e = c;
  Saved saved = begin(L, &s->a);
  lower_expr(L, e->b, to);
  bool dead_a = finish(L, saved), dead_b = false;
  if (e->c) {
    saved = begin(L, &s->b);
    lower_expr(L, e->c, to);
    dead_b = finish(L, saved);
  }
  L->dead |= dead_a && dead_b;
  if (!value) return L->dead && d.kind != TO_VALUE ? NULL : deliver(L, x_unit(), d);
  return branch_result(d, result);
}

/* `and` and `or` stay C's operators when their right side has no statements of its own. */
static Ir *lower_logic(Lower *L, Expr *e) {
  bool is_and = e->op == OP_AND;
  Ir *a = lower_value(L, e->a);
  IrBlock extra = {0};
  Saved saved = begin(L, &extra);
  Ir *b = lower_root(L, e->b);
  if (extra.n == 0 && !L->dead) {
    finish(L, saved);
    if (a->kind == X_BOOL) return a->i == is_and ? b : a;
    if (b->kind == X_BOOL && b->i == is_and) return a;
    return x_binary(is_and ? "&&" : "||", a, b, repr_bool());
  }
  finish(L, saved);
  IrVar *v = new_var(is_and ? "both" : "either", repr_bool());
  v->assigned = true;
  IrStmt *let = emit(L, T_LET);
  let->var = v;
  let->e = a;
  IrStmt *s = emit(L, T_IF);
  s->e = is_and ? x_var(v) : x_not(x_var(v));
  s->a = extra;
  saved = begin(L, &s->a);
  IrStmt *set = emit(L, T_ASSIGN);
  set->var = v;
  set->e = b;
  finish(L, saved);
  return x_var(v);
}

/* ---- loops ---- */

static IrStmt *begin_loop(Lower *L, IrStmtKind k, Loop *loop, Saved *saved) {
  IrStmt *s = emit(L, k);
  s->label = NEW(IrLabel);
  s->label->hint = "done";
  s->label2 = NEW(IrLabel);
  s->label2->hint = "next";
  loop->stmt = s;
  loop->partial = false;
  loop->outer = L->loop;
  L->loop = loop;
  *saved = begin(L, &s->a);
  return s;
}

static void end_loop(Lower *L, Loop *loop, Saved saved) {
  finish(L, saved);
  L->loop = loop->outer;
}

static Ir *lower_while(Lower *L, Expr *e, Dest d) {
  Loop loop;
  Saved saved;
  Dest nothing = dest_to(TO_NOTHING, NULL);
  IrStmt *s = begin_loop(L, T_LOOP, &loop, &saved);
  IrBlock cond = {0};
  Saved inner = begin(L, &cond);
  Ir *c = lower_value(L, e->a);
  finish(L, inner);
  if (cond.n == 0) s->e = c; /* while (c) */
  else {
    for (int i = 0; i < cond.n; i++)
      vec_push(L->out, cond.v[i]);
    IrStmt *stop = emit(L, T_IF);
    stop->e = x_not(c);
    Saved b = begin(L, &stop->a);
    emit(L, T_BREAK)->loop = s;
    finish(L, b);
  }
  lower_expr(L, e->c, nothing);
  end_loop(L, &loop, saved);
  return deliver(L, x_unit(), d);
}

static Ir *x_type(Repr *r) {
  Ir *t = x_new(X_TYPE, NULL);
  t->of = r;
  want_type(r);
  return t;
}

static void lower_for_body(Lower *L, Expr *e, IrVar *acc) {
  Dest nothing = dest_to(TO_NOTHING, NULL);
  Saved filtered = {0};
  IrStmt *test = NULL;
  if (e->b) {
    Ir *c = lower_value(L, e->b);
    test = emit(L, T_IF);
    test->e = c;
    filtered = begin(L, &test->a);
  }
  if (!acc) lower_expr(L, e->c, nothing);
  else {
    Ir *v = lower_value(L, e->c);
    if (!L->dead) {
      Repr *elem = repr_of(concretize(e->c->ty));
      Ir *push;
      if (elem->kind == R_UNIT) {
        push = x_call_c("snow_list_count", acc->repr);
        push->no_cx = true;
        vec_push(&push->args, x_var(acc));
      } else {
        IrVar *tmp = v->kind == X_VAR && !v->var->assigned && !v->var->param ? v->var : emit_let(L, "item", v);
        push = x_call_c("snow_list_append", acc->repr);
        Ir *addr = x_new(X_ADDRESS, NULL);
        addr->var = tmp;
        tmp->reads++;
        vec_push(&push->args, x_type(elem));
        vec_push(&push->args, x_var(acc));
        vec_push(&push->args, addr);
      }
      IrStmt *set = emit(L, T_ASSIGN);
      set->var = acc;
      set->e = push;
    }
  }
  if (test) finish(L, filtered);
}

static void bind_loop_pat(Lower *L, Pat *p, Ir *v) {
  switch (p->kind) {
  case PAT_VAR:
    if (p->local->used) bind_local(L, p->local, v);
    break;
  case PAT_TUPLE:
    v = simple(L, v, "pair");
    for (int i = 0; i < p->args.n; i++)
      bind_loop_pat(L, p->args.v[i], x_field(again(v), i));
    break;
  default: break;
  }
}

static Ir *lower_for(Lower *L, Expr *e, Dest d) {
  Repr *result = expr_repr(e);
  IrVar *acc = NULL;
  Ir *room = NULL;
  IrVar *counter = new_var("i", repr_int());
  Ir *from, *to, *list = NULL;
  Type *it = concretize(e->a->ty);
  bool pairs = false;
  if (e->a->kind == E_BINARY && e->a->op == OP_RANGE) {
    from = lower_value(L, e->a->a);
    to = simple(L, lower_value(L, e->a->b), "end");
  } else if (it->con == builtin.range) {
    Ir *r = simple(L, lower_value(L, e->a), "range");
    from = x_field(r, 0);
    to = x_field(again(r), 1);
  } else {
    list = lower_value(L, e->a);
    if (it->con != builtin.list) {
      /* The library's own collections are walked as lists. */
      Module *lib = std_module(it->con->name);
      bool map = strcmp(it->con->name->s, "Map") == 0;
      pairs = e->pat2 != NULL;
      Fn *f = fn_by_arity(pmap_get(&lib->fns, intern_z(map && !pairs ? "keys" : "to_list")), 1);
      if (!f) die("the standard library's %s cannot be walked", it->con->name->s);
      Type *elem = it->args[0];
      if (map && pairs) elem = type_tuple(it->args, 2);
      Type *lt = concretize(type_con1(builtin.list, elem));
      list = call_fn_typed(L, f, &list, &it, 1, lt, e->a->span);
    } else pairs = e->pat2 != NULL;
    list = simple(L, list, "list");
    from = x_int(0);
    to = x_new(X_LEN, repr_int());
    to->a = again(list);
  }
  if (d.kind != TO_NOTHING) {
    acc = new_var("out", result);
    acc->assigned = true;
    Repr *elem = repr_of(result->ty->args[0]);
    Ir *start = x_new(X_ZERO, result);
    if (!e->b && elem->kind != R_UNIT) {
      /* Every turn that comes to its end adds an element. */
      from = simple(L, from, "from");
      Ir *count = again(to);
      if (!list) count = int_binary(L, OP_SUB, again(to), again(from), e->span);
      start = room = x_call_c("snow_list_reserve", result);
      start->pure = true;
      vec_push(&start->args, x_type(elem));
      vec_push(&start->args, count);
    }
    IrStmt *s = emit(L, T_LET);
    s->var = acc;
    s->e = start;
  }
  Loop loop;
  Saved saved;
  IrStmt *s = begin_loop(L, T_RANGE, &loop, &saved);
  s->var = counter;
  s->e = from;
  s->e2 = to;
  Ir *v = x_var(counter);
  if (list) {
    Type *elem = prune(list->repr->ty)->args[0];
    Ir *at = x_new(X_AT, repr_of(elem));
    at->a = again(list);
    at->b = v;
    v = at->repr->kind == R_UNIT ? x_only(at->repr) : at;
  } else counter->hint = e->pat->kind == PAT_VAR ? e->pat->local->name->s : "i";
  if (pairs) {
    v = simple(L, v, "pair");
    bind_loop_pat(L, e->pat, x_field(again(v), 0));
    bind_loop_pat(L, e->pat2, x_field(again(v), 1));
  } else bind_loop_pat(L, e->pat, v);
  lower_for_body(L, e, acc);
  end_loop(L, &loop, saved);
  if (room && !loop.partial) room->text = "snow_list_with_room";
  if (!acc) return deliver(L, x_unit(), d);
  return deliver(L, x_var(acc), d);
}

/* ---- `?`, index, interpolation ---- */

/* Leaves the body being lowered, its value delivered. */
static void leave_body(Lower *L) {
  for (Loop *l = L->loop; l; l = l->outer)
    l->partial = true;
  if (!L->exit) emit(L, T_RETURN);
  else {
    L->exit->used |= !L->dead;
    emit(L, T_GOTO)->label = L->exit;
  }
  L->dead = true;
}

static Ir *lower_try(Lower *L, Expr *e) {
  Ir *v = simple(L, lower_value(L, e->a), "r");
  bool option = v->repr->ty->con == builtin.option;
  int good = option ? builtin.some->index : builtin.ok->index, bad = 1 - good;
  IrStmt *s = emit(L, T_IF);
  s->e = x_binary("==", x_tag(v), x_int(bad), repr_bool());
  Saved saved = begin(L, &s->a);
  Ir *out = x_new(X_VARIANT, L->ret_repr);
  out->variant = bad;
  if (!option) vec_push(&out->args, x_payload(again(v), bad, 0));
  deliver(L, out, L->ret);
  leave_body(L);
  finish(L, saved);
  return x_payload(again(v), good, 0);
}

/* An element of a tuple: by number where it is known, else all elements have one type. */
static Ir *lower_tuple_index(Lower *L, Expr *e, Type *t) {
  Ir *tuple = simple(L, lower_value(L, e->a), "t");
  Repr *r = repr_of(concretize(e->ty));
  if (e->b->kind == E_INT) {
    if (e->b->i >= 0 && e->b->i < t->n) return x_field(tuple, (int)e->b->i);
    IrStmt *s = emit(L, T_PANIC);
    s->span = L->site ? *L->site : e->span;
    s->text = arena_printf("Tuple.nth: index %lld out of bounds (len %d)", (long long)e->b->i, t->n);
    L->dead = true;
    return x_new(X_ZERO, r);
  }
  Ir *check = x_call_c("snow_tuple_index", repr_int());
  vec_push(&check->args, x_site(L, e->span));
  vec_push(&check->args, lower_value(L, e->b));
  vec_push(&check->args, x_int(t->n));
  Ir *index = x_var(emit_let(L, "i", check));
  if (r->kind == R_UNIT) return x_new(X_UNIT, r);
  Ir *all = x_new(X_LIST, repr_of(concretize(type_con1(builtin.list, t->args[0]))));
  all->of = r;
  want_type(r);
  for (int i = 0; i < t->n; i++)
    vec_push(&all->args, x_field(again(tuple), i));
  Ir *at = x_new(X_AT, r);
  at->a = simple(L, all, "elements");
  at->b = index;
  return at;
}

static Ir *lower_index(Lower *L, Expr *e) {
  Type *subject = concretize(e->a->ty);
  if (subject->kind == TY_TUPLE) return lower_tuple_index(L, e, subject);
  Ir *args[2] = {lower_value(L, e->a), NULL};
  args[1] = lower_value(L, e->b);
  Type *types[2] = {concretize(e->a->ty), concretize(e->b->ty)};
  Module *lib = std_module(types[0]->con->name);
  Fn *f = fn_by_arity(pmap_get(&lib->fns, intern_z("get")), 2);
  return call_fn_typed(L, f, args, types, 2, concretize(e->ty), e->span);
}

/* Pieces of pieces are pieces of the whole, which is made at once. */
void concat_part(Ir *x, Ir *part) {
  if (part->kind != X_CONCAT) vec_push(&x->args, part);
  else
    for (int i = 0; i < part->args.n; i++)
      vec_push(&x->args, part->args.v[i]);
}

static Ir *lower_string(Lower *L, Expr *e) {
  if (!e->args.n) return x_string(e->s, e->slen);
  Ir *x = x_new(X_CONCAT, repr_string());
  for (int i = 0; i < e->args.n; i++) {
    Expr *part = e->args.v[i];
    if (part->kind == E_STR && !part->args.n) vec_push(&x->args, x_string(part->s, part->slen));
    else concat_part(x, to_text(L, lower_value(L, part), part->span));
  }
  if (x->args.n == 1) return x->args.v[0];
  return x;
}

/* ---- statements ---- */

static void bind_tuple(Lower *L, Pat *p, Ir *v) {
  switch (p->kind) {
  case PAT_VAR:
    if (p->local->used) bind_local(L, p->local, v);
    return;
  case PAT_TUPLE:
    v = simple(L, v, "t");
    for (int i = 0; i < p->args.n; i++)
      bind_tuple(L, p->args.v[i], x_field(again(v), i));
    return;
  default: return;
  }
}

/* Patterns of `let` that can fail (inside a tuple) are checked like a case with one arm. */
static bool irrefutable(const Pat *p) {
  if (p->kind == PAT_VAR || p->kind == PAT_WILD || p->kind == PAT_UNIT) return true;
  if (p->kind != PAT_TUPLE) return false;
  for (int i = 0; i < p->args.n; i++)
    if (!irrefutable(p->args.v[i])) return false;
  return true;
}

static Ir *lower_let(Lower *L, const Block *b, int at, bool wanted) {
  Stmt *s = b->stmts.v[at];
  Local *l = s->pat->kind == PAT_VAR ? s->pat->local : NULL;
  if (l && l->init) return wanted ? lower_value(L, s->e) : NULL; /* made anew at each use */
  Ir *v = lower_root(L, s->e);
  if (L->dead) return x_new(X_ZERO, v->repr);
  if (l) {
    if (!l->used && !wanted) {
      Dest nothing = dest_to(TO_NOTHING, NULL);
      deliver(L, v, nothing);
      return NULL;
    }
    IrFn *code = v->kind == X_CLOSURE ? v->fn : NULL;
    if (code && v->a && v->a->kind == X_ENV && !wanted && closure_stays(b, at + 1, l, true)) v->a->index = true;
    IrVar *var = bind_local(L, l, v);
    if (code) var->code = code;
    return wanted ? x_var(var) : NULL;
  }
  v = s->pat->kind == PAT_WILD && !wanted ? v : simple(L, v, "t");
  if (s->pat->kind == PAT_WILD && !wanted) {
    Dest nothing = dest_to(TO_NOTHING, NULL);
    deliver(L, v, nothing);
    return NULL;
  }
  if (irrefutable(s->pat)) bind_tuple(L, s->pat, again(v));
  else {
    /* The bindings stay visible after the match: an arm without a body. */
    MatchArm arm = {.pats = &s->pat};
    Dest nothing = dest_to(TO_NOTHING, NULL);
    lower_match(L, &v, 1, &arm, 1, nothing, s->span);
  }
  return wanted ? again(v) : NULL;
}

static Ir *lower_block(Lower *L, Expr *e, Dest d) {
  Block *b = e->block;
  Dest nothing = dest_to(TO_NOTHING, NULL);
  for (int i = 0; i < b->stmts.n; i++) {
    Stmt *s = b->stmts.v[i];
    bool last = i == b->stmts.n - 1;
    L->span = s->span;
    switch (s->kind) {
    case S_EXPR:
      if (last) return lower_expr(L, s->e, d);
      lower_expr(L, s->e, nothing);
      break;
    case S_LET: {
      Ir *v = lower_let(L, b, i, last && d.kind != TO_NOTHING);
      if (last) {
        if (L->dead) return d.kind == TO_VALUE ? x_new(X_ZERO, expr_repr(e)) : NULL;
        return v ? deliver(L, v, d) : NULL;
      }
      break;
    }
    case S_FN: {
      int end = i;
      while (end + 1 < b->stmts.n && b->stmts.v[end + 1]->kind == S_FN)
        end++;
      lower_local_fns(L, b, i, end);
      i = end;
      break;
    }
    case S_ITEM: break;
    }
    if (L->dead) {
      /* What follows a jump is never reached. */
      return d.kind == TO_VALUE ? x_new(X_ZERO, expr_repr(e)) : NULL;
    }
  }
  return deliver(L, x_unit(), d);
}

static Ir *lower_case(Lower *L, Expr *e, Dest d) {
  IrVar *result;
  Ir *cols[16];
  int ncols = 1;
  Expr *subject = e->a;
  /* A tuple that is only taken apart again is not built. */
  bool split = subject->kind == E_TUPLE && subject->args.n <= 16;
  for (int i = 0; i < e->arms.n && split; i++) {
    PatKind k = e->arms.v[i].pat->kind;
    split = k == PAT_TUPLE || k == PAT_WILD;
  }
  if (split) {
    ncols = subject->args.n;
    for (int i = 0; i < ncols; i++)
      cols[i] = simple(L, lower_value(L, subject->args.v[i]), "m");
  } else cols[0] = simple(L, lower_value(L, subject), "m");
  if (L->dead) return d.kind == TO_VALUE ? x_new(X_ZERO, expr_repr(e)) : NULL;
  Dest to = branch_dest(L, d, expr_repr(e), &result);
  MatchArm *arms = NEW_ARRAY(MatchArm, e->arms.n);
  for (int i = 0; i < e->arms.n; i++) {
    Arm *a = &e->arms.v[i];
    arms[i].pats = NEW_ARRAY(Pat *, ncols);
    if (split)
      for (int k = 0; k < ncols; k++)
        arms[i].pats[k] = a->pat->kind == PAT_TUPLE ? a->pat->args.v[k] : NULL;
    else arms[i].pats[0] = a->pat;
    arms[i].guard = a->guard;
    arms[i].body = a->body;
  }
  lower_match(L, cols, ncols, arms, e->arms.n, to, e->span);
  return branch_result(d, result);
}

/* ---- expressions ---- */

static Ir *lower_struct(Lower *L, Expr *e) {
  Repr *r = expr_repr(e);
  Tycon *tc = e->tycon;
  Ir **values = NEW_ARRAY(Ir *, tc->fields.n);
  for (int i = 0; i < e->fields.n; i++)
    for (int k = 0; k < tc->fields.n; k++)
      if (tc->fields.v[k].name.name == e->fields.v[i].name.name) values[k] = lower_value(L, e->fields.v[i].value);
  if (r->kind == R_UNIT) return x_only(r);
  Ir *x = x_new(X_STRUCT, r);
  for (int k = 0; k < tc->fields.n; k++)
    vec_push(&x->args, values[k]);
  return x;
}

static Ir *lower_tuple(Lower *L, Expr *e) {
  Repr *r = expr_repr(e);
  Ir *x = x_new(X_STRUCT, r);
  for (int i = 0; i < e->args.n; i++)
    vec_push(&x->args, lower_value(L, e->args.v[i]));
  return r->kind == R_UNIT ? x_only(r) : x;
}

static Ir *lower_list(Lower *L, Expr *e) {
  Repr *r = expr_repr(e);
  if (!e->args.n) return x_new(X_ZERO, r);
  Ir *x = x_new(X_LIST, r);
  Repr *elem = repr_of(prune(r->ty)->args[0]);
  x->of = elem;
  want_type(elem);
  for (int i = 0; i < e->args.n; i++)
    vec_push(&x->args, lower_value(L, e->args.v[i]));
  return x;
}

static Ir *lower_map(Lower *L, Expr *e) {
  Repr *r = expr_repr(e);
  Ir *m = x_new(X_ZERO, r);
  for (int i = 0; i + 1 < e->args.n; i += 2) {
    Ir *args[3] = {m, lower_value(L, e->args.v[i]), NULL};
    args[2] = lower_value(L, e->args.v[i + 1]);
    Type *types[3] = {r->ty, r->ty->args[0], r->ty->args[1]};
    m = materialise(L, call_fn_typed(L, e->ref.fn, args, types, 3, r->ty, e->span));
  }
  return m;
}

static Ir *lower_unary(Lower *L, Expr *e) {
  Ir *a = lower_value(L, e->a);
  if (e->op == OP_NOT) return x_not(a);
  if (a->kind == X_INT) return x_int((int64_t)(0 - (uint64_t)a->i));
  Repr *r = a->repr;
  if (r->kind != R_INT && r->kind != R_FLOAT) return method_call(L, builtin.neg, "neg", &a, 1, r->ty, r->ty, e->span);
  Ir *x = x_new(X_NEG, r);
  x->a = a;
  return x;
}

static Ir *lower_binary(Lower *L, Expr *e) {
  if (e->op == OP_AND || e->op == OP_OR) return lower_logic(L, e);
  Ir *a = lower_value(L, e->a), *b = lower_value(L, e->b);
  if (e->op == OP_RANGE) {
    Ir *x = x_new(X_STRUCT, expr_repr(e));
    vec_push(&x->args, a);
    vec_push(&x->args, b);
    return x;
  }
  Ir *x = binary_op(L, e->op, a, b, concretize(e->a->ty), e->span);
  /* Compilers of C limit the nesting of parentheses (clang: 256). */
  x->depth = (uint16_t)(1 + (a->depth > b->depth ? a->depth : b->depth));
  return x->depth < 100 ? x : simple(L, x, "part");
}

static Ir *lower_dot(Lower *L, Expr *e) {
  if (ref_kind(e) != REF_NONE) return lower_name_value(L, e);
  Ir *a = lower_value(L, e->a);
  int index = e->index;
  if (e->late) {
    Type *t = concretize(e->a->ty);
    Member m = find_member(t, e->name.name, -1, NULL);
    assert(m.kind == MEMBER_FIELD);
    index = m.index;
  }
  return x_field(a, index);
}

Ir *lower_root(Lower *L, Expr *e) {
  Dest value = dest_to(TO_VALUE, NULL);
  return lower_expr(L, e, value);
}

Ir *lower_value(Lower *L, Expr *e) { return materialise(L, lower_root(L, e)); }

Ir *lower_expr(Lower *L, Expr *e, Dest d) {
  Ir *x;
  switch (e->kind) {
  case E_INT: return deliver(L, x_int(e->i), d);
  case E_BOOL: return deliver(L, x_bool(e->i), d);
  case E_UNIT: return deliver(L, x_unit(), d);
  case E_FLOAT:
    x = x_new(X_FLOAT, repr_of(builtin.t_float));
    x->f = e->f;
    return deliver(L, x, d);
  case E_STR: return deliver(L, lower_string(L, e), d);
  case E_NAME: return deliver(L, lower_name_value(L, e), d);
  case E_DOT: return deliver(L, lower_dot(L, e), d);
  case E_TUPLE: return deliver(L, lower_tuple(L, e), d);
  case E_LIST: return deliver(L, lower_list(L, e), d);
  case E_MAP: return deliver(L, lower_map(L, e), d);
  case E_UNARY: return deliver(L, lower_unary(L, e), d);
  case E_BINARY: return deliver(L, lower_binary(L, e), d);
  case E_STRUCT: return deliver(L, lower_struct(L, e), d);
  case E_INDEX: return deliver(L, lower_index(L, e), d);
  case E_TRY: return deliver(L, lower_try(L, e), d);
  case E_CLOSURE: return deliver(L, lower_closure(L, e), d);
  case E_CALL: return lower_call(L, e, d);
  case E_IF: return lower_if(L, e, d);
  case E_CASE: return lower_case(L, e, d);
  case E_RECEIVE: return lower_receive(L, e, d);
  case E_SPAWN: return deliver(L, lower_spawn(L, e), d);
  case E_SEND: return deliver(L, lower_send(L, e), d);
  case E_LINK: return deliver(L, lower_link(L, e), d);
  case E_SELF_PID: return deliver(L, self_pid(), d);
  case E_WHILE: return lower_while(L, e, d);
  case E_FOR: return lower_for(L, e, d);
  case E_BLOCK: return lower_block(L, e, d);
  case E_BREAK:
  case E_CONTINUE:
    emit(L, e->kind == E_BREAK ? T_BREAK : T_CONTINUE)->loop = L->loop->stmt;
    L->loop->partial = true;
    break;
  case E_RETURN: {
    if (e->a) lower_expr(L, e->a, L->ret);
    else if (!L->dead) deliver(L, x_unit(), L->ret);
    leave_body(L);
    break;
  }
  default: die("internal: lowering of expression kind %d", e->kind);
  }
  /* Only jumps come here. */
  L->dead = true;
  return d.kind == TO_VALUE ? x_new(X_ZERO, expr_repr(e)) : NULL;
}
