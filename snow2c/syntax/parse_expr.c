/* Expressions (specification chapter 1 section 2.5). */
#include "syntax/parse.h"

static Expr *parse_postfix(Parser *p, Expr *e);

Expr *new_expr(Parser *p, ExprKind k) {
  Expr *e = NEW(Expr);
  e->kind = k;
  e->span = tok_span(p);
  return e;
}

static Expr *finish(Parser *p, Expr *e) {
  e->span = span_from(p, e->span.start);
  return e;
}

const char *op_text(Op op) {
  static const char *const t[] = {"+",  "-",  "*",   "/",  "%",  "==", "!=", "<",  ">",
                                  "<=", ">=", "and", "or", "..", "<>", "-",  "not"};
  return t[op];
}

/* A newline before the operand of what stands on the line before, where none may be: not after a binary operator. */
static bool operand_here(Parser *p) {
  if (nl_here(p)) {
    if (!at(p, TK_do) && on_line(p, TK_do)) late(p, "an expression"); /* the rest of the head */
    else missing(p, "an expression");
  }
  return !p->panic;
}

Expr *parse_head(Parser *p) {
  if (!operand_here(p)) return new_expr(p, E_ERROR);
  bool saved = p->no_trailing;
  p->no_trailing = true;
  Expr *e = parse_expr(p);
  p->no_trailing = saved;
  return e;
}

/* `do` block `end` after a head, or a fault. */
static Expr *do_block_end(Parser *p, Span open, const char *what) {
  if (!expect_do(p, open, arena_printf("after the head of %s", what))) return new_expr(p, E_ERROR);
  Expr *b = parse_block(p);
  expect_end(p, open, what);
  return b;
}

/* ---- binary operators ---- */

int binary_level(TokKind k, Op *op) {
  switch (k) {
  case TK_PIPE: return 1;
  case TK_or:
  case TK_OR_OR: return *op = OP_OR, 2;
  case TK_and:
  case TK_AND_AND: return *op = OP_AND, 3;
  case TK_EQ_EQ: return *op = OP_EQ, 4;
  case TK_NOT_EQ: return *op = OP_NE, 4;
  case TK_LT: return *op = OP_LT, 5;
  case TK_GT: return *op = OP_GT, 5;
  case TK_LT_EQ: return *op = OP_LE, 5;
  case TK_GT_EQ: return *op = OP_GE, 5;
  case TK_DOT_DOT: return *op = OP_RANGE, 6;
  case TK_DIAMOND:
  case TK_PLUS_PLUS: return *op = OP_CONCAT, 7;
  case TK_PLUS: return *op = OP_ADD, 8;
  case TK_MINUS: return *op = OP_SUB, 8;
  case TK_STAR: return *op = OP_MUL, 9;
  case TK_SLASH: return *op = OP_DIV, 9;
  case TK_PERCENT: return *op = OP_MOD, 9;
  default: return 0;
  }
}

/* Whether a line that begins with this operator continues the expression before it (decision D2): operators that
 * can begin no statement do. */
static bool continues_line(TokKind k) {
  switch (k) {
  case TK_PIPE:
  case TK_and:
  case TK_or:
  case TK_AND_AND:
  case TK_OR_OR:
  case TK_DIAMOND:
  case TK_PLUS_PLUS:
  case TK_EQ_EQ:
  case TK_NOT_EQ:
  case TK_LT:
  case TK_GT:
  case TK_LT_EQ:
  case TK_GT_EQ: return true;
  default: return false;
  }
}

static Expr *parse_unary(Parser *p) {
  if (at(p, TK_MINUS) && (kind_at(p, 1) == TK_INT || kind_at(p, 1) == TK_FLOAT)) {
    /* -9223372036854775808 is the one literal that fits only with its sign. */
    Expr *neg = new_expr(p, E_UNARY);
    neg->op = OP_NEG;
    next(p);
    Expr *lit = new_expr(p, at(p, TK_INT) ? E_INT : E_FLOAT);
    bool literal_only = true;
    if (at(p, TK_INT)) {
      TokKind after = kind_at(p, 1);
      literal_only = after != TK_DOT;
      parse_int_value(p, literal_only, &lit->i);
    } else lit->f = parse_float_value(p);
    next(p);
    if (lit->kind == E_INT && literal_only) {
      lit->span = span_from(p, neg->span.start);
      return lit; /* the sign is part of the value */
    }
    neg->a = parse_postfix(p, lit);
    return finish(p, neg);
  }
  if (at(p, TK_MINUS) || at(p, TK_BANG) || at(p, TK_not)) {
    Expr *e = new_expr(p, E_UNARY);
    e->op = at(p, TK_MINUS) ? OP_NEG : OP_NOT;
    next(p);
    if (!operand_here(p) || !enter(p)) return new_expr(p, E_ERROR);
    e->a = parse_unary(p);
    leave(p);
    return finish(p, e);
  }
  return parse_postfix(p, NULL);
}

