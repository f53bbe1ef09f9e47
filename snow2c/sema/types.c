#include "sema/types.h"

#include <stdlib.h>

Builtins builtin;

Type *type_var(int level) {
  Type *t = NEW(Type);
  t->kind = TY_VAR;
  t->level = level;
  return t;
}

Type *type_con(Tycon *con, Type **args, int n) {
  Type *t = NEW(Type);
  t->kind = TY_CON;
  t->con = con;
  t->args = args;
  t->n = n;
  return t;
}

Type *type_con1(Tycon *con, Type *a) {
  Type **args = NEW_ARRAY(Type *, 1);
  args[0] = a;
  return type_con(con, args, 1);
}

Type *type_con2(Tycon *con, Type *a, Type *b) {
  Type **args = NEW_ARRAY(Type *, 2);
  args[0] = a;
  args[1] = b;
  return type_con(con, args, 2);
}

Type *type_fun(Type **params, int n, Type *ret) {
  Type *t = NEW(Type);
  t->kind = TY_FUN;
  t->args = params;
  t->n = n;
  t->ret = ret;
  return t;
}

Type *type_tuple(Type **elems, int n) {
  if (n == 1) return elems[0];
  if (n == 0 && builtin.t_unit) return builtin.t_unit;
  Type *t = NEW(Type);
  t->kind = TY_TUPLE;
  t->args = elems;
  t->n = n;
  return t;
}

Type *prune(Type *t) {
  while (t->kind == TY_VAR && t->ref) {
    if (t->ref->kind == TY_VAR && t->ref->ref) t->ref = t->ref->ref; /* path halving */
    t = t->ref;
  }
  return t;
}

static uint32_t this_walk;

/* ---- unification ---- */

/* Lowers the levels inside t to that of var, and finds var itself (occurs check), in one walk. */
static bool adjust(Type *var, Type *t) {
  t = prune(t);
  switch (t->kind) {
  case TY_VAR:
    if (t == var) return false;
    if (t->level > var->level) t->level = var->level;
    return true;
  case TY_CON:
  case TY_TUPLE:
  case TY_FUN:
    if (t->concrete || t->walk == this_walk) return true;
    t->walk = this_walk;
    for (int i = 0; i < t->n; i++)
      if (!adjust(var, t->args[i])) return false;
    return t->kind != TY_FUN || adjust(var, t->ret);
  case TY_ERROR: return true;
  }
  return true;
}

static UnifyResult bind(Type *var, Type *t, UnifyFault *f) {
  if (t->kind == TY_VAR) t->message |= var->message;
  this_walk++;
  if (!adjust(var, t)) {
    f->var = var;
    f->in = t;
    return UNIFY_INFINITE;
  }
  if (t->kind == TY_VAR) {
    if (!t->name) t->name = var->name;
    for (int i = 0; i < var->wheres.n; i++)
      vec_push(&t->wheres, var->wheres.v[i]);
  }
  var->ref = t;
  return UNIFY_OK;
}

UnifyResult unify(Type *a, Type *b, UnifyFault *f) {
  a = prune(a);
  b = prune(b);
  if (a == b) return UNIFY_OK;
  if (a->kind == TY_ERROR || b->kind == TY_ERROR) {
    /* What meets an error becomes one: the fault is reported once. */
    Type *other = a->kind == TY_ERROR ? b : a;
    if (other->kind == TY_VAR && !other->generic) other->ref = a->kind == TY_ERROR ? a : b;
    return UNIFY_OK;
  }
  if (a->kind == TY_VAR && !a->generic) {
    /* Keep the declared parameter's name where two variables meet. */
    if (b->kind == TY_VAR && !b->generic && a->name && !b->name) return bind(b, a, f);
    return bind(a, b, f);
  }
  if (b->kind == TY_VAR && !b->generic) return bind(b, a, f);
  if (a->kind != b->kind) return UNIFY_MISMATCH;
  if (a->kind == TY_VAR) return UNIFY_MISMATCH;
  if (a->kind == TY_CON && a->con != b->con) return UNIFY_MISMATCH;
  if (a->kind == TY_CON && a->con == builtin.pid && a->n != b->n) return UNIFY_OK; /* Pid fits every Pid<M> */
  if (a->n != b->n) {
    f->expected = a->n;
    f->found = b->n;
    return UNIFY_ARITY;
  }
  for (int i = 0; i < a->n; i++) {
    UnifyResult r = unify(a->args[i], b->args[i], f);
    if (r != UNIFY_OK) return r == UNIFY_ARITY ? UNIFY_MISMATCH : r;
  }
  return a->kind == TY_FUN ? unify(a->ret, b->ret, f) : UNIFY_OK;
}

/* ---- schemes ---- */

static int parts_made; /* by the present substitution */

