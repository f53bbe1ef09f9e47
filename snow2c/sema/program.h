/* The whole program: its modules, the library's, and the tables that span them. */
#ifndef SNOW2C_PROGRAM_H
#define SNOW2C_PROGRAM_H

#include "sema/types.h"

typedef struct {
  VEC(Module *) modules; /* the user's, in compile order */
  VEC(Module *) std;     /* library modules loaded so far */
  Module *main, *prelude;
  PMap std_by_name;
  PMap method_owners;      /* Name → InterfaceList*: interfaces with a method of that name */
  PMap interfaces;         /* Name → InterfaceList*: all of that name */
  PMap impls;              /* Tycon* → ImplList* */
  const char *stdlib_dir;  /* --stdlib DIR, or NULL for the embedded one */
  VEC(const char *) roots; /* -I DIR */
  bool lib;                /* --lib: no main is needed */
} Program;
extern Program program;

typedef struct {
  VEC(Interface *) v;
} InterfaceList;
typedef struct {
  VEC(Impl *) v;
} ImplList;

/* ---- modules.c ---- */

/* Reads, parses and orders the program whose entry is path: a file, a directory with main.snow, or "-" for standard
 * input. False when it cannot even be read; diagnostics tell why. */
bool load_program(const char *path);
/* The library module of this name, loaded on first use; NULL when there is none. */
Module *std_module(Name name);
/* Whether a module of the user's has this name, imported or not: for suggestions. */
bool module_exists(const Path *path);
/* The module prefixes that exist, for suggestions: calls f on each library module's name. */
void each_std_name(void (*f)(const char *name, void *), void *arg);

/* ---- declare.c ---- */

/* The type parameters in scope while annotations are converted. */
typedef struct TypeScope {
  struct TypeScope *outer;
  VEC(struct TypeParam {
    Name name;
    Type *var;
  })
  params;
  Type *self; /* what `Self` means */
  int level;  /* level of the fresh variables for what is left open */
  bool quiet;
} TypeScope;

/* Enters the module's functions, types, interfaces and impls into its tables and converts their declared types. */
void declare_module(Module *m);
/* Second step for all modules at once, when every name is known. */
void declare_bodies(Module *m);
/* Help for a type name that is not known: one much like it; or NULL. */
const char *similar_type(Module *m, Name want);
/* `math_abs`, the other name of Math.abs. */
Name module_function_name(const Module *m, Name name);
Type *convert_type(TypeExpr *te, Module *m, TypeScope *scope);

Type *scope_param(TypeScope *s, Name name);

/* The tycon's params replaced by args in t. */
Type *apply_args(Tycon *tc, Type **args, Type *t);
/* A deep copy of a clause as parsed, for default methods that are typed once for each impl. */
FnClause *clone_clause(const FnClause *c);
Expr *clone_expr(const Expr *e);

/* ---- derive.c ---- */

/* Reports fields that forbid the impls that were derived (E0038), in all modules, before any body is typed. */
void check_derived_impls(void);

/* ---- scope.c: what a name or path denotes in a module, and who may see it ---- */

/* Whether code in `from` may name an item of `owner`. */
bool visible(const Module *from, const Module *owner, bool pub);
/* Reports an item that may not be named here (E0035). */
void private_item(Ident id, const Module *owner);
/* The module that a prefix names in m, or NULL; the k-th choice where several imports end in the same name. */
Module *find_prefix(Module *m, Name name, int k);
/* The module that the first n segments of a path name, or NULL. Private modules on the way are reported. */
Module *path_module(Module *m, const Path *path, int n);
/* The type a name stands for in module m, or NULL. A private one is reported, and found. */
Tycon *find_type(Module *m, Name name);
Tycon *find_type_path(Module *m, const Path *path);
Interface *find_interface(Module *m, const Path *path);
Variant *find_ctor(Module *m, Name name);
Tycon *signal_type(void);
Variant *find_ctor_path(Module *m, const Path *path);
Variant *variant_of(Tycon *t, Name name);

/* ---- resolve.c ---- */

/* Binds the names in a function's clauses, or a top-level let's expression (once). */
void resolve_fn(Fn *f);
/* Makes the globals of a module's top-level lets. */
void declare_lets(Module *m);
Fn *fn_by_arity(const FnList *l, int arity);
/* Reports a where clause with an unknown interface, or with an unknown parameter (E0106). */
void unknown_in_where(const WhereItem *w, bool interface);
/* Reports a name that a module does not export (E0034). */
Diag *not_exported(Ident id, const Module *m);

/* ---- infer.c ---- */

/* Types the function's whole recursive group, if that has not been done. */
void ensure_typed(Fn *f);
void check_program(void);

/* ---- members.c ---- */

typedef enum { MEMBER_NONE, MEMBER_FIELD, MEMBER_FN, MEMBER_DERIVED, MEMBER_AMBIGUOUS } MemberKind;
typedef struct {
  MemberKind kind;
  int index;        /* field */
  Type *type;       /* field's type */
  Fn *fn;           /* method or library function; MEMBER_DERIVED: the interface's method */
  Interface *iface; /* of a method */
  Interface *a, *b; /* ambiguous */
} Member;
/* What `.name` means in module `from` (NULL: anywhere) on a value of this (pruned, known) type; argc is -1 where it is
 * not called. */
Member find_member(Type *t, Name name, int argc, const Module *from);
/* Only methods of impls and derives; iface limits the search when not NULL. */
Member find_method(Type *t, Name name, Interface *iface, const Module *from);
/* The impl of an interface for a type, or NULL; *derived says that the compiler makes it. */
Impl *find_impl(Interface *iface, Type *t, bool *derived);
/* Whether t implements iface. What depends on t's arguments is appended to more. *bad receives the part that does
 * not. */
bool implements(Interface *iface, Type *t, Obligations *more, Type **bad);
/* Whether t can be interpolated (Display, else Debug; chapter 1 section 10). */
bool showable(Type *t, Obligations *more, Type **bad);
Fn *impl_method(Impl *im, Name name);
/* Whether deriving iface for tc is possible; otherwise which field forbids it, and the type in it that does. */
bool derivable_for(Interface *iface, Tycon *tc, const char **field, Type **bad);
/* The D_ bit of an interface that can be derived, or 0. */
unsigned derive_bit(const Interface *i);
/* A method's type as its interface declares it, for this implementing type. What is not annotated is fresh. */
Type *signature_type(Fn *sig, Type *self, int level);

/* ---- match.c ---- */
void check_case(Expr *e, Module *m);
void check_let(Pat *p, Module *m);
void check_clauses(Fn *f, Module *m);

#endif