/* `x |> f(a)` is `f(x, a)`, `x |> g` is `g(x)`; `x |> f(a)?` is `(x |> f(a))?`. */
static Expr *make_pipe(Parser *p, Expr *lhs, Expr *rhs) {
  if (rhs->kind == E_TRY && !rhs->paren) {
    rhs->a = make_pipe(p, lhs, rhs->a);
    rhs->span.start = lhs->span.start;
    return rhs;
  }
  Expr *call = rhs;
  if (rhs->kind == E_CALL && !rhs->paren) {
    vec_push(&call->args, lhs);
    for (int i = call->args.n - 1; i > 0; i--)
      call->args.v[i] = call->args.v[i - 1];
    call->args.v[0] = lhs;
  } else {
    call = new_expr(p, E_CALL);
    call->a = rhs;
    vec_push(&call->args, lhs);
  }
  call->piped = true;
  call->span = span_from(p, lhs->span.start);
  return call;
}

static Expr *parse_binary(Parser *p, int min) {
  Expr *left = parse_unary(p);
  for (;;) {
    Op op = OP_ADD;
    int level = binary_level(kind(p), &op);
    if (level < min || level == 0 || p->panic) return left;
    if (nl_here(p) && !continues_line(kind(p))) return left;
    if (p->nl == NL_BLOCK && cur(p)->nl_before && at(p, TK_MINUS)) {
      Diag *d = diag_warning("W0102", tok_span(p), "this `-` continues the line before it");
      d->help = "inside brackets a line that begins with `-` is a subtraction; write `0 - x` or use parentheses";
    }
    Span op_span = tok_span(p);
    next(p);
    Expr *right = parse_binary(p, level + 1);
    if (level == 1) {
      left = make_pipe(p, left, right);
      continue;
    }
    Expr *e = NEW(Expr);
    e->kind = E_BINARY;
    e->op = op;
    e->a = left;
    e->b = right;
    e->name.span = op_span;
    e->span = left->span;
    e->span.end = right->span.end > left->span.end ? right->span.end : op_span.end;
    left = e;
  }
}

Expr *parse_expr(Parser *p) {
  if (!enter(p)) return new_expr(p, E_ERROR);
  Expr *e = parse_binary(p, 1);
  leave(p);
  return e;
}

/* ---- postfix ---- */

/* Elements in brackets, from the opening to the closing one. */
static void elements(Parser *p, Expr *e, TokKind close, const char *what) {
  Brackets b = open_bracket(p);
  while (more_inside(p, close)) {
    vec_push(&e->args, parse_expr(p));
    if (!eat(p, TK_COMMA)) break;
  }
  close_bracket(p, b, close, what);
}
static void call_args(Parser *p, Expr *call) { elements(p, call, TK_RPAREN, "the arguments"); }

static Expr *trailing_closure(Parser *p) {
  Expr *e = new_expr(p, E_CLOSURE);
  FnClause *c = NEW(FnClause);
  Span open = tok_span(p);
  next(p);                      /* do */
  if (at(p, TK_OR_OR)) next(p); /* `||`: no parameters */
  else if (eat(p, TK_BAR)) {
    parse_params(p, &c->params, TK_BAR);
    expect(p, TK_BAR, "to close the block's parameters");
  }
  c->head = span_from(p, e->span.start);
  c->body = parse_block(p);
  expect_end(p, open, "this trailing closure");
  c->span = span_from(p, e->span.start);
  vec_push(&e->clauses, c);
  return finish(p, e);
}

static void flatten_path(const Expr *e, Path *out) {
  if (e->kind == E_DOT) flatten_path(e->a, out);
  vec_push(out, e->name);
}

/* Whether the `{` behind head begins the fields of a struct: behind a type's name, a capital; behind any other name
 * only when fields follow, since `if x { …` should be reported as a block in braces. */
