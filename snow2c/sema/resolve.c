/* Name resolution: what each name and dotted chain denotes, which functions a function refers to. */
#include "sema/program.h"

#include <stdlib.h>

typedef struct Binding {
  Local *local;
  FnList *fns; /* local functions */
  struct Binding *prev;
} Binding;

typedef struct {
  Module *mod;
  Fn *top;    /* what dependencies are recorded for */
  Fn *owner;  /* innermost named function */
  PMap scope; /* Name → Binding*, the innermost */
  VEC(Name) undo;
  int depth; /* function nesting, closures included */
  int loops;
} Resolver;

static void resolve_expr(Resolver *R, Expr *e);
static void resolve_block(Resolver *R, Expr *e);

/* ---- scopes ---- */

static void bind(Resolver *R, Name name, Local *l, FnList *fns) {
  Binding *b = NEW(Binding);
  b->local = l;
  b->fns = fns;
  b->prev = pmap_get(&R->scope, name);
  pmap_put(&R->scope, name, b);
  vec_push(&R->undo, name);
}

/* Nobody used what goes out of scope. Names that begin with `_` say so themselves. */
static void check_used(Resolver *R, const Binding *b) {
  if (R->mod->is_std) return;
  for (int i = 0; b->fns && i < b->fns->v.n; i++) {
    Fn *f = b->fns->v.v[i];
    if (f->used || f->name->s[0] == '_') continue;
    f->used = true; /* said once */
    diag_warning("W0109", f->span, "unused function: %s", f->name->s)->primary.text = "never called";
  }
  const Local *l = b->local;
  if (!l || l->used || l->silent || l->name->s[0] == '_') return;
  if (begins_with_capital(l->name)) return;                   /* a misspelt variant, which is said elsewhere */
  if (l->is_param && strcmp(l->name->s, "self") == 0) return; /* the interface asks for it */
  Diag *d = diag_warning(l->is_param ? "W0111" : "W0107", l->span, "unused %s: %s",
                         l->is_param ? "parameter" : "variable", l->name->s);
  d->primary.text = "never used";
  d->help = arena_printf("if that is intended, call it `_%s`, or `_`", l->name->s);
}

static void unbind_to(Resolver *R, int mark) {
  while (R->undo.n > mark) {
    Name name = R->undo.v[--R->undo.n];
    Binding *b = pmap_get(&R->scope, name);
    check_used(R, b);
    pmap_put(&R->scope, name, b->prev);
  }
}

static Local *new_local(Resolver *R, Name name, Span at) {
  Local *l = NEW(Local);
  l->name = name;
  l->span = at;
  l->depth = R->depth;
  return l;
}

/* ---- constructors and functions by name ---- */

/* `string_length`: a library function under its module's lower-case name (chapter 5 section 10). */
static FnList *module_function(Name name) {
  static const char *const mods[] = {"String", "List", "Map", "Set", "Tuple", "Range",
                                     "Queue",  "File", "IO",  "Env", "Json"};
  for (size_t i = 0; i < sizeof mods / sizeof *mods; i++) {
    size_t n = strlen(mods[i]);
    if (name->len <= n + 1 || name->s[n] != '_') continue;
    size_t k = 0;
    while (k < n && (mods[i][k] | 0x20) == name->s[k])
      k++;
    if (k < n) continue;
    Module *m = std_module(intern_z(mods[i]));
    FnList *l = m ? pmap_get(&m->fns, intern_z(name->s + n + 1)) : NULL;
    if (l && fn_by_arity(l, -1)->pub) return l;
  }
  return NULL;
}

/* ---- suggestions ---- */

typedef struct {
  Name want;
  const char *best;
  int distance;
} Suggest;

static void consider(Suggest *s, const char *name) {
  if (s->want->len < 2) return; /* every other letter would be near */
  int limit = s->want->len < 5 ? 1 : 2;
  if (s->distance <= limit) limit = s->distance - 1;
  if (limit < 1 || strcmp(name, s->want->s) == 0) return;
  int d = edit_distance(s->want->s, name, limit);
  if (d <= limit) s->distance = d, s->best = name;
}

static void consider_module(Suggest *s, Module *m, bool pub_only) {
  for (int i = 0; i < m->fn_list.n; i++)
    if (!pub_only || m->fn_list.v[i]->pub) consider(s, m->fn_list.v[i]->name->s);
  for (int i = 0; i < m->tycons.n; i++)
    for (int k = 0; k < m->tycons.v[i]->variants.n; k++)
      consider(s, m->tycons.v[i]->variants.v[k]->name.name->s);
}

