/* Statements and blocks (specification chapter 1 section 2.3). */
#include "syntax/parse.h"

/* Whether the statement that begins here is really the next arm: `pattern [when guard] ->` on this line. */
static bool at_arm(const Parser *p) {
  int depth = 0;
  for (int j = p->pos;; j++) {
    const Token *t = &p->toks[j];
    if (t->kind == TK_EOF || (j > p->pos && depth == 0 && t->nl_before)) return false;
    switch (t->kind) {
    case TK_LPAREN:
    case TK_LBRACKET:
    case TK_LBRACE:
    case TK_INTERP_OPEN: depth++; break;
    case TK_RPAREN:
    case TK_RBRACKET:
    case TK_RBRACE:
    case TK_INTERP_CLOSE:
      if (depth-- == 0) return false;
      break;
    case TK_ARROW:
    case TK_FAT_ARROW: /* meant as one; reported */
      if (depth == 0) return j > p->pos;
      break;
    case TK_fn:
    case TK_do:
    case TK_end:
    case TK_let:
    case TK_if:
    case TK_case:
    case TK_ASSIGN:
    case TK_SEMI:
    case TK_return:
      if (depth == 0) return false;
      break;
    default: break;
    }
  }
}

bool at_elif(const Parser *p) {
  if (!at_word(p, "elif") && !at_word(p, "elsif") && !at_word(p, "elseif")) return false;
  /* An ordinary name otherwise: the line must look like a head. */
  const Token *t = cur(p) + 1;
  if (t->nl_before || (t->kind == TK_LPAREN && t->start == t[-1].end)) return false;
  for (int i = 0; i < 200 && t->kind != TK_EOF && !t->nl_before; i++, t++)
    if (t->kind == TK_do || t->kind == TK_LBRACE || (t->kind == TK_COLON && t[1].nl_before) ||
        token_is(p, (int)(t - p->toks), "then"))
      return true;
  return false;
}

static bool ends_block(const Parser *p, BlockKind bk, bool first) {
  switch (kind(p)) {
  case TK_end:
  case TK_EOF: return true;
  case TK_else: return p->then_depth > 0;
  case TK_ID: return bk == BLOCK_THEN ? at_elif(p) : bk == BLOCK_ARM && !first && at_arm(p);
  case TK_BAR: return bk == BLOCK_CLAUSE || (bk == BLOCK_ARM && !first && at_arm(p));
  case TK_after: return bk == BLOCK_ARM;
  case TK_RPAREN:
  case TK_RBRACKET:
  case TK_RBRACE:
  case TK_INTERP_CLOSE: return p->nl == NL_BLOCK;
  default: return bk == BLOCK_ARM && !first && at_arm(p);
  }
}

void stray_else(Parser *p) {
  if (p->pos && p->toks[p->pos - 1].kind == TK_end) {
    Span end = {p->src, p->toks[p->pos - 1].start, p->toks[p->pos - 1].end};
    Diag *d = syntax_error(p, "`else` must come before the `end` of its `if`");
    diag_label(d, end, "the `if` ends here");
    d->help = "an `if … do … else … end` chain has one `end`, at the very end";
  } else {
    syntax_error(p, "`else` belongs to no `if`");
    next(p);
    p->panic = false;
    return;
  }
  /* The rest of the chain is read as if the `end` were not there. */
  p->panic = false;
  Span open = tok_span(p);
  while (eat(p, TK_else)) {
    if (at_same_line(p, TK_if)) {
      next(p);
      parse_head(p);
      if (!expect_do(p, open, "after the condition of `if`")) return;
    }
    p->then_depth++;
    parse_block_until(p, BLOCK_THEN);
    p->then_depth--;
  }
  eat(p, TK_end);
}

