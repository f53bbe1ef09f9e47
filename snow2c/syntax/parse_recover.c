/* Faults: how they are reported, and how parsing goes on after them.
 *
 * A hard fault (syntax_error, missing) sets p->panic: nothing more is reported until sync_statement has found a place
 * to go on. A soft one (soft_error, late) is where the parser knows what was meant and reads on as if it stood there.
 */
#include "syntax/parse.h"

#include <stdarg.h>

bool nl_here(const Parser *p) {
  const Token *t = cur(p);
  if (!t->nl_before || p->nl == NL_SKIPPED) return false;
  if (p->nl == NL_BLOCK) return t->kind == TK_LPAREN || t->kind == TK_LBRACKET || t->kind == TK_LBRACE;
  return true;
}

bool at_word(const Parser *p, const char *word) { return token_is(p, p->pos, word); }

bool token_is(const Parser *p, int pos, const char *word) {
  const Token *t = &p->toks[pos];
  size_t n = strlen(word);
  return t->end - t->start == n && (t->kind == TK_ID || is_keyword((TokKind)t->kind)) &&
         memcmp(p->src->text + t->start, word, n) == 0;
}

Span tok_span(const Parser *p) {
  Span s = {p->src, cur(p)->start, cur(p)->end};
  return s;
}

Span span_from(const Parser *p, uint32_t start) {
  Span s = {p->src, start, p->pos ? p->toks[p->pos - 1].end : start};
  if (s.end < start) s.end = start;
  return s;
}

/* ---- reports ---- */

static bool adjacent(const Parser *p, int pos) { return pos > 0 && p->toks[pos - 1].end == p->toks[pos].start; }
static TokKind kind_before(const Parser *p) { return p->pos ? (TokKind)p->toks[p->pos - 1].kind : TK_EOF; }

/* Whether a `?` with a blank before it stands on this line before the current token: `c ? a : b`. */
static bool question_before(const Parser *p) {
  for (int j = p->pos; j > 0 && j > p->pos - 64 && !p->toks[j].nl_before; j--)
    if (p->toks[j - 1].kind == TK_QUESTION && !adjacent(p, j - 1)) return true;
  return false;
}

/* Help for what people write who come from other languages, seen from the place of the fault. */
static const char *habit_help(const Parser *p) {
  static const char *const ternary = "write `if c do a else b end`";
  static const char *const closure = "a function is written `fn x -> … end`";
  TokKind before = kind_before(p);
  if (before == TK_PLUS_PLUS || (before == TK_MINUS && p->pos > 1 && p->toks[p->pos - 2].kind == TK_MINUS))
    return "there is no `++` or `--` for variables: they never change";
  if (before == TK_ID && token_is(p, p->pos - 1, "mut")) return "variables never change; there is no `mut`";
  switch (kind(p)) {
  case TK_FAT_ARROW: return closure;
  case TK_OR_OR:
  case TK_BAR:
    return before == TK_LPAREN || before == TK_COMMA || before == TK_ASSIGN || before == TK_PIPE ? closure : NULL;
  case TK_COLON:
    if (kind_at(p, 1) == TK_ASSIGN && adjacent(p, p->pos + 1)) return "variables are introduced with `let x = …`";
    return question_before(p) ? ternary : NULL;
  case TK_ASSIGN:
    if ((before == TK_EQ_EQ || before == TK_NOT_EQ) && adjacent(p, p->pos))
      return "values are compared with `==` and `!=`";
    return before == TK_ID ? NULL : "variables are introduced with `let` and never changed";
  case TK_LBRACE:
    if (kind_at(p, 1) == TK_ID && kind_at(p, 2) == TK_BAR) return "there is no update syntax: build a new value";
    return "blocks are written `do … end`, maps `%{key => value}`, structs `Name { field: value }`";
  default: return before == TK_QUESTION && !cur(p)->nl_before && question_before(p) ? ternary : NULL;
  }
}

static Diag ignored;

