/* The syntax tree, and the entities (functions, types, modules) that name resolution hangs onto it.
 *
 * The parser fills the syntactic fields; fields under "resolved" and "typed" belong to the passes of that name. Every
 * node carries its span. */
#ifndef SNOW2C_AST_H
#define SNOW2C_AST_H

#include "syntax/lex.h"

typedef struct Type Type;
typedef struct Scheme Scheme;
typedef struct Expr Expr;
typedef struct Pat Pat;
typedef struct TypeExpr TypeExpr;
typedef struct Stmt Stmt;
typedef struct Block Block;
typedef struct Fn Fn;
typedef struct FnClause FnClause;
typedef struct Local Local;
typedef struct Tycon Tycon;
typedef struct Variant Variant;
typedef struct Interface Interface;
typedef struct Impl Impl;
typedef struct Module Module;
typedef struct Item Item;

typedef struct {
  Name name;
  Span span;
} Ident;
typedef VEC(Ident) Path;

/* ---- types as written ---- */

typedef enum { TE_PATH, TE_TUPLE, TE_FUN, TE_OPTION, TE_RESULT, TE_ERROR } TypeExprKind;
struct TypeExpr {
  TypeExprKind kind;
  Span span;
  Path path; /* TE_PATH */
  bool has_args;
  VEC(TypeExpr *) args; /* arguments, elements, parameters; TE_OPTION 1, TE_RESULT 2 */
  TypeExpr *ret;        /* TE_FUN */
};

/* ---- patterns ---- */

typedef enum {
  PAT_WILD,
  PAT_VAR,
  PAT_INT,
  PAT_FLOAT,
  PAT_STR,
  PAT_BOOL,
  PAT_UNIT,
  PAT_CTOR,
  PAT_TUPLE,
  PAT_CONS,
  PAT_NIL,
  PAT_OR,
  PAT_AS,
  PAT_ERROR
} PatKind;
struct Pat {
  PatKind kind;
  Span span;
  int64_t i;     /* PAT_INT, PAT_BOOL */
  double f;      /* PAT_FLOAT */
  const char *s; /* PAT_STR, interpreted */
  uint32_t slen;
  Path path;       /* PAT_CTOR; PAT_VAR and PAT_AS: the one name */
  bool parens;     /* PAT_CTOR: written with an argument list */
  VEC(Pat *) args; /* parts; PAT_CONS: head, tail; PAT_AS: the inner one */
  /* resolved */
  Local *local;     /* PAT_VAR, PAT_AS */
  Variant *variant; /* PAT_CTOR; PAT_VAR that may turn out to be a nullary constructor */
  /* typed */
  Type *ty;
};

/* ---- expressions ---- */

typedef enum {
  E_INT,
  E_FLOAT,
  E_BOOL,
  E_UNIT,
  E_STR,
  E_NAME,
  E_TUPLE,
  E_LIST,
  E_MAP,
  E_UNARY,
  E_BINARY,
  E_CALL,
  E_DOT,
  E_INDEX,
  E_TRY,
  E_STRUCT,
  E_IF,
  E_CASE,
  E_CLOSURE,
  E_WHILE,
  E_FOR,
  E_BREAK,
  E_CONTINUE,
  E_RETURN,
  E_BLOCK,
  E_SPAWN,
  E_SEND,
  E_LINK,
  E_SELF_PID,
  E_RECEIVE,
  E_ERROR
} ExprKind;

typedef enum {
  OP_ADD,
  OP_SUB,
  OP_MUL,
  OP_DIV,
  OP_MOD,
  OP_EQ,
  OP_NE,
  OP_LT,
  OP_GT,
  OP_LE,
  OP_GE,
  OP_AND,
  OP_OR,
  OP_RANGE,
  OP_CONCAT,
  OP_NEG,
  OP_NOT
} Op;

typedef struct {
  Pat *pat;
  Expr *guard; /* or NULL */
  Expr *body;
  Span span;
  bool signal; /* of a receive: takes notices of exits and the like, not messages */
} Arm;

typedef struct {
  Ident name;
  Expr *value;
} FieldInit;

