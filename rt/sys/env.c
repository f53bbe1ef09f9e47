/* What surrounds a program: its arguments, the environment, clocks, the source of random numbers. */
#define _DEFAULT_SOURCE
#include "data/unicode.h"
#include "rt.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* ---- strings from outside ---- */

static snow_str lossy(snow_cx *cx, const char *text) {
  size_t n = strlen(text);
  const unsigned char *s = (const unsigned char *)text;
  if (snow_utf8_valid(s, n)) return snow_string_new(cx, text, n);
  char *out = malloc(n * 3 + 1);
  if (!out) snow_die(102, "Snow: out of memory\n");
  size_t len = 0;
  for (size_t i = 0; i < n;) {
    size_t k = 1;
    while (k <= 4 && i + k <= n && !snow_utf8_valid(s + i, k))
      k++;
    if (k > 4 || i + k > n) {
      memcpy(out + len, "\xEF\xBF\xBD", 3);
      len += 3;
      i++;
    } else {
      memcpy(out + len, s + i, k);
      len += k;
      i += k;
    }
  }
  snow_str r = snow_string_new(cx, out, len);
  free(out);
  return r;
}

snow_list snow_strings(snow_cx *cx, char *const *texts, size_t n) {
  if (!n) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_string_array, n, sizeof(snow_str));
  for (size_t i = 0; i < n; i++) {
    snow_str s = lossy(cx, texts[i]);
    ((snow_str *)(void *)(b + 1))[b->hi] = s;
    if (b->old) snow_remember(cx, b, b->hi);
    b->hi++;
  }
  return (snow_list){b, 0, (uint32_t)n};
}

/* ---- arguments and environment ---- */

static struct {
  char **argv;
  size_t argc;
  pthread_mutex_t lock; /* setenv and getenv in different threads */
} env = {.lock = PTHREAD_MUTEX_INITIALIZER};

void snow_env_start(int argc, char **argv) {
  env.argv = argv;
  env.argc = argc > 0 ? (size_t)argc : 0;
}

snow_list snow_env_args(snow_cx *cx) { return env.argc > 1 ? snow_strings(cx, env.argv + 1, env.argc - 1) : snow_nil; }

static bool is_name(snow_str name) {
  return name->len && !memchr(name->data, 0, name->len) && !memchr(name->data, '=', name->len);
}

static char *c_string(snow_str s) {
  char *c = malloc((size_t)s->len + 1);
  if (!c) snow_die(102, "Snow: out of memory\n");
  memcpy(c, s->data, s->len);
  c[s->len] = 0;
  return c;
}

/* A copy of the variable's value, or NULL; to be freed. */
static char *variable(snow_str name) {
  if (!is_name(name)) return NULL;
  char *n = c_string(name);
  pthread_mutex_lock(&env.lock);
  const char *v = getenv(n);
  char *copy = v && snow_utf8_valid((const unsigned char *)v, strlen(v)) ? strdup(v) : NULL;
  pthread_mutex_unlock(&env.lock);
  free(n);
  return copy;
}

bool snow_env_has(snow_cx *cx, snow_str name) {
  (void)cx;
  char *v = variable(name);
  free(v);
  return v != NULL;
}

snow_str snow_env_value(snow_cx *cx, snow_str name) {
  char *v = variable(name);
  snow_str s = v ? snow_string_new(cx, v, strlen(v)) : snow_empty;
  free(v);
  return s;
}

bool snow_env_set(snow_cx *cx, snow_str name, snow_str value) {
  (void)cx;
  if (!is_name(name) || memchr(value->data, 0, value->len)) return false;
  char *n = c_string(name), *v = c_string(value);
  pthread_mutex_lock(&env.lock);
  bool ok = setenv(n, v, 1) == 0;
  pthread_mutex_unlock(&env.lock);
  free(n);
  free(v);
  return ok;
}

snow_list snow_env_names(snow_cx *cx) {
  pthread_mutex_lock(&env.lock);
  size_t n = 0, k = 0;
  while (environ && environ[n])
    n++;
  char **names = malloc((n + 1) * sizeof *names);
  if (!names) snow_die(102, "Snow: out of memory\n");
  for (size_t i = 0; i < n; i++) {
    const char *eq = strchr(environ[i], '=');
    size_t len = eq ? (size_t)(eq - environ[i]) : 0;
    if (!len || !snow_utf8_valid((const unsigned char *)environ[i], strlen(environ[i]))) continue;
    names[k] = malloc(len + 1);
    if (!names[k]) snow_die(102, "Snow: out of memory\n");
    memcpy(names[k], environ[i], len);
    names[k++][len] = 0;
  }
  pthread_mutex_unlock(&env.lock);
  snow_list out = snow_strings(cx, names, k);
  for (size_t i = 0; i < k; i++)
    free(names[i]);
  free(names);
  return out;
}

