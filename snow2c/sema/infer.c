/* Type inference of expressions (specification chapter 2 sections 2.4 to 2.11). */
#include "sema/infer.h"

static Type *fresh(void) { return type_var(infer->level); }
/* Descriptions are made before it is known whether anything is wrong. The library has no faults to describe: what it is
 * made of shall not number the variables that messages about programs show. */
static const char *text(Type *t) { return infer->mod->is_std && !program.stdlib_dir ? "?" : type_text(t, infer->mod); }

/* ---- reporting ---- */

static const char *fix_hint(Type *expected, Type *found) {
  if (expected->kind == TY_CON && (expected->con == builtin.option || expected->con == builtin.result) &&
      found->kind != TY_VAR && strcmp(text(expected->args[0]), text(found)) == 0)
    return expected->con == builtin.option ? "wrap in Some(...)" : "wrap in Ok(...)";
  if (expected->kind != TY_CON) return NULL;
  Prim want = expected->con->prim, have = found->kind == TY_CON ? found->con->prim : PRIM_NONE;
  if (want == PRIM_INT && have == PRIM_FLOAT) return "use Int conversion";
  if (want == PRIM_FLOAT && have == PRIM_INT) return "use Float conversion";
  if (want == PRIM_STRING && (have == PRIM_INT || have == PRIM_FLOAT)) return "use to_string()";
  if (want == PRIM_BOOL) return "expected a boolean expression";
  return NULL;
}

void arity_error(Span at, int expected, int found) {
  Diag *d = diag_error("E0003", at, "expected %d argument(s), found %d", expected, found);
  d->primary.text = arena_printf("expected %d argument(s)", expected);
  d->help = found < expected ? arena_printf("missing %d argument(s)", expected - found)
                             : arena_printf("%d extra argument(s)", found - expected);
  d->json = arena_printf("arity mismatch: expected %d arguments, found %d", expected, found);
}

bool expect_type(Span at, Type *expected, Type *found, const Why *why) {
  UnifyFault f = {0};
  UnifyResult r = unify(expected, found, &f);
  if (r == UNIFY_OK) return true;
  expected = prune(expected);
  found = prune(found);
  if (r == UNIFY_INFINITE) {
    Diag *d = diag_error("E0002", at, "infinite type: %s occurs in %s", text(f.var), text(f.in));
    d->primary.text = "recursive type here";
    d->help = "a value cannot have a type that refers to itself";
    return false;
  }
  if (r == UNIFY_ARITY && (expected->kind == TY_FUN || expected->kind == TY_TUPLE)) {
    arity_error(at, f.expected, f.found);
    return false;
  }
  Diag *d = diag_error("E0001", at, "expected %s, found %s", text(expected), text(found));
  d->json = arena_printf("type mismatch: expected `%s`, found `%s`", text(expected), text(found));
  d->primary.text =
      why && why->found_label ? why->found_label : arena_printf("expected %s, found %s", text(expected), text(found));
  if (why && why->other.src)
    diag_label(d, why->other, why->other_label ? why->other_label : arena_printf("expected %s", text(expected)));
  d->help = fix_hint(expected, found);
  return false;
}

/* ---- names ---- */

Type *use_fn(Fn *f, Type ***inst, Span at) {
  ensure_typed(f);
  *inst = NULL;
  if (f->scheme) return instantiate(f->scheme, infer->level, inst, &infer->pending, at);
  return f->ty ? f->ty : builtin.t_error;
}

static Type *use_variant(Variant *v, Type ***inst, Span at) {
  return instantiate(v->scheme, infer->level, inst, NULL, at);
}

/* A method named without a receiver: its owner is known once its subject's type is. */
static Type *use_method(Expr *e, Name name, Interface *iface, int argc) {
  Fn *sig = NULL;
  InterfaceList *owners = pmap_get(&program.method_owners, name);
  for (int i = 0; owners && i < owners->v.n; i++) {
    Interface *in = owners->v.v[i];
    if ((iface && in != iface) || (sig && !sig->mod->is_std)) continue; /* the program's own come first */
    for (int k = 0; k < in->methods.n; k++)
      if (in->methods.v[k]->name == name && (argc < 0 || in->methods.v[k]->arity == argc || owners->v.n == 1 || iface))
        sig = in->methods.v[k];
  }
  Type *self = e->ref.self = fresh();
  Type *t;
  if (sig && (sig->is_static || sig->mod->is_std)) t = signature_type(sig, self, infer->level);
  else {
    int n = sig ? sig->arity : argc >= 0 ? argc : 1;
    Type **params = NEW_ARRAY(Type *, n);
    for (int i = 0; i < n; i++)
      params[i] = i ? fresh() : self;
    t = type_fun(params, n, fresh());
  }
  Obligation *o = add_obligation(OB_METHOD, self, e->span);
  o->name = name;
  o->iface = iface;
  o->other = t;
  o->expr = e;
  e->late = true;
  return t;
}