/* What a name, or a dotted chain, turned out to denote. */
typedef enum { REF_NONE, REF_LOCAL, REF_FN, REF_FNS, REF_CTOR, REF_METHOD, REF_STATIC, REF_ERROR } RefKind;
typedef struct {
  RefKind kind;
  union {
    Local *local;
    Fn *fn;
    Variant *variant;
    Tycon *tycon; /* REF_STATIC */
    Type *self;   /* REF_METHOD, when typed: what Self of its interface is */
  };
  union {
    VEC(Fn *) fns; /* REF_FN as a value: all of that name, of several arities */
    struct {
      Name method;      /* REF_METHOD: bare call of an interface method; REF_STATIC: T.m */
      Interface *iface; /* REF_METHOD through I.m */
    };
  };
} Ref;

struct Expr {
  ExprKind kind;
  Op op;
  Span span;
  union {
    int64_t i;     /* E_INT, E_BOOL */
    double f;      /* E_FLOAT */
    const char *s; /* E_STR without interpolation, interpreted */
  };
  uint32_t slen;
  bool trailing;    /* E_CALL: the last argument was written as a trailing closure */
  bool piped;       /* E_CALL: the first argument was written before |> */
  bool paren;       /* written in parentheses */
  bool braces;      /* E_FOR: written with braces */
  bool method;      /* E_DOT: called on the value before the dot, which is the first argument */
  bool late;        /* the member is chosen for each instance, when the types are known */
  bool discarded;   /* value not used: a loop need not collect it */
  int index;        /* E_DOT: field number */
  Ident name;       /* E_NAME; E_DOT: the name after the dot */
  Expr *a, *b, *c;  /* operands; E_IF: condition, then, else; E_FOR: subject, filter, body; E_DOT/E_CALL: a */
  VEC(Expr *) args; /* elements, call arguments, string parts, map keys and values in turn */
  union {
    struct { /* E_STRUCT */
      Path path;
      VEC(FieldInit) fields;
    };
    VEC(Arm) arms;           /* E_CASE, E_RECEIVE */
    VEC(FnClause *) clauses; /* E_CLOSURE */
    Block *block;            /* E_BLOCK */
    struct {                 /* E_FOR: loop variable, second of {k, v} */
      Pat *pat, *pat2;
    };
    Ref ref; /* E_NAME, E_DOT: resolved. Others have REF_NONE nowhere: ask ref_kind */
  };
  /* typed */
  Type *ty;
  union {
    Type **inst;    /* types chosen for the scheme of what ref denotes */
    Tycon *tycon;   /* E_STRUCT */
    Type *subst_ty; /* E_TRY: result type of the enclosing function; E_FOR: element type */
  };
};

/* What a name or dotted chain denotes; REF_NONE for any other expression. */
static inline RefKind ref_kind(const Expr *e) { return e->kind == E_NAME || e->kind == E_DOT ? e->ref.kind : REF_NONE; }

/* ---- statements ---- */

typedef enum { S_EXPR, S_LET, S_FN, S_ITEM } StmtKind;
struct Stmt {
  StmtKind kind;
  Span span;
  Pat *pat; /* S_LET: PAT_VAR, PAT_WILD or PAT_TUPLE */
  TypeExpr *type;
  Expr *e;
  FnClause *clause; /* S_FN as parsed, one clause each */
  Fn *fn;           /* resolved: on the first clause's statement; NULL on later ones */
  Item *item;
};
struct Block {
  Span span;
  VEC(Stmt *) stmts;
};

/* ---- functions ---- */

typedef struct {
  Pat *pat;       /* a plain name is PAT_VAR */
  TypeExpr *type; /* or NULL */
} Param;

typedef struct {
  Ident param;
  Path iface;
} WhereItem;

/* One clause of a function or closure, a method or a signature. */
struct FnClause {
  Span span, head;
  Ident name;
  bool pub, is_extern, located, is_inline;
  bool spawns;        /* extern: it starts processes, or needs them */
  const char *symbol; /* extern: the C function */
  bool has_generics;
  VEC(Ident) generics;
  VEC(Param) params;
  TypeExpr *ret;
  VEC(WhereItem) wheres;
  Expr *guard;
  Expr *body;        /* NULL in a signature without default */
  bool eq_body;      /* fn f(x) = expr */
  Expr *inline_body; /* of an inline function: the body as parsed, copied into each call */
  bool plain;        /* resolved: all parameters are names, no guard */
};

