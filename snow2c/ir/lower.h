/* What the files of lowering share. */
#ifndef SNOW2C_LOWER_H
#define SNOW2C_LOWER_H

#include "ir/ir.h"

/* Where a value goes. */
typedef enum { TO_VALUE, TO_RETURN, TO_VAR, TO_NOTHING } DestKind;
typedef struct {
  DestKind kind;
  IrVar *var;
} Dest;

typedef struct Loop {
  IrStmt *stmt;
  struct Loop *outer;
} Loop;

/* The lowering of one C function; closures nest. */
typedef struct Lower {
  IrFn *fn;
  Module *mod;
  IrBlock *out;
  bool dead;  /* the current block has ended in a jump */
  PMap vars;  /* Local* → IrVar* */
  PMap fns;   /* local Fn* → LocalFn* */
  PMap known; /* IrVar* → IrFn*: function values whose code is known */
  struct Lower *outer;
  EnvGroup *env;
  Loop *loop;
  Span span; /* of the statement being lowered */
} Lower;

Ir *x_new(IrKind k, Repr *r);
Ir *x_int(int64_t i);
Ir *x_bool(bool b);
Ir *x_unit(void);
Ir *x_var(IrVar *v);
Ir *x_binary(const char *op, Ir *a, Ir *b, Repr *r);
Ir *x_not(Ir *a);
Ir *x_field(Ir *a, int index);
Ir *x_tag(Ir *a);
Ir *x_payload(Ir *a, int variant, int index);
Ir *x_call_c(const char *name, Repr *r);
Ir *x_string(const char *s, uint32_t len);
Ir *x_call(IrFn *fn);

Repr *repr_int(void);
Repr *repr_bool(void);
Repr *repr_string(void);
Repr *repr_unit(void);

IrStmt *emit(Lower *L, IrStmtKind k);
IrVar *new_var(const char *hint, Repr *r);
IrVar *emit_let(Lower *L, const char *hint, Ir *e);
/* A variable or constant that may be mentioned more than once. */
Ir *simple(Lower *L, Ir *e, const char *hint);
/* Another mention of a simple value. */
Ir *again(Ir *e);
/* Sends an already lowered value where it has to go. */
Ir *deliver(Lower *L, Ir *e, Dest d);

Ir *lower_expr(Lower *L, Expr *e, Dest d);
Ir *lower_value(Lower *L, Expr *e); /* no call at its root */
Ir *lower_root(Lower *L, Expr *e);  /* may be a call */
Repr *expr_repr(const Expr *e);
IrVar *bind_local(Lower *L, Local *l, Ir *e);

/* lower_match.c */
typedef struct {
  Pat **pats;
  Expr *guard;
  Expr *body;
} MatchArm;
void lower_match(Lower *L, Ir **cols, int ncols, MatchArm *arms, int narms, Dest d, Span at);

/* lower_call.c */
Ir *lower_call(Lower *L, Expr *e, Dest d);
Ir *lower_name_value(Lower *L, Expr *e);
Ir *lower_closure(Lower *L, Expr *e);
void lower_local_fns(Lower *L, Block *b, int from, int to);
/* A call of f with arguments of these concrete types and this result. */
Ir *call_fn_typed(Lower *L, Fn *f, Ir **args, Type **arg_types, int n, Type *result, Span at);
Ir *call_instance(Lower *L, Fn *f, Type **inst, int ninst, Ir **args, int n, Span at);
Ir *binary_op(Lower *L, Op op, Ir *a, Ir *b, Type *t, Span at);
Ir *to_text(Lower *L, Ir *v, Span at);
Ir *op_call(Lower *L, OpKind op, Ir *a, Ir *b, Type *t);
Ir *find_var(Lower *L, Local *l);
void lower_body(Lower *L, Fn *f, void *clauses, Type *fn_type);

/* mono.c */

/* The types noted at a reference, made concrete. */
Type **ref_inst(Scheme *s, Type **inst);

#endif