static bool at_struct_body(const Parser *p, const Expr *head) {
  if (!at_same_line(p, TK_LBRACE)) return false;
  const Expr *e = head;
  while (e->kind == E_DOT)
    e = e->a;
  if (e->kind != E_NAME || head->paren) return false;
  if (begins_with_capital(head->name.name)) return true;
  if (cur(p)->nl_before) return false;
  TokKind first = kind_at(p, 1), second = kind_at(p, 2);
  if (first == TK_RBRACE) return !p->no_trailing || second == TK_do;
  return (first == TK_ID || is_keyword(first)) && second == TK_COLON;
}

static Expr *struct_literal(Parser *p, Expr *head) {
  Expr *e = NEW(Expr);
  e->kind = E_STRUCT;
  e->span = head->span;
  flatten_path(head, &e->path);
  Brackets b = open_bracket(p);
  while (more_inside(p, TK_RBRACE)) {
    FieldInit f;
    if ((at(p, TK_ID) && kind_at(p, 1) == TK_BAR) || at(p, TK_DOT_DOT)) {
      syntax_error(p, "there is no update syntax for structs")->help = "build a new value: name every field";
      break;
    }
    f.name = parse_ident(p, "a field name");
    expect(p, TK_COLON, "after the field name");
    f.value = p->panic ? new_expr(p, E_ERROR) : parse_expr(p);
    vec_push(&e->fields, f);
    eat(p, TK_COMMA);
  }
  close_bracket(p, b, TK_RBRACE, "the struct literal");
  return finish(p, e);
}

static Expr *parse_atom(Parser *p);

static Expr *parse_postfix(Parser *p, Expr *e) {
  if (!e) e = parse_atom(p);
  uint32_t start = e->span.start;
  while (!p->panic) {
    if (at_same_line(p, TK_LPAREN) && e->kind != E_UNIT) {
      Expr *call = new_expr(p, E_CALL);
      call->a = e;
      call_args(p, call);
      if (!p->panic && at(p, TK_do) && !p->no_trailing && !nl_here(p)) {
        vec_push(&call->args, trailing_closure(p));
        call->trailing = true;
      }
      e = call;
    } else if (at(p, TK_DOT)) { /* a line may begin with `.name` */
      next(p);
      Expr *d = new_expr(p, E_DOT);
      d->a = e;
      d->name = parse_name_after_dot(p);
      e = d;
    } else if (at_same_line(p, TK_LBRACKET)) {
      Expr *x = new_expr(p, E_INDEX);
      Brackets b = open_bracket(p);
      x->a = e;
      x->b = parse_expr(p);
      close_bracket(p, b, TK_RBRACKET, "the index");
      e = x;
    } else if (at_same_line(p, TK_QUESTION)) {
      Expr *t = new_expr(p, E_TRY);
      t->name.span = tok_span(p);
      next(p);
      t->a = e;
      e = t;
    } else if (at_struct_body(p, e)) {
      e = struct_literal(p, e);
    } else break;
    e->span = span_from(p, start);
  }
  return e;
}

/* ---- atoms ---- */

static Expr *parse_string(Parser *p) {
  Expr *e = new_expr(p, E_STR);
  e->s = "";
  next(p);
  bool interpolated = false;
  for (;;) {
    if (at(p, TK_STR_TEXT)) {
      Expr *part = new_expr(p, E_STR);
      part->s = string_text(p, &part->slen);
      next(p);
      vec_push(&e->args, part);
    } else if (at(p, TK_INTERP_OPEN)) {
      interpolated = true;
      Brackets b = open_bracket(p);
      if (at(p, TK_INTERP_CLOSE)) syntax_error(p, "an interpolation `${}` needs an expression");
      else vec_push(&e->args, parse_expr(p));
      p->nl = b.nl;
      p->no_trailing = b.no_trailing;
      if (!at(p, TK_INTERP_CLOSE)) {
        syntax_error(p, "expected `}` to close the interpolation, found %s", found(p));
        /* Go on behind this string. */
        int depth = 0;
        while (!at(p, TK_EOF)) {
          if (at(p, TK_STR_OPEN)) depth++;
          if (at(p, TK_STR_CLOSE) && depth-- == 0) break;
          next(p);
        }
        if (at(p, TK_STR_CLOSE)) next(p);
        return finish(p, e);
      }
      next(p);
    } else break;
  }
  eat(p, TK_STR_CLOSE);
  if (!interpolated && e->args.n) {
    e->s = e->args.v[0]->s;
    e->slen = e->args.v[0]->slen;
    e->args.n = 0;
  }
  return finish(p, e);
}

