/* Calls, references to functions, closures, operators and the text of values. */
#include "ir/lower.h"
#include "sema/infer.h"

/* ---- instances at types ---- */

/* The types a scheme's variables have when its type is to be fn_type. Those that only its obligations mention follow
 * from solving these. */
static Type **solve_inst(Fn *f, Type *fn_type) {
  ensure_typed(f);
  Infer state = {0}, *saved = infer;
  infer = &state;
  infer->level = 1;
  infer->mod = f->mod;
  infer->checked = true;
  Type **inst;
  UnifyFault fault;
  Type *t = instantiate(f->scheme, 1, &inst, &state.pending, f->span);
  if (unify(t, fn_type, &fault) != UNIFY_OK)
    die("internal: %s : %s does not fit its use as %s", f->name->s, type_text(f->scheme->ty, NULL),
        type_text(fn_type, NULL));
  solve_obligations(0);
  infer = saved;
  for (int i = 0; i < f->scheme->nvars; i++)
    inst[i] = concretize(inst[i]);
  return inst;
}

Ir *call_fn_typed(Lower *L, Fn *f, Ir **args, Type **arg_types, int n, Type *result, Span at) {
  Type **inst = solve_inst(f, type_fun(arg_types, n, result));
  return call_instance(L, f, inst, f->scheme->nvars, args, n, at);
}

/* ---- variables and captures ---- */

static int capture_var(EnvGroup *g, Local *l, IrVar *v) {
  for (int i = 0; i < g->locals.n; i++)
    if (g->locals.v[i] == l) return i;
  vec_push(&g->locals, l);
  vec_push(&g->vars, v);
  return g->locals.n - 1;
}

static Ir *global_ref(Local *l) {
  for (int i = 0; i < ir.globals.n; i++)
    if (ir.globals.v[i]->local == l) {
      IrVar *v = &ir.globals.v[i]->var;
      if (v->repr->kind == R_UNIT) return x_new(X_UNIT, v->repr);
      Ir *x = x_new(X_GLOBAL, v->repr);
      x->global = ir.globals.v[i];
      return x;
    }
  die("internal: global %s was not made", l->name->s);
}

/* The repr a captured variable has, and its place in the environment. */
static Ir *captured(Lower *L, Local *l) {
  IrVar *v = NULL;
  for (Lower *o = L->outer; o && !v; o = o->outer) {
    v = pmap_get(&o->vars, l);
    if (!v && pmap_get(&o->statics, l)) v = new_var(l->name->s, repr_of(concretize(l->ty)));
  }
  if (!v) die("internal: variable %s is not in scope", l->name->s);
  if (v->repr->kind == R_UNIT) return x_new(X_UNIT, v->repr);
  Ir *x = x_new(X_ENV_FIELD, v->repr);
  x->group = L->env;
  x->index = capture_var(L->env, l, v);
  return x;
}

Ir *find_var(Lower *L, Local *l) {
  while (l->lowered)
    l = l->lowered;
  if (l->global) return global_ref(l);
  Lower *o = L;
  for (; o && o->fn == L->fn; o = o->outer) {
    IrVar *v = pmap_get(&o->vars, l);
    if (v) return x_var(v);
    Known *k = pmap_get(&o->statics, l);
    if (k) return known_value(L, k);
  }
  /* The C function that is being made takes it from its environment. */
  Lower *base = L;
  while (base->outer && base->outer->fn == L->fn)
    base = base->outer;
  return captured(base, l);
}

/* The environment of group g, built here from the variables in scope. */
static Ir *make_env(Lower *L, EnvGroup *g) {
  if (!g->vars.n) return NULL;
  Ir *x = x_new(X_ENV, NULL);
  x->group = g;
  for (int i = 0; i < g->locals.n; i++)
    vec_push(&x->args, find_var(L, g->locals.v[i]));
  return x;
}

/* ---- bodies ---- */

void start_lower(Lower *L, IrFn *fn) {
  L->fn = fn;
  L->mod = fn->mod;
  L->out = &fn->body;
  L->ret.kind = fn->discards_result ? TO_NOTHING : TO_RETURN;
  L->ret_repr = fn->ret;
}

/* The body of clauses with these parameters. */
void lower_clauses(Lower *L, Clauses *cs, IrVar **params, int n, Dest d) {
  FnClause *first = cs->v[0];
  L->span = first->span;
  bool plain = cs->n == 1 && !first->guard;
  for (int i = 0; i < n && plain; i++)
    plain = first->params.v[i].pat->kind == PAT_VAR || first->params.v[i].pat->kind == PAT_WILD;
  if (plain) {
    for (int i = 0; i < n; i++) {
      Pat *p = first->params.v[i].pat;
      if (p->kind == PAT_VAR && params[i]) pmap_put(&L->vars, p->local, params[i]);
    }
    lower_expr(L, first->body, d);
    return;
  }
  Ir **cols = NEW_ARRAY(Ir *, n);
  for (int i = 0; i < n; i++)
    cols[i] = x_var(params[i]), params[i]->reads -= cols[i]->kind == X_VAR;
  MatchArm *arms = NEW_ARRAY(MatchArm, cs->n);
  for (int i = 0; i < cs->n; i++) {
    arms[i].pats = NEW_ARRAY(Pat *, n);
    for (int k = 0; k < n; k++)
      arms[i].pats[k] = cs->v[i]->params.v[k].pat;
    arms[i].guard = cs->v[i]->guard;
    arms[i].body = cs->v[i]->body;
  }
  lower_match(L, cols, n, arms, cs->n, d, first->head);
}

