/* The intermediate representation: typed, monomorphic, with explicit order of evaluation.
 *
 * Statements are structured; expressions are trees that have no effect but allocation, except that a call may stand
 * at the root of a statement. Evaluation order is that of the statements. */
#ifndef SNOW2C_IR_H
#define SNOW2C_IR_H

#include "ir/repr.h"

typedef struct Ir Ir;
typedef struct IrFn IrFn;
typedef struct IrStmt IrStmt;

typedef struct IrVar {
  Repr *repr;
  const char *hint;  /* its name in Snow */
  const char *cname; /* given when emitted */
  int reads;         /* exact after find_live */
  bool assigned;     /* more than once: a join or loop variable */
  bool param, global;
  bool was_read;
  int pass;
  struct IrFn *code; /* of a function value: what it is known to call */
  struct Ir *value;  /* of a parameter of an inlined body: the constant it is */
} IrVar;

typedef enum {
  X_UNIT,
  X_INT,
  X_FLOAT,
  X_BOOL,
  X_STRING,
  X_VAR,
  X_ZERO,
  X_BINARY, /* text: a C operator on a and b */
  X_NOT,
  X_NEG,
  X_FIELD,     /* field index of struct or tuple a */
  X_TAG,       /* variant number of sum a */
  X_PAYLOAD,   /* field index of variant `variant` of sum a */
  X_STRUCT,    /* struct or tuple of args */
  X_VARIANT,   /* sum value: variant of args */
  X_CALL,      /* fn(args); env: a */
  X_CALL_C,    /* C function text(cx, args); flags below */
  X_CALL_FN,   /* function value a (args) */
  X_CLOSURE,   /* function value: fn with env a (or none) */
  X_ENV,       /* heap environment of group: args are its captures */
  X_ENV_FIELD, /* capture `index` of the current function's environment */
  X_SELF_ENV,  /* the current function's environment */
  X_AT,        /* element b of list a */
  X_LEN,       /* length of list a */
  X_TAIL,      /* list a without its first element */
  X_LIST,      /* list of args */
  X_CONCAT,    /* string of args */
  X_ADDRESS,   /* address of variable */
  X_TYPE,      /* container descriptor of a type */
  X_SITE,      /* the caller's position: file and line, or the one handed in */
  X_GLOBAL     /* top-level let */
} IrKind;

struct Ir {
  IrKind kind;
  int index, variant;
  uint16_t depth; /* of operators within operators */
  bool no_cx;     /* X_CALL_C */
  bool pure;      /* X_CALL_C: no effect but allocation */
  Repr *repr;
  IrVar *var;
  Ir *a, *b;
  VEC(Ir *) args;
  union {
    int64_t i;
    double f;
    struct {
      const char *text;
      uint32_t len;
    };
    Span span; /* X_SITE */
  };
  union {
    IrFn *fn;               /* X_CALL, X_CLOSURE */
    struct EnvGroup *group; /* X_ENV, X_ENV_FIELD */
    struct IrGlobal *global;
    Repr *of; /* X_TYPE, X_LIST */
  };
};

typedef VEC(IrStmt *) IrBlock;

typedef enum {
  T_LET,
  T_ASSIGN,
  T_EXPR,
  T_IF,
  T_SWITCH,
  T_LOOP,
  T_RANGE,
  T_BREAK,
  T_CONTINUE,
  T_RETURN,
  T_TAIL,
  T_LABEL,
  T_GOTO,
  T_PANIC
} IrStmtKind;

typedef struct IrLabel {
  const char *hint, *cname;
  bool used;
} IrLabel;

typedef struct {
  int64_t value;
  IrBlock body;
} IrCase;

struct IrStmt {
  IrStmtKind kind;
  Span span;
  IrVar *var;        /* T_LET, T_ASSIGN; T_RANGE: the counter */
  Ir *e, *e2;        /* T_RANGE: bounds */
  IrBlock a, b;      /* T_IF; T_LOOP and T_RANGE: a */
  VEC(IrCase) cases; /* T_SWITCH; the default is a */
  bool has_default;
  IrLabel *label;  /* T_LABEL, T_GOTO; T_LOOP, T_RANGE: where break goes; b holds nothing */
  IrLabel *label2; /* loops: where continue goes */
  IrStmt *loop;    /* T_BREAK, T_CONTINUE */
  VEC(Ir *) args;  /* T_TAIL */
  union {
    IrFn *fn;         /* T_TAIL */
    const char *text; /* T_PANIC */
  };
};

/* The environment that the closures of one definition share. */
typedef struct EnvGroup {
  const char *cname;
  VEC(IrVar *) vars; /* what is captured: the variable of the enclosing function */
  VEC(Local *) locals;
  VEC(struct EnvGroup *) envs; /* environments captured in turn (of local functions) */
  bool on_stack;
  bool made; /* emission: built on the heap somewhere */
} EnvGroup;

struct IrFn {
  Fn *def;     /* NULL for functions the compiler makes */
  Type **inst; /* what def's scheme variables stand for */
  int ninst;
  struct IrFn **codes; /* for each parameter the function it is known to be, or NULL; or no array */
  const char *cname;
  const char *title; /* comment over the C function */
  Module *mod;
  VEC(IrVar *) params;
  Repr *ret;
  IrBlock body;
  EnvGroup *env;  /* takes an environment as second parameter */
  bool takes_env; /* the parameter exists even if nothing is captured (function values) */
  bool located;   /* takes its caller's position */
  bool lowered, recursive, reachable;
  VEC(IrFn *) calls; /* direct callees, for recursion */
  VEC(IrFn *) tails; /* callees of T_TAIL */
  bool self_tail;
  struct TailGroup *group;
  int scc_index, scc_low;
  bool scc_on_stack;
  bool calls_unknown;
  bool discards_result; /* main */
  int inlined_size;     /* of what was lowered in place of calls */
};

/* Functions that call one another in tail position: emitted as one C function with a label for each. */
typedef struct TailGroup {
  int id;
  VEC(IrFn *) fns;
  const char *cname;
  bool emitted;
} TailGroup;

typedef struct IrGlobal {
  Local *local;
  Type **inst;
  IrVar var;
  const char *cname;
} IrGlobal;

typedef struct {
  VEC(IrFn *) fns; /* in the order they were reached */
  VEC(IrGlobal *) globals;
  IrFn *main, *init;
  bool processes;      /* the program spawns some: loops let others run */
  VEC(IrFn *) exports; /* --lib: public functions with C types */
} IrProgram;
extern IrProgram ir;

/* mono.c and lower*.c: makes the program's functions from main on. */
void lower_program(void);
/* recursion.c: functions that call one another in tail position in a circle. */
void find_tail_groups(void);
/* live.c: exact read counts, reachable functions and what they call, descriptors in use. After find_tail_groups. */
void find_live(void);
bool ir_has_effect(const Ir *e);
/* recursion.c: functions that may come to call themselves. After find_live. */
void find_recursion(void);
/* The instance of a function at these (concrete) types, for parameters that are these functions (or NULL). */
IrFn *fn_instance(Fn *f, Type **inst, int n, IrFn **codes);
/* The function that performs a structural operation on a type (equality, order, hash, text). */
IrFn *type_op(Repr *r, OpKind op);
void want_type(Repr *r);
void want_op(Repr *r, OpKind op);
/* What a map asks of its keys. */
void want_key(Repr *r);
/* Whether a type as written is one of an extern function's own type parameters: such values go by address. */
bool is_param_type(Fn *f, const TypeExpr *te, Name *name);
/* Prints the IR: --emit=ir. */
void dump_ir(FILE *out);

#endif