static Expr *parse_parens(Parser *p) {
  Expr *e = new_expr(p, E_TUPLE);
  elements(p, e, TK_RPAREN, "the parenthesis");
  finish(p, e);
  if (e->args.n == 0) e->kind = E_UNIT;
  if (e->args.n == 1) {
    Expr *inner = e->args.v[0];
    inner->span = e->span;
    inner->paren = true;
    return inner;
  }
  return e;
}

static Expr *parse_list(Parser *p) {
  Expr *e = new_expr(p, E_LIST);
  elements(p, e, TK_RBRACKET, "the list");
  return finish(p, e);
}

static Expr *parse_map(Parser *p) {
  Expr *e = new_expr(p, E_MAP);
  next(p);
  if (!at(p, TK_LBRACE)) {
    missing(p, "`{` after `%`");
    return e;
  }
  bool colon = false; /* for `=>`; reported once */
  Brackets b = open_bracket(p);
  while (more_inside(p, TK_RBRACE)) {
    vec_push(&e->args, parse_expr(p));
    if (at(p, TK_BAR))
      syntax_error(p, "there is no update syntax for maps")->help = "`Map.put(m, key, value)` gives a new map";
    else if (!at(p, TK_RBRACE) && !more_inside(p, TK_RBRACE)) break; /* not closed */
    else if (at(p, TK_COLON)) {
      if (!colon)
        soft_error(p, "expected `=>` between key and value, found `:`")->help = "a map is written `%{key => value}`";
      colon = true;
      next(p);
    } else expect(p, TK_FAT_ARROW, "between key and value");
    vec_push(&e->args, p->panic ? new_expr(p, E_ERROR) : parse_expr(p));
    eat(p, TK_COMMA);
  }
  close_bracket(p, b, TK_RBRACE, "the map");
  return finish(p, e);
}

static Expr *parse_if(Parser *p) {
  Expr *e = new_expr(p, E_IF);
  Span open = tok_span(p);
  next(p);
  e->a = parse_head(p);
  if (!expect_do(p, open, "after the condition of `if`")) return e;
  p->then_depth++;
  e->b = parse_block_until(p, BLOCK_THEN);
  p->then_depth--;
  bool elif = at_elif(p);
  if (elif) soft_error(p, "expected `else if`, found %s", found(p))->help = "write `else if … do`";
  if (elif || eat(p, TK_else)) {
    if (elif || at_same_line(p, TK_if)) {
      if (!enter(p)) return e;
      e->c = parse_if(p); /* takes the one `end` of the chain */
      leave(p);
      return finish(p, e);
    }
    if (at_same_line(p, TK_do) || at_same_line(p, TK_COLON)) {
      soft_error(p, "nothing stands between `else` and its block, found %s", found(p))->help = "write `else … end`";
      next(p);
    }
    e->c = parse_block(p);
  }
  expect_end(p, open, "this `if`");
  return finish(p, e);
}

static void parse_arms(Parser *p, Expr *e) {
  Context outer = block_context(p);
  bool bar = false;
  while (!at(p, TK_end) && !at(p, TK_after) && !at(p, TK_EOF)) {
    Arm arm = {0};
    uint32_t start = cur(p)->start;
    skip_semis(p);
    if (at(p, TK_end) || at(p, TK_after)) break;
    if (at(p, TK_BAR)) {
      if (!bar) soft_error(p, "an arm begins with its pattern, found `|`")->help = "an arm is written `pattern -> …`";
      bar = true;
      next(p);
    }
    arm.pat = parse_pattern(p);
    if (!p->panic && eat_here(p, TK_when)) arm.guard = parse_head(p);
    if (at_same_line(p, TK_FAT_ARROW)) {
      soft_error(p, "expected `->` after the pattern, found `=>`")->help = "an arm is written `pattern -> …`";
      next(p);
    } else expect(p, TK_ARROW, "after the pattern");
    if (p->panic) {
      sync_statement(p);
      if (at(p, TK_else)) break;
      continue;
    }
    if (at(p, TK_do)) {
      Span open = tok_span(p);
      next(p);
      arm.body = parse_block(p);
      expect_end(p, open, "this arm");
    } else arm.body = parse_block_until(p, BLOCK_ARM);
    arm.span = span_from(p, start);
    vec_push(&e->arms, arm);
  }
  restore(p, outer);
}