/* Help for a name that another module could offer. */
static const char *import_help(Module *from, Name name) {
  if (begins_with_capital(name)) {
    Path path = {0};
    Ident id = {name, {0}};
    vec_push(&path, id);
    if (module_exists(&path)) return arena_printf("module `%s` exists: add `import %s`", name->s, name->s);
  }
  for (int i = 0; i < program.modules.n; i++) {
    Module *m = program.modules.v[i];
    Variant *v = pmap_get(&m->ctors, name);
    if (m == from) continue;
    if (v && v->tycon->pub)
      return arena_printf("`%s` is a variant of `%s` in module `%s`: add `import %s`", name->s, v->tycon->name->s,
                          m->name->s, m->name->s);
    FnList *l = pmap_get(&m->fns, name);
    if (l && l->v.v[0]->pub)
      return arena_printf("module `%s` has it: add `from %s import %s`", m->name->s, m->name->s, name->s);
  }
  return NULL;
}

static bool equal_but_for_case(const char *a, const char *b) {
  while (*a && (*a | 0x20) == (*b | 0x20))
    a++, b++;
  return !*a && !*b;
}

static void undefined(Resolver *R, Ident id) {
  for (Module *m = R->mod; m; m = m->parent)
    if (pmap_get(&m->missing, id.name)) return;
  Tycon *type = find_type(R->mod, id.name);
  if (type) {
    Diag *d = diag_error("E0001", id.span, "`%s` is a type, not a value", id.name->s);
    d->primary.text = "a value is expected here";
    if (type->kind == TC_STRUCT) d->help = arena_printf("a struct is made with braces: `%s { … }`", id.name->s);
    return;
  }
  Diag *d = diag_error("E0004", id.span, "undefined variable: %s", id.name->s);
  d->primary.text = "not found in this scope";
  d->json = arena_printf("unbound variable `%s`", id.name->s);
  Suggest s = {id.name, NULL, 3};
  for (int i = R->undo.n - 1; i >= 0; i--) {
    Binding *b = pmap_get(&R->scope, R->undo.v[i]);
    if (b) consider(&s, R->undo.v[i]->s);
  }
  for (Module *m = R->mod; m; m = m->parent) {
    consider_module(&s, m, false);
    for (int i = 0; i < m->let_fns.n; i++)
      if (m->let_fns.v[i]->let->pat->kind == PAT_VAR) consider(&s, m->let_fns.v[i]->name->s);
  }
  for (int i = 0; i < R->mod->qualifiers.n; i++)
    if (equal_but_for_case(R->mod->qualifiers.v[i]->last->s, id.name->s)) {
      d->help = arena_printf("did you mean `%s`?", R->mod->qualifiers.v[i]->last->s);
      return;
    }
  if ((d->help = import_help(R->mod, id.name))) return;
  consider_module(&s, program.prelude, true);
  if (s.best) d->help = arena_printf("did you mean `%s`?", s.best);
  else if (strcmp(id.name->s, "self") == 0)
    d->help = "`self` is the receiver of a method; `self()` is the current actor";
}

/* ---- references ---- */

static void depend(Resolver *R, Fn *f) {
  if (f->is_local) {
    if (R->owner && R->owner->is_local) vec_push(&R->owner->deps, f);
    return;
  }
  VEC(Fn *) *deps = (void *)&R->top->deps;
  if (deps->n && deps->v[deps->n - 1] == f) return;
  vec_push(&R->top->deps, f);
}

static void ref_fns(Resolver *R, Ref *ref, const FnList *l, int arity) {
  Fn *f = fn_by_arity(l, arity);
  /* As a value, or with a count that no definition has: the latest one. */
  if (!f) f = l->v.v[l->v.n - 1];
  ref->kind = REF_FN;
  ref->fn = f;
  if (arity >= 0 || l->v.n == 1) {
    f->used = true;
    f->as_value |= arity < 0;
    depend(R, f);
    return;
  }
  /* Which of them is meant may follow from the type that is wanted. */
  for (int i = 0; i < l->v.n; i++) {
    vec_push(&ref->fns, l->v.v[i]);
    l->v.v[i]->used = l->v.v[i]->as_value = true;
    depend(R, l->v.v[i]);
  }
}

/* The top-level let of a name that is meant at a place: the last one before it, or else the first after it. A let is
 * not visible in its own value, unless nothing else is. */
static Local *let_at(Resolver *R, Local *last, Span at) {
  Local *first = last;
  for (Local *l = last; l; l = l->hides) {
    if (l->span.src == at.src && l->span.start < at.start && l->global_fn != R->top) return l;
    if (l->global_fn != R->top) first = l;
  }
  return first;
}

