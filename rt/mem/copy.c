/* Copying values from one heap to another: deep, exact, guided by layouts, without recursion. A message is copied once
 * by its sender, into blocks that belong to no heap. The receiver takes over the blocks of a large one; what lies in
 * the blocks of a small one it copies, which costs less than keeping a block for it.
 *
 * Sharing within a value is not looked for, until a copy grows beyond the heap it comes from: then there must be some,
 * and from there on a table of what has been copied keeps the rest linear. */
#include "mem/mem.h"

#include <stdlib.h>

enum { BLOB_FROM = 2048, ADOPT_FROM = 4096 };

const snow_layout snow_blob_layout = {SNOW_RECORD, 0, sizeof(blob_ref), 0, 0, 0, 0, NULL, "shared text"};
static const snow_layout text_layout = {SNOW_TEXT, 0, sizeof(snow_string), 0, 0, 0, 0, NULL, "String"};

void snow_blob_release(snow_blob *b) {
  if (atomic_fetch_sub_explicit(&b->references, 1, memory_order_acq_rel) == 1) free(b);
}

typedef struct snow_copier {
  struct snow_mem *mem;
  snow_cx *to;           /* the heap copied into, */
  snow_fragment *f;      /* or the fragment */
  char *free, *end;      /* of the fragment's newest block */
  const snow_heap *heap; /* copied from, or NULL: */
  const snow_fragment *source;
  size_t bytes, limit;
  /* what was copied → its copy, once bytes has passed limit */
  const snow_object **keys;
  snow_object **copies;
  size_t n, cap;
} copier;

static void *need(void *p) {
  if (!p) snow_die(102, "Snow: out of memory\n");
  return p;
}

/* ---- room for copies ---- */

static void fragment_block(copier *c) {
  snow_close_run(c->free, c->end);
  int class = 0;
  while (class < BIGGEST && c->f->bytes + 64 > class_room(class) / 2)
    class ++;
  block *b = snow_block_new(c->mem, &snow_in_transit, class);
  b->next = c->f->blocks;
  c->f->blocks = b;
  int first = block_first(b->lines);
  block_fresh(b)[first] = 2;
  memset(block_fresh(b) + first + 1, 1, (size_t)((int)b->lines - first - 1));
  c->free = (char *)b + first * LINE;
  c->end = (char *)b + (size_t)b->lines * LINE;
}

static snow_object *room(copier *c, const snow_layout *l, size_t size) {
  size = (size + 7) & ~(size_t)7;
  c->bytes += size;
  if (c->to) return snow_alloc(c->to, l, size);
  c->f->bytes += size;
  snow_object *o;
  if (size > LARGE) {
    block *b = snow_block_large(&snow_in_transit, size);
    b->next = c->f->blocks;
    c->f->blocks = b;
    o = (snow_object *)(void *)large_object(b);
  } else {
    while (size > (size_t)(c->end - c->free))
      fragment_block(c);
    o = (snow_object *)(void *)c->free;
    c->free += size;
  }
  o->layout = l;
  return o;
}

/* ---- sharing ---- */

static size_t slot(const copier *c, const snow_object *o) {
  size_t i = (size_t)((uint64_t)((uintptr_t)o >> 3) * 0x9E3779B97F4A7C15u >> 24) & (c->cap - 1);
  while (c->keys[i] && c->keys[i] != o)
    i = (i + 1) & (c->cap - 1);
  return i;
}

static snow_object *copied(const copier *c, const snow_object *o) {
  size_t i = c->cap ? slot(c, o) : 0;
  return c->cap && c->keys[i] ? c->copies[i] : NULL;
}

static void note(copier *c, const snow_object *o, snow_object *copy) {
  if (c->bytes <= c->limit) return;
  if (c->n * 2 >= c->cap) {
    const snow_object **keys = c->keys;
    snow_object **copies = c->copies;
    size_t old = c->cap;
    c->cap = old ? old * 2 : 256;
    c->keys = need(calloc(c->cap, sizeof *c->keys));
    c->copies = need(calloc(c->cap, sizeof *c->copies));
    for (size_t i = 0; i < old; i++)
      if (keys[i]) {
        size_t k = slot(c, keys[i]);
        c->keys[k] = keys[i];
        c->copies[k] = copies[i];
      }
    free(keys);
    free(copies);
  }
  size_t i = slot(c, o);
  c->keys[i] = o;
  c->copies[i] = copy;
  c->n++;
}

/* ---- objects ---- */

