/* Maps in order of insertion, persistent: every version stays what it was.
 *
 * A key has a slot, and its value the same slot of another array. Keys are append-only and shared by all versions: a
 * version sees the slots below its own `next`, the newest version claims the next slot, as lists do; another one that
 * gains a key copies the table. Values are shared by the versions that come after one another (Baker, Shallow binding
 * makes functional arrays fast, 1991): the newest one reads and writes them where they are, and a log says what was
 * overwritten, so that an older version finds its own. The log of a slot is a chain with jump pointers (Myers, An
 * applicative random-access stack, 1983), so that takes logarithmic time at most. What is put into a version that is
 * not the newest one goes into a copy of its values.
 *
 * So a program that uses a map as if it were mutable has constant costs, and one that keeps old versions can read them
 * for little. Log and arrays are begun anew when the log is as long as the map, which costs each put a constant share.
 */
#include "mem/mem.h"
#include "rt.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* A map of up to FEW keys is two lists, keys and values, searched one after the other; up to SMALL values are copied
 * rather than logged. */
enum { FEW = 8, SMALL = 16 };

/* The append-only part. */
typedef struct table {
  snow_object h;
  snow_buf *keys;   /* array of K */
  snow_buf *index;  /* bytes: entries, a power of two, open addressing */
  snow_buf *before; /* bytes: for each slot the one that had its key before + 1, or 0; NULL if no key has come back */
  uint32_t next;    /* slots in use by the newest version */
  uint32_t mask;
} table;

/* There is one for each key, for the newest of its slots. */
typedef struct entry {
  uint32_t hash, slot; /* + 1; 0: free */
} entry;

/* Values. The fields do not change but for the counts: a store is replaced when it is full. */
typedef struct store {
  snow_object h;
  snow_buf *values; /* array of V; NULL where values have no size */
  snow_buf *log;    /* array of V: what was overwritten, oldest first; NULL like values */
  snow_buf *marks;  /* bytes: a mark for each entry of the log; NULL where there is no log */
  snow_buf *last;   /* bytes: for each slot the newest entry of the log + 1, or 0 */
  snow_buf *dead;   /* bytes: a bit for each slot whose key was deleted */
  uint32_t cap;     /* slots */
  uint32_t next;    /* slots in use by the newest version */
  uint32_t seq;     /* entries of the log */
  uint32_t room;    /* for so many */
} store;

typedef struct mark {
  uint32_t slot;
  uint32_t before, jump; /* entries + 1 further back in the chain of this slot, or 0 */
  uint32_t depth;        /* in the chain, times two; the lowest bit: the slot was alive */
} mark;

/* A version is the newest of its store when next and seq are the store's. */
struct snow_map {
  snow_object h;
  union {
    table *t;
    snow_buf *keys; /* of a map of few keys */
  };
  union {
    store *s;         /* NULL where values have no size and none was deleted */
    snow_buf *values; /* of a map of few keys; NULL where values have no size */
  };
  uint32_t count; /* keys alive */
  uint32_t next;  /* slots of this version */
  uint32_t seq;   /* entries of the log when it was made: later ones are not for it */
  bool few;
};

static const uint32_t table_ptrs[] = {offsetof(table, keys), offsetof(table, index), offsetof(table, before)};
static const snow_layout table_layout = {SNOW_RECORD, 0, sizeof(table), 3, 0, 0, 0, table_ptrs, "Map"};
static const uint32_t map_ptrs[] = {offsetof(snow_map, t), offsetof(snow_map, s)};
static const snow_layout map_layout = {SNOW_RECORD, 0, sizeof(snow_map), 2, 0, 0, 0, map_ptrs, "Map"};
static const uint32_t store_ptrs[] = {offsetof(store, values), offsetof(store, log), offsetof(store, marks),
                                      offsetof(store, last), offsetof(store, dead)};
