/* What the files of type inference share. */
#ifndef SNOW2C_INFER_H
#define SNOW2C_INFER_H

#include "sema/program.h"

/* The state while one top-level function's group is typed. Groups nest when a library function is first met in the
 * middle of another; each then has a state of its own. */
typedef struct {
  Module *mod;
  Type *message; /* of the actor whose body this is */
  int errors;    /* reported when the group was begun */
  int level;
  Type *result;     /* of the innermost function or closure */
  Expr *try_expr;   /* the `?` that decided result, if one did */
  bool try_ok;      /* `?` is possible here at all */
  bool checked;     /* interfaces have been checked before: only members are looked up */
  TypeScope *types; /* declared type parameters */
  Obligations pending;
  VEC(Expr *) cases; /* to be examined for exhaustiveness when all is known */
  VEC(Pat *) lets;   /* patterns that have no other arm to go to */
  VEC(Fn *) fns;
} Infer;
extern Infer *infer;

typedef struct {
  const char *expected_label, *found_label; /* printf-free texts; NULL: the headline */
  Span other;                               /* secondary place, src NULL: none */
  const char *other_label;
} Why;

Type *infer_expr(Expr *e, Type *expected);
/* Infers e and unifies it with want; reports E0001 at e. */
/* The arms of a case or receive, on values of the subject's type; *first_body is the body that decides the type. NULL
 * where there is no arm. */
Type *infer_arms(Expr *e, Type *subject, Type *expected, Expr **first_body);
/* infer_actor.c */
Fn *signal_maker(void);
Type *infer_receive(Expr *e, Type *expected);
Type *infer_spawn(Expr *e);
Type *infer_send(Expr *e);
Type *infer_link(Expr *e);
/* Marks what an actor's body ends in: the values there are ignored, of whatever types they are. */
void discard_tail(Expr *e);
/* Whether an `if`, or chain of them, has a last `else` and so a value. */
bool has_else(const Expr *e);
void check_expr(Expr *e, Type *want, const Why *why);
void infer_pat(Pat *p, Type *expected);
/* Unifies and reports a failure at the span: expected, found. */
bool expect_type(Span at, Type *expected, Type *found, const Why *why);
void arity_error(Span at, int expected, int found);
/* The type of a function as used at this place: instantiated, or as it is while its own group is being typed. */
Type *use_fn(Fn *f, Type ***inst, Span at);
void infer_clauses(void *clauses /* VEC(FnClause*)* */, Type **params, int n, Type *result, bool fn);
void infer_block_fns(Block *b, int from, int to);
Obligation *add_obligation(ObKind k, Type *ty, Span at);
/* Solves what can be solved of the obligations from mark on; true when anything was. */
bool solve_obligations(int mark);
/* … at the end of a definition whose level has been left. */
void solve_inside(int mark);
/* Settles what can be, wherever it stands: perhaps it tells a type that is needed now. */
void solve_early(void);
/* Closes over the variables of types deeper than the current level. vars may be shared by a group. */
Scheme *generalise(Type *t, TypeVec *vars, Obligations *obs);
/* Moves out of pending what belongs to variables that are being generalised. */
void take_obligations(int mark, TypeVec *vars, Obligations *out);
void missing_trait(Span at, const char *trait, Type *t);

#endif
