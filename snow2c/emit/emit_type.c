/* Types in C: structs, object layouts for the collector, container descriptors, constructors, constants. */
#include "emit/emit.h"

#include <stdlib.h>

const char *declare(Repr *r, const char *name) {
  size_t n = strlen(r->ctype);
  return arena_printf("%s%s%s", r->ctype, n && r->ctype[n - 1] == '*' ? "" : " ", name);
}

void put_declaration(Buf *b, Repr *r, const char *name) {
  size_t n = strlen(r->ctype);
  buf_putn(b, r->ctype, n);
  if (n && r->ctype[n - 1] != '*') buf_putc(b, ' ');
  buf_puts(b, name);
}

const char *zero_of(Repr *r) {
  switch (r->kind) {
  case R_INT:
  case R_PID:
  case R_ENUM: return "0";
  case R_FLOAT: return "0.0";
  case R_BOOL: return "false";
  case R_STRING: return "snow_empty";
  case R_OPAQUE:
  case R_BOX_STRUCT:
  case R_BOX_SUM: return "NULL";
  case R_LIST: return "snow_nil";
  default: return arena_printf("(%s){0}", r->ctype);
  }
}

/* ---- struct definitions ---- */

static void fields(Buf *b, const RField *f, int n, const char *indent) {
  for (int i = 0; i < n; i++)
    if (f[i].repr->kind != R_UNIT) buf_printf(b, "%s%s;\n", indent, declare(f[i].repr, f[i].cname));
}

static void define(Buf *b, Repr *r) {
  switch (r->kind) {
  case R_STRUCT:
    buf_printf(b, "struct %s { /* %s */\n", r->cname, type_text(r->ty, NULL));
    fields(b, r->fields.v, r->fields.n, "  ");
    buf_puts(b, "};\n");
    return;
  case R_BOX_STRUCT:
    buf_printf(b, "struct %s { /* %s */\n  snow_object h;\n", r->cname, type_text(r->ty, NULL));
    fields(b, r->fields.v, r->fields.n, "  ");
    buf_puts(b, "};\n");
    return;
  case R_SUM:
    buf_printf(b, "struct %s { /* %s */\n  uint32_t tag;\n  union {\n", r->cname, type_text(r->ty, NULL));
    for (int i = 0; i < r->variants.n; i++) {
      RVariant *v = &r->variants.v[i];
      if (!v->words) continue;
      buf_puts(b, "    struct {\n");
      fields(b, v->fields.v, v->fields.n, "      ");
      buf_printf(b, "    } %s;\n", v->member);
    }
    buf_puts(b, "  } u;\n};\n");
    return;
  case R_BOX_SUM:
    for (int i = 0; i < r->variants.n; i++) {
      RVariant *v = &r->variants.v[i];
      if (!v->words) continue;
      buf_printf(b, "struct %s { /* %s.%s */\n  snow_object h;\n", v->cname, type_text(r->ty, NULL), v->name->s);
      fields(b, v->fields.v, v->fields.n, "  ");
      buf_puts(b, "};\n");
    }
    return;
  default: return;
  }
}

void emit_types(Buf *b) {
  size_t start = b->n;
  for (int i = 0; i < repr_list.n; i++) {
    Repr *r = repr_list.v[i];
    if (r->kind == R_BOX_STRUCT || r->kind == R_BOX_SUM) buf_printf(b, "struct %s;\n", r->cname);
    else if (r->kind == R_OPAQUE && r->ty->con->mod && !r->ty->con->mod->is_std)
      buf_printf(b, "%s;\n", r->ty->con->symbol);
  }
  for (int i = 0; i < repr_list.n; i++)
    define(b, repr_list.v[i]);
  if (b->n > start) buf_putc(b, '\n');
}

/* ---- pointer maps ---- */

/* A word of a union: what it is when all its conditions hold. */
typedef struct Condition {
  const struct Condition *outer;
  const char *path; /* of the tag */
  int tag;
} Condition;

typedef struct {
  const char *path;
  const char *what; /* SNOW_CASE_… */
  const Condition *when;
} Case;

typedef struct {
  VEC(const char *) exact, lists, foreign;
  VEC(Case) cases;
} PtrMap;

static void pointer(PtrMap *m, void *plain, const char *path, const char *what, const Condition *when) {
  VEC(const char *) *v = plain;
  if (when) {
    Case c = {path, what, when};
    vec_push(&m->cases, c);
  } else vec_push((VEC(const char *) *)(void *)v, path);
}