static Type *infer_ref(Expr *e, int argc, Type *expected) {
  switch (e->ref.kind) {
  case REF_LOCAL: {
    Local *l = e->ref.local;
    if (l->global) ensure_typed(l->global_fn);
    if (!l->ty) return builtin.t_error;
    if (!l->scheme) return l->ty;
    return instantiate(l->scheme, infer->level, &e->inst, &infer->pending, e->span);
  }
  case REF_FN: {
    Type *want = e->ref.fns.n && expected ? prune(expected) : NULL;
    for (int i = 0; want && want->kind == TY_FUN && i < e->ref.fns.n; i++)
      if (e->ref.fns.v[i]->arity == want->n) e->ref.fn = e->ref.fns.v[i];
    return use_fn(e->ref.fn, &e->inst, e->span);
  }
  case REF_CTOR: return use_variant(e->ref.variant, &e->inst, e->span);
  case REF_METHOD: return use_method(e, e->ref.method, e->ref.iface, argc);
  default: return builtin.t_error;
  }
}

/* ---- operators ---- */

static Type *infer_binary(Expr *e, Type *expected) {
  Type *l, *r;
  switch (e->op) {
  case OP_AND:
  case OP_OR:
    check_expr(e->a, builtin.t_bool, NULL);
    check_expr(e->b, builtin.t_bool, NULL);
    return builtin.t_bool;
  case OP_RANGE:
    check_expr(e->a, builtin.t_int, NULL);
    check_expr(e->b, builtin.t_int, NULL);
    return type_con(builtin.range, NULL, 0);
  default: break;
  }
  bool same_result = e->op < OP_EQ || e->op == OP_CONCAT;
  l = infer_expr(e->a, same_result ? expected : NULL);
  r = infer_expr(e->b, l);
  Why why = {NULL, arena_printf("found %s", text(r)), e->a->span, arena_printf("expected %s", text(l))};
  if (!expect_type(e->b->span, l, r, &why)) return same_result ? builtin.t_error : builtin.t_bool;
  Type *t = prune(l);
  Interface *iface = NULL;
  switch (e->op) {
  case OP_ADD: iface = builtin.add; break;
  case OP_SUB: iface = builtin.sub; break;
  case OP_MUL: iface = builtin.mul; break;
  case OP_DIV: iface = builtin.div; break;
  case OP_MOD: iface = builtin.mod; break;
  case OP_EQ:
  case OP_NE: iface = builtin.eq; break;
  case OP_CONCAT: {
    add_obligation(OB_CONCAT, t, e->span);
    return t;
  }
  default: iface = builtin.ord;
  }
  bool number = t->kind == TY_CON && (t->con->prim == PRIM_INT || t->con->prim == PRIM_FLOAT);
  if (!number) {
    Obligation *o = add_obligation(OB_TRAIT, t, e->span);
    o->iface = iface;
    o->expr = e;
  }
  return same_result ? t : builtin.t_bool;
}

/* ---- calls ---- */

static Type *error_args(Expr *call) {
  for (int i = 0; i < call->args.n; i++)
    infer_expr(call->args.v[i], NULL);
  return builtin.t_error;
}

static void check_args(Expr *call, Type *fn, int skip) {
  for (int i = 0; i < call->args.n; i++) {
    Type *want = fn->args[i + skip];
    Expr *arg = call->args.v[i];
    Type *have = infer_expr(arg, want);
    Type *w = prune(want), *h = prune(have);
    Why why = {NULL, NULL, {0}, NULL};
    /* What a pipe brings is as long as the pipe: the fault shows at the stage that cannot take it. */
    bool piped = call->piped && i == 0;
    if (h->kind != TY_VAR && w->kind != TY_VAR)
      why.found_label = piped ? arena_printf("the left side has type %s, expected %s", text(h), text(w))
                              : arena_printf("argument %d has type %s, expected %s", i + 1, text(h), text(w));
    int errors = diag_errors();
    expect_type(piped ? call->a->span : arg->span, want, have, &why);
    if (diag_errors() > errors && arg->kind == E_CLOSURE && w->kind == TY_FUN && h->kind == TY_FUN && w->n == 1 &&
        h->n > 1 && prune(w->args[0])->kind == TY_TUPLE)
      diag_last()->help = "to take a tuple apart write `fn ((a, b)) -> …`";
  }
}

/* The call has another number of arguments than fn, whose first `skip` are not written there. */
static Type *wrong_count(Expr *call, Type *fn, int skip) {
  arity_error(call->span, fn->n - skip, call->args.n);
  if (call->piped) diag_last()->note = "`|>` gives its left side as the first argument";
  return error_args(call);
}