static const snow_layout store_layout = {SNOW_RECORD, 0, sizeof(store), 5, 0, 0, 0, store_ptrs, "Map"};
static const snow_layout bytes_layout = {SNOW_BYTES, 0, 1, 0, 0, 0, 0, NULL, "Map"};

static void too_big(void) { snow_die(102, "Snow: a map of more than 2147483647 keys\n"); }

/* ---- hashing ---- */

/* Seeded per process against collision attacks; the visible hash values are mixed with the seed. */
static _Atomic uint64_t seed;

static uint64_t new_seed(void) {
  uint64_t s =
      (uint64_t)time(NULL) * 0x9E3779B97F4A7C15u ^ (uint64_t)(uintptr_t)&seed ^ (uint64_t)(uintptr_t)malloc << 17;
  const char *fixed = getenv("SNOW_HASH_SEED");
  if (fixed && *fixed) s = strtoull(fixed, NULL, 10);
  FILE *f = fixed && *fixed ? NULL : fopen("/dev/urandom", "rb");
  uint64_t r;
  if (f) {
    if (fread(&r, sizeof r, 1, f) == 1) s ^= r;
    fclose(f);
  }
  s |= 1;
  uint64_t none = 0; /* whoever is first decides */
  return atomic_compare_exchange_strong(&seed, &none, s) ? s : none;
}

static uint64_t the_seed(void) {
  uint64_t s = atomic_load_explicit(&seed, memory_order_relaxed);
  return s ? s : new_seed();
}

static uint64_t mix(uint64_t x) { /* splitmix64 (Steele, Lea, Flood 2014) */
  x ^= x >> 30;
  x *= UINT64_C(0xBF58476D1CE4E5B9);
  x ^= x >> 27;
  x *= UINT64_C(0x94D049BB133111EB);
  return x ^ x >> 31;
}

static uint64_t mix_bytes(const char *s, size_t n) {
  uint64_t h = the_seed() ^ n;
  for (; n >= 8; s += 8, n -= 8) {
    uint64_t w;
    memcpy(&w, s, 8);
    h = mix(h ^ w);
  }
  /* The rest by loads of fixed sizes, which compilers turn into single instructions. */
  uint64_t w = 0;
  if (n & 4) {
    uint32_t v;
    memcpy(&v, s, 4);
    w = v;
    s += 4;
  }
  if (n & 2) {
    uint16_t v;
    memcpy(&v, s, 2);
    w = w << 16 | v;
    s += 2;
  }
  if (n & 1) w = w << 8 | (unsigned char)*s;
  return mix(h ^ w);
}

int64_t snow_key_int(int64_t n) { return (int64_t)mix((uint64_t)n ^ the_seed()); }
int64_t snow_key_bool(bool b) { return snow_key_int(b); }
int64_t snow_key_string(snow_str s) { return (int64_t)mix_bytes(s->data, s->len); }
int64_t snow_key_float(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return snow_key_int(bits);
}
/* Different for the same parts in another order. */
int64_t snow_key_combine(int64_t h, int64_t next) {
  return (int64_t)mix((uint64_t)h * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)next);
}

int64_t snow_hash_value(snow_cx *cx, const snow_type *t, const void *x) {
  if (!t->size) return snow_hash_start();
  switch (t->kind) {
  case SNOW_INT: return snow_hash_int(*(int64_t const *)x);
  case SNOW_FLOAT: return snow_hash_float(*(double const *)x);
  case SNOW_STRING: return snow_hash_string(*(snow_str const *)x);
  default: return t->hash(cx, x);
  }
}

static uint32_t hash_key(snow_cx *cx, const snow_type *k, const void *key) {
  uint64_t h;
  if (!k->size) return 0; /* there is only one value */
  switch (k->kind) {
  case SNOW_INT:
  case SNOW_FLOAT:
    memcpy(&h, key, sizeof h);
    h = mix(h ^ the_seed());
    break;
  case SNOW_STRING: {
    snow_str s = *(snow_str const *)key;
    h = mix_bytes(s->data, s->len);
    break;
  }
  default: h = (uint64_t)k->key(cx, key);
  }
  return (uint32_t)(h >> 32);
}

