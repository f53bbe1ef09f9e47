/* The operations the compiler makes for a type: equality, order, hash and text, structural and one function each
 * (specification chapter 2 section 2.16, chapter 5 section 5). A user's impl takes precedence. */
#include "ir/lower.h"

static const char *const op_names[] = {"eq", "compare", "hash", "show", "inspect", "key"};

static void ret(Lower *L, Ir *x) {
  Dest d = dest_to(TO_RETURN, NULL);
  deliver(L, x, d);
}

typedef struct {
  IrBlock *out;
  bool dead;
} Saved;
static Saved enter_if(Lower *L, Ir *cond) {
  Saved s = {L->out, L->dead};
  IrStmt *st = emit(L, T_IF);
  st->e = cond;
  L->out = &st->a;
  return s;
}
static void leave_if(Lower *L, Saved s) {
  L->out = s.out;
  L->dead = s.dead;
}

static Ir *call1(const char *name, Ir *a, Repr *r, bool cx) {
  Ir *x = x_call_c(name, r);
  x->pure = true;
  x->no_cx = !cx;
  vec_push(&x->args, a);
  return x;
}
static Ir *call2(const char *name, Ir *a, Ir *b, Repr *r) {
  Ir *x = call1(name, a, r, false);
  vec_push(&x->args, b);
  return x;
}

/* Hashes are of two kinds: those that programs see, and those of keys in maps, which have a secret seed. */
static bool hashes(OpKind op) { return op == OPR_HASH || op == OPR_KEY; }
static Ir *hash_of(OpKind op, const char *what, Ir *a) {
  return call1(arena_printf(op == OPR_KEY ? "snow_key_%s" : "snow_hash_%s", what), a, repr_int(), false);
}
static Ir *combined(OpKind op, Ir *h, Ir *next) {
  return call2(op == OPR_KEY ? "snow_key_combine" : "snow_hash_combine", h, next, repr_int());
}

/* a op b of one field, as a value. */
static Ir *part(Lower *L, OpKind op, Ir *a, Ir *b) {
  Type *t = a->repr->ty;
  switch (a->repr->kind) {
  case R_INT:
  case R_PID:
  case R_ENUM:
    if (op == OPR_EQ) return x_binary("==", a, b, repr_bool());
    break;
  case R_BOOL:
    if (op == OPR_EQ) return x_binary("==", a, b, repr_bool());
    break;
  case R_FLOAT:
    if (op == OPR_EQ) return x_binary("==", a, b, repr_bool());
    if (op == OPR_COMPARE) return call2("snow_float_compare", a, b, repr_int());
    if (hashes(op)) return hash_of(op, "float", a);
    break;
  case R_STRING:
    if (op == OPR_EQ) return call2("snow_string_eq", a, b, repr_bool());
    if (op == OPR_COMPARE) return call2("snow_string_compare", a, b, repr_int());
    if (hashes(op)) return hash_of(op, "string", a);
    break;
  default: break;
  }
  if (a->repr->kind == R_INT || a->repr->kind == R_PID || a->repr->kind == R_BOOL) {
    if (op == OPR_COMPARE) return call2("snow_int_compare", a, b, repr_int());
    if (hashes(op)) return hash_of(op, a->repr->kind == R_BOOL ? "bool" : "int", a);
  }
  if (op == OPR_SHOW || op == OPR_INSPECT) return to_text(L, a, L->span);
  Ir *x = op_call(L, op, a, b, t);
  return x->kind == X_CALL ? x_var(emit_let(L, "p", x)) : x;
}

/* ---- equality ---- */

static Ir *sub(IrVar *v, int variant, int i) {
  return variant < 0 ? x_field(x_var(v), i) : x_payload(x_var(v), variant, i);
}

static int count_fields(Repr *r, int variant) { return variant < 0 ? r->fields.n : r->variants.v[variant].fields.n; }
static Repr *field_repr(Repr *r, int variant, int i) {
  return variant < 0 ? r->fields.v[i].repr : r->variants.v[variant].fields.v[i].repr;
}

static void eq_fields(Lower *L, Repr *r, IrVar *a, IrVar *b, int variant) {
  int n = count_fields(r, variant);
  for (int i = 0; i < n; i++) {
    if (field_repr(r, variant, i)->kind == R_UNIT) continue;
    Ir *same = part(L, OPR_EQ, sub(a, variant, i), sub(b, variant, i));
    Saved s = enter_if(L, x_not(same));
    ret(L, x_bool(false));
    leave_if(L, s);
  }
  ret(L, x_bool(true));
}

static void compare_fields(Lower *L, Repr *r, IrVar *a, IrVar *b, int variant) {
  int n = count_fields(r, variant);
  for (int i = 0; i < n; i++) {
    if (field_repr(r, variant, i)->kind == R_UNIT) continue;
    IrVar *c = emit_let(L, "c", part(L, OPR_COMPARE, sub(a, variant, i), sub(b, variant, i)));
    Saved s = enter_if(L, x_binary("!=", x_var(c), x_int(0), repr_bool()));
    ret(L, x_var(c));
    leave_if(L, s);
  }
  ret(L, x_int(0));
}

