/* Entering items into a module's tables. */
#ifndef SNOW2C_DECLARE_H
#define SNOW2C_DECLARE_H

#include "sema/infer.h"

/* A clause of a function; `before` is the item above it, whose function it may go on. */
void declare_fn(Module *m, FnClause *c, Item *before);
/* NULL when the name is taken. */
Fn *declare_actor(Module *m, Item *it);
/* A new module in m; NULL, with an error, when there is one of that name. */
Module *inner_module(Module *m, Ident name, bool pub);

/* derive.c: items written as text, at the lines of what they stand for */
typedef struct {
  Buf text;
  int line;
} Gen;
/* Goes on at the line of `at`, which is not above. */
void gen_line(Gen *g, Span at);
/* The items, in a module of their own. The library's syntax is allowed. */
Module *gen_parse(Gen *g, Source *from);
/* Writes the impls that a `deriving` clause asks of the library, and adds them to m's items. */
void derive_impls(Module *m, Tycon *tc);

/* desugar.c */
void declare_service(Module *m, Item *it);
void declare_supervisor(Module *m, Item *it);

#endif
