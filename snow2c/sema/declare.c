/* Declarations: a module's tables of functions, types, constructors, interfaces and impls, and types as written. */
#include "sema/declare.h"

#include <stdlib.h>

/* ---- types as written ---- */

Type *scope_param(TypeScope *s, Name name) {
  for (; s; s = s->outer)
    for (int i = s->params.n - 1; i >= 0; i--)
      if (s->params.v[i].name == name) return s->params.v[i].var;
  return NULL;
}

Type *apply_args(Tycon *tc, Type **args, Type *t) {
  Type *saved[8], **keep = tc->generics.n <= 8 ? saved : NEW_ARRAY(Type *, tc->generics.n);
  for (int i = 0; i < tc->generics.n; i++) {
    keep[i] = tc->params[i]->bound;
    tc->params[i]->bound = args[i];
  }
  Type *r = substitute(t);
  for (int i = 0; i < tc->generics.n; i++)
    tc->params[i]->bound = keep[i];
  return r;
}

const char *similar_type(Module *m, Name want) {
  const char *best = NULL;
  int distance = want->len < 5 ? 2 : 3;
  for (int i = 0; i < program.std.n + program.modules.n; i++) {
    Module *k = i < program.std.n ? program.std.v[i] : program.modules.v[i - program.std.n];
    for (int j = 0; j < k->tycons.n; j++) {
      if (!visible(m, k, k->tycons.v[j]->pub) && !k->tycons.v[j]->prim) continue;
      Name name = k->tycons.v[j]->name;
      int d = edit_distance(want->s, name->s, distance - 1);
      if (d >= distance) continue;
      distance = d;
      /* One of a library module that has another name is reached through that. */
      bool inside = k->is_std && k != program.prelude && k->name != name;
      best = inside ? arena_printf("%s.%s", k->name->s, name->s) : name->s;
    }
  }
  return best ? arena_printf("did you mean `%s`?", best) : NULL;
}

static const char *similar_interface(Module *m, Name want) {
  const char *best = NULL;
  int distance = want->len < 5 ? 2 : 3;
  for (int i = 0; i < program.std.n + program.modules.n; i++) {
    Module *k = i < program.std.n ? program.std.v[i] : program.modules.v[i - program.std.n];
    for (int j = 0; j < k->iface_list.n; j++) {
      if (!visible(m, k, k->iface_list.v[j]->pub)) continue;
      int d = edit_distance(want->s, k->iface_list.v[j]->name->s, distance - 1);
      if (d < distance) distance = d, best = k->iface_list.v[j]->name->s;
    }
  }
  return best ? arena_printf("did you mean `%s`?", best) : NULL;
}

/* A type that is named but not declared anywhere: accepted as an opaque one (chapter 2 section 2.2). */
static Tycon *unknown_type(Module *m, const TypeExpr *te) {
  Name name = te->path.v[te->path.n - 1].name;
  Tycon *only = NULL;
  int n = 0;
  for (int i = 0; i < program.modules.n; i++) {
    Tycon *t = pmap_get(&program.modules.v[i]->types, name);
    if (t) only = t, n++;
  }
  if (n == 1 && te->path.n == 1) return only;
  Diag *d = diag_error("E0004", te->span, "unknown type: %s", name->s);
  d->primary.text = "not found in this scope";
  d->json = arena_printf("unknown type `%s`", name->s);
  if (te->path.n == 1) d->help = similar_type(m, name);
  return NULL;
}

/* Int, Float, Bool and String in an annotation are the basic types, whatever else has their name. */
static Tycon *basic_type(const Path *path) {
  Tycon *t = path->n == 1 && program.prelude ? pmap_get(&program.prelude->types, path->v[0].name) : NULL;
  return t && t->prim && t->prim < PRIM_LIST ? t : NULL;
}