static Expr *parse_case(Parser *p) {
  Expr *e = new_expr(p, E_CASE);
  Span open = tok_span(p);
  const char *what = at(p, TK_match) ? "this `match`" : "this `case`";
  next(p);
  e->a = parse_head(p);
  if (!expect_do(p, open, arena_printf("after the subject of %s", what))) return e;
  parse_arms(p, e);
  expect_end(p, open, what);
  return finish(p, e);
}

static Expr *parse_receive(Parser *p) {
  Expr *e = new_expr(p, E_RECEIVE);
  Span open = tok_span(p);
  next(p);
  if (!expect_do(p, open, "after `receive`")) return e;
  parse_arms(p, e);
  if (eat(p, TK_after)) {
    e->a = parse_head(p);
    expect(p, TK_ARROW, "after the timeout");
    if (!p->panic) e->b = parse_block_until(p, BLOCK_ARM);
  }
  expect_end(p, open, "this `receive`");
  return finish(p, e);
}

static Expr *parse_while(Parser *p) {
  Expr *e = new_expr(p, E_WHILE);
  Span open = tok_span(p);
  next(p);
  e->a = parse_head(p);
  e->c = do_block_end(p, open, "this `while`");
  return finish(p, e);
}

static bool only_names(const Pat *p) {
  bool ok = p->kind == PAT_VAR || p->kind == PAT_WILD || p->kind == PAT_TUPLE || p->kind == PAT_ERROR;
  for (int i = 0; i < p->args.n; i++)
    ok &= only_names(p->args.v[i]);
  return ok;
}

static Expr *parse_for(Parser *p) {
  Expr *e = new_expr(p, E_FOR);
  Span open = tok_span(p);
  TypeExpr *type;
  next(p);
  if (at_same_line(p, TK_LBRACE)) {
    Brackets b = open_bracket(p);
    e->braces = true;
    e->pat = parse_param_pattern(p, &type);
    if (eat(p, TK_COMMA)) e->pat2 = parse_param_pattern(p, &type);
    close_bracket(p, b, TK_RBRACE, "the loop variables");
  } else {
    if (nl_here(p)) {
      missing(p, "the loop variable");
      return e;
    }
    e->pat = parse_param_pattern(p, &type);
  }
  if (!p->panic && !(only_names(e->pat) && (!e->pat2 || only_names(e->pat2))))
    syntax_error(p, "the loop variable of `for` must be a name, `_` or a tuple of names");
  expect(p, TK_in, "after the loop variable");
  if (p->panic) return e;
  e->a = parse_head(p);
  if (eat_here(p, TK_when)) e->b = parse_head(p);
  e->c = do_block_end(p, open, "this `for`");
  return finish(p, e);
}

static void closure_params(Parser *p, FnClause *c) {
  if (at(p, TK_LPAREN)) {
    Brackets b = open_bracket(p);
    parse_params(p, &c->params, TK_RPAREN);
    close_bracket(p, b, TK_RPAREN, "the closure's parameters");
    return;
  }
  if (nl_here(p)) {
    missing(p, "the closure's parameters, `->` or `do`");
    return;
  }
  do {
    Param prm = {0};
    prm.pat = parse_param_pattern(p, &prm.type);
    vec_push(&c->params, prm);
  } while (!p->panic && eat_here(p, TK_COMMA));
}

static Expr *parse_closure(Parser *p) {
  Expr *e = new_expr(p, E_CLOSURE);
  Span open = tok_span(p);
  next(p); /* fn */
  for (bool first = true;; first = false) {
    FnClause *c = NEW(FnClause);
    uint32_t start = first ? open.start : cur(p)->start;
    if (!(first && (at(p, TK_ARROW) || at(p, TK_do)))) closure_params(p, c);
    if (!p->panic && eat_here(p, TK_when)) c->guard = parse_head(p);
    c->head = span_from(p, start);
    vec_push(&e->clauses, c);
    if (p->panic) return e;
    if (at_same_line(p, TK_do)) {
      next(p);
      c->body = parse_block(p);
      expect_end(p, open, "this closure");
      c->span = span_from(p, start);
      /* `| params do … end` clauses each have an end, and then the closure has its own. */
      if (first && !at_same_line(p, TK_BAR)) return finish(p, e);
    } else {
      if (at_same_line(p, TK_FAT_ARROW)) {
        soft_error(p, "expected `->` after the closure's parameters, found `=>`")->help =
            "a function is written `fn x -> … end`";
        next(p);
      } else if (!expect(p, TK_ARROW, "or `do` after the closure's parameters")) return e;
      c->body = parse_block_until(p, BLOCK_CLAUSE);
      c->span = span_from(p, start);
    }
    if (p->panic) return e;
    if (!eat(p, TK_BAR)) break;
  }
  expect_end(p, open, "this closure");
  return finish(p, e);
}

