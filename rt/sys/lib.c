/* Snow as a library of a C program: calls in, and crashes that come back as errors. */
#undef _FORTIFY_SOURCE /* its longjmp takes a jump to another stack for an attack */
#define _DEFAULT_SOURCE
#include "data/unicode.h"
#include "rt.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

struct snow_lib {
  snow_cx cx;
  pthread_mutex_t lock;
  jmp_buf caller;
  char *error, *text; /* what the last call left for its caller */
};

void snow_lib_crash(snow_cx *cx, char *text) {
  snow_lib *lib = cx->lib;
  free(lib->error);
  lib->error = text;
  longjmp(lib->caller, 1);
}

bool snow_lib_run(snow_lib *lib, void (*call)(snow_cx *, void *), void *args) {
  pthread_mutex_lock(&lib->lock);
  bool ok = setjmp(lib->caller) == 0;
  if (ok) snow_stack_run(&lib->cx, call, args);
  else snow_stack_reset(&lib->cx);
  snow_out_flush();
  pthread_mutex_unlock(&lib->lock);
  return ok;
}

static void start(snow_cx *cx, void *p) {
  const snow_program *program = p;
  program->start(cx);
}

snow_lib *snow_lib_open(const snow_program *program) {
  if (program->abi != SNOW_ABI) {
    fprintf(stderr, "Snow: this library was made for runtime ABI %d, the installed one has %d\n", program->abi,
            SNOW_ABI);
    return NULL;
  }
  snow_lib *lib = calloc(1, sizeof *lib);
  if (!lib) return NULL;
  lib->cx.lib = lib;
  pthread_mutex_init(&lib->lock, NULL);
  lib->cx.mem = snow_mem_new();
  snow_heap_new(&lib->cx);
  snow_heap_roots(lib->cx.heap, program->roots, program->n_roots);
  snow_stack_new(&lib->cx);
  union {
    const snow_program *c;
    void *p;
  } arg = {program};
  if (snow_lib_run(lib, start, arg.p)) return lib;
  fprintf(stderr, "%s\n", snow_lib_error(lib));
  snow_lib_close(lib);
  return NULL;
}

void snow_lib_close(snow_lib *lib) {
  if (!lib) return;
  snow_stack_free(&lib->cx);
  snow_heap_free(&lib->cx);
  snow_mem_free(lib->cx.mem);
  pthread_mutex_destroy(&lib->lock);
  free(lib->error);
  free(lib->text);
  free(lib);
}

const char *snow_lib_error(const snow_lib *lib) { return lib->error ? lib->error : ""; }

snow_str snow_lib_string(snow_cx *cx, const char *s) {
  static const snow_site at = {"C", 0};
  if (!snow_utf8_valid((const unsigned char *)s, strlen(s))) snow_panic(cx, &at, "a string from C is not valid UTF-8");
  return snow_string_new(cx, s, strlen(s));
}

const char *snow_lib_c_string(snow_cx *cx, snow_str s) {
  snow_lib *lib = cx->lib;
  free(lib->text);
  lib->text = malloc((size_t)s->len + 1);
  if (!lib->text) snow_die(102, "Snow: out of memory\n");
  memcpy(lib->text, s->data, s->len);
  lib->text[s->len] = 0;
  return lib->text;
}
