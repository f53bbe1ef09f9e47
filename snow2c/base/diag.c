#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>

static VEC(Diag *) diags;
static int n_errors, next_seq;

static Diag *diag_new(Severity sev, const char *code, Span at, const char *fmt, va_list ap) {
  va_list ap2;
  va_copy(ap2, ap);
  int n = vsnprintf(NULL, 0, fmt, ap2);
  va_end(ap2);
  assert(n >= 0);
  char *msg = arena_alloc((size_t)n + 1);
  vsnprintf(msg, (size_t)n + 1, fmt, ap);
  Diag *d = NEW(Diag);
  d->sev = sev;
  d->code = code;
  d->message = msg;
  d->primary.at = at;
  d->seq = next_seq++;
  vec_push(&diags, d);
  if (sev == SEV_ERROR) n_errors++;
  return d;
}

Diag *diag_error(const char *code, Span at, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Diag *d = diag_new(SEV_ERROR, code, at, fmt, ap);
  va_end(ap);
  return d;
}

/* ---- warnings by name ---- */

static struct Warning {
  const char *code, *name;
  bool off, fails;
  bool lint; /* says nothing beside an error, which may be its reason */
} warnings[] = {
    {"E0012", "non-exhaustive", false, false, false},     {"W0001", "redundant-match", false, false, false},
    {"W0002", "ignored-annotation", false, false, false}, {"W0102", "leading-minus", false, false, false},
    {"W0104", "unknown-interface", false, false, false},  {"W0105", "tuple-index", false, false, false},
    {"W0106", "capital-variable", false, false, false},   {"W0107", "unused-variable", false, false, true},
    {"W0108", "unused-import", false, false, true},       {"W0109", "unused-function", false, false, true},
    {"W0110", "unreachable-code", false, false, true},    {"W0111", "unused-parameter", true, false, true},
};
enum { NWARNINGS = sizeof warnings / sizeof *warnings };

static struct Warning *warning_of(const char *code) {
  for (int i = 0; i < NWARNINGS; i++)
    if (strcmp(warnings[i].code, code) == 0) return &warnings[i];
  assert(!"a warning has a name");
  return NULL;
}

/* Whether a name on the command line means w: its own, `unused` for all that begin so, `all`. */
static bool means(const char *name, const struct Warning *w) {
  size_t n = strlen(name);
  return strcmp(name, "all") == 0 || strcmp(name, w->name) == 0 ||
         (strcmp(name, "unused") == 0 && strncmp(w->name, name, n) == 0);
}

bool diag_option(const char *arg) {
  bool fail = strncmp(arg, "error", 5) == 0 && (arg[5] == '=' || !arg[5]), no = strncmp(arg, "no-", 3) == 0,
       any = false;
  const char *name = fail ? (arg[5] ? arg + 6 : "all") : no ? arg + 3 : arg;
  for (int i = 0; i < NWARNINGS; i++) {
    if (!means(name, &warnings[i])) continue;
    any = true;
    if (fail) warnings[i].fails = true;
    if (!fail || arg[5]) warnings[i].off = no;
  }
  return any;
}

const char *diag_warning_name(int i) { return i < NWARNINGS ? warnings[i].name : NULL; }

Diag *diag_warning(const char *code, Span at, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  Diag *d = diag_new(SEV_WARNING, code, at, fmt, ap);
  va_end(ap);
  if (warning_of(code)->off) diags.n--; /* nobody wants it */
  return d;
}

void diag_label(Diag *d, Span at, const char *text) {
  Label l = {at, text};
  vec_push(&d->more, l);
}

jmp_buf diag_stop_point;

void diag_stop(void) { longjmp(diag_stop_point, 1); }

int diag_errors(void) { return n_errors; }
Diag *diag_last(void) { return diags.v[diags.n - 1]; }
int diag_mark(void) { return diags.n; }

void diag_rewind(int mark) {
  while (diags.n > mark)
    n_errors -= diags.v[--diags.n]->sev == SEV_ERROR;
}

/* ---- positions ---- */

static void index_lines(Source *src) {
  if (src->lines.n) return;
  vec_push(&src->lines, 0u);
  for (uint32_t i = 0; i < src->len; i++) {
    char c = src->text[i];
    if (c == '\n' || (c == '\r' && src->text[i + 1] != '\n')) vec_push(&src->lines, i + 1);
  }
}

int source_line(Source *src, uint32_t offset) {
  index_lines(src);
  /* Mostly asked in order: where the last answer was, or just behind it. */
  int last = src->last_line;
  for (int i = last; i < last + 3 && i < src->lines.n; i++)
    if (src->lines.v[i] <= offset && (i + 1 == src->lines.n || offset < src->lines.v[i + 1])) {
      src->last_line = i;
      return i + 1;
    }
  int lo = 0, hi = src->lines.n;
  while (hi - lo > 1) {
    int mid = (lo + hi) / 2;
    if (src->lines.v[mid] <= offset) lo = mid;
    else hi = mid;
  }
  src->last_line = lo;
  return lo + 1;
}

