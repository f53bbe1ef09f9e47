/* timer [-t SECONDS] [-o FILE] COMMAND [ARG]...: runs the command with its output put into the file or else thrown
 * away, and prints its wall time in seconds, its processor time in seconds, and its peak memory in KiB. Ends with the
 * command's status; with 124 when it had to be killed because the time was over. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t late;

static void give_up(int signal) {
  (void)signal;
  late = 1;
  kill(child, SIGKILL);
}

int main(int argc, char **argv) {
  const char *output = "/dev/null";
  unsigned seconds = 0;
  for (int option; (option = getopt(argc, argv, "+t:o:")) != -1;) {
    if (option == 't') seconds = (unsigned)strtoul(optarg, NULL, 10);
    else if (option == 'o') output = optarg;
    else argc = 0;
  }
  if (optind >= argc) {
    fputs("usage: timer [-t SECONDS] [-o FILE] COMMAND [ARG]...\n", stderr);
    return 2;
  }
  argv += optind;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  child = fork();
  if (child < 0) {
    perror("timer");
    return 2;
  }
  if (child == 0) {
    int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (out < 0) {
      perror(output);
      _exit(2);
    }
    dup2(out, 1);
    execvp(argv[0], argv);
    perror(argv[0]);
    _exit(127);
  }
  signal(SIGALRM, give_up);
  alarm(seconds);
  int status;
  struct rusage use;
  while (wait4(child, &status, 0, &use) < 0)
    if (errno != EINTR) {
      perror("timer");
      return 2;
    }
  alarm(0);
  clock_gettime(CLOCK_MONOTONIC, &to);
  double wall = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
  double cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
               (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
  long kib = use.ru_maxrss;
#ifdef __APPLE__
  kib /= 1024; /* there it is in bytes */
#endif
  if (late) return 124;
  printf("%.6f %.6f %ld\n", wall, cpu, kib);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
