#include "syntax/lex.h"

typedef struct {
  Tokens *out;
  Source *src;
  const char *s;
  uint32_t i, n;
  bool nl;
  bool no_block_end; /* nothing closes a C block comment from here on */
  /* One entry for each string that is being cut: how many braces are open inside its interpolation, and whether it
   * is a triple-quoted one. */
  VEC(struct StringState {
    int braces;
    bool triple;
    uint32_t open;
  })
  strings;
} Lexer;

static const char *const keyword_texts[] = {
#define X(k) #k,
    KEYWORDS(X)
#undef X
};
static const char *const punct_texts[] = {
#define X(k, s) s,
    PUNCTUATION(X)
#undef X
};
enum { N_KEYWORDS = TK_EQ_EQ - TK_actor, N_PUNCT = TK_COUNT - TK_EQ_EQ };

const char *token_name(TokKind k) {
  static const char *const plain[] = {
      "end of file", "an identifier", "an integer", "a float",       "a string",
      "string text", "`${`",          "`}`",        "end of string", "an unexpected character"};
  if (k < TK_actor) return plain[k];
  return arena_printf("`%s`", k < TK_EQ_EQ ? keyword_texts[k - TK_actor] : punct_texts[k - TK_EQ_EQ]);
}

/* The place of a fault that is being reported. */
static Span fault_at(Lexer *L, uint32_t start, uint32_t end) {
  L->out->bad = true;
  Span sp = {L->src, start, end};
  return sp;
}

static void add(Lexer *L, TokKind kind, uint32_t start, uint32_t end) {
  Token t = {(uint8_t)kind, L->nl, start, end};
  vec_push(&L->out->toks, t);
  L->nl = false;
}

/* ---- identifiers ---- */

/* Letters outside ASCII: everything in the blocks that hold letters. The exact Unicode property would need a table;
 * this takes every code point from U+00AA on except the punctuation, symbol and space blocks. */
static bool is_alpha_cp(uint32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7) return false;
  if (c >= 0x2000 && c <= 0x2BFF)
    return c == 0x2071 || c == 0x207F || (c >= 0x2090 && c <= 0x209C) || (c >= 0x2100 && c <= 0x218F);
  if (c >= 0x2E00 && c <= 0x2E7F) return false;
  if (c >= 0x3000 && c <= 0x3004) return false;
  if (c >= 0x3008 && c <= 0x3020) return false;
  if (c >= 0xE000 && c <= 0xF8FF) return false;
  if (c >= 0xFE00 && c <= 0xFE6F) return false;
  if (c >= 0xFF00 && c <= 0xFF20) return false;
  if (c >= 0xFFF0 && c <= 0xFFFF) return false;
  if (c >= 0x1F000 && c <= 0x1FAFF) return false;
  return c < 0xE0000;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_id_char(Lexer *L, uint32_t i, int *len) {
  uint32_t cp;
  if (i >= L->n) return false;
  *len = utf8_decode((const unsigned char *)L->s + i, L->n - i, &cp);
  return *len && (is_alpha_cp(cp) || (cp < 0x80 && is_digit((char)cp)));
}

static void lex_word(Lexer *L) {
  uint32_t start = L->i;
  int len;
  while (is_id_char(L, L->i, &len))
    L->i += (uint32_t)len;
  uint32_t n = L->i - start;
  for (int k = 0; k < N_KEYWORDS; k++)
    if (keyword_texts[k][0] == L->s[start] && strlen(keyword_texts[k]) == n &&
        memcmp(keyword_texts[k], L->s + start, n) == 0) {
      add(L, (TokKind)(TK_actor + k), start, L->i);
      return;
    }
  add(L, TK_ID, start, L->i);
}

/* ---- numbers ---- */

static bool is_base_digit(char c, int base) {
  if (base == 16) return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  return c >= '0' && c < '0' + base;
}

static void lex_number(Lexer *L) {
  uint32_t start = L->i;
  const char *s = L->s;
  char mark = s[start + 1];
  int base = s[start] != '0'              ? 10
             : mark == 'x' || mark == 'X' ? 16
             : mark == 'b' || mark == 'B' ? 2
             : mark == 'o' || mark == 'O' ? 8
                                          : 10;
  TokKind kind = TK_INT;
  bool bad = false;
  if (base != 10) {
    L->i += 2;
    int digits = 0;
    for (; is_base_digit(s[L->i], base) || s[L->i] == '_'; L->i++)
      digits += s[L->i] != '_';
    if (!digits) {
      diag_error("P0001", fault_at(L, start, L->i), "digits are missing after `%.*s`", 2, s + start);
      bad = true;
    }
  } else {
    while (is_digit(s[L->i]) || s[L->i] == '_')
      L->i++;
    if (s[L->i] == '.' && is_digit(s[L->i + 1])) {
      kind = TK_FLOAT;
      L->i++;
      while (is_digit(s[L->i]) || s[L->i] == '_')
        L->i++;
    }
    if (s[L->i] == 'e' || s[L->i] == 'E') {
      uint32_t j = L->i + 1;
      if (s[j] == '+' || s[j] == '-') j++;
      kind = TK_FLOAT;
      if (!is_digit(s[j])) {
        diag_error("P0001", fault_at(L, start, j), "digits are missing in the exponent of this number");
        bad = true;
      }
      L->i = j;
      while (is_digit(s[L->i]) || s[L->i] == '_')
        L->i++;
    }
  }
  int len;
  if (!bad && is_id_char(L, L->i, &len)) {
    uint32_t from = L->i;
    while (is_id_char(L, L->i, &len))
      L->i += (uint32_t)len;
    Diag *d = diag_error("P0001", fault_at(L, from, L->i), "invalid number: `%.*s` cannot follow its digits",
                         (int)(L->i - from), s + from);
    if (base == 10) d->help = "a name cannot begin with a digit";
  }
  /* Kept even when bad, so that the parser does not complain about a missing operand as well. */
  add(L, kind, start, L->i);
}

