/* Expressions in C, with as few parentheses as compilers and readers like. */
#include "emit/emit.h"

enum { P_OR = 4, P_AND = 5, P_EQ = 9, P_CMP = 10, P_ADD = 12, P_MUL = 13, P_UNARY = 14, P_POST = 15 };

static int op_prec(const char *op) {
  switch (op[0]) {
  case '|': return P_OR;
  case '&': return P_AND;
  case '=':
  case '!': return P_EQ;
  case '<':
  case '>': return P_CMP;
  case '+':
  case '-': return P_ADD;
  default: return P_MUL;
  }
}

static void put(Emit *E, const char *s) { buf_puts(E->b, s); }

static void emit_args(Emit *E, Ir *x, bool first) {
  for (int i = 0; i < x->args.n; i++) {
    if (!first) put(E, ", ");
    first = false;
    emit_expr(E, x->args.v[i], 0);
  }
}

static void binary(Emit *E, Ir *x, int prec) {
  int p = op_prec(x->text);
  /* gcc and clang want mixed && and ||, and comparisons of comparisons, to be parenthesised. */
  int left = p, right = p + 1;
  if (p == P_OR || p == P_EQ || p == P_CMP) left = right = P_ADD - 1;
  if (p == P_OR) left = P_OR, right = P_AND + 1;
  if (p == P_OR && x->a->kind == X_BINARY && op_prec(x->a->text) == P_AND) left = P_POST;
  if (p == P_AND) left = P_AND, right = P_EQ;
  if (p == P_AND && x->b->kind == X_BINARY && op_prec(x->b->text) == P_OR) right = P_POST;
  bool paren = p < prec;
  if (paren) put(E, "(");
  emit_expr(E, x->a, left);
  buf_printf(E->b, " %s ", x->text);
  emit_expr(E, x->b, right);
  if (paren) put(E, ")");
}

static void int_literal(Emit *E, int64_t i, int prec) {
  if (i == INT64_MIN) put(E, "INT64_MIN");
  else {
    bool paren = i < 0 && prec > 0, big = i > INT32_MAX || i < INT32_MIN + 1;
    buf_printf(E->b, paren ? "(" : "%s", "");
    buf_printf(E->b, big ? "INT64_C(%lld)" : "%lld", (long long)i);
    if (paren) put(E, ")");
  }
}

static void float_literal(Emit *E, double f, int prec) {
  char s[64];
  if (f != f) {
    put(E, "SNOW_NAN");
    return;
  }
  if (f > 1.7976931348623157e308 || f < -1.7976931348623157e308) {
    put(E, f > 0 ? "SNOW_INFINITY" : "-SNOW_INFINITY");
    return;
  }
  int digits = 1;
  double back = 0;
  do {
    snprintf(s, sizeof s, "%.*g", digits, f);
    sscanf(s, "%lf", &back);
  } while (back != f && ++digits <= 17);
  bool paren = f < 0 && prec > 0;
  if (paren) put(E, "(");
  put(E, s);
  if (!strpbrk(s, ".eE")) put(E, ".0");
  if (paren) put(E, ")");
}

static void emit_variant(Emit *E, Ir *x) {
  Repr *r = x->repr;
  RVariant *v = r->kind == R_ENUM ? NULL : &r->variants.v[x->variant];
  switch (r->kind) {
  case R_ENUM: buf_printf(E->b, "%d", x->variant); return;
  case R_BOX_SUM:
    v->made = true;
    if (x->variant == r->null_variant) put(E, "NULL");
    else if (!v->words) buf_printf(E->b, "((%s)&%s)", r->ctype, v->cname);
    else {
      buf_printf(E->b, "%s_new(cx", v->cname);
      for (int i = 0; i < x->args.n; i++)
        if (x->args.v[i]->repr->kind != R_UNIT) put(E, ", "), emit_expr(E, x->args.v[i], 0);
      put(E, ")");
    }
    return;
  default:
    buf_printf(E->b, "(struct %s){.tag = %d", r->cname, x->variant);
    for (int i = 0; i < x->args.n; i++)
      if (x->args.v[i]->repr->kind != R_UNIT) {
        buf_printf(E->b, ", .u.%s.%s = ", v->member, v->fields.v[i].cname);
        emit_expr(E, x->args.v[i], 0);
      }
    put(E, "}");
  }
}

