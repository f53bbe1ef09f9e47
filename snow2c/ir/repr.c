#include "ir/repr.h"

#include <stdlib.h>

ReprVec repr_list;

static PMap taken; /* Name → anything */

static bool c_char(unsigned c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

const char *c_ident(const char *text) {
  const unsigned char *p = (const unsigned char *)text;
  while (c_char(*p))
    p++;
  if (!*p && *text) return text;
  Buf b = {0};
  for (const unsigned char *s = (const unsigned char *)text; *s;) {
    uint32_t cp;
    int n = utf8_decode(s, strlen((const char *)s), &cp);
    if (n <= 0) n = 1, cp = '_';
    if (cp < 0x80 && c_char(cp)) buf_putc(&b, (char)cp);
    else if (cp < 0x80) buf_putc(&b, '_');
    else buf_printf(&b, "u%04X", (unsigned)cp);
    s += n;
  }
  char *r = arena_strndup(b.n ? b.s : "_", b.n ? b.n : 1);
  free(b.s);
  return r;
}

const char *unique_global(const char *text) {
  Name base = intern_z(c_ident(text));
  Name n = base;
  for (uintptr_t i = (uintptr_t)pmap_get(&taken, base); pmap_get(&taken, n);) {
    i = i < 2 ? 2 : i + 1;
    n = intern_z(arena_printf("%s_%d", base->s, (int)i));
    pmap_put(&taken, base, (void *)i); /* where to go on next time */
  }
  pmap_put(&taken, n, (void *)1);
  return n->s;
}

static void type_stem(Buf *b, Type *t, int depth) {
  if (t->kind == TY_CON) {
    buf_puts(b, t->con->name->s);
    for (int i = 0; i < t->n && depth < 2 && b->n < 80; i++) {
      buf_putc(b, '_');
      type_stem(b, t->args[i], depth + 1);
    }
  } else if (t->kind == TY_TUPLE) {
    buf_puts(b, t->n ? "Tuple" : "Unit");
    for (int i = 0; i < t->n && depth < 2 && b->n < 80; i++) {
      buf_putc(b, '_');
      type_stem(b, t->args[i], depth + 1);
    }
  } else buf_puts(b, "Fn");
}

static void set_name(Repr *r) {
  Buf b = {0};
  Type *t = r->ty;
  if (t->kind == TY_CON && t->con->mod && !t->con->mod->is_std) buf_printf(&b, "%s_", t->con->mod->last->s);
  type_stem(&b, t, 0);
  r->cname = unique_global(b.s);
  free(b.s);
}

static const char *c_field(Name name, int i) {
  /* A prefix keeps every Snow name clear of C's keywords and macros. */
  return name ? arena_printf("m_%s", c_ident(name->s)) : arena_printf("m%d", i);
}

static void add_field(Repr *r, void *fields, Type *t, Name name, int i, int *words) {
  VEC(RField) *out = fields;
  RField f = {c_field(name, i), repr_of(t)};
  vec_push((VEC(RField) *)(void *)out, f);
  if (f.repr->computing) f.repr->recursive = true, *words += 1;
  else *words += f.repr->words;
  (void)r;
}

static void primitive(Repr *r, ReprKind k, const char *ctype, int words) {
  r->kind = k;
  r->ctype = ctype;
  r->words = words;
}

static void layout_struct(Repr *r) {
  Type *t = r->ty;
  int words = 0;
  set_name(r);
  if (t->kind == TY_TUPLE)
    for (int i = 0; i < t->n; i++)
      add_field(r, &r->fields, t->args[i], NULL, i, &words);
  else
    for (int i = 0; i < t->con->fields.n; i++)
      add_field(r, &r->fields, concretize(apply_args(t->con, t->args, t->con->fields.v[i].ty)),
                t->con->fields.v[i].name.name, i, &words);
  r->words = words;
  bool boxed = r->recursive || words > INLINE_WORDS;
  if (!boxed && words == 0) {
    primitive(r, R_UNIT, "void", 0);
    return;
  }
  r->kind = boxed ? R_BOX_STRUCT : R_STRUCT;
  r->ctype = boxed ? arena_printf("const struct %s *", r->cname) : arena_printf("struct %s", r->cname);
  if (boxed) r->words = 1;
}

static void layout_sum(Repr *r) {
  Type *t = r->ty;
  int most = 0, nullary = 0, payload = 0;
  set_name(r);
  r->null_variant = -1;
  for (int i = 0; i < t->con->variants.n; i++) {
    Variant *v = t->con->variants.v[i];
    RVariant rv = {0};
    rv.name = v->name.name;
    for (int k = 0; k < v->fields.n; k++)
      add_field(r, &rv.fields, concretize(apply_args(t->con, t->args, v->fields.v[k].ty)), NULL, k, &rv.words);
    if (rv.words > most) most = rv.words;
    bool empty = rv.words == 0;
    nullary += empty;
    payload += !empty;
    const char *ident = c_ident(v->name.name->s);
    rv.cname = arena_printf("%s_%s", r->cname, ident);
    /* Neither a keyword nor a macro of the headers. */
    const char *low = ident;
    while (*low && !(*low >= 'a' && *low <= 'z'))
      low++;
    rv.member = low == ident || !*low ? arena_printf("v_%s", ident) : ident;
    vec_push(&r->variants, rv);
  }
  if (!payload) {
    primitive(r, r->variants.n ? R_ENUM : R_UNIT, r->variants.n ? "uint32_t" : "void", r->variants.n ? 1 : 0);
    return;
  }
  r->words = 1 + most;
  bool boxed = r->recursive || r->words > INLINE_WORDS;
  r->kind = boxed ? R_BOX_SUM : R_SUM;
  r->ctype = boxed ? arena_printf("const struct %s *", r->cname) : arena_printf("struct %s", r->cname);
  if (!boxed) return;
  r->words = 1;
  if (nullary == 1)
    for (int i = 0; i < r->variants.n; i++)
      if (r->variants.v[i].words == 0) r->null_variant = i;
}

/* A type whose parts are ever larger instances of itself would never end. */
static void check_endless(Type *t) {
  enum { MOST = 60 };
  if (t->kind != TY_CON || ++t->con->laying_out <= MOST) return;
  Diag *d = diag_error("E0113", t->con->span, "`%s` contains itself at ever larger types", t->con->name->s);
  d->primary.text = "no finite program can hold all of its instances";
  diag_stop();
}

Repr *repr_of(Type *t) {
  assert(t->concrete);
  if (t->repr) return t->repr;
  Repr *r = NEW(Repr);
  t->repr = r;
  r->ty = t;
  r->computing = true;
  check_endless(t);
  if (t->kind == TY_FUN) primitive(r, R_FN, "snow_fn", 2), set_name(r);
  else if (t->kind == TY_TUPLE && t->n == 0) primitive(r, R_UNIT, "void", 0), r->cname = "Unit";
  else if (t->kind == TY_TUPLE) layout_struct(r);
  else switch (t->con->prim) {
    case PRIM_INT: primitive(r, R_INT, "int64_t", 1), r->cname = "Int"; break;
    case PRIM_FLOAT: primitive(r, R_FLOAT, "double", 1), r->cname = "Float"; break;
    case PRIM_BOOL: primitive(r, R_BOOL, "bool", 1), r->cname = "Bool"; break;
    case PRIM_STRING: primitive(r, R_STRING, "snow_str", 1), r->cname = "String"; break;
    case PRIM_PID: primitive(r, R_PID, "snow_pid", 1), r->cname = "Pid"; break;
    case PRIM_LIST: primitive(r, R_LIST, "snow_list", 2), set_name(r); break;
    case PRIM_NONE:
      if (t->con->kind == TC_OPAQUE) primitive(r, R_OPAQUE, arena_printf("const %s *", t->con->symbol), 1), set_name(r);
      else if (t->con->kind == TC_STRUCT) layout_struct(r);
      else layout_sum(r);
    }
  r->computing = false;
  if (t->kind == TY_CON) t->con->laying_out--;
  vec_push(&repr_list, r);
  return r;
}

bool has_zero(Repr *r) {
  switch (r->kind) {
  case R_INT:
  case R_FLOAT:
  case R_BOOL:
  case R_STRING:
  case R_LIST:
  case R_UNIT: return true;
  case R_OPAQUE: return r->ty->con->mod->is_std;
  case R_SUM:
  case R_BOX_SUM: return r->ty->con == builtin.option;
  case R_STRUCT:
    /* The library's collections that are written in Snow. */
    if (r->ty->kind != TY_CON || !r->ty->con->mod->is_std) return false;
    for (int i = 0; i < r->fields.n; i++)
      if (!has_zero(r->fields.v[i].repr)) return false;
    return true;
  default: return false;
  }
}
