/* `deriving(Json)`: impls of the library's ToJson and FromJson (stdlib/Json.snow), written as text and parsed. */
#include "sema/declare.h"

#include <stdlib.h>

/* ---- items written as text ---- */

void gen_line(Gen *g, Span at) {
  int line = source_line(at.src, at.start);
  for (; g->line < line; g->line++)
    buf_putc(&g->text, '\n');
}

Module *gen_parse(Gen *g, Source *from) {
  Source *src = NEW(Source);
  *src = *from;
  buf_putn(&g->text, "\n", 1);
  src->text = arena_strndup(g->text.s, g->text.n);
  src->len = (uint32_t)g->text.n;
  memset(&src->lines, 0, sizeof src->lines);
  src->last_line = 0;
  free(g->text.s);
  Module *m = NEW(Module);
  m->name = m->last = intern_z("generated");
  m->src = src;
  m->is_std = true;
  parse_module(m);
  return m;
}

/* ---- names and parts ---- */

/* Pair<A, B> */
static const char *type_name(const Tycon *tc) {
  Buf b = {0};
  buf_puts(&b, tc->name->s);
  for (int i = 0; i < tc->generics.n; i++)
    buf_printf(&b, "%s%s", i ? ", " : "<", tc->generics.v[i].name->s);
  if (tc->generics.n) buf_puts(&b, ">");
  return arena_strndup(b.s ? b.s : "", b.n);
}

static void impl_head(Buf *b, const char *iface, const Tycon *tc) {
  buf_printf(b, "impl %s for %s", iface, type_name(tc));
  for (int i = 0; i < tc->generics.n; i++)
    buf_printf(b, "%s%s: %s", i ? ", " : " where ", tc->generics.v[i].name->s, iface);
  buf_puts(b, " do ");
}

static int by_name(const void *a, const void *b) {
  const Field *const *x = a, *const *y = b;
  return strcmp((*x)->name.name->s, (*y)->name.name->s);
}

/* The fields in ascending order of their names' bytes, as JSON wants them. */
static const Field **sorted_fields(const Tycon *tc) {
  const Field **all = NEW_ARRAY(const Field *, tc->fields.n + 1);
  for (int i = 0; i < tc->fields.n; i++)
    all[i] = &tc->fields.v[i];
  if (tc->fields.n) qsort(all, (size_t)tc->fields.n, sizeof *all, by_name);
  return all;
}

/* Variant(a0, a1) */
static void variant_with_fields(Buf *b, const Tycon *tc, const Variant *v) {
  buf_printf(b, "%s.%s", tc->name->s, v->name.name->s);
  for (int i = 0; i < v->fields.n; i++)
    buf_printf(b, "%sa%d", i ? ", " : "(", i);
  if (v->fields.n) buf_puts(b, ")");
}

/* ---- to JSON ---- */

static void struct_to_json(Buf *b, const Tycon *tc) {
  const Field **fields = sorted_fields(tc);
  int n = tc->fields.n;
  buf_puts(b, "fn to_json(self) do Json.derive_map([");
  for (int i = 0; i < n; i++)
    buf_printf(b, "%s(\"%s\", Json.derive_to_json(self.%s))", i ? ", " : "", fields[i]->name.name->s,
               fields[i]->name.name->s);
  buf_puts(b, "]) end; fn write_json(self, out) do ");
  for (int i = 0; i < n; i++)
    buf_printf(b, "let out = Json.derive_write(self.%s, Json.derive_raw(out, \"%s\\\"%s\\\":\")); ", fields[i]->name.name->s,
               i ? "," : "{", fields[i]->name.name->s);
  buf_printf(b, "Json.derive_raw(out, \"%s}\") end ", n ? "" : "{");
}

static void sum_to_json(Buf *b, const Tycon *tc) {
  buf_puts(b, "fn to_json(self) do case self do ");
  for (int i = 0; i < tc->variants.n; i++) {
    const Variant *v = tc->variants.v[i];
    variant_with_fields(b, tc, v);
    buf_printf(b, " -> Json.derive_variant(\"%s\", [", v->name.name->s);
    for (int k = 0; k < v->fields.n; k++)
      buf_printf(b, "%sJson.derive_to_json(a%d)", k ? ", " : "", k);
    buf_puts(b, "]); ");
  }
  buf_puts(b, "end end; fn write_json(self, out) do case self do ");
  for (int i = 0; i < tc->variants.n; i++) {
    const Variant *v = tc->variants.v[i];
    variant_with_fields(b, tc, v);
    buf_puts(b, " -> do ");
    for (int k = 0; k < v->fields.n; k++)
      buf_printf(b, "let out = Json.derive_write(a%d, Json.derive_raw(out, \"%s\")); ", k, k ? "," : "{\\\"fields\\\":[");
    buf_printf(b, "Json.derive_raw(out, \"%s],\\\"tag\\\":\\\"%s\\\"}\") end; ", v->fields.n ? "" : "{\\\"fields\\\":[",
               v->name.name->s);
  }
  buf_puts(b, "end end ");
}

/* ---- from JSON ---- */

static void struct_from_json(Buf *b, const Tycon *tc) {
  int n = tc->fields.n;
  if (n) buf_puts(b, "Json.derive_object(doc, at)?; ");
  for (int i = 0; i < n; i++)
    buf_printf(b, "let f%d = Json.derive_field(doc, at, \"%s\")?; ", i, tc->fields.v[i].name.name->s);
  buf_printf(b, "Json.derive_ok(%s {", tc->name->s);
  for (int i = 0; i < n; i++)
    buf_printf(b, "%s%s: f%d", i ? ", " : " ", tc->fields.v[i].name.name->s, i);
  buf_puts(b, " }) ");
}

