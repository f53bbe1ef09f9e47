/* Identifiers, types, literals and patterns. */
#include "syntax/parse.h"

#include <stdlib.h>

Ident parse_ident(Parser *p, const char *what) {
  Ident id = {intern_z("_error"), tok_span(p)}; /* never seen outside: an item without a name is dropped */
  if (at(p, TK_ID)) {
    id.name = intern(p->src->text + id.span.start, id.span.end - id.span.start);
    next(p);
  } else if (stands_as_name(p)) return reserved_name(p);
  else syntax_error(p, "expected %s, found %s", what, found(p));
  return id;
}

Ident parse_ident_here(Parser *p, const char *what) {
  if (nl_here(p)) {
    if (at(p, TK_ID)) late(p, what);
    else {
      Ident none = {intern_z("_error"), tok_span(p)};
      missing(p, what);
      return none;
    }
  }
  return parse_ident(p, what);
}

/* Any keyword may be a name after a dot (decision D7). */
bool at_name_after_dot(const Parser *p) { return !nl_here(p) && (at(p, TK_ID) || is_keyword(kind(p))); }

Ident parse_name_after_dot(Parser *p) {
  if (!at_name_after_dot(p)) {
    Ident none = {intern_z("_error"), tok_span(p)};
    missing(p, "a name after `.`");
    return none;
  }
  Ident id = {intern(p->src->text + cur(p)->start, cur(p)->end - cur(p)->start), tok_span(p)};
  next(p);
  return id;
}

static Path path_from(Parser *p, Ident first) {
  Path path = {0};
  vec_push(&path, first);
  while (at_same_line(p, TK_DOT) && !p->panic) {
    next(p);
    vec_push(&path, parse_name_after_dot(p));
  }
  return path;
}

Path parse_path(Parser *p, const char *what) { return path_from(p, parse_ident_here(p, what)); }

bool eat_type_mark(Parser *p) {
  if (eat_here(p, TK_COLONS)) return true;
  if (!at_same_line(p, TK_COLON) || p->toks[p->pos + 1].nl_before) return false;
  if (kind_at(p, 1) != TK_ID && kind_at(p, 1) != TK_LPAREN) return false;
  soft_error(p, "expected `::` before the type, found `:`")->help = "a type is written behind two colons: `x :: Int`";
  next(p);
  return true;
}

/* ---- types ---- */

static TypeExpr *new_type(Parser *p, TypeExprKind k) {
  TypeExpr *t = NEW(TypeExpr);
  t->kind = k;
  t->span = tok_span(p);
  return t;
}

/* Types in brackets, from the opening to the closing one. */
static void type_list(Parser *p, TypeExpr *into, TokKind close) {
  Brackets b = open_bracket(p);
  while (more_inside(p, close)) {
    vec_push(&into->args, parse_type(p));
    if (!eat(p, TK_COMMA)) break;
  }
  close_bracket(p, b, close, "the list of types");
}

static TypeExpr *type_sugar(Parser *p, TypeExpr *t) {
  for (;;) {
    if (at_same_line(p, TK_QUESTION)) {
      next(p);
      if (t->kind == TE_OPTION && at(p, TK_QUESTION)) syntax_error(p, "`T??` is not a type");
      TypeExpr *o = new_type(p, TE_OPTION);
      vec_push(&o->args, t);
      o->span = span_from(p, t->span.start);
      t = o;
    } else if (at_same_line(p, TK_BANG)) {
      next(p);
      TypeExpr *r = new_type(p, TE_RESULT);
      vec_push(&r->args, t);
      vec_push(&r->args, parse_type(p));
      r->span = span_from(p, t->span.start);
      return r;
    } else return t;
  }
}