/* Short texts, as keys mostly are, are compared by loads of eight bytes. */
static bool same_text(snow_str a, snow_str b) {
  size_t n = a->len;
  if (a == b) return true;
  if (n != b->len) return false;
  uint64_t x, y;
  if (n < 8 || n > 16) return memcmp(a->data, b->data, n) == 0;
  memcpy(&x, a->data, 8);
  memcpy(&y, b->data, 8);
  if (x != y) return false;
  memcpy(&x, a->data + n - 8, 8);
  memcpy(&y, b->data + n - 8, 8);
  return x == y;
}

static bool same_key(snow_cx *cx, const snow_type *k, const void *a, const void *b) {
  switch (k->kind) {
  case SNOW_INT:
  case SNOW_FLOAT: return memcmp(a, b, 8) == 0; /* floats by bits: NaN is found again */
  case SNOW_STRING: return same_text(*(snow_str const *)a, *(snow_str const *)b);
  default: return k->eq(cx, a, b);
  }
}

/* ---- values ---- */

static void *value_slot(const snow_buf *values, const snow_type *v, uint32_t slot) {
  return (char *)(uintptr_t)(values + 1) + (size_t)slot * v->size;
}
static mark *mark_at(const store *s, uint32_t entry) { return (mark *)(uintptr_t)(s->marks + 1) + entry; }
static uint32_t *last_of(const store *s, uint32_t slot) { return (uint32_t *)(uintptr_t)(s->last + 1) + slot; }
static unsigned char *dead_byte(const store *s, uint32_t slot) {
  return (unsigned char *)(uintptr_t)(s->dead + 1) + slot / 8;
}
static bool dead_now(const store *s, uint32_t slot) { return s->dead && *dead_byte(s, slot) >> (slot & 7) & 1; }

static bool newest(const snow_map *m) { return m->s->seq == m->seq && m->s->next == m->next; }

/* The entry of the log that says what the slot held in this version, or -1 where that is what it holds now. */
static int64_t logged(const snow_map *m, uint32_t slot) {
  const store *s = m->s;
  if (m->seq == s->seq) return -1;
  uint32_t e = *last_of(s, slot);
  if (e <= m->seq) return -1;
  /* The oldest of the chain that is not older than the version. */
  for (;;) {
    const mark *k = mark_at(s, e - 1);
    if (k->jump > m->seq) e = k->jump;
    else if (k->before > m->seq) e = k->before;
    else return e - 1;
  }
}

static bool alive(const snow_map *m, uint32_t slot) {
  const store *s = m->s;
  if (!s || !s->dead || m->count == m->next) return true;
  int64_t e = logged(m, slot);
  return e < 0 ? !dead_now(s, slot) : mark_at(s, (uint32_t)e)->depth & 1;
}

static const void *value_of(const snow_map *m, const snow_type *v, uint32_t slot) {
  int64_t e = logged(m, slot);
  return e < 0 ? value_slot(m->s->values, v, slot) : value_slot(m->s->log, v, (uint32_t)e);
}

static snow_buf *zeros(snow_cx *cx, size_t n) {
  snow_buf *b = snow_buf_new(cx, &bytes_layout, n, 1);
  memset(b + 1, 0, n);
  return b;
}

/* Marks a slot as dead; what it held is kept alive no longer. */
static void bury(const snow_type *v, store *s, uint32_t slot) {
  *dead_byte(s, slot) |= (unsigned char)(1u << (slot & 7));
  if (s->values) memset(value_slot(s->values, v, slot), 0, v->size);
}

/* A store of its own for what m holds (NULL: nothing yet), with room for cap slots; with a log, or where a key is going
 * to be deleted, with what that needs. */