static bool resolve_name(Resolver *R, Ident id, Ref *ref, int arity) {
  Binding *b = pmap_get(&R->scope, id.name);
  if (b && b->fns) return ref_fns(R, ref, b->fns, arity), true;
  if (b) {
    ref->kind = REF_LOCAL;
    ref->local = b->local;
    b->local->used = true;
    return true;
  }
  for (Module *m = R->mod; m; m = m->parent) {
    FnList *l = pmap_get(&m->fns, id.name);
    if (l) return ref_fns(R, ref, l, arity), true;
    Local *g = pmap_get(&m->lets, id.name);
    if (g) {
      g = let_at(R, g, id.span);
      ref->kind = REF_LOCAL;
      ref->local = g;
      g->used = true;
      depend(R, g->global_fn);
      return true;
    }
    Local *from = pmap_get(&m->from_lets, id.name);
    if (from) {
      pmap_put(&m->names_used, id.name, from);
      ref->kind = REF_LOCAL;
      ref->local = from;
      depend(R, from->global_fn);
      return true;
    }
    l = pmap_get(&m->from_fns, id.name);
    if (l) {
      pmap_put(&m->names_used, id.name, l);
      return ref_fns(R, ref, l, arity), true;
    }
  }
  Variant *v = find_ctor(R->mod, id.name);
  if (v) {
    ref->kind = REF_CTOR;
    ref->variant = v;
    return true;
  }
  FnList *l = pmap_get(&program.prelude->fns, id.name);
  if (l && l->v.v[0]->pub) return ref_fns(R, ref, l, arity), true;
  l = module_function(id.name);
  if (l) return ref_fns(R, ref, l, arity), true;
  if (pmap_get(&program.method_owners, id.name)) {
    /* Methods of the built-in protocols exist only with the dot (chapter 1 section 5). */
    InterfaceList *owners = pmap_get(&program.method_owners, id.name);
    bool user = false;
    for (int i = 0; i < owners->v.n; i++)
      user |= !owners->v.v[i]->mod->is_std;
    const char *n = id.name->s;
    bool dot_only = strcmp(n, "to_string") == 0 || strcmp(n, "inspect") == 0 || strcmp(n, "hash") == 0 ||
                    strcmp(n, "eq") == 0 || strcmp(n, "lt") == 0;
    if (user || !dot_only || !R->mod->is_std) {
      bool has_user_impl = user;
      for (int i = 0; i < program.modules.n && !has_user_impl; i++)
        for (int k = 0; k < program.modules.v[i]->impls.n && !has_user_impl; k++)
          has_user_impl = impl_method(program.modules.v[i]->impls.v[k], id.name) != NULL;
      if (has_user_impl || !dot_only) {
        ref->kind = REF_METHOD;
        ref->method = id.name;
        return true;
      }
    }
  }
  return false;
}

/* A chain of names as a path; false for anything else. */
static bool expr_path(const Expr *e, Path *path) {
  if (e->kind == E_DOT) {
    if (!expr_path(e->a, path)) return false;
  } else if (e->kind != E_NAME) return false;
  vec_push(path, e->name);
  return true;
}

static void unknown_member(Resolver *R, Module *m, Expr *e) {
  Ident id = e->name;
  const char *mod = m->name->s;
  Diag *d;
  if (m->is_std) {
    d = diag_error(find_type(R->mod, m->name) ? "E0030" : "E0004", id.span, "module %s has no function %s", mod,
                   id.name->s);
    d->primary.text = "no such function";
  } else d = not_exported(id, m);
  Suggest s = {id.name, NULL, 3};
  consider_module(&s, m, true);
  if (s.best) d->help = arena_printf("did you mean `%s.%s`?", m->last->s, s.best);
}

static bool is_method_of(const Interface *in, Name name) {
  for (int i = 0; i < in->methods.n; i++)
    if (in->methods.v[i]->name == name) return true;
  return false;
}

/* The type whose variants and static methods a prefix gives: `Self` is the one that the impl is for. */
static Tycon *prefix_type(Resolver *R, const Path *path) {
  if (path->n == 1 && strcmp(path->v[0].name->s, "Self") == 0 && R->top->impl && R->top->impl->tycon)
    return R->top->impl->tycon;
  if (path->n == 1) return find_type(R->mod, path->v[0].name);
  Module *m = path_module(R->mod, path, path->n - 1);
  return m ? find_type_path(R->mod, path) : NULL;
}