/* Parameters and body of a C function whose Snow type is fn_type (concrete). */
void lower_body(Lower *L, void *clauses, Type *fn_type) {
  Clauses *cs = clauses;
  for (int i = 0; i < fn_type->n; i++) {
    Pat *p = cs->v[0]->params.v[i].pat;
    const char *name = p->kind == PAT_VAR || p->kind == PAT_AS ? p->path.v[0].name->s : "a";
    IrVar *v = new_var(name, repr_of(fn_type->args[i]));
    v->param = true;
    if (L->fn->codes) v->code = L->fn->codes[i];
    vec_push(&L->fn->params, v);
  }
  lower_clauses(L, cs, L->fn->params.v, fn_type->n, L->ret);
}

static Lower nested(Lower *L, IrFn *fn, EnvGroup *g) {
  Lower in = {0};
  start_lower(&in, fn);
  in.outer = L;
  in.env = g;
  return in;
}

static EnvGroup *new_env(const char *name) {
  EnvGroup *g = NEW(EnvGroup);
  g->cname = unique_global(arena_printf("%s_env", name));
  return g;
}

static IrFn *new_fn(Lower *L, const char *cname, Type *fn_type) {
  IrFn *fn = NEW(IrFn);
  fn->cname = unique_global(cname);
  fn->mod = L->mod;
  fn->ret = repr_of(fn_type->ret);
  fn->lowered = true;
  fn->takes_env = true;
  fn->located = false;
  vec_push(&ir.fns, fn);
  return fn;
}

static Ir *closure_value(Lower *L, IrFn *fn, Type *t) {
  Ir *x = x_new(X_CLOSURE, repr_of(t));
  x->fn = fn;
  x->a = fn->env ? make_env(L, fn->env) : NULL;
  return x;
}

Ir *lower_closure(Lower *L, Expr *e) {
  Type *t = concretize(e->ty);
  IrFn *fn = new_fn(L, arena_printf("%s_fn", L->fn->cname), t);
  fn->title = "closure";
  EnvGroup *g = fn->env = new_env(fn->cname);
  Lower in = nested(L, fn, g);
  lower_body(&in, &e->clauses, t);
  return closure_value(L, fn, t);
}

IrFn *begin_thunk(Lower *L, const char *name, Lower *in) {
  IrFn *fn = new_fn(L, arena_printf("%s_%s", L->fn->cname, name), type_fun(NULL, 0, builtin.t_unit));
  fn->title = name;
  fn->env = new_env(fn->cname);
  *in = nested(L, fn, fn->env);
  in->ret.kind = TO_NOTHING;
  return fn;
}

Ir *thunk_capture(IrFn *thunk, Ir *env, const char *hint, Ir *value) {
  if (value->repr->kind == R_UNIT) return value;
  Ir *x = x_new(X_ENV_FIELD, value->repr);
  x->group = thunk->env;
  x->index = thunk->env->vars.n;
  vec_push(&thunk->env->vars, new_var(hint, value->repr));
  vec_push(&thunk->env->locals, NEW(Local));
  vec_push(&env->args, value);
  return x;
}

/* ---- local functions ---- */

/* A local function's instances share one environment with the other functions of its run. */
typedef struct LocalFn {
  Fn *fn;
  EnvGroup *group;
  Lower *home; /* where it is defined */
  IrVar *env;  /* the environment, once it is built there */
  VEC(IrFn *) instances;
} LocalFn;

static LocalFn *find_local_fn(Lower *L, Fn *f, Lower **home) {
  for (Lower *o = L; o; o = o->outer) {
    LocalFn *l = pmap_get(&o->fns, f);
    if (l) {
      *home = o;
      return l;
    }
  }
  die("internal: local function %s is not in scope", f->name->s);
}

static IrFn *local_instance(LocalFn *l, Type **inst) {
  Scheme *s = l->fn->scheme;
  for (int i = 0; i < l->instances.n; i++) {
    bool same = true;
    for (int k = 0; k < s->nvars; k++)
      same &= l->instances.v[i]->inst[k] == inst[k];
    if (same) return l->instances.v[i];
  }
  Type **saved = NEW_ARRAY(Type *, s->nvars);
  for (int k = 0; k < s->nvars; k++)
    saved[k] = s->vars[k]->bound, s->vars[k]->bound = inst[k];
  Type *t = concretize(s->ty);
  IrFn *fn = new_fn(l->home, arena_printf("%s_%s", l->home->fn->cname, l->fn->name->s), t);
  fn->def = l->fn;
  fn->inst = inst;
  fn->ninst = s->nvars;
  fn->title = arena_printf("%s (local)", l->fn->name->s);
  fn->env = l->group;
  vec_push(&l->instances, fn);
  Lower in = nested(l->home, fn, l->group);
  lower_body(&in, &l->fn->clauses, t);
  for (int k = 0; k < s->nvars; k++)
    s->vars[k]->bound = saved[k];
  return fn;
}

