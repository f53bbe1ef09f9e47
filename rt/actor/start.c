/* Running a program as the process main. */
#include "actor/process.h"

#include <stdlib.h>

static void body(snow_cx *cx, const void *p) {
  const snow_program *program = p;
  program->start(cx);
  snow_main_done(cx);
}

void snow_processes_run(const snow_program *program) {
  snow_process *main = snow_process_main(body, program);
  snow_heap_roots(main->cx.heap, program->roots, program->n_roots);
  snow_world_run(main);
  const char *inspect = getenv("SNOW_INSPECT");
  if (inspect && *inspect && *inspect != '0') snow_inspect();
}

/* The top-level values are computed: from now on every process may read them, so nothing of them changes any more. */
void snow_settle(snow_cx *cx) {
  if (cx->self) snow_heap_freeze(cx);
}
