/* Documentation: `##!` comments at the beginning of a file are its module's, `##` comments above a declaration are that
 * declaration's. Indented lines in them are examples. Sources are read line by line, not parsed: what has a fault can
 * still be looked up. */
#include "doc.h"

#include "stdlib_embed.h"

#include <errno.h>
#include <stdlib.h>

typedef struct {
  const char *s;
  size_t n;
} Line;

typedef VEC(Line) Lines;

typedef struct {
  const char *name, *signature;
  Lines text;
  bool callable; /* a function or a value, not a type */
} Entry;

typedef struct {
  const char *name;
  Lines text;
  VEC(Entry) entries;
} Doc;

/* ---- reading ---- */

static bool starts(Line l, const char *prefix) {
  size_t n = strlen(prefix);
  return l.n >= n && memcmp(l.s, prefix, n) == 0;
}

static Line without(Line l, size_t n) { return (Line){l.s + n, l.n - n}; }

/* The text of a comment line behind its marker. */
static Line comment(Line l, size_t marker) {
  l = without(l, marker);
  if (l.n && l.s[0] == ' ') l = without(l, 1);
  while (l.n && (l.s[l.n - 1] == ' ' || l.s[l.n - 1] == '\r'))
    l.n--;
  return l;
}

static bool is_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

/* Up to where in a line a declaration's signature goes: its body or value is left out. */
static size_t signature_end(Line l) {
  int depth = 0;
  bool type = starts(l, "type ") || starts(l, "struct ") || starts(l, "interface ") || starts(l, "let ");
  for (size_t i = 0; i < l.n; i++) {
    char c = l.s[i];
    if (c == '(' || c == '<') depth++;
    if (c == ')' || (c == '>' && !(i && l.s[i - 1] == '-'))) depth--;
    if (depth) continue;
    Line rest = without(l, i);
    if (starts(rest, " do") && (rest.n == 3 || !is_word(rest.s[3]))) return i;
    if (starts(rest, " = ") && (!type || starts(l, "let "))) return i;
  }
  return l.n;
}

/* What a declaration's line declares, or nothing. */
static bool declaration(Line l, Entry *e) {
  bool pub = false;
  while (starts(l, "pub ") || starts(l, "extern ") || starts(l, "inline ")) {
    pub |= starts(l, "pub ");
    size_t n = 0;
    while (l.s[n] != ' ')
      n++;
    l = without(l, n + 1);
  }
  static const char *const kinds[] = {"fn ",  "let ",   "type ",    "struct ",     "interface ",
                                      "def ", "actor ", "service ", "supervisor ", "module "};
  size_t word = 0;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !word; i++)
    if (starts(l, kinds[i])) word = strlen(kinds[i]);
  if (!word || (!pub && !starts(l, "let "))) return false;
  size_t n = word;
  while (n < l.n && is_word(l.s[n]))
    n++;
  e->name = arena_strndup(l.s + word, n - word);
  e->callable = starts(l, "fn ") || starts(l, "let ") || starts(l, "def ");
  size_t from = starts(l, "fn ") || starts(l, "def ") || starts(l, "let ") ? word : 0;
  e->signature = arena_strndup(l.s + from, signature_end(l) - from);
  return n > word;
}

static Doc *read_doc(const char *name, const char *text, size_t len) {
  Doc *doc = NEW(Doc);
  doc->name = name;
  Lines pending = {0};
  bool head = true;
  for (const char *p = text, *end = text + len; p < end;) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    Line l = {p, (size_t)((nl ? nl : end) - p)};
    p = nl ? nl + 1 : end;
    if (head && starts(l, "##!")) {
      vec_push(&doc->text, comment(l, 3));
      continue;
    }
    if (l.n) head = false;
    if (starts(l, "##")) {
      vec_push(&pending, comment(l, 2));
      continue;
    }
    Entry e = {0};
    if (pending.n && declaration(l, &e)) {
      e.text = pending;
      vec_push(&doc->entries, e);
    }
    memset(&pending, 0, sizeof pending);
  }
  return doc;
}

/* ---- finding ---- */

static Doc *library(const char *name, size_t n) {
  for (int i = 0; i < snow_stdlib_count; i++) {
    const struct snow_stdlib_file *f = &snow_stdlib_files[i];
    size_t len = strlen(f->name) - 5;
    if (len == n && memcmp(f->name, name, n) == 0)
      return read_doc(arena_strndup(name, n), (const char *)f->text, f->size);
  }
  return NULL;
}

static Doc *of_file(const char *path, const char **why) {
  FILE *f = fopen(path, "rb");
  if (!f) {
    *why = arena_printf("cannot read %s: %s", path, strerror(errno));
    return NULL;
  }
  Buf b = {0};
  char piece[4096];
  size_t k;
  while ((k = fread(piece, 1, sizeof piece, f)) > 0)
    buf_putn(&b, piece, k);
  bool bad = ferror(f) != 0;
  fclose(f);
  if (bad) *why = arena_printf("cannot read %s", path);
  return bad ? NULL : read_doc(path, b.s ? b.s : "", b.n);
}