void source_position(Source *src, uint32_t offset, int *line, int *col) {
  if (offset > src->len) offset = src->len;
  *line = source_line(src, offset);
  /* A line may be as long as the file, and have many faults: columns are counted from the one before. */
  static struct {
    Source *src;
    uint32_t offset;
    int line, col;
  } last;
  uint32_t start = src->lines.v[*line - 1];
  if (last.src != src || last.line != *line || (last.offset > offset && last.offset - offset > offset - start)) {
    last.src = src;
    last.line = *line;
    last.offset = start;
    last.col = 1;
  }
  if (last.offset <= offset) *col = last.col + (int)utf8_count(src->text + last.offset, offset - last.offset);
  else *col = last.col - (int)utf8_count(src->text + offset, last.offset - offset);
  last.offset = offset;
  last.col = *col;
}

static uint32_t line_end(Source *src, int line) {
  uint32_t e = line < src->lines.n ? src->lines.v[line] : src->len;
  while (e > src->lines.v[line - 1] && (src->text[e - 1] == '\n' || src->text[e - 1] == '\r'))
    e--;
  return e;
}

/* ---- printing ---- */

static const char *RED = "\033[1;31m", *YELLOW = "\033[1;33m", *BLUE = "\033[1;34m", *BOLD = "\033[1m",
                  *PLAIN = "\033[0m";

static void no_colors(void) { RED = YELLOW = BLUE = BOLD = PLAIN = ""; }

/* Long lines are cut to a window around the label so that a generated one-line program stays readable. */
enum { WINDOW = 160 };

static void print_excerpt(FILE *out, const Label *l, char mark, const char *color, int gutter) {
  int line, col, line2, col2;
  Source *src = l->at.src;
  source_position(src, l->at.start, &line, &col);
  uint32_t last = l->at.end > l->at.start ? l->at.end - 1 : l->at.start;
  source_position(src, last, &line2, &col2);
  uint32_t start = src->lines.v[line - 1], end = line_end(src, line);
  uint32_t from = start, at = l->at.start < end ? l->at.start : end;
  if (end - start > WINDOW) {
    if (at - start > WINDOW / 2) from = at - WINDOW / 2;
    while (from > start && ((unsigned char)src->text[from] & 0xC0) == 0x80)
      from--;
    if (end > from + WINDOW) end = from + WINDOW;
    while (end > from && ((unsigned char)src->text[end] & 0xC0) == 0x80)
      end--;
  }
  fprintf(out, "%s%*d |%s ", BLUE, gutter, line, PLAIN);
  for (uint32_t i = from; i < end; i++) {
    unsigned char c = (unsigned char)src->text[i];
    /* Control characters in a broken source must not reach the terminal. */
    if (c == '\t' || (c >= 0x20 && c != 0x7F)) fputc(c, out);
    else fputc('?', out);
  }
  fprintf(out, "\n%s%*s |%s ", BLUE, gutter, "", PLAIN);
  for (uint32_t i = from; i < at; i++)
    if (((unsigned char)src->text[i] & 0xC0) != 0x80) fputc(src->text[i] == '\t' ? '\t' : ' ', out);
  uint32_t stop = line2 > line || l->at.end > end ? end : l->at.end;
  size_t width = stop > at ? utf8_count(src->text + at, stop - at) : 1;
  fputs(color, out);
  for (size_t i = 0; i < width; i++)
    fputc(mark, out);
  if (l->text) fprintf(out, " %s", l->text);
  if (line2 > line) fprintf(out, " (to line %d)", line2);
  fprintf(out, "%s\n", PLAIN);
}

static void print_human(FILE *out, const Diag *d) {
  const char *color = d->sev == SEV_ERROR ? RED : YELLOW;
  const char *word = d->sev == SEV_ERROR ? "error" : "warning";
  Source *src = d->primary.at.src;
  if (!src) {
    fprintf(out, "%s%s:%s %s", color, word, PLAIN, d->message);
  } else {
    int line, col;
    source_position(src, d->primary.at.start, &line, &col);
    fprintf(out, "%s%s:%d:%d:%s %s%s:%s %s", BOLD, src->path, line, col, PLAIN, color, word, PLAIN, d->message);
  }
  if (d->code) fprintf(out, " [%s]", d->code);
  fputc('\n', out);
  if (src) {
    int gutter = 3, line, col;
    source_position(src, d->primary.at.start, &line, &col);
    for (int n = line; n >= 1000; n /= 10)
      gutter++;
    print_excerpt(out, &d->primary, '^', color, gutter);
    for (int i = 0; i < d->more.n; i++) {
      const Label *l = &d->more.v[i];
      source_position(l->at.src, l->at.start, &line, &col);
      if (l->at.src != src) fprintf(out, "%s%*s-->%s %s:%d:%d\n", BLUE, gutter, "", PLAIN, l->at.src->path, line, col);
      print_excerpt(out, l, '-', BLUE, gutter);
    }
  }
  if (d->help) fprintf(out, "  %shelp:%s %s\n", BOLD, PLAIN, d->help);
  if (d->note) fprintf(out, "  %snote:%s %s\n", BOLD, PLAIN, d->note);
}

