/* Persistent maps in order of insertion.
 *
 * Keys, their hashes and an index over them (open addressing) are append-only and shared by all versions of a map: a
 * version sees the slots below its own `next`. The newest version claims the next slot, as lists do; another one that
 * gains a key copies them. Values, and which slots are alive, lie in a radix tree of LEAF-wide leaves whose paths are
 * copied, so overwriting and deleting cost O(log n) and leave every older version as it was.
 */
#include "rt.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* 16-wide: wider leaves cost more to copy than the levels they save (word counting, 20,000 keys). */
enum { BITS = 4, LEAF = 1 << BITS, FEW = 8 };

/* The append-only part. */
typedef struct table {
  snow_object h;
  snow_buf *keys;   /* array of K */
  snow_buf *hashes; /* bytes: uint32_t each */
  snow_buf *index;  /* bytes: uint32_t slot + 1 each, a power of two; NULL while there are few */
  uint32_t next;    /* slots in use by the newest version */
  uint32_t mask;
} table;

struct snow_map {
  snow_object h;
  table *t;
  snow_object *root; /* radix tree over slots: leaves, or nodes of `depth` levels above them */
  uint32_t count;    /* keys alive */
  uint32_t next;     /* slots of this version */
  uint32_t depth;
};

/* A leaf: bit i of alive says that slot i of it holds a key of the map. Values are in an array of their own, so that
 * the value type's layout serves. */
typedef struct leaf {
  snow_object h;
  snow_buf *values; /* NULL where values have no size */
  uint32_t alive, pad;
} leaf;

typedef struct node {
  snow_object h;
  snow_object *kids[LEAF];
} node;

static const uint32_t table_ptrs[] = {offsetof(table, keys), offsetof(table, hashes), offsetof(table, index)};
static const snow_layout table_layout = {SNOW_RECORD, 0, sizeof(table), 3, 0, 0, 0, table_ptrs, "Map"};
static const uint32_t map_ptrs[] = {offsetof(snow_map, t), offsetof(snow_map, root)};
static const snow_layout map_layout = {SNOW_RECORD, 0, sizeof(snow_map), 2, 0, 0, 0, map_ptrs, "Map"};
static const uint32_t leaf_ptrs[] = {offsetof(leaf, values)};
static const snow_layout leaf_layout = {SNOW_RECORD, 0, sizeof(leaf), 1, 0, 0, 0, leaf_ptrs, "Map"};
#define KID(i) offsetof(node, kids) + (i) * sizeof(snow_object *)
#define KIDS4(i) KID(i), KID(i + 1), KID(i + 2), KID(i + 3)
static const uint32_t node_ptrs[LEAF] = {KIDS4(0), KIDS4(4), KIDS4(8), KIDS4(12)};
static const snow_layout node_layout = {SNOW_RECORD, 0, sizeof(node), LEAF, 0, 0, 0, node_ptrs, "Map"};
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
  default: h = mix((uint64_t)k->hash(cx, key) ^ the_seed());
  }
  return (uint32_t)(h >> 32);
}

static bool same_key(snow_cx *cx, const snow_type *k, const void *a, const void *b) {
  switch (k->kind) {
  case SNOW_INT:
  case SNOW_FLOAT: return memcmp(a, b, 8) == 0; /* floats by bits: NaN is found again */
  case SNOW_STRING: return snow_string_eq(*(snow_str const *)a, *(snow_str const *)b);
  default: return k->eq(cx, a, b);
  }
}

/* ---- the tree of values ---- */

static leaf *leaf_at(const snow_map *m, uint32_t slot) {
  snow_object *o = m->root;
  for (uint32_t d = m->depth; d > 0; d--)
    o = ((node *)(void *)o)->kids[slot >> (BITS * d) & (LEAF - 1)];
  return (leaf *)(void *)o;
}

static bool alive(const snow_map *m, uint32_t slot) { return leaf_at(m, slot)->alive >> (slot & (LEAF - 1)) & 1; }

/* With room for slot i. */
static leaf *copy_leaf(snow_cx *cx, const snow_type *v, const leaf *old, uint32_t i) {
  snow_buf *values = NULL;
  if (v->size) {
    uint32_t cap = old && old->values && old->values->cap > i ? old->values->cap : i < 2 ? 2 : i < 8 ? 8 : LEAF;
    values = snow_buf_new(cx, v->array, cap, v->size);
    values->hi = 0;
    if (old && old->values) {
      memcpy(values + 1, old->values + 1, (size_t)old->values->hi * v->size);
      values->hi = old->values->hi;
    }
  }
  leaf *l = snow_alloc(cx, &leaf_layout, sizeof *l);
  l->values = values;
  l->alive = old ? old->alive : 0;
  l->pad = 0;
  return l;
}

