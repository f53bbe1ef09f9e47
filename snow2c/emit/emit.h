/* C emission: the IR as one C99 file. */
#ifndef SNOW2C_EMIT_H
#define SNOW2C_EMIT_H

#include "ir/ir.h"

typedef struct {
  bool lines;        /* #line directives */
  const char *input; /* for the comment on top */
  bool debug;        /* a table of functions for backtraces */
} EmitOptions;

/* Prints the whole program as C to out. */
void emit_program(Buf *out, const EmitOptions *opt);

/* Prints the header of a library's exported functions. After emit_program. */
void emit_header(Buf *out, const char *input);
void emit_lib(Buf *out, const char *input, const char *roots, int n_roots);

/* ---- shared by emit's files ---- */

typedef struct {
  Buf *b;
  int indent;
  IrFn *fn;
  const char *env, *at; /* names of the hidden parameters in the current function */
  PMap names;           /* Name → count, C names in use in the current function */
  bool lines;
  const char *line_file;
  int line; /* what the last #line said */
  bool in_group;
  VEC(IrStmt *) loops; /* enclosing loops and switches, innermost last; NULL stands for a switch */
} Emit;

void emit_expr(Emit *E, Ir *x, int prec);
void emit_fn(Emit *E, IrFn *fn);
void emit_signature(Buf *b, IrFn *fn);
/* Type definitions, layouts, descriptors and constructors. */
void emit_types(Buf *b);
void emit_descriptors(Buf *b);
void emit_env_struct(Buf *b, EnvGroup *g);
/* The name of the constant for a string or a position, collected for the top of the file. */
const char *string_constant(const char *s, uint32_t len);
const char *site_constant(Span at);
void emit_constants(Buf *b);
const char *c_string(const char *s, uint32_t len);
void put_declaration(Buf *b, Repr *r, const char *name);
const char *zero_of(Repr *r);
/* The declaration of an entity of this type: "int64_t n", "const struct Tree *t". */
const char *declare(Repr *r, const char *name);

#endif