static Type *convert_path(TypeExpr *te, Module *m, TypeScope *scope) {
  Name name = te->path.v[te->path.n - 1].name;
  int level = scope ? scope->level : 0;
  if (te->path.n == 1) {
    Type *param = scope_param(scope, name);
    if (param) return param;
    if (strcmp(name->s, "Self") == 0)
      for (TypeScope *s = scope; s; s = s->outer)
        if (s->self) return s->self;
  }
  Tycon *tc = basic_type(&te->path);
  if (!tc) tc = find_type_path(m, &te->path);
  if (!tc && te->path.n == 1 && strcmp(name->s, "Unit") == 0) return builtin.t_unit;
  /* Any tuple: which one is inferred (chapter 5 section 8.6). */
  if (!tc && te->path.n == 1 && !te->has_args && strcmp(name->s, "Tuple") == 0) return type_var(level);
  if (!tc) tc = unknown_type(m, te);
  if (!tc) return builtin.t_error;
  int want = tc->generics.n;
  Type **args = NEW_ARRAY(Type *, te->args.n > want ? te->args.n : want);
  for (int i = 0; i < te->args.n; i++)
    args[i] = convert_type(te->args.v[i], m, scope);
  if (tc->prim == PRIM_PID && te->args.n == 1) return type_con(tc, args, 1);
  if (te->has_args && te->args.n != want) {
    Diag *d = diag_error("E0003", te->span, "expected %d argument(s), found %d", want, te->args.n);
    d->primary.text = arena_printf("`%s` takes %d type argument(s)", tc->name->s, want);
    d->help = te->args.n < want ? arena_printf("missing %d argument(s)", want - te->args.n)
                                : arena_printf("%d extra argument(s)", te->args.n - want);
    d->json = arena_printf("arity mismatch: expected %d arguments, found %d", want, te->args.n);
    return builtin.t_error;
  }
  if (!te->has_args)
    for (int i = 0; i < want; i++)
      args[i] = type_var(level); /* a bare generic name: any arguments */
  if (tc->kind != TC_ALIAS) return type_con(tc, args, want);
  if (!tc->alias_ty) {
    if (tc->expanding) {
      diag_error("E0101", tc->span, "type alias `%s` refers to itself", tc->name->s);
      return tc->alias_ty = builtin.t_error;
    }
    tc->expanding = true;
    TypeScope own = {0};
    for (int i = 0; i < want; i++) {
      struct TypeParam p = {tc->generics.v[i].name, tc->params[i]};
      vec_push(&own.params, p);
    }
    Type *t = convert_type(tc->alias, tc->mod, &own);
    if (!tc->alias_ty) tc->alias_ty = t;
    tc->expanding = false;
  }
  return apply_args(tc, args, tc->alias_ty);
}

Type *convert_type(TypeExpr *te, Module *m, TypeScope *scope) {
  switch (te->kind) {
  case TE_PATH: return convert_path(te, m, scope);
  case TE_OPTION: return type_con1(builtin.option, convert_type(te->args.v[0], m, scope));
  case TE_RESULT:
    return type_con2(builtin.result, convert_type(te->args.v[0], m, scope), convert_type(te->args.v[1], m, scope));
  case TE_TUPLE:
  case TE_FUN: {
    Type **args = NEW_ARRAY(Type *, te->args.n);
    for (int i = 0; i < te->args.n; i++)
      args[i] = convert_type(te->args.v[i], m, scope);
    if (te->kind == TE_TUPLE) return type_tuple(args, te->args.n);
    return type_fun(args, te->args.n, convert_type(te->ret, m, scope));
  }
  case TE_ERROR: break;
  }
  return builtin.t_error;
}

/* ---- cloning, for default methods ---- */

static Expr *clone_block(const Expr *e) { return e ? clone_expr(e) : NULL; }

static Pat *clone_pat(const Pat *p) {
  if (!p) return NULL;
  Pat *q = NEW(Pat);
  *q = *p;
  memset(&q->args, 0, sizeof q->args);
  for (int i = 0; i < p->args.n; i++)
    vec_push(&q->args, clone_pat(p->args.v[i]));
  return q;
}

FnClause *clone_clause(const FnClause *c) {
  FnClause *d = NEW(FnClause);
  *d = *c;
  memset(&d->params, 0, sizeof d->params);
  for (int i = 0; i < c->params.n; i++) {
    Param p = {clone_pat(c->params.v[i].pat), c->params.v[i].type};
    vec_push(&d->params, p);
  }
  d->guard = clone_block(c->guard);
  d->body = clone_block(c->body);
  return d;
}

static Stmt *clone_stmt(const Stmt *s) {
  Stmt *t = NEW(Stmt);
  *t = *s;
  t->pat = clone_pat(s->pat);
  t->e = clone_block(s->e);
  if (s->clause) t->clause = clone_clause(s->clause);
  return t;
}