TypeExpr *parse_type(Parser *p) {
  uint32_t start = cur(p)->start;
  TypeExpr *t = new_type(p, TE_ERROR);
  if (!enter(p)) return t;
  TokKind before = p->pos ? (TokKind)p->toks[p->pos - 1].kind : TK_EOF;
  if (nl_here(p) && before != TK_ARROW && before != TK_ASSIGN) {
    if (at(p, TK_ID) || at(p, TK_LPAREN)) late(p, "a type");
    else missing(p, "a type");
  }
  if (at(p, TK_LPAREN)) {
    t->kind = TE_TUPLE;
    type_list(p, t, TK_RPAREN);
    t->span = span_from(p, start);
    if (t->args.n == 1) t = t->args.v[0];
    t = type_sugar(p, t);
  } else if (at_word(p, "Fun") && kind_at(p, 1) == TK_LPAREN) {
    next(p);
    t->kind = TE_FUN;
    type_list(p, t, TK_RPAREN);
    if (expect(p, TK_ARROW, "and the result type of `Fun(…)`")) t->ret = parse_type(p);
    else t->kind = TE_ERROR;
    t->span = span_from(p, start);
  } else if (at(p, TK_ID)) {
    t->kind = TE_PATH;
    t->path = path_from(p, parse_ident(p, "a type"));
    if (at_same_line(p, TK_LT)) {
      t->has_args = true;
      type_list(p, t, TK_GT);
    }
    t->span = span_from(p, start);
    t = type_sugar(p, t);
  } else {
    missing(p, "a type");
  }
  leave(p);
  return t;
}

/* ---- literals ---- */

bool parse_int_value(Parser *p, bool negative, int64_t *out) {
  const Token *t = cur(p);
  const char *s = p->src->text + t->start, *end = p->src->text + t->end;
  unsigned base = 10;
  if (*s == '0' && end - s > 1) {
    char c = s[1];
    base = c == 'x' || c == 'X' ? 16 : c == 'b' || c == 'B' ? 2 : c == 'o' || c == 'O' ? 8 : 10;
    if (base != 10) s += 2;
  }
  uint64_t v = 0, limit = negative ? (uint64_t)1 << 63 : ((uint64_t)1 << 63) - 1;
  bool fits = true;
  for (; s < end; s++) {
    unsigned d;
    if (*s == '_') continue;
    if (*s >= '0' && *s <= '9') d = (unsigned)(*s - '0');
    else if (*s >= 'a' && *s <= 'f') d = (unsigned)(*s - 'a' + 10);
    else if (*s >= 'A' && *s <= 'F') d = (unsigned)(*s - 'A' + 10);
    else break;
    if (d >= base) break;
    if (v > (limit - d) / base) {
      fits = false;
      break;
    }
    v = v * base + d;
  }
  *out = negative ? (int64_t)(0 - v) : (int64_t)v;
  if (!fits) {
    Diag *d = diag_error("P0001", tok_span(p), "this integer does not fit in 64 bits");
    d->help = "Int holds -9223372036854775808 to 9223372036854775807";
    p->mod->bad = true;
    *out = 0;
  }
  return fits;
}

double parse_float_value(Parser *p) {
  const Token *t = cur(p);
  char *buf = arena_alloc(t->end - t->start + 1);
  size_t n = 0;
  for (uint32_t i = t->start; i < t->end; i++)
    if (p->src->text[i] != '_') buf[n++] = p->src->text[i];
  return strtod(buf, NULL); /* snow2c never calls setlocale, so the C locale is in force */
}

