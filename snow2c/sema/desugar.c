/* Services and supervisors become functions: an inner module with one for each thing that can be done with a service,
 * and an actor that supervises. What they do is the library's (stdlib/Service.snow, Supervisor.snow). */
#include "sema/declare.h"

#include <stdlib.h>

/* TakeUpTo → take_up_to */
static const char *snake(const char *name) {
  Buf b = {0};
  for (const char *s = name; *s; s++) {
    bool upper = *s >= 'A' && *s <= 'Z';
    if (upper && s > name) buf_putc(&b, '_');
    buf_putc(&b, upper ? (char)(*s | 0x20) : *s);
  }
  return b.s;
}

static void arguments(Gen *g, int n, const char *before) {
  for (int i = 0; i < n; i++)
    buf_printf(&g->text, "%sa%d", i ? ", " : before, i);
}

static Fn *declared(Module *m, FnClause *c) { return fn_by_arity(pmap_get(&m->fns, c->name.name), c->params.n); }

/* ---- services ---- */

static Param name_param(Ident id) {
  Param p = {0};
  p.pat = NEW(Pat);
  p.pat->span = id.span;
  p.pat->kind = id.name ? PAT_VAR : PAT_WILD;
  if (id.name) vec_push(&p.pat->path, id);
  return p;
}

static FnClause *handler_clause(const Item *it, const Handler *h) {
  FnClause *c = NEW(FnClause);
  c->span = c->head = h->name.span;
  c->name.name = intern_z(arena_printf("__%s", h->name.name->s));
  c->name.span = h->name.span;
  Ident state = h->state.name ? h->state : (Ident){NULL, it->name.span};
  vec_push(&c->params, name_param(state));
  for (int i = 0; i < h->params.n; i++)
    vec_push(&c->params, h->params.v[i]);
  c->body = h->body;
  return c;
}

static void duplicate_handler(const Handler *first, const Handler *h, const char *name) {
  Diag *d = diag_error("E0023", h->name.span, "`%s` is already a function of this service", name);
  d->primary.text = "second definition";
  if (first) diag_label(d, first->name.span, "first definition here");
}

void declare_service(Module *m, Item *it) {
  Module *inner = inner_module(m, it->name, false);
  if (!inner) return;
  Service *svc = NEW(Service);
  svc->state = type_var(0);
  FnClause *init = it->fns.n ? it->fns.v[0] : NULL;
  if (init && strcmp(init->name.name->s, "start") == 0) init->name.name = intern_z("__init");
  Item before = {0}, *last = NULL;
  before.kind = I_FN;
  for (int i = 0; i < it->fns.n; i++) {
    declare_fn(inner, it->fns.v[i], last);
    before.clause = it->fns.v[i];
    last = &before;
  }
  Gen g = {{0}, 1};
  gen_line(&g, it->name.span);
  int n = init ? init->params.n : 0;
  buf_puts(&g.text, "pub fn start(");
  arguments(&g, n, "");
  buf_printf(&g.text, ") do Service.start(\"%s\", ", it->name.name->s);
  if (init) {
    buf_printf(&g.text, "%s(", init->name.name->s);
    arguments(&g, n, "");
    buf_puts(&g.text, ")");
  } else buf_puts(&g.text, "__init()");
  buf_puts(&g.text, ") end");
  if (!init) buf_puts(&g.text, "; fn __init() do 0 end");
  PMap seen = {0};
  pmap_put(&seen, intern_z("start"), it);
  for (int i = 0; i < it->handlers.n; i++) {
    Handler *h = &it->handlers.v[i];
    const char *name = snake(h->name.name->s);
    if (pmap_get(&seen, intern_z(name))) {
      void *first = pmap_get(&seen, intern_z(name));
      duplicate_handler(first == it ? NULL : first, h, name);
      continue;
    }
    pmap_put(&seen, intern_z(name), h);
    buf_puts(&g.text, "; ");
    gen_line(&g, h->name.span);
    buf_printf(&g.text, "pub fn %s(pid", name);
    arguments(&g, h->params.n, ", ");
    buf_printf(&g.text, ") do Service.%s(pid, fn state -> __%s(state", h->is_call ? "ask" : "tell", h->name.name->s);
    arguments(&g, h->params.n, ", ");
    buf_puts(&g.text, ") end) end");
    FnClause *c = handler_clause(it, h);
    declare_fn(inner, c, NULL);
    Fn *f = declared(inner, c);
    f->service = svc;
    f->role = h->is_call ? SERVICE_CALL : SERVICE_CAST;
    f->reply = h->reply;
    f->used = true;
    vec_push(&svc->fns, f);
  }
  Module *made = gen_parse(&g, it->span.src);
  for (int i = 0; i < made->items.n; i++) {
    FnClause *c = made->items.v[i]->clause;
    declare_fn(inner, c, NULL);
    declared(inner, c)->transparent = true;
    if (!init && strcmp(c->name.name->s, "__init") == 0) init = c;
  }
  Fn *f = declared(inner, init);
  if (!f) return;
  f->service = svc;
  f->role = SERVICE_INIT;
  f->used = true;
  vec_push(&svc->fns, f);
}

/* ---- supervisors ---- */

static int one_of(const Ident *id, const char *const *words, int n) {
  for (int i = 0; i < n; i++)
    if (strcmp(id->name->s, words[i]) == 0) return i;
  return -1;
}