void lower_local_fns(Lower *L, Block *b, int from, int to) {
  EnvGroup *g = NULL;
  for (int i = from; i <= to; i++) {
    Fn *f = b->stmts.v[i]->fn;
    if (!f) continue;
    if (!g) {
      g = new_env(arena_printf("%s_%s", L->fn->cname, f->name->s));
      g->on_stack = true;
    }
    LocalFn *l = NEW(LocalFn);
    l->fn = f;
    l->group = g;
    l->home = L;
    g->on_stack &= !f->as_value;
    pmap_put(&L->fns, f, l);
  }
}

/* The environment to hand to a local function: its own when it calls itself, one built here otherwise. */
static Ir *local_env(Lower *L, LocalFn *l) {
  for (Lower *o = L; o; o = o->outer)
    if (o->env == l->group) {
      if (o->fn == L->fn) return x_new(X_SELF_ENV, NULL);
      break; /* inside a closure within it: captured variables are reachable one by one */
    }
  return make_env(L, l->group);
}

/* ---- externs ---- */

static Type *named_param(Fn *f, Type **inst, Name name) {
  for (int i = 0; i < f->scheme->nvars; i++)
    if (f->scheme->vars[i]->name == name) return inst[i];
  return NULL;
}

/* Whether the type as written is one of the function's own type parameters. */
bool is_param_type(Fn *f, const TypeExpr *te, Name *name) {
  if (!te || te->kind != TE_PATH || te->path.n != 1 || te->has_args) return false;
  *name = te->path.v[0].name;
  FnClause *c = f->clauses.v[0];
  for (int i = 0; i < c->generics.n; i++)
    if (c->generics.v[i].name == *name) return true;
  return false;
}

static OpKind op_of_interface(const Interface *in) {
  if (in == builtin.eq) return OPR_EQ;
  if (in == builtin.ord) return OPR_COMPARE;
  if (in == builtin.hash) return OPR_HASH;
  if (in == builtin.display) return OPR_SHOW;
  return OPR_COUNT;
}

/* A generic C function takes a descriptor for each type parameter, and the address of each value of such a type; a
 * result of such a type is stored through a last argument. */
static Ir *call_extern(Lower *L, Fn *f, Type **inst, Ir **args, int n, Span at) {
  FnClause *c = f->clauses.v[0];
  Type **saved = NEW_ARRAY(Type *, f->scheme->nvars);
  for (int i = 0; i < f->scheme->nvars; i++)
    saved[i] = f->scheme->vars[i]->bound, f->scheme->vars[i]->bound = inst[i];
  Type *ft = concretize(f->scheme->ty);
  for (int i = 0; i < f->scheme->nvars; i++)
    f->scheme->vars[i]->bound = saved[i];
  Ir *x = x_call_c(f->symbol, repr_of(ft->ret));
  ir.processes |= f->spawns;
  if (f->spawns && program.lib) {
    Diag *d = diag_error("E0199", at, "processes in a library are not supported yet");
    d->primary.text = "not part of this version";
    diag_stop();
  }
  if (f->located) vec_push(&x->args, x_site(L, at));
  for (int i = 0; i < c->generics.n; i++) {
    Type *t = named_param(f, inst, c->generics.v[i].name);
    Ir *d = x_new(X_TYPE, NULL);
    d->of = repr_of(t ? t : builtin.t_unit);
    want_type(d->of);
    for (int k = 0; k < c->wheres.n; k++) {
      if (c->wheres.v[k].param.name != c->generics.v[i].name) continue;
      Interface *in = find_interface(f->mod, &c->wheres.v[k].iface);
      OpKind op = in ? op_of_interface(in) : OPR_COUNT;
      if (op != OPR_COUNT) want_op(d->of, op);
      else if (in && strcmp(in->name->s, "Key") == 0) want_key(d->of);
    }
    vec_push(&x->args, d);
  }
  Name name;
  for (int i = 0; i < n; i++) {
    if (!is_param_type(f, c->params.v[i].type, &name)) {
      if (args[i]->repr->kind != R_UNIT) vec_push(&x->args, args[i]);
      continue;
    }
    if (args[i]->repr->kind == R_UNIT) {
      vec_push(&x->args, x_new(X_ADDRESS, NULL)); /* NULL: there is nothing to point at */
      continue;
    }
    IrVar *v = args[i]->kind == X_VAR && !args[i]->var->assigned && !args[i]->var->param ? args[i]->var
                                                                                         : emit_let(L, "arg", args[i]);
    Ir *addr = x_new(X_ADDRESS, NULL);
    addr->var = v;
    v->reads++;
    vec_push(&x->args, addr);
  }
  if (!is_param_type(f, c->ret, &name)) return x;
  Repr *r = repr_of(ft->ret);
  x->repr = r->kind == R_UNIT ? r : repr_unit();
  Ir *addr = x_new(X_ADDRESS, NULL);
  if (r->kind == R_UNIT) {
    vec_push(&x->args, addr);
    return x;
  }
  IrVar *out = new_var("out", r);
  out->assigned = true;
  IrStmt *s = emit(L, T_LET);
  s->var = out;
  addr->var = out;
  out->reads++;
  vec_push(&x->args, addr);
  emit(L, T_EXPR)->e = x;
  return x_var(out);
}

