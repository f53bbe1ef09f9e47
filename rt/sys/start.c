/* The start and end of a program. */
#include "rt.h"

#include <stdio.h>

int snow_main(int argc, char **argv, const snow_program *program) {
  if (program->abi != SNOW_ABI) {
    fprintf(stderr, "Snow: this program was made for runtime ABI %d, the installed library has %d\n", program->abi,
            SNOW_ABI);
    return 102;
  }
  snow_env_start(argc, argv);
  snow_backtrace_use(program->debug);
  snow_processes_run(program);
  snow_out_flush();
  return 0;
}