static void sum_from_json(Buf *b, const Tycon *tc) {
  buf_puts(b, "case Json.derive_tag(doc, at)? do ");
  for (int i = 0; i < tc->variants.n; i++) {
    const Variant *v = tc->variants.v[i];
    buf_printf(b, "\"%s\" -> do ", v->name.name->s);
    if (v->fields.n) buf_puts(b, "let items = Json.derive_fields(doc, at)?; ");
    for (int k = 0; k < v->fields.n; k++)
      buf_printf(b, "let a%d = Json.derive_item(doc, items, %d)?; ", k, k);
    buf_puts(b, "Json.derive_ok(");
    variant_with_fields(b, tc, v);
    buf_puts(b, ") end; ");
  }
  buf_printf(b, "_ -> Json.derive_unknown(\"%s\") end ", tc->name->s);
}

void derive_impls(Module *m, Tycon *tc) {
  if (!(tc->derives & D_JSON)) return;
  std_module(intern_z("Json"));
  Gen g = {{0}, 1};
  gen_line(&g, tc->span);
  impl_head(&g.text, "ToJson", tc);
  if (tc->kind == TC_STRUCT) struct_to_json(&g.text, tc);
  else sum_to_json(&g.text, tc);
  buf_puts(&g.text, "end; ");
  impl_head(&g.text, "FromJson", tc);
  buf_puts(&g.text, "fn of_json(json) do Json.derive_of(json) end; ");
  buf_puts(&g.text, "fn read_json(doc, at) do ");
  if (tc->kind == TC_STRUCT) struct_from_json(&g.text, tc);
  else sum_from_json(&g.text, tc);
  buf_puts(&g.text, "end end");
  Module *made = gen_parse(&g, tc->span.src);
  for (int i = 0; i < made->items.n; i++) {
    made->items.v[i]->impl->derived = true;
    vec_push(&m->items, made->items.v[i]); /* behind what the program has written */
  }
}

/* ---- fields that cannot be written or read ---- */

/* Whether t implements iface, if tc's parameters do. */
static bool holds(Interface *iface, Type *t, const Tycon *tc) {
  Obligations more = {0};
  Type *bad;
  t = prune(t);
  if (t->kind == TY_ERROR) return true;
  if (t->kind == TY_VAR) {
    for (int i = 0; i < tc->generics.n; i++)
      if (tc->params[i] == t) return true;
    return false;
  }
  if (!implements(iface, t, &more, &bad)) return false;
  for (int i = 0; i < more.n; i++)
    if (!holds(more.v[i]->iface, more.v[i]->ty, tc)) return false;
  return true;
}

static bool check_field(const Tycon *tc, const Field *f, const char *name) {
  static const char *const wanted[] = {"ToJson", "FromJson"};
  Module *json = std_module(intern_z("Json"));
  for (int i = 0; i < 2; i++) {
    Interface *iface = json ? pmap_get(&json->ifaces, intern_z(wanted[i])) : NULL;
    if (!iface || holds(iface, f->ty, tc)) continue;
    Type *t = prune(f->ty);
    bool bare = t->kind == TY_CON && t->n && f->type && f->type->kind == TE_PATH && !f->type->has_args;
    const char *type = bare ? t->con->name->s : type_text(t, tc->mod);
    Diag *d = diag_error("E0038", f->type ? f->type->span : tc->span,
                         "field `%s` of type `%s` is not JSON-serializable", name, type);
    d->primary.text = arena_printf("`%s` is not serializable", type);
    d->help = arena_printf("type `%s` does not derive Json; add `deriving(Json)` to its definition, or use a "
                           "serializable type (Int, Float, Bool, String, Option<T>, List<T>, Map<String, V>)",
                           type);
    return false;
  }
  return true;
}

/* Impls that cannot be are not typed: what is wrong has been said. */
static void give_up(Tycon *tc) {
  static const char *const written[] = {"ToJson", "FromJson"};
  ImplList *l = pmap_get(&program.impls, tc);
  for (int i = 0; l && i < l->v.n; i++)
    for (int k = 0; k < 2; k++)
      if (strcmp(l->v.v[i]->iface->name->s, written[k]) == 0)
        for (int j = 0; j < l->v.v[i]->methods.n; j++) {
          l->v.v[i]->methods.v[j]->checked = true;
          l->v.v[i]->methods.v[j]->ty = builtin.t_error;
        }
}

static void check_type(Tycon *tc) {
  bool ok = true;
  if (!(tc->derives & D_JSON)) return;
  for (int i = 0; i < tc->fields.n; i++)
    ok &= check_field(tc, &tc->fields.v[i], tc->fields.v[i].name.name->s);
  for (int i = 0; i < tc->variants.n; i++)
    for (int k = 0; k < tc->variants.v[i]->fields.n; k++) {
      const Field *f = &tc->variants.v[i]->fields.v[k];
      const char *variant = tc->variants.v[i]->name.name->s;
      ok &= check_field(
          tc, f, f->name.name ? arena_printf("%s::%s", variant, f->name.name->s) : arena_printf("%s::%d", variant, k));
    }
  if (!ok) give_up(tc);
}

static void check_types(Module *m) {
  for (int i = 0; i < m->tycons.n; i++)
    check_type(m->tycons.v[i]);
  for (int i = 0; i < m->inner.n; i++)
    check_types(m->inner.v[i]);
}

void check_derived_impls(void) {
  for (int i = 0; i < program.modules.n; i++)
    check_types(program.modules.v[i]);
}