static store *new_store(snow_cx *cx, const snow_type *v, const snow_map *m, size_t cap, bool with_log) {
  uint32_t n = m ? m->next : 0, room = 0;
  snow_buf *values = NULL, *log = NULL, *marks = NULL, *last = NULL, *dead = NULL;
  const store *old = m ? m->s : NULL;
  if (cap > UINT32_MAX) cap = UINT32_MAX;
  if (with_log) {
    room = cap < SMALL ? SMALL : (uint32_t)cap;
    if (v->size) log = snow_buf_new(cx, v->array, room, v->size);
    marks = snow_buf_new(cx, &bytes_layout, room * sizeof(mark), 1);
    last = zeros(cx, cap * sizeof(uint32_t));
  }
  if (with_log || (old && old->dead)) dead = zeros(cx, cap / 8 + 1);
  if (v->size) values = snow_buf_new(cx, v->array, cap, v->size);
  store *s = snow_alloc(cx, &store_layout, sizeof *s);
  s->values = values;
  s->log = log;
  s->marks = marks;
  s->last = last;
  s->dead = dead;
  s->cap = (uint32_t)cap;
  s->next = n;
  s->seq = 0;
  s->room = room;
  if (!old) return s;
  bool as_now = m->seq == old->seq;
  if (values) {
    if (as_now) memcpy(values + 1, old->values + 1, (size_t)n * v->size);
    else
      for (uint32_t i = 0; i < n; i++)
        memcpy(value_slot(values, v, i), value_of(m, v, i), v->size);
    values->hi = n;
    if (values->old) snow_remember(cx, values, 0);
  }
  if (old->dead)
    for (uint32_t i = 0; i < n; i++)
      if (!alive(m, i)) bury(v, s, i);
  return s;
}

/* Whether the newest version may write where values are. */
static bool may_write(snow_cx *cx, const snow_map *m) { return newest(m) && snow_owns(cx, &m->s->h); }

static snow_map *version(snow_cx *cx, table *t, store *s, uint32_t count, uint32_t next) {
  snow_map *m = snow_alloc(cx, &map_layout, sizeof *m);
  m->t = t;
  m->s = s;
  m->count = count;
  m->next = next;
  m->seq = s ? s->seq : 0;
  m->few = false;
  return m;
}

/* Notes in the log what a slot holds, which is about to change. */
static void note(snow_cx *cx, const snow_type *v, store *s, uint32_t slot) {
  uint32_t e = s->seq++, before = *last_of(s, slot);
  mark *k = mark_at(s, e);
  k->slot = slot;
  k->before = k->jump = before;
  k->depth = (uint32_t)!dead_now(s, slot);
  if (before) {
    const mark *b = mark_at(s, before - 1);
    uint32_t depth = b->depth >> 1;
    k->depth |= (depth + 1) << 1;
    if (b->jump) {
      const mark *j = mark_at(s, b->jump - 1);
      uint32_t there = j->depth >> 1, further = j->jump ? mark_at(s, j->jump - 1)->depth >> 1 : 0;
      if (j->jump && depth - there == there - further) k->jump = j->jump;
    }
  }
  *last_of(s, slot) = e + 1;
  if (!s->log) return;
  memcpy(value_slot(s->log, v, e), value_slot(s->values, v, slot), v->size);
  s->log->hi = e + 1;
  if (s->log->old) snow_remember(cx, s->log, e);
}

/* Whether a log has survived a collection, and a copy of the values costs little beside that: then it begins anew, so
 * that values which no version needs any more are not kept for long. */
static bool long_kept(const snow_type *v, const store *s) {
  enum { CHEAP = 1 << 20 };
  return s->values && s->values->old && ((size_t)s->next * v->size <= CHEAP || s->seq >= s->next / 8);
}

/* A store in which a slot of m may be changed: m's, with the log telling what the slot held, or a copy that nobody else
 * has. What is small is copied each time; what is larger has a log from the second time on. */