Expr *clone_expr(const Expr *e) {
  Expr *d = NEW(Expr);
  *d = *e;
  d->a = clone_block(e->a);
  d->b = clone_block(e->b);
  d->c = clone_block(e->c);
  memset(&d->args, 0, sizeof d->args);
  for (int i = 0; i < e->args.n; i++)
    vec_push(&d->args, clone_expr(e->args.v[i]));
  switch (e->kind) {
  case E_FOR:
    d->pat = clone_pat(e->pat);
    d->pat2 = clone_pat(e->pat2);
    break;
  case E_STRUCT:
    memset(&d->fields, 0, sizeof d->fields);
    for (int i = 0; i < e->fields.n; i++) {
      FieldInit f = {e->fields.v[i].name, clone_expr(e->fields.v[i].value)};
      vec_push(&d->fields, f);
    }
    break;
  case E_CASE:
  case E_RECEIVE:
    memset(&d->arms, 0, sizeof d->arms);
    for (int i = 0; i < e->arms.n; i++) {
      Arm a = e->arms.v[i];
      a.pat = clone_pat(a.pat);
      a.guard = clone_block(a.guard);
      a.body = clone_block(a.body);
      vec_push(&d->arms, a);
    }
    break;
  case E_CLOSURE:
    memset(&d->clauses, 0, sizeof d->clauses);
    for (int i = 0; i < e->clauses.n; i++)
      vec_push(&d->clauses, clone_clause(e->clauses.v[i]));
    break;
  case E_BLOCK:
    d->block = NEW(Block);
    d->block->span = e->block->span;
    for (int i = 0; i < e->block->stmts.n; i++)
      vec_push(&d->block->stmts, clone_stmt(e->block->stmts.v[i]));
    break;
  default: break;
  }
  return d;
}

/* ---- functions ---- */

Fn *fn_by_arity(const FnList *l, int arity) {
  for (int i = l ? l->v.n - 1 : -1; i >= 0; i--)
    if (arity < 0 || l->v.v[i]->arity == arity) return l->v.v[i];
  return NULL;
}

static void add_fn(Module *m, PMap *table, Fn *f) {
  FnList *l = pmap_get(table, f->name);
  if (!l) pmap_put(table, f->name, l = NEW(FnList));
  vec_push(&l->v, f);
  (void)m;
}

static void later_clause(Fn *f, FnClause *c) {
  const char *what[4];
  Span at[4];
  int n = 0;
  if (c->pub && !f->pub) what[n] = "visibility", at[n++] = c->head;
  if (c->has_generics) what[n] = "generic parameters", at[n++] = c->generics.n ? c->generics.v[0].span : c->head;
  if (c->ret) what[n] = "return type annotation", at[n++] = c->ret->span;
  if (c->wheres.n) what[n] = "where clause", at[n++] = c->wheres.v[0].param.span;
  for (int i = 0; i < n; i++) {
    Diag *d = diag_warning("W0002", at[i], "%s on non-first clause of `%s` will be ignored", what[i], f->name->s);
    d->primary.text = "only the first clause should have this annotation";
  }
  vec_push(&f->clauses, c);
}

static void redefined(Fn *first, FnClause *c) {
  Diag *d = diag_error("E0023", c->name.span,
                       "function `%s/%d` already defined; multi-clause functions must have consecutive clauses",
                       c->name.name->s, c->params.n);
  d->primary.text = "non-consecutive redefinition here";
  diag_label(d, first->span, "first definition here");
}

void declare_fn(Module *m, FnClause *c, Item *before) {
  FnList *l = pmap_get(&m->fns, c->name.name);
  Fn *f = fn_by_arity(l, c->params.n);
  if (f) {
    bool follows = before && before->kind == I_FN && before->clause->name.name == c->name.name &&
                   before->clause->params.n == c->params.n;
    if (follows && !f->is_extern && !c->is_extern) later_clause(f, c);
    else redefined(f, c);
    return;
  }
  f = NEW(Fn);
  f->name = c->name.name;
  f->span = c->name.span;
  f->arity = c->params.n;
  f->mod = m;
  f->pub = c->pub;
  f->is_extern = c->is_extern;
  f->symbol = c->symbol;
  f->located = c->located;
  f->spawns = c->spawns;
  if (c->is_inline) c->inline_body = clone_expr(c->body);
  vec_push(&f->clauses, c);
  vec_push(&m->fn_list, f);
  add_fn(m, &m->fns, f);
}

/* ---- types ---- */

