/* Items: functions, types, interfaces, impls, modules, imports, actors, services, supervisors. */
#include "syntax/parse.h"

typedef VEC(Param) ParamVec;

void parse_params(Parser *p, void *params, TokKind close) {
  ParamVec *out = params;
  while (!at(p, close) && !at(p, TK_EOF) && !p->panic) {
    Param prm = {0};
    prm.pat = parse_param_pattern(p, &prm.type);
    vec_push(out, prm);
    if (!eat(p, TK_COMMA)) break;
  }
}

static void paren_params(Parser *p, void *params) {
  if (!at_same_line(p, TK_LPAREN)) return;
  next(p);
  NlMode nl = p->nl;
  p->nl = NL_SKIPPED;
  parse_params(p, params, TK_RPAREN);
  p->nl = nl;
  expect(p, TK_RPAREN, "to close the parameters");
}

typedef VEC(Ident) IdentVec;
static bool parse_generics(Parser *p, void *out) {
  if (!at_same_line(p, TK_LT)) return false;
  next(p);
  while (!at(p, TK_GT) && !at(p, TK_EOF) && !p->panic) {
    vec_push((IdentVec *)out, parse_ident(p, "a type parameter"));
    if (!eat(p, TK_COMMA)) break;
  }
  expect(p, TK_GT, "to close the type parameters");
  return true;
}

typedef VEC(WhereItem) WhereVec;
static void parse_where(Parser *p, void *out) {
  if (!eat(p, TK_where)) return;
  do {
    WhereItem w = {0};
    w.param = parse_ident(p, "a type parameter");
    if (!expect(p, TK_COLON, "after the type parameter")) return;
    w.iface = parse_path(p, "an interface");
    vec_push((WhereVec *)out, w);
  } while (!p->panic && eat(p, TK_COMMA));
}

static Span pub_start(Parser *p, bool pub) {
  return pub && p->pos ? (Span){p->src, p->toks[p->pos - 1].start, 0} : tok_span(p);
}

/* fn_def, with `fn` the current token; NULL when the head is followed by no body. An extern function has a C symbol
 * for its body: extern fn f(x :: T) -> R = "symbol" [located]. */
FnClause *parse_fn(Parser *p, bool pub, bool is_extern) {
  FnClause *c = NEW(FnClause);
  c->span = pub_start(p, pub);
  c->pub = pub;
  c->is_extern = is_extern;
  Span open = tok_span(p);
  next(p);
  c->name = parse_ident(p, "a function name");
  if (p->panic) return NULL;
  c->has_generics = parse_generics(p, &c->generics);
  paren_params(p, &c->params);
  if (!p->panic && eat(p, TK_ARROW)) c->ret = parse_type(p);
  if (!p->panic) parse_where(p, &c->wheres);
  if (!p->panic && eat(p, TK_when)) c->guard = parse_head(p);
  if (p->panic) return NULL;
  c->head = span_from(p, c->span.start);
  if (is_extern) {
    if (!expect(p, TK_ASSIGN, "and the name of a C function after an extern declaration")) return NULL;
    Expr *sym = parse_expr(p);
    if (sym->kind != E_STR || sym->args.n || !sym->slen) {
      if (!p->panic) syntax_error(p, "an extern function needs the name of its C function as a string");
      return NULL;
    }
    c->symbol = sym->s;
    if (at_word(p, "located") && !cur(p)->nl_before) next(p), c->located = true;
  } else if (eat(p, TK_ASSIGN)) {
    c->eq_body = true;
    c->body = parse_expr(p);
  } else if (at(p, TK_do)) {
    expect_do(p, "");
    c->body = parse_block(p);
    expect_end(p, open, arena_printf("the body of `%s`", c->name.name->s));
  } else {
    syntax_error(p, "expected `do` or `=` and a body after the head of `%s`, found %s", c->name.name->s,
                 token_name(kind(p)));
    return NULL;
  }
  c->span = span_from(p, c->span.start);
  return c;
}

static Item *new_item(Parser *p, ItemKind k, bool pub) {
  Item *it = NEW(Item);
  it->kind = k;
  it->pub = pub;
  it->span = pub_start(p, pub);
  return it;
}

static Item *finish(Parser *p, Item *it) {
  it->span = span_from(p, it->span.start);
  return it;
}

/* Skips to the next line or closing `end` within a list of members after a fault. */
static void sync_member(Parser *p) {
  if (p->panic) sync_statement(p);
}

