/* Processes: spawn, send, link, self and receive. */
#include "ir/lower.h"

static Ir *call_c(const char *name, Repr *r) { return x_call_c(name, r); }

static Repr *repr_pid(void) { return repr_of(concretize(type_con(builtin.pid, NULL, 0))); }

static Ir *x_type(Repr *r) {
  Ir *t = x_new(X_TYPE, NULL);
  t->of = r;
  want_type(r);
  return t;
}

/* The address of a value, for the runtime to read; NULL for one without bytes. */
static Ir *address_of(Lower *L, Ir *v) {
  Ir *x = x_new(X_ADDRESS, NULL);
  if (v->repr->kind == R_UNIT) return x;
  IrVar *var =
      v->kind == X_VAR && !v->var->assigned && !v->var->param && !v->var->value ? v->var : emit_let(L, "message", v);
  x->var = var;
  var->reads++;
  return x;
}

Ir *self_pid(void) {
  Ir *x = call_c("snow_self", repr_pid());
  x->pure = true;
  return x;
}

/* spawn(f, a, b) evaluates its arguments here and runs f(a, b) in the new process: a closure over them. */
Ir *lower_spawn(Lower *L, Expr *e) {
  Expr *callee = e->args.v[0];
  int n = e->args.n - 1;
  Type *fn_type = concretize(callee->ty);
  bool named = ref_kind(callee) == REF_FN || ref_kind(callee) == REF_METHOD;
  Ir **values = NEW_ARRAY(Ir *, n + 1);
  if (!named) values[n] = lower_value(L, callee);
  for (int i = 0; i < n; i++)
    values[i] = lower_value(L, e->args.v[i + 1]);
  Lower in;
  IrFn *body = begin_thunk(L, "spawned", &in);
  Ir *env = x_new(X_ENV, NULL);
  env->group = body->env;
  Ir **inside = NEW_ARRAY(Ir *, n + 1);
  for (int i = 0; i < n + !named; i++)
    inside[i] = thunk_capture(body, env, i < n ? "argument" : "function", values[i]);
  Fn *end = ref_kind(callee) == REF_FN ? callee->ref.fn->terminate : NULL;
  if (end) {
    Ir *at_end = call_c("snow_terminate_with", repr_unit());
    vec_push(&at_end->args,
             fn_value(&in, end, ref_inst(end->scheme, NULL), concretize(type_fun(NULL, 0, builtin.t_unit)), end->span));
    emit(&in, T_EXPR)->e = at_end;
  }
  Ir *call = named ? call_named(&in, callee, inside, fn_type->args, n, fn_type->ret, e->span)
                   : call_value(inside[n], inside, n, fn_type->ret);
  deliver(&in, call, dest_to(TO_NOTHING, NULL));
  Ir *closure = x_new(X_CLOSURE, repr_of(concretize(type_fun(NULL, 0, builtin.t_unit))));
  closure->fn = body;
  closure->a = body->env->vars.n ? env : NULL;
  ir.processes = true;
  Ir *x = call_c("snow_spawn", repr_pid());
  const char *name = named && ref_kind(callee) == REF_FN ? callee->ref.fn->name->s : "function";
  vec_push(&x->args, closure);
  vec_push(&x->args, x_string(name, (uint32_t)strlen(name)));
  return x;
}

Ir *lower_send(Lower *L, Expr *e) {
  Ir *to = lower_value(L, e->args.v[0]);
  Ir *message = lower_value(L, e->args.v[1]);
  Ir *x = call_c("snow_send", repr_unit());
  vec_push(&x->args, to);
  vec_push(&x->args, x_type(message->repr));
  vec_push(&x->args, address_of(L, message));
  return x;
}

Ir *lower_link(Lower *L, Expr *e) {
  Ir *x = call_c("snow_link", repr_unit());
  vec_push(&x->args, lower_value(L, e->args.v[0]));
  return x;
}

