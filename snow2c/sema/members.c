/* Members and interfaces of known types: fields, methods, library functions, which type implements what. */
#include "sema/program.h"

/* The library modules whose functions can be called with a dot on a value (chapter 2 section 2.14, step 9). */
static Module *dot_module(const Tycon *tc) {
  static const char *const names[] = {"String", "List", "Map", "Set", "Range"};
  if (!tc->mod || !tc->mod->is_std) return NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(tc->name->s, names[i]) == 0) return std_module(tc->name);
  return NULL;
}

unsigned derive_bit(const Interface *i) {
  return i == builtin.eq        ? D_EQ
         : i == builtin.ord     ? D_ORD
         : i == builtin.display ? D_DISPLAY
         : i == builtin.debug   ? D_DEBUG
         : i == builtin.hash    ? D_HASH
                                : 0;
}

Impl *find_impl(Interface *iface, Type *t, bool *derived) {
  *derived = false;
  if (t->kind == TY_TUPLE) *derived = derive_bit(iface) != 0;
  if (t->kind != TY_CON) return NULL;
  ImplList *l = pmap_get(&program.impls, t->con);
  for (int i = 0; l && i < l->v.n; i++)
    if (l->v.v[i]->iface == iface) return l->v.v[i];
  *derived = (t->con->derives & derive_bit(iface)) != 0;
  return NULL;
}

Member find_method(Type *t, Name name, Interface *iface, const Module *from) {
  Member m = {0};
  if (t->kind != TY_CON) {
    if (!iface || t->kind != TY_TUPLE || !derive_bit(iface)) return m;
    for (int i = 0; i < iface->methods.n; i++)
      if (iface->methods.v[i]->name == name) {
        m.kind = MEMBER_DERIVED;
        m.fn = iface->methods.v[i];
        m.iface = iface;
      }
    return m;
  }
  ImplList *l = pmap_get(&program.impls, t->con);
  for (int i = 0; l && i < l->v.n; i++) {
    if (iface && l->v.v[i]->iface != iface) continue;
    Fn *f = impl_method(l->v.v[i], name);
    if (!f) continue;
    if (m.kind == MEMBER_FN) {
      /* Another module's private interface gives way. */
      Interface *in = l->v.v[i]->iface;
      bool sees_old = !from || visible(from, m.iface->mod, m.iface->pub),
           sees_new = !from || visible(from, in->mod, in->pub);
      if (sees_old && !sees_new) continue;
      if (sees_new && !sees_old) {
        m.fn = f;
        m.iface = in;
        continue;
      }
      m.kind = MEMBER_AMBIGUOUS;
      m.a = m.iface;
      m.b = l->v.v[i]->iface;
      return m;
    }
    m.kind = MEMBER_FN;
    m.fn = f;
    m.iface = l->v.v[i]->iface;
  }
  if (m.kind) return m;
  Interface *derivable[] = {builtin.eq, builtin.ord, builtin.display, builtin.debug, builtin.hash};
  for (int i = 0; i < 5; i++) {
    if ((iface && iface != derivable[i]) || !(t->con->derives & derive_bit(derivable[i]))) continue;
    for (int k = 0; k < derivable[i]->methods.n; k++)
      if (derivable[i]->methods.v[k]->name == name) {
        m.kind = MEMBER_DERIVED;
        m.fn = derivable[i]->methods.v[k];
        m.iface = derivable[i];
        return m;
      }
  }
  if (iface == builtin.ord && t->con->prim == PRIM_BOOL)
    for (int k = 0; k < iface->methods.n; k++)
      if (iface->methods.v[k]->name == name) {
        /* Bool is ordered inside other types only. */
        m.kind = MEMBER_DERIVED;
        m.fn = iface->methods.v[k];
        m.iface = iface;
      }
  return m;
}

static Member find_field(Type *t, Name name, const Module *from) {
  Member m = {0};
  Tycon *tc = t->con;
  if (tc->kind != TC_STRUCT || (from && !visible(from, tc->mod, tc->pub))) return m;
  for (int i = 0; i < tc->fields.n; i++)
    if (tc->fields.v[i].name.name == name) {
      m.kind = MEMBER_FIELD;
      m.index = i;
      m.type = apply_args(tc, t->args, tc->fields.v[i].ty);
    }
  return m;
}