static void declare_type(Module *m, Tycon *t) {
  Tycon *old = pmap_get(&m->types, t->name);
  if (old) {
    Diag *d = diag_error("E0102", t->span, "type `%s` is already defined in this module", t->name->s);
    d->primary.text = "second definition";
    diag_label(d, old->span, "first definition here");
    return;
  }
  t->mod = m;
  pmap_put(&m->types, t->name, t);
  vec_push(&m->tycons, t);
  t->params = NEW_ARRAY(Type *, t->generics.n);
  for (int i = 0; i < t->generics.n; i++) {
    t->params[i] = type_var(1);
    t->params[i]->generic = true;
    t->params[i]->name = t->generics.v[i].name;
  }
  t->self = type_con(t, t->params, t->generics.n);
  if (m->is_std) t->lib_module = t->name;
  if (m->is_std && m->name == t->name) t->lib_module = m->name;
  for (int i = 0; i < t->variants.n; i++)
    pmap_put(&m->ctors, t->variants.v[i]->name.name, t->variants.v[i]);
  static const struct {
    const char *name;
    unsigned bit;
  } bits[] = {{"Eq", D_EQ},     {"Ord", D_ORD},   {"Display", D_DISPLAY}, {"Debug", D_DEBUG},
              {"Hash", D_HASH}, {"Json", D_JSON}, {"Row", D_ROW}};
  if (t->kind != TC_STRUCT && t->kind != TC_SUM) return;
  if (!t->has_deriving) t->derives = D_EQ | D_ORD | D_DEBUG | (t->kind == TC_STRUCT ? D_HASH : 0);
  for (int i = 0; i < t->deriving.n; i++) {
    unsigned bit = 0;
    for (size_t k = 0; k < sizeof bits / sizeof *bits; k++)
      if (strcmp(bits[k].name, t->deriving.v[i].name->s) == 0) bit = bits[k].bit;
    bool row = bit == D_ROW && t->kind == TC_SUM;
    if (!bit || row) {
      Diag *d = diag_error("E0028", t->deriving.v[i].span, "cannot derive `%s` for `%s`", t->deriving.v[i].name->s,
                           t->name->s);
      d->primary.text =
          arena_printf("`%s` is not a derivable trait%s", t->deriving.v[i].name->s, row ? " of a sum type" : "");
      d->help = row ? "only structs can derive Row" : "only Eq, Ord, Display, Debug, Hash, Json, and Row are derivable";
      d->json = arena_printf("%s -- %s", d->message, d->help);
    }
    t->derives |= row ? 0 : bit;
  }
  if ((t->derives & D_ORD) && !(t->derives & D_EQ)) {
    Diag *d = diag_error("E0029", t->span, "cannot derive `Ord` for `%s` without `Eq`", t->name->s);
    d->primary.text = "`Ord` requires `Eq` for its implementation";
    d->help = "add `Eq` to the deriving list: deriving(Eq, Ord)";
    d->json = arena_printf("deriving `Ord` for `%s` requires `Eq` to also be derived", t->name->s);
  }
}

static void define_type(Module *m, Tycon *t) {
  if (t->fields_done || t->mod != m) return;
  t->fields_done = true;
  TypeScope scope = {0};
  for (int i = 0; i < t->generics.n; i++) {
    struct TypeParam p = {t->generics.v[i].name, t->params[i]};
    vec_push(&scope.params, p);
  }
  if (t->kind == TC_ALIAS && !t->alias_ty) {
    TypeExpr te = {0};
    Ident id = {t->name, t->span};
    te.kind = TE_PATH;
    te.span = t->span;
    vec_push(&te.path, id);
    convert_type(&te, m, &scope);
  }
  for (int i = 0; i < t->fields.n; i++) {
    Field *f = &t->fields.v[i];
    f->ty = convert_type(f->type, m, &scope);
    for (int k = 0; k < i; k++)
      if (t->fields.v[k].name.name == f->name.name) {
        Diag *d = diag_error("E0103", f->name.span, "field `%s` is declared twice", f->name.name->s);
        diag_label(d, t->fields.v[k].name.span, "first here");
      }
  }
  for (int i = 0; i < t->variants.n; i++) {
    Variant *v = t->variants.v[i];
    for (int k = 0; k < i; k++)
      if (t->variants.v[k]->name.name == v->name.name) {
        Diag *d = diag_error("E0104", v->name.span, "variant `%s` is declared twice", v->name.name->s);
        diag_label(d, t->variants.v[k]->name.span, "first here");
      }
    Type **params = NEW_ARRAY(Type *, v->fields.n);
    for (int k = 0; k < v->fields.n; k++)
      params[k] = v->fields.v[k].ty = convert_type(v->fields.v[k].type, m, &scope);
    v->scheme = NEW(Scheme);
    v->scheme->vars = t->params;
    v->scheme->nvars = t->generics.n;
    v->scheme->ty = v->fields.n ? type_fun(params, v->fields.n, t->self) : t->self;
  }
}

/* ---- interfaces and impls ---- */

static void declare_interface(Module *m, Interface *in) {
  in->mod = m;
  pmap_put(&m->ifaces, in->name, in);
  InterfaceList *same = pmap_get(&program.interfaces, in->name);
  if (!same) pmap_put(&program.interfaces, in->name, same = NEW(InterfaceList));
  vec_push(&same->v, in);
  vec_push(&m->iface_list, in);
  in->self_var = type_var(1);
  in->self_var->generic = true;
  in->self_var->name = intern_z("Self");
  if (in->generics.n) diag_error("E0105", in->generics.v[0].span, "interfaces cannot have type parameters");
  for (int i = 0; i < in->methods.n; i++) {
    Fn *f = in->methods.v[i];
    f->mod = m;
    FnClause *c = f->clauses.v[0];
    f->is_static = !(c->params.n && c->params.v[0].pat->kind == PAT_VAR &&
                     strcmp(c->params.v[0].pat->path.v[0].name->s, "self") == 0);
    InterfaceList *l = pmap_get(&program.method_owners, f->name);
    if (!l) pmap_put(&program.method_owners, f->name, l = NEW(InterfaceList));
    vec_push(&l->v, in);
  }
}