/* Whether what is wrong here follows from a fault that is reported already. */
static bool follows_on(Parser *p, bool hard) {
  if (at(p, TK_BAD)) return true;
  if (at(p, TK_EOF)) {
    bool said = p->eof_reported || p->mod->toks->cut_short;
    p->eof_reported = true;
    return said;
  }
  if (!p->doubt || !hard) return false;
  int j = p->pos;
  while (j > p->doubt && !p->toks[j].nl_before)
    j--;
  bool same_line = j == p->doubt;
  p->doubt = 0;
  return same_line;
}

/* The place where something is missing: the end of the line before, when the current token begins a line. */
static bool in_gap(const Parser *p) { return cur(p)->nl_before && p->pos; }
static Span gap_span(const Parser *p) {
  if (!in_gap(p)) return tok_span(p);
  uint32_t e = p->toks[p->pos - 1].end;
  Span s = {p->src, e, e < p->src->len ? e + 1 : e};
  return s;
}

static Diag *report(Parser *p, Span at, bool hard, const char *fmt, va_list ap) {
  if (p->panic) return &ignored;
  p->mod->bad = true;
  if (follows_on(p, hard)) {
    p->panic = hard;
    p->error_pos = p->pos;
    return &ignored;
  }
  char text[512];
  vsnprintf(text, sizeof text, fmt, ap);
  Diag *d = diag_error("P0001", at, "%s", text);
  d->help = hard ? habit_help(p) : NULL;
  if (hard) {
    p->panic = true;
    /* What stands on the next line is not at fault: sync_statement may stop right there. */
    p->error_pos = at.start == cur(p)->start ? p->pos : -1;
  }
  return d;
}

Diag *syntax_error(Parser *p, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Diag *d = report(p, tok_span(p), true, fmt, ap);
  va_end(ap);
  return d;
}

Diag *soft_error(Parser *p, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Diag *d = report(p, tok_span(p), false, fmt, ap);
  va_end(ap);
  return d;
}

Diag *gap_error(Parser *p, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Diag *d = report(p, gap_span(p), true, fmt, ap);
  va_end(ap);
  return d;
}