/* ---- comments ---- */

static void skip_line(Lexer *L) {
  while (L->i < L->n && L->s[L->i] != '\n' && L->s[L->i] != '\r')
    L->i++;
}

static void lex_comment(Lexer *L) {
  uint32_t start = L->i;
  if (L->s[start + 1] == '=') {
    int depth = 1;
    L->i += 2;
    while (depth) {
      if (L->i >= L->n) {
        Diag *d = diag_error("P0001", fault_at(L, start, start + 2), "this block comment is never closed");
        L->out->cut_short = true;
        d->help = "close it with `=#`; `#=` opens a block comment even in a banner like `#=====`";
        break;
      }
      if (L->s[L->i] == '#' && L->s[L->i + 1] == '=') depth++, L->i += 2;
      else if (L->s[L->i] == '=' && L->s[L->i + 1] == '#') depth--, L->i += 2;
      else L->i++;
    }
  } else skip_line(L);
  Comment c = {start, L->i};
  vec_push(&L->out->comments, c);
}

/* `// …` and, where it is closed, a C block comment: reported, and skipped as the comments they are meant to be. */
static void lex_slash_comment(Lexer *L) {
  uint32_t start = L->i;
  const char *s = L->s;
  bool block = s[start + 1] == '*';
  Diag *d = diag_error("P0001", fault_at(L, start, start + 2), "unexpected `%.2s`", s + start);
  d->help = block ? "block comments are written `#= … =#`" : "comments begin with `#`";
  if (block && !L->no_block_end) {
    const char *end = strstr(s + start + 2, "*/");
    if (end) L->i = (uint32_t)(end + 2 - s);
    else L->no_block_end = true;
  }
  if (L->i == start) skip_line(L);
  Comment c = {start, L->i};
  vec_push(&L->out->comments, c);
}

/* ---- strings ---- */

/* Cuts string text up to the next `${` or the closing quotes. */
static void lex_string_text(Lexer *L) {
  struct StringState *st = &L->strings.v[L->strings.n - 1];
  uint32_t start = L->i;
  for (;;) {
    if (L->i >= L->n) {
      Diag *d = diag_error("P0001", fault_at(L, st->open, st->open + 1), "this string is never closed");
      L->out->cut_short = true;
      d->help = st->triple ? "close it with `\"\"\"`" : "close it with `\"`";
      add(L, TK_STR_TEXT, start, L->i);
      L->strings.n--;
      add(L, TK_STR_CLOSE, L->i, L->i);
      return;
    }
    char c = L->s[L->i];
    if (c == '\\') {
      L->i += L->i + 1 < L->n ? 2 : 1;
    } else if (c == '$' && L->s[L->i + 1] == '{') {
      if (L->i > start) add(L, TK_STR_TEXT, start, L->i);
      add(L, TK_INTERP_OPEN, L->i, L->i + 2);
      L->i += 2;
      return;
    } else if (c == '"' && (!st->triple || (L->s[L->i + 1] == '"' && L->s[L->i + 2] == '"'))) {
      uint32_t w = st->triple ? 3 : 1;
      if (L->i > start) add(L, TK_STR_TEXT, start, L->i);
      add(L, TK_STR_CLOSE, L->i, L->i + w);
      L->i += w;
      L->strings.n--;
      return;
    } else L->i++;
  }
}

static void lex_string(Lexer *L) {
  bool triple = L->s[L->i + 1] == '"' && L->s[L->i + 2] == '"';
  uint32_t w = triple ? 3 : 1;
  struct StringState st = {0, triple, L->i};
  add(L, TK_STR_OPEN, L->i, L->i + w);
  L->i += w;
  vec_push(&L->strings, st);
  lex_string_text(L);
}

/* 'text' or `text`: reported, and an empty string for the parser. False where no quote closes it on its line. */
static bool lex_other_quotes(Lexer *L) {
  uint32_t start = L->i, i = start + 1;
  char quote = L->s[start];
  while (i < L->n && L->s[i] != quote && !strchr(L->strings.n ? "\n\r\"}" : "\n\r", L->s[i]))
    i += L->s[i] == '\\' && L->s[i + 1] == quote ? 2 : 1;
  if (i >= L->n || L->s[i] != quote) return false;
  L->i = i + 1;
  Diag *d = diag_error("P0001", fault_at(L, start, L->i), "unexpected character `%c`", quote);
  d->help = "strings are written with double quotes";
  add(L, TK_STR_OPEN, start, start + 1);
  add(L, TK_STR_CLOSE, i, L->i);
  return true;
}