static store *store_to_change(snow_cx *cx, const snow_type *v, const snow_map *m, uint32_t slot, bool deleting) {
  bool mine = m->s && may_write(cx, m);
  if (mine && m->s->marks && m->s->seq < m->s->room && !long_kept(v, m->s)) {
    note(cx, v, m->s, slot);
    return m->s;
  }
  size_t cap = m->s && m->s->cap > m->next ? m->s->cap : (size_t)m->next + m->next / 2 + 1;
  return new_store(cx, v, m, cap, deleting || (mine && m->next > SMALL));
}

/* ---- lookup ---- */

static const void *key_at(const table *t, const snow_type *k, uint32_t slot) {
  return (const char *)(t->keys + 1) + (size_t)slot * k->size;
}
static entry *entries(const table *t) { return (entry *)(uintptr_t)(t->index + 1); }

static uint32_t *before_of(const table *t, uint32_t slot) { return (uint32_t *)(uintptr_t)(t->before + 1) + slot; }

/* The newest slot + 1 below n of the key that has this slot + 1; 0 if there is none. */
static uint32_t seen_below(const table *t, uint32_t slot, uint32_t n) {
  while (slot > n)
    slot = t->before ? *before_of(t, slot - 1) : 0;
  return slot;
}

/* The slot of a key, -1 when there is none; that of a key that was deleted is given as -2 - slot. */
static int64_t find(snow_cx *cx, const snow_type *k, const snow_map *m, const void *key, uint32_t hash) {
  const table *t = m->t;
  const entry *index = entries(t);
  for (uint32_t i = hash & t->mask; index[i].slot; i = (i + 1) & t->mask) {
    if (index[i].hash != hash) continue;
    uint32_t s = seen_below(t, index[i].slot, m->next);
    if (s && same_key(cx, k, key_at(t, k, s - 1), key)) return alive(m, s - 1) ? (int64_t)s - 1 : -1 - (int64_t)s;
  }
  return -1;
}

/* ---- few keys ---- */

/* Without hashes to compare first. Floats inside other types are told apart by their bits, as the hashes of more keys
 * would do it: 0.0 and -0.0 are different keys. */
static bool same_of_few(snow_cx *cx, const snow_type *k, const void *a, const void *b) {
  if (k->kind == SNOW_INT || k->kind == SNOW_FLOAT || k->kind == SNOW_STRING) return same_key(cx, k, a, b);
  return k->eq(cx, a, b) && k->key(cx, a) == k->key(cx, b);
}

static void *item(const snow_buf *b, const snow_type *t, uint32_t i) {
  return (char *)(uintptr_t)(b + 1) + (size_t)i * t->size;
}

static int64_t find_few(snow_cx *cx, const snow_type *k, const snow_map *m, const void *key) {
  if (!k->size) return 0; /* there is only one key */
  for (uint32_t i = 0; i < m->count; i++)
    if (same_of_few(cx, k, item(m->keys, k, i), key)) return i;
  return -1;
}

static snow_map *version_of_few(snow_cx *cx, snow_buf *keys, snow_buf *values, uint32_t count) {
  snow_map *m = snow_alloc(cx, &map_layout, sizeof *m);
  m->keys = keys;
  m->values = values;
  m->count = m->next = count;
  m->seq = 0;
  m->few = true;
  return m;
}

/* The first n items of b but one (`without`, or UINT32_MAX), with room for cap; NULL of what has no size. */
static snow_buf *copy_items(snow_cx *cx, const snow_type *t, const snow_buf *b, uint32_t n, uint32_t without,
                            uint32_t cap) {
  if (!t->size) return NULL;
  snow_buf *to = snow_buf_new(cx, t->array, cap, t->size);
  for (uint32_t i = 0; i < n; i++)
    if (i != without) memcpy(item(to, t, to->hi++), item(b, t, i), t->size);
  if (to->old) snow_remember(cx, to, 0);
  return to;
}

