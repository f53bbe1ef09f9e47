/* Obligations: what is required of types that were not known when the requirement arose. */
#include "sema/infer.h"

Obligation *add_obligation(ObKind k, Type *ty, Span at) {
  Obligation *o = NEW(Obligation);
  o->kind = k;
  o->ty = ty;
  o->span = at;
  vec_push(&infer->pending, o);
  return o;
}

/* Where a missing interface was reported: what else a scheme requires of the same type at the same place is silent. */
static Span last_missing;

static bool is_string(Type *t) { return t->kind == TY_CON && t->con->prim == PRIM_STRING; }

/* What can be done about it, if anything. */
static const char *trait_help(const char *trait, Type *t, const char *text) {
  bool compares =
      strcmp(trait, "Eq") == 0 || strcmp(trait, "Ord") == 0 || strcmp(trait, "Hash") == 0 || strcmp(trait, "Key") == 0;
  if (t->kind == TY_FUN)
    return compares ? "functions cannot be compared" : strcmp(trait, "Display") == 0 ? "functions have no text" : NULL;
  if (strcmp(trait, "Neg") == 0) return "only Int and Float can be negated";
  if (strcmp(trait, "Concat") == 0) return "`<>` and `++` join strings, and lists";
  if (strcmp(trait, "Add") == 0 && is_string(t)) return "strings are joined with `<>`";
  if (t->kind != TY_CON) return NULL;
  if (strcmp(trait, "Key") == 0) return "keys need Eq and Hash";
  if (strcmp(trait, "Sign") == 0) return "a comparator gives an Int (negative, zero or positive) or an Ordering";
  if (strcmp(trait, "JsonKey") == 0) return "the keys of a JSON object are Strings";
  if (strcmp(trait, "ToJson") == 0 && !t->con->mod->is_std)
    return arena_printf("add `deriving(Json)` to the definition of `%s`", t->con->name->s);
  text = arena_strndup(text, strcspn(text, "<")); /* an impl is for all instances of a type */
  if (t->con->has_deriving && !t->con->mod->is_std && (compares || strcmp(trait, "Display") == 0))
    return arena_printf("add `%s` to the deriving list of `%s`, or an `impl %s for %s do ... end`", trait,
                        t->con->name->s, trait, text);
  return arena_printf("add `impl %s for %s do ... end`", trait, text);
}

void missing_trait(Span at, const char *trait, Type *t) {
  last_missing = at;
  const char *text = type_text(t, infer->mod);
  Diag *d = diag_error("E0006", at, "%s does not implement %s", text, trait);
  d->primary.text = arena_printf("%s does not satisfy %s", text, trait);
  d->help = trait_help(trait, t, text);
  d->json = arena_printf("type `%s` does not satisfy trait `%s`", text, trait);
}

/* What compound types have asked of their parts in the present round: types share parts, and are asked as graphs. */
typedef struct Asked {
  ObKind kind;
  Interface *iface;
  Span at;
  struct Asked *next;
} Asked;
static PMap asked; /* Type* → Asked* */

static bool asked_already(const Obligation *o, Span at) {
  Type *t = prune(o->ty);
  if (t->kind == TY_VAR) return false;
  Asked *first = pmap_get(&asked, t);
  for (Asked *a = first; a; a = a->next)
    if (a->kind == o->kind && a->iface == o->iface && a->at.src == at.src && a->at.start == at.start) return true;
  Asked *a = NEW(Asked);
  a->kind = o->kind;
  a->iface = o->iface;
  a->at = at;
  a->next = first;
  pmap_put(&asked, t, a);
  return false;
}

static void append_pending(const Obligations *more, Span at) {
  for (int i = 0; i < more->n; i++) {
    if (asked_already(more->v[i], at)) continue;
    more->v[i]->span = at;
    more->v[i]->nested = true;
    vec_push(&infer->pending, more->v[i]);
  }
}

static void no_member(Obligation *o, Type *t, bool called) {
  if (!o->expr && last_missing.src == o->span.src && last_missing.start == o->span.start) return;
  const char *text = type_text(t, infer->mod);
  Diag *d;
  if (!called) {
    d = diag_error("E0009", o->span, "type %s has no field %s", text, o->name->s);
    d->primary.text = arena_printf("no field `%s`", o->name->s);
    if (t->kind == TY_CON && t->con->kind == TC_STRUCT) {
      const char *best = NULL;
      int distance = 3;
      for (int i = 0; i < t->con->fields.n; i++) {
        int k = edit_distance(o->name->s, t->con->fields.v[i].name.name->s, 2);
        if (k && k < distance) distance = k, best = t->con->fields.v[i].name.name->s;
      }
      if (best) d->help = arena_printf("did you mean `%s`?", best);
    }
    return;
  }
  d = diag_error("E0030", o->span, "no method `%s` on type `%s`", o->name->s, text);
  d->primary.text = arena_printf("method `%s` not found", o->name->s);
  d->help = arena_printf("type `%s` has no trait impl providing `%s`", text, o->name->s);
}

