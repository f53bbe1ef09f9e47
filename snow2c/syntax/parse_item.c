/* Items: functions, types, interfaces, impls, modules, imports, actors, services, supervisors. */
#include "syntax/parse.h"

typedef VEC(Param) ParamVec;

void parse_params(Parser *p, void *params, TokKind close) {
  ParamVec *out = params;
  while (more_inside(p, close)) {
    Param prm = {0};
    prm.pat = parse_param_pattern(p, &prm.type);
    vec_push(out, prm);
    if (!eat(p, TK_COMMA)) break;
  }
}

static void paren_params(Parser *p, void *params) {
  if (!at_same_line(p, TK_LPAREN)) return;
  Brackets b = open_bracket(p);
  parse_params(p, params, TK_RPAREN);
  close_bracket(p, b, TK_RPAREN, "the parameters");
}

typedef VEC(Ident) IdentVec;
static bool parse_generics(Parser *p, void *out) {
  if (!at_same_line(p, TK_LT)) return false;
  next(p);
  while (!at(p, TK_GT) && !at(p, TK_EOF) && !p->panic) {
    Ident id = parse_ident_here(p, "a type parameter");
    if (!p->panic) vec_push((IdentVec *)out, id);
    if (!eat_here(p, TK_COMMA)) break;
  }
  expect(p, TK_GT, "to close the type parameters");
  return true;
}

typedef VEC(WhereItem) WhereVec;
static void parse_where(Parser *p, void *out) { /* behind the word */
  do {
    WhereItem w = {0};
    w.param = parse_ident_here(p, "a type parameter");
    if (!expect(p, TK_COLON, "after the type parameter")) return;
    w.iface = parse_path(p, "an interface");
    if (!p->panic) vec_push((WhereVec *)out, w);
  } while (!p->panic && eat_here(p, TK_COMMA));
}

/* `-> Type`, or `: Type` for it. */
static bool at_result_colon(const Parser *p) {
  return at_same_line(p, TK_COLON) && (kind_at(p, 1) == TK_ID || kind_at(p, 1) == TK_LPAREN) &&
         !p->toks[p->pos + 1].nl_before;
}
static TypeExpr *parse_result_type(Parser *p) {
  if (at(p, TK_COLON))
    soft_error(p, "expected `->` before the result type, found `:`")->help = "a result type is written `-> Type`";
  next(p);
  return parse_type(p);
}

static const char *body_wanted(const FnClause *c) {
  return arena_printf("or `=` and a body after the head of `%s`", c->name.name->s);
}

/* Whether this part of a function's head comes next; on the next line, which is reported once for a head. */
static bool head_goes_on(Parser *p, const FnClause *c, TokKind part, bool *reported) {
  if (!at(p, part)) return false;
  if (nl_here(p) && !*reported) {
    late(p, arena_printf("`do` %s", body_wanted(c)));
    *reported = true;
  }
  return true;
}

static Span pub_start(Parser *p, bool pub) {
  return pub && p->pos ? (Span){p->src, p->toks[p->pos - 1].start, 0} : tok_span(p);
}