/* ---- the rest ---- */

static void lex_punct(Lexer *L) {
  const char *s = L->s + L->i;
  for (int k = 0; k < N_PUNCT; k++) { /* two-character operators come first in the table */
    const char *p = punct_texts[k];
    if (s[0] != p[0] || (p[1] && s[1] != p[1])) continue;
    TokKind kind = (TokKind)(TK_EQ_EQ + k);
    uint32_t start = L->i;
    if (L->strings.n) {
      struct StringState *st = &L->strings.v[L->strings.n - 1];
      if (kind == TK_LBRACE) st->braces++;
      if (kind == TK_RBRACE && st->braces-- == 0) {
        st->braces = 0;
        add(L, TK_INTERP_CLOSE, start, ++L->i);
        lex_string_text(L);
        return;
      }
    }
    L->i += p[1] ? 2 : 1;
    add(L, kind, start, L->i);
    return;
  }
  if ((s[0] == '\'' || s[0] == '`') && lex_other_quotes(L)) return;
  uint32_t cp, start = L->i;
  int next, len = utf8_decode((const unsigned char *)s, L->n - L->i, &cp);
  if (!len) len = 1; /* the whole text was checked to be UTF-8; only a NUL can come here */
  L->i += (uint32_t)len;
  Diag *d;
  if (cp < 0x20 || cp == 0x7F || cp >= 0x80)
    d = diag_error("P0001", fault_at(L, start, L->i), "unexpected character U+%04X", (unsigned)cp);
  else d = diag_error("P0001", fault_at(L, start, L->i), "unexpected character `%c`", (int)cp);
  if (cp == '\'') d->help = "strings are written with double quotes";
  if (cp == '&')
    d->help = is_id_char(L, L->i, &next) ? "there are no references: pass the value or the function itself"
                                         : "the operators are `&&` and `and`";
  if (cp == '\\' && is_id_char(L, L->i, &next)) d->help = "a function is written `fn x -> … end`";
  if (cp == 0xA0) d->help = "this is a no-break space; use an ordinary blank";
  add(L, TK_BAD, start, L->i);
}

static bool check_utf8(Lexer *L) {
  for (uint32_t i = 0; i < L->n;) {
    uint32_t cp;
    int len = utf8_decode((const unsigned char *)L->s + i, L->n - i, &cp);
    if (!len) {
      diag_error("P0001", fault_at(L, i, i + 1), "invalid UTF-8 (byte 0x%02X)", (unsigned char)L->s[i]);
      return false;
    }
    i += (uint32_t)len;
  }
  return true;
}

Tokens *lex(Source *src) {
  Lexer lexer = {0}, *L = &lexer;
  L->out = NEW(Tokens);
  L->out->src = L->src = src;
  L->s = src->text;
  L->n = src->len;
  if (!check_utf8(L)) L->n = 0;
  if (L->n >= 3 && memcmp(L->s, "\xEF\xBB\xBF", 3) == 0) L->i = 3;
  while (L->i < L->n) {
    char c = L->s[L->i];
    int len;
    if (c == ' ' || c == '\t') L->i++;
    else if (c == '\n' || c == '\r') L->nl = true, L->i++;
    else if (c == '#') lex_comment(L);
    else if (c == '/' && !L->strings.n && (L->s[L->i + 1] == '/' || L->s[L->i + 1] == '*')) lex_slash_comment(L);
    else if (c == '"') lex_string(L);
    else if (is_digit(c)) lex_number(L);
    else if (is_id_char(L, L->i, &len)) lex_word(L);
    else lex_punct(L);
  }
  if (L->strings.n) {
    struct StringState *st = &L->strings.v[L->strings.n - 1];
    Diag *d = diag_error("P0001", fault_at(L, st->open, st->open + 1), "this string is never closed");
    d->help = "an interpolation `${` inside it has no `}`";
    while (L->strings.n--) {
      add(L, TK_INTERP_CLOSE, L->n, L->n);
      add(L, TK_STR_CLOSE, L->n, L->n);
    }
  }
  L->nl = true;
  add(L, TK_EOF, src->len, src->len);
  return L->out;
}

void dump_tokens(const Tokens *t, FILE *out) {
  int c = 0;
  for (int i = 0; i < t->toks.n; i++) {
    const Token *k = &t->toks.v[i];
    for (; c < t->comments.n && t->comments.v[c].start < k->start; c++)
      fprintf(out, "%u..%u comment %.*s\n", t->comments.v[c].start, t->comments.v[c].end,
              (int)(t->comments.v[c].end - t->comments.v[c].start), t->src->text + t->comments.v[c].start);
    fprintf(out, "%u..%u %s%s %.*s\n", k->start, k->end, k->nl_before ? "newline " : "", token_name((TokKind)k->kind),
            (int)(k->end - k->start), t->src->text + k->start);
  }
}