Member find_member(Type *t, Name name, int argc, const Module *from) {
  Member m = {0};
  if (t->kind != TY_CON) return m;
  Tycon *tc = t->con;
  Member field = find_field(t, name, from);
  if (argc < 0) return field;
  /* What is called is a field that holds a function, before any method; any other field stands behind. */
  TypeKind holds = field.kind ? prune(field.type)->kind : TY_ERROR;
  if (field.kind && (holds == TY_FUN || holds == TY_VAR)) return field;
  m = find_method(t, name, NULL, from);
  if (m.kind || field.kind) return m.kind ? m : field;
  Module *lib = dot_module(tc);
  FnList *l = lib ? pmap_get(&lib->fns, name) : NULL;
  Fn *f = fn_by_arity(l, argc + 1);
  if (!f) f = fn_by_arity(l, -1);
  if (f && f->pub) {
    m.kind = MEMBER_FN;
    m.fn = f;
  }
  return m;
}

/* ---- conditions of derived implementations ---- */

/* Whether a derived impl of iface (NULL: interpolation) holds for a type constructor, and which of its parameters
 * must implement it too. Computed once for each pair; a recursive type counts as holding while it is examined. */
typedef struct Condition {
  Interface *iface;
  Tycon *tc;
  bool holds, done;
  Type *bad;
  const char *field; /* it stands in */
  bool *needs;       /* by parameter */
  struct Condition *next;
} Condition;

static PMap conditions; /* Tycon* → Condition* */

static bool condition_type(Interface *iface, Type *t, Condition *c);

static Condition *condition_of(Interface *iface, Tycon *tc) {
  Condition *first = pmap_get(&conditions, tc);
  for (Condition *c = first; c; c = c->next)
    if (c->iface == iface) return c;
  Condition *c = NEW(Condition);
  c->iface = iface;
  c->tc = tc;
  c->holds = true;
  c->needs = NEW_ARRAY(bool, tc->generics.n);
  c->next = first;
  pmap_put(&conditions, tc, c);
  /* Display and Debug render their fields by the rules of interpolation. */
  Interface *each = iface == builtin.display || iface == builtin.debug ? NULL : iface;
  for (int i = 0; i < tc->fields.n && c->holds; i++) {
    c->field = arena_printf("field `%s`", tc->fields.v[i].name.name->s);
    c->holds = condition_type(each, tc->fields.v[i].ty, c);
  }
  for (int i = 0; i < tc->variants.n; i++)
    for (int k = 0; k < tc->variants.v[i]->fields.n && c->holds; k++) {
      c->field = arena_printf("variant `%s`", tc->variants.v[i]->name.name->s);
      c->holds = condition_type(each, tc->variants.v[i]->fields.v[k].ty, c);
    }
  c->done = true;
  return c;
}

/* Reduces "t implements iface" to needs of c's parameters. */
static bool condition_type(Interface *iface, Type *t, Condition *c) {
  t = prune(t);
  if (t->kind == TY_VAR) {
    for (int i = 0; i < c->tc->generics.n; i++)
      if (c->tc->params[i] == t) c->needs[i] = true;
    return true;
  }
  Obligations more = {0};
  Type *bad = t;
  /* Inside other types lists are hashed element by element, though they have no Hash of their own. */
  if (iface == builtin.hash && t->kind == TY_CON && t->con->prim == PRIM_LIST) iface = builtin.key;
  bool ok = iface ? implements(iface, t, &more, &bad) : showable(t, &more, &bad);
  for (int i = 0; ok && i < more.n; i++)
    ok = condition_type(more.v[i]->kind == OB_SHOW ? NULL : more.v[i]->iface, more.v[i]->ty, c);
  if (!ok && !c->bad) c->bad = bad;
  return ok;
}

bool derivable_for(Interface *iface, Tycon *tc, const char **field, Type **bad) {
  Condition *c = condition_of(iface, tc);
  *field = c->field;
  *bad = c->bad;
  return c->holds;
}

static void require(Obligations *more, Interface *iface, Type *t) {
  Obligation *o = NEW(Obligation);
  o->kind = iface ? OB_TRAIT : OB_SHOW;
  o->iface = iface;
  o->ty = t;
  vec_push(more, o);
}