Ir *call_instance(Lower *L, Fn *f, Type **inst, int ninst, Ir **args, int n, Span at) {
  if (f->is_extern) return call_extern(L, f, inst, args, n, at);
  IrFn **codes = NULL;
  for (int i = 0; i < n; i++) {
    IrFn *code = args[i]->kind == X_CLOSURE ? args[i]->fn : args[i]->kind == X_VAR ? args[i]->var->code : NULL;
    if (args[i]->repr->kind != R_FN || !code) continue;
    /* Nobody keeps the closure beyond the call. */
    if (args[i]->kind == X_CLOSURE && args[i]->a && args[i]->a->kind == X_ENV && only_calls(f, i))
      args[i]->a->index = true;
    if (!worth_cloning(f, i)) continue;
    if (!codes) codes = NEW_ARRAY(IrFn *, f->arity);
    codes[i] = code;
  }
  IrFn *target = fn_instance(f, inst, ninst, codes);
  Ir *x = x_call(target);
  if (target->located) {
    x->b = x_site(L, at);
  }
  for (int i = 0; i < n; i++)
    if (args[i]->repr->kind != R_UNIT) vec_push(&x->args, args[i]);
  return x;
}

/* ---- structural operations and operators ---- */

/* Calls a one-method interface's implementation for type t, or the operation the compiler makes. */
Ir *op_call(Lower *L, OpKind op, Ir *a, Ir *b, Type *t) {
  Repr *r = repr_of(t);
  if (r->kind == R_UNIT) {
    switch (op) {
    case OPR_EQ: return x_bool(true);
    case OPR_COMPARE: return x_int(0);
    case OPR_HASH: return x_call_c("snow_hash_seed", repr_int());
    case OPR_KEY: return x_int(0);
    default: break;
    }
  }
  (void)L;
  Ir *x = x_call(type_op(r, op));
  if (a->repr->kind != R_UNIT) vec_push(&x->args, a);
  if (b && b->repr->kind != R_UNIT) vec_push(&x->args, b);
  return x;
}

Ir *method_call(Lower *L, Interface *iface, const char *name, Ir **args, int n, Type *t, Type *result, Span at) {
  Member m = find_method(t, intern_z(name), iface, NULL);
  if (m.kind != MEMBER_FN) return NULL;
  Type *types[2] = {t, t};
  return call_fn_typed(L, m.fn, args, types, n, result, at);
}

static Ir *int_op(const char *name, Ir *a, Ir *b) {
  Ir *x = x_call_c(name, repr_int());
  x->no_cx = x->pure = true;
  vec_push(&x->args, a);
  vec_push(&x->args, b);
  return x;
}

/* The value of an operation on constants, as wrapping as at run time; NULL where it is left to that. */
static Ir *fold_int(Op op, int64_t a, int64_t b) {
  uint64_t x = (uint64_t)a, y = (uint64_t)b;
  switch (op) {
  case OP_ADD: return x_int((int64_t)(x + y));
  case OP_SUB: return x_int((int64_t)(x - y));
  case OP_MUL: return x_int((int64_t)(x * y));
  case OP_DIV: return b == 0 || b == -1 ? NULL : x_int(a / b);
  case OP_MOD: return b == 0 || b == -1 ? NULL : x_int(a % b);
  case OP_EQ: return x_bool(a == b);
  case OP_NE: return x_bool(a != b);
  case OP_LT: return x_bool(a < b);
  case OP_GT: return x_bool(a > b);
  case OP_LE: return x_bool(a <= b);
  case OP_GE: return x_bool(a >= b);
  default: return NULL;
  }
}

Ir *int_binary(Lower *L, Op op, Ir *a, Ir *b, Span at) {
  static const char *const compare[] = {"==", "!=", "<", ">", "<=", ">="};
  if (a->kind == X_INT && b->kind == X_INT) {
    Ir *x = fold_int(op, a->i, b->i);
    if (x) return x;
  }
  if (b->kind == X_INT && b->i == 0 && (op == OP_ADD || op == OP_SUB)) return a;
  switch (op) {
  case OP_ADD: return int_op("snow_add", a, b);
  case OP_SUB: return int_op("snow_sub", a, b);
  case OP_MUL: return int_op("snow_mul", a, b);
  case OP_DIV:
  case OP_MOD:
    if (b->kind == X_INT && b->i != 0 && b->i != -1) return x_binary(op == OP_DIV ? "/" : "%", a, b, repr_int());
    {
      Ir *x = x_call_c(op == OP_DIV ? "snow_div" : "snow_mod", repr_int());
      vec_push(&x->args, x_site(L, at));
      vec_push(&x->args, a);
      vec_push(&x->args, b);
      return x;
    }
  default:
    if (a->kind == X_VAR && b->kind == X_VAR && a->var == b->var) /* C compilers warn of x == x */
      return x_bool(op == OP_EQ || op == OP_LE || op == OP_GE);
    return x_binary(compare[op - OP_EQ], a, b, repr_bool());
  }
}

