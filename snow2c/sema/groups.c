/* Functions: recursive groups in dependency order, their declared types, generalisation. */
#include "sema/infer.h"

Infer *infer;

/* ---- declared types ---- */

static void declare_params(FnClause *c, TypeScope *scope, int level) {
  for (int i = 0; i < c->generics.n; i++) {
    struct TypeParam p = {c->generics.v[i].name, type_var(level)};
    p.var->name = p.name;
    vec_push(&scope->params, p);
  }
}

/* The where clause's constraints are known inside the body and required of every instance. */
static void declare_wheres(Fn *f, FnClause *c, TypeScope *scope) {
  for (int i = 0; i < c->wheres.n; i++) {
    WhereItem *w = &c->wheres.v[i];
    Type *var = scope_param(scope, w->param.name);
    Interface *in = find_interface(f->mod, &w->iface);
    if (!var || !in) {
      unknown_in_where(w, var != NULL);
      continue;
    }
    vec_push(&var->wheres, in);
    Obligation *o = add_obligation(OB_TRAIT, var, w->param.span);
    o->iface = in;
  }
}

/* What a function of a service has to do with the service's state. */
static void service_type(Fn *f, Type *t, TypeScope *scope) {
  Type *state = f->service->state;
  UnifyFault fault;
  if (f->role != SERVICE_INIT) unify(t->args[0], state, &fault);
  if (f->role == SERVICE_CALL) {
    Type **pair = NEW_ARRAY(Type *, 2);
    pair[0] = state;
    pair[1] = f->reply ? convert_type(f->reply, f->mod, scope) : type_var(infer->level);
    t->ret = type_tuple(pair, 2);
  } else if (f->role == SERVICE_INIT && unify(t->ret, state, &fault) == UNIFY_OK) return;
  else t->ret = state;
}

/* The function that starts a child has no arguments, but in a template, and gives a pid. */
static void check_child_start(Fn *f) {
  Type *t = prune(f->ty->ret), *ret = t->kind == TY_FUN ? prune(t->ret) : NULL;
  UnifyFault fault;
  if (t->kind == TY_ERROR || (ret && ret->kind == TY_ERROR)) return;
  bool ok = ret && (t->n == 0 || f->template);
  if (ok && !(ret->kind == TY_CON && ret->con == builtin.pid))
    ok = ret->kind == TY_VAR && unify(ret, type_con(builtin.pid, NULL, 0), &fault) == UNIFY_OK;
  if (ok) return;
  Diag *d = diag_error("E0018", f->clauses.v[0]->span, "child `%s` start function must return Pid", f->child->s);
  d->primary.text =
      arena_printf("expected a function without parameters that gives a Pid, found %s", type_text(t, f->mod));
  d->help = "start: fn -> spawn(an_actor) end";
  f->ty->ret = builtin.t_error;
}

