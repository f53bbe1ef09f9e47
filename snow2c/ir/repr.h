/* Representations: what a concrete Snow type is in C. Decided here and nowhere else.
 *
 * Small aggregates (up to INLINE_WORDS words) are C structs by value; larger and recursive ones are pointers to
 * immutable heap objects. */
#ifndef SNOW2C_REPR_H
#define SNOW2C_REPR_H

#include "sema/program.h"

enum { INLINE_WORDS = 4 };

typedef enum {
  R_UNIT,
  R_INT,
  R_FLOAT,
  R_BOOL,
  R_PID,
  R_STRING,
  R_LIST,
  R_FN,
  R_ENUM,
  R_STRUCT,
  R_SUM,
  R_BOX_STRUCT,
  R_BOX_SUM,
  R_OPAQUE
} ReprKind;

typedef struct Repr Repr;
typedef struct {
  const char *cname;
  Repr *repr;
} RField;
typedef struct {
  Name name;
  const char *cname;  /* of a boxed sum, the object's struct */
  const char *member; /* of the union */
  VEC(RField) fields;
  int words;
  bool made; /* emission: some code constructs it */
} RVariant;

typedef enum { OPR_EQ, OPR_COMPARE, OPR_HASH, OPR_SHOW, OPR_INSPECT, OPR_KEY, OPR_COUNT } OpKind;

struct Repr {
  ReprKind kind;
  Type *ty;
  const char *ctype; /* C type of a value: "int64_t", "Option_Int", "const struct Tree *" */
  const char *cname; /* base name of the C definitions made for it */
  int words;
  bool computing, recursive;
  VEC(RField) fields;     /* structs and tuples */
  VEC(RVariant) variants; /* sums */
  int null_variant;       /* R_BOX_SUM: the nullary variant that is the NULL pointer, or -1 */
  /* emission */
  bool defined;        /* C type definition queued */
  bool wants_type;     /* its container descriptor is mentioned */
  bool made, tag_read; /* constructed, its variant asked for, by code that is emitted */
  bool type_used;      /* … by code that is emitted */
  struct IrFn *ops[OPR_COUNT];
  bool wants_op[OPR_COUNT];
  bool key; /* op for keys: structural */
};

Repr *repr_of(Type *concrete);
/* Representations with a C definition, in an order in which by-value parts come first. */
typedef VEC(Repr *) ReprVec;
extern ReprVec repr_list;
/* A C identifier that no other global of this program has, made from text. */
const char *unique_global(const char *text);
/* text as part of a C identifier. */
const char *c_ident(const char *text);
/* Whether the type has a natural empty value (Map.get on a missing key). */
bool has_zero(Repr *r);

#endif