static Ir *float_binary(Op op, Ir *a, Ir *b) {
  static const char *const ops[] = {"+", "-", "*", "/", "", "==", "!=", "<", ">", "<=", ">="};
  Repr *r = op < OP_EQ ? a->repr : repr_bool();
  if (op == OP_MOD) {
    Ir *x = x_call_c("snow_fmod", a->repr);
    x->no_cx = x->pure = true;
    vec_push(&x->args, a);
    vec_push(&x->args, b);
    return x;
  }
  return x_binary(ops[op], a, b, r);
}

static Ir *string_binary(Op op, Ir *a, Ir *b) {
  Ir *x = x_call_c("snow_string_eq", repr_bool());
  x->no_cx = x->pure = true;
  vec_push(&x->args, a);
  vec_push(&x->args, b);
  if (op == OP_EQ) return x;
  if (op == OP_NE) return x_not(x);
  static const char *const ops[] = {"<", ">", "<=", ">="};
  x->text = "snow_string_compare";
  x->repr = repr_int();
  return x_binary(ops[op - OP_LT], x, x_int(0), repr_bool());
}

Ir *binary_op(Lower *L, Op op, Ir *a, Ir *b, Type *t, Span at) {
  Repr *r = repr_of(t);
  if (op == OP_CONCAT) {
    Ir *args[2] = {a, b};
    if (r->kind == R_STRING) {
      Ir *x = x_new(X_CONCAT, r);
      concat_part(x, a);
      concat_part(x, b);
      return x;
    }
    Module *lib = std_module(intern_z("List"));
    Type *types[2] = {t, t};
    return call_fn_typed(L, fn_by_arity(pmap_get(&lib->fns, intern_z("concat")), 2), args, types, 2, t, at);
  }
  if (r->kind == R_INT) return int_binary(L, op, a, b, at);
  if (r->kind == R_FLOAT) return float_binary(op, a, b);
  if (r->kind == R_STRING && op >= OP_EQ) return string_binary(op, a, b);
  if (r->kind == R_PID) return int_binary(L, op, a, b, at);
  if (r->kind == R_BOOL && op <= OP_NE) return x_binary(op == OP_EQ ? "==" : "!=", a, b, repr_bool());
  Ir *args[2] = {a, b};
  static const struct {
    const char *name;
    Interface **iface;
  } arith[] = {{"add", &builtin.add},
               {"sub", &builtin.sub},
               {"mul", &builtin.mul},
               {"div", &builtin.div},
               {"mod", &builtin.mod}};
  if (op <= OP_MOD) return method_call(L, *arith[op].iface, arith[op].name, args, 2, t, t, at);
  if (op == OP_EQ || op == OP_NE) {
    Ir *x = simple(L, op_call(L, OPR_EQ, a, b, t), "eq");
    return op == OP_EQ ? x : x_not(x);
  }
  /* a > b is b.lt(a), a <= b is not b.lt(a), a >= b is not a.lt(b). */
  bool swap = op == OP_GT || op == OP_LE, negate = op == OP_LE || op == OP_GE;
  if (swap) args[0] = b, args[1] = a;
  Ir *x = method_call(L, builtin.ord, "lt", args, 2, t, builtin.t_bool, at);
  if (x) x = simple(L, x, "lt");
  else x = x_binary("<", simple(L, op_call(L, OPR_COMPARE, args[0], args[1], t), "order"), x_int(0), repr_bool());
  return negate ? x_not(x) : x;
}

/* Conversion to text, chapter 1 section 10. */
Ir *to_text(Lower *L, Ir *v, Span at) {
  Type *t = v->repr->ty;
  Ir *x;
  switch (v->repr->kind) {
  case R_STRING: return v;
  case R_UNIT:
    if (t->kind == TY_TUPLE && t->n == 0) return x_string("()", 2);
    break;
  case R_BOOL:
    x = x_call_c("snow_bool_to_string", repr_string());
    x->no_cx = x->pure = true;
    vec_push(&x->args, v);
    return x;
  case R_INT:
  case R_FLOAT:
  case R_PID:
    x = x_call_c(v->repr->kind == R_FLOAT ? "snow_float_to_string"
                 : v->repr->kind == R_INT ? "snow_int_to_string"
                                          : "snow_pid_to_string",
                 repr_string());
    x->pure = true;
    vec_push(&x->args, v);
    return x;
  default: break;
  }
  x = method_call(L, builtin.display, "to_string", &v, 1, t, builtin.t_string, at);
  if (!x) x = op_call(L, OPR_SHOW, v, NULL, t);
  return simple(L, x, "s");
}

/* ---- derived methods called by name ---- */