static void store_item(snow_cx *cx, const snow_type *t, snow_buf *b, uint32_t i, const void *value) {
  if (!t->size) return;
  memcpy(item(b, t, i), value, t->size);
  if (b->hi <= i) b->hi = i + 1;
  if (b->old) snow_remember(cx, b, i);
}

static bool may_append(snow_cx *cx, const snow_type *t, const snow_buf *b, uint32_t n) {
  return !t->size || (b && b->hi == n && b->cap > n && (!b->old || snow_owns(cx, &b->h)));
}

static const snow_map *put_few(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, const void *key,
                               const void *value) {
  int64_t at = m ? find_few(cx, k, m, key) : -1;
  uint32_t n = m ? m->count : 0;
  snow_buf *keys = m ? m->keys : NULL, *values = m ? m->values : NULL;
  if (at >= 0) {
    if (!v->size) return m;
    values = copy_items(cx, v, values, n, UINT32_MAX, values->cap);
    store_item(cx, v, values, (uint32_t)at, value);
    return version_of_few(cx, keys, values, n);
  }
  if (!may_append(cx, k, keys, n) || !may_append(cx, v, values, n)) {
    uint32_t cap = n < 2 ? 2 : n < 4 ? 4 : FEW;
    keys = copy_items(cx, k, keys, n, UINT32_MAX, cap);
    values = copy_items(cx, v, values, n, UINT32_MAX, cap);
  }
  store_item(cx, k, keys, n, key);
  store_item(cx, v, values, n, value);
  return version_of_few(cx, keys, values, n + 1);
}

int64_t snow_map_slot(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, const void *key) {
  (void)v;
  if (!m) return -1;
  return m->few ? find_few(cx, k, m, key) : find(cx, k, m, key, hash_key(cx, k, key));
}

void snow_map_value_at(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, int64_t slot,
                       void *out) {
  (void)cx;
  (void)k;
  if (v->size) memcpy(out, m->few ? item(m->values, v, (uint32_t)slot) : value_of(m, v, (uint32_t)slot), v->size);
}

void snow_map_missing(snow_cx *cx, const snow_site *at, const snow_type *v, void *out) {
  if (!v->zero) snow_panic(cx, at, "Map.get: key not found");
  if (v->size) memcpy(out, v->zero, v->size);
}

int64_t snow_map_size(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  (void)cx;
  (void)k;
  (void)v;
  return m ? m->count : 0;
}

/* ---- growing ---- */

static void index_add(table *t, uint32_t slot, uint32_t hash) {
  entry *index = entries(t);
  uint32_t i = hash & t->mask;
  while (index[i].slot)
    i = (i + 1) & t->mask;
  index[i] = (entry){hash, slot + 1};
}

/* A table with room for more than n keys, holding the first n of old. */
static table *new_table(snow_cx *cx, const snow_type *k, const table *old, uint32_t n, bool with_before) {
  size_t cap = (size_t)n * 2, size = 16;
  if (cap > INT32_MAX) too_big();
  while (size < cap + cap / 2)
    size *= 2;
  snow_buf *keys = snow_buf_new(cx, k->array, cap, k->size), *index = zeros(cx, size * sizeof(entry));
  snow_buf *before = with_before ? zeros(cx, cap * sizeof(uint32_t)) : NULL;
  table *t = snow_alloc(cx, &table_layout, sizeof *t);
  t->keys = keys;
  t->index = index;
  t->before = before;
  t->mask = (uint32_t)size - 1;
  t->next = n;
  if (!old) return t;
  memcpy(keys + 1, old->keys + 1, (size_t)n * k->size);
  keys->hi = n;
  if (keys->old) snow_remember(cx, keys, 0);
  if (old->before) memcpy(before + 1, old->before + 1, n * sizeof(uint32_t));
  for (uint32_t i = 0; i <= old->mask; i++) {
    uint32_t s = seen_below(old, entries(old)[i].slot, n);
    if (s) index_add(t, s - 1, entries(old)[i].hash);
  }
  return t;
}