static bool derived_holds(Interface *iface, Type *t, Obligations *more, Type **bad) {
  Condition *c = condition_of(iface, t->con);
  if (!c->holds) {
    if (c->bad) *bad = c->bad;
    return false;
  }
  if (!c->done) return true; /* being examined: its needs are collected there */
  if (iface == builtin.display || iface == builtin.debug) iface = NULL;
  for (int i = 0; i < t->n; i++)
    if (c->needs[i]) require(more, iface, t->args[i]);
  return true;
}

/* Map keys are compared and hashed structurally; only functions, and what holds them, cannot be. */
static bool is_key(Type *t, Obligations *more, Type **bad) {
  if (t->kind == TY_TUPLE) {
    for (int i = 0; i < t->n; i++)
      require(more, builtin.key, t->args[i]);
    return true;
  }
  if (t->kind != TY_CON) return false;
  if (t->con->kind == TC_STRUCT || t->con->kind == TC_SUM) return derived_holds(builtin.key, t, more, bad);
  if (t->con->prim == PRIM_LIST) require(more, builtin.key, t->args[0]);
  if (t->con->prim != PRIM_NONE) return true;
  /* A container of the library that can be compared and hashed. */
  bool derived;
  if (!find_impl(builtin.eq, t, &derived) || !find_impl(builtin.hash, t, &derived)) return false;
  for (int i = 0; i < t->n; i++)
    require(more, builtin.key, t->args[i]);
  return true;
}

bool implements(Interface *iface, Type *t, Obligations *more, Type **bad) {
  bool derived;
  *bad = t;
  if (iface == builtin.key) return is_key(t, more, bad);
  if (iface == builtin.neg && t->kind == TY_CON && (t->con->prim == PRIM_INT || t->con->prim == PRIM_FLOAT))
    return true;
  Impl *im = find_impl(iface, t, &derived);
  if (im) {
    for (int i = 0; i < im->bounds.n; i++)
      for (int k = 0; k < im->nparams; k++)
        if (im->params[k] == im->bounds.v[i].var) {
          /* The library's collections show their elements by the rules of interpolation. */
          bool show = im->mod->is_std && im->bounds.v[i].iface == builtin.display;
          require(more, show ? NULL : im->bounds.v[i].iface, t->args[k]);
        }
    return true;
  }
  if (t->kind == TY_CON && t->con->prim == PRIM_BOOL && iface == builtin.ord) return true; /* inside other types */
  if (!derived) return false;
  if (t->kind == TY_TUPLE) {
    for (int i = 0; i < t->n; i++)
      require(more, iface, t->args[i]);
    return true;
  }
  return derived_holds(iface, t, more, bad);
}

bool showable(Type *t, Obligations *more, Type **bad) {
  bool derived;
  *bad = t;
  if (t->kind == TY_TUPLE) {
    for (int i = 0; i < t->n; i++)
      require(more, NULL, t->args[i]);
    return true;
  }
  if (t->kind != TY_CON) return false;
  Impl *im = find_impl(builtin.display, t, &derived);
  if (im) return implements(builtin.display, t, more, bad);
  if (t->con->prim == PRIM_PID) return true;
  if (derived || t->con->kind == TC_SUM) return derived_holds(NULL, t, more, bad);
  im = find_impl(builtin.debug, t, &derived);
  if (im) return true;
  return derived && derived_holds(NULL, t, more, bad);
}

Type *signature_type(Fn *sig, Type *self, int level) {
  FnClause *c = sig->clauses.v[0];
  TypeScope scope = {0};
  scope.self = self;
  scope.level = level;
  Type **params = NEW_ARRAY(Type *, sig->arity);
  for (int i = 0; i < sig->arity; i++) {
    TypeExpr *te = c->params.v[i].type;
    if (i == 0 && !sig->is_static) params[i] = self;
    else if (te) params[i] = convert_type(te, sig->mod, &scope);
    else if (sig->mod->is_std) params[i] = self; /* the protocols' `other` */
    else params[i] = type_var(level);
  }
  return type_fun(params, sig->arity, c->ret ? convert_type(c->ret, sig->mod, &scope) : type_var(level));
}