static Ir *derived_call(Lower *L, Member *m, Ir **args, int n, Type *t, Span at) {
  const char *name = m->fn->name->s;
  (void)n;
  if (m->iface == builtin.eq) return op_call(L, OPR_EQ, args[0], args[1], t);
  if (m->iface == builtin.hash) return op_call(L, OPR_HASH, args[0], NULL, t);
  if (m->iface == builtin.debug) return op_call(L, OPR_INSPECT, args[0], NULL, t);
  if (m->iface == builtin.display) return to_text(L, args[0], at);
  if (strcmp(name, "lt") == 0)
    return x_binary("<", simple(L, op_call(L, OPR_COMPARE, args[0], args[1], t), "order"), x_int(0), repr_bool());
  Ir *order = x_call_c("snow_ordering", repr_of(concretize(builtin.ordering->self)));
  order->no_cx = order->pure = true;
  vec_push(&order->args, simple(L, op_call(L, OPR_COMPARE, args[0], args[1], t), "order"));
  return order;
}

/* Chooses the implementation of a method by its subject's type, for this instance. */
static Ir *late_method(Lower *L, Expr *callee, bool dot, Ir **args, Type **types, int n, Type *result, Span at) {
  Name name = dot ? callee->name.name : callee->ref.method;
  Interface *iface = dot ? NULL : callee->ref.iface;
  Type *subject = dot ? types[0] : concretize(callee->ref.self);
  Member m = dot ? find_member(subject, name, n - 1, L->mod) : find_method(subject, name, iface, L->mod);
  if (m.kind == MEMBER_DERIVED) return derived_call(L, &m, args, n, subject, at);
  if (m.kind == MEMBER_FN) return call_fn_typed(L, m.fn, args, types, n, result, at);
  if (m.kind == MEMBER_FIELD) {
    Ir *x = x_new(X_CALL_FN, repr_of(result));
    x->a = simple(L, x_field(args[0], m.index), "f");
    for (int i = 1; i < n; i++)
      if (args[i]->repr->kind != R_UNIT) vec_push(&x->args, args[i]);
    return x;
  }
  die("internal: no method %s", name->s);
}

/* ---- references as values ---- */

/* A function that takes an (ignored) environment and calls another: what a function value points to. */
static IrFn *wrapper(Lower *L, const char *name, Type *t, Lower *in) {
  IrFn *fn = new_fn(L, name, t);
  fn->title = "as a value";
  for (int i = 0; i < t->n; i++) {
    IrVar *v = new_var("a", repr_of(t->args[i]));
    v->param = true;
    vec_push(&fn->params, v);
  }
  *in = nested(L, fn, NULL);
  return fn;
}

typedef struct {
  IrFn *target, *wrap;
} Wrapped;
static VEC(Wrapped) wrapped;

static Ir *wrap_value(Lower *L, IrFn *fn, Type *t) {
  Ir *x = x_new(X_CLOSURE, repr_of(t));
  x->fn = fn;
  (void)L;
  return x;
}

Ir *fn_value(Lower *L, Fn *f, Type **inst, Type *t, Span at) {
  IrFn *target = f->is_extern ? NULL : fn_instance(f, inst, f->scheme->nvars, NULL);
  for (int i = 0; target && !target->located && i < wrapped.n; i++)
    if (wrapped.v[i].target == target) return wrap_value(L, wrapped.v[i].wrap, t);
  Lower in;
  IrFn *fn = wrapper(L, arena_printf("%s_value", target ? target->cname : f->symbol), t, &in);
  Ir **args = NEW_ARRAY(Ir *, t->n);
  for (int i = 0; i < t->n; i++)
    args[i] = x_var(fn->params.v[i]);
  Dest d = dest_to(TO_RETURN, NULL);
  in.span = at;
  Ir *call = call_instance(&in, f, inst, f->scheme->nvars, args, t->n, at);
  if (f->is_actor) { /* which gives the process that ran it */
    deliver(&in, call, dest_to(TO_NOTHING, NULL));
    call = fn->ret->kind == R_UNIT ? x_unit() : self_pid();
  }
  deliver(&in, call, d);
  if (target) {
    Wrapped w = {target, fn};
    vec_push(&wrapped, w);
  }
  return wrap_value(L, fn, t);
}

static Ir *make_variant(Variant *v, Repr *r, Ir **args, int n) {
  if (r->kind == R_UNIT) return x_new(X_UNIT, r);
  Ir *x = x_new(X_VARIANT, r);
  x->variant = v->index;
  for (int i = 0; i < n; i++)
    vec_push(&x->args, args[i]);
  return x;
}

static Ir *variant_value(Lower *L, Variant *v, Type *t) {
  if (!v->fields.n) return make_variant(v, repr_of(t), NULL, 0);
  Lower in;
  IrFn *fn = wrapper(L, arena_printf("%s_%s_value", v->tycon->name->s, v->name.name->s), t, &in);
  Ir **args = NEW_ARRAY(Ir *, t->n);
  for (int i = 0; i < t->n; i++)
    args[i] = x_var(fn->params.v[i]);
  Dest d = dest_to(TO_RETURN, NULL);
  deliver(&in, make_variant(v, repr_of(t->ret), args, t->n), d);
  return wrap_value(L, fn, t);
}

