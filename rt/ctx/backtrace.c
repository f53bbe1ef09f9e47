/* Who called whom, for reports: the frames that the compiler's unwinder walks, named by the table that `snow2c -g` puts
 * into a program. Others have neither, and pay nothing. */
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>

static const snow_debug *debug; /* set before there are threads */

void snow_backtrace_use(const snow_debug *d) { debug = d; }

enum { MOST_FRAMES = 10000, MOST_LINES = 24 };

typedef struct {
  char *text;
  size_t n;
  const snow_function *last;
  int repeated, lines, frames;
} trace;

static const snow_function *function_at(uintptr_t start) {
  for (int i = 0; i < debug->n_functions; i++)
    if ((uintptr_t)debug->functions[i].code == start) return &debug->functions[i];
  return NULL;
}

static void add(trace *t, const snow_function *f, int times) {
  char line[400];
  int n = times > 1 ? snprintf(line, sizeof line, "          in %.150s (%.150s:%d), %d times\n", f->name, f->file,
                               f->line, times)
                    : snprintf(line, sizeof line, "          in %.150s (%.150s:%d)\n", f->name, f->file, f->line);
  char *more = n > 0 ? realloc(t->text, t->n + (size_t)n + 1) : NULL;
  if (!more) return;
  t->text = more;
  memcpy(t->text + t->n, line, (size_t)n + 1);
  t->n += (size_t)n;
}

static void end_run(trace *t) {
  if (t->last && t->lines++ < MOST_LINES) add(t, t->last, t->repeated);
}

static int frame(void *context, void *arg) {
  trace *t = arg;
  const snow_function *f = function_at(debug->start_of(context));
  if (f && f == t->last) t->repeated++;
  else if (f) {
    end_run(t);
    t->last = f;
    t->repeated = 1;
  }
  return ++t->frames == MOST_FRAMES ? 5 : 0; /* _URC_END_OF_STACK */
}

char *snow_backtrace(void) {
  trace t = {0};
  if (!debug) return NULL;
  debug->walk(frame, &t);
  end_run(&t);
  return t.text;
}