/* Steps 1 to 6 of chapter 2 section 2.14; false when the base is an ordinary expression. */
static bool resolve_qualified(Resolver *R, Expr *e, int arity) {
  Ref *ref = &e->ref;
  Name name = e->name.name;
  Path path = {0};
  if (!expr_path(e->a, &path)) return false;
  bool plain = path.n == 1;
  Binding *local = plain ? pmap_get(&R->scope, path.v[0].name) : NULL;
  Module *first = NULL, *hidden = NULL;
  /* Of several imports that end in this name the later one is asked first, then the others, then the library. */
  for (int k = 0;; k++) {
    Module *m = plain ? find_prefix(R->mod, path.v[0].name, k) : k ? NULL : path_module(R->mod, &path, path.n);
    if (!m) break;
    if (!first) first = m;
    FnList *l = pmap_get(&m->fns, name);
    if (!l) continue;
    bool pub = false;
    for (int i = 0; i < l->v.n; i++)
      pub |= l->v.v[i]->pub;
    if (visible(R->mod, m, pub)) return ref_fns(R, ref, l, arity), true;
    if (!hidden && !m->is_std) hidden = m;
  }
  for (int k = 0; plain && !hidden; k++) {
    /* A constant of the library behind a module of the program's. */
    Module *m = find_prefix(R->mod, path.v[0].name, k);
    Local *g = m && m->is_std ? pmap_get(&m->lets, name) : NULL;
    if (!m) break;
    if (pmap_get(&m->lets, name) && !m->is_std) break;
    if (!g) continue;
    ref->kind = REF_LOCAL;
    ref->local = g;
    depend(R, g->global_fn);
    return true;
  }
  Module *m = first;
  if (m) {
    Variant *v = pmap_get(&m->ctors, name);
    if (v) {
      if (!visible(R->mod, m, v->tycon->pub)) private_item(e->name, m);
      ref->kind = REF_CTOR;
      ref->variant = v;
      return true;
    }
    Local *g = pmap_get(&m->lets, name);
    if (g && (visible(R->mod, m, false) || m->is_std)) {
      ref->kind = REF_LOCAL;
      ref->local = g;
      depend(R, g->global_fn);
      return true;
    }
  }
  Tycon *t = prefix_type(R, &path);
  if (t) {
    Variant *v = variant_of(t, name);
    if (v) {
      ref->kind = REF_CTOR;
      ref->variant = v;
      return true;
    }
    ImplList *impls = pmap_get(&program.impls, t);
    for (int i = 0; impls && i < impls->v.n; i++) {
      Fn *f = impl_method(impls->v.v[i], name);
      if (f && f->is_static) {
        ref->kind = REF_FN;
        ref->fn = f;
        return true;
      }
    }
  }
  Interface *in = plain && local ? NULL : find_interface(R->mod, &path);
  if (in && is_method_of(in, name)) {
    ref->kind = REF_METHOD;
    ref->method = name;
    ref->iface = in;
    return true;
  }
  if (in && !m && !t) {
    Diag *d = diag_error("E0030", e->name.span, "interface %s has no method %s", in->name->s, name->s);
    d->primary.text = "no such method";
    ref->kind = REF_ERROR;
    return true;
  }
  if (!m && t && plain && !local && !pmap_get(&R->mod->ctors, path.v[0].name)) {
    bool variant = t->kind == TC_SUM && begins_with_capital(name);
    Diag *d = diag_error(variant ? "E0010" : "E0030", e->name.span,
                         variant ? "unknown variant: %s.%s" : "type %s has no function %s", t->name->s, name->s);
    d->primary.text = variant ? "not a known variant" : "no such function";
    if (variant) d->json = arena_printf("unknown variant `%s.%s`", t->name->s, name->s);
    Suggest s = {name, NULL, 3};
    for (int i = 0; i < t->variants.n; i++)
      consider(&s, t->variants.v[i]->name.name->s);
    if (s.best) d->help = arena_printf("did you mean `%s.%s`?", t->name->s, s.best);
    ref->kind = REF_ERROR;
    return true;
  }
  if (m && !(plain && local)) {
    if (hidden) private_item(e->name, hidden);
    else unknown_member(R, m, e);
    ref->kind = REF_ERROR;
    return true;
  }
  return false;
}

static void resolve_callee(Resolver *R, Expr *e, int arity) {
  if (e->kind == E_NAME) {
    if (!resolve_name(R, e->name, &e->ref, arity)) {
      undefined(R, e->name);
      e->ref.kind = REF_ERROR;
    }
  } else if (e->kind == E_DOT) {
    if (!resolve_qualified(R, e, arity)) resolve_expr(R, e->a);
  } else resolve_expr(R, e);
}

/* ---- patterns ---- */

typedef VEC(Local *) Locals;

static Local *local_named(const Locals *l, Name name) {
  for (int i = 0; i < l->n; i++)
    if (l->v[i]->name == name) return l->v[i];
  return NULL;
}