static void emit_struct(Emit *E, Ir *x) {
  Repr *r = x->repr;
  bool boxed = r->kind == R_BOX_STRUCT;
  r->made = true;
  if (boxed) buf_printf(E->b, "%s_new(cx", r->cname);
  else buf_printf(E->b, "(struct %s){", r->cname);
  bool first = !boxed;
  for (int i = 0; i < x->args.n; i++) {
    if (x->args.v[i]->repr->kind == R_UNIT) continue;
    if (!first) put(E, ", ");
    first = false;
    emit_expr(E, x->args.v[i], 0);
  }
  put(E, boxed ? ")" : "}");
}

static void emit_call(Emit *E, Ir *x) {
  buf_printf(E->b, "%s(cx", x->fn->cname);
  if (x->fn->takes_env) {
    put(E, ", ");
    if (!x->a) put(E, "NULL");
    else if (x->a->kind == X_VAR || x->a->kind == X_GLOBAL) emit_expr(E, x->a, P_POST), put(E, ".env");
    else emit_expr(E, x->a, 0);
  }
  if (x->fn->located) {
    put(E, ", ");
    emit_expr(E, x->b, 0);
  }
  emit_args(E, x, false);
  put(E, ")");
}

static void emit_call_fn(Emit *E, Ir *x) {
  put(E, "((");
  buf_printf(E->b, "%s(*)(snow_cx *, const void *", x->repr->kind == R_UNIT ? "void " : declare(x->repr, ""));
  for (int i = 0; i < x->args.n; i++)
    buf_printf(E->b, ", %s", declare(x->args.v[i]->repr, ""));
  put(E, "))");
  emit_expr(E, x->a, P_POST);
  put(E, ".code)(cx, ");
  emit_expr(E, x->a, P_POST);
  put(E, ".env");
  emit_args(E, x, false);
  put(E, ")");
}

static void emit_env(Emit *E, Ir *x) {
  EnvGroup *g = x->group;
  if (x->index) {
    /* The callee cannot keep it: it lives on the stack. */
    buf_printf(E->b, "&(struct %s){{&%s_layout}", g->cname, g->cname);
    for (int i = 0; i < x->args.n; i++)
      put(E, ", "), emit_expr(E, x->args.v[i], 0);
    /* What only other functions of the group capture, which this call does not reach. */
    for (int i = x->args.n; i < g->vars.n; i++)
      buf_printf(E->b, ", %s", zero_of(g->vars.v[i]->repr));
    put(E, "}");
    return;
  }
  g->made = true;
  buf_printf(E->b, "%s_new(cx", g->cname);
  emit_args(E, x, false);
  for (int i = x->args.n; i < g->vars.n; i++)
    buf_printf(E->b, ", %s", zero_of(g->vars.v[i]->repr));
  put(E, ")");
}