/* A copy's fields are those of the original until they have been looked at. */
static void later(copier *c, snow_object *o) {
  struct snow_mem *m = c->mem;
  if (!o->layout->map) return;
  if (m->n_stack == m->cap_stack) {
    m->cap_stack = m->cap_stack ? m->cap_stack * 2 : 1024;
    m->stack = need(realloc(m->stack, m->cap_stack * sizeof *m->stack));
  }
  m->stack[m->n_stack++] = o;
}

static blob_ref *refer(copier *c, snow_blob *blob) {
  blob_ref *r = (blob_ref *)(void *)room(c, &snow_blob_layout, sizeof *r);
  r->blob = blob;
  if (c->to) snow_heap_own_blob(c->to->heap, r);
  else {
    r->next = c->f->blobs;
    c->f->blobs = r;
  }
  return r;
}

static snow_object *copy_text(copier *c, const snow_string *s) {
  snow_string *t;
  const char *data = s->data;
  if (s->len < BLOB_FROM) {
    t = (snow_string *)(void *)room(c, &text_layout, sizeof *t + s->len + 1);
    t->owner = NULL;
    memcpy((char *)(t + 1), data, s->len);
    ((char *)(t + 1))[s->len] = 0;
    t->data = (char *)(t + 1);
  } else {
    snow_blob *blob;
    if (s->owner && s->owner->layout == &snow_blob_layout) {
      blob = ((const blob_ref *)(const void *)s->owner)->blob;
      atomic_fetch_add_explicit(&blob->references, 1, memory_order_relaxed);
    } else {
      blob = need(malloc(sizeof *blob + s->len + 1));
      atomic_init(&blob->references, 1);
      blob->size = s->len;
      memcpy(blob->bytes, data, s->len);
      blob->bytes[s->len] = 0;
      data = blob->bytes;
    }
    blob_ref *r = refer(c, blob);
    t = (snow_string *)(void *)room(c, &text_layout, sizeof *t);
    t->owner = &r->h;
    t->data = data;
  }
  t->len = s->len;
  t->chars = snow_string_points(s);
  return &t->h;
}

static snow_buf *copy_buf(copier *c, const snow_buf *b, uint32_t cap, uint32_t from, uint32_t n) {
  const snow_layout *l = b->h.layout;
  snow_buf *to = (snow_buf *)(void *)room(c, l, sizeof *to + (size_t)cap * l->size);
  to->cap = cap;
  to->lo = from ? 0 : b->lo; /* what is before it holds nothing */
  to->old = 0;
  to->hi = n;
  memcpy(to + 1, (const char *)(b + 1) + (size_t)from * l->size, (size_t)n * l->size);
  later(c, &to->h);
  return to;
}

static snow_object *copy(copier *c, const snow_object *o) {
  if (!o || o->layout->kind == SNOW_STATIC || snow_is_frozen(block_of(o))) return (snow_object *)(uintptr_t)o;
  snow_object *to = copied(c, o);
  if (to) return to;
  if (o->layout == snow_map_copying.layout) {
    to = snow_map_copying.copy(c, o);
    if (to) {
      note(c, o, to);
      return to;
    }
  }
  switch (o->layout->kind) {
  case SNOW_TEXT: to = copy_text(c, (const snow_string *)(const void *)o); break;
  case SNOW_ARRAY: {
    const snow_buf *b = (const snow_buf *)(const void *)o;
    to = &copy_buf(c, b, b->cap, 0, b->hi)->h;
    break;
  }
  case SNOW_BYTES: {
    const snow_buf *b = (const snow_buf *)(const void *)o;
    to = &copy_buf(c, b, b->cap, 0, b->cap)->h;
    ((snow_buf *)(void *)to)->hi = b->hi;
    break;
  }
  default: to = snow_copier_new(c, o, true);
  }
  note(c, o, to);
  return to;
}

snow_object *snow_copier_new(snow_copier *c, const snow_object *o, bool with_fields) {
  snow_object *to = room(c, o->layout, o->layout->size);
  memcpy(to, o, o->layout->size);
  if (with_fields) later(c, to);
  return to;
}

snow_object *snow_copier_copy(snow_copier *c, const snow_object *o) { return copy(c, o); }

