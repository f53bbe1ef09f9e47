/* What the files of lowering share. */
#ifndef SNOW2C_LOWER_H
#define SNOW2C_LOWER_H

#include "ir/ir.h"
#include "sema/infer.h"

/* Where a value goes. */
typedef enum { TO_VALUE, TO_RETURN, TO_VAR, TO_NOTHING } DestKind;
typedef struct {
  DestKind kind;
  IrVar *var;
  struct Lower *tail; /* the inlined function whose last value this is */
} Dest;

static inline Dest dest_to(DestKind kind, IrVar *var) {
  Dest d = {kind, var, NULL};
  return d;
}

typedef struct Loop {
  IrStmt *stmt;
  bool partial; /* not every turn runs, or not to its end */
  struct Loop *outer;
} Loop;

/* The lowering of a function's body: of a C function, or in place of a call within one. Closures nest. */
typedef struct Lower {
  IrFn *fn;
  Module *mod;
  IrBlock *out;
  bool dead;    /* the current block has ended in a jump */
  PMap vars;    /* Local* → IrVar* */
  PMap fns;     /* local Fn* → LocalFn* */
  PMap poly;    /* Local* → PolyCode*: code of generalised closures */
  PMap statics; /* Local* → Known*: parameters that stand for a known function */
  struct Lower *outer;
  EnvGroup *env;
  Loop *loop;
  Span span; /* of the statement being lowered */
  /* how `return` leaves the body */
  Dest ret;
  Repr *ret_repr;
  IrLabel *exit; /* of an inlined body */
  /* an inlined body */
  Fn *inlined;         /* the function, or NULL for a closure */
  IrStmt *again;       /* the loop that its tail calls of itself continue */
  IrVar **params;      /* its parameters when it does */
  struct Lower *below; /* whose type bindings these stand on */
  const Span *site;    /* whom its panics blame, when not itself */
  Scheme *scheme;      /* bound to inst meanwhile */
  Type **inst, **saved;
  int depth;
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
void concat_part(Ir *x, Ir *part);
Ir *x_call(IrFn *fn);

Repr *repr_int(void);
Repr *repr_bool(void);
Repr *repr_string(void);
Repr *repr_unit(void);

/* The position that a panic there is blamed on. */
Ir *x_site(Lower *L, Span at);

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
  const char *taken; /* a receive: what to call when the arm fits, before its body */
  IrStmt *again;     /* … of the last one, which fits nothing: the loop that goes on */
} MatchArm;
void lower_match(Lower *L, Ir **cols, int ncols, MatchArm *arms, int narms, Dest d, Span at);

/* inline.c */

/* A function value whose code is known where it is called. */
typedef struct Known {
  Expr *e;    /* a closure, or the name of a function, constructor or method */
  Lower *def; /* where it stands */
  Scheme *scheme;
  Type **types; /* of a generalised let: what its variables stand for */
} Known;
Known *find_static(Lower *L, Local *l);
Ir *known_value(Lower *L, Known *k);
Ir *call_known(Lower *L, Known *k, Ir **args, int n, Dest d);
/* Lowers the body of the function called in place of the call, if that pays: *done says so. */
Ir *inline_call(Lower *L, Expr *e, Fn *f, Type **inst, Dest d, bool *done);
Ir *inlined_tail_call(Lower *L, Expr *e, Dest d);
/* Whether all that f does with parameter i is to call it, and hand it to others that do. */
bool only_calls(Fn *f, int i);
/* Whether the closure that a let binds to l is only called in the statements from there on, and never kept. */
bool closure_stays(const Block *b, int from, const Local *l, bool tail);
/* … so that f is better made anew for a function known to be handed to it. */
bool worth_cloning(Fn *f, int i);

/* lower_call.c */
Ir *lower_call(Lower *L, Expr *e, Dest d);
Ir *lower_name_value(Lower *L, Expr *e);
Ir *lower_closure(Lower *L, Expr *e);
void lower_local_fns(Lower *L, Block *b, int from, int to);
/* A call of f with arguments of these concrete types and this result. */
Ir *call_fn_typed(Lower *L, Fn *f, Ir **args, Type **arg_types, int n, Type *result, Span at);
Ir *call_instance(Lower *L, Fn *f, Type **inst, int ninst, Ir **args, int n, Span at);
/* A call of an interface's method for type t; NULL when t has no impl of it. */
Ir *method_call(Lower *L, Interface *iface, const char *name, Ir **args, int n, Type *t, Type *result, Span at);
Ir *binary_op(Lower *L, Op op, Ir *a, Ir *b, Type *t, Span at);
Ir *int_binary(Lower *L, Op op, Ir *a, Ir *b, Span at);
Ir *to_text(Lower *L, Ir *v, Span at);
Ir *op_call(Lower *L, OpKind op, Ir *a, Ir *b, Type *t);
Ir *find_var(Lower *L, Local *l);
typedef VEC(FnClause *) Clauses;
void lower_body(Lower *L, void *clauses, Type *fn_type);
void lower_clauses(Lower *L, Clauses *cs, IrVar **params, int n, Dest d);
/* A call of what a resolved name denotes, with arguments already lowered. */
Ir *call_named(Lower *L, Expr *callee, Ir **args, Type **types, int n, Type *result, Span at);
/* Ends a call in tail position, if it is one. */
bool tail_call(Lower *L, Ir *call, Dest d);
/* A place for the value of a construct with branches, and that value. */
Dest branch_dest(Lower *L, Dest d, Repr *r, IrVar **result);
Ir *branch_result(Dest d, IrVar *v);
void start_lower(Lower *L, IrFn *fn);
bool fn_located(Fn *f);

/* lower_actor.c */
Ir *lower_spawn(Lower *L, Expr *e);
Ir *lower_send(Lower *L, Expr *e);
Ir *lower_link(Lower *L, Expr *e);
Ir *lower_receive(Lower *L, Expr *e, Dest d);
Ir *self_pid(void);

/* A function without parameters, to be run elsewhere, that holds values; `in` lowers its body. */
IrFn *begin_thunk(Lower *L, const char *name, Lower *in);
/* Hands it one more value, through its environment; gives that value inside. */
Ir *thunk_capture(IrFn *thunk, Ir *env, const char *hint, Ir *value);
/* A function of the program as a value. */
Ir *fn_value(Lower *L, Fn *f, Type **inst, Type *t, Span at);
Ir *call_value(Ir *f, Ir **args, int n, Type *result);

/* mono.c */

/* The types noted at a reference, made concrete. */
Type **ref_inst(Scheme *s, Type **inst);

#endif
