/* The lexer: text to a lossless token array (specification chapter 1 section 1).
 *
 * Comments are kept beside the tokens; together with the token positions they reproduce the source exactly, which
 * is what a formatter or language server needs. A newline is not a token but a flag of the token after it: whether
 * it counts depends on brackets, and only the parser knows those. */
#ifndef SNOW2C_LEX_H
#define SNOW2C_LEX_H

#include "base/diag.h"

#define KEYWORDS(X)                                                                                                  \
  X(actor) X(after) X(alias) X(and) X(break) X(call) X(case) X(cast) X(cond) X(continue) X(def) X(do) X(else) X(end)   \
  X(false) X(fn) X(for) X(if) X(impl) X(import) X(in) X(interface) X(let) X(link) X(match) X(module) X(monitor)        \
  X(nil) X(not) X(or) X(pub) X(receive) X(return) X(self) X(send) X(service) X(spawn) X(struct) X(supervisor)          \
  X(terminate) X(trait) X(trap) X(true) X(type) X(when) X(where) X(while) X(with)

#define PUNCTUATION(X)                                                                                               \
  X(EQ_EQ, "==")                                                                                                     \
  X(NOT_EQ, "!=")                                                                                                    \
  X(LT_EQ, "<=")                                                                                                     \
  X(GT_EQ, ">=")                                                                                                     \
  X(AND_AND, "&&")                                                                                                   \
  X(OR_OR, "||")                                                                                                     \
  X(PIPE, "|>")                                                                                                      \
  X(DOT_DOT, "..")                                                                                                   \
  X(DIAMOND, "<>")                                                                                                   \
  X(PLUS_PLUS, "++")                                                                                                 \
  X(ARROW, "->")                                                                                                     \
  X(FAT_ARROW, "=>")                                                                                                 \
  X(COLONS, "::")                                                                                                    \
  X(PLUS, "+")                                                                                                       \
  X(MINUS, "-")                                                                                                      \
  X(STAR, "*") X(SLASH, "/") X(PERCENT, "%") X(LT, "<") X(GT, ">") X(BANG, "!") X(BAR, "|") X(ASSIGN, "=")           \
      X(QUESTION, "?") X(LPAREN, "(") X(RPAREN, ")") X(LBRACKET, "[") X(RBRACKET, "]") X(LBRACE, "{") X(RBRACE, "}") \
          X(COMMA, ",") X(DOT, ".") X(COLON, ":") X(SEMI, ";")

typedef enum {
  TK_EOF,
  TK_ID,
  TK_INT,
  TK_FLOAT,
  TK_STR_OPEN,     /* " or """ */
  TK_STR_TEXT,     /* raw text between, escapes not yet interpreted */
  TK_INTERP_OPEN,  /* ${ */
  TK_INTERP_CLOSE, /* } of an interpolation */
  TK_STR_CLOSE,
  TK_BAD, /* a character that begins no token; reported */
#define X(k) TK_##k,
  KEYWORDS(X)
#undef X
#define X(k, s) TK_##k,
      PUNCTUATION(X)
#undef X
          TK_COUNT
} TokKind;

typedef struct {
  uint8_t kind;
  bool nl_before; /* at least one line end lies between the token before and this one */
  uint32_t start, end;
} Token;

typedef struct {
  uint32_t start, end;
} Comment;

typedef struct {
  Source *src;
  VEC(Token) toks; /* ends with TK_EOF */
  VEC(Comment) comments;
  bool cut_short; /* an unclosed string or comment swallowed the rest */
  bool bad;       /* faults were reported */
} Tokens;

/* Cuts src into tokens. Faults are recorded as diagnostics (P0001). */
Tokens *lex(Source *src);
static inline bool is_keyword(TokKind k) { return k >= TK_actor && k < TK_EQ_EQ; }
/* How a token kind is called in messages: "`do`", "an identifier". */
const char *token_name(TokKind kind);
/* Prints one token a line, comments included: --emit=tokens. */
void dump_tokens(const Tokens *t, FILE *out);

#endif