static Type *infer_method_call(Expr *call) {
  Expr *dot = call->a;
  Type *recv = prune(infer_expr(dot->a, NULL));
  if (recv->kind == TY_ERROR) return error_args(call);
  if (recv->kind == TY_VAR) {
    /* Perhaps something already required settles it. */
    solve_early();
    recv = prune(recv);
  }
  if (recv->kind == TY_CON) {
    Member m = find_member(recv, dot->name.name, call->args.n, infer->mod);
    if (m.kind == MEMBER_FIELD) {
      dot->index = m.index;
      dot->ty = m.type;
      Type *f = prune(m.type);
      if (f->kind == TY_FUN && f->n == call->args.n) {
        check_args(call, f, 0);
        return f->ret;
      }
      if (f->kind == TY_FUN) return wrong_count(call, f, 0);
      Type **params = NEW_ARRAY(Type *, call->args.n);
      for (int i = 0; i < call->args.n; i++)
        params[i] = infer_expr(call->args.v[i], NULL);
      Type *ret = fresh();
      return expect_type(call->span, m.type, type_fun(params, call->args.n, ret), NULL) ? ret : builtin.t_error;
    }
    if (m.kind == MEMBER_FN) {
      Type *fn = prune(use_fn(m.fn, &dot->inst, call->span));
      dot->method = true;
      dot->ref.kind = REF_FN;
      dot->ref.fn = m.fn;
      if (fn->kind != TY_FUN) return error_args(call);
      if (fn->n != call->args.n + 1) return wrong_count(call, fn, 1);
      if (!expect_type(dot->a->span, fn->args[0], recv, NULL)) return error_args(call);
      check_args(call, fn, 1);
      return fn->ret;
    }
  }
  Type **params = NEW_ARRAY(Type *, call->args.n + 1);
  params[0] = recv;
  for (int i = 0; i < call->args.n; i++)
    params[i + 1] = infer_expr(call->args.v[i], NULL);
  Type *ret = fresh();
  Obligation *o = add_obligation(OB_METHOD, recv, dot->name.span);
  o->name = dot->name.name;
  o->other = type_fun(params, call->args.n + 1, ret);
  o->expr = dot;
  dot->method = dot->late = true;
  solve_obligations(infer->pending.n - 1);
  return ret;
}

static Type *infer_call_of(Expr *e);

static Type *infer_call(Expr *e) {
  Type *t = infer_call_of(e);
  /* The body of another actor takes its messages from this one's mailbox (decision D18). */
  if (ref_kind(e->a) == REF_FN && e->a->ref.fn->is_actor && infer->message)
    expect_type(e->span, type_con1(builtin.pid, infer->message), t, NULL);
  return t;
}

static Type *infer_call_of(Expr *e) {
  Expr *callee = e->a;
  if (callee->kind == E_DOT && ref_kind(callee) == REF_NONE && !e->piped) {
    Type *t = infer_method_call(e);
    if (!callee->ty) callee->ty = builtin.t_error;
    return t;
  }
  Type *fn;
  if (ref_kind(callee) == REF_METHOD) {
    fn = callee->ty = infer_ref(callee, e->args.n, NULL);
    if (fn->kind == TY_FUN && fn->n == e->args.n && fn->n) {
      /* The subject first: it decides which impl, and so the other parameters' types. */
      int mark = infer->pending.n - 1;
      Type *have = infer_expr(e->args.v[0], fn->args[0]);
      expect_type(e->args.v[0]->span, fn->args[0], have, NULL);
      solve_obligations(mark);
      for (int i = 1; i < e->args.n; i++)
        check_expr(e->args.v[i], fn->args[i], NULL);
      return fn->ret;
    }
  } else fn = infer_expr(callee, NULL);
  fn = prune(fn);
  if (fn->kind == TY_ERROR) return error_args(e);
  if (fn->kind == TY_FUN) {
    if (fn->n != e->args.n) return wrong_count(e, fn, 0);
    check_args(e, fn, 0);
    return fn->ret;
  }
  Type **params = NEW_ARRAY(Type *, e->args.n);
  for (int i = 0; i < e->args.n; i++)
    params[i] = infer_expr(e->args.v[i], NULL);
  Type *ret = fresh();
  Why why = {NULL, "this is not a function", {0}, NULL};
  return expect_type(callee->span, fn, type_fun(params, e->args.n, ret), fn->kind == TY_VAR ? NULL : &why)
             ? ret
             : builtin.t_error;
}

/* ---- dots, fields, structs ---- */

static Type *infer_dot(Expr *e, Type *expected) {
  if (ref_kind(e) != REF_NONE) return infer_ref(e, -1, expected);
  Type *t = prune(infer_expr(e->a, NULL));
  if (t->kind == TY_ERROR) return t;
  if (t->kind == TY_VAR) solve_early();
  Obligation *o = add_obligation(OB_FIELD, t, e->name.span);
  o->name = e->name.name;
  o->other = fresh();
  o->expr = e;
  e->late = true;
  solve_obligations(infer->pending.n - 1);
  return o->other;
}