void json_escape(Buf *out, const char *s) {
  for (; *s; s++) {
    unsigned char c = (unsigned char)*s;
    if (c == '"' || c == '\\') buf_printf(out, "\\%c", c);
    else if (c == '\n') buf_puts(out, "\\n");
    else if (c == '\t') buf_puts(out, "\\t");
    else if (c < 0x20) buf_printf(out, "\\u%04x", c);
    else if (c < 0x80) buf_putc(out, (char)c);
    else {
      uint32_t cp;
      int n = utf8_decode((const unsigned char *)s, strlen(s), &cp);
      if (n) buf_putn(out, s, (size_t)n), s += n - 1;
      else buf_puts(out, "\xEF\xBF\xBD"); /* a file's name may be anything */
    }
  }
}

static void json_span(Buf *b, const Label *l, const char *fallback, bool first) {
  buf_printf(b, "%s{\"start\":%u,\"end\":%u,\"label\":\"", first ? "" : ",", l->at.start, l->at.end);
  json_escape(b, l->text ? l->text : fallback);
  buf_puts(b, "\"}");
}

static void print_json(FILE *out, const Diag *d) {
  Buf b = {0};
  Source *src = d->primary.at.src;
  const char *msg = d->json ? d->json : d->message;
  buf_printf(&b, "{\"code\":\"%s\",\"severity\":\"%s\",\"message\":\"", d->code ? d->code : "C0001",
             d->sev == SEV_ERROR ? "error" : "warning");
  if (d->code && strcmp(d->code, "P0001") == 0) buf_puts(&b, "Parse error: ");
  json_escape(&b, msg);
  buf_puts(&b, "\",\"file\":\"");
  json_escape(&b, src ? src->path : "");
  buf_puts(&b, "\",\"spans\":[");
  if (src) {
    json_span(&b, &d->primary, msg, true);
    for (int i = 0; i < d->more.n; i++)
      if (d->more.v[i].at.src == src) json_span(&b, &d->more.v[i], "", false);
  }
  buf_puts(&b, "],\"fix\":");
  if (d->help) {
    buf_putc(&b, '"');
    json_escape(&b, d->help);
    buf_putc(&b, '"');
  } else buf_puts(&b, "null");
  buf_puts(&b, "}\n");
  fwrite(b.s, 1, b.n, out);
  free(b.s);
}

static int by_place(const void *x, const void *y) {
  const Diag *a = *(Diag *const *)x, *b = *(Diag *const *)y;
  int oa = a->primary.at.src ? a->primary.at.src->order : -1, ob = b->primary.at.src ? b->primary.at.src->order : -1;
  if (oa != ob) return oa < ob ? -1 : 1;
  if (a->sev != b->sev) return a->sev < b->sev ? -1 : 1;
  if (a->primary.at.start != b->primary.at.start) return a->primary.at.start < b->primary.at.start ? -1 : 1;
  return a->seq < b->seq ? -1 : 1;
}

void diag_print_all(FILE *out, bool json, bool color) {
  if (!color) no_colors();
  setvbuf(out, NULL, _IOFBF, 1 << 16); /* standard error has no buffer, and excerpts are written in small pieces */
  int keep = 0, errors = n_errors;
  for (int i = 0; i < diags.n; i++) {
    Diag *d = diags.v[i];
    if (d->sev == SEV_WARNING) {
      struct Warning *w = warning_of(d->code);
      if (w->lint && errors) continue;
      if (w->fails) d->sev = SEV_ERROR, n_errors++;
    }
    diags.v[keep++] = d;
  }
  diags.n = keep;
  vec_sort(&diags, by_place);
  const Diag *last = NULL;
  for (int i = 0; i < diags.n; i++) {
    const Diag *d = diags.v[i];
    if (last && last->primary.at.src == d->primary.at.src && last->primary.at.start == d->primary.at.start &&
        last->primary.at.end == d->primary.at.end && strcmp(last->message, d->message) == 0)
      continue;
    if (json) print_json(out, d);
    else print_human(out, d);
    last = d;
  }
  if (n_errors && json)
    fputs("{\"code\":\"C0001\",\"severity\":\"error\",\"message\":\"Compilation failed due to errors "
          "above.\",\"file\":\"\",\"spans\":[],\"fix\":null}\n",
          out);
  else if (n_errors) fprintf(out, "%serror:%s Compilation failed due to errors above.\n", RED, PLAIN);
  fflush(out);
}