static void hash_fields(Lower *L, OpKind op, Repr *r, IrVar *a, int variant, Ir *start) {
  Ir *h = start;
  int n = count_fields(r, variant);
  for (int i = 0; i < n; i++) {
    if (field_repr(r, variant, i)->kind == R_UNIT) continue;
    Ir *p = part(L, op, sub(a, variant, i), NULL);
    h = h ? combined(op, h, p) : p;
  }
  if (!h && op == OPR_KEY) h = x_int(0);
  if (!h) h = x_call_c("snow_hash_start", repr_int()), h->no_cx = h->pure = true;
  ret(L, h);
}

static void show_fields(Lower *L, Repr *r, IrVar *a, int variant, const char *name, const Tycon *debug) {
  Ir *x = x_new(X_CONCAT, repr_string());
  int n = count_fields(r, variant);
  const char *open = debug ? (n ? " { " : " {}") : variant >= 0 && !n ? "" : "(";
  char *head = arena_printf("%s%s", name, open);
  vec_push(&x->args, x_string(head, (uint32_t)strlen(head)));
  for (int i = 0; i < n; i++) {
    char *sep = arena_printf("%s%s%s", i ? ", " : "", debug ? debug->fields.v[i].name.name->s : "", debug ? ": " : "");
    if (*sep) vec_push(&x->args, x_string(sep, (uint32_t)strlen(sep)));
    vec_push(&x->args, to_text(L,
                               field_repr(r, variant, i)->kind == R_UNIT ? x_new(X_UNIT, field_repr(r, variant, i))
                                                                         : sub(a, variant, i),
                               L->span));
  }
  const char *close = debug ? (n ? " }" : "") : variant >= 0 && !n ? "" : ")";
  if (*close) vec_push(&x->args, x_string(close, (uint32_t)strlen(close)));
  ret(L, x->args.n == 1 ? x->args.v[0] : x);
}

/* ---- by shape ---- */

static void by_variant(Lower *L, OpKind op, Repr *r, IrVar *a, IrVar *b) {
  if (op == OPR_EQ) {
    Saved s = enter_if(L, x_binary("!=", x_tag(x_var(a)), x_tag(x_var(b)), repr_bool()));
    ret(L, x_bool(false));
    leave_if(L, s);
  } else if (op == OPR_COMPARE) {
    Saved s = enter_if(L, x_binary("!=", x_tag(x_var(a)), x_tag(x_var(b)), repr_bool()));
    ret(L, call2("snow_int_compare", x_tag(x_var(a)), x_tag(x_var(b)), repr_int()));
    leave_if(L, s);
  }
  IrStmt *sw = emit(L, T_SWITCH);
  sw->e = x_tag(x_var(a));
  int n = r->variants.n;
  for (int i = 0; i < n - 1; i++) {
    IrCase c = {i, {0}};
    vec_push(&sw->cases, c);
  }
  IrBlock *out = L->out;
  for (int i = 0; i < n; i++) {
    L->out = i < n - 1 ? &sw->cases.v[i].body : &sw->a;
    L->dead = false;
    if (op == OPR_EQ) eq_fields(L, r, a, b, i);
    else if (op == OPR_COMPARE) compare_fields(L, r, a, b, i);
    else if (hashes(op)) hash_fields(L, op, r, a, i, hash_of(op, "int", x_int(i)));
    else show_fields(L, r, a, i, r->variants.v[i].name->s, NULL);
  }
  L->out = out;
  L->dead = true;
}

static void hash_list(Lower *L, OpKind op, Repr *r, IrVar *a) {
  Repr *elem = repr_of(r->ty->args[0]);
  IrVar *h = new_var("h", repr_int());
  h->assigned = true;
  IrStmt *let = emit(L, T_LET);
  let->var = h;
  let->e = x_new(X_LEN, repr_int());
  let->e->a = x_var(a);
  IrStmt *loop = emit(L, T_RANGE);
  loop->var = new_var("i", repr_int());
  loop->label = NEW(IrLabel);
  loop->label2 = NEW(IrLabel);
  loop->e = x_int(0);
  loop->e2 = x_new(X_LEN, repr_int());
  loop->e2->a = x_var(a);
  IrBlock *out = L->out;
  L->out = &loop->a;
  Ir *at = x_unit();
  if (elem->kind != R_UNIT) {
    at = x_new(X_AT, elem);
    at->a = x_var(a);
    at->b = x_var(loop->var);
  }
  Ir *p = part(L, op, at, NULL);
  IrStmt *set = emit(L, T_ASSIGN);
  set->var = h;
  set->e = combined(op, x_var(h), p);
  L->out = out;
  ret(L, x_var(h));
}