static const char *name_list(const Locals *l) {
  Buf b = {0};
  buf_putc(&b, '[');
  for (int i = 0; i < l->n; i++)
    buf_printf(&b, "%s%s", i ? ", " : "", l->v[i]->name->s);
  buf_putc(&b, ']');
  char *s = arena_strndup(b.s, b.n);
  free(b.s);
  return s;
}

static Local *pattern_local(Resolver *R, Locals *out, Ident id) {
  Local *old = local_named(out, id.name);
  if (old) {
    Diag *d = diag_error("E0108", id.span, "`%s` is bound twice in this pattern", id.name->s);
    diag_label(d, old->span, "first here");
    return old;
  }
  Local *l = new_local(R, id.name, id.span);
  vec_push(out, l);
  return l;
}

static void resolve_pat(Resolver *R, Pat *p, Locals *out) {
  switch (p->kind) {
  case PAT_VAR: {
    Ident id = p->path.v[0];
    if (begins_with_capital(id.name)) {
      Variant *v = find_ctor(R->mod, id.name);
      if (v) {
        p->kind = PAT_CTOR;
        p->variant = v;
        return;
      }
    }
    p->local = pattern_local(R, out, id);
    return;
  }
  case PAT_AS:
    resolve_pat(R, p->args.v[0], out);
    p->local = pattern_local(R, out, p->path.v[0]);
    return;
  case PAT_CTOR: {
    p->variant = find_ctor_path(R->mod, &p->path);
    for (int i = 0; i < p->args.n; i++)
      resolve_pat(R, p->args.v[i], out);
    return;
  }
  case PAT_OR: {
    Locals first = {0};
    resolve_pat(R, p->args.v[0], &first);
    for (int i = 1; i < p->args.n; i++) {
      Locals alt = {0};
      resolve_pat(R, p->args.v[i], &alt);
      bool same = alt.n == first.n;
      for (int k = 0; k < alt.n; k++)
        same &= local_named(&first, alt.v[k]->name) != NULL;
      if (!same) {
        Diag *d = diag_error("E0011", p->args.v[i]->span, "or-pattern alternatives bind different variables: %s vs %s",
                             name_list(&first), name_list(&alt));
        d->primary.text = "alternatives must bind the same variables";
        d->help = "all alternatives in an or-pattern must bind the same set of variable names";
        d->json =
            arena_printf("or-pattern binding mismatch: expected %s, found %s", name_list(&first), name_list(&alt));
      }
      /* One variable, whichever alternative matched: the others keep their own Local and share its name. */
      for (int k = 0; k < alt.n; k++) {
        Local *l = local_named(&first, alt.v[k]->name);
        if (l) alt.v[k]->lowered = l;
      }
    }
    for (int k = 0; k < first.n; k++) {
      Local *old = local_named(out, first.v[k]->name);
      if (old) diag_error("E0108", first.v[k]->span, "`%s` is bound twice in this pattern", first.v[k]->name->s);
      vec_push(out, first.v[k]);
    }
    return;
  }
  default:
    for (int i = 0; i < p->args.n; i++)
      resolve_pat(R, p->args.v[i], out);
  }
}

static void bind_all(Resolver *R, const Locals *l) {
  for (int i = 0; i < l->n; i++)
    bind(R, l->v[i]->name, l->v[i], NULL);
}

/* ---- functions ---- */

static void resolve_clause(Resolver *R, FnClause *c) {
  int mark = R->undo.n, loops = R->loops;
  R->loops = 0;
  R->depth++;
  Locals locals = {0};
  c->plain = !c->guard;
  for (int i = 0; i < c->params.n; i++) {
    resolve_pat(R, c->params.v[i].pat, &locals);
    PatKind k = c->params.v[i].pat->kind;
    c->plain &= k == PAT_VAR || k == PAT_WILD;
  }
  for (int i = 0; i < locals.n; i++)
    locals.v[i]->is_param = true;
  bind_all(R, &locals);
  if (c->guard) resolve_expr(R, c->guard);
  if (c->body) resolve_expr(R, c->body);
  unbind_to(R, mark);
  R->depth--;
  R->loops = loops;
}

static void resolve_clauses(Resolver *R, Fn *f) {
  Fn *owner = R->owner;
  R->owner = f;
  f->depth = R->depth;
  for (int i = 0; i < f->clauses.n; i++)
    resolve_clause(R, f->clauses.v[i]);
  R->owner = owner;
  for (int i = 0; i + 1 < f->clauses.n; i++)
    if (f->clauses.v[i]->plain) {
      Diag *d = diag_error("E0022", f->clauses.v[i]->head,
                           "catch-all clause must be the last clause of function `%s/%d`", f->name->s, f->arity);
      d->primary.text = "clauses after a catch-all are unreachable";
      d->json = arena_printf("%s; clauses after a catch-all are unreachable", d->message);
    }
}

