/* Exhaustiveness and redundancy of pattern matches: the usefulness of a row against a matrix (Maranget, "Warnings
 * for pattern matching", JFP 17(3), 2007). */
#include "sema/infer.h"

typedef enum { SP_WILD, SP_CON, SP_LIT, SP_OR } SpKind;

/* A pattern reduced to what matters here. */
typedef struct Sp {
  SpKind kind;
  int con, ncons; /* SP_CON: which of how many constructors */
  Tycon *tc;      /* of a sum type */
  const Pat *lit; /* SP_LIT */
  int n;
  struct Sp **args;
} Sp;

typedef struct {
  VEC(Sp **) rows;
} Matrix;

static Sp wild = {SP_WILD, 0, 0, NULL, NULL, 0, NULL};
static long budget;

static Sp *new_sp(SpKind k, int n) {
  Sp *s = NEW(Sp);
  s->kind = k;
  s->n = n;
  s->args = NEW_ARRAY(Sp *, n);
  return s;
}

/* lenient: a cons pattern counts as matching every list, as it did in programs written for v5.0. */
static Sp *reduce(const Pat *p, bool lenient) {
  Sp *s;
  switch (p->kind) {
  case PAT_WILD:
  case PAT_VAR:
  case PAT_ERROR: return &wild;
  case PAT_AS: return reduce(p->args.v[0], lenient);
  case PAT_INT:
  case PAT_FLOAT:
  case PAT_STR:
    s = new_sp(SP_LIT, 0);
    s->lit = p;
    return s;
  case PAT_BOOL:
    s = new_sp(SP_CON, 0);
    s->con = p->i ? 0 : 1;
    s->ncons = 2;
    return s;
  case PAT_UNIT:
    s = new_sp(SP_CON, 0);
    s->ncons = 1;
    return s;
  case PAT_OR: s = new_sp(SP_OR, p->args.n); break;
  case PAT_TUPLE:
    s = new_sp(SP_CON, p->args.n);
    s->ncons = 1;
    break;
  case PAT_CTOR:
    if (!p->variant) return &wild;
    s = new_sp(SP_CON, p->args.n);
    s->con = p->variant->index;
    s->tc = p->variant->tycon;
    s->ncons = s->tc->variants.n;
    break;
  case PAT_NIL:
    s = new_sp(SP_CON, 0);
    s->ncons = 2;
    return s;
  case PAT_CONS:
    if (lenient) return &wild;
    s = new_sp(SP_CON, 2);
    s->con = 1;
    s->ncons = 2;
    break;
  default: return &wild;
  }
  for (int i = 0; i < p->args.n; i++)
    s->args[i] = reduce(p->args.v[i], lenient);
  return s;
}

static bool same_literal(const Pat *a, const Pat *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == PAT_INT) return a->i == b->i;
  if (a->kind == PAT_FLOAT) return a->f == b->f;
  return a->slen == b->slen && memcmp(a->s, b->s, a->slen) == 0;
}

/* In a match with a type error patterns of different types may meet. */
static bool same_type(const Sp *a, const Sp *b) { return a->ncons == b->ncons && a->tc == b->tc; }

/* The rows of m that match constructor (or literal) head, with its arguments in place of the first column. */
static void specialise_row(Matrix *out, Sp **row, int cols, const Sp *head) {
  const Sp *p = row[0];
  if (p->kind == SP_OR) {
    for (int i = 0; i < p->n; i++) {
      Sp **copy = NEW_ARRAY(Sp *, cols);
      memcpy(copy, row, sizeof *row * (size_t)cols);
      copy[0] = p->args[i];
      specialise_row(out, copy, cols, head);
    }
    return;
  }
  if (p->kind == SP_CON && (head->kind != SP_CON || p->con != head->con || p->n != head->n)) return;
  if (p->kind == SP_LIT && (head->kind != SP_LIT || !same_literal(p->lit, head->lit))) return;
  Sp **r = NEW_ARRAY(Sp *, head->n + cols - 1);
  for (int i = 0; i < head->n; i++)
    r[i] = p->kind == SP_WILD ? &wild : p->args[i];
  memcpy(r + head->n, row + 1, sizeof *row * (size_t)(cols - 1));
  vec_push(&out->rows, r);
}

static void default_row(Matrix *out, Sp **row, int cols) {
  if (row[0]->kind == SP_WILD) vec_push(&out->rows, row + 1);
  else if (row[0]->kind == SP_OR)
    for (int i = 0; i < row[0]->n; i++) {
      Sp **copy = NEW_ARRAY(Sp *, cols);
      memcpy(copy, row, sizeof *row * (size_t)cols);
      copy[0] = row[0]->args[i];
      default_row(out, copy, cols);
    }
}