/* What `Self` means here, or NULL. */
static Type *self_type(Name name) {
  if (strcmp(name->s, "Self") != 0) return NULL;
  for (TypeScope *s = infer->types; s; s = s->outer)
    if (s->self && s->self->kind == TY_CON) return s->self;
  return NULL;
}

static Type *infer_struct(Expr *e) {
  Name name = e->path.v[e->path.n - 1].name;
  Span at = e->path.v[0].span;
  at.end = e->path.v[e->path.n - 1].span.end;
  Type *self = e->path.n == 1 ? self_type(name) : NULL;
  Tycon *tc = self ? self->con : find_type_path(infer->mod, &e->path);
  if (!tc || tc->kind != TC_STRUCT) {
    Diag *d = tc ? diag_error("E0001", at, "`%s` is not a struct", name->s)
                 : diag_error("E0004", at, "unknown struct: %s", name->s);
    d->primary.text = tc ? "only structs have literals with braces" : "not found in this scope";
    d->json = tc ? NULL : arena_printf("unknown struct `%s`", name->s);
    if (!tc && e->path.n == 1) d->help = similar_type(infer->mod, name);
    for (int i = 0; i < e->fields.n; i++)
      infer_expr(e->fields.v[i].value, NULL);
    return builtin.t_error;
  }
  e->tycon = tc;
  Type **args = NEW_ARRAY(Type *, tc->generics.n);
  for (int i = 0; i < tc->generics.n; i++)
    args[i] = fresh();
  bool *given = NEW_ARRAY(bool, tc->fields.n);
  bool bad = false;
  for (int i = 0; i < e->fields.n; i++) {
    FieldInit *f = &e->fields.v[i];
    int k = 0;
    while (k < tc->fields.n && tc->fields.v[k].name.name != f->name.name)
      k++;
    if (k == tc->fields.n) {
      infer_expr(f->value, NULL);
      Diag *d = diag_error("E0009", f->name.span, "unknown field %s in struct %s", f->name.name->s, tc->name->s);
      d->primary.text = arena_printf("`%s` has no field `%s`", tc->name->s, f->name.name->s);
      bad = true;
      for (int j = 0; j < tc->fields.n; j++)
        if (edit_distance(f->name.name->s, tc->fields.v[j].name.name->s, 2) <= 2)
          d->help = arena_printf("did you mean `%s`?", tc->fields.v[j].name.name->s);
      continue;
    }
    if (given[k]) {
      Diag *d = diag_error("E0109", f->name.span, "field `%s` is given twice", f->name.name->s);
      int first = 0;
      while (e->fields.v[first].name.name != f->name.name)
        first++;
      diag_label(d, e->fields.v[first].name.span, "first here");
    }
    given[k] = true;
    Type *want = apply_args(tc, args, tc->fields.v[k].ty);
    Type *have = infer_expr(f->value, want);
    Why why = {NULL, NULL, {0}, NULL};
    expect_type(f->value->span, want, have, &why);
  }
  for (int k = 0; k < tc->fields.n && !bad; k++)
    if (!given[k]) {
      Diag *d =
          diag_error("E0009", e->span, "missing field %s in struct %s", tc->fields.v[k].name.name->s, tc->name->s);
      d->primary.text = arena_printf("field `%s` is required", tc->fields.v[k].name.name->s);
      d->help = arena_printf("add `%s: <value>`", tc->fields.v[k].name.name->s);
      break;
    }
  return type_con(tc, args, tc->generics.n);
}

/* ---- control flow ---- */

bool has_else(const Expr *e) {
  while (e->c && e->c->kind == E_IF && !e->c->paren)
    e = e->c;
  return e->c != NULL;
}

static Type *infer_if(Expr *e, Type *expected) {
  Why cond = {NULL, "the condition must be a Bool", {0}, NULL};
  Type *c = infer_expr(e->a, builtin.t_bool);
  expect_type(e->a->span, builtin.t_bool, c, &cond);
  if (!has_else(e) || e->discarded) {
    /* The branches' values are discarded, whatever they are. */
    infer_expr(e->b, NULL);
    if (e->c) infer_expr(e->c, NULL);
    return builtin.t_unit;
  }
  Type *a = infer_expr(e->b, expected);
  Type *b = infer_expr(e->c, prune(a)->kind == TY_VAR ? expected : a);
  Why why = {NULL, arena_printf("found %s", text(b)), e->b->span, arena_printf("expected %s", text(a))};
  return expect_type(e->c->span, a, b, &why) ? a : builtin.t_error;
}