/* The tree below o with slot set to *value (NULL: dead); path copied. */
static snow_object *set(snow_cx *cx, const snow_type *v, snow_object *o, uint32_t depth, uint32_t slot,
                        const void *value, bool live) {
  if (depth == 0) {
    uint32_t i = slot & (LEAF - 1);
    leaf *l = copy_leaf(cx, v, (leaf *)(void *)o, i);
    if (live) {
      l->alive |= (uint32_t)1 << i;
      if (l->values) {
        memcpy((char *)(l->values + 1) + (size_t)i * v->size, value, v->size);
        if (l->values->hi <= i) l->values->hi = i + 1;
        if (l->values->old) snow_remember(cx, l->values, i);
      }
    } else l->alive &= ~((uint32_t)1 << i);
    return &l->h;
  }
  uint32_t i = slot >> (BITS * depth) & (LEAF - 1);
  const node *old = (const node *)(const void *)o;
  snow_object *kid = set(cx, v, old ? old->kids[i] : NULL, depth - 1, slot, value, live);
  node *n = snow_alloc(cx, &node_layout, sizeof *n);
  if (old) memcpy(n->kids, old->kids, sizeof n->kids);
  else memset(n->kids, 0, sizeof n->kids);
  n->kids[i] = kid;
  return &n->h;
}

/* Stores the value of a new slot, the last one, where it is: older versions do not look there. False when another
 * version has done the same, or there is no room. */
static bool set_in_place(snow_cx *cx, const snow_type *v, const snow_map *m, uint32_t slot, const void *value) {
  uint32_t i = slot & (LEAF - 1);
  if (i == 0) return false; /* a leaf of its own */
  leaf *l = leaf_at(m, slot);
  if (!snow_owns(cx, &l->h)) return false;
  if (l->values) {
    if (l->values->hi != i || l->values->cap == i) return false;
    memcpy((char *)(l->values + 1) + (size_t)i * v->size, value, v->size);
    l->values->hi = i + 1;
    if (l->values->old) snow_remember(cx, l->values, i);
  }
  l->alive |= (uint32_t)1 << i;
  return true;
}

static snow_map *version(snow_cx *cx, table *t, snow_object *root, uint32_t count, uint32_t next, uint32_t depth) {
  snow_map *m = snow_alloc(cx, &map_layout, sizeof *m);
  m->t = t;
  m->root = root;
  m->count = count;
  m->next = next;
  m->depth = depth;
  return m;
}

/* ---- lookup ---- */

static const void *key_at(const table *t, const snow_type *k, uint32_t slot) {
  return (const char *)(t->keys + 1) + (size_t)slot * k->size;
}
static uint32_t hash_at(const table *t, uint32_t slot) {
  return ((const uint32_t *)(const void *)(t->hashes + 1))[slot];
}

static int64_t find(snow_cx *cx, const snow_type *k, const snow_map *m, const void *key, uint32_t hash) {
  const table *t = m->t;
  if (!t->index) {
    for (uint32_t s = 0; s < m->next; s++)
      if (hash_at(t, s) == hash && same_key(cx, k, key_at(t, k, s), key) && alive(m, s)) return s;
    return -1;
  }
  const uint32_t *index = (const uint32_t *)(const void *)(t->index + 1);
  for (uint32_t i = hash & t->mask; index[i]; i = (i + 1) & t->mask) {
    uint32_t s = index[i] - 1;
    if (s < m->next && hash_at(t, s) == hash && same_key(cx, k, key_at(t, k, s), key) && alive(m, s)) return s;
  }
  return -1;
}

int64_t snow_map_slot(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, const void *key) {
  (void)v;
  return m ? find(cx, k, m, key, hash_key(cx, k, key)) : -1;
}

