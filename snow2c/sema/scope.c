/* Looking up names and dotted paths of modules, types, constructors and interfaces; who may see what. */
#include "sema/program.h"

bool visible(const Module *from, const Module *owner, bool pub) {
  if (pub || (owner->is_std && from->is_std)) return true;
  /* The private items of a module are seen by itself and by what is nested in it. */
  for (const Module *k = from; k; k = k->parent)
    if (k == owner) return true;
  return false;
}

void private_item(Ident id, const Module *owner) {
  const char *name = id.name->s, *mod = owner->name->s;
  Diag *d = diag_error("E0035", id.span, "private item cannot be imported");
  d->primary.text = arena_printf("`%s` is private in module `%s`", name, mod);
  d->help = arena_printf("add `pub` to `%s` in module `%s` to make it accessible", name, mod);
  d->json = arena_printf("`%s` is private in module `%s`; add `pub` to make it accessible", name, mod);
}

/* ---- modules ---- */

/* Notes that m needs its import of a module. */
static Module *use_import(Module *m, Module *imported) {
  pmap_put(&m->imports_used, imported, imported);
  return imported;
}

Module *find_prefix(Module *m, Name name, int k) {
  for (; m; m = m->parent) {
    Module *inner = pmap_get(&m->prefixes, name);
    if (inner && inner->parent) {
      if (k-- == 0) return inner;
    }
    for (int i = m->qualifiers.n - 1; i >= 0; i--)
      if (m->qualifiers.v[i]->last == name && k-- == 0) return use_import(m, m->qualifiers.v[i]);
  }
  return k == 0 ? std_module(name) : NULL;
}

Module *path_module(Module *m, const Path *path, int n) {
  Module *found = find_prefix(m, path->v[0].name, 0);
  for (int i = 1; i < n && found; i++) {
    Module *inner = pmap_get(&found->prefixes, path->v[i].name);
    if (!inner || inner->parent != found) inner = NULL;
    else if (!visible(m, found, inner->pub)) private_item(path->v[i], found);
    found = inner;
  }
  return found;
}

/* ---- types ---- */

static Tycon *std_type(Name name) {
  Tycon *t = program.prelude ? pmap_get(&program.prelude->types, name) : NULL;
  if (t) return t;
  if (name->s[0] < 'A' || name->s[0] > 'Z') return NULL;
  Module *lib = std_module(name);
  return lib ? pmap_get(&lib->types, name) : NULL;
}

Tycon *find_type(Module *m, Name name) {
  for (Module *k = m; k; k = k->parent) {
    Tycon *t = pmap_get(&k->types, name);
    if (t) return t;
    for (int i = k->imported.n - 1; i >= 0; i--) {
      t = pmap_get(&k->imported.v[i]->types, name);
      if (!t || !t->pub) continue;
      use_import(k, k->imported.v[i]);
      return t;
    }
  }
  return std_type(name);
}

Tycon *find_type_path(Module *m, const Path *path) {
  Ident last = path->v[path->n - 1];
  if (path->n == 1) return find_type(m, last.name);
  Module *p = path_module(m, path, path->n - 1);
  Tycon *t = p ? pmap_get(&p->types, last.name) : NULL;
  if (t && !visible(m, p, t->pub)) private_item(last, p);
  return t;
}

/* ---- constructors ---- */

Variant *variant_of(Tycon *t, Name name) {
  for (int i = 0; t && i < t->variants.n; i++)
    if (t->variants.v[i]->name.name == name) return t->variants.v[i];
  return NULL;
}

Variant *find_ctor(Module *m, Name name) {
  for (Module *k = m; k; k = k->parent) {
    Variant *v = pmap_get(&k->ctors, name);
    if (v) return v;
    for (int i = k->imported.n - 1; i >= 0; i--) {
      v = pmap_get(&k->imported.v[i]->ctors, name);
      if (!v || !v->tycon->pub) continue;
      use_import(k, k->imported.v[i]);
      return v;
    }
  }
  return program.prelude ? pmap_get(&program.prelude->ctors, name) : NULL;
}

Variant *find_ctor_path(Module *m, const Path *path) {
  Ident last = path->v[path->n - 1];
  if (path->n == 1) return find_ctor(m, last.name);
  Path prefix = *path;
  prefix.n--;
  Variant *v = variant_of(find_type_path(m, &prefix), last.name);
  if (v) return v;
  Module *p = path_module(m, path, path->n - 1);
  v = p ? pmap_get(&p->ctors, last.name) : NULL;
  if (v && !visible(m, p, v->tycon->pub)) private_item(last, p);
  return v;
}

/* What the patterns for signals belong to. */
Tycon *signal_type(void) {
  Module *m = std_module(intern_z("Process"));
  return m ? pmap_get(&m->types, intern_z("Signal")) : NULL;
}

/* ---- interfaces ---- */

/* Interfaces of library modules that a program may not have named yet. */
static Interface *library_interface(Name name) {
  static const char *const of_json[] = {"ToJson", "FromJson", "JsonKey"};
  for (int i = 0; i < 3; i++)
    if (strcmp(name->s, of_json[i]) == 0) {
      Module *json = std_module(intern_z("Json"));
      return json ? pmap_get(&json->ifaces, name) : NULL;
    }
  return NULL;
}

Interface *find_interface(Module *m, const Path *path) {
  Ident last = path->v[path->n - 1];
  if (path->n > 1) {
    Module *p = path_module(m, path, path->n - 1);
    Interface *in = p ? pmap_get(&p->ifaces, last.name) : NULL;
    if (in && !visible(m, p, in->pub)) private_item(last, p);
    return in;
  }
  for (Module *k = m; k; k = k->parent) {
    Interface *in = pmap_get(&k->ifaces, last.name);
    if (in) return in;
  }
  /* Public interfaces are visible program-wide (chapter 3 section 4.4); the library's first. */
  InterfaceList *all = pmap_get(&program.interfaces, last.name);
  for (int i = 0; all && i < all->v.n; i++) {
    if (!all->v.v[i]->mod->is_std && !all->v.v[i]->pub) continue;
    for (Module *k = m; k; k = k->parent)
      use_import(k, all->v.v[i]->mod);
    return all->v.v[i];
  }
  return library_interface(last.name);
}
