/* Pattern matching: clauses to decision trees (Maranget, "Compiling pattern matching to good decision trees", ML
 * Workshop 2008), columns tested from left to right as the source reads. */
#include "ir/lower.h"

typedef struct {
  Local *local;
  Ir *value;
} Binding;

typedef struct Row {
  Pat **pats; /* NULL: matches anything */
  VEC(Binding) binds;
  int arm;
} Row;

typedef VEC(Row *) Rows;

typedef struct {
  Lower *L;
  MatchArm *arms;
  int narms;
  Dest dest;
  Span at;
  int *leaves;      /* how many leaves of the tree end in each arm */
  IrLabel **labels; /* of arms with several leaves */
  IrLabel *end;
  bool counting;
  int nodes;
  bool bind_only; /* a `let`: the one arm has no body */
} Match;

static Row *copy_row(const Row *r, int cols) {
  Row *n = NEW(Row);
  n->arm = r->arm;
  n->pats = NEW_ARRAY(Pat *, cols);
  for (int i = 0; i < r->binds.n; i++)
    vec_push(&n->binds, r->binds.v[i]);
  return n;
}

/* Moves names out of the patterns and splits alternatives, until every pattern is NULL or a test. */
static void simplify(Rows *out, Row *r, Ir **cols, int ncols) {
  enum { MOST = 20000 };
  if (out->n >= MOST) {
    /* Alternatives in several columns multiply. */
    Span at = {0};
    for (int i = 0; i < ncols && !at.src; i++)
      if (r->pats[i]) at = r->pats[i]->span;
    Diag *d = diag_error("E0117", at, "too many combinations of alternatives");
    d->primary.text = arena_printf("more than %d", MOST);
    d->help = "split the pattern into several arms, or test in a guard";
    diag_stop();
  }
  for (int i = 0; i < ncols; i++) {
    for (Pat *p = r->pats[i]; p;) {
      if (p->kind == PAT_WILD || p->kind == PAT_UNIT || p->kind == PAT_ERROR) p = NULL;
      else if (p->kind == PAT_VAR || p->kind == PAT_AS) {
        Binding b = {p->local, cols[i]};
        while (b.local->lowered)
          b.local = b.local->lowered;
        vec_push(&r->binds, b);
        p = p->kind == PAT_AS ? p->args.v[0] : NULL;
      } else if (p->kind == PAT_OR) {
        for (int k = 0; k < p->args.n; k++) {
          Row *n = copy_row(r, ncols);
          for (int j = 0; j < ncols; j++)
            n->pats[j] = r->pats[j];
          n->pats[i] = p->args.v[k];
          simplify(out, n, cols, ncols);
        }
        return;
      } else if (p->kind == PAT_CTOR && p->variant->tycon->variants.n == 1 && p->args.n == 0) p = NULL;
      else {
        r->pats[i] = p;
        break;
      }
      r->pats[i] = p;
    }
  }
  vec_push(out, r);
}

static void tree(Match *M, Ir **cols, int ncols, Rows *rows);

static void bind_row(Match *M, Row *r) {
  for (int i = 0; i < r->binds.n; i++) {
    Local *l = r->binds.v[i].local;
    if (!l->used) continue;
    if (M->labels[r->arm]) {
      /* Several leaves lead to this arm: its variables were declared before. */
      IrVar *v = pmap_get(&M->L->vars, l);
      if (v->repr->kind == R_UNIT) continue;
      IrStmt *s = emit(M->L, T_ASSIGN);
      s->var = v;
      s->e = again(r->binds.v[i].value);
    } else if (M->bind_only && M->leaves[r->arm] != 1) die("internal: alternative in a let");
    else bind_local(M->L, l, again(r->binds.v[i].value));
  }
}

static void go_end(Match *M) {
  Lower *L = M->L;
  if (L->dead || !M->end) return;
  M->end->used = true;
  emit(L, T_GOTO)->label = M->end;
  L->dead = true;
}

static void lower_arm(Lower *L, MatchArm *arm, Dest d) {
  if (arm->again) {
    emit(L, T_CONTINUE)->loop = arm->again;
    L->dead = true;
    return;
  }
  if (arm->taken) emit(L, T_EXPR)->e = x_call_c(arm->taken, repr_unit());
  if (arm->body) lower_expr(L, arm->body, d);
}