/* The arms of a case or receive, on values of the subject's type; *first is the body that decides the type. */
Type *infer_arms(Expr *e, Type *subject, Type *expected, Expr **first_body) {
  Type *result = NULL;
  bool ok = true;
  int errors = diag_errors();
  Expr *first = NULL;
  for (int i = 0; i < e->arms.n; i++) {
    Arm *a = &e->arms.v[i];
    infer_pat(a->pat, a->signal ? type_con(signal_type(), NULL, 0) : subject);
    if (a->guard) check_expr(a->guard, builtin.t_bool, NULL);
    Type *t = infer_expr(a->body, result ? result : expected);
    if (e->discarded) result = builtin.t_unit;
    else if (!result) result = t, first = a->body;
    else {
      Why why = {NULL, arena_printf("found %s", text(t)), first->span, arena_printf("expected %s", text(result))};
      Span at = a->body->span;
      ok &= expect_type(at, result, t, &why);
    }
  }
  *first_body = first;
  if (errors == diag_errors() && e->kind == E_CASE) vec_push(&infer->cases, e);
  return ok ? result : builtin.t_error;
}

static Type *infer_case(Expr *e, Type *expected) {
  Expr *first;
  Type *subject = infer_expr(e->a, NULL);
  Type *t = infer_arms(e, subject, expected, &first);
  return t ? t : builtin.t_unit;
}

static bool is_std_type(Type *t, const char *name) {
  return t->kind == TY_CON && t->con->mod && t->con->mod->is_std && strcmp(t->con->name->s, name) == 0;
}

static Type *infer_for(Expr *e) {
  Type *it = prune(infer_expr(e->a, NULL));
  Type *elem = NULL, *second = NULL;
  if (it->kind == TY_VAR) solve_early(), it = prune(it);
  if (it->kind == TY_VAR) {
    elem = fresh();
    expect_type(e->a->span, it, type_con1(builtin.list, elem), NULL);
  } else if (it->kind == TY_CON && it->con == builtin.range) elem = builtin.t_int;
  else if (it->kind == TY_CON && it->con == builtin.list) elem = it->args[0];
  else if (is_std_type(it, "Map")) elem = it->args[0], second = it->args[1];
  else if (is_std_type(it, "Set")) elem = it->args[0];
  else if (it->kind == TY_ERROR) elem = second = it;
  else {
    Diag *d = diag_error("E0001", e->a->span, "expected List, Map, Set or Range, found %s", text(it));
    d->primary.text = "`for` cannot walk over this";
    d->json = arena_printf("type mismatch: expected `List<?>`, found `%s`", text(it));
    elem = second = builtin.t_error;
  }
  if (e->pat2 && !second) {
    /* {a, b} over a list of pairs takes them apart. */
    second = fresh();
    Type *first = fresh();
    Type **pair = NEW_ARRAY(Type *, 2);
    pair[0] = first;
    pair[1] = second;
    expect_type(e->a->span, type_con1(builtin.list, type_tuple(pair, 2)), it, NULL);
    elem = first;
  }
  infer_pat(e->pat, elem);
  if (e->pat2) infer_pat(e->pat2, second);
  if (e->b) check_expr(e->b, builtin.t_bool, NULL);
  return type_con1(builtin.list, infer_expr(e->c, NULL));
}

static Type *infer_try(Expr *e) {
  Type *t = prune(infer_expr(e->a, NULL));
  if (t->kind == TY_VAR) solve_early(), t = prune(t);
  if (t->kind == TY_ERROR) return t;
  if (t->kind == TY_VAR) {
    expect_type(e->a->span, t, type_con2(builtin.result, fresh(), fresh()), NULL);
    t = prune(t);
  }
  bool option = t->kind == TY_CON && t->con == builtin.option;
  if (!option && !(t->kind == TY_CON && t->con == builtin.result)) {
    Diag *d = diag_error("E0037", e->span, "`?` requires `Result` or `Option`");
    d->primary.text = arena_printf("type `%s` is not `Result` or `Option`", text(t));
    d->help = "the `?` operator can only be used on `Result<T, E>` or `Option<T>` values";
    d->json = arena_printf("`?` operator requires `Result` or `Option`, found `%s`", text(t));
    return builtin.t_error;
  }
  Type *f = infer->try_ok ? prune(infer->result) : builtin.t_unit;
  if (f->kind == TY_VAR) {
    Type *want = option ? type_con1(builtin.option, fresh()) : type_con2(builtin.result, fresh(), t->args[1]);
    if (!infer->try_expr) infer->try_expr = e;
    expect_type(e->span, f, want, NULL);
    f = prune(f);
  }
  e->subst_ty = f;
  if (f->kind == TY_ERROR) return t->args[0];
  if (f->kind != TY_CON || f->con != t->con) {
    Diag *d = diag_error("E0036", e->span, "`?` operator requires function to return `Result` or `Option`");
    d->primary.text = "cannot use `?` here";
    d->note = arena_printf("the enclosing function returns `%s`, but `?` on `%s` requires `%s`", text(f), text(t),
                           option ? "Option<_>" : "Result<_, _>");
    d->json = arena_printf("%s, found `%s`", d->message, text(f));
    return t->args[0];
  }
  if (!option) {
    Why why = {
        NULL, arena_printf("this fails with %s, the function with %s", text(t->args[1]), text(f->args[1])), {0}, NULL};
    expect_type(e->span, f->args[1], t->args[1], &why);
  }
  return t->args[0];
}