static Type *substitute_in(Type *t) {
  t = prune(t);
  switch (t->kind) {
  case TY_VAR: return t->generic && t->bound ? t->bound : t;
  case TY_ERROR: return t;
  default: break;
  }
  if (t->concrete) return t;
  if (t->walk == this_walk) return t->in_walk;
  Type **args = NULL;
  Type *ret = t->kind == TY_FUN ? substitute_in(t->ret) : NULL;
  bool changed = ret != t->ret;
  for (int i = 0; i < t->n; i++) {
    Type *c = substitute_in(t->args[i]);
    if (c != t->args[i] && !args) {
      args = NEW_ARRAY(Type *, t->n);
      for (int j = 0; j < i; j++)
        args[j] = t->args[j];
    }
    if (args) args[i] = c;
  }
  Type *u = t;
  if (args || changed) {
    u = NEW(Type);
    parts_made++;
    *u = *t;
    if (args) u->args = args;
    u->ret = ret;
    u->interned = NULL;
  }
  t->walk = this_walk;
  return t->in_walk = u;
}

Type *substitute(Type *t) {
  this_walk++;
  parts_made = 0;
  return substitute_in(t);
}

/* Each use of a generalised value can double what its type holds. */
static void check_size(const Scheme *s, Span at) {
  enum { MOST_VARS = 10000, MOST_PARTS = 1000000 };
  if (s->nvars <= MOST_VARS && parts_made <= MOST_PARTS) return;
  Diag *d = diag_error("E0113", at, "the type of this is too large");
  d->primary.text = s->nvars > MOST_VARS ? "it holds too many variables" : "it has too many parts";
  diag_stop();
}

Type *instantiate(const Scheme *s, int level, Type ***inst, Obligations *obs, Span at) {
  if (inst) *inst = NULL;
  if (!s->nvars) return s->ty;
  Type **fresh = NEW_ARRAY(Type *, s->nvars);
  Type **saved = NEW_ARRAY(Type *, s->nvars);
  for (int i = 0; i < s->nvars; i++) {
    fresh[i] = type_var(level);
    fresh[i]->message = s->vars[i]->message;
    saved[i] = s->vars[i]->bound;
    s->vars[i]->bound = fresh[i];
  }
  Type *t = substitute(s->ty);
  check_size(s, at);
  for (int i = 0; obs && i < s->obs.n; i++) {
    Obligation *o = NEW(Obligation);
    *o = *s->obs.v[i];
    o->ty = substitute(o->ty);
    if (o->other) o->other = substitute(o->other);
    if (o->result) o->result = substitute(o->result);
    o->expr = NULL; /* the solution belongs to the definition's instance, not to this use */
    o->span = at;
    o->done = false;
    vec_push(obs, o);
  }
  for (int i = 0; i < s->nvars; i++)
    s->vars[i]->bound = saved[i];
  if (inst) *inst = fresh;
  return t;
}

static void free_vars_in(Type *t, int level, TypeVec *out) {
  t = prune(t);
  if (t->kind == TY_ERROR || t->concrete || t->walk == this_walk) return;
  if (t->kind == TY_VAR) {
    if (t->generic || t->level <= level) return;
    for (int i = 0; i < out->n; i++)
      if (out->v[i] == t) return;
    vec_push(out, t);
    return;
  }
  t->walk = this_walk;
  for (int i = 0; i < t->n; i++)
    free_vars_in(t->args[i], level, out);
  if (t->kind == TY_FUN) free_vars_in(t->ret, level, out);
}

void free_vars(Type *t, int level, TypeVec *out) {
  this_walk++;
  free_vars_in(t, level, out);
}

static bool has_vars_in(Type *t) {
  t = prune(t);
  if (t->kind == TY_VAR) return true;
  if (t->kind == TY_ERROR || t->concrete || t->walk == this_walk) return false;
  t->walk = this_walk;
  for (int i = 0; i < t->n; i++)
    if (has_vars_in(t->args[i])) return true;
  return t->kind == TY_FUN && has_vars_in(t->ret);
}

bool has_vars(Type *t) {
  this_walk++;
  return has_vars_in(t);
}

/* ---- concrete types ---- */

static struct {
  Type **slots;
  uint32_t n, cap;
} table;

