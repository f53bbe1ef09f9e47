/* Types of patterns (specification chapter 2 section 2.23). */
#include "sema/infer.h"

static Variant *variant_named(Tycon *tc, Name name) {
  for (int i = 0; i < tc->variants.n; i++)
    if (tc->variants.v[i]->name.name == name) return tc->variants.v[i];
  return NULL;
}

static void infer_ctor_pat(Pat *p, Type *expected) {
  Name name = p->path.v[p->path.n - 1].name;
  Type *want = prune(expected);
  if (want->kind == TY_CON && want->con->kind == TC_SUM && p->path.n == 1) {
    /* Unqualified: the scrutinee's own variant is meant. */
    Variant *v = variant_named(want->con, name);
    if (v) p->variant = v;
  }
  if (!p->variant) {
    Diag *d = diag_error("E0010", p->span, "unknown variant: %s", name->s);
    d->primary.text = "not a known variant";
    d->json = arena_printf("unknown variant `%s`", name->s);
    if (want->kind == TY_CON)
      for (int i = 0; i < want->con->variants.n; i++)
        if (edit_distance(name->s, want->con->variants.v[i]->name.name->s, 2) <= 2)
          d->help = arena_printf("did you mean `%s`?", want->con->variants.v[i]->name.name->s);
    for (int i = 0; i < p->args.n; i++)
      infer_pat(p->args.v[i], builtin.t_error);
    p->kind = PAT_ERROR;
    return;
  }
  Type *t = prune(instantiate(p->variant->scheme, infer->level, NULL, NULL, p->span));
  int n = t->kind == TY_FUN ? t->n : 0;
  Type *result = t->kind == TY_FUN ? t->ret : t;
  if (!expect_type(p->span, want, result, NULL)) t = NULL;
  if (p->args.n != n) {
    if (t) arity_error(p->span, n, p->args.n);
    t = NULL;
  }
  for (int i = 0; i < p->args.n; i++)
    infer_pat(p->args.v[i], t ? t->args[i] : builtin.t_error);
  if (!t) p->kind = PAT_ERROR;
}

/* A name that looks like a variant, and is none of the type's, is a variable and matches everything. */
static void capital_variable(Pat *p, Type *t) {
  Name name = p->path.v[0].name;
  Diag *d = diag_warning("W0106", p->span, "`%s` is no variant of %s, so it matches everything", name->s,
                         type_text(t, infer->mod));
  d->primary.text = "a variable";
  for (int i = 0; i < t->con->variants.n; i++)
    if (edit_distance(name->s, t->con->variants.v[i]->name.name->s, 2) <= 2)
      d->help = arena_printf("did you mean `%s`?", t->con->variants.v[i]->name.name->s);
}

/* In an or-pattern the first alternative's variable says the type (it has none if it became a constructor). */
static void bind_local(Pat *p, Type *expected) {
  Local *first = p->local->lowered;
  p->local->ty = expected;
  if (first && first->ty) expect_type(p->span, first->ty, expected, NULL);
}

void infer_pat(Pat *p, Type *expected) {
  p->ty = expected;
  switch (p->kind) {
  case PAT_WILD:
  case PAT_ERROR: return;
  case PAT_VAR: {
    Type *want = prune(expected);
    Name name = p->path.v[0].name;
    Variant *v = want->kind == TY_CON && want->con->kind == TC_SUM && begins_with_capital(name)
                     ? variant_named(want->con, name)
                     : NULL;
    if (v && !v->fields.n) {
      p->kind = PAT_CTOR;
      p->variant = v;
      return;
    }
    if (want->kind == TY_CON && want->con->kind == TC_SUM && begins_with_capital(name)) capital_variable(p, want);
    bind_local(p, expected);
    bind_local(p, expected);
    return;
  }
  case PAT_INT: expect_type(p->span, expected, builtin.t_int, NULL); return;
  case PAT_FLOAT: expect_type(p->span, expected, builtin.t_float, NULL); return;
  case PAT_STR: expect_type(p->span, expected, builtin.t_string, NULL); return;
  case PAT_BOOL: expect_type(p->span, expected, builtin.t_bool, NULL); return;
  case PAT_UNIT: expect_type(p->span, expected, builtin.t_unit, NULL); return;
  case PAT_CTOR: infer_ctor_pat(p, expected); return;
  case PAT_TUPLE: {
    Type *want = prune(expected);
    if (want->kind == TY_TUPLE && want->n == p->args.n) {
      for (int i = 0; i < p->args.n; i++)
        infer_pat(p->args.v[i], want->args[i]);
      return;
    }
    Type **elems = NEW_ARRAY(Type *, p->args.n);
    for (int i = 0; i < p->args.n; i++)
      elems[i] = type_var(infer->level);
    bool ok = expect_type(p->span, expected, type_tuple(elems, p->args.n), NULL);
    for (int i = 0; i < p->args.n; i++)
      infer_pat(p->args.v[i], ok ? elems[i] : builtin.t_error);
    return;
  }
  case PAT_NIL: expect_type(p->span, expected, type_con1(builtin.list, type_var(infer->level)), NULL); return;
  case PAT_CONS: {
    Type *elem = type_var(infer->level);
    bool ok = expect_type(p->span, expected, type_con1(builtin.list, elem), NULL);
    infer_pat(p->args.v[0], ok ? elem : builtin.t_error);
    infer_pat(p->args.v[1], ok ? expected : builtin.t_error);
    return;
  }
  case PAT_OR:
    for (int i = 0; i < p->args.n; i++)
      infer_pat(p->args.v[i], expected);
    return;
  case PAT_AS:
    infer_pat(p->args.v[0], expected);
    bind_local(p, expected);
    return;
  }
}