static int hex_value(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

const char *string_text(Parser *p, uint32_t *len) {
  const Token *t = cur(p);
  const char *s = p->src->text;
  char *out = arena_alloc(t->end - t->start + 1);
  uint32_t n = 0;
  for (uint32_t i = t->start; i < t->end;) {
    if (s[i] != '\\') {
      out[n++] = s[i++];
      continue;
    }
    uint32_t from = i++;
    char c = i < t->end ? s[i++] : 0;
    switch (c) {
    case 'n': out[n++] = '\n'; continue;
    case 't': out[n++] = '\t'; continue;
    case 'r': out[n++] = '\r'; continue;
    case '0': out[n++] = '\0'; continue;
    case '\\':
    case '"':
    case '$': out[n++] = c; continue;
    case 'u':
      if (i < t->end && s[i] == '{') {
        uint32_t v = 0;
        int digits = 0;
        for (i++; i < t->end && hex_value(s[i]) >= 0 && digits < 7; i++, digits++)
          v = v * 16 + (uint32_t)hex_value(s[i]);
        if (i < t->end && s[i] == '}' && digits >= 1 && digits <= 6 && v <= 0x10FFFF && !(v >= 0xD800 && v <= 0xDFFF)) {
          i++;
          n += (uint32_t)utf8_encode(v, out + n); /* never longer than the escape itself */
          continue;
        }
        while (i < t->end && (hex_value(s[i]) >= 0 || s[i] == '}'))
          i++;
      }
      break;
    default:
      while (i < t->end && ((unsigned char)s[i] & 0xC0) == 0x80)
        i++;
    }
    Span sp = {p->src, from, i};
    Diag *d = diag_error("P0001", sp, c == 'u' ? "invalid Unicode escape" : "unknown escape in a string");
    d->help = "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\$ and \\u{H…} with 1 to 6 hexadecimal digits of a Unicode "
              "scalar value";
    p->mod->bad = true;
  }
  *len = n;
  return out;
}

/* ---- patterns ---- */

static Pat *new_pat(Parser *p, PatKind k) {
  Pat *t = NEW(Pat);
  t->kind = k;
  t->span = tok_span(p);
  return t;
}

static void pattern_list(Parser *p, Pat *into) {
  Brackets b = open_bracket(p);
  while (more_inside(p, TK_RPAREN)) {
    vec_push(&into->args, parse_pattern(p));
    if (!eat(p, TK_COMMA)) break;
  }
  close_bracket(p, b, TK_RPAREN, "the pattern");
}

static Pat *prim_pattern(Parser *p) {
  uint32_t start = cur(p)->start;
  Pat *t = new_pat(p, PAT_ERROR);
  switch (kind(p)) {
  case TK_ID:
    if (at_word(p, "_")) {
      t->kind = PAT_WILD;
      next(p);
      return t;
    }
    vec_push(&t->path, parse_ident(p, "a pattern"));
    t->kind = PAT_VAR;
    while (at_same_line(p, TK_DOT)) {
      next(p);
      t->kind = PAT_CTOR;
      vec_push(&t->path, parse_name_after_dot(p));
    }
    if (at_same_line(p, TK_LPAREN)) {
      if (t->kind == PAT_VAR && !begins_with_capital(t->path.v[0].name)) {
        syntax_error(p, "`%s(…)` is not a pattern: constructors begin with a capital letter", t->path.v[0].name->s);
        break;
      }
      t->kind = PAT_CTOR;
      t->parens = true;
      pattern_list(p, t);
    }
    break;
  case TK_INT:
    t->kind = PAT_INT;
    parse_int_value(p, false, &t->i);
    next(p);
    break;
  case TK_FLOAT:
    t->kind = PAT_FLOAT;
    t->f = parse_float_value(p);
    next(p);
    break;
  case TK_MINUS:
    next(p);
    if (at(p, TK_INT)) {
      t->kind = PAT_INT;
      parse_int_value(p, true, &t->i);
      next(p);
    } else if (at(p, TK_FLOAT)) {
      t->kind = PAT_FLOAT;
      t->f = -parse_float_value(p);
      next(p);
    } else syntax_error(p, "expected a number after `-` in a pattern, found %s", found(p));
    break;
  case TK_STR_OPEN:
    t->kind = PAT_STR;
    t->s = "";
    next(p);
    if (at(p, TK_STR_TEXT)) {
      t->s = string_text(p, &t->slen);
      next(p);
    }
    if (at(p, TK_INTERP_OPEN)) {
      syntax_error(p, "a string pattern cannot contain an interpolation");
      while (!at(p, TK_STR_CLOSE) && !at(p, TK_EOF))
        next(p);
    }
    eat(p, TK_STR_CLOSE);
    break;
  case TK_true:
  case TK_false:
    t->kind = PAT_BOOL;
    t->i = at(p, TK_true);
    next(p);
    break;
  case TK_nil:
    t->kind = PAT_UNIT;
    next(p);
    break;
  case TK_LPAREN:
    t->kind = PAT_TUPLE;
    pattern_list(p, t);
    if (t->args.n == 0) t->kind = PAT_UNIT;
    else if (t->args.n == 1) t = t->args.v[0];
    break;
  case TK_LBRACKET:
    next(p);
    t->kind = PAT_NIL;
    if (!at(p, TK_RBRACKET) && !p->panic) {
      Diag *d = syntax_error(p, "only the empty list `[]` can be written with brackets in a pattern");
      d->help = "match the parts of a list with `head :: tail`";
    }
    eat(p, TK_RBRACKET);
    break;
  default:
    if (stands_as_name(p)) {
      vec_push(&t->path, reserved_name(p));
      t->kind = PAT_VAR;
    } else syntax_error(p, "expected a pattern, found %s", found(p));
  }
  t->span = span_from(p, start);
  return t;
}

Pat *parse_tuple_pattern(Parser *p) { return prim_pattern(p); }

static Pat *or_pattern(Parser *p) {
  Pat *first = prim_pattern(p);
  if (!at_same_line(p, TK_BAR)) return first;
  Pat *t = new_pat(p, PAT_OR);
  vec_push(&t->args, first);
  while (at_same_line(p, TK_BAR) && !p->panic) {
    next(p);
    vec_push(&t->args, prim_pattern(p));
  }
  t->span = span_from(p, first->span.start);
  return t;
}

static Pat *cons_pattern(Parser *p) {
  if (!enter(p)) return new_pat(p, PAT_ERROR);
  Pat *t = or_pattern(p);
  if (at_same_line(p, TK_COLONS)) {
    next(p);
    Pat *c = new_pat(p, PAT_CONS);
    vec_push(&c->args, t);
    vec_push(&c->args, cons_pattern(p));
    c->span = span_from(p, t->span.start);
    t = c;
  }
  leave(p);
  return t;
}

static Pat *as_suffix(Parser *p, Pat *t) {
  while (at_word(p, "as") && !nl_here(p) && kind_at(p, 1) == TK_ID) {
    next(p);
    Pat *a = new_pat(p, PAT_AS);
    vec_push(&a->path, parse_ident(p, "a name after `as`"));
    vec_push(&a->args, t);
    a->span = span_from(p, t->span.start);
    t = a;
  }
  return t;
}

Pat *parse_pattern(Parser *p) {
  if (!enter(p)) return new_pat(p, PAT_ERROR);
  Pat *t = as_suffix(p, cons_pattern(p));
  leave(p);
  return t;
}

/* A parameter: a name with an optional type, or a pattern (specification chapter 1 section 2.4). In bare closure
 * parameters the `|` of an or-pattern would be taken for the next clause, so it needs parentheses there. */
Pat *parse_param_pattern(Parser *p, TypeExpr **type) {
  *type = NULL;
  if (at(p, TK_self)) {
    Pat *t = new_pat(p, PAT_VAR);
    Ident id = {intern_z("self"), tok_span(p)};
    vec_push(&t->path, id);
    next(p);
    if (eat_type_mark(p)) *type = parse_type(p);
    return t;
  }
  bool name = stands_as_name(p);
  if (at(p, TK_ID)) name = !(kind_at(p, 1) == TK_DOT || kind_at(p, 1) == TK_LPAREN);
  if (name && at_word(p, "_") && kind_at(p, 1) == TK_COLONS && kind_at(p, 2) == TK_ID) {
    /* `_ :: Int` is a typed wildcard, `_ :: t` a list pattern. */
    const Token *t = &p->toks[p->pos + 2];
    name = p->src->text[t->start] >= 'A' && p->src->text[t->start] <= 'Z';
  } else if (name && at_word(p, "_")) name = kind_at(p, 1) != TK_COLONS;
  if (!name) return parse_pattern(p);
  Pat *t = new_pat(p, PAT_VAR);
  if (at_word(p, "_")) {
    t->kind = PAT_WILD;
    next(p);
  } else vec_push(&t->path, parse_ident(p, "a parameter"));
  if (eat_type_mark(p)) *type = parse_type(p);
  return as_suffix(p, t);
}