static Expr *parse_return(Parser *p) {
  Expr *e = new_expr(p, E_RETURN);
  next(p);
  if (!nl_here(p) && !cur(p)->nl_before && !at(p, TK_SEMI) && !at(p, TK_end) && !at(p, TK_else) && !at(p, TK_EOF) &&
      !at(p, TK_BAR) && !at(p, TK_RPAREN))
    e->a = parse_expr(p);
  return finish(p, e);
}

/* spawn(…), send(…), link(…): keywords in call position. */
static Expr *parse_actor_call(Parser *p, ExprKind k) {
  Expr *e = new_expr(p, k);
  next(p);
  if (at_same_line(p, TK_LPAREN)) call_args(p, e);
  else missing(p, "`(` after this keyword");
  return finish(p, e);
}

/* Reports what stands where an expression must begin. */
static void operand_missing(Parser *p) {
  Op op;
  TokKind before = p->pos ? (TokKind)p->toks[p->pos - 1].kind : TK_EOF;
  bool operator= binary_level(before, &op) > 0;
  if (at(p, TK_ASSIGN) && (operator|| before == TK_PERCENT) && p->toks[p->pos - 1].end == cur(p)->start) {
    if (before != TK_EQ_EQ && before != TK_NOT_EQ) {
      Diag *d = syntax_error(p, "there is no operator `%.*s=`", (int)(cur(p)->start - p->toks[p->pos - 1].start),
                             p->src->text + p->toks[p->pos - 1].start);
      d->help = "variables never change; `let x = x + …` introduces a new one that hides the old";
      return;
    }
  }
  if (cur(p)->nl_before && (operator|| before == TK_ASSIGN || before == TK_ARROW)) missing(p, "an expression");
  else syntax_error(p, "expected an expression, found %s", found(p));
}

static Expr *parse_atom(Parser *p) {
  if (!enter(p)) return new_expr(p, E_ERROR);
  Expr *e;
  if (reserved_operand(p)) {
    e = new_expr(p, E_NAME);
    e->name = reserved_name(p);
    leave(p);
    return e;
  }
  switch (kind(p)) {
  case TK_INT:
    e = new_expr(p, E_INT);
    parse_int_value(p, false, &e->i);
    next(p);
    break;
  case TK_FLOAT:
    e = new_expr(p, E_FLOAT);
    e->f = parse_float_value(p);
    next(p);
    break;
  case TK_true:
  case TK_false:
    e = new_expr(p, E_BOOL);
    e->i = at(p, TK_true);
    next(p);
    break;
  case TK_nil:
    e = new_expr(p, E_UNIT);
    next(p);
    break;
  case TK_STR_OPEN: e = parse_string(p); break;
  case TK_ID:
    e = new_expr(p, E_NAME);
    e->name = parse_ident(p, "an expression");
    break;
  case TK_LPAREN: e = parse_parens(p); break;
  case TK_LBRACKET: e = parse_list(p); break;
  case TK_PERCENT: e = parse_map(p); break;
  case TK_if: e = parse_if(p); break;
  case TK_case:
  case TK_match: e = parse_case(p); break;
  case TK_receive: e = parse_receive(p); break;
  case TK_while: e = parse_while(p); break;
  case TK_for: e = parse_for(p); break;
  case TK_fn: e = parse_closure(p); break;
  case TK_return: e = parse_return(p); break;
  case TK_break:
    e = new_expr(p, E_BREAK);
    next(p);
    break;
  case TK_continue:
    e = new_expr(p, E_CONTINUE);
    next(p);
    break;
  case TK_spawn: e = parse_actor_call(p, E_SPAWN); break;
  case TK_send: e = parse_actor_call(p, E_SEND); break;
  case TK_link: e = parse_actor_call(p, E_LINK); break;
  case TK_self:
    e = new_expr(p, E_NAME);
    e->name.name = intern_z("self");
    e->name.span = tok_span(p);
    next(p);
    if (at_same_line(p, TK_LPAREN) && kind_at(p, 1) == TK_RPAREN) {
      next(p);
      next(p);
      e->kind = E_SELF_PID;
      finish(p, e);
    }
    break;
  default: e = new_expr(p, E_ERROR); operand_missing(p);
  }
  leave(p);
  return e;
}