/* A list takes its window along, not the rest of the buffer; of a buffer that is shared by more, all of it once. */
static void copy_list(copier *c, char *at) {
  snow_list xs;
  memcpy(&xs, at, sizeof xs);
  if (!xs.buf || snow_is_frozen(block_of(xs.buf))) return;
  if (!xs.len) xs = snow_nil;
  else if (c->bytes <= c->limit) {
    xs.buf = copy_buf(c, xs.buf, xs.len, xs.off, xs.len);
    xs.off = 0;
  } else {
    snow_object *to = copied(c, &xs.buf->h);
    if (!to) {
      to = &copy_buf(c, xs.buf, xs.buf->hi, 0, xs.buf->hi)->h;
      note(c, &xs.buf->h, to);
    }
    xs.buf = (snow_buf *)(void *)to;
  }
  memcpy(at, &xs, sizeof xs);
}

static bool in_fragment(const snow_fragment *f, const void *p) {
  for (const block *b = f->blocks; b; b = b->next)
    if ((uintptr_t)p - (uintptr_t)b < block_bytes(b)) return true;
  return false;
}

static void copy_pointer(copier *c, char *at, bool foreign) {
  snow_object *o;
  memcpy(&o, at, sizeof o);
  if (foreign && !(c->heap ? snow_in_heap(c->heap, o) : in_fragment(c->source, o))) return;
  o = copy(c, o);
  memcpy(at, &o, sizeof o);
}

static void copy_fields(copier *c, const snow_layout *l, char *base) {
  const uint32_t *at = l->map;
  for (int n = l->n_pointers; n; n--)
    copy_pointer(c, base + *at++, false);
  for (int n = l->n_lists; n; n--)
    copy_list(c, base + *at++);
  for (int n = l->n_foreign; n; n--)
    copy_pointer(c, base + *at++, true);
  for (int n = l->n_cases; n; n--, at += 3 + 2 * (size_t)at[2]) {
    if (!snow_case_holds(base, at + 2)) continue;
    if (at[1] == SNOW_CASE_LIST) copy_list(c, base + at[0]);
    else copy_pointer(c, base + at[0], at[1] == SNOW_CASE_FOREIGN);
  }
}

static void run(copier *c, const snow_layout *l, void *value) {
  struct snow_mem *m = c->mem;
  assert(!m->n_stack);
  if (c->to) snow_heap_pause(c->to->heap, true);
  copy_fields(c, l, value);
  while (m->n_stack) {
    snow_object *o = m->stack[--m->n_stack];
    const snow_layout *of = o->layout;
    if (of->kind == SNOW_ARRAY) {
      const snow_buf *b = (const snow_buf *)(const void *)o;
      for (uint32_t i = b->lo; i < b->hi; i++)
        copy_fields(c, of, (char *)(uintptr_t)(b + 1) + (size_t)i * of->size);
    } else copy_fields(c, of, (char *)o);
  }
  if (c->to) snow_heap_pause(c->to->heap, false);
  snow_close_run(c->free, c->end);
  free(c->keys);
  free(c->copies);
}

/* ---- what the process layer calls ---- */

void snow_copy_out(snow_cx *from, const snow_layout *l, void *value, snow_fragment *f) {
  copier c = {.mem = from->mem, .f = f, .heap = from->heap, .limit = snow_heap_bytes(from->heap)};
  memset(f, 0, sizeof *f);
  if (l->map) run(&c, l, value);
}

void snow_copy_across(snow_cx *from, snow_cx *to, const snow_layout *l, void *value) {
  copier c = {.mem = from->mem, .to = to, .heap = from->heap, .limit = snow_heap_bytes(from->heap)};
  if (l->map) run(&c, l, value);
}

void snow_copy_in(snow_cx *to, const snow_layout *l, void *value, snow_fragment *f) {
  if (!f->blocks) return;
  snow_heap_expects(to, f->bytes);
  if (f->bytes < ADOPT_FROM) {
    copier c = {.mem = to->mem, .to = to, .source = f, .limit = SIZE_MAX};
    run(&c, l, value);
    snow_fragment_drop(to, f);
    return;
  }
  for (block *b = f->blocks, *next; b; b = next) {
    next = b->next;
    snow_heap_adopt(to->heap, b);
  }
  for (blob_ref *r = f->blobs, *next; r; r = next) {
    next = r->next;
    snow_heap_own_blob(to->heap, r);
  }
  memset(f, 0, sizeof *f);
}

void snow_fragment_drop(snow_cx *cx, snow_fragment *f) {
  for (blob_ref *r = f->blobs; r; r = r->next)
    snow_blob_release(r->blob);
  for (block *b = f->blocks, *next; b; b = next) {
    next = b->next;
    if (b->large) snow_block_free_large(b);
    else snow_block_free(cx->mem, b);
  }
  memset(f, 0, sizeof *f);
}