static void parse_deriving(Parser *p, Tycon *t) {
  if (!(at_word(p, "deriving") && !cur(p)->nl_before && kind_at(p, 1) == TK_LPAREN)) return;
  t->has_deriving = true;
  next(p);
  next(p);
  while (!at(p, TK_RPAREN) && !at(p, TK_EOF) && !p->panic) {
    vec_push(&t->deriving, parse_ident(p, "the name of an interface"));
    if (!eat(p, TK_COMMA)) break;
  }
  expect(p, TK_RPAREN, "to close the deriving list");
}

static Tycon *new_tycon(Parser *p, Item *it, TyconKind k) {
  Tycon *t = NEW(Tycon);
  t->kind = k;
  t->pub = it->pub;
  it->tycon = t;
  it->name = parse_ident(p, "a type name");
  t->name = it->name.name;
  t->span = it->name.span;
  if (!p->panic) parse_generics(p, &t->generics);
  return t;
}

static Item *parse_struct(Parser *p, bool pub) {
  Item *it = new_item(p, I_STRUCT, pub);
  Span open = tok_span(p);
  next(p);
  Tycon *t = new_tycon(p, it, TC_STRUCT);
  if (!expect_do(p, "after the struct's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    Field f = {0};
    int before = p->pos;
    f.name = parse_ident(p, "a field name");
    if (expect(p, TK_COLONS, "and a type after the field name")) f.type = parse_type(p);
    if (!p->panic) vec_push(&t->fields, f);
    eat(p, TK_COMMA);
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this struct");
  if (!p->panic) parse_deriving(p, t);
  return finish(p, it);
}

static void parse_variant(Parser *p, Tycon *t) {
  Variant *v = NEW(Variant);
  v->name = parse_ident(p, "a variant");
  v->tycon = t;
  v->index = t->variants.n;
  if (at_same_line(p, TK_LPAREN)) {
    next(p);
    NlMode nl = p->nl;
    p->nl = NL_SKIPPED;
    while (!at(p, TK_RPAREN) && !at(p, TK_EOF) && !p->panic) {
      Field f = {0};
      if (at(p, TK_ID) && kind_at(p, 1) == TK_COLONS) {
        f.name = parse_ident(p, "a field name");
        next(p);
      }
      f.type = parse_type(p);
      vec_push(&v->fields, f);
      if (!eat(p, TK_COMMA)) break;
    }
    p->nl = nl;
    expect(p, TK_RPAREN, "to close the variant's fields");
  }
  if (!p->panic) vec_push(&t->variants, v);
}

static Item *parse_type_item(Parser *p, bool pub, bool is_extern) {
  Item *it = new_item(p, I_SUM, pub);
  Span open = tok_span(p);
  next(p);
  Tycon *t = new_tycon(p, it, TC_SUM);
  if (p->panic) return it;
  if (at(p, TK_ASSIGN)) {
    next(p);
    if (is_extern) {
      it->kind = I_OPAQUE;
      t->kind = TC_OPAQUE;
      Expr *sym = parse_expr(p);
      if (sym->kind == E_STR && sym->slen) t->symbol = sym->s;
      else syntax_error(p, "an extern type needs the name of its C type as a string");
    } else {
      it->kind = I_ALIAS;
      t->kind = TC_ALIAS;
      t->alias = parse_type(p);
    }
    return finish(p, it);
  }
  if (!expect_do(p, "or `=` after the type's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    parse_variant(p, t);
    eat(p, TK_COMMA);
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this type");
  if (!p->panic) parse_deriving(p, t);
  return finish(p, it);
}

static Fn *fn_of_clause(FnClause *c) {
  Fn *f = NEW(Fn);
  f->name = c->name.name;
  f->span = c->name.span;
  f->arity = c->params.n;
  f->pub = c->pub;
  f->is_extern = c->is_extern;
  f->symbol = c->symbol;
  f->located = c->located;
  vec_push(&f->clauses, c);
  return f;
}

static Item *parse_interface(Parser *p, bool pub) {
  Item *it = new_item(p, I_INTERFACE, pub);
  Span open = tok_span(p);
  next(p);
  Interface *in = it->iface = NEW(Interface);
  it->name = parse_ident(p, "an interface name");
  in->name = it->name.name;
  in->span = it->name.span;
  in->pub = pub;
  parse_generics(p, &in->generics);
  if (!expect_do(p, "after the interface's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (!at(p, TK_fn) && !at(p, TK_def)) {
      syntax_error(p, "expected a method signature (`fn name(self, …) -> T`), found %s", token_name(kind(p)));
    } else {
      FnClause *c = NEW(FnClause);
      c->span = tok_span(p);
      Span fn_open = tok_span(p);
      next(p);
      c->name = at(p, TK_not) ? parse_name_after_dot(p) : parse_ident(p, "a method name");
      paren_params(p, &c->params);
      if (!p->panic && eat(p, TK_ARROW)) c->ret = parse_type(p);
      c->head = span_from(p, c->span.start);
      if (!p->panic && at(p, TK_do)) {
        next(p);
        c->body = parse_block(p);
        expect_end(p, fn_open, "this default method");
      }
      c->span = span_from(p, c->span.start);
      if (!p->panic) {
        Fn *f = fn_of_clause(c);
        f->iface = in;
        vec_push(&in->methods, f);
      }
    }
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this interface");
  return finish(p, it);
}

static Item *parse_impl(Parser *p) {
  Item *it = new_item(p, I_IMPL, false);
  Span open = tok_span(p);
  next(p);
  Impl *im = it->impl = NEW(Impl);
  im->iface_path = parse_path(p, "an interface");
  if (at_same_line(p, TK_LT)) {
    next(p);
    do
      vec_push(&im->iface_args, parse_type(p));
    while (!p->panic && eat(p, TK_COMMA));
    expect(p, TK_GT, "to close the type arguments");
  }
  if (!expect(p, TK_for, "after the interface's name")) return it;
  im->type_path = parse_path(p, "a type");
  if (at_same_line(p, TK_LT)) {
    next(p);
    do
      vec_push(&im->type_args, parse_type(p));
    while (!p->panic && eat(p, TK_COMMA));
    expect(p, TK_GT, "to close the type arguments");
  }
  parse_where(p, &im->wheres);
  im->span = span_from(p, open.start);
  if (!expect_do(p, "after the head of this impl")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    bool ext = at_word(p, "extern") && (kind_at(p, 1) == TK_fn || kind_at(p, 1) == TK_def);
    if (ext) next(p);
    bool pub = eat(p, TK_pub);
    if (at(p, TK_fn) || at(p, TK_def)) {
      FnClause *c = parse_fn(p, pub, ext);
      Fn *last = im->methods.n ? im->methods.v[im->methods.n - 1] : NULL;
      if (c && last && last->name == c->name.name && last->arity == c->params.n) vec_push(&last->clauses, c);
      else if (c) {
        Fn *f = fn_of_clause(c);
        f->impl = im;
        vec_push(&im->methods, f);
      }
    } else syntax_error(p, "expected a method (`fn …`) in this impl, found %s", token_name(kind(p)));
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this impl");
  return finish(p, it);
}

static Item *parse_top(Parser *p);

static Item *parse_module_item(Parser *p, bool pub) {
  Item *it = new_item(p, I_MODULE, pub);
  Span open = tok_span(p);
  next(p);
  it->name = parse_ident(p, "a module name");
  if (!expect_do(p, "after the module's name")) return it;
  if (!enter(p)) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    Item *m = parse_top(p);
    if (m) vec_push(&it->items, m);
    sync_member(p);
    if (p->pos == before) next(p);
  }
  leave(p);
  expect_end(p, open, "this module");
  return finish(p, it);
}

static Item *parse_import(Parser *p) {
  Item *it = new_item(p, I_IMPORT, false);
  next(p);
  if (!at(p, TK_ID) || cur(p)->nl_before) {
    syntax_error(p, "expected module name");
    return it;
  }
  it->path = parse_path(p, "module name");
  return finish(p, it);
}

static Item *parse_from(Parser *p) {
  Item *it = new_item(p, I_FROM, false);
  next(p);
  if (!at(p, TK_ID) || cur(p)->nl_before) {
    syntax_error(p, "expected module name");
    return it;
  }
  it->path = parse_path(p, "module name");
  if (!expect(p, TK_import, "after the module's name")) return it;
  if (at(p, TK_STAR) && !cur(p)->nl_before) {
    syntax_error(p, "glob imports are not allowed; import names explicitly");
    return it;
  }
  do {
    if (cur(p)->nl_before && it->names.n) break; /* a trailing comma ends the list */
    if (!at(p, TK_ID) || cur(p)->nl_before) {
      syntax_error(p, "expected import name");
      break;
    }
    vec_push(&it->names, parse_ident(p, "import name"));
  } while (!p->panic && !cur(p)->nl_before && eat(p, TK_COMMA));
  return finish(p, it);
}

/* ---- actors, services, supervisors ---- */

static Item *parse_actor(Parser *p) {
  Item *it = new_item(p, I_ACTOR, false);
  Span open = tok_span(p);
  next(p);
  it->name = parse_ident(p, "an actor name");
  paren_params(p, &it->params);
  if (!expect_do(p, "after the actor's name")) return it;
  it->body = new_expr(p, E_BLOCK);
  it->body->block = NEW(Block);
  for (;;) {
    skip_semis(p);
    if (at(p, TK_end) || at(p, TK_else) || at(p, TK_EOF)) break;
    int before = p->pos;
    if (at(p, TK_terminate)) {
      Span t = tok_span(p);
      if (it->terminate) syntax_error(p, "an actor has at most one `terminate` block");
      next(p);
      if (expect_do(p, "after `terminate`")) {
        it->terminate = parse_block(p);
        expect_end(p, t, "this `terminate` block");
      }
    } else {
      Stmt *s = parse_stmt(p);
      if (s) vec_push(&it->body->block->stmts, s);
    }
    if (p->panic) sync_statement(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this actor");
  return finish(p, it);
}

static void parse_handler(Parser *p, Item *it) {
  Handler h = {0};
  Span open = tok_span(p);
  h.is_call = at(p, TK_call);
  next(p);
  h.name = parse_ident(p, "a handler name");
  paren_params(p, &h.params);
  if (h.is_call && eat(p, TK_COLONS)) h.reply = parse_type(p);
  if (!expect_do(p, "after the handler's head")) return;
  if (eat(p, TK_BAR)) {
    h.state = parse_ident(p, "the state's name");
    expect(p, TK_BAR, "after the state's name");
  }
  h.body = parse_block(p);
  expect_end(p, open, "this handler");
  vec_push(&it->handlers, h);
}

static Item *parse_service(Parser *p) {
  Item *it = new_item(p, I_SERVICE, false);
  Span open = tok_span(p);
  next(p);
  it->name = parse_ident(p, "a service name");
  if (!expect_do(p, "after the service's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (at(p, TK_fn) || at(p, TK_def)) {
      FnClause *c = parse_fn(p, false, false);
      if (c) vec_push(&it->fns, c);
    } else if (at(p, TK_call) || at(p, TK_cast)) parse_handler(p, it);
    else syntax_error(p, "expected `fn`, `call` or `cast` in this service, found %s", token_name(kind(p)));
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this service");
  return finish(p, it);
}

static Ident setting_value(Parser *p) {
  expect(p, TK_COLON, "after the setting's name");
  Ident id = {NULL, tok_span(p)};
  if (at(p, TK_INT) || at(p, TK_ID)) {
    id.name = intern(p->src->text + cur(p)->start, cur(p)->end - cur(p)->start);
    next(p);
  } else syntax_error(p, "expected a name or a number, found %s", token_name(kind(p)));
  return id;
}

static void parse_child(Parser *p, Item *it) {
  ChildSpec c = {0};
  Span open = tok_span(p);
  next(p);
  c.name = parse_ident(p, "a child name");
  if (!expect_do(p, "after the child's name")) return;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (at_word(p, "start")) {
      next(p);
      if (expect(p, TK_COLON, "after `start`")) c.start = parse_expr(p);
    } else if (at_word(p, "restart")) next(p), c.restart = setting_value(p);
    else if (at_word(p, "shutdown")) next(p), c.shutdown = setting_value(p);
    else syntax_error(p, "expected `start`, `restart` or `shutdown`, found %s", token_name(kind(p)));
    eat(p, TK_COMMA);
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this child");
  c.span = span_from(p, open.start);
  vec_push(&it->children, c);
}

static Item *parse_supervisor(Parser *p, bool pub) {
  Item *it = new_item(p, I_SUPERVISOR, pub);
  Span open = tok_span(p);
  next(p);
  it->name = parse_ident(p, "a supervisor name");
  if (!expect_do(p, "after the supervisor's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (at_word(p, "strategy")) next(p), it->strategy = setting_value(p);
    else if (at_word(p, "max_restarts") || at_word(p, "max_seconds")) next(p), setting_value(p);
    else if (at_word(p, "child")) parse_child(p, it);
    else
      syntax_error(p, "expected `strategy`, `max_restarts`, `max_seconds` or `child`, found %s", token_name(kind(p)));
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this supervisor");
  return finish(p, it);
}

/* ---- dispatch ---- */

Item *parse_item(Parser *p) {
  if (at_word(p, "extern") &&
      (kind_at(p, 1) == TK_fn || kind_at(p, 1) == TK_def || kind_at(p, 1) == TK_pub || kind_at(p, 1) == TK_type)) {
    next(p);
    bool pub = eat(p, TK_pub);
    if (at(p, TK_type)) return parse_type_item(p, pub, true);
    Item *it = new_item(p, I_FN, pub);
    if (!at(p, TK_fn) && !at(p, TK_def)) {
      syntax_error(p, "expected `fn` or `type` after `extern`");
      return NULL;
    }
    it->clause = parse_fn(p, pub, true);
    if (!it->clause) return NULL;
    it->name = it->clause->name;
    return finish(p, it);
  }
  bool pub = false;
  if (at(p, TK_pub) && kind_at(p, 1) == TK_ID && kind_at(p, 2) == TK_fn) {
    /* pub inline fn f(x) = expr: expanded where it is called, before types are inferred. */
    next(p);
    if (at_word(p, "inline")) {
      Item *it = new_item(p, I_FN, true);
      next(p);
      it->clause = parse_fn(p, true, false);
      if (!it->clause) return NULL;
      it->clause->is_inline = true;
      it->name = it->clause->name;
      return finish(p, it);
    }
    if (!at_word(p, "extern")) {
      syntax_error(p, "expected `fn`, `module`, `struct`, `interface`, `type`, or `supervisor` after `pub`");
      return NULL;
    }
    p->pos--;
  }
  if (at(p, TK_pub)) {
    TokKind k = kind_at(p, 1);
    next(p);
    if (at_word(p, "extern")) {
      /* `pub extern` is the same as `extern pub` */
      next(p);
      if (at(p, TK_type)) return parse_type_item(p, true, true);
      Item *it = new_item(p, I_FN, true);
      it->clause = at(p, TK_fn) || at(p, TK_def) ? parse_fn(p, true, true) : NULL;
      if (!it->clause) {
        syntax_error(p, "expected `fn` or `type` after `extern`");
        return NULL;
      }
      it->name = it->clause->name;
      return finish(p, it);
    }
    if (k != TK_fn && k != TK_def && k != TK_struct && k != TK_type && k != TK_interface && k != TK_supervisor &&
        k != TK_module) {
      syntax_error(p, "expected `fn`, `module`, `struct`, `interface`, `type`, or `supervisor` after `pub`");
      return NULL;
    }
    pub = true;
  }
  switch (kind(p)) {
  case TK_fn:
  case TK_def:
    if (!pub) return NULL; /* parse_stmt and parse_top decide between definition and closure */
    {
      Item *it = new_item(p, I_FN, pub);
      it->clause = parse_fn(p, pub, false);
      if (!it->clause) return NULL;
      it->name = it->clause->name;
      return finish(p, it);
    }
  case TK_struct: return parse_struct(p, pub);
  case TK_type: return parse_type_item(p, pub, false);
  case TK_interface: return parse_interface(p, pub);
  case TK_impl: return parse_impl(p);
  case TK_module: return parse_module_item(p, pub);
  case TK_import: return parse_import(p);
  case TK_actor: return parse_actor(p);
  case TK_service: return parse_service(p);
  case TK_supervisor: return parse_supervisor(p, pub);
  default:
    if (at_word(p, "from") && kind_at(p, 1) == TK_ID) return parse_from(p);
    return NULL;
  }
}

/* One top-level element. */
static Item *parse_top(Parser *p) {
  Item *it = parse_item(p);
  if (it || p->panic) return it;
  it = new_item(p, I_EXPR, false);
  it->stmt = parse_stmt(p);
  if (!it->stmt) return NULL;
  it->span = it->stmt->span;
  if (it->stmt->kind == S_FN) {
    it->kind = I_FN;
    it->clause = it->stmt->clause;
    it->name = it->clause->name;
  } else if (it->stmt->kind == S_LET) it->kind = I_LET;
  else if (it->stmt->kind == S_ITEM) return NULL;
  return it;
}

void parse_module(Module *m) {
  m->toks = lex(m->src);
  Parser parser = {0}, *p = &parser;
  p->src = m->src;
  p->mod = m;
  p->toks = m->toks->toks.v;
  while (!at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_EOF)) break;
    int before = p->pos;
    Item *it = parse_top(p);
    if (it) vec_push(&m->items, it);
    if (p->panic) sync_statement(p);
    else if (at(p, TK_end) || at(p, TK_else)) {
      Diag *d = syntax_error(p, "%s closes nothing here", token_name(kind(p)));
      if (at(p, TK_end)) d->help = "there is one `end` too many before this line";
      next(p);
      sync_statement(p);
    } else if (at(p, TK_ASSIGN) && !cur(p)->nl_before) {
      Diag *d = syntax_error(p, "there is no assignment");
      d->help = "introduce a value with `let name = …`";
      sync_statement(p);
    }
    if (p->pos == before) next(p);
  }
  for (int i = 0; i < m->hoisted.n; i++)
    vec_push(&m->items, m->hoisted.v[i]);
  m->parsed = true;
}