/* The key had slot `dead` before, if that is not -1. */
static void add_key(snow_cx *cx, const snow_type *k, table *t, const void *key, uint32_t hash, int64_t dead) {
  uint32_t slot = t->next++;
  if (k->size) memcpy((char *)(t->keys + 1) + (size_t)slot * k->size, key, k->size);
  if (t->keys->old) snow_remember(cx, t->keys, slot);
  t->keys->hi = slot + 1;
  if (dead < 0) {
    index_add(t, slot, hash);
    return;
  }
  entry *index = entries(t);
  uint32_t i = hash & t->mask;
  while (index[i].slot != (uint32_t)dead + 1)
    i = (i + 1) & t->mask;
  index[i].slot = slot + 1;
  *before_of(t, slot) = (uint32_t)dead + 1;
}

/* A map of few keys with an index and a store, so that it may have more. */
static const snow_map *indexed(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  table *t = new_table(cx, k, NULL, m->count, false);
  t->next = 0;
  for (uint32_t i = 0; i < m->count; i++)
    add_key(cx, k, t, item(m->keys, k, i), hash_key(cx, k, item(m->keys, k, i)), -1);
  store *s = NULL;
  if (v->size) {
    s = new_store(cx, v, NULL, m->count * 2, false);
    memcpy(s->values + 1, m->values + 1, (size_t)m->count * v->size);
    s->values->hi = s->next = m->count;
    if (s->values->old) snow_remember(cx, s->values, 0);
  }
  return version(cx, t, s, m->count, m->count);
}

/* The same map without its dead slots. */
static const snow_map *compact(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  const snow_map *out = NULL;
  for (uint32_t s = 0; s < m->next; s++)
    if (alive(m, s)) out = snow_map_put(cx, k, v, out, key_at(m->t, k, s), v->size ? value_of(m, v, s) : NULL);
  return out;
}

static const snow_map *overwrite(snow_cx *cx, const snow_type *v, const snow_map *m, uint32_t slot, const void *value) {
  if (!v->size) return m;
  store *s = store_to_change(cx, v, m, slot, false);
  memcpy(value_slot(s->values, v, slot), value, v->size);
  if (s->values->old) snow_remember(cx, s->values, slot);
  return version(cx, m->t, s, m->count, m->next);
}

const snow_map *snow_map_put(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, const void *key,
                             const void *value) {
  if (!m || (m->few && (m->count < FEW || find_few(cx, k, m, key) >= 0))) return put_few(cx, k, v, m, key, value);
  if (m->few) m = indexed(cx, k, v, m);
  uint32_t hash = hash_key(cx, k, key);
  int64_t at = find(cx, k, m, key, hash);
  if (at >= 0) return overwrite(cx, v, m, (uint32_t)at, value);
  if (m->next >= 32 && m->next / 2 > m->count) {
    m = compact(cx, k, v, m);
    if (m->few) return snow_map_put(cx, k, v, m, key, value);
    at = -1;
  }
  uint32_t next = m->next;
  table *t = m->t;
  store *s = m->s;
  int64_t dead = at < -1 ? -2 - at : -1;
  if (t->next != next || next == t->keys->cap || !snow_owns(cx, &t->h) || (dead >= 0 && !t->before))
    t = new_table(cx, k, t, next, t->before || dead >= 0);
  if (s && (!may_write(cx, m) || s->cap == next)) s = new_store(cx, v, m, (size_t)next * 2, s->marks != NULL);
  add_key(cx, k, t, key, hash, dead);
  if (s && s->values) {
    memcpy(value_slot(s->values, v, next), value, v->size);
    s->values->hi = next + 1;
    if (s->values->old) snow_remember(cx, s->values, next);
  }
  if (s) s->next = next + 1;
  return version(cx, t, s, m->count + 1, next + 1);
}