/* The body's type meets the function's result type; where a `?` had decided the latter, the fault is its. */
static void meet_result(Span at, Type *result, Type *body, const Why *why) {
  Type *f = prune(result), *b = prune(body);
  if (infer->try_expr && f->kind == TY_CON && b->kind != TY_VAR && b->kind != TY_ERROR &&
      !(b->kind == TY_CON && b->con == f->con)) {
    Expr *e = infer->try_expr;
    Diag *d = diag_error("E0036", e->span, "`?` operator requires function to return `Result` or `Option`");
    d->primary.text = "cannot use `?` here";
    d->note =
        arena_printf("the enclosing function returns `%s`, but `?` requires `Result<_, _>` or `Option<_>`", text(b));
    d->json = arena_printf("%s, found `%s`", d->message, text(b));
    return;
  }
  expect_type(at, result, body, why);
}

static Type *infer_closure(Expr *e, Type *expected) {
  int n = e->clauses.v[0]->params.n;
  Type **params = NEW_ARRAY(Type *, n);
  Type *want = expected ? prune(expected) : NULL;
  bool fits = want && want->kind == TY_FUN && want->n == n;
  for (int i = 0; i < n; i++)
    params[i] = fits ? want->args[i] : fresh();
  Infer saved = *infer;
  infer->result = fresh();
  infer->try_expr = NULL;
  infer->try_ok = true;
  if (fits) {
    /* The expected result guides the body where it is known; a failure is reported by the caller. */
    Type *r = prune(want->ret);
    if (r->kind != TY_VAR) {
      UnifyFault f;
      unify(infer->result, r, &f);
    }
  }
  Type *result = infer->result;
  infer_clauses(&e->clauses, params, n, result, false);
  infer->result = saved.result;
  infer->try_expr = saved.try_expr;
  infer->try_ok = saved.try_ok;
  return type_fun(params, n, result);
}

/* ---- statements ---- */

/* Whether evaluating e again for each use type has no effect and no cost worth sharing. */
static bool is_value(const Expr *e) {
  switch (e->kind) {
  case E_CLOSURE:
  case E_INT:
  case E_FLOAT:
  case E_BOOL:
  case E_UNIT:
  case E_NAME: return true;
  case E_DOT: return ref_kind(e) != REF_NONE;
  case E_STR: return e->args.n == 0;
  case E_LIST:
  case E_TUPLE:
  case E_MAP:
    for (int i = 0; i < e->args.n; i++)
      if (!is_value(e->args.v[i])) return false;
    return true;
  case E_CALL:
    if (ref_kind(e->a) != REF_CTOR && !(ref_kind(e->a) == REF_FN && e->a->ref.fn->is_extern && e->args.n == 0))
      return false;
    for (int i = 0; i < e->args.n; i++)
      if (!is_value(e->args.v[i])) return false;
    return true;
  case E_STRUCT:
    for (int i = 0; i < e->fields.n; i++)
      if (!is_value(e->fields.v[i].value)) return false;
    return true;
  case E_BLOCK:
    return e->block->stmts.n == 1 && e->block->stmts.v[0]->kind == S_EXPR && is_value(e->block->stmts.v[0]->e);
  default: return false;
  }
}

/* Whether a container whose elements have type t looks the same whatever t's open variables stand for. With an open
 * element type it is empty; elements that are containers again all have one size. */
static bool uniform(Type *t) {
  t = prune(t);
  if (t->kind == TY_VAR || !has_vars(t)) return true;
  if (t->kind != TY_CON || !(t->con->kind == TC_OPAQUE || t->con->prim)) return false;
  for (int i = 0; i < t->n; i++)
    if (!uniform(t->args[i])) return false;
  return true;
}

/* Whether a value of type t, whose open variables no part of it can have, looks the same whatever they stand for (or
 * can be rebuilt): then it is computed once and shared by uses at different types. Functions cannot: their code is
 * made for the types. */
static bool shareable(Type *t) {
  t = prune(t);
  if (t->kind == TY_VAR || !has_vars(t)) return true;
  if (t->kind == TY_FUN || t->kind == TY_ERROR) return false;
  if (t->kind == TY_CON) {
    if (t->con->kind == TC_OPAQUE || t->con->prim) return uniform(t);
    if (!t->con->mod->is_std) return false;
    if (t->con->kind == TC_STRUCT) { /* the library's collections: their fields decide */
      for (int i = 0; i < t->con->fields.n; i++)
        if (!shareable(apply_args(t->con, t->args, t->con->fields.v[i].ty))) return false;
      return true;
    }
  }
  for (int i = 0; i < t->n; i++)
    if (!shareable(t->args[i])) return false;
  return true;
}