/* Words of processes may name functions of a module, which are called with its name before a dot (decision D7). */
static Ident parse_fn_name(Parser *p) {
  TokKind k = kind(p);
  bool word = k == TK_self || k == TK_link || k == TK_monitor || k == TK_spawn || k == TK_send;
  if (word && !nl_here(p) && (kind_at(p, 1) == TK_LPAREN || kind_at(p, 1) == TK_LT)) return parse_name_after_dot(p);
  return parse_ident_here(p, "a function name");
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
  c->name = parse_fn_name(p);
  if (p->panic) return NULL;
  c->has_generics = parse_generics(p, &c->generics);
  bool no_params = !at_same_line(p, TK_LPAREN), reported = false;
  paren_params(p, &c->params);
  if (!p->panic && (head_goes_on(p, c, TK_ARROW, &reported) || at_result_colon(p))) c->ret = parse_result_type(p);
  if (!p->panic && eat(p, TK_where)) parse_where(p, &c->wheres); /* may begin a line: it begins no statement */
  if (!p->panic && head_goes_on(p, c, TK_when, &reported)) {
    next(p);
    c->guard = parse_head(p);
  }
  if (p->panic) return c;
  c->head = span_from(p, c->span.start);
  if (is_extern) {
    if (!expect(p, TK_ASSIGN, "and the name of a C function after an extern declaration")) return NULL;
    Expr *sym = parse_expr(p);
    if (sym->kind != E_STR || sym->args.n || !sym->slen) {
      syntax_error(p, "an extern function needs the name of its C function as a string");
      return NULL;
    }
    c->symbol = sym->s;
    if (at_word(p, "located") && !cur(p)->nl_before) next(p), c->located = true;
    if (at_word(p, "spawns") && !cur(p)->nl_before) next(p), c->spawns = true;
  } else if (head_goes_on(p, c, TK_ASSIGN, &reported)) {
    next(p);
    c->eq_body = true;
    c->body = parse_expr(p);
  } else {
    if (at_same_line(p, TK_FAT_ARROW)) {
      syntax_error(p, "expected `do` %s, found `=>`", body_wanted(c))->help = "write `fn name(…) = expression`";
      return c;
    }
    if (cur(p)->nl_before && !body_follows(p, open)) {
      missing(p, arena_printf("`do` %s", body_wanted(c)))->help =
          "a function needs a body: `= expression` or `do … end`";
      return c;
    }
    /* Without parameters it may be a closure, `fn x -> …`: then nothing is to be made up. */
    if (no_params && !at(p, TK_do)) {
      missing(p, arena_printf("`do` %s", body_wanted(c)));
      return c;
    }
    if (!expect_do(p, open, body_wanted(c))) return c;
    c->body = parse_block(p);
    expect_end(p, open, arena_printf("the body of `%s`", c->name.name->s));
  }
  c->span = span_from(p, c->span.start);
  return c;
}

FnClause *whole_fn(Parser *p, FnClause *c) {
  if (c && !c->body && !c->symbol) c->body = new_expr(p, E_ERROR);
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
  if (!at_word(p, "deriving") || kind_at(p, 1) != TK_LPAREN) return;
  if (cur(p)->nl_before) {
    if (nl_here(p)) late(p, "`deriving` behind the `end` of the type");
    else return;
  }
  t->has_deriving = true;
  next(p);
  Brackets b = open_bracket(p);
  while (more_inside(p, TK_RPAREN)) {
    Ident id = parse_ident(p, "the name of an interface");
    if (!p->panic) vec_push(&t->deriving, id);
    if (!eat(p, TK_COMMA)) break;
  }
  close_bracket(p, b, TK_RPAREN, "the deriving list");
}

/* The name and type parameters of a type; NULL without a name. */
static Tycon *new_tycon(Parser *p, Item *it, TyconKind k) {
  Tycon *t = NEW(Tycon);
  t->kind = k;
  t->pub = it->pub;
  it->tycon = t;
  it->name = parse_ident_here(p, "a type name");
  if (p->panic) return NULL;
  t->name = it->name.name;
  t->span = it->name.span;
  parse_generics(p, &t->generics);
  return t;
}

/* The `end` of a struct; `end ::` is a field with a reserved name. */
static bool at_end(const Parser *p) {
  return at(p, TK_end) && (p->toks[p->pos + 1].nl_before || (kind_at(p, 1) != TK_COLONS && kind_at(p, 1) != TK_COLON));
}

