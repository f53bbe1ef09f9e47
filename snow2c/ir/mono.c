/* Monomorphisation: one C function for each function at each set of concrete types it is used at, from main on; the
 * top-level lets. */
#include "ir/lower.h"

/* The types noted at a reference, made concrete; a reference within the function's own group has none and means the
 * types of the instance being made. */
Type **ref_inst(Scheme *s, Type **inst) {
  Type **r = NEW_ARRAY(Type *, s->nvars);
  for (int i = 0; i < s->nvars; i++)
    r[i] = concretize(inst ? inst[i] : s->vars[i]);
  return r;
}

/* ---- located functions ---- */

/* Library functions that can panic blame their caller: they take its position (compare Rust's track_caller). */
bool fn_located(Fn *f) {
  if (f->is_extern) return f->located;
  if ((!f->mod->is_std && !f->transparent) || f->is_local) return false;
  if (f->located_known) return f->located; /* or being examined */
  f->located_known = true;
  resolve_fn(f);
  for (int i = 0; i < f->deps.n && !f->located; i++)
    f->located = fn_located(f->deps.v[i]);
  return f->located;
}

/* ---- instances ---- */

IrProgram ir;
static PMap instances; /* Fn* → InstanceList* */
typedef struct {
  VEC(IrFn *) v;
} InstanceList;

static const char *instance_name(Fn *f) {
  const char *mod = f->mod->name->s;
  if (f->impl && f->impl->tycon)
    return arena_printf("%s_%s_%s", f->impl->iface->name->s, f->impl->tycon->name->s, f->name->s);
  return arena_printf("%s_%s", mod, f->name->s);
}

static bool same_codes(IrFn **a, IrFn **b, int n) {
  for (int i = 0; i < n; i++)
    if ((a ? a[i] : NULL) != (b ? b[i] : NULL)) return false;
  return true;
}

IrFn *fn_instance(Fn *f, Type **inst, int n, IrFn **codes) {
  enum { MAX_CLONES = 12 };
  InstanceList *l = pmap_get(&instances, f);
  if (!l) pmap_put(&instances, f, l = NEW(InstanceList));
  int clones = 0;
  for (int i = 0; i < l->v.n; i++) {
    int k = 0;
    while (k < n && l->v.v[i]->inst[k] == inst[k])
      k++;
    if (k < n) continue;
    clones++;
    if (same_codes(l->v.v[i]->codes, codes, f->arity)) return l->v.v[i];
  }
  /* A function that hands ever new closures to itself would never end. */
  if (codes && clones >= MAX_CLONES) return fn_instance(f, inst, n, NULL);
  if (l->v.n > 4000) {
    diag_error("E0113", f->span, "`%s` is used at too many different types", f->name->s);
    return l->v.v[0];
  }
  IrFn *fn = NEW(IrFn);
  fn->def = f;
  fn->inst = inst;
  fn->ninst = n;
  fn->codes = codes;
  fn->mod = f->mod;
  fn->cname = unique_global(instance_name(f));
  fn->located = fn_located(f);
  fn->discards_result = f->is_main && !f->used; /* nobody but the start calls it */
  vec_push(&l->v, fn);
  Type **saved = NEW_ARRAY(Type *, n);
  for (int i = 0; i < n; i++)
    saved[i] = f->scheme->vars[i]->bound, f->scheme->vars[i]->bound = inst[i];
  Type *t = concretize(f->scheme->ty);
  for (int i = 0; i < n; i++)
    f->scheme->vars[i]->bound = saved[i];
  fn->ret = fn->discards_result || f->is_actor ? repr_unit() : repr_of(t->ret);
  fn->title = arena_printf("%s.%s : %s", f->mod->name->s, f->name->s, type_text(t, NULL));
  vec_push(&ir.fns, fn);
  return fn;
}

static void lower_instance(IrFn *fn) {
  if (fn->lowered) return;
  fn->lowered = true;
  Fn *f = fn->def;
  Type **saved = NEW_ARRAY(Type *, fn->ninst);
  for (int i = 0; i < fn->ninst; i++)
    saved[i] = f->scheme->vars[i]->bound, f->scheme->vars[i]->bound = fn->inst[i];
  Lower L = {0};
  start_lower(&L, fn);
  lower_body(&L, &f->clauses, concretize(f->scheme->ty));
  for (int i = 0; i < fn->ninst; i++)
    f->scheme->vars[i]->bound = saved[i];
}

static void add_global(Local *l) {
  IrGlobal *g = NEW(IrGlobal);
  g->local = l;
  g->var.hint = l->name->s;
  g->var.global = true;
  g->var.repr = repr_of(concretize(l->ty));
  g->cname = unique_global(arena_printf("%s_%s", l->global_fn->mod->name->s, l->name->s));
  vec_push(&ir.globals, g);
}

static void each_global(Pat *p) {
  if (p->kind == PAT_VAR && !(p->local->scheme && p->local->scheme->nvars)) add_global(p->local);
  for (int i = 0; i < p->args.n; i++)
    each_global(p->args.v[i]);
}

