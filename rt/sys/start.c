/* The start and end of a program. */
#include "rt.h"

#include <stdio.h>
#include <stdlib.h>

static void run(snow_cx *cx, void *p) {
  const snow_program *program = p;
  snow_processes_start(cx);
  program->start(cx);
  snow_processes_finish(cx);
}

int snow_main(int argc, char **argv, const snow_program *program) {
  (void)argc;
  (void)argv;
  if (program->abi != SNOW_ABI) {
    fprintf(stderr, "Snow: this program was made for runtime ABI %d, the installed library has %d\n", program->abi,
            SNOW_ABI);
    return 102;
  }
  static snow_cx cx;
  snow_heap_new(&cx);
  snow_heap_roots(cx.heap, program->roots, program->n_roots);
  union {
    const snow_program *c;
    void *p;
  } arg = {program};
  snow_stack_new(&cx);
  snow_stack_run(&cx, run, arg.p);
  if (getenv("SNOW_GC_STATS")) {
    snow_heap_stats s = snow_heap_statistics(cx.heap);
    snow_out_flush();
    fprintf(stderr, "Snow: %zu collections (%zu full), %zu bytes allocated, %zu live at the last\n", s.collections,
            s.full_collections, s.allocated, s.live);
  }
  snow_out_flush();
  return 0;
}