static const char *nearest(const char *want, const char *best, const char *candidate, int *distance) {
  int d = edit_distance(want, candidate, *distance - 1);
  if (d >= *distance) return best;
  *distance = d;
  return candidate;
}

static const char *no_module(const char *want) {
  const char *best = NULL;
  int distance = 3;
  for (int i = 0; i < snow_stdlib_count; i++) {
    const char *file = snow_stdlib_files[i].name;
    best = nearest(want, best, arena_strndup(file, strlen(file) - 5), &distance);
  }
  return best ? arena_printf("the library has no module %s; did you mean %s?", want, best)
              : arena_printf("the library has no module %s; `modules` lists them", want);
}

static const char *no_entry(const Doc *doc, const char *want) {
  const char *best = NULL;
  int distance = 4;
  for (int i = 0; i < doc->entries.n; i++)
    best = nearest(want, best, doc->entries.v[i].name, &distance);
  return best ? arena_printf("%s has nothing documented as %s; did you mean %s?", doc->name, want, best)
              : arena_printf("%s has nothing documented as %s", doc->name, want);
}

/* ---- as plain text ---- */

static void put_lines(Buf *out, const Lines *lines, const char *indent) {
  for (int i = 0; i < lines->n; i++) {
    Line l = lines->v[i];
    if (l.n) buf_puts(out, indent);
    buf_putn(out, l.s, l.n);
    buf_putc(out, '\n');
  }
}

/* The first paragraph. */
static void put_summary(Buf *out, const Lines *lines, const char *indent) {
  Lines first = *lines;
  for (first.n = 0; first.n < lines->n && lines->v[first.n].n; first.n++)
    ;
  put_lines(out, &first, indent);
}

static void put_entry(Buf *out, const Doc *doc, const Entry *e) {
  buf_printf(out, "%s%s%s\n\n", e->callable ? doc->name : "", e->callable ? "." : "", e->signature);
  put_lines(out, &e->text, "  ");
}

static void put_module(Buf *out, const Doc *doc) {
  buf_printf(out, "%s\n\n", doc->name);
  put_lines(out, &doc->text, "  ");
  for (int i = 0; i < doc->entries.n; i++) {
    buf_printf(out, "%s%s\n", i ? "" : "\n", doc->entries.v[i].signature);
    put_summary(out, &doc->entries.v[i].text, "    ");
  }
}

static void put_modules(Buf *out) {
  for (int i = 0; i < snow_stdlib_count; i++) {
    const struct snow_stdlib_file *f = &snow_stdlib_files[i];
    Doc *doc = read_doc(arena_strndup(f->name, strlen(f->name) - 5), (const char *)f->text, f->size);
    buf_printf(out, "%-12s", doc->name);
    /* The first sentence. */
    Line l = doc->text.n ? doc->text.v[0] : (Line){"", 0};
    size_t n = 0;
    while (n < l.n && !(l.s[n] == '.' && (n + 1 == l.n || l.s[n + 1] == ' ')))
      n++;
    buf_putn(out, l.s, n);
    buf_putc(out, '\n');
  }
}

/* ---- as a manual page ---- */

static void put_roff(Buf *out, const char *s, size_t n) {
  if (n && (s[0] == '.' || s[0] == '\'')) buf_puts(out, "\\&");
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    uint32_t cp;
    int len = c < 0x80 ? 1 : utf8_decode((const unsigned char *)s + i, n - i, &cp);
    if (c == '\\') buf_puts(out, "\\e");
    else if (c == '`') buf_puts(out, "\\(ga");
    else if (c == '~') buf_puts(out, "\\(ti");
    else if (c == '^') buf_puts(out, "\\(ha");
    else if (len > 1) buf_printf(out, "\\[u%04X]", (unsigned)cp), i += (size_t)len - 1;
    else buf_putc(out, (char)c);
  }
}

/* Words in lines of moderate length; a sentence ends its line. */
static void put_filled(Buf *out, const Lines *lines, int from, int to) {
  size_t column = 0;
  for (int i = from; i < to; i++) {
    Line l = lines->v[i];
    for (size_t k = 0; k < l.n;) {
      size_t n = k;
      while (n < l.n && l.s[n] != ' ')
        n++;
      if (n > k) {
        if (column && column + (n - k) > 60) buf_putc(out, '\n'), column = 0;
        if (column) buf_putc(out, ' '), column++;
        size_t before = out->n;
        put_roff(out, l.s + k, n - k);
        column += out->n - before;
        char last = l.s[n - 1];
        if (last == '.' || last == '!' || last == '?') buf_putc(out, '\n'), column = 0;
      }
      k = n + 1;
    }
  }
  if (column) buf_putc(out, '\n');
}

static bool is_code(Line l) { return starts(l, "    "); }