static Item *parse_struct(Parser *p, bool pub) {
  Item *it = new_item(p, I_STRUCT, pub);
  Span open = tok_span(p);
  next(p);
  Tycon *t = new_tycon(p, it, TC_STRUCT);
  if (!t) return NULL;
  if (!expect_do(p, open, "after the struct's name")) return it;
  while (!at_end(p) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at_end(p)) break;
    Field f = {0};
    int before = p->pos;
    f.name = parse_ident(p, "a field name");
    if (eat_type_mark(p) || expect(p, TK_COLONS, "and a type after the field name")) f.type = parse_type(p);
    if (!p->panic) vec_push(&t->fields, f);
    eat_here(p, TK_COMMA);
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
    Brackets b = open_bracket(p);
    while (more_inside(p, TK_RPAREN)) {
      Field f = {0};
      if ((at(p, TK_ID) || stands_as_name(p)) && (kind_at(p, 1) == TK_COLONS || kind_at(p, 1) == TK_COLON)) {
        f.name = parse_ident(p, "a field name");
        eat_type_mark(p);
      }
      f.type = parse_type(p);
      vec_push(&v->fields, f);
      if (!eat(p, TK_COMMA)) break;
    }
    close_bracket(p, b, TK_RPAREN, "the variant's fields");
  }
  if (!p->panic) vec_push(&t->variants, v);
}

/* The rest of `type T = A(Int) | B …`. */
static void skip_variants(Parser *p) {
  while (!at(p, TK_EOF) && (!cur(p)->nl_before || at(p, TK_BAR)))
    next(p);
  p->error_pos = -1;
}

