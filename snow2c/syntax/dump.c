/* The tree as text, one node a line: --emit=ast. */
#include "syntax/ast.h"

static FILE *out;

static void line(int depth, const char *what, Name name) {
  fprintf(out, "%*s%s%s%s\n", depth * 2, "", what, name ? " " : "", name ? name->s : "");
}

static void dump_expr(const Expr *e, int d);

static void dump_pat(const Pat *p, int d) {
  static const char *const kinds[] = {"_",           "name",  "int",  "float", "string", "bool", "unit",
                                      "constructor", "tuple", "cons", "nil",   "or",     "as",   "error"};
  if (!p) return;
  line(d, arena_printf("pattern %s", kinds[p->kind]), p->path.n ? p->path.v[p->path.n - 1].name : NULL);
  for (int i = 0; i < p->args.n; i++)
    dump_pat(p->args.v[i], d + 1);
}

static void dump_clause(const FnClause *c, int d) {
  line(d, c->is_extern ? "extern fn" : "clause", c->name.name);
  for (int i = 0; i < c->params.n; i++)
    dump_pat(c->params.v[i].pat, d + 1);
  dump_expr(c->guard, d + 1);
  dump_expr(c->body, d + 1);
}

static void dump_item(const Item *it, int d);

static void dump_stmt(const Stmt *s, int d) {
  switch (s->kind) {
  case S_EXPR: dump_expr(s->e, d); return;
  case S_LET:
    line(d, "let", NULL);
    dump_pat(s->pat, d + 1);
    dump_expr(s->e, d + 1);
    return;
  case S_FN: dump_clause(s->clause, d); return;
  case S_ITEM: dump_item(s->item, d); return;
  }
}

static void dump_expr(const Expr *e, int d) {
  static const char *const kinds[] = {"int",   "float", "bool",    "unit",  "string", "name",    "tuple",    "list",
                                      "map",   "unary", "binary",  "call",  "dot",    "index",   "try",      "struct",
                                      "if",    "case",  "closure", "while", "for",    "break",   "continue", "return",
                                      "block", "spawn", "send",    "link",  "self()", "receive", "error"};
  if (!e) return;
  const char *what = kinds[e->kind];
  if (e->kind == E_BINARY || e->kind == E_UNARY) what = arena_printf("%s %s", what, op_text(e->op));
  if (e->kind == E_INT || e->kind == E_BOOL) what = arena_printf("%s %lld", what, (long long)e->i);
  if (e->kind == E_FLOAT) what = arena_printf("%s %.17g", what, e->f);
  line(d, what,
       e->kind == E_NAME || e->kind == E_DOT ? e->name.name
       : e->kind == E_STRUCT && e->path.n    ? e->path.v[e->path.n - 1].name
                                             : NULL);
  if (e->kind == E_FOR) dump_pat(e->pat, d + 1);
  if (e->kind == E_FOR) dump_pat(e->pat2, d + 1);
  dump_expr(e->a, d + 1);
  dump_expr(e->b, d + 1);
  dump_expr(e->c, d + 1);
  for (int i = 0; i < e->args.n; i++)
    dump_expr(e->args.v[i], d + 1);
  for (int i = 0; e->kind == E_STRUCT && i < e->fields.n; i++) {
    line(d + 1, "field", e->fields.v[i].name.name);
    dump_expr(e->fields.v[i].value, d + 2);
  }
  for (int i = 0; (e->kind == E_CASE || e->kind == E_RECEIVE) && i < e->arms.n; i++) {
    line(d + 1, "arm", NULL);
    dump_pat(e->arms.v[i].pat, d + 2);
    dump_expr(e->arms.v[i].guard, d + 2);
    dump_expr(e->arms.v[i].body, d + 2);
  }
  for (int i = 0; e->kind == E_CLOSURE && i < e->clauses.n; i++)
    dump_clause(e->clauses.v[i], d + 1);
  for (int i = 0; e->kind == E_BLOCK && i < e->block->stmts.n; i++)
    dump_stmt(e->block->stmts.v[i], d + 1);
}

static void dump_item(const Item *it, int d) {
  static const char *const kinds[] = {"fn",        "struct",  "type",       "alias",  "extern type",
                                      "interface", "impl",    "module",     "import", "from",
                                      "actor",     "service", "supervisor", "let",    "expression"};
  line(d, arena_printf("%s%s", it->pub ? "pub " : "", kinds[it->kind]), it->name.name);
  for (int i = 0; i < it->path.n; i++)
    line(d + 1, "path", it->path.v[i].name);
  for (int i = 0; i < it->names.n; i++)
    line(d + 1, "name", it->names.v[i].name);
  if (it->clause) dump_clause(it->clause, d + 1);
  if (it->tycon) {
    for (int i = 0; i < it->tycon->fields.n; i++)
      line(d + 1, "field", it->tycon->fields.v[i].name.name);
    for (int i = 0; i < it->tycon->variants.n; i++)
      line(d + 1, "variant", it->tycon->variants.v[i]->name.name);
  }
  if (it->iface)
    for (int i = 0; i < it->iface->methods.n; i++)
      dump_clause(it->iface->methods.v[i]->clauses.v[0], d + 1);
  if (it->impl)
    for (int i = 0; i < it->impl->methods.n; i++)
      for (int k = 0; k < it->impl->methods.v[i]->clauses.n; k++)
        dump_clause(it->impl->methods.v[i]->clauses.v[k], d + 1);
  for (int i = 0; i < it->items.n; i++)
    dump_item(it->items.v[i], d + 1);
  if (it->stmt && (it->kind == I_LET || it->kind == I_EXPR)) dump_stmt(it->stmt, d + 1);
  dump_expr(it->body, d + 1);
  dump_expr(it->terminate, d + 1);
  for (int i = 0; i < it->fns.n; i++)
    dump_clause(it->fns.v[i], d + 1);
  for (int i = 0; i < it->handlers.n; i++) {
    line(d + 1, it->handlers.v[i].is_call ? "call" : "cast", it->handlers.v[i].name.name);
    dump_expr(it->handlers.v[i].body, d + 2);
  }
  for (int i = 0; i < it->children.n; i++) {
    line(d + 1, "child", it->children.v[i].name.name);
    dump_expr(it->children.v[i].start, d + 2);
  }
}

void dump_module(const Module *m, FILE *f) {
  out = f;
  line(0, "module", m->name);
  for (int i = 0; i < m->items.n; i++)
    dump_item(m->items.v[i], 1);
}