void resolve_fn(Fn *f) {
  if (f->resolved) return;
  f->resolved = true;
  Resolver R = {0};
  R.mod = f->mod;
  R.top = R.owner = f;
  if (f->let) resolve_expr(&R, f->let->e);
  else resolve_clauses(&R, f);
  if (f->terminate) depend(&R, f->terminate);
  if (f->ends) depend(&R, f->ends); /* they share the type of the messages */
  for (int i = 0; f->service && i < f->service->fns.n; i++)
    depend(&R, f->service->fns.v[i]); /* they share the state's type */
}

void declare_lets(Module *m) {
  for (int i = 0; i < m->let_list.n; i++) {
    Stmt *s = m->let_list.v[i];
    Fn *f = NEW(Fn);
    f->let = s;
    f->mod = m;
    f->span = s->span;
    f->name = s->pat->kind == PAT_VAR ? s->pat->path.v[0].name : intern_z("_let");
    Resolver R = {0};
    R.mod = m;
    R.top = f;
    Locals locals = {0};
    resolve_pat(&R, s->pat, &locals);
    for (int k = 0; k < locals.n; k++) {
      locals.v[k]->global = true;
      locals.v[k]->global_fn = f;
      locals.v[k]->hides = pmap_get(&m->lets, locals.v[k]->name);
      pmap_put(&m->lets, locals.v[k]->name, locals.v[k]);
    }
    vec_push(&m->let_fns, f);
  }
}

/* A run of local function definitions: all of their names are visible in all of their bodies. */
static int resolve_local_fns(Resolver *R, Block *b, int i) {
  VEC(Fn *) run = {0};
  int end = i;
  for (; end < b->stmts.n && b->stmts.v[end]->kind == S_FN; end++) {
    Stmt *s = b->stmts.v[end];
    FnClause *c = s->clause;
    Fn *f = NULL;
    for (int k = 0; k < run.n; k++)
      if (run.v[k]->name == c->name.name && run.v[k]->arity == c->params.n) f = run.v[k];
    if (f && f == run.v[run.n - 1]) {
      vec_push(&f->clauses, c);
      continue;
    }
    if (f) {
      Diag *d = diag_error("E0023", c->name.span,
                           "function `%s/%d` already defined; multi-clause functions must have consecutive clauses",
                           c->name.name->s, c->params.n);
      d->primary.text = "non-consecutive redefinition here";
      diag_label(d, f->span, "first definition here");
      continue;
    }
    f = NEW(Fn);
    f->name = c->name.name;
    f->span = c->name.span;
    f->arity = c->params.n;
    f->mod = R->mod;
    f->is_local = true;
    f->owner = R->owner;
    f->resolved = true;
    vec_push(&f->clauses, c);
    vec_push(&run, f);
    s->fn = f;
  }
  for (int k = 0; k < run.n; k++) {
    Binding *old = pmap_get(&R->scope, run.v[k]->name);
    FnList *l = NEW(FnList);
    /* Another arity of the name in this run stays callable. */
    for (int j = 0; old && old->fns && j < old->fns->v.n; j++)
      for (int x = 0; x < k; x++)
        if (old->fns->v.v[j] == run.v[x]) vec_push(&l->v, run.v[x]);
    vec_push(&l->v, run.v[k]);
    bind(R, run.v[k]->name, NULL, l);
  }
  for (int k = 0; k < run.n; k++)
    resolve_clauses(R, run.v[k]);
  return end - 1;
}

/* ---- expressions ---- */

/* Whether control never comes past e. */
static bool diverges(const Expr *e) {
  switch (e ? e->kind : E_UNIT) {
  case E_RETURN:
  case E_BREAK:
  case E_CONTINUE: return true;
  case E_IF: return diverges(e->a) || (e->c && diverges(e->b) && diverges(e->c));
  case E_CASE: {
    bool all = e->arms.n > 0;
    for (int i = 0; i < e->arms.n; i++)
      all &= diverges(e->arms.v[i].body);
    return all || diverges(e->a);
  }
  case E_BLOCK:
    for (int i = 0; i < e->block->stmts.n; i++)
      if (e->block->stmts.v[i]->kind != S_FN && diverges(e->block->stmts.v[i]->e)) return true;
    return false;
  default: return false;
  }
}