static Item *parse_type_item(Parser *p, bool pub, bool is_extern) {
  Item *it = new_item(p, I_SUM, pub);
  Span open = tok_span(p);
  next(p);
  Tycon *t = new_tycon(p, it, TC_SUM);
  if (!t) return NULL;
  if (p->panic) return it;
  if (at(p, TK_ASSIGN)) {
    expect(p, TK_ASSIGN, "");
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
      if (!p->panic && (at(p, TK_BAR) || at_same_line(p, TK_LPAREN))) {
        t->alias->kind = TE_ERROR;
        syntax_error(p, "an alias stands for one type, found %s", found(p))->help =
            "a type with variants is written `type T do … end`, one variant a line";
        skip_variants(p);
      }
    }
    return finish(p, it);
  }
  if (!expect_do(p, open, "or `=` after the type's name")) return it;
  bool bars = false;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (at(p, TK_BAR)) {
      if (!bars) soft_error(p, "expected a variant, found `|`")->help = "write one variant a line, without `|`";
      bars = true;
      next(p);
    }
    parse_variant(p, t);
    eat_here(p, TK_COMMA);
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
  it->name = parse_ident_here(p, "an interface name");
  if (p->panic) return NULL;
  in->name = it->name.name;
  in->span = it->name.span;
  in->pub = pub;
  parse_generics(p, &in->generics);
  if (!expect_do(p, open, "after the interface's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (!at(p, TK_fn) && !at(p, TK_def)) {
      syntax_error(p, "expected a method signature (`fn name(self, …) -> T`), found %s", found(p));
    } else {
      FnClause *c = NEW(FnClause);
      c->span = tok_span(p);
      Span fn_open = tok_span(p);
      next(p);
      c->name = at(p, TK_not) ? parse_name_after_dot(p) : parse_ident_here(p, "a method name");
      paren_params(p, &c->params);
      if (!p->panic && (at_same_line(p, TK_ARROW) || at_result_colon(p))) c->ret = parse_result_type(p);
      c->head = span_from(p, c->span.start);
      if (!p->panic && at(p, TK_do) && expect_do(p, fn_open, "after the head of the method")) {
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

typedef VEC(TypeExpr *) TypeVec;
static void parse_type_args(Parser *p, void *out) {
  if (p->panic || !at_same_line(p, TK_LT)) return;
  next(p);
  do
    vec_push((TypeVec *)out, parse_type(p));
  while (!p->panic && eat_here(p, TK_COMMA));
  expect(p, TK_GT, "to close the type arguments");
}

static Item *parse_impl(Parser *p) {
  Item *it = new_item(p, I_IMPL, false);
  Span open = tok_span(p);
  next(p);
  Impl *im = it->impl = NEW(Impl);
  im->iface_path = parse_path(p, "an interface");
  parse_type_args(p, &im->iface_args);
  if (p->panic || !expect(p, TK_for, "after the interface's name")) return NULL;
  im->type_path = parse_path(p, "a type");
  parse_type_args(p, &im->type_args);
  if (!p->panic && eat(p, TK_where)) parse_where(p, &im->wheres);
  im->span = span_from(p, open.start);
  if (p->panic || !expect_do(p, open, "after the head of this impl")) return NULL;
  bool whole = true; /* all its methods have names: what is missing then is not said again */
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    bool ext = at_word(p, "extern") && (kind_at(p, 1) == TK_fn || kind_at(p, 1) == TK_def);
    if (ext) next(p);
    bool pub = eat(p, TK_pub);
    if (at(p, TK_fn) || at(p, TK_def)) {
      FnClause *c = whole_fn(p, parse_fn(p, pub, ext));
      whole = whole && c;
      Fn *last = im->methods.n ? im->methods.v[im->methods.n - 1] : NULL;
      if (c && last && last->name == c->name.name && last->arity == c->params.n) vec_push(&last->clauses, c);
      else if (c) {
        Fn *f = fn_of_clause(c);
        f->impl = im;
        vec_push(&im->methods, f);
      }
    } else {
      syntax_error(p, "expected a method (`fn …`) in this impl, found %s", found(p));
      whole = false;
    }
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this impl");
  return whole ? finish(p, it) : NULL;
}

static Item *parse_top(Parser *p);

static Item *parse_module_item(Parser *p, bool pub) {
  Item *it = new_item(p, I_MODULE, pub);
  Span open = tok_span(p);
  next(p);
  it->name = parse_ident_here(p, "a module name");
  if (p->panic) return NULL;
  if (!expect_do(p, open, "after the module's name")) return it;
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

static Path parse_module_path(Parser *p) {
  if (!at(p, TK_ID) || cur(p)->nl_before) gap_error(p, "expected module name");
  return parse_path(p, "module name");
}

static void skip_line(Parser *p) {
  do
    next(p);
  while (!cur(p)->nl_before);
  p->error_pos = -1;
}

static Item *parse_import(Parser *p) {
  Item *it = new_item(p, I_IMPORT, false);
  next(p);
  it->path = parse_module_path(p);
  return p->panic ? NULL : finish(p, it);
}

static Item *parse_from(Parser *p) {
  Item *it = new_item(p, I_FROM, false);
  next(p);
  it->path = parse_module_path(p);
  if (p->panic || !expect(p, TK_import, "after the module's name")) return NULL;
  if (at(p, TK_STAR) && !cur(p)->nl_before) {
    syntax_error(p, "glob imports are not allowed; import names explicitly");
    return it;
  }
  do {
    if (cur(p)->nl_before && it->names.n) break; /* a trailing comma ends the list */
    if ((!at(p, TK_ID) && !stands_as_name(p)) || cur(p)->nl_before) {
      gap_error(p, "expected import name");
      if (at(p, TK_ID) && !(at_word(p, "from") && kind_at(p, 1) == TK_ID)) skip_line(p); /* the names */
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
  it->name = parse_ident_here(p, "an actor name");
  if (p->panic) return NULL;
  paren_params(p, &it->params);
  if (p->panic || !expect_do(p, open, "after the actor's name")) return it;
  it->body = new_expr(p, E_BLOCK);
  it->body->block = NEW(Block);
  for (;;) {
    skip_semis(p);
    if (at(p, TK_end) || at(p, TK_EOF)) break;
    int before = p->pos;
    if (at(p, TK_else)) stray_else(p);
    else if (at(p, TK_terminate)) {
      Span t = tok_span(p);
      if (it->terminate) syntax_error(p, "an actor has at most one `terminate` block");
      next(p);
      if (expect_do(p, t, "after `terminate`")) {
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
  h.name = parse_ident_here(p, "a handler name");
  paren_params(p, &h.params);
  if (h.is_call && !p->panic && eat_type_mark(p)) h.reply = parse_type(p);
  if (p->panic || !expect_do(p, open, "after the handler's head")) return;
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
  it->name = parse_ident_here(p, "a service name");
  if (p->panic) return NULL;
  if (!expect_do(p, open, "after the service's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (at(p, TK_fn) || at(p, TK_def)) {
      FnClause *c = whole_fn(p, parse_fn(p, false, false));
      if (c) vec_push(&it->fns, c);
    } else if (at(p, TK_call) || at(p, TK_cast)) parse_handler(p, it);
    else syntax_error(p, "expected `fn`, `call` or `cast` in this service, found %s", found(p));
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
  } else syntax_error(p, "expected a name or a number, found %s", found(p));
  return id;
}

static void parse_child(Parser *p, Item *it) {
  ChildSpec c = {0};
  Span open = tok_span(p);
  next(p);
  c.name = parse_ident_here(p, "a child name");
  if (p->panic || !expect_do(p, open, "after the child's name")) return;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    if (at_word(p, "start")) {
      next(p);
      if (expect(p, TK_COLON, "after `start`")) c.start = parse_expr(p);
    } else if (at_word(p, "restart")) next(p), c.restart = setting_value(p);
    else if (at_word(p, "shutdown")) next(p), c.shutdown = setting_value(p);
    else syntax_error(p, "expected `start`, `restart` or `shutdown`, found %s", found(p));
    eat_here(p, TK_COMMA);
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
  it->name = parse_ident_here(p, "a supervisor name");
  if (p->panic) return NULL;
  if (!expect_do(p, open, "after the supervisor's name")) return it;
  while (!at(p, TK_end) && !at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_end)) break;
    int before = p->pos;
    Ident *setting = at_word(p, "strategy")       ? &it->strategy
                     : at_word(p, "max_restarts") ? &it->max_restarts
                     : at_word(p, "max_seconds")  ? &it->max_seconds
                                                  : NULL;
    if (setting) {
      next(p);
      Ident value = setting_value(p);
      if (!setting->name) *setting = value; /* the first counts */
    } else if (at_word(p, "child")) parse_child(p, it);
    else syntax_error(p, "expected `strategy`, `max_restarts`, `max_seconds` or `child`, found %s", found(p));
    sync_member(p);
    if (p->pos == before) next(p);
  }
  expect_end(p, open, "this supervisor");
  return finish(p, it);
}

/* ---- dispatch ---- */

/* A function, with `fn` the current token, as an item; NULL without a name. */
static Item *parse_fn_item(Parser *p, bool pub, bool is_extern) {
  Item *it = new_item(p, I_FN, pub);
  it->clause = whole_fn(p, parse_fn(p, pub, is_extern));
  if (!it->clause) return NULL;
  it->name = it->clause->name;
  return finish(p, it);
}

/* Behind `extern`, with or without a `pub` before or after it. */
static Item *parse_extern(Parser *p, bool pub) {
  pub = eat(p, TK_pub) || pub;
  if (at(p, TK_type)) return parse_type_item(p, pub, true);
  if (at(p, TK_fn) || at(p, TK_def)) return parse_fn_item(p, pub, true);
  syntax_error(p, "expected `fn` or `type` after `extern`");
  return NULL;
}

Item *parse_item(Parser *p) {
  TokKind k = kind_at(p, 1);
  if (at_word(p, "extern") && (k == TK_fn || k == TK_def || k == TK_pub || k == TK_type)) {
    next(p);
    return parse_extern(p, false);
  }
  bool pub = eat(p, TK_pub);
  if (pub) {
    k = kind(p);
    if (at_word(p, "extern")) {
      next(p);
      return parse_extern(p, true);
    }
    if (at_word(p, "inline") && kind_at(p, 1) == TK_fn) {
      /* pub inline fn f(x) = expr: expanded where it is called, before types are inferred. */
      next(p);
      Item *it = parse_fn_item(p, true, false);
      if (it) it->clause->is_inline = true;
      return it;
    }
    if (k != TK_fn && k != TK_def && k != TK_struct && k != TK_type && k != TK_interface && k != TK_supervisor &&
        k != TK_module) {
      syntax_error(p, "expected `fn`, `module`, `struct`, `interface`, `type`, or `supervisor` after `pub`");
      return NULL;
    }
  }
  switch (kind(p)) {
  case TK_fn:
  case TK_def:
    return pub ? parse_fn_item(p, true, false) : NULL; /* else parse_stmt decides between definition and closure */
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

/* What begins an item in other languages and here is only a name, or reserved for later: nothing but an item can begin
 * at the top level, so a name behind it tells. */
static bool foreign_item(Parser *p) {
  static const struct {
    const char *word, *help;
  } words[] = {
      {"use", "modules are imported with `import Module` or `from Module import name`"},
      {"using", "modules are imported with `import Module` or `from Module import name`"},
      {"require", "modules are imported with `import Module` or `from Module import name`"},
      {"include", "modules are imported with `import Module` or `from Module import name`"},
      {"alias", "modules are imported with `import Module` or `from Module import name`"},
      {"class", "data is a `struct Name do … end`, its operations are functions or an `impl`"},
      {"record", "data is a `struct Name do … end`"},
      {"data", "a type with variants is written `type Name do … end`, one variant a line"},
      {"enum", "a type with variants is written `type Name do … end`, one variant a line"},
      {"trait", "write `interface Name do … end`"},
      {"protocol", "write `interface Name do … end`"},
      {"var", "a value is introduced with `let name = …`"},
      {"val", "a value is introduced with `let name = …`"},
      {"const", "a value is introduced with `let name = …`"},
      {"func", "a function is written `fn name(…) do … end`"},
      {"fun", "a function is written `fn name(…) do … end`"},
      {"function", "a function is written `fn name(…) do … end`"},
      {"defp", "a function is written `fn name(…) do … end`; what is not `pub` is private"},
      {"defmodule", "every file is a module; inside one, write `module Name do … end`"},
      {"namespace", "every file is a module; inside one, write `module Name do … end`"},
      {"package", "every file is a module; inside one, write `module Name do … end`"},
  };
  const Token *after = cur(p) + 1;
  if ((!at(p, TK_ID) && !at(p, TK_trait) && !at(p, TK_alias)) || after->nl_before) return false;
  bool call = after->kind == TK_LPAREN; /* only `require("x")` and the like are meant so */
  if (after->kind != TK_ID && after->kind != TK_STR_OPEN && !call) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (!at_word(p, words[i].word) || (call && i > 3)) continue;
    Span open = tok_span(p);
    syntax_error(p, "there is no `%s` in Snow", words[i].word)->help = words[i].help;
    skip_foreign(p, open);
    return true;
  }
  return false;
}

/* One top-level element. */
static Item *parse_top(Parser *p) {
  if (foreign_item(p)) return NULL;
  Item *it = reserved_operand(p) ? NULL : parse_item(p);
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
  int errors = diag_errors();
  m->toks = lex(m->src);
  Parser parser = {0}, *p = &parser;
  p->src = m->src;
  p->mod = m;
  p->toks = m->toks->toks.v;
  m->bad = m->toks->bad;
  while (!at(p, TK_EOF)) {
    skip_semis(p);
    if (at(p, TK_EOF)) break;
    int before = p->pos;
    if (at(p, TK_end)) stray_end(p);
    else if (at(p, TK_else)) stray_else(p);
    else {
      begin_item(p);
      Item *it = parse_top(p);
      if (it) vec_push(&m->items, it);
    }
    if (p->panic) sync_statement(p);
    no_assignment(p);
    if (p->pos == before) next(p);
  }
  for (int i = 0; i < m->hoisted.n; i++)
    vec_push(&m->items, m->hoisted.v[i]);
  m->parsed = true;
  if (diag_errors() > errors) m->bad = true; /* those of the lexer too */
}