static Ir *local_fn_value(Lower *L, Fn *f, Type **inst, Type *t) {
  Lower *home;
  LocalFn *l = find_local_fn(L, f, &home);
  IrFn *fn = local_instance(l, inst);
  Ir *x = x_new(X_CLOSURE, repr_of(t));
  x->fn = fn;
  x->a = local_env(L, l);
  return x;
}

/* A value that was computed once with its type open, as a value of the type of this use. No part of it has the open
 * types, so only its shape matters. */
static Ir *retype(Lower *L, Ir *x, Repr *to) {
  Repr *from = x->repr;
  if (from == to) return x;
  if (from->kind == R_UNIT) return x_new(to->kind == R_UNIT ? X_UNIT : X_ZERO, to);
  x = simple(L, x, "shared");
  if (to->kind == from->kind && strcmp(to->ctype, from->ctype) == 0) {
    Ir *y = NEW(Ir);
    *y = *x;
    y->repr = to;
    return y;
  }
  if (to->kind == R_STRUCT || to->kind == R_BOX_STRUCT) {
    Ir *y = x_new(X_STRUCT, to);
    for (int i = 0; i < to->fields.n; i++)
      vec_push(&y->args, retype(L, x_field(again(x), i), to->fields.v[i].repr));
    return y;
  }
  IrVar *out = new_var("shared", to);
  out->assigned = true;
  emit(L, T_LET)->var = out;
  for (int i = 0; i < to->variants.n; i++) {
    IrStmt *s = emit(L, T_IF);
    s->e = x_binary("==", x_tag(again(x)), x_int(i), repr_bool());
    IrBlock *saved = L->out;
    L->out = &s->a;
    Ir *y = x_new(X_VARIANT, to);
    y->variant = i;
    for (int k = 0; k < to->variants.v[i].fields.n; k++)
      vec_push(&y->args, retype(L, x_payload(again(x), i, k), to->variants.v[i].fields.v[k].repr));
    IrStmt *set = emit(L, T_ASSIGN);
    set->var = out;
    set->e = y;
    L->out = saved;
  }
  return x_var(out);
}

/* The code of a generalised closure at some types, for uses of it in one function. */
typedef struct PolyCode {
  Type **types;
  IrFn *fn;
  struct PolyCode *next;
} PolyCode;

static PolyCode *find_code(Lower *L, Local *l, Type **types) {
  for (PolyCode *p = pmap_get(&L->poly, l); p; p = p->next) {
    bool same = true;
    for (int i = 0; i < l->scheme->nvars; i++)
      same &= p->types[i] == types[i];
    if (same) return p;
  }
  return NULL;
}

static Ir *poly_local(Lower *L, Local *l, Type **inst, Type *t) {
  if (!l->init) return retype(L, find_var(L, l), repr_of(t));
  /* A let-polymorphic value is made anew for the types of this use; its initialiser has no effect. */
  Scheme *s = l->scheme;
  Type **types = ref_inst(s, inst);
  PolyCode *code = find_code(L, l, types);
  if (code) return closure_value(L, code->fn, t);
  Type **saved = NEW_ARRAY(Type *, s->nvars);
  for (int i = 0; i < s->nvars; i++)
    saved[i] = s->vars[i]->bound, s->vars[i]->bound = types[i];
  Ir *x = lower_value(L, l->init);
  for (int i = 0; i < s->nvars; i++)
    s->vars[i]->bound = saved[i];
  if (x->kind == X_CLOSURE && l->init->kind == E_CLOSURE) {
    code = NEW(PolyCode);
    code->types = types;
    code->fn = x->fn;
    code->next = pmap_get(&L->poly, l);
    pmap_put(&L->poly, l, code);
  }
  return x;
}

Ir *lower_name_value(Lower *L, Expr *e) {
  Type *t = concretize(e->ty);
  switch (e->ref.kind) {
  case REF_LOCAL: {
    Local *l = e->ref.local;
    if (l->scheme && l->scheme->nvars) return poly_local(L, l, e->inst, t);
    return find_var(L, l);
  }
  case REF_FN: {
    Fn *f = e->ref.fn;
    if (!f->scheme) ensure_typed(f);
    Type **inst = ref_inst(f->scheme, e->inst);
    if (f->is_local) return local_fn_value(L, f, inst, t);
    return fn_value(L, f, inst, t, e->span);
  }
  case REF_CTOR: return variant_value(L, e->ref.variant, t);
  case REF_METHOD: {
    Lower in;
    IrFn *fn = wrapper(L, arena_printf("%s_value", e->ref.method->s), t, &in);
    Ir **args = NEW_ARRAY(Ir *, t->n);
    for (int i = 0; i < t->n; i++)
      args[i] = x_var(fn->params.v[i]);
    Dest d = dest_to(TO_RETURN, NULL);
    deliver(&in, late_method(&in, e, false, args, t->args, t->n, t->ret, e->span), d);
    return wrap_value(L, fn, t);
  }
  default: die("internal: unresolved name %s", e->name.name->s);
  }
}

/* ---- calls ---- */