static void pointers(PtrMap *m, Repr *r, const char *path, const Condition *when) {
  switch (r->kind) {
  case R_OPAQUE:
    /* What a user's extern type points to may lie outside every heap. */
    if (!r->ty->con->mod->is_std) {
      pointer(m, &m->foreign, path, "SNOW_CASE_FOREIGN", when);
      return;
    }
    /* fall through */
  case R_STRING:
  case R_BOX_STRUCT:
  case R_BOX_SUM: pointer(m, &m->exact, path, "SNOW_CASE_POINTER", when); return;
  case R_LIST: pointer(m, &m->lists, arena_printf("%s.buf", path), "SNOW_CASE_LIST", when); return;
  case R_FN: pointer(m, &m->exact, arena_printf("%s.env", path), "SNOW_CASE_POINTER", when); return;
  case R_STRUCT:
    for (int i = 0; i < r->fields.n; i++)
      pointers(m, r->fields.v[i].repr, arena_printf("%s.%s", path, r->fields.v[i].cname), when);
    return;
  case R_SUM: {
    /* With one payload the words are that payload's or zero. */
    int payloads = 0;
    for (int i = 0; i < r->variants.n; i++)
      payloads += r->variants.v[i].words > 0;
    for (int i = 0; i < r->variants.n; i++) {
      Condition *c = NEW(Condition);
      *c = (Condition){when, arena_printf("%s.tag", path), i};
      for (int k = 0; k < r->variants.v[i].fields.n; k++)
        pointers(m, r->variants.v[i].fields.v[k].repr,
                 arena_printf("%s.u.%s.%s", path, r->variants.v[i].member, r->variants.v[i].fields.v[k].cname),
                 payloads > 1 ? c : when);
    }
    return;
  }
  default: return;
  }
}

/* An offset; paths begin with a dot. */
static void put_offset(Buf *b, const char *of, const char *path, bool *first) {
  buf_puts(b, *first ? "" : ", ");
  *first = false;
  if (*path) buf_printf(b, "offsetof(%s, %s)", of, path + 1);
  else buf_putc(b, '0');
}

/* {kind, tag, size, pointers, lists, foreign, cases, map, name}; of is the C type that holds the paths. */
static void layout(Buf *b, const char *name, const char *kind, int tag, const char *of, PtrMap *m, const char *title) {
  int n = m->exact.n + m->lists.n + m->foreign.n + m->cases.n;
  if (n) {
    bool first = true;
    buf_printf(b, "static const uint32_t %s_map[] = {", name);
    for (int i = 0; i < m->exact.n; i++)
      put_offset(b, of, m->exact.v[i], &first);
    for (int i = 0; i < m->lists.n; i++)
      put_offset(b, of, m->lists.v[i], &first);
    for (int i = 0; i < m->foreign.n; i++)
      put_offset(b, of, m->foreign.v[i], &first);
    for (int i = 0; i < m->cases.n; i++) {
      const Case *c = &m->cases.v[i];
      int conditions = 0;
      for (const Condition *w = c->when; w; w = w->outer)
        conditions++;
      put_offset(b, of, c->path, &first);
      buf_printf(b, ", %s, %d", c->what, conditions);
      for (const Condition *w = c->when; w; w = w->outer) {
        put_offset(b, of, w->path, &first);
        buf_printf(b, ", %d", w->tag);
      }
    }
    buf_puts(b, "};\n");
  }
  buf_printf(b, "static const snow_layout %s = {%s, %d, sizeof(%s), %d, %d, %d, %d, %s%s, \"%s\"};\n", name, kind, tag,
             of, m->exact.n, m->lists.n, m->foreign.n, m->cases.n, n ? name : "NULL", n ? "_map" : "", title);
}

static void field_pointers(PtrMap *m, const RField *f, int n) {
  for (int i = 0; i < n; i++)
    pointers(m, f[i].repr, arena_printf(".%s", f[i].cname), NULL);
}

static void constructor(Buf *b, const char *result, const char *obj, const RField *f, int n) {
  buf_printf(b, "static inline %s%s_new(snow_cx *cx", result, obj);
  for (int i = 0; i < n; i++)
    if (f[i].repr->kind != R_UNIT) buf_printf(b, ", %s", declare(f[i].repr, f[i].cname));
  buf_printf(b, ") {\n  struct %s *o = snow_alloc(cx, &%s_layout, sizeof *o);\n", obj, obj);
  for (int i = 0; i < n; i++)
    if (f[i].repr->kind != R_UNIT) buf_printf(b, "  o->%s = %s;\n", f[i].cname, f[i].cname);
  buf_printf(b, "  return (%s)o;\n}\n", result);
}