static bool useful(const Matrix *m, Sp **q, int cols) {
  if (m->rows.n == 0) return true;
  if (cols == 0) return false;
  if (--budget < 0) return true; /* a pathological matrix: give the program the benefit of the doubt */
  Sp *p = q[0];
  if (p->kind == SP_OR) {
    for (int i = 0; i < p->n; i++) {
      Sp **copy = NEW_ARRAY(Sp *, cols);
      memcpy(copy, q, sizeof *q * (size_t)cols);
      copy[0] = p->args[i];
      if (useful(m, copy, cols)) return true;
    }
    return false;
  }
  if (p->kind != SP_WILD) {
    Matrix s = {0};
    for (int i = 0; i < m->rows.n; i++)
      specialise_row(&s, m->rows.v[i], cols, p);
    Sp **r = NEW_ARRAY(Sp *, p->n + cols - 1);
    memcpy(r, p->args, sizeof *r * (size_t)p->n);
    memcpy(r + p->n, q + 1, sizeof *r * (size_t)(cols - 1));
    return useful(&s, r, p->n + cols - 1);
  }
  /* A wildcard: useful when it is for some constructor, where the column names them all; else by the default. */
  Sp **seen = NULL, *first = NULL;
  int ncons = 0, count = 0;
  VEC(Sp *) todo = {0};
  for (int i = 0; i < m->rows.n; i++)
    vec_push(&todo, m->rows.v[i][0]);
  for (int i = 0; i < todo.n; i++) {
    Sp *t = todo.v[i];
    if (t->kind == SP_OR)
      for (int k = 0; k < t->n; k++)
        vec_push(&todo, t->args[k]);
    else if (t->kind == SP_CON && (!first || same_type(t, first))) {
      if (!first) first = t, seen = NEW_ARRAY(Sp *, ncons = t->ncons);
      if (!seen[t->con]) seen[t->con] = t, count++;
    }
  }
  if (ncons && count == ncons) {
    for (int c = 0; c < ncons; c++) {
      Matrix s = {0};
      for (int i = 0; i < m->rows.n; i++)
        specialise_row(&s, m->rows.v[i], cols, seen[c]);
      Sp **r = NEW_ARRAY(Sp *, seen[c]->n + cols - 1);
      for (int i = 0; i < seen[c]->n; i++)
        r[i] = &wild;
      memcpy(r + seen[c]->n, q + 1, sizeof *r * (size_t)(cols - 1));
      if (useful(&s, r, seen[c]->n + cols - 1)) return true;
    }
    return false;
  }
  Matrix d = {0};
  for (int i = 0; i < m->rows.n; i++)
    default_row(&d, m->rows.v[i], cols);
  return useful(&d, q + 1, cols - 1);
}

/* ---- reports ---- */

typedef struct {
  VEC(Sp **) rows; /* every arm */
  VEC(bool) guarded;
  int cols;
} Arms;

static bool exhaustive(const Arms *a) {
  Matrix m = {0};
  for (int i = 0; i < a->rows.n; i++)
    if (!a->guarded.v[i]) vec_push(&m.rows, a->rows.v[i]);
  Sp **q = NEW_ARRAY(Sp *, a->cols);
  for (int i = 0; i < a->cols; i++)
    q[i] = &wild;
  budget = 200000;
  return !useful(&m, q, a->cols);
}

static const char *con_text(const Variant *v) {
  if (!v->fields.n) return v->name.name->s;
  Buf b = {0};
  buf_printf(&b, "%s(", v->name.name->s);
  for (int i = 0; i < v->fields.n; i++)
    buf_puts(&b, i ? ", _" : "_");
  buf_putc(&b, ')');
  return arena_strndup(b.s, b.n);
}

