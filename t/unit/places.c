/* The table of processes: several threads enter and leave while it grows. Each that is there is found by its pid, and
 * nobody else; who has left is not. */
#include "../../rt/actor/process.c"

enum { THREADS = 4, STAY = 6000, ROUNDS = 150000 };

static int tests;

static void ok(bool good, const char *what) { printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what); }

static snow_process *stay[THREADS][STAY];
static snow_pid pids[THREADS][STAY];
static _Atomic int wrong, found_dead;

/* Some stay for ever, most come and go. */
static void *churn(void *arg) {
  int me = (int)(uintptr_t)arg, n = 0;
  struct snow_mem *m = snow_mem_new();
  uint64_t r = (uint64_t)me * 0x9E3779B97F4A7C15u + 1;
  snow_process *last[16] = {NULL};
  for (int i = 0; i < ROUNDS; i++) {
    r = r * 6364136223846793005u + 1442695040888963407u;
    snow_process *p = take_free(m);
    enter(m, p);
    if (snow_process_find(process_pid(p)) != p) atomic_fetch_add(&wrong, 1);
    if (r >> 60 == 0 && n < STAY) {
      stay[me][n] = p;
      pids[me][n++] = process_pid(p);
      continue;
    }
    snow_process **at = &last[r >> 32 & 15];
    if (*at) {
      snow_pid pid = process_pid(*at);
      if (snow_process_find(pid) != *at) atomic_fetch_add(&wrong, 1);
      leave(*at);
      if (snow_process_find(pid)) atomic_fetch_add(&found_dead, 1);
      give_free(m, *at);
    }
    *at = p;
  }
  return NULL;
}

int main(void) {
  printf("1..3\n");
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, churn, (void *)i);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  ok(!atomic_load(&wrong), "who is there is found at once and later");
  ok(!atomic_load(&found_dead), "who has left is not found");
  int lost = 0, all = 0;
  for (int i = 0; i < THREADS; i++)
    for (int k = 0; k < STAY && stay[i][k]; k++, all++) {
      lost += process_pid(stay[i][k]) != pids[i][k] || snow_process_find(pids[i][k]) != stay[i][k];
    }
  ok(!lost, "those that stayed are all found at the end");
  printf("# %d stayed, %d are lost\n", all, lost);
}