/* A local variable, parameter, pattern variable or top-level let. */
struct Local {
  Name name;
  Span span;
  bool used, global, is_param;
  bool silent;   /* no warning when it is not used */
  Fn *global_fn; /* of a global: the let it belongs to */
  Local *hides;  /* … and the earlier one of the same name */
  Type *ty;
  Scheme *scheme; /* non-NULL for let-polymorphic variables */
  Expr *init;     /* of a generalised let: what each use type is made from */
  int depth;      /* function nesting depth where it is bound, for captures */
  void *lowered;  /* per-instance state of lowering */
};

/* What the functions of a service share. */
typedef struct Service {
  Type *state;
  VEC(Fn *) fns; /* the initial state's and the handlers': typed together */
} Service;

struct Fn {
  Name name;
  int arity;
  Module *mod;
  Span span; /* of the name in the first clause */
  bool pub, is_extern, located, spawns, is_local, is_main;
  bool is_actor; /* an actor's body: called or spawned */
  Fn *terminate; /* … what its process does at its end */
  Fn *ends;      /* a terminate block: of this actor */
  bool is_supervisor;
  bool transparent; /* blames its caller, as library functions do */
  enum { NO_ROLE, SERVICE_INIT, SERVICE_CALL, SERVICE_CAST, CHILD_START } role;
  struct Service *service;
  TypeExpr *reply; /* SERVICE_CALL: as annotated */
  Name child;      /* CHILD_START */
  bool template;   /* … that may take arguments */
  const char *symbol;
  VEC(FnClause *) clauses;
  Impl *impl;       /* method of an impl */
  Interface *iface; /* method signature or default body */
  Fn *owner;        /* local function: the function it stands in */
  bool used;
  bool is_static; /* method without receiver */
  bool located_known;
  bool as_value; /* local function: mentioned other than to be called */
  int depth;
  /* resolved: functions and top-level lets this one refers to, for grouping */
  VEC(Fn *) deps;
  int scc_index, scc_low;
  bool scc_on_stack;
  /* typed */
  Type *ty; /* monomorphic, while its group is inferred */
  Type *result;
  VEC(Type *) generic_types;
  Scheme *scheme;
  bool checked, checking;
  Stmt *let; /* a top-level let dressed as a function of its own, for grouping */
  bool resolved;
  Fn *default_of; /* instance of a default body: the interface's method */
};

/* ---- types ---- */

typedef struct {
  Ident name; /* name.name is NULL for unnamed payload */
  TypeExpr *type;
  Type *ty;
} Field;

struct Variant {
  Ident name;
  Tycon *tycon;
  int index;
  VEC(Field) fields;
  Scheme *scheme;
};

typedef enum { TC_PRIM, TC_STRUCT, TC_SUM, TC_ALIAS, TC_OPAQUE } TyconKind;
typedef enum { PRIM_NONE, PRIM_INT, PRIM_FLOAT, PRIM_BOOL, PRIM_STRING, PRIM_LIST, PRIM_PID } Prim;
enum { D_EQ = 1, D_ORD = 2, D_DISPLAY = 4, D_DEBUG = 8, D_HASH = 16, D_JSON = 32, D_ROW = 64 };

struct Tycon {
  TyconKind kind;
  Prim prim;
  Name name;
  Module *mod;
  Span span;
  bool pub;
  const char *symbol; /* TC_OPAQUE: C type behind the pointer */
  VEC(Ident) generics;
  VEC(Field) fields;       /* TC_STRUCT */
  VEC(Variant *) variants; /* TC_SUM */
  TypeExpr *alias;         /* TC_ALIAS */
  bool has_deriving;
  VEC(Ident) deriving;
  unsigned derives;
  /* typed */
  Type **params; /* generic variables */
  Type *alias_ty;
  Type *self; /* the type applied to its own parameters */
  bool expanding, fields_done;
  int laying_out;  /* instances of it whose representations are being found */
  Name lib_module; /* module searched for method-dot calls */
};