const snow_map *snow_map_delete(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m,
                                const void *key) {
  int64_t at = snow_map_slot(cx, k, v, m, key);
  if (at < 0) return m;
  if (m->count == 1) return NULL;
  uint32_t slot = (uint32_t)at;
  if (m->few) {
    snow_buf *keys = copy_items(cx, k, m->keys, m->count, slot, FEW);
    return version_of_few(cx, keys, copy_items(cx, v, m->values, m->count, slot, FEW), m->count - 1);
  }
  store *s = store_to_change(cx, v, m, slot, true);
  bury(v, s, slot);
  return version(cx, m->t, s, m->count - 1, m->next);
}

const snow_map *snow_map_of_lists(snow_cx *cx, const snow_type *k, const snow_type *v, snow_list keys,
                                  snow_list values) {
  uint32_t n = keys.len < values.len ? keys.len : values.len;
  if (!n) return NULL;
  bool whole = (!k->size || keys.off == 0) && (!v->size || values.off == 0);
  if (n <= FEW && whole) return version_of_few(cx, keys.buf, values.buf, n);
  const snow_map *m = NULL;
  for (uint32_t i = 0; i < n; i++)
    m = snow_map_put(cx, k, v, m, k->size ? item(keys.buf, k, keys.off + i) : NULL,
                     v->size ? item(values.buf, v, values.off + i) : NULL);
  return m;
}

/* ---- walking ---- */

/* Whether every slot of m holds what it holds now, in order and without gaps. */
static bool plain(const snow_map *m) { return m->few || (m->count == m->next && (!m->s || m->seq == m->s->seq)); }

snow_list snow_map_keys(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  (void)v;
  if (!m) return snow_nil;
  if (!k->size) return (snow_list){NULL, 0, m->count};
  if (m->few) return (snow_list){m->keys, 0, m->count};
  /* A copy: the table's own buffer is extended by the table alone. */
  snow_buf *b = snow_buf_new(cx, k->array, m->count, k->size);
  if (m->count == m->next) {
    memcpy(b + 1, m->t->keys + 1, (size_t)m->count * k->size);
    b->hi = m->count;
  } else
    for (uint32_t s = 0; s < m->next; s++)
      if (alive(m, s)) memcpy((char *)(b + 1) + (size_t)b->hi++ * k->size, key_at(m->t, k, s), k->size);
  if (b->old) snow_remember(cx, b, 0);
  return (snow_list){b, 0, m->count};
}

snow_list snow_map_values(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  (void)k;
  if (!m) return snow_nil;
  if (!v->size) return (snow_list){NULL, 0, m->count};
  if (m->few) return (snow_list){m->values, 0, m->count};
  snow_buf *b = snow_buf_new(cx, v->array, m->count, v->size);
  if (plain(m)) {
    memcpy(b + 1, m->s->values + 1, (size_t)m->count * v->size);
    b->hi = m->count;
  } else
    for (uint32_t s = 0; s < m->next; s++)
      if (alive(m, s)) memcpy((char *)(b + 1) + (size_t)b->hi++ * v->size, value_of(m, v, s), v->size);
  if (b->old) snow_remember(cx, b, 0);
  return (snow_list){b, 0, m->count};
}

/* ---- copying to another heap ---- */

/* The newest version of a map goes without the log. */
static snow_object *copy_without_log(snow_copier *c, const snow_object *o) {
  const snow_map *m = (const snow_map *)(const void *)o;
  if (m->few || !m->s || !m->s->marks || !newest(m)) return NULL;
  store *s = (store *)(void *)snow_copier_new(c, &m->s->h, true);
  s->log = s->marks = s->last = NULL;
  s->seq = s->room = 0;
  if (m->count == m->next) s->dead = NULL;
  snow_map *to = (snow_map *)(void *)snow_copier_new(c, o, false);
  to->seq = 0;
  to->s = s;
  to->t = (table *)(void *)snow_copier_copy(c, &m->t->h);
  return &to->h;
}

const struct snow_copying snow_map_copying = {&map_layout, copy_without_log};