static Type *infer_let(Stmt *s) {
  int mark = infer->pending.n;
  infer->level++;
  Type *declared = s->type ? convert_type(s->type, infer->mod, infer->types) : NULL;
  Type *t = infer_expr(s->e, declared);
  if (declared) {
    Why why = {NULL, NULL, s->type->span, arena_printf("expected %s from annotation", text(declared))};
    if (expect_type(s->e->span, declared, t, &why)) t = declared;
    else t = declared;
  }
  infer->level--;
  solve_inside(mark);
  Local *l = s->pat->kind == PAT_VAR ? s->pat->local : NULL;
  if (s->pat->kind == PAT_TUPLE) vec_push(&infer->lets, s->pat);
  bool value = is_value(s->e);
  bool generalises = l && (value || (shareable(t) && infer->pending.n == mark));
  if (generalises) {
    TypeVec vars = {0};
    free_vars(t, infer->level, &vars);
    if (vars.n) {
      Obligations obs = {0};
      take_obligations(mark, &vars, &obs);
      l->scheme = generalise(t, &vars, &obs);
      if (value) l->init = s->e;
    }
  }
  if (!l || !l->scheme) {
    /* Not closed over: what is open belongs to the enclosing function. */
    TypeVec vars = {0};
    free_vars(t, infer->level, &vars);
    for (int i = 0; i < vars.n; i++)
      vars.v[i]->level = infer->level;
    for (int i = mark; i < infer->pending.n; i++) {
      TypeVec ov = {0};
      Obligation *o = infer->pending.v[i];
      free_vars(o->ty, infer->level, &ov);
      if (o->other) free_vars(o->other, infer->level, &ov);
      if (o->result) free_vars(o->result, infer->level, &ov);
      for (int k = 0; k < ov.n; k++)
        ov.v[k]->level = infer->level;
    }
  }
  infer_pat(s->pat, t);
  return t;
}

static Type *infer_block(Expr *e, Type *expected) {
  Block *b = e->block;
  Type *t = builtin.t_unit;
  for (int i = 0; i < b->stmts.n; i++) {
    Stmt *s = b->stmts.v[i];
    bool last = i == b->stmts.n - 1;
    t = builtin.t_unit;
    switch (s->kind) {
    case S_EXPR: t = infer_expr(s->e, last ? expected : NULL); break;
    case S_LET: t = infer_let(s); break;
    case S_FN: {
      int end = i;
      while (end + 1 < b->stmts.n && b->stmts.v[end + 1]->kind == S_FN)
        end++;
      infer_block_fns(b, i, end);
      i = end;
      break;
    }
    case S_ITEM: break;
    }
  }
  return t;
}

/* ---- expressions ---- */

void check_expr(Expr *e, Type *want, const Why *why) {
  Type *t = infer_expr(e, want);
  expect_type(e->span, want, t, why);
}