Fn *impl_method(Impl *im, Name name) {
  for (int i = 0; i < im->methods.n; i++)
    if (im->methods.v[i]->name == name) return im->methods.v[i];
  return NULL;
}

static void check_impl_methods(Impl *im) {
  Interface *in = im->iface;
  for (int i = 0; i < in->methods.n; i++) {
    Fn *sig = in->methods.v[i], *have = impl_method(im, sig->name);
    FnClause *c = sig->clauses.v[0];
    if (have) {
      if (have->arity != sig->arity) {
        Diag *d = diag_error("E0008", have->span,
                             "method %s in impl %s has wrong signature: expected %d parameter(s), found %d",
                             sig->name->s, in->name->s, sig->arity, have->arity);
        d->primary.text = arena_printf("expected %d parameter(s)", sig->arity);
        diag_label(d, sig->span, "declared here");
      }
      have->is_static = sig->is_static;
      have->iface = in;
    } else if (c->body) {
      Fn *f = NEW(Fn);
      *f = *sig;
      memset(&f->clauses, 0, sizeof f->clauses);
      vec_push(&f->clauses, clone_clause(c));
      f->impl = im;
      f->iface = in;
      f->default_of = sig;
      f->mod = sig->mod; /* its names mean what they mean where the interface stands */
      vec_push(&im->methods, f);
    } else {
      Diag *d = diag_error("E0007", im->span, "impl %s for %s is missing method %s", in->name->s,
                           im->tycon ? im->tycon->name->s : "?", sig->name->s);
      d->primary.text = arena_printf("missing `%s`", sig->name->s);
      d->help = arena_printf("add `fn %s(self) ... end` to the impl block", sig->name->s);
    }
  }
}

void unknown_in_where(const WhereItem *w, bool interface) {
  Diag *d = diag_error("E0106", interface ? w->iface.v[0].span : w->param.span,
                       interface ? "unknown interface `%s`" : "unknown type parameter `%s`",
                       interface ? w->iface.v[w->iface.n - 1].name->s : w->param.name->s);
  d->primary.text = "in this where clause";
}

/* What an impl names as an interface. A derived one means the library's, whatever the program calls so. */
static Interface *interface_of(Module *m, const Impl *im, const Path *path) {
  Module *json = im->derived ? std_module(intern_z("Json")) : NULL;
  return json ? pmap_get(&json->ifaces, path->v[path->n - 1].name) : find_interface(m, path);
}