static void set_globals(Lower *L, Pat *p, Ir *v) {
  if (p->kind == PAT_VAR && !(p->local->scheme && p->local->scheme->nvars)) {
    for (int i = 0; i < ir.globals.n; i++)
      if (ir.globals.v[i]->local == p->local && v->repr->kind != R_UNIT) {
        IrStmt *s = emit(L, T_ASSIGN);
        s->var = &ir.globals.v[i]->var;
        s->e = v;
      }
  } else if (p->kind == PAT_TUPLE) {
    v = simple(L, v, "t");
    for (int i = 0; i < p->args.n; i++)
      set_globals(L, p->args.v[i], x_field(again(v), i));
  } else if (p->kind == PAT_CTOR) { /* the only one of its type */
    v = simple(L, v, "v");
    for (int i = 0; i < p->args.n; i++)
      set_globals(L, p->args.v[i], x_payload(again(v), p->variant->index, i));
  }
}

static void lower_let(Lower *L, Fn *f) {
  Stmt *s = f->let;
  L->mod = f->mod;
  L->span = s->span;
  if (s->pat->kind == PAT_VAR && s->pat->local->scheme && s->pat->local->scheme->nvars) return;
  Ir *v = lower_value(L, s->e);
  set_globals(L, s->pat, v);
}

/* Top-level lets are evaluated in order, but one that others need comes before them, wherever it stands. */
static void lower_needed(Lower *L, Fn *f, PMap *seen) {
  if (pmap_get(seen, f)) return;
  pmap_put(seen, f, f);
  for (int i = 0; i < f->deps.n; i++)
    lower_needed(L, f->deps.v[i], seen);
  if (f->let) lower_let(L, f);
}

static void lower_lets(Lower *L, Module *m, PMap *seen) {
  for (int i = 0; i < m->let_fns.n; i++)
    lower_needed(L, m->let_fns.v[i], seen);
  for (int i = 0; i < m->inner.n; i++)
    lower_lets(L, m->inner.v[i], seen);
}

static void declare_globals(Module *m) {
  for (int i = 0; i < m->let_fns.n; i++) {
    ensure_typed(m->let_fns.v[i]);
    each_global(m->let_fns.v[i]->let->pat);
  }
  for (int i = 0; i < m->inner.n; i++)
    declare_globals(m->inner.v[i]);
}

static bool c_type(Type *t) {
  ReprKind k = repr_of(t)->kind;
  return k == R_UNIT || k == R_INT || k == R_FLOAT || k == R_BOOL || k == R_STRING;
}

/* The public functions of the library's main module that have one type, and that one in C. */
static void find_exports(void) {
  for (int i = 0; i < program.main->fn_list.n; i++) {
    Fn *f = program.main->fn_list.v[i];
    if (!f->pub || f->is_extern || f->scheme->nvars) continue;
    Type *t = concretize(f->scheme->ty);
    bool ok = c_type(t->ret);
    for (int k = 0; k < t->n; k++)
      ok &= c_type(t->args[k]);
    if (!ok) continue;
    bool clash = strcmp(f->name->s, "open") == 0;
    for (int k = 0; k < ir.exports.n; k++)
      clash |= ir.exports.v[k]->def->name == f->name;
    if (clash) {
      Diag *d = diag_error("E0114", f->span, "`%s` cannot be exported to C under this name", f->name->s);
      d->help = "C has no overloading, and the library's own `open` starts it; rename the function";
      continue;
    }
    vec_push(&ir.exports, fn_instance(f, NULL, 0, NULL));
  }
}

void lower_program(void) {
  for (int i = 0; i < program.std.n; i++)
    declare_globals(program.std.v[i]);
  for (int i = 0; i < program.modules.n; i++)
    declare_globals(program.modules.v[i]);
  if (ir.globals.n) {
    IrFn *fn = NEW(IrFn);
    fn->cname = unique_global("init_lets");
    fn->title = "top-level lets, in order";
    fn->ret = repr_unit();
    fn->lowered = true;
    fn->mod = program.main;
    Lower L = {0};
    start_lower(&L, fn);
    PMap seen = {0};
    for (int i = 0; i < program.std.n; i++)
      lower_lets(&L, program.std.v[i], &seen);
    for (int i = 0; i < program.modules.n; i++)
      lower_lets(&L, program.modules.v[i], &seen);
    ir.init = fn;
    vec_push(&ir.fns, fn);
  }
  if (program.main && !program.lib) {
    Fn *f = fn_by_arity(pmap_get(&program.main->fns, intern_z("main")), 0);
    ir.main = fn_instance(f, ref_inst(f->scheme, NULL), f->scheme->nvars, NULL);
  }
  if (program.lib) find_exports();
  for (int i = 0; i < ir.fns.n; i++)
    lower_instance(ir.fns.v[i]);
}