static void ambiguous(Obligation *o, Type *t, const Member *m) {
  const char *a = m->a->name->s, *b = m->b->name->s;
  if (strcmp(a, b) > 0) {
    const char *x = a;
    a = b;
    b = x;
  }
  Diag *d = diag_error("E0027", o->span, "ambiguous method `%s` for type `%s`: candidates from traits [%s, %s]",
                       o->name->s, type_text(t, infer->mod), a, b);
  d->primary.text = arena_printf("multiple traits provide `%s`", o->name->s);
  d->help = arena_printf("use qualified syntax: %s.%s(value) or %s.%s(value)", a, o->name->s, b, o->name->s);
}

static void fail(Obligation *o) {
  UnifyFault f;
  unify(o->other, builtin.t_error, &f);
  if (o->other->kind == TY_FUN) unify(o->other->ret, builtin.t_error, &f);
}

/* The function type found for a member must fit the call. */
static void fit_method(Obligation *o, Type *have) {
  have = prune(have);
  if (have->kind == TY_FUN && have->n != o->other->n) {
    bool dot = o->expr && o->expr->kind == E_DOT;
    arity_error(o->span, have->n - dot, o->other->n - dot);
    fail(o);
    return;
  }
  expect_type(o->span, have, o->other, NULL);
}

static bool solve_method(Obligation *o, Type *t) {
  bool dot = o->expr ? o->expr->kind == E_DOT && ref_kind(o->expr) != REF_METHOD : o->result != NULL;
  if (t->kind == TY_VAR) {
    if (t->generic) return true;
    for (int i = 0; i < t->wheres.n; i++)
      for (int k = 0; k < t->wheres.v[i]->methods.n; k++)
        if (t->wheres.v[i]->methods.v[k]->name == o->name && (!o->iface || o->iface == t->wheres.v[i])) {
          /* Known from the constraint: its type can be used now; the impl is chosen for each instance. */
          if (!o->done) fit_method(o, signature_type(t->wheres.v[i]->methods.v[k], t, infer->level));
          o->done = true;
          return false;
        }
    return false;
  }
  const Module *from = o->expr ? infer->mod : NULL;
  Member m = dot ? find_member(t, o->name, o->other->n - 1, from) : find_method(t, o->name, o->iface, from);
  Expr *e = o->expr;
  switch (m.kind) {
  case MEMBER_FIELD: {
    /* A field that holds a function. */
    if (o->done) return true;
    Type *fn = type_fun(o->other->args + 1, o->other->n - 1, o->other->ret);
    if (e) {
      e->method = false;
      e->index = m.index;
      e->ty = m.type;
      e->late = false;
    }
    expect_type(o->span, m.type, fn, NULL);
    return true;
  }
  case MEMBER_FN: {
    Type **inst = NULL;
    Type *have = use_fn(m.fn, &inst, o->span);
    if (e) {
      e->ref.kind = REF_FN;
      e->ref.fn = m.fn;
      e->inst = inst;
      e->late = false;
    }
    fit_method(o, have);
    return true;
  }
  case MEMBER_DERIVED: {
    Obligation *need = add_obligation(OB_TRAIT, t, o->span);
    need->iface = m.iface;
    if (e) e->late = true; /* made when the type is concrete */
    if (!o->done) fit_method(o, signature_type(m.fn, t, infer->level));
    return true;
  }
  case MEMBER_AMBIGUOUS:
    ambiguous(o, t, &m);
    fail(o);
    return true;
  case MEMBER_NONE:
    if (!dot) {
      InterfaceList *owners = pmap_get(&program.method_owners, o->name);
      const char *trait = o->iface ? o->iface->name->s : owners && owners->v.n ? owners->v.v[0]->name->s : o->name->s;
      missing_trait(o->span, trait, t);
    } else no_member(o, t, true);
    fail(o);
    return true;
  }
  return true;
}

