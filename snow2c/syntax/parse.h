/* What the parser's files share. */
#ifndef SNOW2C_PARSE_H
#define SNOW2C_PARSE_H

#include "syntax/ast.h"

/* How newlines count at the current place (specification chapter 1 section 1.1). */
typedef enum {
  NL_ENDS,    /* outside brackets: a newline ends an expression */
  NL_SKIPPED, /* inside brackets: layout has no effect */
  NL_BLOCK    /* in a block nested in brackets: only a line that begins with ( [ { starts anew */
} NlMode;

typedef struct {
  Source *src;
  Module *mod;
  const Token *toks;
  int pos;
  NlMode nl;
  bool no_trailing; /* in a head: `do` opens the construct's own block */
  bool panic;       /* a fault was reported and the next sync point is not reached yet */
  int error_pos;    /* the token at which the last fault was found */
  int depth;
} Parser;

/* Levels of nesting a program may have (decision D15); each takes up to three entries of the guard. */
enum { MAX_DEPTH = 10000, GUARD_PER_LEVEL = 3 };

static inline const Token *cur(const Parser *p) { return &p->toks[p->pos]; }
static inline TokKind kind(const Parser *p) { return (TokKind)p->toks[p->pos].kind; }
static inline TokKind kind_at(const Parser *p, int k) {
  for (int i = 0; i < k; i++)
    if (p->toks[p->pos + i].kind == TK_EOF) return TK_EOF;
  return (TokKind)p->toks[p->pos + k].kind;
}
static inline bool at(const Parser *p, TokKind k) { return kind(p) == k; }
bool nl_here(const Parser *p); /* the current token starts a new line that ends the expression before it */
static inline bool at_same_line(const Parser *p, TokKind k) { return at(p, k) && !nl_here(p); }
static inline void next(Parser *p) {
  if (!at(p, TK_EOF)) p->pos++;
}
static inline bool eat(Parser *p, TokKind k) {
  if (!at(p, k)) return false;
  next(p);
  return true;
}
bool at_word(const Parser *p, const char *word); /* an identifier with this text */
Span tok_span(const Parser *p);
Span span_from(const Parser *p, uint32_t start); /* from start to the end of the last token taken */

Diag *syntax_error(Parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Takes a token of this kind or reports `expected … after/to …`; what may be "". */
bool expect(Parser *p, TokKind k, const char *what);
/* Takes a `do`, which must stand on the line of its head. */
bool expect_do(Parser *p, const char *what);
/* Takes the `end` of a construct that began at open. */
bool expect_end(Parser *p, Span open, const char *what);
bool enter(Parser *p); /* guards recursion depth; false (with a diagnostic) when too deep */
static inline void leave(Parser *p) { p->depth--; }
void skip_semis(Parser *p);
/* After a fault: skips to the next place where a statement may begin. */
void sync_statement(Parser *p);

Ident parse_ident(Parser *p, const char *what);
bool at_name_after_dot(const Parser *p);
Ident parse_name_after_dot(Parser *p);
Path parse_path(Parser *p, const char *what);
TypeExpr *parse_type(Parser *p);
Pat *parse_pattern(Parser *p);
Pat *parse_tuple_pattern(Parser *p);
Pat *parse_param_pattern(Parser *p, TypeExpr **type);
Expr *parse_expr(Parser *p);
Expr *parse_head(Parser *p);
/* Statements up to `end` or `else` (not taken) as an E_BLOCK. */
Expr *parse_block(Parser *p);
Stmt *parse_stmt(Parser *p);
Item *parse_item(Parser *p); /* NULL when no item begins here */
void parse_params(Parser *p, void *params /* VEC(Param)* */, TokKind close);
FnClause *parse_fn(Parser *p, bool pub, bool is_extern);
/* Interprets the escapes of the current TK_STR_TEXT token. */
const char *string_text(Parser *p, uint32_t *len);
bool parse_int_value(Parser *p, bool negative, int64_t *out);
double parse_float_value(Parser *p);

Expr *new_expr(Parser *p, ExprKind k);

#endif