static Diag *soft_gap_error(Parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
static Diag *soft_gap_error(Parser *p, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Diag *d = report(p, gap_span(p), false, fmt, ap);
  va_end(ap);
  return d;
}

const char *found(const Parser *p) {
  const Token *t = cur(p);
  if (t->kind == TK_ID)
    return arena_printf("`%.*s`", (int)(t->end - t->start > 40 ? 40 : t->end - t->start), p->src->text + t->start);
  return token_name((TokKind)t->kind);
}

Diag *missing(Parser *p, const char *want) {
  if (!in_gap(p) || at(p, TK_EOF)) return gap_error(p, "expected %s, found %s", want, found(p));
  if (nl_here(p)) return gap_error(p, "expected %s, found end of line", want);
  return gap_error(p, "expected %s before %s", want, found(p));
}

void late(Parser *p, const char *want) {
  Diag *d = soft_gap_error(p, "expected %s, found end of line", want);
  if (d != &ignored) d->help = arena_printf("the line ends here; move %s up", found(p));
  p->doubt = p->pos;
}

bool expect(Parser *p, TokKind k, const char *what) {
  const char *want = *what ? arena_printf("%s %s", token_name(k), what) : token_name(k);
  if (!at(p, k)) return missing(p, want), false;
  if (nl_here(p)) late(p, want);
  next(p);
  return true;
}

/* ---- indentation: it never matters, but tells what was meant ---- */

static int indent_of(const Parser *p, uint32_t offset) {
  Source *src = p->src;
  int line = source_line(src, offset);
  uint32_t start = src->lines.v[line - 1];
  int n = 0;
  while (n < 200 && (src->text[start + (uint32_t)n] == ' ' || src->text[start + (uint32_t)n] == '\t'))
    n++;
  return n;
}

bool body_follows(const Parser *p, Span open) {
  if (!cur(p)->nl_before || at(p, TK_EOF)) return false;
  int outer = indent_of(p, open.start), inner = indent_of(p, cur(p)->start);
  return inner > outer || (inner == outer && at(p, TK_end));
}

/* Remembers the first `end` that does not stand below what it closes. */
static void note_end(Parser *p, Span open) {
  if (!cur(p)->nl_before) return;
  int outer = indent_of(p, open.start), inner = indent_of(p, cur(p)->start);
  OddEnd *odd = inner < outer ? &p->end_left : inner > outer ? &p->end_right : NULL;
  if (!odd || odd->open.src) return;
  odd->open = open;
  odd->end = tok_span(p);
}

void begin_item(Parser *p) { p->end_left.open.src = p->end_right.open.src = p->margin_item.src = NULL; }

bool expect_end(Parser *p, Span open, const char *what) {
  if (at(p, TK_end)) {
    note_end(p, open);
    next(p);
    return true;
  }
  if (p->panic) return false; /* the construct's own recovery: its end may follow what could not be parsed */
  Diag *d = syntax_error(p, "expected `end` to close %s, found %s", what, found(p));
  if (d == &ignored) return false;
  diag_label(d, open, "it begins here");
  OddEnd *odd = &p->end_left;
  if (odd->open.src && odd->open.start > open.start) {
    diag_label(d, odd->open, "this may be what is not closed");
    diag_label(d, odd->end, "this `end` closed it, but stands further left");
  } else if (p->margin_item.src && p->margin_item.start > open.start && indent_of(p, open.start) == 0)
    diag_label(d, p->margin_item, "this was read as a part of it");
  return false;
}

void stray_end(Parser *p) {
  Diag *d = syntax_error(p, "`end` closes nothing here");
  if (d != &ignored) {
    d->help = "there is one `end` too many before this line";
    OddEnd *odd = &p->end_right;
    if (odd->open.src) {
      diag_label(d, odd->end, "it may be this one: it stands further right than what it closed");
      diag_label(d, odd->open, "which begins here");
    }
  }
  next(p);
}

/* ---- brackets ---- */

/* Whether the current line, at the left margin, begins an item: keyword and name. Inside brackets only what can be no
 * closure counts. */
static bool at_item_line(const Parser *p, bool in_brackets) {
  const Token *t = cur(p);
  if (!t->nl_before) return false;
  if (t->start && p->src->text[t->start - 1] != '\n' && p->src->text[t->start - 1] != '\r') return false;
  TokKind after = kind_at(p, 1);
  switch (t->kind) {
  case TK_fn:
  case TK_def:
    return !in_brackets || (after == TK_ID && (kind_at(p, 2) == TK_LT || kind_at(p, 2) == TK_LPAREN) &&
                            !(p->src->text[t[1].start] >= 'A' && p->src->text[t[1].start] <= 'Z'));
  case TK_struct:
  case TK_type:
  case TK_interface:
  case TK_impl:
  case TK_module:
  case TK_import:
  case TK_actor:
  case TK_service:
  case TK_supervisor: return !in_brackets || after == TK_ID;
  case TK_pub: return true;
  default: return at_word(p, "from") && (!in_brackets || after == TK_ID);
  }
}

void note_nested_item(Parser *p) {
  if (!p->margin_item.src && at_item_line(p, false)) p->margin_item = tok_span(p);
}

Brackets open_bracket(Parser *p) {
  Brackets b = {tok_span(p), p->nl, p->no_trailing};
  next(p);
  p->nl = NL_SKIPPED;
  p->no_trailing = false;
  return b;
}

bool more_inside(const Parser *p, TokKind close) {
  if (at(p, close) || at(p, TK_EOF) || p->panic || at_item_line(p, true)) return false;
  return !(at(p, TK_end) || at(p, TK_else)) || stands_as_name(p);
}

bool close_bracket(Parser *p, Brackets b, TokKind close, const char *what) {
  bool ok = eat(p, close);
  if (!ok) {
    Diag *d = missing(p, arena_printf("%s to close %s", token_name(close), what));
    if (d != &ignored && in_gap(p)) diag_label(d, b.open, "opened here");
  }
  p->nl = b.nl;
  p->no_trailing = b.no_trailing;
  return ok;
}

/* ---- going on ---- */

/* Skips `{ … }` and the else branches behind it. */
static void skip_braces(Parser *p) {
  for (;;) {
    int depth = 0;
    do {
      if (at(p, TK_LBRACE)) depth++;
      if (at(p, TK_RBRACE)) depth--;
      next(p);
    } while (depth > 0 && !at(p, TK_EOF) && !at_item_line(p, false));
    if (!at(p, TK_else)) return;
    while (!at(p, TK_EOF) && !at(p, TK_LBRACE) && !(at(p, TK_else) ? false : cur(p)->nl_before))
      next(p);
    if (!at(p, TK_LBRACE)) return;
  }
}

/* Skips the rest of this line and what is indented below what began at open, with its `end` or else branches. */
static void skip_indented(Parser *p, Span open) {
  int outer = indent_of(p, open.start);
  bool branch = true;
  while (!at(p, TK_EOF)) {
    if (cur(p)->nl_before && !branch && indent_of(p, cur(p)->start) <= outer) {
      if (at(p, TK_end) && indent_of(p, cur(p)->start) == outer) {
        next(p);
        return;
      }
      if (!at(p, TK_else) && !at_word(p, "elif")) return;
    }
    branch = false;
    next(p);
  }
}

void skip_foreign(Parser *p, Span open) {
  while (!at(p, TK_EOF) && !at(p, TK_LBRACE) && (cur(p)->start == open.start || !cur(p)->nl_before))
    next(p);
  if (at(p, TK_LBRACE) && !cur(p)->nl_before) skip_braces(p);
  else if (body_follows(p, open)) skip_indented(p, open);
  p->error_pos = -1;
}

bool on_line(const Parser *p, TokKind k) {
  /* A guess, so a long line need not be read to its end each time. */
  for (int j = p->pos; j < p->pos + 200 && p->toks[j].kind != TK_EOF && (j == p->pos || !p->toks[j].nl_before); j++)
    if (p->toks[j].kind == k) return true;
  return false;
}

bool expect_do(Parser *p, Span open, const char *what) {
  if (at(p, TK_do)) return expect(p, TK_do, what);
  const char *want = arena_printf("`do` %s", what);
  if (p->panic || at(p, TK_EOF)) return missing(p, want), false;
  if (cur(p)->nl_before) {
    if (!body_follows(p, open)) return missing(p, want), false;
    soft_gap_error(p, "expected %s, found end of line", want);
    return true;
  }
  if (at_word(p, "then") || at_word(p, "of") || at(p, TK_with)) {
    Diag *d = soft_error(p, "expected %s, found %s", want, found(p));
    d->help = arena_printf("write `do` for %s", found(p));
    next(p);
    return true;
  }
  bool brace = at(p, TK_LBRACE), colon = at(p, TK_COLON);
  if (colon && !p->toks[p->pos + 1].nl_before && on_line(p, TK_end)) {
    soft_error(p, "expected %s, found `:`", want)->help = "blocks are written `do … end`";
    next(p);
    return true;
  }
  Diag *d = missing(p, want);
  if (brace || colon) {
    d->help = "blocks are written `do … end`";
    if (brace) skip_braces(p);
    else skip_indented(p, open);
    p->error_pos = -1;
  }
  return false;
}

bool enter(Parser *p) {
  if (++p->depth <= MAX_DEPTH * GUARD_PER_LEVEL) return true;
  if (!p->panic) {
    syntax_error(p, "this is nested too deeply (more than %d levels)", MAX_DEPTH);
    /* Nothing sensible can follow: stop reading the file. */
    while (!at(p, TK_EOF))
      p->pos++;
  }
  p->depth--;
  return false;
}

void skip_semis(Parser *p) {
  while (at(p, TK_SEMI))
    next(p);
}

void sync_statement(Parser *p) {
  /* What was opened on the skipped lines is skipped whole, so that its `end` is not taken for ours. */
  int open = 0, braces = 0;
  bool first = p->pos == p->error_pos;
  while (!at(p, TK_EOF)) {
    const Token *t = cur(p);
    if (!first && at_item_line(p, false)) break;
    if (t->nl_before && !first && open <= 0 && braces <= 0) break;
    bool name = p->pos && t[-1].kind == TK_DOT;
    if (!name && (t->kind == TK_end || t->kind == TK_else) && open <= 0) break;
    if (t->kind == TK_LBRACE) braces++;
    else if (t->kind == TK_RBRACE) braces--;
    else if (name) {
    } else if (t->kind == TK_do) open++;
    else if (t->kind == TK_end) open--;
    else if (t->kind == TK_fn && !t->nl_before) {
      /* A closure written with -> has an end but no do. */
      int j = p->pos + 1;
      while (p->toks[j].kind != TK_ARROW && p->toks[j].kind != TK_do && p->toks[j].kind != TK_EOF &&
             p->toks[j].kind != TK_fn && !p->toks[j].nl_before)
        j++;
      if (p->toks[j].kind == TK_ARROW) open++;
    }
    next(p);
    first = false;
  }
  p->panic = false;
  p->doubt = 0;
}

/* ---- reserved words as names ---- */

static uint64_t keyword_bit(TokKind k) { return (uint64_t)1 << (k - TK_actor); }
_Static_assert(TK_EQ_EQ - TK_actor <= 64, "one bit for each keyword");

bool reserved_known(const Parser *p) { return is_keyword(kind(p)) && (p->reserved & keyword_bit(kind(p))); }

bool stands_as_name(const Parser *p) {
  switch (kind(p)) {
  case TK_true:
  case TK_false:
  case TK_nil:
  case TK_self: return false;
  case TK_after:
  case TK_alias:
  case TK_call:
  case TK_cast:
  case TK_cond:
  case TK_link:
  case TK_match:
  case TK_monitor:
  case TK_receive:
  case TK_send:
  case TK_spawn:
  case TK_terminate:
  case TK_trait:
  case TK_trap:
  case TK_with: return true;
  default: break;
  }
  if (!is_keyword(kind(p)) || p->toks[p->pos + 1].nl_before) return false;
  /* A word with a place in the grammar is a name only where one must stand: what follows tells. */
  switch (kind_at(p, 1)) {
  case TK_ASSIGN:
  case TK_COLONS:
  case TK_COLON:
  case TK_COMMA:
  case TK_RPAREN:
  case TK_RBRACE:
  case TK_ARROW:
  case TK_BAR:
  case TK_in: return true;
  case TK_LPAREN:
  case TK_do: return !at(p, TK_do) && !at(p, TK_end) && !at(p, TK_else);
  default: return false;
  }
}

Ident reserved_name(Parser *p) {
  Ident id = {intern(p->src->text + cur(p)->start, cur(p)->end - cur(p)->start), tok_span(p)};
  if (!reserved_known(p)) {
    Diag *d = soft_error(p, "`%s` is a reserved word", id.name->s);
    d->help = "choose another name";
    p->reserved |= keyword_bit(kind(p));
    p->doubt = p->pos;
  }
  next(p);
  return id;
}

/* Whether a reserved word that was used as a name before is meant as one here, where an expression may begin. */
bool reserved_operand(const Parser *p) {
  if (!reserved_known(p)) return false;
  Op op;
  switch (kind(p)) {
  case TK_link:
  case TK_send:
  case TK_spawn: return kind_at(p, 1) != TK_LPAREN;
  case TK_receive: return kind_at(p, 1) != TK_do;
  case TK_case:
  case TK_match:
  case TK_if:
  case TK_while:
  case TK_for:
  case TK_not:
  case TK_return:
  case TK_fn: {
    /* They need an expression or a name behind them. */
    TokKind k = kind_at(p, 1);
    return p->toks[p->pos + 1].nl_before || k == TK_do || k == TK_DOT || k == TK_COMMA || k == TK_RPAREN ||
           k == TK_RBRACKET || k == TK_RBRACE || k == TK_INTERP_CLOSE || k == TK_ASSIGN || k == TK_QUESTION ||
           (k != TK_MINUS && k != TK_PERCENT && binary_level(k, &op));
  }
  case TK_let:
  case TK_pub:
  case TK_def:
  case TK_struct:
  case TK_type:
  case TK_interface:
  case TK_impl:
  case TK_module:
  case TK_import:
  case TK_actor:
  case TK_service:
  case TK_supervisor: return kind_at(p, 1) != TK_ID || p->toks[p->pos + 1].nl_before;
  default: return true;
  }
}