static void declare_impl(Module *m, Impl *im) {
  im->mod = m;
  Tycon *tc = find_type_path(m, &im->type_path);
  im->iface = interface_of(m, im, &im->iface_path);
  Name iface_name = im->iface_path.v[im->iface_path.n - 1].name, type_name = im->type_path.v[im->type_path.n - 1].name;
  Span type_span = im->type_path.v[im->type_path.n - 1].span;
  if (tc && tc->kind == TC_ALIAS) {
    TypeExpr te = {.kind = TE_PATH, .span = type_span};
    te.path = im->type_path;
    Type *t = prune(convert_type(&te, m, NULL));
    tc = t->kind == TY_CON ? t->con : NULL;
  }
  if (!tc) {
    Diag *d = diag_error("E0004", type_span, "unknown type: %s", type_name->s);
    d->json = arena_printf("unknown type `%s`", type_name->s);
    d->primary.text = "not found in this scope";
    d->help = similar_type(m, type_name);
    return;
  }
  if (!im->iface) {
    /* An impl of an interface that does not exist is in effect an inherent impl; say so. */
    Diag *d = diag_warning("W0104", im->iface_path.v[0].span, "unknown interface `%s`", iface_name->s);
    d->primary.text = "its methods can be called, but nothing requires them";
    InterfaceList *hidden = pmap_get(&program.interfaces, iface_name);
    d->help = hidden ? arena_printf("`%s` is private in module `%s`", iface_name->s, hidden->v.v[0]->mod->name->s)
                     : similar_interface(m, iface_name);
    im->iface = NEW(Interface);
    im->iface->name = iface_name;
    im->iface->mod = m;
    im->iface->span = im->span;
    im->iface->self_var = type_var(1);
  }
  im->tycon = tc;
  im->nparams = tc->generics.n;
  im->params = NEW_ARRAY(Type *, im->nparams);
  if (im->type_args.n && im->type_args.n != im->nparams) {
    Diag *d = diag_error("E0003", im->span, "expected %d argument(s), found %d", im->nparams, im->type_args.n);
    d->primary.text = arena_printf("`%s` takes %d type argument(s)", tc->name->s, im->nparams);
    return;
  }
  for (int i = 0; i < im->nparams; i++) {
    im->params[i] = type_var(1);
    im->params[i]->generic = true;
    im->params[i]->name = tc->generics.v[i].name;
    if (im->type_args.n) {
      TypeExpr *te = im->type_args.v[i];
      if (te->kind != TE_PATH || te->path.n != 1 || te->has_args || find_type(m, te->path.v[0].name)) {
        diag_error("E0105", te->span, "an impl covers every instance of a type: expected a type parameter here");
        return;
      }
      im->params[i]->name = te->path.v[0].name;
    }
  }
  im->self = type_con(tc, im->params, im->nparams);
  for (int i = 0; i < im->wheres.n; i++) {
    struct Bound b = {NULL, interface_of(m, im, &im->wheres.v[i].iface)};
    for (int k = 0; k < im->nparams; k++)
      if (im->params[k]->name == im->wheres.v[i].param.name) b.var = im->params[k];
    if (b.var && b.iface) {
      vec_push(&im->bounds, b);
      vec_push(&b.var->wheres, b.iface);
    } else {
      unknown_in_where(&im->wheres.v[i], b.var != NULL);
    }
  }
  ImplList *l = pmap_get(&program.impls, tc);
  if (!l) pmap_put(&program.impls, tc, l = NEW(ImplList));
  Impl *other = NULL;
  for (int i = 0; i < l->v.n; i++)
    if (l->v.v[i]->iface == im->iface) other = l->v.v[i];
  if (other || (tc->derives & derive_bit(im->iface))) {
    bool derived = im->derived || !other;
    Diag *d = diag_error("E0026", im->derived ? other->span : im->span,
                         "duplicate impl: `%s` is already implemented for `%s`", im->iface->name->s, tc->name->s);
    d->primary.text = arena_printf("previously defined for `%s`", tc->name->s);
    Span clause = tc->span;
    for (int i = 0; i < tc->deriving.n; i++)
      if (im->derived ? strcmp(tc->deriving.v[i].name->s, "Json") == 0 : tc->deriving.v[i].name == im->iface->name)
        clause = tc->deriving.v[i].span;
    if (!derived) diag_label(d, other->span, "first impl here");
    else
      diag_label(d, clause,
                 tc->has_deriving ? "derived here" : "derived here, since the type has no `deriving` clause");
    d->help = !derived ? "remove one of the conflicting impl blocks"
                       : "opt out of the derived one: list the wanted interfaces in a `deriving(…)` clause without it";
    d->json = arena_printf("%s (previously defined for `%s`)", d->message, tc->name->s);
    return;
  }
  vec_push(&l->v, im);
  vec_push(&m->impls, im);
  for (int i = 0; i < im->methods.n; i++) {
    Fn *f = im->methods.v[i];
    f->mod = m;
    FnClause *c = f->clauses.v[0];
    f->is_static = !(c->params.n && (c->params.v[0].pat->kind == PAT_VAR));
    if (im->iface && !im->iface->methods.n && !im->iface->pub && im->iface->span.src == im->span.src &&
        im->iface->span.start == im->span.start) {
      InterfaceList *ml = pmap_get(&program.method_owners, f->name);
      if (!ml) pmap_put(&program.method_owners, f->name, ml = NEW(InterfaceList));
      vec_push(&ml->v, im->iface);
    }
  }
  check_impl_methods(im);
}

/* ---- modules ---- */

/* An actor is a function that runs its body; spawn runs it in a process of its own. */
Fn *declare_actor(Module *m, Item *it) {
  FnClause *c = NEW(FnClause);
  c->span = c->head = it->span;
  c->name = it->name;
  for (int i = 0; i < it->params.n; i++)
    vec_push(&c->params, it->params.v[i]);
  c->body = it->body;
  declare_fn(m, c, NULL);
  FnList *l = pmap_get(&m->fns, it->name.name);
  Fn *f = fn_by_arity(l, c->params.n);
  if (f->clauses.v[0] != c) return NULL;
  f->is_actor = true;
  if (!it->terminate) return f;
  /* A function of its own, that no program can name. */
  FnClause *end = NEW(FnClause);
  end->span = end->head = it->terminate->span;
  end->name.name = intern_z(arena_printf("%s_terminate", it->name.name->s));
  end->name.span = it->name.span;
  end->body = it->terminate;
  Fn *t = f->terminate = NEW(Fn);
  t->name = end->name.name;
  t->span = end->head;
  t->mod = m;
  t->is_actor = t->used = true;
  t->ends = f;
  vec_push(&t->clauses, end);
  vec_push(&m->fn_list, t);
  return f;
}

