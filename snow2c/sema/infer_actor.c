/* Types of processes: receive, spawn, send, link (specification chapter 2 section 2.17, chapter 4). */
#include "sema/infer.h"

static Type *fresh(void) { return type_var(infer->level); }
static const char *text(Type *t) { return type_text(t, infer->mod); }

void discard_tail(Expr *e) {
  if (!e) return;
  switch (e->kind) {
  case E_BLOCK:
    if (e->block->stmts.n && e->block->stmts.v[e->block->stmts.n - 1]->kind == S_EXPR)
      discard_tail(e->block->stmts.v[e->block->stmts.n - 1]->e);
    return;
  case E_IF:
    e->discarded = true;
    discard_tail(e->b);
    discard_tail(e->c);
    return;
  case E_CASE:
  case E_RECEIVE:
    e->discarded = true;
    for (int i = 0; i < e->arms.n; i++)
      discard_tail(e->arms.v[i].body);
    if (e->kind == E_RECEIVE) discard_tail(e->b);
    return;
  default: return;
  }
}

/* The library's function that makes a Signal of what the runtime knows. */
Fn *signal_maker(void) {
  Module *m = std_module(intern_z("Process"));
  Fn *f = fn_by_arity(pmap_get(&m->fns, intern_z("signal")), 0);
  if (!f) die("the standard library does not know how to make signals");
  return f;
}

Type *infer_receive(Expr *e, Type *expected) {
  Expr *first = NULL;
  Type *message = infer->message ? infer->message : fresh();
  if (e->a) check_expr(e->a, builtin.t_int, NULL);
  Type *t = infer_arms(e, message, expected, &first);
  e->subst_ty = message;
  for (int i = 0; i < e->arms.n; i++)
    if (e->arms.v[i].signal) {
      Type **none;
      use_fn(signal_maker(), &none, e->span);
      break;
    }
  if (!e->b) return t ? t : builtin.t_unit;
  Type *late = infer_expr(e->b, t ? t : expected);
  if (e->discarded) return builtin.t_unit;
  if (!t) return late;
  Why why = {NULL, arena_printf("found %s", text(late)), first->span, arena_printf("expected %s", text(t))};
  return expect_type(e->b->span, t, late, &why) ? t : builtin.t_error;
}

Type *infer_spawn(Expr *e) {
  if (!e->args.n) return builtin.t_error;
  Expr *callee = e->args.v[0];
  Type *fn = prune(infer_expr(callee, NULL));
  int n = e->args.n - 1;
  if (fn->kind == TY_VAR) {
    Type **params = NEW_ARRAY(Type *, n);
    for (int i = 0; i < n; i++)
      params[i] = fresh();
    expect_type(callee->span, fn, type_fun(params, n, type_con1(builtin.pid, fresh())), NULL);
    fn = prune(fn);
  }
  if (fn->kind != TY_FUN) {
    for (int i = 1; i <= n; i++)
      infer_expr(e->args.v[i], NULL);
    if (fn->kind == TY_ERROR) return fn;
    Diag *d = diag_error("E0016", callee->span, "cannot spawn non-function: found %s", text(fn));
    d->primary.text = arena_printf("expected a function, found %s", text(fn));
    return builtin.t_error;
  }
  if (fn->n != n) {
    for (int i = 1; i <= n; i++)
      infer_expr(e->args.v[i], NULL);
    arity_error(e->span, fn->n, n);
    return builtin.t_error;
  }
  for (int i = 0; i < n; i++)
    check_expr(e->args.v[i + 1], fn->args[i], NULL);
  Type *ret = prune(fn->ret);
  if (ret->kind == TY_CON && ret->con == builtin.pid) return ret;
  Type *pid = type_con1(builtin.pid, fresh());
  Why why = {NULL, arena_printf("this function's result is %s, not a Pid", text(ret)), {0}, NULL};
  return expect_type(callee->span, pid, ret, ret->kind == TY_VAR ? NULL : &why) ? pid : builtin.t_error;
}

/* What a message goes to: a pid, or its number. */
static bool check_target(Expr *e, Type *t) {
  if (t->kind == TY_ERROR || (t->kind == TY_CON && (t->con == builtin.pid || t->con->prim == PRIM_INT))) return true;
  Diag *d = diag_error("E0001", e->span, "expected Pid, found %s", text(t));
  d->json = arena_printf("type mismatch: expected `Pid`, found `%s`", text(t));
  d->primary.text = d->message;
  return false;
}

Type *infer_send(Expr *e) {
  Type *target = e->args.n ? prune(infer_expr(e->args.v[0], NULL)) : builtin.t_error;
  if (target->kind == TY_VAR) solve_early(), target = prune(target);
  bool typed = target->kind == TY_CON && target->con == builtin.pid && target->n == 1;
  Type *message = NULL;
  for (int i = 1; i < e->args.n; i++)
    message = infer_expr(e->args.v[i], typed ? target->args[0] : NULL);
  if (e->args.n != 2) return builtin.t_unit;
  UnifyFault f;
  if (target->kind == TY_VAR) expect_type(e->args.v[0]->span, target, type_con1(builtin.pid, message), NULL);
  else if (!typed) check_target(e->args.v[0], target);
  else if (unify(target->args[0], message, &f) != UNIFY_OK) {
    Diag *d = diag_error("E0014", e->args.v[1]->span, "message type mismatch: expected %s, found %s",
                         text(target->args[0]), text(message));
    d->primary.text = arena_printf("expected %s, found %s", text(target->args[0]), text(message));
    d->help = arena_printf("this Pid accepts messages of type %s", text(target->args[0]));
  }
  return builtin.t_unit;
}

Type *infer_link(Expr *e) {
  for (int i = 0; i < e->args.n; i++) {
    Type *t = prune(infer_expr(e->args.v[i], NULL));
    if (t->kind == TY_VAR) expect_type(e->args.v[i]->span, t, type_con(builtin.pid, NULL, 0), NULL);
    else check_target(e->args.v[i], t);
  }
  return builtin.t_unit;
}