static Type *infer_kind(Expr *e, Type *expected) {
  switch (e->kind) {
  case E_INT: return builtin.t_int;
  case E_FLOAT: return builtin.t_float;
  case E_BOOL: return builtin.t_bool;
  case E_UNIT: return builtin.t_unit;
  case E_STR:
    for (int i = 0; i < e->args.n; i++) {
      Type *t = infer_expr(e->args.v[i], NULL);
      if (prune(t)->kind == TY_CON && prune(t)->con->prim && prune(t)->con->prim != PRIM_LIST) continue;
      add_obligation(OB_SHOW, t, e->args.v[i]->span);
    }
    return builtin.t_string;
  case E_NAME: return infer_ref(e, -1, expected);
  case E_DOT: return infer_dot(e, expected);
  case E_TUPLE: {
    Type **elems = NEW_ARRAY(Type *, e->args.n);
    Type *want = expected ? prune(expected) : NULL;
    bool fits = want && want->kind == TY_TUPLE && want->n == e->args.n;
    for (int i = 0; i < e->args.n; i++)
      elems[i] = infer_expr(e->args.v[i], fits ? want->args[i] : NULL);
    return type_tuple(elems, e->args.n);
  }
  case E_LIST: {
    Type *want = expected ? prune(expected) : NULL;
    Type *hint = want && want->kind == TY_CON && want->con == builtin.list ? want->args[0] : NULL;
    Type *elem = fresh();
    for (int i = 0; i < e->args.n; i++) {
      Type *t = infer_expr(e->args.v[i], i ? elem : hint);
      Why why = {NULL, arena_printf("found %s", text(t)), i ? e->args.v[0]->span : (Span){0},
                 arena_printf("expected %s", text(elem))};
      if (!expect_type(e->args.v[i]->span, elem, t, &why)) elem = builtin.t_error;
    }
    return type_con1(builtin.list, elem);
  }
  case E_MAP: {
    Module *m = std_module(intern_z("Map"));
    Tycon *tc = m ? pmap_get(&m->types, intern_z("Map")) : NULL;
    if (!tc) die("the standard library has no Map");
    Type *k = fresh(), *v = fresh();
    for (int i = 0; i + 1 < e->args.n; i += 2) {
      check_expr(e->args.v[i], k, NULL);
      check_expr(e->args.v[i + 1], v, NULL);
    }
    /* A literal is a series of puts, with their requirements on keys. */
    Fn *put = fn_by_arity(pmap_get(&m->fns, intern_z("put")), 3);
    if (put && e->args.n) {
      Type *fn = use_fn(put, &e->inst, e->span);
      UnifyFault f;
      e->ref.fn = put;
      unify(fn->args[1], k, &f);
      unify(fn->args[2], v, &f);
    }
    return type_con2(tc, k, v);
  }
  case E_UNARY:
    if (e->op == OP_NOT) {
      check_expr(e->a, builtin.t_bool, NULL);
      return builtin.t_bool;
    } else {
      Type *t = prune(infer_expr(e->a, expected));
      if (t->kind == TY_CON && (t->con->prim == PRIM_INT || t->con->prim == PRIM_FLOAT)) return t;
      add_obligation(OB_TRAIT, t, e->span)->iface = builtin.neg;
      return t;
    }
  case E_BINARY: return infer_binary(e, expected);
  case E_CALL: return infer_call(e);
  case E_INDEX: {
    /* The index first: finding its type may look at all obligations, and this one must be complete by then. */
    Type *subject = infer_expr(e->a, NULL), *index = infer_expr(e->b, NULL);
    Obligation *o = add_obligation(OB_INDEX, subject, e->span);
    o->other = index;
    o->result = fresh();
    o->literal = e->b->kind == E_INT;
    o->index = e->b->i;
    o->expr = e;
    solve_obligations(infer->pending.n - 1);
    return o->result;
  }
  case E_TRY: return infer_try(e);
  case E_STRUCT: return infer_struct(e);
  case E_IF: return infer_if(e, expected);
  case E_CASE: return infer_case(e, expected);
  case E_CLOSURE: return infer_closure(e, expected);
  case E_WHILE:
    check_expr(e->a, builtin.t_bool, NULL);
    infer_expr(e->c, NULL);
    return builtin.t_unit;
  case E_FOR: return infer_for(e);
  case E_BREAK:
  case E_CONTINUE: return fresh();
  case E_RETURN: {
    Type *t = e->a ? infer_expr(e->a, infer->result) : builtin.t_unit;
    if (infer->result) meet_result(e->a ? e->a->span : e->span, infer->result, t, NULL);
    else diag_error("E0001", e->span, "`return` outside of a function");
    return fresh();
  }
  case E_BLOCK: return infer_block(e, expected);
  case E_SPAWN: return infer_spawn(e);
  case E_SEND: return infer_send(e);
  case E_LINK: return infer_link(e);
  case E_SELF_PID: return infer->message ? type_con1(builtin.pid, infer->message) : builtin.t_error;
  case E_RECEIVE: return infer_receive(e, expected);
  case E_ERROR: return builtin.t_error;
  }
  return builtin.t_error;
}

Type *infer_expr(Expr *e, Type *expected) {
  Type *t = infer_kind(e, expected);
  e->ty = t;
  return t;
}

/* ---- clauses ---- */

typedef VEC(FnClause *) Clauses;

void infer_clauses(void *clauses, Type **params, int n, Type *result, bool fn) {
  Clauses *cs = clauses;
  for (int i = 0; i < cs->n; i++) {
    FnClause *c = cs->v[i];
    if (c->params.n != n) {
      arity_error(c->head, n, c->params.n);
      continue;
    }
    for (int k = 0; k < n; k++) {
      if (c->params.v[k].type) {
        Type *t = convert_type(c->params.v[k].type, infer->mod, infer->types);
        expect_type(c->params.v[k].type->span, params[k], t, NULL);
      }
      infer_pat(c->params.v[k].pat, params[k]);
    }
    if (c->guard) check_expr(c->guard, builtin.t_bool, NULL);
    Type *t = infer_expr(c->body, result);
    Why why = {0};
    FnClause *first = cs->v[0];
    if (fn && first->ret) {
      why.other = first->ret->span;
      why.other_label = arena_printf("return type declared as %s", text(result));
      why.found_label = arena_printf("returns %s", text(t));
    }
    /* Point at the expression that gives the value, not at the whole body. */
    Span at = c->body->span;
    if (c->body->kind == E_BLOCK && c->body->block->stmts.n)
      at = c->body->block->stmts.v[c->body->block->stmts.n - 1]->span;
    meet_result(at, result, t, why.found_label ? &why : NULL);
  }
}