static bool by_impl(Lower *L, OpKind op, Repr *r, IrVar *a, IrVar *b) {
  static const struct {
    Interface **iface;
    const char *method;
  } m[] = {{&builtin.eq, "eq"},
           {&builtin.ord, "compare"},
           {&builtin.hash, "hash"},
           {&builtin.display, "to_string"},
           {&builtin.debug, "inspect"}};
  if (r->ty->kind != TY_CON || r->ty->con->prim == PRIM_INT) return false;
  OpKind named = op == OPR_KEY ? OPR_HASH : op;
  Interface *iface = *m[named].iface;
  Member found = find_method(r->ty, intern_z(m[named].method), iface, NULL);
  if (found.kind != MEMBER_FN) return false;
  if (r->kind == R_INT || r->kind == R_FLOAT || r->kind == R_BOOL || r->kind == R_STRING) return false;
  Ir *args[2] = {x_var(a), b ? x_var(b) : NULL};
  Type *types[2] = {r->ty, r->ty};
  Type *result = op == OPR_EQ        ? builtin.t_bool
                 : op == OPR_COMPARE ? concretize(builtin.ordering->self)
                 : hashes(op)        ? builtin.t_int
                                     : builtin.t_string;
  Ir *x = call_fn_typed(L, found.fn, args, types, b ? 2 : 1, result, L->span);
  if (op == OPR_COMPARE) x = call1("snow_order_of", simple(L, x, "order"), repr_int(), false);
  if (op == OPR_KEY) x = hash_of(op, "int", simple(L, x, "hash"));
  ret(L, x);
  return true;
}

static void build(Lower *L, OpKind op, Repr *r, IrVar *a, IrVar *b) {
  if (by_impl(L, op, r, a, b)) return;
  Type *t = r->ty;
  if (op == OPR_SHOW && t->kind == TY_CON && !(t->con->derives & D_DISPLAY) && by_impl(L, OPR_INSPECT, r, a, NULL))
    return;
  const char *name = t->kind == TY_CON ? t->con->name->s : "";
  switch (r->kind) {
  case R_INT:
  case R_FLOAT:
  case R_BOOL:
  case R_STRING:
  case R_PID:
    if (op == OPR_INSPECT && r->kind == R_STRING) {
      Ir *x = x_new(X_CONCAT, repr_string());
      vec_push(&x->args, x_string("\"", 1));
      vec_push(&x->args, x_var(a));
      vec_push(&x->args, x_string("\"", 1));
      ret(L, x);
      return;
    }
    ret(L, part(L, op, x_var(a), b ? x_var(b) : NULL));
    return;
  case R_ENUM:
  case R_SUM:
  case R_BOX_SUM:
    if (r->kind == R_ENUM && op == OPR_EQ) ret(L, x_binary("==", x_var(a), x_var(b), repr_bool()));
    else if (r->kind == R_ENUM && op == OPR_COMPARE)
      ret(L, call2("snow_int_compare", x_tag(x_var(a)), x_tag(x_var(b)), repr_int()));
    else if (r->kind == R_ENUM && hashes(op)) ret(L, hash_of(op, "int", x_tag(x_var(a))));
    else by_variant(L, op, r, a, b);
    return;
  case R_STRUCT:
  case R_BOX_STRUCT:
  case R_UNIT:
    if (op == OPR_EQ) eq_fields(L, r, a, b, -1);
    else if (op == OPR_COMPARE) compare_fields(L, r, a, b, -1);
    else if (hashes(op)) hash_fields(L, op, r, a, -1, NULL);
    else {
      bool display = op == OPR_SHOW && (t->kind == TY_TUPLE || (t->con->derives & D_DISPLAY));
      show_fields(L, r, a, -1, name, display || t->kind == TY_TUPLE ? NULL : t->con);
    }
    return;
  case R_LIST:
    if (hashes(op)) {
      hash_list(L, op, r, a);
      return;
    }
    break;
  default: break;
  }
  die("internal: no %s for %s", op_names[op], type_text(t, NULL));
}

IrFn *type_op(Repr *r, OpKind op) {
  if (r->ops[op]) return r->ops[op];
  IrFn *fn = r->ops[op] = NEW(IrFn);
  fn->cname = unique_global(arena_printf("%s_%s", r->cname, op_names[op]));
  fn->title = arena_printf("%s of %s", op_names[op], type_text(r->ty, NULL));
  fn->ret = op == OPR_EQ ? repr_bool() : op == OPR_SHOW || op == OPR_INSPECT ? repr_string() : repr_int();
  fn->lowered = true;
  fn->mod = program.main;
  IrVar *a = new_var("a", r), *b = op <= OPR_COMPARE ? new_var("b", r) : NULL;
  a->param = true;
  vec_push(&fn->params, a);
  if (b) {
    b->param = true;
    vec_push(&fn->params, b);
  }
  vec_push(&ir.fns, fn);
  Lower L = {0};
  start_lower(&L, fn);
  L.span.src = program.main->src;
  build(&L, op, r, a, b);
  return fn;
}

void want_type(Repr *r) { r->wants_type = true; }

void want_op(Repr *r, OpKind op) {
  r->wants_op[op] = true;
  type_op(r, op);
}

void want_key(Repr *r) {
  if (r->kind == R_INT || r->kind == R_FLOAT || r->kind == R_STRING) return; /* the runtime's own */
  want_op(r, OPR_EQ);
  want_op(r, OPR_HASH);
  want_op(r, OPR_KEY);
}