static void box(Buf *b, Repr *r) {
  const char *type = type_text(r->ty, NULL);
  if (r->kind == R_BOX_STRUCT) {
    if (!r->made) return;
    PtrMap m = {0};
    field_pointers(&m, r->fields.v, r->fields.n);
    layout(b, arena_printf("%s_layout", r->cname), "SNOW_RECORD", 0, arena_printf("struct %s", r->cname), &m, type);
    constructor(b, r->ctype, r->cname, r->fields.v, r->fields.n);
    return;
  }
  for (int i = 0; i < r->variants.n; i++) {
    RVariant *v = &r->variants.v[i];
    if (i == r->null_variant || !v->made) continue;
    const char *title = arena_printf("%s.%s", type, v->name->s);
    if (!v->words) {
      buf_printf(
          b, "static const snow_layout %s_layout = {SNOW_STATIC, %d, sizeof(snow_object), 0, 0, 0, 0, NULL, \"%s\"};\n",
          v->cname, i, title);
      buf_printf(b, "static const snow_object %s = {&%s_layout};\n", v->cname, v->cname);
      continue;
    }
    PtrMap m = {0};
    field_pointers(&m, v->fields.v, v->fields.n);
    layout(b, arena_printf("%s_layout", v->cname), "SNOW_RECORD", i, arena_printf("struct %s", v->cname), &m, title);
    constructor(b, r->ctype, v->cname, v->fields.v, v->fields.n);
  }
  if (!r->tag_read) return;
  buf_printf(b, "static inline uint32_t %s_tag(%sv) {\n  return ", r->cname, r->ctype);
  if (r->null_variant >= 0) buf_printf(b, "v == NULL ? %du : ", r->null_variant);
  buf_puts(b, "((const snow_object *)v)->layout->tag;\n}\n");
}

/* ---- container descriptors ---- */

static const char *kind_constant(Repr *r) {
  switch (r->kind) {
  case R_UNIT: return "SNOW_UNIT";
  case R_INT: return "SNOW_INT";
  case R_FLOAT: return "SNOW_FLOAT";
  case R_BOOL: return "SNOW_BOOL";
  case R_STRING: return "SNOW_STRING";
  case R_OPAQUE:
    if (r->ty->con == builtin.any) return "SNOW_ANY";
    return "SNOW_OTHER";
  default: return r->ty->kind == TY_TUPLE ? arena_printf("SNOW_TUPLE + %d", r->ty->n) : "SNOW_OTHER";
  }
}

static void op_adapter(Buf *b, Repr *r, OpKind op) {
  static const char *const results[] = {"bool ", "int64_t ", "int64_t ", "snow_str ", "snow_str ", "int64_t "};
  bool two = op <= OPR_COMPARE, unit = r->kind == R_UNIT;
  buf_printf(b, "static %s%s_at(snow_cx *cx, const void *a%s) {\n", results[op], r->ops[op]->cname,
             two ? ", const void *b" : "");
  if (unit) buf_printf(b, "  (void)a;\n%s  return %s(cx);\n}\n", two ? "  (void)b;\n" : "", r->ops[op]->cname);
  else if (two)
    buf_printf(b, "  return %s(cx, *(%s const *)a, *(%s const *)b);\n}\n", r->ops[op]->cname, r->ctype, r->ctype);
  else buf_printf(b, "  return %s(cx, *(%s const *)a);\n}\n", r->ops[op]->cname, r->ctype);
}

static const char *op_entry(Repr *r, OpKind op) {
  return r->wants_op[op] ? arena_printf("%s_at", r->ops[op]->cname) : "NULL";
}

static const char *zero_entry(Buf *b, Repr *r) {
  if (!has_zero(r)) return "NULL";
  switch (r->kind) {
  case R_INT:
  case R_FLOAT:
  case R_BOOL:
  case R_LIST:
  case R_OPAQUE:
  case R_UNIT: return "snow_zeros";
  case R_STRING: return "&snow_empty";
  default: break;
  }
  bool none = r->ty->con == builtin.option;
  if (r->kind == R_BOX_SUM || !none) return "snow_zeros";
  buf_printf(b, "static const struct %s %s_zero = {.tag = %d};\n", r->cname, r->cname, builtin.none->index);
  return arena_printf("&%s_zero", r->cname);
}

static void descriptor(Buf *b, Repr *r) {
  for (int op = 0; op < OPR_COUNT; op++)
    if (r->wants_op[op]) op_adapter(b, r, op);
  bool unit = r->kind == R_UNIT;
  const char *type = type_text(r->ty, NULL);
  if (!unit) {
    PtrMap m = {0};
    pointers(&m, r, "", NULL);
    layout(b, arena_printf("%s_array", r->cname), "SNOW_ARRAY", 0, r->ctype, &m, type);
  }
  const char *zero = zero_entry(b, r);
  buf_printf(b, "static const snow_type %s_type = {%s, %s, %s%s, %s, %s, %s, %s, %s, \"%s\", %s};\n", r->cname,
             kind_constant(r), unit ? "0" : arena_printf("sizeof(%s)", r->ctype),
             unit ? "&snow_unit_array" : arena_printf("&%s_array", r->cname), "", zero, op_entry(r, OPR_EQ),
             op_entry(r, OPR_COMPARE), op_entry(r, OPR_HASH), op_entry(r, OPR_SHOW), type, op_entry(r, OPR_KEY));
}