/* A function's type as far as it is declared; what is not is fresh. */
static Type *declared_type(Fn *f, TypeScope *scope) {
  FnClause *c = f->clauses.v[0];
  Type **params = NEW_ARRAY(Type *, f->arity);
  for (int i = 0; i < f->arity; i++)
    params[i] = type_var(infer->level);
  Type *result = type_var(infer->level);
  Type *t = type_fun(params, f->arity, result);
  scope->level = infer->level;
  if (f->impl && f->impl->tycon) {
    Impl *im = f->impl;
    Type **args = NEW_ARRAY(Type *, im->nparams);
    for (int i = 0; i < im->nparams; i++) {
      struct TypeParam p = {im->params[i]->name, type_var(infer->level)};
      p.var->name = p.name;
      p.var->wheres = im->params[i]->wheres;
      args[i] = p.var;
      vec_push(&scope->params, p);
      for (int k = 0; k < p.var->wheres.n; k++) {
        Obligation *o = add_obligation(OB_TRAIT, p.var, f->span);
        o->iface = p.var->wheres.v[k];
      }
    }
    scope->self = type_con(im->tycon, args, im->nparams);
  }
  declare_params(c, scope, infer->level);
  declare_wheres(f, c, scope);
  if (f->impl && scope->self) {
    Fn *sig = NULL;
    for (int i = 0; f->iface && i < f->iface->methods.n; i++)
      if (f->iface->methods.v[i]->name == f->name) sig = f->iface->methods.v[i];
    if (sig && sig->arity == f->arity && sig != f) {
      Type *want = signature_type(sig, scope->self, infer->level);
      FnClause *sc = sig->clauses.v[0];
      for (int i = 0; i < f->arity; i++) {
        bool known = (i == 0 && !sig->is_static) || sc->params.v[i].type || sig->mod->is_std;
        TypeExpr *te = c->params.v[i].type;
        if (te) {
          Type *own = convert_type(te, f->mod, scope);
          UnifyFault fault;
          if (known && unify(want->args[i], own, &fault) != UNIFY_OK) {
            Diag *d =
                diag_error("E0008", te->span, "method %s in impl %s has wrong signature: expected %s, found %s",
                           f->name->s, f->iface->name->s, type_text(want->args[i], f->mod), type_text(own, f->mod));
            d->primary.text = arena_printf("expected %s", type_text(want->args[i], f->mod));
            diag_label(d, sig->span, "declared here");
            want->args[i] = own;
          }
        }
        if (known) params[i] = want->args[i];
      }
      if (sc->ret) {
        if (c->ret) {
          Type *own = convert_type(c->ret, f->mod, scope);
          UnifyFault fault;
          if (unify(want->ret, own, &fault) != UNIFY_OK) {
            Diag *d =
                diag_error("E0008", c->ret->span, "method %s in impl %s has wrong signature: expected %s, found %s",
                           f->name->s, f->iface->name->s, type_text(want->ret, f->mod), type_text(own, f->mod));
            d->primary.text =
                arena_printf("expected return type %s, found %s", type_text(want->ret, f->mod), type_text(own, f->mod));
            diag_label(d, sig->span, "declared here");
            want->ret = own;
          }
        }
        t->ret = want->ret;
        return t;
      }
    } else if (!f->is_static && f->arity) params[0] = scope->self;
  }
  if (f->is_actor) {
    Type *message = type_var(infer->level);
    message->message = true;
    t->ret = type_con1(builtin.pid, message);
  }
  if (c->ret) t->ret = convert_type(c->ret, f->mod, scope);
  if (f->service) service_type(f, t, scope);
  return t;
}

static void type_extern(Fn *f) {
  FnClause *c = f->clauses.v[0];
  TypeScope scope = {0};
  Type *t = declared_type(f, &scope);
  for (int i = 0; i < f->arity; i++) {
    Param *p = &c->params.v[i];
    if (p->type) {
      UnifyFault fault;
      unify(t->args[i], convert_type(p->type, f->mod, &scope), &fault);
    } else if (!f->impl) diag_error("E0110", p->pat->span, "an extern function needs a type for each parameter");
  }
  if (!c->ret && !(f->impl && f->iface)) t->ret = builtin.t_unit;
  f->ty = t;
}

/* ---- groups ---- */

typedef VEC(Fn *) FnVec;

static void type_let(Fn *f) {
  Stmt *s = f->let;
  infer->level++;
  Type *declared = s->type ? convert_type(s->type, f->mod, NULL) : NULL;
  Type *t = infer_expr(s->e, declared);
  if (declared) {
    Why why = {NULL, NULL, s->type->span, arena_printf("expected %s from annotation", type_text(declared, f->mod))};
    expect_type(s->e->span, declared, t, &why);
    t = declared;
  }
  infer->level--;
  infer_pat(s->pat, t);
  if (s->pat->kind == PAT_TUPLE) vec_push(&infer->lets, s->pat);
  f->ty = t;
}

/* The value of an actor's body is ignored, and so are the types of the branches that end it (decision D24). */
static void infer_actor(Fn *f) {
  Type *message = infer->message;
  infer->message = f->ty->ret->args[0];
  UnifyFault fault;
  if (f->is_supervisor) unify(infer->message, builtin.t_unit, &fault);
  infer->result = builtin.t_error; /* `return` ends it, with whatever value */
  discard_tail(f->clauses.v[0]->body);
  infer_clauses(&f->clauses, f->ty->args, f->arity, builtin.t_error, false);
  infer->message = message;
}