void snow_map_value_at(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, int64_t slot,
                       void *out) {
  (void)cx;
  (void)k;
  if (!v->size) return;
  const leaf *l = leaf_at(m, (uint32_t)slot);
  memcpy(out, (const char *)(l->values + 1) + (size_t)((uint32_t)slot & (LEAF - 1)) * v->size, v->size);
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

static void index_add(table *t, uint32_t slot) {
  uint32_t *index = (uint32_t *)(void *)(t->index + 1);
  uint32_t i = hash_at(t, slot) & t->mask;
  while (index[i])
    i = (i + 1) & t->mask;
  index[i] = slot + 1;
}

/* A table with room for more than n keys, holding the first n of old (or those of them that m says are alive). */
static table *new_table(snow_cx *cx, const snow_type *k, const table *old, uint32_t n) {
  size_t cap = n < FEW ? FEW : (size_t)n * 2;
  if (cap > INT32_MAX) too_big();
  snow_buf *keys = snow_buf_new(cx, k->array, cap, k->size);
  snow_buf *hashes = snow_buf_new(cx, &bytes_layout, cap * sizeof(uint32_t), 1);
  snow_buf *index = NULL;
  uint32_t mask = 0;
  if (cap > FEW) {
    size_t size = 16;
    while (size < cap + cap / 2)
      size *= 2;
    index = snow_buf_new(cx, &bytes_layout, size * sizeof(uint32_t), 1);
    memset(index + 1, 0, size * sizeof(uint32_t));
    mask = (uint32_t)size - 1;
  }
  table *t = snow_alloc(cx, &table_layout, sizeof *t);
  t->keys = keys;
  t->hashes = hashes;
  t->index = index;
  t->mask = mask;
  t->next = n;
  if (n) {
    memcpy(keys + 1, old->keys + 1, (size_t)n * k->size);
    memcpy(hashes + 1, old->hashes + 1, (size_t)n * sizeof(uint32_t));
    for (uint32_t s = 0; index && s < n; s++)
      index_add(t, s);
  }
  keys->hi = n;
  if (n && keys->old) snow_remember(cx, keys, 0);
  return t;
}

static void add_key(snow_cx *cx, const snow_type *k, table *t, const void *key, uint32_t hash) {
  uint32_t slot = t->next++;
  if (k->size) memcpy((char *)(t->keys + 1) + (size_t)slot * k->size, key, k->size);
  if (t->keys->old) snow_remember(cx, t->keys, slot);
  t->keys->hi = slot + 1;
  ((uint32_t *)(void *)(t->hashes + 1))[slot] = hash;
  if (t->index) index_add(t, slot);
}

/* The same map without its dead slots. */
static const snow_map *compact(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  const snow_map *out = NULL;
  for (uint32_t s = 0; s < m->next; s++) {
    leaf *l = leaf_at(m, s);
    uint32_t i = s & (LEAF - 1);
    if (!(l->alive >> i & 1)) continue;
    const void *value = l->values ? (const char *)(l->values + 1) + (size_t)i * v->size : NULL;
    out = snow_map_put(cx, k, v, out, key_at(m->t, k, s), value);
  }
  return out;
}

const snow_map *snow_map_put(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m, const void *key,
                             const void *value) {
  uint32_t hash = hash_key(cx, k, key);
  if (m) {
    int64_t at = find(cx, k, m, key, hash);
    if (at >= 0) {
      snow_object *root = set(cx, v, m->root, m->depth, (uint32_t)at, value, true);
      return version(cx, m->t, root, m->count, m->next, m->depth);
    }
    if (m->next >= 32 && m->next / 2 > m->count) m = compact(cx, k, v, m);
  }
  uint32_t next = m ? m->next : 0, depth = m ? m->depth : 0;
  table *t = m ? m->t : NULL;
  if (!t || t->next != next || !snow_owns(cx, &t->h) || next == (t->hashes->cap / sizeof(uint32_t)))
    t = new_table(cx, k, t, next);
  add_key(cx, k, t, key, hash);
  snow_object *root = m ? m->root : NULL;
  if (next && next == (uint32_t)LEAF << (BITS * depth)) {
    /* The tree is full: a level more. */
    node *n = snow_alloc(cx, &node_layout, sizeof *n);
    memset(n->kids, 0, sizeof n->kids);
    n->kids[0] = root;
    root = &n->h;
    depth++;
  }
  if (!m || !set_in_place(cx, v, m, next, value)) root = set(cx, v, root, depth, next, value, true);
  return version(cx, t, root, (m ? m->count : 0) + 1, next + 1, depth);
}

const snow_map *snow_map_delete(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m,
                                const void *key) {
  int64_t at = snow_map_slot(cx, k, v, m, key);
  if (at < 0) return m;
  if (m->count == 1) return NULL;
  snow_object *root = set(cx, v, m->root, m->depth, (uint32_t)at, NULL, false);
  return version(cx, m->t, root, m->count - 1, m->next, m->depth);
}

/* ---- walking ---- */

snow_list snow_map_keys(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  (void)v;
  if (!m) return snow_nil;
  if (!k->size) return (snow_list){NULL, 0, m->count};
  /* A copy: the table's own buffer is extended by the table alone. */
  snow_buf *b = snow_buf_new(cx, k->array, m->count, k->size);
  for (uint32_t s = 0; s < m->next; s++)
    if (alive(m, s)) memcpy((char *)(b + 1) + (size_t)b->hi++ * k->size, key_at(m->t, k, s), k->size);
  return (snow_list){b, 0, m->count};
}

snow_list snow_map_values(snow_cx *cx, const snow_type *k, const snow_type *v, const snow_map *m) {
  (void)k;
  if (!m) return snow_nil;
  if (!v->size) return (snow_list){NULL, 0, m->count};
  snow_buf *b = snow_buf_new(cx, v->array, m->count, v->size);
  for (uint32_t s = 0; s < m->next; s++) {
    const leaf *l = leaf_at(m, s);
    uint32_t i = s & (LEAF - 1);
    if (l->alive >> i & 1)
      memcpy((char *)(b + 1) + (size_t)b->hi++ * v->size, (const char *)(l->values + 1) + (size_t)i * v->size, v->size);
  }
  return (snow_list){b, 0, m->count};
}
