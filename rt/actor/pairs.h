/* Small tables from numbers to numbers: the links, monitors and jobs of a process. Open addressing; 0 is no key. */
#ifndef SNOW_PAIRS_H
#define SNOW_PAIRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct snow_pair {
  uint64_t key, value;
} snow_pair;

typedef struct snow_pairs {
  snow_pair *v;
  uint32_t n, cap;
} snow_pairs;

/* Its value, or NULL; valid until the next change. */
uint64_t *snow_pairs_get(const snow_pairs *t, uint64_t key);
void snow_pairs_put(snow_pairs *t, uint64_t key, uint64_t value);
bool snow_pairs_remove(snow_pairs *t, uint64_t key);
void snow_pairs_free(snow_pairs *t);
/* for (p = next(t, NULL); p; p = next(t, p)) without changes meanwhile */
const snow_pair *snow_pairs_next(const snow_pairs *t, const snow_pair *p);

#endif