static void type_bodies(FnVec *group) {
  TypeScope *scopes = NEW_ARRAY(TypeScope, group->n);
  for (int i = 0; i < group->n; i++) {
    Fn *f = group->v[i];
    f->checking = true;
    infer->mod = f->mod;
    if (f->let) continue;
    if (f->is_local) scopes[i].outer = infer->types;
    Type *provisional = f->ty;
    if (f->is_extern) type_extern(f);
    else f->ty = declared_type(f, &scopes[i]);
    UnifyFault fault;
    if (provisional) unify(provisional, f->ty, &fault);
    Fn *other = f->ends ? f->ends : f->terminate;
    if (other && other->ty) unify(other->ty->ret, f->ty->ret, &fault);
  }
  for (int i = 0; i < group->n; i++) {
    Fn *f = group->v[i];
    infer->mod = f->mod;
    if (f->let) {
      type_let(f);
      continue;
    }
    if (f->is_extern) continue;
    Type *result = infer->result;
    Expr *try_expr = infer->try_expr;
    bool try_ok = infer->try_ok;
    TypeScope *types = infer->types;
    infer->types = &scopes[i];
    infer->result = f->ty->ret;
    infer->try_expr = NULL;
    infer->try_ok = true;
    if (f->is_actor) infer_actor(f);
    else infer_clauses(&f->clauses, f->ty->args, f->arity, f->ty->ret, true);
    infer->result = result;
    infer->try_expr = try_expr;
    infer->try_ok = try_ok;
    infer->types = types;
    if (f->role == CHILD_START) check_child_start(f);
  }
}

/* Solves what a definition required; the variables that this makes belong to it, and may be generalised with it. */
void solve_inside(int mark) {
  infer->level++;
  solve_obligations(mark);
  infer->level--;
}

/* Binds what no type of the group mentions: nobody can ever say what it is. */
static void settle_ambiguous(int mark, TypeVec *vars) {
  for (bool more = true; more;) {
    /* A requirement on a known variable brings in the variables of its result. */
    for (bool grown = true; grown;) {
      grown = false;
      for (int i = mark; i < infer->pending.n; i++) {
        Obligation *o = infer->pending.v[i];
        Type *t = prune(o->ty);
        int n = vars->n;
        for (int k = 0; k < n; k++)
          if (vars->v[k] == t) {
            if (o->other) free_vars(o->other, infer->level, vars);
            if (o->result) free_vars(o->result, infer->level, vars);
          }
        grown |= vars->n > n;
      }
    }
    more = false;
    for (int i = mark; i < infer->pending.n && !more; i++) {
      Type *t = prune(infer->pending.v[i]->ty);
      if (t->kind != TY_VAR || t->generic || t->level <= infer->level) continue;
      bool known = false;
      for (int k = 0; k < vars->n; k++)
        known |= vars->v[k] == t;
      if (known) continue;
      UnifyFault f;
      /* After an error it may be that which left the type open. */
      unify(t, diag_errors() > infer->errors ? builtin.t_error : builtin.t_unit, &f);
      more = true;
    }
    if (more) solve_inside(mark);
  }
}

static void generalise_group(FnVec *group, int mark) {
  solve_inside(mark);
  TypeVec vars = {0};
  for (int i = 0; i < group->n; i++)
    if (!group->v[i]->let && !group->v[i]->is_main) free_vars(group->v[i]->ty, infer->level, &vars);
  settle_ambiguous(mark, &vars);
  Obligations obs = {0};
  take_obligations(mark, &vars, &obs);
  for (int i = 0; i < group->n; i++) {
    Fn *f = group->v[i];
    f->checking = false;
    f->checked = true;
    f->scheme = generalise(f->ty, &vars, &obs);
    if (f->let && f->let->pat->kind == PAT_VAR) {
      TypeVec own = {0};
      free_vars(f->ty, infer->level, &own);
      if (own.n) {
        Obligations none = {0};
        f->let->pat->local->scheme = generalise(f->ty, &own, &none);
        f->let->pat->local->init = f->let->e;
      }
    }
  }
}

static void type_group(FnVec *group) {
  Infer state = {0}, *saved = infer;
  infer = &state;
  infer->level = 1;
  infer->mod = group->v[0]->mod;
  infer->errors = diag_errors();
  type_bodies(group);
  infer->level = 0;
  generalise_group(group, 0);
  infer->level = 1;
  for (int i = 0; i < state.cases.n; i++)
    check_case(state.cases.v[i], group->v[0]->mod);
  for (int i = 0; i < state.lets.n; i++)
    check_let(state.lets.v[i], group->v[0]->mod);
  for (int i = 0; i < group->n; i++)
    if (!group->v[i]->let && !group->v[i]->is_extern) check_clauses(group->v[i], group->v[i]->mod);
  for (int i = 0; i < state.fns.n; i++)
    check_clauses(state.fns.v[i], state.fns.v[i]->mod);
  infer = saved;
}