struct Interface {
  Name name;
  Module *mod;
  Span span;
  bool pub;
  VEC(Ident) generics;
  VEC(Fn *) methods;
  Type *self_var; /* generic: the implementing type in the methods' signatures */
  Scheme *self_scheme;
};

struct Impl {
  Path iface_path, type_path;
  VEC(TypeExpr *) iface_args, type_args;
  VEC(WhereItem) wheres;
  Span span;
  Module *mod;
  VEC(Fn *) methods;
  /* resolved */
  Interface *iface;
  Tycon *tycon;
  Type *self; /* the implementing type over its own variables */
  Type **params;
  int nparams;
  VEC(struct Bound {
    Type *var;
    Interface *iface;
  })
  bounds;
};

/* ---- items and modules ---- */

typedef enum {
  I_FN,
  I_STRUCT,
  I_SUM,
  I_ALIAS,
  I_OPAQUE,
  I_INTERFACE,
  I_IMPL,
  I_MODULE,
  I_IMPORT,
  I_FROM,
  I_ACTOR,
  I_SERVICE,
  I_SUPERVISOR,
  I_LET,
  I_EXPR
} ItemKind;

typedef struct {
  Ident name;
  bool is_call;
  VEC(Param) params;
  TypeExpr *reply;
  Ident state;
  Expr *body;
} Handler;

typedef struct {
  Ident name;
  Expr *start;
  Ident restart, shutdown;
  Span span;
} ChildSpec;

struct Item {
  ItemKind kind;
  Span span;
  Ident name;
  bool pub;
  FnClause *clause; /* I_FN */
  Tycon *tycon;     /* I_STRUCT, I_SUM, I_ALIAS, I_OPAQUE */
  Interface *iface;
  Impl *impl;
  VEC(Item *) items; /* I_MODULE */
  Path path;         /* I_IMPORT, I_FROM */
  VEC(Ident) names;  /* I_FROM */
  Stmt *stmt;        /* I_LET, I_EXPR */
  /* I_ACTOR */
  VEC(Param) params;
  Expr *body, *terminate;
  /* I_SERVICE */
  VEC(FnClause *) fns;
  VEC(Handler) handlers;
  /* I_SUPERVISOR */
  Ident strategy, max_restarts, max_seconds;
  VEC(ChildSpec) children;
  /* resolved */
  Module *module; /* I_IMPORT, I_FROM: what is imported */
};

struct Module {
  Name name; /* dotted */
  Name last; /* last segment: the prefix it is used by */
  Source *src;
  Tokens *toks;
  VEC(Item *) items;
  VEC(Item *) hoisted; /* declared inside function bodies */
  bool is_std, is_main, parsed, bad;
  Module *parent; /* inline modules */
  Span span;      /* … their name */
  bool pub;       /* … */
  VEC(Module *) deps, inner;
  int order, visiting;
  /* resolved */
  PMap fns;   /* Name → FnList* */
  PMap types; /* Name → Tycon*, own */
  PMap ctors; /* Name → Variant*, own, the latest of the name */
  PMap ifaces;
  PMap lets; /* Name → Local* */
  VEC(Fn *) fn_list;
  VEC(Tycon *) tycons;
  VEC(Interface *) iface_list;
  VEC(Impl *) impls;
  VEC(Stmt *) let_list;
  VEC(Fn *) let_fns;
  PMap prefixes; /* Name → Module*, from imports and inline modules; the later import wins */
  PMap missing;  /* Name → anything: names that an import failed to bind; their uses are not reported again */
  PMap from_fns; /* Name → FnList*, from-imports */
  VEC(Module *) imported;   /* modules whose public types are in scope, later wins */
  VEC(Module *) qualifiers; /* those of them that are prefixes too */
  PMap imports_used;        /* Module*: of the imported ones */
  PMap names_used;          /* Name: of from_fns */
};

typedef struct {
  VEC(Fn *) v;
} FnList;

/* Parses a file's tokens into m->items. Faults become diagnostics; what parsed is kept. */
void parse_module(Module *m);
/* Prints the tree: --emit=ast. */
void dump_module(const Module *m, FILE *out);

const char *op_text(Op op);

#endif