static Type *intern_type(Type *t) {
  uint32_t h = (uint32_t)t->kind * 31 + (t->con ? (uint32_t)((uintptr_t)t->con >> 4) : 7);
  for (int i = 0; i < t->n; i++)
    h = (h ^ t->args[i]->hash) * 16777619u;
  if (t->ret) h = (h ^ t->ret->hash) * 16777619u;
  h ^= h >> 13;
  if (table.n >= table.cap) {
    uint32_t cap = table.cap ? table.cap * 2 : 256;
    Type **slots = NEW_ARRAY(Type *, cap);
    for (uint32_t i = 0; i < table.cap; i++)
      for (Type *u = table.slots[i], *next; u; u = next) {
        next = u->chain;
        u->chain = slots[u->hash & (cap - 1)];
        slots[u->hash & (cap - 1)] = u;
      }
    table.slots = slots;
    table.cap = cap;
  }
  for (Type *u = table.slots[h & (table.cap - 1)]; u; u = u->chain) {
    if (u->hash != h || u->kind != t->kind || u->con != t->con || u->n != t->n || u->ret != t->ret) continue;
    int i = 0;
    while (i < t->n && u->args[i] == t->args[i])
      i++;
    if (i == t->n) return u;
  }
  Type *u = NEW(Type);
  *u = *t;
  u->args = NEW_ARRAY(Type *, t->n);
  for (int i = 0; i < t->n; i++)
    u->args[i] = t->args[i];
  u->concrete = true;
  u->hash = h;
  u->chain = table.slots[h & (table.cap - 1)];
  table.slots[h & (table.cap - 1)] = u;
  table.n++;
  return u;
}

/* *open is set when a variable was met: then the result holds only for the present instance. */
static Type *concretize_in(Type *t, bool *open) {
  t = prune(t);
  if (t->concrete) return t;
  if (t->interned) return t->interned;
  Type *args[16], **p = args;
  Type tmp = {0};
  switch (t->kind) {
  case TY_VAR:
    *open = true;
    if (t->bound) return concretize_in(t->bound, open);
    if (t->message && builtin.any) return concretize_in(builtin.any->self, open);
    tmp.kind = TY_TUPLE; /* nobody constrained it */
    return intern_type(&tmp);
  case TY_ERROR: tmp.kind = TY_TUPLE; return intern_type(&tmp);
  default: break;
  }
  if (t->walk == this_walk) {
    *open = true;
    return t->in_walk;
  }
  if (t->n > 16) p = NEW_ARRAY(Type *, t->n);
  tmp.kind = t->kind;
  tmp.con = t->con;
  tmp.n = t->n;
  tmp.args = p;
  bool inside = false;
  if (t->kind == TY_CON && t->con == builtin.pid) tmp.n = 0; /* the message type has no part at run time */
  for (int i = 0; i < tmp.n; i++)
    p[i] = concretize_in(t->args[i], &inside);
  if (t->ret) tmp.ret = concretize_in(t->ret, &inside);
  Type *result = intern_type(&tmp);
  *open |= inside;
  t->walk = this_walk;
  t->in_walk = result;
  if (!inside) t->interned = result;
  return result;
}

Type *concretize(Type *t) {
  bool open = false;
  this_walk++;
  return concretize_in(t, &open);
}

/* ---- text ---- */

static int last_shown;

static void put_types(Buf *b, Type **types, int n, const Module *m, int depth);

/* Enough of it for a message: names of types that never end are cut. */
static bool enough(const Buf *b) { return b->n > 2000; }

static void put_type(Buf *b, Type *t, const Module *m, int depth) {
  t = prune(t);
  if (depth > 40) {
    buf_puts(b, "…");
    return;
  }
  switch (t->kind) {
  case TY_VAR:
    if (t->name) buf_puts(b, t->name->s);
    else {
      /* Numbered as they appear in messages, so that a message does not depend on what came before it. */
      if (!t->id) t->id = ++last_shown;
      buf_printf(b, "?%d", t->id);
    }
    return;
  case TY_ERROR: buf_puts(b, "?"); return;
  case TY_CON:
    if (t->con->mod && m && t->con->mod != m && !t->con->mod->is_std) buf_printf(b, "%s.", t->con->mod->last->s);
    buf_puts(b, t->con->name->s);
    if (!t->n) return;
    buf_putc(b, '<');
    put_types(b, t->args, t->n, m, depth + 1);
    buf_putc(b, '>');
    return;
  case TY_FUN:
  case TY_TUPLE:
    buf_putc(b, '(');
    put_types(b, t->args, t->n, m, depth + 1);
    buf_putc(b, ')');
    if (t->kind == TY_FUN) {
      buf_puts(b, " -> ");
      put_types(b, &t->ret, 1, m, depth + 1);
    }
    return;
  }
}

static void put_types(Buf *b, Type **types, int n, const Module *m, int depth) {
  for (int i = 0; i < n; i++) {
    if (i) buf_puts(b, ", ");
    if (enough(b)) {
      buf_puts(b, "…");
      return;
    }
    put_type(b, types[i], m, depth);
  }
}

const char *type_text(Type *t, const Module *m) {
  Buf b = {0};
  put_type(&b, t, m, 0);
  char *s = arena_strndup(b.s, b.n);
  free(b.s);
  return s;
}
