/* Types of the checker: unification variables with levels, schemes with obligations, hash-consed concrete types.
 *
 * Inference is Hindley-Milner by levels (Remy; Kiselyov, "How OCaml type checker works"): a variable knows the depth
 * of the let it belongs to, and generalisation turns those deeper than the current level into `generic` ones. The
 * requirements found on variables (an interface, a field, a method) become obligations, carried in the scheme and
 * solved again for each instance. */
#ifndef SNOW2C_TYPES_H
#define SNOW2C_TYPES_H

#include "syntax/ast.h"

typedef enum { TY_VAR, TY_CON, TY_FUN, TY_TUPLE, TY_ERROR } TypeKind;

struct Type {
  TypeKind kind;
  bool generic;  /* TY_VAR: quantified by a scheme */
  bool message;  /* TY_VAR: of what a process receives; unless something is known, that is of any type */
  bool concrete; /* interned: holds no variable; equal types are the same pointer */
  int level, id;
  Type *ref;               /* TY_VAR: what it is bound to */
  Type *bound;             /* TY_VAR, generic: the type it stands for while an instance is made */
  Name name;               /* TY_VAR: the declared parameter it came from, for messages */
  VEC(Interface *) wheres; /* TY_VAR: declared constraints */
  Tycon *con;              /* TY_CON */
  Type **args;             /* arguments, elements, parameters */
  int n;
  Type *ret;   /* TY_FUN */
  Type *chain; /* next in the intern table's bucket */
  uint32_t hash;
  void *repr;     /* concrete: its representation in C, see ir/repr.h */
  uint32_t walk;  /* the last walk that came by: types share parts, and are walked as graphs, not as trees */
  Type *in_walk;  /* what that walk made of it */
  Type *interned; /* of a type without variables: the concrete one */
};

/* What must still be shown about a type that is not known yet. */
typedef enum { OB_TRAIT, OB_SHOW, OB_FIELD, OB_METHOD, OB_CONCAT, OB_INDEX } ObKind;
typedef struct Obligation {
  ObKind kind;
  Type *ty;         /* the subject */
  Interface *iface; /* OB_TRAIT */
  Name name;        /* OB_FIELD, OB_METHOD */
  Type *other;      /* OB_FIELD: its type; OB_METHOD: function type of the call; OB_INDEX: the index's type */
  Type *result;     /* OB_INDEX */
  bool literal;     /* OB_INDEX: the index is known */
  int64_t index;
  Expr *expr; /* where it arose; the solution is noted there */
  Span span;
  bool done;
  bool settled; /* ahead of its turn */
  bool nested;  /* part of what a compound type requires */
} Obligation;
typedef VEC(Obligation *) Obligations;

struct Scheme {
  Type **vars;
  int nvars;
  Type *ty;
  Obligations obs;
};

/* Built-in types and interfaces, declared in the library's prelude and found there by name. */
typedef struct {
  Type *t_int, *t_float, *t_bool, *t_string, *t_unit, *t_error;
  Tycon *list, *map, *pid, *any, *option, *result, *range, *ordering;
  Variant *some, *none, *ok, *err;
  Interface *add, *sub, *mul, *div, *mod, *neg, *eq, *ord, *display, *debug, *hash, *dflt, *key;
} Builtins;
extern Builtins builtin;

Type *type_var(int level);
Type *type_con(Tycon *con, Type **args, int n);
Type *type_con1(Tycon *con, Type *a);
Type *type_con2(Tycon *con, Type *a, Type *b);
Type *type_fun(Type **params, int n, Type *ret);
Type *type_tuple(Type **elems, int n);
/* Follows bound variables. */
Type *prune(Type *t);
static inline bool is_unit(Type *t) { return t->kind == TY_TUPLE && t->n == 0; }

typedef enum { UNIFY_OK, UNIFY_MISMATCH, UNIFY_INFINITE, UNIFY_ARITY } UnifyResult;
typedef struct {
  int expected, found; /* UNIFY_ARITY */
  Type *var, *in;      /* UNIFY_INFINITE */
} UnifyFault;
UnifyResult unify(Type *a, Type *b, UnifyFault *fault);

/* Replaces a scheme's variables by fresh ones at this level; *inst receives them. Obligations are copied to obs. */
Type *instantiate(const Scheme *s, int level, Type ***inst, Obligations *obs, Span at);
/* Replaces generic variables by what their `bound` says and unbound ones by Unit; the result is concrete. */
Type *concretize(Type *t);
/* t with its generic variables replaced by what `bound` says; others stay. */
Type *substitute(Type *t);
/* Appends the variables of t above level that are not in the list yet. */
typedef VEC(Type *) TypeVec;
void free_vars(Type *t, int level, TypeVec *out);
bool has_vars(Type *t);

/* Text of a type for messages, seen from module m. */
const char *type_text(Type *t, const Module *m);

#endif