static void leaf(Match *M, Ir **cols, int ncols, Rows *rows) {
  Lower *L = M->L;
  Row *r = rows->v[0];
  MatchArm *arm = &M->arms[r->arm];
  Rows rest = {0};
  for (int i = 1; i < rows->n; i++)
    vec_push(&rest, rows->v[i]);
  if (M->counting) {
    M->leaves[r->arm]++;
    if (arm->guard) tree(M, cols, ncols, &rest);
    return;
  }
  bind_row(M, r);
  Dest d = M->dest;
  IrStmt *test = NULL;
  IrBlock *out = L->out;
  bool dead = L->dead;
  if (arm->guard) {
    Ir *g = lower_value(L, arm->guard);
    test = emit(L, T_IF);
    test->e = g;
    out = L->out;
    dead = L->dead;
    L->out = &test->a;
  }
  if (M->labels[r->arm]) {
    M->labels[r->arm]->used = true;
    emit(L, T_GOTO)->label = M->labels[r->arm];
    L->dead = true;
  } else lower_arm(L, arm, d);
  if (test) {
    bool dead_a = L->dead;
    L->out = &test->b;
    L->dead = dead;
    tree(M, cols, ncols, &rest);
    bool dead_b = L->dead;
    L->out = out;
    L->dead = dead || (dead_a && dead_b);
  }
}

/* ---- one test ---- */

static bool same_head(const Pat *a, const Pat *b) {
  if (a->kind == PAT_CTOR && b->kind == PAT_CTOR) return a->variant == b->variant;
  if (a->kind != b->kind) return false;
  switch (a->kind) {
  case PAT_INT:
  case PAT_BOOL: return a->i == b->i;
  case PAT_FLOAT: return a->f == b->f;
  case PAT_STR: return a->slen == b->slen && memcmp(a->s, b->s, a->slen) == 0;
  default: return true;
  }
}

static int sub_count(const Pat *p) {
  switch (p->kind) {
  case PAT_CTOR:
  case PAT_TUPLE: return p->args.n;
  case PAT_CONS: return 2;
  default: return 0;
  }
}

static Ir *sub_value(Ir *col, const Pat *p, int i) {
  if (p->kind == PAT_TUPLE) return x_field(again(col), i);
  if (p->kind == PAT_CTOR) return x_payload(again(col), p->variant->index, i);
  if (i == 0) {
    Repr *elem = repr_of(col->repr->ty->args[0]);
    if (elem->kind == R_UNIT) return x_new(X_UNIT, elem);
    Ir *x = x_new(X_AT, elem);
    x->a = again(col);
    x->b = x_int(0);
    return x;
  }
  Ir *x = x_new(X_TAIL, col->repr);
  x->a = again(col);
  return x;
}

/* What is left to match once column c is known to have this head. A part that some row looks into gets a name. */
static void specialise(Match *M, Ir **cols, int ncols, int c, Rows *rows, const Pat *head, Ir ***out_cols, Rows *out) {
  int n = sub_count(head);
  Ir **sub = NEW_ARRAY(Ir *, n + ncols - 1);
  for (int i = 0; i < n; i++) {
    sub[i] = sub_value(cols[c], head, i);
    if (M->counting || sub[i]->kind == X_UNIT) continue;
    int looked = 0;
    for (int k = 0; k < rows->n; k++) {
      Pat *p = rows->v[k]->pats[c];
      if (p && same_head(p, head) && p->args.n > i && p->args.v[i]->kind != PAT_WILD && p->args.v[i]->kind != PAT_VAR)
        looked++;
    }
    if (looked) sub[i] = simple(M->L, sub[i], head->kind == PAT_CONS && i ? "rest" : "p");
  }
  int k = n;
  for (int i = 0; i < ncols; i++)
    if (i != c) sub[k++] = cols[i];
  for (int i = 0; i < rows->n; i++) {
    Row *r = rows->v[i];
    Pat *p = r->pats[c];
    if (p && !same_head(p, head)) continue;
    Row *nr = copy_row(r, n + ncols - 1);
    for (int j = 0; j < n; j++)
      nr->pats[j] = p ? p->args.v[j] : NULL;
    k = n;
    for (int j = 0; j < ncols; j++)
      if (j != c) nr->pats[k++] = r->pats[j];
    simplify(out, nr, sub, n + ncols - 1);
  }
  *out_cols = sub;
}

static Ir *test_of(Ir *col, const Pat *p) {
  switch (p->kind) {
  case PAT_BOOL: return p->i ? again(col) : x_not(again(col));
  case PAT_INT: return x_binary("==", again(col), x_int(p->i), repr_bool());
  case PAT_FLOAT: {
    Ir *f = x_new(X_FLOAT, repr_of(builtin.t_float));
    f->f = p->f;
    return x_binary("==", again(col), f, repr_bool());
  }
  case PAT_STR: {
    Ir *x = x_call_c("snow_string_eq", repr_bool());
    x->no_cx = x->pure = true;
    vec_push(&x->args, again(col));
    vec_push(&x->args, x_string(p->s, p->slen));
    return x;
  }
  case PAT_CTOR: return x_binary("==", x_tag(again(col)), x_int(p->variant->index), repr_bool());
  case PAT_CONS:
  case PAT_NIL: {
    Ir *len = x_new(X_LEN, repr_int());
    len->a = again(col);
    return x_binary(p->kind == PAT_CONS ? "!=" : "==", len, x_int(0), repr_bool());
  }
  default: return NULL;
  }
}