/* Local functions of one run: a group of their own when one refers to a later one, else one after the other. */
void infer_block_fns(Block *b, int from, int to) {
  FnVec run = {0};
  for (int i = from; i <= to; i++)
    if (b->stmts.v[i]->fn) vec_push(&run, b->stmts.v[i]->fn);
  bool forward = false;
  for (int i = 0; i < run.n; i++)
    for (int k = 0; k < run.v[i]->deps.n; k++)
      for (int j = i + 1; j < run.n; j++)
        forward |= run.v[i]->deps.v[k] == run.v[j];
  for (int i = 0; i < run.n; i++) {
    FnVec group = {0};
    if (forward) group = run, i = run.n;
    else vec_push(&group, run.v[i]);
    int mark = infer->pending.n;
    infer->level++;
    type_bodies(&group);
    infer->level--;
    solve_inside(mark);
    TypeVec vars = {0};
    for (int k = 0; k < group.n; k++)
      free_vars(group.v[k]->ty, infer->level, &vars);
    Obligations obs = {0};
    take_obligations(mark, &vars, &obs);
    for (int k = 0; k < group.n; k++) {
      group.v[k]->checking = false;
      group.v[k]->checked = true;
      group.v[k]->scheme = generalise(group.v[k]->ty, &vars, &obs);
      vec_push(&infer->fns, group.v[k]);
    }
  }
}

/* ---- strongly connected components (Tarjan 1972) ---- */

static FnVec stack;
static int next_index = 1;

static void connect(Fn *f) {
  resolve_fn(f);
  f->scc_index = f->scc_low = next_index++;
  f->scc_on_stack = true;
  vec_push(&stack, f);
  for (int i = 0; i < f->deps.n; i++) {
    Fn *d = f->deps.v[i];
    if (!d->scc_index) {
      connect(d);
      if (d->scc_low < f->scc_low) f->scc_low = d->scc_low;
    } else if (d->scc_on_stack && d->scc_index < f->scc_low) f->scc_low = d->scc_index;
  }
  if (f->scc_low != f->scc_index) return;
  FnVec group = {0};
  for (Fn *d = NULL; d != f;) {
    d = stack.v[--stack.n];
    d->scc_on_stack = false;
    vec_push(&group, d);
  }
  /* In source order, so that messages name the earlier definition first. */
  for (int i = 0, k = group.n - 1; i < k; i++, k--) {
    Fn *t = group.v[i];
    group.v[i] = group.v[k];
    group.v[k] = t;
  }
  type_group(&group);
}

void ensure_typed(Fn *f) {
  if (f->checked || f->checking || f->is_local) return;
  if (f->scc_index) {
    /* Waiting on the stack of an outer search: reached through a method call, which is no recorded dependency.
     * Until its own turn comes it has its declared type, monomorphic where that says nothing. */
    if (!f->ty && !f->let) {
      Infer state = {0}, *saved = infer;
      infer = &state;
      infer->mod = f->mod;
      TypeScope scope = {0};
      f->ty = declared_type(f, &scope);
      infer = saved;
    }
    return;
  }
  connect(f);
}

/* ---- the program ---- */

/* Whether f leads to the let target, through functions and other lets. */
static bool leads_to(Fn *f, Fn *target, PMap *seen) {
  for (int i = 0; i < f->deps.n; i++) {
    Fn *d = f->deps.v[i];
    if (d == target) return true;
    if (pmap_get(seen, d)) continue;
    pmap_put(seen, d, d);
    if (leads_to(d, target, seen)) return true;
  }
  return false;
}

