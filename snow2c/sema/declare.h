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

/* desugar.c */
void declare_service(Module *m, Item *it);
void declare_supervisor(Module *m, Item *it);

#endif