void emit_expr(Emit *E, Ir *x, int prec) {
  switch (x->kind) {
  case X_UNIT: put(E, "0"); return;
  case X_INT: int_literal(E, x->i, prec); return;
  case X_FLOAT: float_literal(E, x->f, prec); return;
  case X_BOOL: put(E, x->i ? "true" : "false"); return;
  case X_STRING: put(E, string_constant(x->text, x->len)); return;
  case X_VAR: put(E, x->var->cname); return;
  case X_ZERO: put(E, zero_of(x->repr)); return;
  case X_BINARY: binary(E, x, prec); return;
  case X_NOT:
    /* !(a == b) reads better as a != b; only for what has no NaN. */
    if (x->a->kind == X_BINARY && x->a->a->repr->kind != R_FLOAT &&
        (x->a->text[0] == '=' || x->a->text[0] == '!' || x->a->text[0] == '<' || x->a->text[0] == '>')) {
      static const char *const from[] = {"==", "!=", "<", ">=", ">", "<="}, *const to[] = {
                                                                                "!=", "==", ">=", "<", "<=", ">"};
      for (int i = 0; i < 6; i++)
        if (strcmp(x->a->text, from[i]) == 0) {
          Ir flipped = *x->a;
          flipped.text = to[i];
          binary(E, &flipped, prec);
          return;
        }
    }
    /* Compilers take !a == b for a slip. */
    put(E, prec >= P_EQ ? "(!" : "!");
    emit_expr(E, x->a, P_UNARY);
    if (prec >= P_EQ) put(E, ")");
    return;
  case X_NEG:
    if (x->repr->kind == R_INT) {
      put(E, "snow_neg(");
      emit_expr(E, x->a, 0);
      put(E, ")");
    } else {
      put(E, prec > P_UNARY ? "(-" : "-");
      emit_expr(E, x->a, P_POST);
      if (prec > P_UNARY) put(E, ")");
    }
    return;
  case X_FIELD:
    emit_expr(E, x->a, P_POST);
    buf_printf(E->b, "%s%s", x->a->repr->kind == R_BOX_STRUCT ? "->" : ".", x->a->repr->fields.v[x->index].cname);
    return;
  case X_TAG:
    switch (x->a->repr->kind) {
    case R_UNIT: put(E, "0"); return;
    case R_ENUM: emit_expr(E, x->a, prec); return;
    case R_SUM:
      emit_expr(E, x->a, P_POST);
      put(E, ".tag");
      return;
    default:
      x->a->repr->tag_read = true;
      buf_printf(E->b, "%s_tag(", x->a->repr->cname);
      emit_expr(E, x->a, 0);
      put(E, ")");
    }
    return;
  case X_PAYLOAD: {
    RVariant *v = &x->a->repr->variants.v[x->variant];
    if (x->a->repr->kind == R_SUM) {
      emit_expr(E, x->a, P_POST);
      buf_printf(E->b, ".u.%s.%s", v->member, v->fields.v[x->index].cname);
    } else {
      buf_printf(E->b, "((const struct %s *)", v->cname);
      emit_expr(E, x->a, P_UNARY);
      buf_printf(E->b, ")->%s", v->fields.v[x->index].cname);
    }
    return;
  }
  case X_STRUCT: emit_struct(E, x); return;
  case X_VARIANT: emit_variant(E, x); return;
  case X_CALL: emit_call(E, x); return;
  case X_CALL_C:
    buf_printf(E->b, "%s(%s", x->text, x->no_cx ? "" : "cx");
    emit_args(E, x, x->no_cx);
    put(E, ")");
    return;
  case X_CALL_FN: emit_call_fn(E, x); return;
  case X_CLOSURE:
    buf_printf(E->b, "(snow_fn){(snow_code)%s, ", x->fn->cname);
    if (!x->a) put(E, "NULL");
    else emit_expr(E, x->a, 0);
    put(E, "}");
    return;
  case X_ENV: emit_env(E, x); return;
  case X_ENV_FIELD: buf_printf(E->b, "%s->m%d_%s", E->env, x->index, c_ident(x->group->vars.v[x->index]->hint)); return;
  case X_SELF_ENV: put(E, E->fn->env->vars.n ? E->env : "NULL"); return;
  case X_AT:
    buf_printf(E->b, "SNOW_AT(%s, ", x->repr->ctype);
    emit_expr(E, x->a, 0);
    put(E, ", ");
    emit_expr(E, x->b, 0);
    put(E, ")");
    return;
  case X_LEN:
    put(E, prec > P_UNARY ? "((int64_t)" : "(int64_t)");
    emit_expr(E, x->a, P_POST);
    put(E, prec > P_UNARY ? ".len)" : ".len");
    return;
  case X_TAIL:
    put(E, "snow_tail(");
    emit_expr(E, x->a, 0);
    put(E, ")");
    return;
  case X_LIST:
    if (x->of->kind == R_UNIT) {
      buf_printf(E->b, "(snow_list){NULL, 0, %d}", x->args.n);
      return;
    }
    buf_printf(E->b, "snow_list_of(cx, &%s_type, %d, (%s const[%d]){", x->of->cname, x->args.n, x->of->ctype,
               x->args.n);
    emit_args(E, x, true);
    put(E, "})");
    return;
  case X_CONCAT:
    if (x->args.n == 2) {
      put(E, "snow_string_concat(cx, ");
      emit_args(E, x, true);
      put(E, ")");
      return;
    }
    buf_printf(E->b, "snow_concat(cx, %d, (snow_str const[%d]){", x->args.n, x->args.n);
    emit_args(E, x, true);
    put(E, "})");
    return;
  case X_ADDRESS: buf_printf(E->b, x->var ? "&%s" : "NULL", x->var ? x->var->cname : ""); return;
  case X_TYPE: buf_printf(E->b, "&%s_type", x->of->cname); return;
  case X_SITE: put(E, E->at ? E->at : site_constant(x->span)); return;
  case X_GLOBAL: put(E, x->global->cname); return;
  }
}