/* True when the obligation is settled (or reported). */
static bool solve(Obligation *o) {
  Type *t = prune(o->ty);
  Obligations more = {0};
  Type *bad;
  if (t->kind == TY_ERROR) {
    if (o->other) fail(o);
    return true;
  }
  if (o->kind == OB_METHOD) return solve_method(o, t);
  if (infer->checked && o->kind != OB_FIELD && o->kind != OB_INDEX) return true;
  if (t->kind == TY_VAR) return false;
  switch (o->kind) {
  case OB_TRAIT:
    /* Bool is ordered inside other types only. */
    if (!o->nested && o->iface == builtin.ord && t->kind == TY_CON && t->con->prim == PRIM_BOOL) {
      missing_trait(o->span, "Ord", t);
      return true;
    }
    if (!implements(o->iface, t, &more, &bad)) missing_trait(o->span, o->iface->name->s, bad);
    else append_pending(&more, o->span);
    return true;
  case OB_SHOW:
    if (!showable(t, &more, &bad)) missing_trait(o->span, "Display", bad);
    else append_pending(&more, o->span);
    return true;
  case OB_CONCAT:
    if (!is_string(t) && !(t->kind == TY_CON && t->con == builtin.list)) missing_trait(o->span, "Concat", t);
    return true;
  case OB_INDEX: {
    Span index = o->expr ? o->expr->b->span : o->span;
    if (t->kind == TY_CON && t->con == builtin.list) {
      expect_type(index, builtin.t_int, o->other, NULL);
      expect_type(o->span, t->args[0], o->result, NULL);
    } else if (t->kind == TY_CON && t->con->mod->is_std && strcmp(t->con->name->s, "Map") == 0) {
      expect_type(index, t->args[0], o->other, NULL);
      expect_type(o->span, t->args[1], o->result, NULL);
    } else if (t->kind == TY_TUPLE && t->n) {
      expect_type(index, builtin.t_int, o->other, NULL);
      if (o->literal && o->index >= 0 && o->index < t->n) expect_type(o->span, t->args[o->index], o->result, NULL);
      else if (o->literal) {
        Diag *d =
            diag_warning("W0105", o->span, "a tuple of %d elements has no element %lld", t->n, (long long)o->index);
        d->primary.text = "this will panic";
      } else
        for (int i = 0; i < t->n; i++)
          expect_type(o->span, t->args[i], o->result, NULL);
    } else {
      UnifyFault f;
      Diag *d = diag_error("E0001", o->span, "expected List, Map or a tuple, found %s", type_text(t, infer->mod));
      d->primary.text = "only lists and maps can be indexed";
      d->json = arena_printf("type mismatch: expected `List<?>`, found `%s`", type_text(t, infer->mod));
      unify(o->result, builtin.t_error, &f);
    }
    return true;
  }
  case OB_FIELD: {
    Member m = find_member(t, o->name, -1, o->expr ? infer->mod : NULL);
    if (m.kind == MEMBER_FIELD) {
      if (o->expr) o->expr->index = m.index, o->expr->late = false;
      expect_type(o->span, m.type, o->other, NULL);
    } else {
      no_member(o, t, false);
      fail(o);
    }
    return true;
  }
  case OB_METHOD: break;
  }
  return true;
}

void solve_early(void) {
  for (bool progress = true; progress;) {
    progress = false;
    for (int i = 0; i < infer->pending.n; i++) {
      Obligation *o = infer->pending.v[i];
      if (!o->settled && solve(o)) progress = o->settled = true;
    }
  }
}

bool solve_obligations(int mark) {
  bool any = false;
  if (asked.n) asked = (PMap){0};
  for (bool progress = true; progress;) {
    progress = false;
    int keep = mark;
    for (int i = mark; i < infer->pending.n; i++) {
      Obligation *o = infer->pending.v[i];
      if (o->settled || solve(o)) progress = any = true;
      else infer->pending.v[keep++] = o;
    }
    infer->pending.n = keep;
  }
  return any;
}

void take_obligations(int mark, TypeVec *vars, Obligations *out) {
  int keep = mark;
  for (int i = mark; i < infer->pending.n; i++) {
    Obligation *o = infer->pending.v[i];
    Type *t = prune(o->ty);
    if (o->settled) continue;
    if (t->kind == TY_VAR && t->level > infer->level) {
      free_vars(o->ty, infer->level, vars);
      if (o->other) free_vars(o->other, infer->level, vars);
      if (o->result) free_vars(o->result, infer->level, vars);
      if (o->expr) o->expr->late = true;
      if (o->kind == OB_METHOD && o->expr && o->expr->kind == E_DOT && ref_kind(o->expr) != REF_METHOD)
        o->result = builtin.t_unit;
      vec_push(out, o);
    } else infer->pending.v[keep++] = o;
  }
  infer->pending.n = keep;
}

/* Whether an obligation only repeats an earlier one. Without this a chain of functions that use the one before twice
 * would double its obligations at each step. */
static bool repeated(const Obligations *obs, int n, const Obligation *o) {
  if (o->kind != OB_TRAIT && o->kind != OB_SHOW && o->kind != OB_CONCAT) return false;
  for (int i = 0; i < n; i++)
    if (obs->v[i]->kind == o->kind && obs->v[i]->iface == o->iface && prune(obs->v[i]->ty) == prune(o->ty)) return true;
  return false;
}

Scheme *generalise(Type *t, TypeVec *vars, Obligations *obs) {
  Scheme *s = NEW(Scheme);
  for (int i = 0; i < vars->n; i++)
    vars->v[i]->generic = true;
  s->vars = vars->v;
  s->nvars = vars->n;
  s->ty = t;
  int keep = 0;
  for (int i = 0; i < obs->n; i++)
    if (!repeated(obs, keep, obs->v[i])) obs->v[keep++] = obs->v[i];
  obs->n = keep;
  s->obs = *obs;
  return s;
}