static int constructors(const Pat *p) {
  switch (p->kind) {
  case PAT_CTOR: return p->variant->tycon->variants.n;
  case PAT_TUPLE: return 1;
  case PAT_BOOL:
  case PAT_CONS:
  case PAT_NIL: return 2;
  default: return 0; /* infinitely many */
  }
}

static void branch(Match *M, Ir **cols, int ncols, int c, Rows *rows, const Pat *head) {
  Ir **sub;
  Rows out = {0};
  specialise(M, cols, ncols, c, rows, head, &sub, &out);
  tree(M, sub, sub_count(head) + ncols - 1, &out);
}

static void default_branch(Match *M, Ir **cols, int ncols, int c, Rows *rows) {
  Ir **sub = NEW_ARRAY(Ir *, ncols);
  Rows out = {0};
  int k = 0;
  for (int i = 0; i < ncols; i++)
    if (i != c) sub[k++] = cols[i];
  for (int i = 0; i < rows->n; i++) {
    if (rows->v[i]->pats[c]) continue;
    Row *nr = copy_row(rows->v[i], ncols);
    k = 0;
    for (int j = 0; j < ncols; j++)
      if (j != c) nr->pats[k++] = rows->v[i]->pats[j];
    vec_push(&out, nr);
  }
  tree(M, sub, ncols - 1, &out);
}

/* A tree tests nothing twice on one path, but paths can be exponentially many. */
static void check_nodes(Match *M) {
  enum { MOST = 50000 };
  if (++M->nodes <= MOST + 10 * M->narms) return;
  Diag *d = diag_error("E0117", M->at, "this match needs too many combinations of tests");
  d->help = "split it, or test its most telling column first";
  diag_stop();
}

static void tree(Match *M, Ir **cols, int ncols, Rows *rows) {
  Lower *L = M->L;
  if (M->counting) check_nodes(M);
  if (rows->n == 0) {
    if (M->counting) return;
    IrStmt *s = emit(L, T_PANIC);
    s->span = L->site ? *L->site : M->at;
    s->text = "non-exhaustive match";
    L->dead = true;
    return;
  }
  int c = 0;
  while (c < ncols && !rows->v[0]->pats[c])
    c++;
  if (c == ncols) {
    leaf(M, cols, ncols, rows);
    return;
  }
  /* The heads this column tests, in order of appearance. */
  VEC(const Pat *) heads = {0};
  for (int i = 0; i < rows->n; i++) {
    const Pat *p = rows->v[i]->pats[c];
    bool known = !p;
    for (int k = 0; k < heads.n && !known; k++)
      known = same_head(heads.v[k], p);
    if (!known) vec_push(&heads, p);
  }
  int all = constructors(heads.v[0]);
  bool complete = all && heads.n == all;
  if (M->counting) {
    for (int i = 0; i < heads.n; i++)
      branch(M, cols, ncols, c, rows, heads.v[i]);
    if (!complete) default_branch(M, cols, ncols, c, rows);
    return;
  }
  if (all == 1) {
    branch(M, cols, ncols, c, rows, heads.v[0]);
    return;
  }
  cols[c] = simple(L, cols[c], "v");
  bool use_switch = (heads.v[0]->kind == PAT_CTOR && heads.n >= 3) || (heads.v[0]->kind == PAT_INT && heads.n >= 4);
  IrBlock *out = L->out;
  bool dead = L->dead, all_dead = true;
  if (use_switch) {
    IrStmt *s = emit(L, T_SWITCH);
    s->e = heads.v[0]->kind == PAT_CTOR ? x_tag(again(cols[c])) : again(cols[c]);
    int last = complete ? heads.n - 1 : heads.n;
    for (int i = 0; i < last; i++) {
      IrCase one = {heads.v[i]->kind == PAT_CTOR ? heads.v[i]->variant->index : heads.v[i]->i, {0}};
      vec_push(&s->cases, one);
    }
    for (int i = 0; i < last; i++) {
      L->out = &s->cases.v[i].body;
      L->dead = dead;
      branch(M, cols, ncols, c, rows, heads.v[i]);
      all_dead &= L->dead;
    }
    L->out = &s->a;
    L->dead = dead;
    if (complete) branch(M, cols, ncols, c, rows, heads.v[last]);
    else default_branch(M, cols, ncols, c, rows);
    all_dead &= L->dead;
    L->out = out;
    L->dead = dead || all_dead;
    return;
  }
  int tests = complete ? heads.n - 1 : heads.n;
  for (int i = 0; i < tests; i++) {
    IrStmt *s = emit(L, T_IF);
    s->e = test_of(cols[c], heads.v[i]);
    L->out = &s->a;
    L->dead = dead;
    branch(M, cols, ncols, c, rows, heads.v[i]);
    all_dead &= L->dead;
    L->out = &s->b;
    L->dead = dead;
  }
  if (complete) branch(M, cols, ncols, c, rows, heads.v[tests]);
  else default_branch(M, cols, ncols, c, rows);
  all_dead &= L->dead;
  L->out = out;
  L->dead = dead || all_dead;
}