/* An interface that a `deriving` clause lists must be possible for every field. */
static void check_deriving(Tycon *tc) {
  Interface *derivable[] = {builtin.eq, builtin.ord, builtin.display, builtin.debug, builtin.hash};
  for (int i = 0; i < tc->deriving.n; i++)
    for (int k = 0; k < 5; k++) {
      const char *bad_field;
      Type *bad;
      if (strcmp(derivable[k]->name->s, tc->deriving.v[i].name->s) != 0) continue;
      if (!(tc->derives & derive_bit(derivable[k])) || derivable_for(derivable[k], tc, &bad_field, &bad)) continue;
      bool show = derivable[k] == builtin.display || derivable[k] == builtin.debug;
      const char *need = show ? "Display" : derivable[k]->name->s;
      Diag *d = diag_error("E0006", tc->deriving.v[i].span, "%s does not implement %s", type_text(bad, tc->mod), need);
      d->primary.text = arena_printf("%s cannot be derived because of %s", derivable[k]->name->s, bad_field);
      d->json = arena_printf("type `%s` does not satisfy trait `%s`", type_text(bad, tc->mod), need);
    }
}

/* What a module defines or imports and never uses. Asked when every body has been resolved. */
static void check_unused(Module *m) {
  for (int i = 0; i < m->fn_list.n; i++) {
    Fn *f = m->fn_list.v[i];
    bool entry = m->is_main && strcmp(f->name->s, "main") == 0;
    if (f->used || f->pub || f->is_extern || entry || f->name->s[0] == '_') continue;
    diag_warning("W0109", f->span, "unused function: %s", f->name->s)->primary.text = "never used";
  }
  for (int i = 0; i < m->let_fns.n; i++) {
    Pat *p = m->let_fns.v[i]->let->pat;
    if (p->kind != PAT_VAR || p->local->used || p->local->name->s[0] == '_') continue;
    diag_warning("W0107", p->span, "unused variable: %s", p->local->name->s)->primary.text = "never used";
  }
  for (int i = 0; i < m->items.n; i++) {
    Item *it = m->items.v[i];
    if (!it->module || (it->module->is_std && it->kind == I_IMPORT)) continue;
    bool types = pmap_get(&m->imports_used, it->module) != NULL;
    if (it->kind == I_IMPORT && !types)
      diag_warning("W0108", it->span, "unused import: %s", it->module->name->s)->primary.text = "never used";
    for (int k = 0; it->kind == I_FROM && k < it->names.n && !types; k++) {
      Name name = it->names.v[k].name, qualified = module_function_name(it->module, name);
      if (pmap_get(&m->names_used, name) || pmap_get(&m->names_used, qualified) || pmap_get(&m->missing, name))
        continue;
      diag_warning("W0108", it->names.v[k].span, "unused import: %s", it->names.v[k].name->s)->primary.text =
          "never used";
    }
  }
  for (int i = 0; i < m->inner.n; i++)
    check_unused(m->inner.v[i]);
}

static void check_module(Module *m) {
  for (int i = 0; i < m->tycons.n; i++)
    check_deriving(m->tycons.v[i]);
  for (int i = 0; i < m->fn_list.n; i++)
    ensure_typed(m->fn_list.v[i]);
  for (int i = 0; i < m->let_fns.n; i++) {
    Fn *f = m->let_fns.v[i];
    PMap seen = {0};
    ensure_typed(f);
    if (!leads_to(f, f, &seen)) continue;
    Diag *d = diag_error("E0115", f->span, "the value of `%s` needs itself", f->name->s);
    d->primary.text = "a top-level let cannot lead back to itself";
  }
  for (int i = 0; i < m->impls.n; i++)
    for (int k = 0; k < m->impls.v[i]->methods.n; k++)
      ensure_typed(m->impls.v[i]->methods.v[k]);
  for (int i = 0; i < m->inner.n; i++)
    check_module(m->inner.v[i]);
}

void check_program(void) {
  FnList *l = program.lib ? NULL : pmap_get(&program.main->fns, intern_z("main"));
  Fn *f = fn_by_arity(l, 0);
  if (f) f->is_main = true;
  check_derived_impls();
  for (int i = 0; i < program.modules.n; i++)
    check_module(program.modules.v[i]);
  for (int i = 0; i < program.modules.n; i++)
    check_unused(program.modules.v[i]);
  if (program.lib) return;
  Module *m = program.main;
  if (f) return;
  if (l) {
    Diag *d = diag_error("E0111", l->v.v[0]->span, "`main` takes no parameters");
    d->primary.text = "the program's entry is `fn main()`";
  } else if (!m->bad) {
    Span at = {m->src, 0, 0};
    Diag *d = diag_error("E0112", at, "No 'main' function found in %s", m->src->path);
    d->help = "a program begins in `fn main() do … end`";
  }
}
