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

/* An `end` that does not stand below what it closes. */
typedef struct {
  Span open, end;
} OddEnd;

typedef struct {
  Source *src;
  Module *mod;
  const Token *toks;
  int pos;
  NlMode nl;
  bool no_trailing; /* in a head: `do` opens the construct's own block */
  bool panic;       /* a fault was reported and the next sync point is not reached yet */
  int error_pos;    /* the token at which the last fault was found, -1 when it lies before the current one */
  int doubt; /* a token that was read as what it is hardly: what is wrong behind it on its line is not reported */
  int depth;
  int then_depth;             /* enclosing blocks that an `else` may end */
  uint64_t reserved;          /* keywords that were reported as names and are read as names since */
  OddEnd end_left, end_right; /* the first in this item that stands further left, right */
  Span margin_item;           /* the first item inside this one that begins at the left margin */
  bool eof_reported;          /* a fault at the end of the file was reported */
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
static inline bool eat_here(Parser *p, TokKind k) { /* outside brackets a newline ends what came before */
  return !nl_here(p) && eat(p, k);
}
bool at_word(const Parser *p, const char *word); /* an identifier or keyword with this text */
bool token_is(const Parser *p, int pos, const char *word);
Span tok_span(const Parser *p);
Span span_from(const Parser *p, uint32_t start); /* from start to the end of the last token taken */

/* ---- faults, parse_recover.c ---- */

/* A fault at the current token; parsing goes on after sync_statement. The result may be completed by the caller. */
Diag *syntax_error(Parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The same at the end of the line before, when the current token begins a line. */
Diag *gap_error(Parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A fault after which the parser reads on as if what it wanted stood there. */
Diag *soft_error(Parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* `expected WANT, found …`, where it is missing. */
Diag *missing(Parser *p, const char *want);
/* The current token is what is wanted, but on the next line. */
void late(Parser *p, const char *want);
/* How the current token is called in messages. */
const char *found(const Parser *p);
/* Takes a token of this kind, which must stand on this line, or reports `expected … after/to …`; what may be "". */
bool expect(Parser *p, TokKind k, const char *what);
/* Takes the `do` of a construct that began at open. True also where only the `do` is missing. */
bool expect_do(Parser *p, Span open, const char *what);
/* Whether such a token stands on the current line, from here on. */
bool on_line(const Parser *p, TokKind k);
/* Whether a construct that began at open lacks its `do`, and the lines that follow look like its body. */
bool body_follows(const Parser *p, Span open);
/* Takes the `end` of a construct that began at open. */
bool expect_end(Parser *p, Span open, const char *what);
void stray_end(Parser *p);
void begin_item(Parser *p);       /* at the top level: what was noted about the item before counts no more */
void note_nested_item(Parser *p); /* an item begins inside another */
bool enter(Parser *p);            /* guards recursion depth; false (with a diagnostic) when too deep */
static inline void leave(Parser *p) { p->depth--; }
void skip_semis(Parser *p);
/* After a fault: skips to the next place where a statement may begin. */
void sync_statement(Parser *p);
/* After a fault: skips a construct of another language that began at open, with its braces or indented lines. */
void skip_foreign(Parser *p, Span open);

/* A bracket that is being read; inside it layout has no effect and trailing closures are allowed. */
typedef struct {
  Span open;
  NlMode nl;
  bool no_trailing;
} Brackets;
Brackets open_bracket(Parser *p);
bool more_inside(const Parser *p, TokKind close); /* another element may follow */
/* Takes the closing bracket: `expected … to close WHAT` when it is missing. */
bool close_bracket(Parser *p, Brackets b, TokKind close, const char *what);

/* A block inside brackets: lines matter a little. */
typedef struct {
  NlMode nl;
  bool no_trailing;
} Context;
static inline Context block_context(Parser *p) {
  Context c = {p->nl, p->no_trailing};
  p->nl = p->nl == NL_ENDS ? NL_ENDS : NL_BLOCK;
  p->no_trailing = false;
  return c;
}
static inline void restore(Parser *p, Context c) {
  p->nl = c.nl;
  p->no_trailing = c.no_trailing;
}

/* Reserved words where a name must stand: each is reported once in a file, and is a name from then on. */
bool stands_as_name(const Parser *p);   /* at a keyword that is meant as one */
Ident reserved_name(Parser *p);         /* takes it */
bool reserved_known(const Parser *p);   /* at a keyword that was reported */
bool reserved_operand(const Parser *p); /* at one that is meant as a name where an expression may begin */

/* ---- grammar ---- */

Ident parse_ident(Parser *p, const char *what);      /* may begin a line */
Ident parse_ident_here(Parser *p, const char *what); /* must stand on this line */
bool at_name_after_dot(const Parser *p);
Ident parse_name_after_dot(Parser *p);
/* Takes the `::` before a type, also where only `:` was written. */
bool eat_type_mark(Parser *p);
Path parse_path(Parser *p, const char *what);
TypeExpr *parse_type(Parser *p);
Pat *parse_pattern(Parser *p);
Pat *parse_tuple_pattern(Parser *p);
Pat *parse_param_pattern(Parser *p, TypeExpr **type);
int binary_level(TokKind k, Op *op); /* of an operator, from 1 for the loosest; else 0 */
Expr *parse_expr(Parser *p);
Expr *parse_head(Parser *p);
/* Statements up to `end` (not taken) as an E_BLOCK, or up to what else ends the kind of block. */
typedef enum { BLOCK_PLAIN, BLOCK_THEN, BLOCK_ARM, BLOCK_CLAUSE } BlockKind;
Expr *parse_block_until(Parser *p, BlockKind bk);
Expr *parse_block(Parser *p);
bool at_elif(const Parser *p); /* `elif …` and the like, for `else if` */
void stray_else(Parser *p);    /* takes an `else` that ends no block, with its own block */
bool no_assignment(Parser *p); /* at the `=` of an assignment, which it reports */
Stmt *parse_stmt(Parser *p);
Item *parse_item(Parser *p); /* NULL when no item begins here */
void parse_params(Parser *p, void *params /* VEC(Param)* */, TokKind close);
/* With `fn` the current token. NULL without a name; without a body where the head is faulty. */
FnClause *parse_fn(Parser *p, bool pub, bool is_extern);
/* Gives a function (or NULL) without a body one that stands for the fault: its name stays known. */
FnClause *whole_fn(Parser *p, FnClause *c);
/* Interprets the escapes of the current TK_STR_TEXT token. */
const char *string_text(Parser *p, uint32_t *len);
bool parse_int_value(Parser *p, bool negative, int64_t *out);
double parse_float_value(Parser *p);

Expr *new_expr(Parser *p, ExprKind k);

#endif