/* ---- entry ---- */

static void declare_binds(Match *M, Pat *p) {
  if (!p) return;
  if ((p->kind == PAT_VAR || p->kind == PAT_AS) && p->local->used && !p->local->lowered) {
    IrVar *v = new_var(p->local->name->s, repr_of(concretize(p->local->ty)));
    v->assigned = true;
    if (v->repr->kind != R_UNIT) emit(M->L, T_LET)->var = v;
    pmap_put(&M->L->vars, p->local, v);
  }
  /* Alternatives bind the same variables: the first one's stand for all. */
  int n = p->kind == PAT_OR ? 1 : p->args.n;
  for (int i = 0; i < n; i++)
    declare_binds(M, p->args.v[i]);
}

/* A variable bound by a later alternative is used when the first one's is, and the other way round. */
static void join_uses(Pat *p) {
  if (!p) return;
  if ((p->kind == PAT_VAR || p->kind == PAT_AS) && p->local->lowered)
    ((Local *)p->local->lowered)->used |= p->local->used;
  for (int i = 0; i < p->args.n; i++)
    join_uses(p->args.v[i]);
}

static void start_rows(Rows *rows, MatchArm *arms, int narms, Ir **cols, int ncols) {
  for (int i = 0; i < narms; i++) {
    Row *r = NEW(Row);
    r->arm = i;
    r->pats = NEW_ARRAY(Pat *, ncols);
    for (int k = 0; k < ncols; k++)
      r->pats[k] = arms[i].pats[k];
    simplify(rows, r, cols, ncols);
  }
}

void lower_match(Lower *L, Ir **cols, int ncols, MatchArm *arms, int narms, Dest d, Span at) {
  Match match = {0}, *M = &match;
  M->L = L;
  M->arms = arms;
  M->narms = narms;
  M->dest = d;
  M->at = at;
  M->leaves = NEW_ARRAY(int, narms);
  M->labels = NEW_ARRAY(IrLabel *, narms);
  M->bind_only = narms == 1 && !arms[0].body && !arms[0].again;
  for (int i = 0; i < narms; i++)
    for (int k = 0; k < ncols; k++)
      join_uses(arms[i].pats[k]);
  Rows rows = {0};
  start_rows(&rows, arms, narms, cols, ncols);
  M->counting = true;
  tree(M, cols, ncols, &rows);
  M->counting = false;
  bool joined = false;
  for (int i = 0; i < narms; i++)
    if (M->leaves[i] > 1) {
      M->labels[i] = NEW(IrLabel);
      M->labels[i]->hint = "arm";
      joined = true;
      for (int k = 0; k < ncols; k++)
        declare_binds(M, arms[i].pats[k]);
    }
  if (!joined) {
    tree(M, cols, ncols, &rows);
    return;
  }
  /* Leaves that do not end in a shared arm have to jump over the shared ones; the tree stands in a block of its own
   * so that they can all be seen to end. */
  M->end = NEW(IrLabel);
  M->end->hint = "end";
  tree(M, cols, ncols, &rows);
  if (!L->dead) go_end(M);
  for (int i = 0; i < narms; i++) {
    if (!M->labels[i] || !M->labels[i]->used) continue;
    L->dead = false;
    emit(L, T_LABEL)->label = M->labels[i];
    lower_arm(L, &arms[i], d);
    bool last = true;
    for (int k = i + 1; k < narms; k++)
      last &= !(M->labels[k] && M->labels[k]->used);
    if (!L->dead && !last) go_end(M);
  }
  bool falls = !L->dead;
  if (M->end->used || falls) {
    L->dead = false;
    if (M->end->used) emit(L, T_LABEL)->label = M->end;
  }
}