bool no_assignment(Parser *p) {
  if (!at_same_line(p, TK_ASSIGN)) return false;
  Diag *d = syntax_error(p, "there is no assignment");
  d->help = "variables never change; `let x = …` introduces a new one that hides the old";
  if (p->pos > 1 && p->toks[p->pos - 1].kind == TK_ID && !p->toks[p->pos - 1].nl_before) {
    static const char *const words[] = {"var", "val", "const", "auto", "mut", "my", "local"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      if (token_is(p, p->pos - 2, words[i])) d->help = "variables are introduced with `let x = …`";
  }
  sync_statement(p);
  return true;
}

Expr *parse_block_until(Parser *p, BlockKind bk) {
  Expr *e = new_expr(p, E_BLOCK);
  e->block = NEW(Block);
  uint32_t start = cur(p)->start;
  if (!enter(p)) return e;
  Context c = block_context(p);
  for (bool first = true;; first = false) {
    skip_semis(p);
    if (ends_block(p, bk, first)) break;
    int before = p->pos;
    note_nested_item(p);
    if (at(p, TK_else)) stray_else(p);
    else {
      Stmt *s = parse_stmt(p);
      if (s) vec_push(&e->block->stmts, s);
    }
    if (p->panic) sync_statement(p);
    if (p->pos == before) next(p); /* always make progress */
    no_assignment(p);
  }
  restore(p, c);
  leave(p);
  e->span = span_from(p, start);
  e->block->span = e->span;
  return e;
}

Expr *parse_block(Parser *p) { return parse_block_until(p, BLOCK_PLAIN); }

static Stmt *parse_let(Parser *p) {
  Stmt *s = NEW(Stmt);
  s->kind = S_LET;
  s->span = tok_span(p);
  next(p);
  if (at(p, TK_ID) ? kind_at(p, 1) != TK_LPAREN && kind_at(p, 1) != TK_DOT : stands_as_name(p)) {
    s->pat = NEW(Pat);
    s->pat->kind = at_word(p, "_") ? PAT_WILD : PAT_VAR;
    vec_push(&s->pat->path, parse_ident_here(p, "a variable name"));
    s->pat->span = s->pat->path.v[0].span;
  } else if (at_same_line(p, TK_LPAREN)) {
    s->pat = parse_tuple_pattern(p); /* `::` after it begins a type */
  } else {
    Diag *d = gap_error(p, "expected a name or a tuple pattern after `let`");
    d->help = "other patterns can fail; match them with `case`";
    return NULL;
  }
  if (eat_type_mark(p)) s->type = parse_type(p);
  if (!expect(p, TK_ASSIGN, "in this `let`")) return NULL;
  s->e = parse_expr(p);
  s->span = span_from(p, s->span.start);
  return s;
}

/* Whether `fn` and a name begin here: a definition, unless its head does not read as one. */
static bool at_fn_name(const Parser *p) {
  if (!at(p, TK_fn) && !at(p, TK_def)) return false;
  TokKind name = kind_at(p, 1);
  return name == TK_ID || (is_keyword(name) && name != TK_self && name != TK_do && name != TK_true &&
                           name != TK_false && name != TK_nil && kind_at(p, 2) == TK_LPAREN);
}

Stmt *parse_stmt(Parser *p) {
  if (at(p, TK_let) && !reserved_operand(p)) return parse_let(p);
  Stmt *s = NEW(Stmt);
  s->span = tok_span(p);
  if (at_fn_name(p)) {
    /* A definition; where its head does not read as one, `fn x -> …` is a closure. */
    Parser saved = *p;
    int mark = diag_mark();
    bool bad = p->mod->bad;
    s->kind = S_FN;
    s->clause = parse_fn(p, false, false);
    TokKind after = (TokKind)p->toks[saved.pos + 2].kind; /* only a closure can have `->` or `,` right there */
    bool closure = saved.toks[saved.pos].kind == TK_fn &&
                   (after == TK_ARROW || after == TK_COMMA || after == TK_COLONS || after == TK_do || after == TK_when);
    if (!s->clause && !closure) return NULL;
    if (s->clause && (s->clause->body || !closure)) {
      whole_fn(p, s->clause);
      s->span = s->clause->span;
      return s;
    }
    *p = saved;
    diag_rewind(mark);
    p->mod->bad = bad;
  } else if (!reserved_operand(p)) {
    Item *it = parse_item(p);
    if (it && it->kind == I_FN) {
      s->kind = S_FN;
      s->clause = it->clause;
      s->span = it->span;
      return s;
    }
    if (it) {
      /* Types, interfaces and impls of a block count as the module's; imports there bind nothing. */
      if (it->kind != I_IMPORT && it->kind != I_FROM) vec_push(&p->mod->hoisted, it);
      s->kind = S_ITEM;
      s->item = it;
      s->span = it->span;
      return s;
    }
    if (p->panic) return NULL;
  }
  s->kind = S_EXPR;
  s->e = parse_expr(p);
  s->span = s->e->span;
  return s;
}