static void put_page_text(Buf *out, const Lines *t) {
  for (int i = 0; i < t->n;) {
    int to = i;
    bool code = is_code(t->v[i]);
    while (to < t->n && t->v[to].n && is_code(t->v[to]) == code)
      to++;
    if (code) {
      buf_puts(out, ".Bd -literal -offset indent -compact\n");
      for (; i < to; i++) {
        Line l = without(t->v[i], 4);
        put_roff(out, l.s, l.n);
        buf_putc(out, '\n');
      }
      buf_puts(out, ".Ed\n");
    } else put_filled(out, t, i, to);
    bool more = false;
    for (i = to; i < t->n && !t->v[i].n; i++)
      more = true;
    if (more && i < t->n && !is_code(t->v[i])) buf_puts(out, ".Pp\n");
  }
}

/* One word to a macro line: `.Li` keeps the spaces of what is quoted, and no line is too long. */
static void put_page_signature(Buf *out, const Doc *doc, const Entry *e) {
  buf_puts(out, ".It Xo\n");
  const char *s = e->signature;
  bool first = true;
  while (*s) {
    size_t n = 0;
    int depth = 0;
    while (s[n] && !(n > 40 && s[n] == ' ' && depth <= 1)) {
      if (s[n] == '(' || s[n] == '<') depth++;
      if (s[n] == ')' || (s[n] == '>' && s[n - 1] != '-')) depth--;
      n++;
    }
    buf_puts(out, ".Li \"");
    if (first && e->callable && strcmp(doc->name, "Prelude") != 0) buf_printf(out, "%s.", doc->name);
    put_roff(out, s, n);
    buf_puts(out, "\\&\"\n"); /* so that no delimiter ends the word */
    s += n;
    while (*s == ' ')
      s++;
    first = false;
  }
  buf_puts(out, ".Xc\n");
}

static void put_page(Buf *out) {
  buf_puts(out, ".\\\" Made by `snow2c --doc mdoc` from stdlib/; changes are lost.\n"
                ".Dd $Mdocdate$\n.Dt SNOW-STDLIB 7\n.Os\n.Sh NAME\n.Nm snow-stdlib\n"
                ".Nd the standard library of Snow\n.Sh DESCRIPTION\n"
                "What is in module\n.Sy Prelude\nis in scope everywhere.\n"
                "Other functions are called with the name of their module; no import is needed.\n"
                "What stands behind\n.Li # =>\nin an example is what its value prints as.\n"
                "The command\n.Dq Nm snow Cm doc Ar MODULE.FUNCTION\nprints a single entry.\n");
  for (int i = 0; i < snow_stdlib_count; i++) {
    const struct snow_stdlib_file *f = &snow_stdlib_files[i];
    Doc *doc = read_doc(arena_strndup(f->name, strlen(f->name) - 5), (const char *)f->text, f->size);
    buf_printf(out, ".Ss %s\n", doc->name);
    put_page_text(out, &doc->text);
    if (!doc->entries.n) continue;
    buf_puts(out, ".Bl -tag -width Ds\n");
    for (int k = 0; k < doc->entries.n; k++) {
      put_page_signature(out, doc, &doc->entries.v[k]);
      put_page_text(out, &doc->entries.v[k].text);
    }
    buf_puts(out, ".El\n");
  }
  buf_puts(out, ".Sh SEE ALSO\n.Xr snow 1 ,\n.Xr snow2c 1 ,\n.Xr snow-lang 7\n");
}

bool write_doc(Buf *out, const char *what, const char **why) {
  if (strcmp(what, "modules") == 0) {
    put_modules(out);
    return true;
  }
  if (strcmp(what, "mdoc") == 0) {
    put_page(out);
    return true;
  }
  const char *snow = strstr(what, ".snow"), *name = NULL;
  Doc *doc;
  if (snow && (!snow[5] || snow[5] == ':')) {
    name = snow[5] ? snow + 6 : NULL;
    doc = of_file(arena_strndup(what, (size_t)(snow + 5 - what)), why);
    if (!doc) return false;
  } else {
    const char *dot = strchr(what, '.');
    size_t n = dot ? (size_t)(dot - what) : strlen(what);
    name = dot ? dot + 1 : NULL;
    doc = n == 4 && memcmp(what, "JSON", 4) == 0 ? library("Json", 4) : library(what, n);
    if (!doc && !dot) {
      /* A bare name of the prelude, such as println. */
      doc = library("Prelude", 7);
      for (int i = 0; doc && i < doc->entries.n; i++)
        if (strcmp(doc->entries.v[i].name, what) == 0) name = what;
      if (!name) doc = NULL;
    }
    if (!doc) {
      *why = no_module(arena_strndup(what, n));
      return false;
    }
  }
  if (!name) {
    put_module(out, doc);
    return true;
  }
  bool found = false;
  for (int i = 0; i < doc->entries.n; i++)
    if (strcmp(doc->entries.v[i].name, name) == 0) {
      if (found) buf_putc(out, '\n');
      put_entry(out, doc, &doc->entries.v[i]);
      found = true;
    }
  if (!found) *why = no_entry(doc, name);
  return found;
}