void emit_descriptors(Buf *b) {
  size_t start = b->n;
  for (int i = 0; i < repr_list.n; i++)
    if (repr_list.v[i]->kind == R_BOX_STRUCT || repr_list.v[i]->kind == R_BOX_SUM) box(b, repr_list.v[i]);
  for (int i = 0; i < repr_list.n; i++)
    if (repr_list.v[i]->type_used) descriptor(b, repr_list.v[i]);
  if (b->n > start) buf_putc(b, '\n');
}

void emit_env_struct(Buf *b, EnvGroup *g) {
  PtrMap m = {0};
  if (!g->vars.n) return;
  buf_printf(b, "struct %s {\n  snow_object h;\n", g->cname);
  for (int i = 0; i < g->vars.n; i++) {
    const char *field = arena_printf("m%d_%s", i, c_ident(g->vars.v[i]->hint));
    buf_printf(b, "  %s;\n", declare(g->vars.v[i]->repr, field));
    pointers(&m, g->vars.v[i]->repr, arena_printf(".%s", field), NULL);
  }
  buf_puts(b, "};\n");
  layout(b, arena_printf("%s_layout", g->cname), "SNOW_RECORD", 0, arena_printf("struct %s", g->cname), &m, "closure");
}

/* ---- constants ---- */

typedef struct {
  const char *name;
  const char *s;
  uint32_t len;
} StrConst;
static VEC(StrConst) strings;
static PMap string_by_text;
typedef struct {
  const char *name;
  const char *file;
  int line;
} SiteConst;
static VEC(SiteConst) sites;
static PMap site_by_text;

const char *c_string(const char *s, uint32_t len) {
  Buf b = {0};
  buf_putc(&b, '"');
  for (uint32_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c == '"' || c == '\\') buf_printf(&b, "\\%c", c);
    else if (c == '\n') buf_puts(&b, "\\n");
    else if (c == '\t') buf_puts(&b, "\\t");
    else if (c == '?' && i && s[i - 1] == '?') buf_puts(&b, "\\?"); /* no trigraphs */
    else if (c < 0x20 || c >= 0x7F) buf_printf(&b, "\\%03o", c);
    else buf_putc(&b, (char)c);
  }
  buf_putc(&b, '"');
  char *r = arena_strndup(b.s, b.n);
  free(b.s);
  return r;
}

const char *string_constant(const char *s, uint32_t len) {
  if (!len) return "snow_empty";
  Name key = intern(s, len);
  StrConst *known = pmap_get(&string_by_text, key);
  if (!known) {
    known = NEW(StrConst);
    known->name = arena_printf("&s%d", strings.n + 1);
    known->s = s;
    known->len = len;
    pmap_put(&string_by_text, key, known);
    vec_push(&strings, *known);
  }
  return known->name;
}

const char *site_constant(Span at) {
  int line = at.src ? source_line(at.src, at.start) : 0;
  const char *file = at.src ? at.src->path : "?";
  Name key = intern_z(arena_printf("%s:%d", file, line));
  SiteConst *known = pmap_get(&site_by_text, key);
  if (!known) {
    known = NEW(SiteConst);
    known->name = arena_printf("&at%d", sites.n + 1);
    known->file = file;
    known->line = line;
    pmap_put(&site_by_text, key, known);
    vec_push(&sites, *known);
  }
  return known->name;
}

void emit_constants(Buf *b) {
  for (int i = 0; i < strings.n; i++) {
    StrConst *s = &strings.v[i];
    if (s->len <= 1000) {
      buf_printf(b, "static const snow_string s%d = SNOW_LITERAL(%u, %u, %s);\n", i + 1, s->len,
                 (unsigned)utf8_count(s->s, s->len), c_string(s->s, s->len));
      continue;
    }
    /* ISO C promises no string literals of more than 4095 characters. */
    buf_printf(b, "static const char s%d_text[] = {", i + 1);
    for (uint32_t k = 0; k < s->len; k++)
      buf_printf(b, "%s%d,", k % 32 ? "" : "\n  ", (signed char)s->s[k]);
    buf_printf(b, "0};\nstatic const snow_string s%d = SNOW_LITERAL(%u, %u, s%d_text);\n", i + 1, s->len,
               (unsigned)utf8_count(s->s, s->len), i + 1);
  }
  for (int i = 0; i < sites.n; i++)
    buf_printf(b, "static const snow_site at%d = {%s, %d};\n", i + 1,
               c_string(sites.v[i].file, (uint32_t)strlen(sites.v[i].file)), sites.v[i].line);
  if (strings.n || sites.n) buf_putc(b, '\n');
}