Module *inner_module(Module *m, Ident name, bool pub) {
  Module *old = pmap_get(&m->prefixes, name.name);
  if (old && old->parent == m) {
    Diag *d = diag_error("E0116", name.span, "module `%s` is already defined in this file", name.name->s);
    d->primary.text = "second definition";
    diag_label(d, old->span, "first definition here");
  }
  Module *inner = NEW(Module);
  inner->span = name.span;
  inner->pub = pub;
  inner->name = intern_z(arena_printf("%s.%s", m->name->s, name.name->s));
  inner->last = name.name;
  inner->src = m->src;
  inner->parent = m;
  inner->is_std = m->is_std;
  inner->parsed = true;
  vec_push(&m->inner, inner);
  pmap_put(&m->prefixes, inner->last, inner);
  return inner;
}

static void declare_items(Module *m) {
  Item *before = NULL;
  for (int i = 0; i < m->items.n; i++) {
    Item *it = m->items.v[i];
    switch (it->kind) {
    case I_FN: declare_fn(m, it->clause, before); break;
    case I_STRUCT:
    case I_SUM:
      declare_type(m, it->tycon);
      if (it->tycon->mod == m) derive_impls(m, it->tycon);
      break;
    case I_ALIAS:
    case I_OPAQUE: declare_type(m, it->tycon); break;
    case I_INTERFACE: declare_interface(m, it->iface); break;
    case I_MODULE: {
      Module *inner = inner_module(m, it->name, it->pub);
      for (int k = 0; k < it->items.n; k++)
        vec_push(&inner->items, it->items.v[k]);
      declare_items(inner);
      break;
    }
    case I_IMPORT:
      if (!it->module) break;
      pmap_put(&m->prefixes, it->module->last, it->module);
      vec_push(&m->imported, it->module);
      vec_push(&m->qualifiers, it->module);
      break;
    case I_FROM:
      if (it->module) vec_push(&m->imported, it->module);
      break;
    case I_LET: vec_push(&m->let_list, it->stmt); break;
    case I_EXPR: {
      Diag *d = diag_error("E0107", it->span, "an expression at the top level of a file is never run");
      d->help = "put it into a function, for example `main`";
      break;
    }
    case I_ACTOR: declare_actor(m, it); break;
    case I_SERVICE: declare_service(m, it); break;
    case I_SUPERVISOR: declare_supervisor(m, it); break;
    case I_IMPL: break;
    }
    before = it;
  }
}

static void find_builtins(Module *m) {
  builtin.t_error = type_var(0);
  builtin.t_error->kind = TY_ERROR;
  Type unit = {0};
  unit.kind = TY_TUPLE;
  builtin.t_unit = concretize(&unit);
  static const struct {
    const char *name;
    Prim prim;
  } prims[] = {{"Int", PRIM_INT},       {"Float", PRIM_FLOAT}, {"Bool", PRIM_BOOL},
               {"String", PRIM_STRING}, {"List", PRIM_LIST},   {"Pid", PRIM_PID}};
  for (size_t i = 0; i < sizeof prims / sizeof *prims; i++) {
    Tycon *t = pmap_get(&m->types, intern_z(prims[i].name));
    if (!t) die("the standard library's Prelude does not declare %s", prims[i].name);
    t->prim = prims[i].prim;
    t->kind = TC_PRIM;
  }
#define TYCON(f, n) builtin.f = pmap_get(&m->types, intern_z(n))
#define PRIM_TYPE(f, n) builtin.f = concretize(((Tycon *)pmap_get(&m->types, intern_z(n)))->self)
  PRIM_TYPE(t_int, "Int");
  PRIM_TYPE(t_float, "Float");
  PRIM_TYPE(t_bool, "Bool");
  PRIM_TYPE(t_string, "String");
  TYCON(list, "List");
  TYCON(pid, "Pid");
  TYCON(any, "Any");
  TYCON(option, "Option");
  TYCON(result, "Result");
  TYCON(ordering, "Ordering");
  TYCON(range, "Range");
#define CTOR(f, n) builtin.f = pmap_get(&m->ctors, intern_z(n))
  CTOR(some, "Some");
  CTOR(none, "None");
  CTOR(ok, "Ok");
  CTOR(err, "Err");
#define IFACE(f, n) builtin.f = pmap_get(&m->ifaces, intern_z(n))
  IFACE(add, "Add");
  IFACE(sub, "Sub");
  IFACE(mul, "Mul");
  IFACE(div, "Div");
  IFACE(mod, "Mod");
  IFACE(neg, "Neg");
  IFACE(eq, "Eq");
  IFACE(ord, "Ord");
  IFACE(display, "Display");
  IFACE(debug, "Debug");
  IFACE(hash, "Hash");
  IFACE(dflt, "Default");
  IFACE(key, "Key");
}