static void resolve_block(Resolver *R, Expr *e) {
  int mark = R->undo.n;
  Block *b = e->block;
  bool dead = false;
  for (int i = 0; i < b->stmts.n; i++) {
    Stmt *s = b->stmts.v[i];
    if (dead && !R->mod->is_std) {
      diag_warning("W0110", s->span, "unreachable code")->primary.text = "control never comes here";
      dead = false;
    } else if ((s->kind == S_EXPR || s->kind == S_LET) && i + 1 < b->stmts.n) dead = diverges(s->e);
    switch (s->kind) {
    case S_EXPR: resolve_expr(R, s->e); break;
    case S_LET: {
      Locals locals = {0};
      resolve_expr(R, s->e);
      resolve_pat(R, s->pat, &locals);
      for (int k = 0; k < locals.n; k++)
        locals.v[k]->silent = i + 1 == b->stmts.n; /* its value is the block's */
      bind_all(R, &locals);
      break;
    }
    case S_FN: i = resolve_local_fns(R, b, i); break;
    case S_ITEM: break;
    }
  }
  unbind_to(R, mark);
}

/* ---- inline functions ---- */

/* Puts the call's position on a copied body, and literals in the place of the parameters they are passed for. */
static void adapt(Expr *e, Span at, FnClause *c, Expr *call) {
  if (!e) return;
  e->span = at;
  for (int i = 0; e->kind == E_NAME && i < c->params.n; i++)
    if (e->name.name == c->params.v[i].pat->path.v[0].name && call->args.v[i]->kind == E_INT) {
      e->kind = E_INT;
      e->i = call->args.v[i]->i;
    }
  adapt(e->a, at, c, call);
  adapt(e->b, at, c, call);
  adapt(e->c, at, c, call);
  for (int i = 0; i < e->args.n; i++)
    adapt(e->args.v[i], at, c, call);
  for (int i = 0; e->kind == E_BLOCK && i < e->block->stmts.n; i++)
    adapt(e->block->stmts.v[i]->e, at, c, call);
}

/* Turns a call of an inline function, whose arguments are resolved, into a block: lets for the arguments, then the
 * function's body. Each argument is still evaluated once, in order. */
static void expand_inline(Resolver *R, Expr *e) {
  Fn *f = e->a->ref.fn;
  FnClause *c = f->clauses.v[0];
  Expr *body = clone_expr(c->inline_body);
  int mark = R->undo.n;
  adapt(body, e->span, c, e);
  Block *b = NEW(Block);
  b->span = e->span;
  for (int i = 0; i < e->args.n; i++) {
    if (e->args.v[i]->kind == E_INT) continue;
    Stmt *s = NEW(Stmt);
    s->kind = S_LET;
    s->span = e->args.v[i]->span;
    s->pat = NEW(Pat);
    *s->pat = *c->params.v[i].pat;
    s->pat->local = new_local(R, s->pat->path.v[0].name, s->span);
    s->pat->local->silent = true;
    s->e = e->args.v[i];
    bind(R, s->pat->local->name, s->pat->local, NULL);
    vec_push(&b->stmts, s);
  }
  Stmt *last = NEW(Stmt);
  last->kind = S_EXPR;
  last->span = e->span;
  last->e = body;
  vec_push(&b->stmts, last);
  Module *mod = R->mod;
  R->mod = f->mod;
  resolve_expr(R, body);
  R->mod = mod;
  unbind_to(R, mark);
  e->kind = E_BLOCK;
  e->block = b;
  e->args.n = 0;
}

static void wrong_arguments(const Expr *e, int want) {
  int n = e->args.n;
  Diag *d = diag_error("E0003", e->span, "expected %d argument(s), found %d", want, n);
  d->primary.text = arena_printf("expected %d argument(s)", want);
  d->help =
      n < want ? arena_printf("missing %d argument(s)", want - n) : arena_printf("%d extra argument(s)", n - want);
  d->json = arena_printf("arity mismatch: expected %d arguments, found %d", want, n);
}

/* Exit(pid, reason) and its like in a receive, where the program means nothing else by the name: what the runtime
 * tells. All alternatives of a pattern must be such. */
static bool signal_pattern(Pat *p) {
  Tycon *signal = signal_type();
  if (p->kind == PAT_AS) return signal_pattern(p->args.v[0]);
  if (p->kind == PAT_OR) {
    bool all = true;
    for (int i = 0; i < p->args.n; i++)
      all &= signal_pattern(p->args.v[i]);
    return all;
  }
  if (p->kind != PAT_CTOR || !signal) return false;
  if (!p->variant && p->path.n == 1)
    for (int i = 0; i < signal->variants.n; i++)
      if (signal->variants.v[i]->name.name == p->path.v[0].name) p->variant = signal->variants.v[i];
  return p->variant && p->variant->tycon == signal;
}

