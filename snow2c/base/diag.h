/* Diagnostics: collected while passes run, sorted and printed once.
 *
 * The human form is `file:line:col: error: message [CODE]`, the source excerpt with labels, then help and note lines;
 * the JSON form is one object a line (specification chapter 3 section 9.3). */
#ifndef SNOW2C_DIAG_H
#define SNOW2C_DIAG_H

#include "base/util.h"

#include <setjmp.h>

/* One source text. Offsets into it are bytes; the text is NUL-terminated behind its last byte. */
typedef struct Source {
  const char *path; /* as shown in messages */
  const char *text;
  uint32_t len;
  int order;           /* position in compile order; diagnostics are sorted by it */
  bool is_std;         /* part of the standard library */
  VEC(uint32_t) lines; /* offset of each line's first byte, filled on demand */
  int last_line;       /* … the one last asked for, from 0 */
} Source;

typedef struct {
  Source *src;
  uint32_t start, end; /* half-open */
} Span;

typedef enum { SEV_ERROR, SEV_WARNING } Severity;

typedef struct {
  Span at;
  const char *text;
} Label;

typedef struct Diag {
  Severity sev;
  const char *code;    /* "E0001", or NULL for the few without one */
  const char *message; /* human headline */
  const char *json;    /* JSON message where it differs, else NULL */
  Label primary;
  VEC(Label) more;
  const char *help, *note;
  int seq;
} Diag;

/* Records a diagnostic; the returned one may be completed (labels, help) by the caller. */
Diag *diag_error(const char *code, Span at, const char *fmt, ...) PRINTF_LIKE(3, 4);
Diag *diag_warning(const char *code, Span at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_label(Diag *d, Span at, const char *text);

/* Number of errors recorded so far. */
int diag_errors(void);
/* The one reported last, for more to be said about it. */
Diag *diag_last(void);
/* A mark to which the list can be cut back, for parsers that try one reading and then another. */
int diag_mark(void);
void diag_rewind(int mark);
/* Sorts and prints everything; of two that say the same at the same place only the first. */
/* What follows -W on the command line: NAME, no-NAME, error, error=NAME, where NAME may be `unused` or `all`. False for
 * an unknown one. */
bool diag_option(const char *arg);
/* The i-th warning's name, or NULL. */
const char *diag_warning_name(int i);
/* Leaves the translation after a fault with which it cannot go on: returns to diag_stop_point. */
extern jmp_buf diag_stop_point;
NORETURN void diag_stop(void);
void diag_print_all(FILE *out, bool json, bool color);

/* Line and column (both from 1, columns in characters) of a byte offset. */
void source_position(Source *src, uint32_t offset, int *line, int *col);
int source_line(Source *src, uint32_t offset);

/* Escapes text for a JSON string, without the quotes. */
void json_escape(Buf *out, const char *s);

#endif