void declare_module(Module *m) {
  declare_items(m);
  if (m->is_std && !builtin.list && strcmp(m->name->s, "Prelude") == 0) {
    program.prelude = m;
    find_builtins(m);
  }
}

Name module_function_name(const Module *m, Name name) {
  Buf b = {0};
  for (const char *s = m->name->s; *s; s++)
    buf_putc(&b, *s >= 'A' && *s <= 'Z' ? (char)(*s + 32) : *s);
  buf_printf(&b, "_%s", name->s);
  Name n = intern(b.s, b.n);
  free(b.s);
  return n;
}

Diag *not_exported(Ident id, const Module *m) {
  const char *name = id.name->s, *mod = m->name->s;
  Diag *d = diag_error("E0034", id.span, "name not found in module");
  d->primary.text = arena_printf("`%s` is not exported by module `%s`", name, mod);
  Buf b = {0};
  if (m->is_std) { /* too many to list */
    const char *best = NULL;
    int distance = id.name->len < 5 ? 2 : 3;
    for (int k = 0; k < m->fn_list.n; k++) {
      int near = m->fn_list.v[k]->pub ? edit_distance(name, m->fn_list.v[k]->name->s, distance - 1) : distance;
      if (near < distance) distance = near, best = m->fn_list.v[k]->name->s;
    }
    if (best) d->help = arena_printf("did you mean `%s`?", best);
    d->note = arena_printf("`snow doc %s` lists what there is", mod);
    d->json =
        arena_printf("%s%s%s%s", d->primary.text, best ? "; did you mean `" : "", best ? best : "", best ? "`?" : "");
    return d;
  }
  for (int k = 0; k < m->fn_list.n; k++)
    if (m->fn_list.v[k]->pub) buf_printf(&b, "%s%s", b.n ? ", " : "", m->fn_list.v[k]->name->s);
  for (int k = 0; k < m->tycons.n; k++)
    if (m->tycons.v[k]->pub) buf_printf(&b, "%s%s", b.n ? ", " : "", m->tycons.v[k]->name->s);
  if (b.n) d->note = arena_printf("available exports: %s", b.s);
  d->json = arena_printf("%s%s%s", d->primary.text, b.n ? "; available: " : "", b.n ? b.s : "");
  free(b.s);
  return d;
}

static void bind_from(Module *m, Item *it) {
  if (!it->module) return;
  for (int i = 0; i < it->names.n; i++) {
    Name name = it->names.v[i].name;
    FnList *all = pmap_get(&it->module->fns, name);
    FnList *l = NEW(FnList);
    for (int k = 0; all && k < all->v.n; k++)
      if (all->v.v[k]->pub) vec_push(&l->v, all->v.v[k]);
    if (l->v.n) {
      pmap_put(&m->from_fns, name, l);
      if (it->module->is_std) {
        /* `from Math import abs` also brings math_abs (chapter 5 section 10). */
        pmap_put(&m->from_fns, module_function_name(it->module, name), l);
      }
      continue;
    }
    Local *constant = it->module->is_std ? pmap_get(&it->module->lets, name) : NULL;
    if (constant) {
      pmap_put(&m->from_lets, name, constant);
      continue;
    }
    pmap_put(&m->missing, name, m);
    Tycon *t = pmap_get(&it->module->types, name);
    if (t && t->pub) continue; /* types come with the module; naming one is allowed */
    Interface *in = pmap_get(&it->module->ifaces, name);
    if (all || (t && !t->pub) || (in && !in->pub)) {
      private_item(it->names.v[i], it->module);
      continue;
    }
    Diag *d = not_exported(it->names.v[i], it->module);
    if (in) d->help = "public interfaces are visible everywhere without an import";
  }
}

void declare_bodies(Module *m) {
  for (int i = 0; i < m->tycons.n; i++)
    define_type(m, m->tycons.v[i]);
  for (int i = 0; i < m->items.n; i++) {
    if (m->items.v[i]->kind == I_FROM) bind_from(m, m->items.v[i]);
    if (m->items.v[i]->kind == I_IMPL && m->items.v[i]->impl->type_path.n && m->items.v[i]->impl->iface_path.n)
      declare_impl(m, m->items.v[i]->impl);
  }
  declare_lets(m);
  for (int i = 0; i < m->inner.n; i++)
    declare_bodies(m->inner.v[i]);
}