snow_str snow_env_dir(snow_cx *cx) {
  for (size_t cap = 256; cap < 1 << 20; cap *= 2) {
    char *room = malloc(cap);
    if (!room) snow_die(102, "Snow: out of memory\n");
    bool ok = getcwd(room, cap) != NULL;
    int e = errno;
    snow_str s = ok ? lossy(cx, room) : snow_empty;
    free(room);
    if (ok) return s;
    if (e != ERANGE) break;
  }
  return snow_empty;
}

void snow_env_exit(snow_cx *cx, int64_t status) {
  int code = (int)(status & 255);
  snow_out_flush();
  if (cx->lib) exit(code);
  fflush(NULL);
  _exit(code);
}

/* ---- clocks ---- */

int64_t snow_clock(snow_cx *cx, int64_t which) {
  static const int64_t per_second[] = {1000, 1000000, 1000000000};
  struct timespec t;
  if (which >= 3) return snow_clock_ns(cx) / (1000000000 / per_second[which % 3]);
  clock_gettime(CLOCK_REALTIME, &t);
  int64_t unit = per_second[which < 0 ? 0 : which];
  return t.tv_sec * unit + t.tv_nsec / (1000000000 / unit);
}

/* ---- random numbers ---- */

static uint64_t split_mix(uint64_t *state) { /* Steele, Lea, Flood 2014 */
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static void seed_with(snow_cx *cx, uint64_t seed) {
  for (int i = 0; i < 4; i++)
    cx->random[i] = split_mix(&seed);
}

void snow_random_seed(snow_cx *cx, int64_t seed) { seed_with(cx, (uint64_t)seed); }

/* A different one for each process. */
static uint64_t fresh_seed(snow_cx *cx) {
  static _Atomic uint64_t base, count;
  uint64_t pid = cx->self ? snow_self(cx) : 0;
  pthread_mutex_lock(&env.lock);
  const char *fixed = getenv("SNOW_SCHED_SEED"); /* everything is to be repeatable then */
  bool repeatable = fixed && *fixed;
  uint64_t s = repeatable ? strtoull(fixed, NULL, 10) : 0;
  pthread_mutex_unlock(&env.lock);
  if (repeatable) return split_mix(&s) ^ (pid * UINT64_C(0x9E3779B97F4A7C15));
  uint64_t b = atomic_load(&base);
  if (!b) {
    uint64_t r = (uint64_t)time(NULL) ^ (uint64_t)(uintptr_t)&base ^ (uint64_t)getpid() << 32;
    FILE *f = fopen("/dev/urandom", "rb");
    uint64_t more;
    if (f) {
      if (fread(&more, sizeof more, 1, f) == 1) r ^= more;
      fclose(f);
    }
    r |= 1;
    b = atomic_compare_exchange_strong(&base, &b, r) ? r : b;
  }
  return b + atomic_fetch_add(&count, 1) * UINT64_C(0xD1342543DE82EF95);
}

static uint64_t rotate(uint64_t x, int k) { return x << k | x >> (64 - k); }

int64_t snow_random_bits(snow_cx *cx) {
  uint64_t *s = cx->random;
  if (!(s[0] | s[1] | s[2] | s[3])) seed_with(cx, fresh_seed(cx));
  uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return (int64_t)result;
}

/* 0 to n - 1 in random order (Fisher and Yates, as Durstenfeld has it). */
snow_list snow_random_order(snow_cx *cx, int64_t n) {
  if (n <= 0 || n > UINT32_MAX) return snow_nil;
  snow_buf *b = snow_buf_new(cx, &snow_int_array, (size_t)n, sizeof(int64_t));
  int64_t *out = (int64_t *)(void *)(b + 1);
  for (int64_t i = 0; i < n; i++) {
    /* From 0 to i; what would make small numbers likelier is drawn again. */
    uint64_t k = (uint64_t)i + 1, most = UINT64_MAX - UINT64_MAX % k, r;
    do
      r = (uint64_t)snow_random_bits(cx);
    while (r >= most);
    r %= k;
    out[i] = out[r];
    out[r] = i;
  }
  b->hi = (uint32_t)n;
  return (snow_list){b, 0, (uint32_t)n};
}