static void bad_setting(const char *code, const Ident *id, const char *what, const char *const *words, int n,
                        const char *also) {
  Diag *d = diag_error(code, id->span, "%s: %s", what, id->name->s);
  d->primary.text = what;
  d->json = arena_printf("%s `%s`", what, id->name->s);
  Buf b = {0};
  buf_puts(&b, "expected ");
  for (int i = 0; i < n; i++)
    buf_printf(&b, "%s%s", i == 0 ? "" : i + 1 < n || *also ? ", " : " or ", words[i]);
  buf_puts(&b, also);
  d->help = b.s;
}

static bool number_of(const Ident *id, uint64_t most, uint64_t *out) {
  const char *s = id->name->s;
  uint64_t n = 0;
  if (*s < '0' || *s > '9') return false;
  for (; *s; s++) {
    if (*s == '_') continue;
    if (*s < '0' || *s > '9' || n > most / 10) return false;
    n = n * 10 + (uint64_t)(*s - '0');
  }
  *out = n;
  return n <= most;
}

static uint64_t limit(const Ident *id, uint64_t otherwise, uint64_t most) {
  uint64_t n = otherwise;
  if (!id->name) return n;
  if (!number_of(id, most, &n)) {
    Diag *d = diag_error("P0001", id->span, "expected a whole number, found `%s`", id->name->s);
    d->primary.text = d->message;
  }
  return n;
}

static int64_t shutdown_time(const Ident *id) {
  static const char *const words[] = {"brutal_kill", "infinity"};
  uint64_t n;
  if (!id->name) return -2; /* by what the child is */
  int word = one_of(id, words, 2);
  if (word >= 0) return word == 0 ? 0 : -1;
  if (number_of(id, INT64_MAX, &n) && n > 0) return (int64_t)n;
  bad_setting("E0021", id, "invalid shutdown value", words, 2, " or a positive number of milliseconds");
  return 5000;
}

/* What `start:` says, as a function that gives it. */
static FnClause *start_clause(const Item *it, const ChildSpec *c, int i) {
  FnClause *f = NEW(FnClause);
  f->span = f->head = c->start->span;
  f->name.name = intern_z(arena_printf("__%s_%d_%s", it->name.name->s, i, c->name.name->s));
  f->name.span = c->name.span;
  f->body = c->start;
  return f;
}

static void no_start(const ChildSpec *c) {
  Diag *d = diag_error("E0018", c->name.span, "child `%s` start function must return Pid", c->name.name->s);
  d->primary.text = "this child has no `start:`";
  d->help = "start: fn -> spawn(an_actor) end";
}

void declare_supervisor(Module *m, Item *it) {
  static const char *const strategies[] = {"one_for_one", "one_for_all", "rest_for_one", "simple_one_for_one"};
  static const char *const restarts[] = {"permanent", "transient", "temporary"};
  enum { MOST_ARGUMENTS = 4 };
  int strategy = it->strategy.name ? one_of(&it->strategy, strategies, 4) : 0;
  if (strategy < 0) {
    bad_setting("E0019", &it->strategy, "unknown supervision strategy", strategies, 4, "");
    strategy = 0;
  }
  Gen g = {{0}, 1};
  gen_line(&g, it->name.span);
  buf_printf(&g.text, "actor %s() do Supervisor.run(\"%s\", %d, %llu, %llu, [", it->name.name->s, it->name.name->s,
             strategy, (unsigned long long)limit(&it->max_restarts, 3, UINT32_MAX),
             (unsigned long long)limit(&it->max_seconds, 5, INT64_MAX));
  int written = 0;
  for (int i = 0; i < it->children.n; i++) {
    ChildSpec *c = &it->children.v[i];
    for (int k = 0; k < i; k++)
      if (it->children.v[k].name.name == c->name.name) {
        Diag *d = diag_error("E0019", c->name.span, "duplicate child name: %s", c->name.name->s);
        d->primary.text = "second child of this name";
        diag_label(d, it->children.v[k].name.span, "first child of this name");
        d->json = arena_printf("duplicate child name `%s`", c->name.name->s);
      }
    int restart = c->restart.name ? one_of(&c->restart, restarts, 3) : 0;
    if (restart < 0) bad_setting("E0020", &c->restart, "invalid restart type", restarts, 3, "");
    int64_t shutdown = shutdown_time(&c->shutdown);
    if (!c->start) {
      no_start(c);
      continue;
    }
    FnClause *start = start_clause(it, c, i);
    declare_fn(m, start, NULL);
    Fn *f = declared(m, start);
    f->used = true;
    f->role = CHILD_START;
    f->child = c->name.name;
    f->template = strategy == 3;
    int arity = c->start->kind == E_CLOSURE && f->template ? c->start->clauses.v[0]->params.n : 0;
    if (arity > MOST_ARGUMENTS) {
      Diag *d = diag_error("E0018", c->start->span, "child `%s` start function must return Pid", c->name.name->s);
      d->primary.text = "a start function takes at most four arguments";
      arity = 0;
    }
    gen_line(&g, c->name.span);
    buf_printf(&g.text, "%sSupervisor.child(\"%s\", Supervisor.starter_%d(%s()), %d, %lld)", written++ ? ", " : "",
               c->name.name->s, arity, start->name.name->s, restart, (long long)shutdown);
  }
  buf_puts(&g.text, "]) end");
  Module *made = gen_parse(&g, it->span.src);
  Item *actor = made->items.v[0];
  actor->name = it->name;
  actor->span = it->name.span;
  Fn *f = declare_actor(m, actor);
  if (!f) return;
  f->pub = it->pub;
  f->is_supervisor = true;
}