static void resolve_arms(Resolver *R, Expr *e) {
  int mark = R->undo.n;
  for (int i = 0; i < e->arms.n; i++) {
    Arm *a = &e->arms.v[i];
    Locals locals = {0};
    resolve_pat(R, a->pat, &locals);
    if (e->kind == E_RECEIVE) a->signal = signal_pattern(a->pat);
    bind_all(R, &locals);
    resolve_expr(R, a->guard);
    resolve_expr(R, a->body);
    unbind_to(R, mark);
  }
}

static void resolve_expr(Resolver *R, Expr *e) {
  if (!e) return;
  int mark = R->undo.n;
  switch (e->kind) {
  case E_NAME: resolve_callee(R, e, -1); break;
  case E_DOT: resolve_callee(R, e, -1); break;
  case E_CALL:
    resolve_callee(R, e->a, e->args.n);
    for (int i = 0; i < e->args.n; i++)
      resolve_expr(R, e->args.v[i]);
    if (ref_kind(e->a) == REF_FN && e->a->ref.fn->is_actor && !R->top->is_actor) {
      Diag *d = diag_error("E0017", e->a->span, "an actor's body cannot run outside of an actor");
      d->primary.text = arena_printf("`%s` is an actor", e->a->ref.fn->name->s);
      d->help = arena_printf("start it with `spawn(%s, …)`", e->a->ref.fn->name->s);
    }
    if (ref_kind(e->a) == REF_FN && e->a->ref.fn->clauses.v[0]->is_inline && e->a->ref.fn->arity == e->args.n)
      expand_inline(R, e);
    break;
  case E_BLOCK: resolve_block(R, e); break;
  case E_CASE:
    resolve_expr(R, e->a);
    resolve_arms(R, e);
    break;
  case E_FOR: {
    resolve_expr(R, e->a);
    Locals locals = {0};
    resolve_pat(R, e->pat, &locals);
    if (e->pat2) resolve_pat(R, e->pat2, &locals);
    bind_all(R, &locals);
    R->loops++;
    resolve_expr(R, e->b);
    resolve_expr(R, e->c);
    R->loops--;
    unbind_to(R, mark);
    break;
  }
  case E_WHILE:
    resolve_expr(R, e->a);
    R->loops++;
    resolve_expr(R, e->c);
    R->loops--;
    break;
  case E_BREAK:
  case E_CONTINUE:
    if (!R->loops) {
      const char *w = e->kind == E_BREAK ? "break" : "continue";
      Diag *d = diag_error(e->kind == E_BREAK ? "E0032" : "E0033", e->span, "`%s` outside of loop", w);
      d->primary.text = arena_printf("`%s` can only be used inside a loop", w);
      d->help = arena_printf("move this `%s` inside a loop body", w);
    }
    break;
  case E_CLOSURE: {
    for (int i = 0; i < e->clauses.n; i++)
      resolve_clause(R, e->clauses.v[i]);
    break;
  }
  case E_SPAWN:
    for (int i = 0; i < e->args.n; i++)
      if (i) resolve_expr(R, e->args.v[i]);
      else resolve_callee(R, e->args.v[0], e->args.n - 1);
    if (!e->args.n) wrong_arguments(e, 1);
    if (program.lib) {
      Diag *d = diag_error("E0199", e->span, "processes in a library are not supported yet");
      d->primary.text = "not part of this version";
    }
    break;
  case E_SEND:
  case E_LINK:
    for (int i = 0; i < e->args.n; i++)
      resolve_expr(R, e->args.v[i]);
    if (e->args.n != (e->kind == E_SEND ? 2 : 1)) wrong_arguments(e, e->kind == E_SEND ? 2 : 1);
    break;
  case E_SELF_PID:
    if (!R->top->is_actor) {
      Diag *d = diag_error("E0015", e->span, "self() used outside actor block");
      d->primary.text = "self() is only available inside an actor block";
    }
    break;
  case E_RECEIVE:
    if (!R->top->is_actor) {
      Diag *d = diag_error("E0017", e->span, "receive used outside actor block");
      d->primary.text = "receive is only available inside an actor block";
      d->help = "move this receive expression into an actor block";
    }
    resolve_arms(R, e);
    resolve_expr(R, e->a);
    resolve_expr(R, e->b);
    break;
  default:
    resolve_expr(R, e->a);
    resolve_expr(R, e->b);
    resolve_expr(R, e->c);
    for (int i = 0; i < e->args.n; i++)
      resolve_expr(R, e->args.v[i]);
    for (int i = 0; e->kind == E_STRUCT && i < e->fields.n; i++)
      resolve_expr(R, e->fields.v[i].value);
  }
}