/* Goes on behind the loop, if the statements so far go on at all. */
static bool leave_loop(Lower *L, IrStmt *loop) {
  if (L->dead) return false;
  emit(L, T_BREAK)->loop = loop;
  return true;
}

/* The arms for signals, or those for messages; what fits none of them stays, and the loop goes on. */
static bool lower_arms(Lower *L, Expr *e, bool signals, IrVar *subject, IrStmt *loop, Dest to) {
  MatchArm *arms = NEW_ARRAY(MatchArm, e->arms.n + 1);
  int n = 0;
  for (int i = 0; i < e->arms.n; i++) {
    Arm *a = &e->arms.v[i];
    if (a->signal != signals) continue;
    arms[n].pats = NEW_ARRAY(Pat *, 1);
    arms[n].pats[0] = a->pat;
    arms[n].guard = a->guard;
    arms[n].body = a->body;
    arms[n++].taken = "snow_receive_take";
  }
  arms[n].pats = NEW_ARRAY(Pat *, 1);
  arms[n++].again = loop;
  Ir *col = x_var(subject);
  lower_match(L, &col, 1, arms, n, to, e->span);
  return leave_loop(L, loop);
}

/* Each message in the mailbox is tried against the arms; the first that fits is taken out. Those that fit no arm stay,
 * and the scan goes on with what is behind them. */
Ir *lower_receive(Lower *L, Expr *e, Dest d) {
  Type *message = concretize(e->subst_ty);
  Repr *r = repr_of(message);
  IrVar *result;
  Ir *limit = e->a ? lower_value(L, e->a) : x_int(-1);
  Dest to = branch_dest(L, d, repr_of(concretize(e->ty)), &result);
  Ir *start = call_c("snow_receive_start", repr_unit());
  vec_push(&start->args, x_site(L, e->span));
  vec_push(&start->args, limit);
  emit(L, T_EXPR)->e = start;
  IrVar *m = new_var("message", r);
  m->assigned = true;
  if (r->kind != R_UNIT) emit(L, T_LET)->var = m;
  IrBlock *out = L->out;
  IrStmt *loop = emit(L, T_LOOP);
  loop->label = NEW(IrLabel);
  loop->label->hint = "received";
  loop->label2 = NEW(IrLabel);
  loop->label2->hint = "next";
  bool dead = L->dead;
  L->out = &loop->a;
  Ir *next = call_c("snow_receive_next", repr_int());
  vec_push(&next->args, x_type(r));
  Ir *address = x_new(X_ADDRESS, NULL);
  if (r->kind != R_UNIT) address->var = m, m->reads++;
  vec_push(&next->args, address);
  int signals = 0;
  for (int i = 0; i < e->arms.n; i++)
    signals += e->arms.v[i].signal;
  vec_push(&next->args, x_bool(signals > 0));
  IrVar *got = emit_let(L, "got", next);
  bool left = false;
  if (e->a) {
    IrStmt *over = emit(L, T_IF);
    over->e = x_binary("==", x_var(got), x_int(0), repr_bool());
    L->out = &over->a;
    if (e->b) lower_expr(L, e->b, to);
    left |= leave_loop(L, loop);
    L->out = &loop->a;
    L->dead = dead;
  }
  if (signals) {
    IrStmt *told = emit(L, T_IF);
    told->e = x_binary("==", x_var(got), x_int(2), repr_bool());
    L->out = &told->a;
    emit(L, T_EXPR)->e = call_c("snow_receive_signal", repr_unit());
    Type *t = concretize(type_con(signal_type(), NULL, 0));
    IrVar *signal = emit_let(L, "signal", call_fn_typed(L, signal_maker(), NULL, NULL, 0, t, e->span));
    left |= lower_arms(L, e, true, signal, loop, to);
    L->out = &loop->a;
    L->dead = dead;
  }
  left |= lower_arms(L, e, false, m, loop, to);
  L->out = out;
  L->dead = dead || !left;
  if (e->discarded && d.kind == TO_VALUE) return x_unit();
  return branch_result(d, result);
}