Ir *call_value(Ir *f, Ir **args, int n, Type *result) {
  IrFn *known = f->kind == X_VAR ? f->var->code : f->kind == X_CLOSURE ? f->fn : NULL;
  Ir *x = x_new(known ? X_CALL : X_CALL_FN, repr_of(result));
  x->fn = known;
  x->a = f->kind == X_CLOSURE ? f->a : f;
  for (int i = 0; i < n; i++)
    if (args[i]->repr->kind != R_UNIT) vec_push(&x->args, args[i]);
  return x;
}

static Ir *call_local_fn(Lower *L, Fn *f, Type **inst, Ir **args, int n) {
  Lower *home;
  LocalFn *l = find_local_fn(L, f, &home);
  IrFn *fn = local_instance(l, inst);
  Ir *x = x_call(fn);
  x->a = local_env(L, l);
  if (x->a && x->a->kind == X_ENV) x->a->index = l->group->on_stack; /* then the call cannot keep it */
  for (int i = 0; i < n; i++)
    if (args[i]->repr->kind != R_UNIT) vec_push(&x->args, args[i]);
  return x;
}

/* A call of a function in tail position of a function: kept as such, so that recursion through it becomes a loop. */
bool tail_call(Lower *L, Ir *call, Dest d) {
  if (d.kind != TO_RETURN || call->kind != X_CALL || call->repr != L->fn->ret) return false;
  if (call->a && call->a->kind != X_SELF_ENV) return false;
  if (call->fn->takes_env && !call->a && call->fn != L->fn) return false;
  if (L->dead) return true;
  /* What lies on the stack of this call would be gone. */
  for (int i = 0; i < call->args.n; i++)
    if (call->args.v[i]->kind == X_CLOSURE && call->args.v[i]->a) call->args.v[i]->a->index = false;
  IrStmt *s = emit(L, T_TAIL);
  s->fn = call->fn;
  s->e = call;
  for (int i = 0; i < call->args.n; i++)
    vec_push(&s->args, call->args.v[i]);
  vec_push(&L->fn->tails, call->fn);
  L->dead = true;
  return true;
}

Ir *call_named(Lower *L, Expr *callee, Ir **args, Type **types, int n, Type *result, Span at) {
  if (ref_kind(callee) == REF_FN && !callee->late) {
    Fn *f = callee->ref.fn;
    if (!f->scheme) ensure_typed(f);
    Type **inst = ref_inst(f->scheme, callee->inst);
    return f->is_local ? call_local_fn(L, f, inst, args, n) : call_instance(L, f, inst, f->scheme->nvars, args, n, at);
  }
  if (ref_kind(callee) == REF_CTOR) return make_variant(callee->ref.variant, repr_of(result), args, n);
  return late_method(L, callee, callee->kind == E_DOT && callee->method && ref_kind(callee) != REF_METHOD, args, types,
                     n, result, at);
}

Ir *lower_call(Lower *L, Expr *e, Dest d) {
  Expr *callee = e->a;
  bool method = callee->kind == E_DOT && callee->method && ref_kind(callee) != REF_METHOD;
  bool direct = callee->kind == E_NAME || callee->kind == E_DOT;
  Known *known = NULL;
  Ir *f = NULL;
  if (d.tail) {
    Ir *x = inlined_tail_call(L, e, d);
    if (x) return NULL;
  }
  if (ref_kind(callee) == REF_FN && !callee->late && direct) {
    bool done = false;
    if (!callee->ref.fn->scheme) ensure_typed(callee->ref.fn);
    Ir *x = inline_call(L, e, callee->ref.fn, callee->inst, d, &done);
    if (done) return x;
  }
  Type *result = concretize(e->ty);
  int n = e->args.n, skip = method ? 1 : 0;
  Ir **args = NEW_ARRAY(Ir *, n + 1);
  Type **types = NEW_ARRAY(Type *, n + 1);
  if (method) {
    types[0] = concretize(callee->a->ty);
    args[0] = lower_value(L, callee->a);
  } else if (callee->kind == E_NAME && ref_kind(callee) == REF_LOCAL && (known = find_static(L, callee->ref.local))) {
    direct = false;
  } else if (!direct || (callee->kind == E_DOT && ref_kind(callee) == REF_NONE) || ref_kind(callee) == REF_LOCAL) {
    f = lower_value(L, callee);
    direct = false;
  }
  for (int i = 0; i < n; i++) {
    types[i + skip] = concretize(e->args.v[i]->ty);
    args[i + skip] = lower_value(L, e->args.v[i]);
  }
  n += skip;
  if (known) return call_known(L, known, args, n, d);
  Ir *call = direct ? call_named(L, callee, args, types, n, result, callee->name.span) : call_value(f, args, n, result);
  if (direct && ref_kind(callee) == REF_FN && callee->ref.fn->is_actor) {
    /* Its body runs here; what it gives is the process that ran it. */
    if (tail_call(L, call, d)) return NULL;
    deliver(L, call, dest_to(TO_NOTHING, NULL));
    return deliver(L, self_pid(), d);
  }
  if (prune(e->ty)->kind == TY_VAR && L->dead) return NULL;
  if (tail_call(L, call, d)) return NULL;
  return deliver(L, call, d);
}