/* The missing constructors of the outermost type, or `_`. */
static const char *missing(const Arms *a, Type *t) {
  Matrix m = {0};
  for (int i = 0; i < a->rows.n; i++)
    if (!a->guarded.v[i]) vec_push(&m.rows, a->rows.v[i]);
  Buf b = {0};
  int ncons = 0;
  if (a->cols == 1 && t->kind == TY_CON) {
    if (t->con->kind == TC_SUM) ncons = t->con->variants.n;
    else if (t->con->prim == PRIM_BOOL || t->con->prim == PRIM_LIST) ncons = 2;
  }
  for (int c = 0; c < ncons; c++) {
    const Variant *v = t->con->kind == TC_SUM ? t->con->variants.v[c] : NULL;
    int n = v ? v->fields.n : t->con->prim == PRIM_LIST ? c * 2 : 0;
    Sp *s = new_sp(SP_CON, n);
    s->con = c;
    s->ncons = ncons;
    s->tc = v ? v->tycon : NULL;
    for (int i = 0; i < n; i++)
      s->args[i] = &wild;
    budget = 200000;
    if (!useful(&m, &s, 1)) continue;
    const char *text = v ? con_text(v) : t->con->prim == PRIM_BOOL ? (c ? "false" : "true") : c ? "_ :: _" : "[]";
    buf_printf(&b, "%s%s", b.n ? ", " : "", text);
  }
  if (!b.n) {
    if (a->cols == 1 && t->kind == TY_TUPLE && t->n > 1) {
      for (int i = 0; i < t->n; i++)
        buf_puts(&b, i ? ", _" : "(_");
      buf_putc(&b, ')');
    } else buf_putc(&b, '_');
  }
  return arena_strndup(b.s, b.n);
}

static void report_missing(const Arms *a, Type *t, Span at, bool warning, Module *m) {
  const char *list = missing(a, t);
  const char *type = type_text(t, m);
  Diag *d = warning ? diag_warning("E0012", at, "non-exhaustive match on `%s`", type)
                    : diag_error("E0012", at, "non-exhaustive match on `%s`", type);
  d->primary.text = arena_printf("missing: %s", list);
  d->help = "add the missing patterns or a wildcard `_` arm";
  d->json = arena_printf("%s: missing patterns [%s]", d->message, list);
}

static void report_redundant(const Arms *a, const Span *spans) {
  Matrix before = {0};
  for (int i = 0; i < a->rows.n; i++) {
    budget = 100000;
    if (!useful(&before, a->rows.v[i], a->cols)) {
      Diag *d = diag_warning("W0001", spans[i], "redundant match arm (arm %d)", i + 1);
      d->primary.text = "this arm is unreachable";
      d->help = "remove this arm or reorder the match";
      d->json = arena_printf("redundant match arm at index %d", i);
    }
    if (!a->guarded.v[i]) vec_push(&before.rows, a->rows.v[i]);
  }
}

void check_case(Expr *e, Module *m) {
  if (m->is_std) return;
  Arms strict = {0}, lenient = {0};
  Span *spans = NEW_ARRAY(Span, e->arms.n);
  strict.cols = lenient.cols = 1;
  for (int i = 0; i < e->arms.n; i++) {
    Arm *arm = &e->arms.v[i];
    for (int k = 0; k < 2; k++) {
      Sp **row = NEW_ARRAY(Sp *, 1);
      row[0] = reduce(arm->pat, k == 1);
      Arms *a = k ? &lenient : &strict;
      vec_push(&a->rows, row);
      vec_push(&a->guarded, arm->guard != NULL);
    }
    spans[i] = arm->pat->span;
  }
  Type *t = prune(e->a->ty);
  if (!exhaustive(&strict)) report_missing(&strict, t, e->a->span, exhaustive(&lenient) && e->arms.n, m);
  report_redundant(&strict, spans);
}

void check_let(Pat *p, Module *m) {
  Arms a = {0};
  Sp **row = NEW_ARRAY(Sp *, 1);
  a.cols = 1;
  row[0] = reduce(p, false);
  vec_push(&a.rows, row);
  vec_push(&a.guarded, false);
  if (exhaustive(&a)) return;
  Diag *d = diag_error("E0012", p->span, "this pattern does not fit every `%s`", type_text(prune(p->ty), m));
  d->primary.text = "a `let` must not fail";
  d->help = "match it with `case`";
}

void check_clauses(Fn *f, Module *m) {
  if (m->is_std || f->clauses.n == 0) return;
  Arms a = {0};
  a.cols = f->arity;
  Span *spans = NEW_ARRAY(Span, f->clauses.n);
  for (int i = 0; i < f->clauses.n; i++) {
    FnClause *c = f->clauses.v[i];
    if (c->params.n != f->arity) return;
    Sp **row = NEW_ARRAY(Sp *, f->arity);
    for (int k = 0; k < f->arity; k++)
      row[k] = reduce(c->params.v[k].pat, false);
    vec_push(&a.rows, row);
    vec_push(&a.guarded, c->guard != NULL);
    spans[i] = c->head;
  }
  Type *fn = prune(f->ty);
  Type *t = fn->n == 1 ? prune(fn->args[0]) : type_tuple(fn->args, fn->n);
  if (!exhaustive(&a)) report_missing(&a, t, f->span, true, m);
  if (f->clauses.n > 1) report_redundant(&a, spans);
}
