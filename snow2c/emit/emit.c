/* Functions and the file as a whole. */
#include "emit/emit.h"

#include <stdlib.h>

/* ---- names ---- */

static bool reserved(const char *s) {
  static const char *const words[] = {
      "auto",   "break",    "case",     "char",     "const",     "continue",     "default", "do",      "double",
      "else",   "enum",     "extern",   "float",    "for",       "goto",         "if",      "inline",  "int",
      "long",   "register", "restrict", "return",   "short",     "signed",       "sizeof",  "static",  "struct",
      "switch", "typedef",  "union",    "unsigned", "void",      "volatile",     "while",   "bool",    "true",
      "false",  "cx",       "at",       "env",      "asm",       "typeof",       "linux",   "unix",    "i386",
      "arm",    "mips",     "sparc",    "sun",      "vax",       "errno",        "stdin",   "stdout",  "stderr",
      "assert", "offsetof", "main",     "nullptr",  "constexpr", "thread_local", "alignas", "alignof", "static_assert",
      "entry",  "roots",    "program"};
  static PMap set;
  if (!set.n)
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
      pmap_put(&set, intern_z(words[i]), (void *)1);
  if (pmap_get(&set, intern_z(s))) return true;
  return strncmp(s, "snow", 4) == 0 || strncmp(s, "env_", 4) == 0 || strncmp(s, "at_", 3) == 0 ||
         strncmp(s, "enter_", 6) == 0 || s[0] == '_' || (s[0] >= 'A' && s[0] <= 'Z') || (s[0] >= '0' && s[0] <= '9');
}

/* A name for a local of this function: its Snow name where C and the other locals allow. */
static const char *local_name(Emit *E, const char *hint) {
  const char *base = c_ident(hint);
  /* s1 and at1 name constants of the file. */
  bool constant = (base[0] == 's' && base[1] >= '0' && base[1] <= '9') ||
                  (strncmp(base, "at", 2) == 0 && base[2] >= '0' && base[2] <= '9');
  if (reserved(base) || constant) base = arena_printf("v_%s", base);
  Name n = intern_z(base);
  uintptr_t k = (uintptr_t)pmap_get(&E->names, n);
  if (!k) {
    pmap_put(&E->names, n, (void *)1);
    return n->s;
  }
  Name m;
  do
    m = intern_z(arena_printf("%s_%d", base, (int)++k));
  while (pmap_get(&E->names, m));
  pmap_put(&E->names, n, (void *)k);
  pmap_put(&E->names, m, (void *)1);
  return m->s;
}

/* ---- statements ---- */

static void line_start(Emit *E) {
  for (int i = 0; i < E->indent; i++)
    buf_puts(E->b, "  ");
}

static void mark_line(Emit *E, Span at) {
  if (!E->lines || !at.src) return;
  int line = source_line(at.src, at.start);
  if (line == E->line && E->line_file == at.src->path) return;
  E->line = line;
  E->line_file = at.src->path;
  buf_printf(E->b, "#line %d %s\n", line, c_string(at.src->path, (uint32_t)strlen(at.src->path)));
}

static void emit_block(Emit *E, const IrBlock *b);

static void nested_block(Emit *E, const IrBlock *b) {
  buf_puts(E->b, "{\n");
  E->indent++;
  emit_block(E, b);
  E->indent--;
  line_start(E);
  buf_puts(E->b, "}");
}

static void name_label(Emit *E, IrLabel *l) {
  if (!l->cname) l->cname = local_name(E, arena_printf("%s_", l->hint));
}

static void emit_label(Emit *E, IrLabel *l) {
  if (!l->used) return;
  name_label(E, l);
  buf_printf(E->b, "%s:;\n", l->cname);
}

static void assign_params(Emit *E, IrFn *target, IrStmt *s) {
  /* All arguments are evaluated before any parameter changes. */
  int n = 0, changed = 0;
  const char **tmp = NEW_ARRAY(const char *, s->args.n + 1);
  for (int i = 0; i < target->params.n; i++) {
    IrVar *p = target->params.v[i];
    if (p->repr->kind == R_UNIT) continue;
    Ir *a = s->args.v[n++];
    bool same = a->kind == X_VAR && a->var == p;
    if (!same && p->reads) changed++;
  }
  n = 0;
  for (int i = 0; i < target->params.n; i++) {
    IrVar *p = target->params.v[i];
    if (p->repr->kind == R_UNIT) continue;
    Ir *a = s->args.v[n++];
    if ((a->kind == X_VAR && a->var == p) || !p->reads) continue;
    bool constant =
        a->kind == X_INT || a->kind == X_BOOL || a->kind == X_FLOAT || a->kind == X_STRING || a->kind == X_ZERO;
    if (changed == 1 || constant) continue;
    tmp[i] = local_name(E, arena_printf("next_%s", p->hint));
    line_start(E);
    buf_printf(E->b, "%s = ", declare(p->repr, tmp[i]));
    emit_expr(E, a, 0);
    buf_puts(E->b, ";\n");
  }
  n = 0;
  for (int i = 0; i < target->params.n; i++) {
    IrVar *p = target->params.v[i];
    if (p->repr->kind == R_UNIT) continue;
    Ir *a = s->args.v[n++];
    if ((a->kind == X_VAR && a->var == p) || !p->reads) continue;
    line_start(E);
    buf_printf(E->b, "%s = ", p->cname);
    if (tmp[i]) buf_puts(E->b, tmp[i]);
    else emit_expr(E, a, 0);
    buf_puts(E->b, ";\n");
  }
}

static void emit_tail(Emit *E, IrStmt *s) {
  bool in_group = E->fn->group && s->fn->group == E->fn->group;
  if (s->fn == E->fn || in_group) {
    buf_puts(E->b, "{\n");
    E->indent++;
    assign_params(E, s->fn, s);
    if (in_group && s->fn != E->fn) {
      if (s->fn->takes_env) {
        line_start(E);
        buf_printf(E->b, "env_%s = %s;\n", s->fn->cname,
                   E->fn->takes_env ? arena_printf("env_%s", E->fn->cname) : "NULL");
      }
      if (s->fn->located) {
        line_start(E);
        buf_printf(E->b, "at_%s = ", s->fn->cname);
        emit_expr(E, s->e->b, 0);
        buf_puts(E->b, ";\n");
      }
    }
    line_start(E);
    buf_printf(E->b, "goto %s%s;\n", in_group ? "enter_" : "top", in_group ? s->fn->cname : "");
    E->indent--;
    line_start(E);
    buf_puts(E->b, "}\n");
    return;
  }
  if (s->e->repr->kind == R_UNIT) {
    emit_expr(E, s->e, 0);
    buf_puts(E->b, ";\n");
    line_start(E);
    buf_puts(E->b, "return;\n");
  } else {
    buf_puts(E->b, "return ");
    emit_expr(E, s->e, 0);
    buf_puts(E->b, ";\n");
  }
}

static void emit_jump(Emit *E, IrStmt *s) {
  bool is_break = s->kind == T_BREAK;
  IrStmt *inner = E->loops.n ? E->loops.v[E->loops.n - 1] : NULL;
  /* `break` inside a switch would leave only that. */
  bool plain = inner == s->loop;
  if (!is_break && !plain) {
    plain = true;
    for (int i = E->loops.n - 1; i >= 0 && E->loops.v[i] != s->loop; i--)
      plain &= E->loops.v[i] == NULL;
  }
  if (plain) {
    buf_puts(E->b, is_break ? "break;\n" : "continue;\n");
    return;
  }
  IrLabel *l = is_break ? s->loop->label : s->loop->label2;
  l->used = true;
  name_label(E, l);
  buf_printf(E->b, "goto %s;\n", l->cname);
}

static void loop_body(Emit *E, IrStmt *s) {
  vec_push(&E->loops, s);
  buf_puts(E->b, "{\n");
  E->indent++;
  if (ir.processes) {
    line_start(E);
    buf_puts(E->b, "SNOW_POLL(cx);\n");
  }
  emit_block(E, &s->a);
  emit_label(E, s->label2);
  E->indent--;
  line_start(E);
  buf_puts(E->b, "}\n");
  E->loops.n--;
  emit_label(E, s->label);
}

static void emit_stmt(Emit *E, IrStmt *s) {
  if (s->kind != T_LABEL) mark_line(E, s->span);
  switch (s->kind) {
  case T_LET:
    if (s->var->repr->kind == R_UNIT) return;
    if (!s->var->reads && !ir_has_effect(s->e)) return;
    line_start(E);
    if (!s->var->reads) buf_puts(E->b, "(void)");
    else {
      s->var->cname = local_name(E, s->var->hint);
      put_declaration(E->b, s->var->repr, s->var->cname);
      if (s->e) buf_puts(E->b, " = ");
    }
    if (s->e) emit_expr(E, s->e, 0);
    else if (s->var->assigned) buf_printf(E->b, " = %s", zero_of(s->var->repr));
    buf_puts(E->b, ";\n");
    return;
  case T_ASSIGN:
    if (!s->var->reads && !s->var->global && !ir_has_effect(s->e)) return;
    line_start(E);
    if (!s->var->reads && !s->var->global) buf_puts(E->b, "(void)");
    else if (s->var->cname) buf_printf(E->b, "%s = ", s->var->cname);
    else {
      /* A global. */
      for (int i = 0; i < ir.globals.n; i++)
        if (&ir.globals.v[i]->var == s->var) buf_printf(E->b, "%s = ", ir.globals.v[i]->cname);
    }
    emit_expr(E, s->e, 0);
    buf_puts(E->b, ";\n");
    return;
  case T_EXPR:
    line_start(E);
    if (s->e->repr->kind != R_UNIT) buf_puts(E->b, "(void)");
    emit_expr(E, s->e, s->e->repr->kind != R_UNIT ? 14 : 0);
    buf_puts(E->b, ";\n");
    return;
  case T_IF:
    if (!s->a.n && !s->b.n) return;
    line_start(E);
  chain:
    buf_puts(E->b, "if (");
    if (s->a.n) emit_expr(E, s->e, 0);
    else {
      Ir negated = {0};
      negated.kind = X_NOT;
      negated.repr = s->e->repr;
      negated.a = s->e;
      emit_expr(E, s->e->kind == X_NOT ? s->e->a : &negated, 0);
      buf_puts(E->b, ") ");
      nested_block(E, &s->b);
      buf_puts(E->b, "\n");
      return;
    }
    buf_puts(E->b, ") ");
    nested_block(E, &s->a);
    if (s->b.n) {
      buf_puts(E->b, " else ");
      if (s->b.n == 1 && s->b.v[0]->kind == T_IF && (s->b.v[0]->a.n || s->b.v[0]->b.n)) {
        s = s->b.v[0];
        goto chain;
      }
      nested_block(E, &s->b);
    }
    buf_puts(E->b, "\n");
    return;
  case T_SWITCH:
    line_start(E);
    buf_puts(E->b, "switch (");
    emit_expr(E, s->e, 0);
    buf_puts(E->b, ") {\n");
    vec_push(&E->loops, (IrStmt *)NULL);
    for (int i = 0; i <= s->cases.n; i++) {
      line_start(E);
      if (i == s->cases.n) buf_puts(E->b, "default: ");
      else {
        buf_puts(E->b, "case ");
        Ir v = {0};
        v.kind = X_INT;
        v.i = s->cases.v[i].value;
        emit_expr(E, &v, 0);
        buf_puts(E->b, ": ");
      }
      buf_puts(E->b, "{\n");
      E->indent++;
      emit_block(E, i == s->cases.n ? &s->a : &s->cases.v[i].body);
      line_start(E);
      buf_puts(E->b, "break;\n");
      E->indent--;
      line_start(E);
      buf_puts(E->b, "}\n");
    }
    E->loops.n--;
    line_start(E);
    buf_puts(E->b, "}\n");
    return;
  case T_LOOP:
    line_start(E);
    if (s->e) {
      buf_puts(E->b, "while (");
      emit_expr(E, s->e, 0);
      buf_puts(E->b, ") ");
    } else buf_puts(E->b, "for (;;) ");
    loop_body(E, s);
    return;
  case T_RANGE:
    line_start(E);
    s->var->cname = local_name(E, s->var->hint);
    buf_printf(E->b, "for (int64_t %s = ", s->var->cname);
    emit_expr(E, s->e, 0);
    buf_printf(E->b, "; %s < ", s->var->cname);
    emit_expr(E, s->e2, 11);
    buf_printf(E->b, "; %s++) ", s->var->cname);
    loop_body(E, s);
    return;
  case T_BREAK:
  case T_CONTINUE:
    line_start(E);
    emit_jump(E, s);
    return;
  case T_RETURN:
    line_start(E);
    if (!s->e) buf_puts(E->b, "return;\n");
    else {
      buf_puts(E->b, "return ");
      emit_expr(E, s->e, 0);
      buf_puts(E->b, ";\n");
    }
    return;
  case T_TAIL:
    line_start(E);
    emit_tail(E, s);
    return;
  case T_LABEL:
    if (s->label->used) emit_label(E, s->label);
    return;
  case T_GOTO:
    line_start(E);
    name_label(E, s->label);
    buf_printf(E->b, "goto %s;\n", s->label->cname);
    return;
  case T_PANIC:
    line_start(E);
    buf_printf(E->b, "snow_panic(cx, %s, %s);\n", E->at ? E->at : site_constant(s->span),
               c_string(s->text, (uint32_t)strlen(s->text)));
    /* Not every compiler knows that a panic does not return. */
    if (E->fn->ret->kind != R_UNIT) {
      line_start(E);
      buf_printf(E->b, "return %s;\n", zero_of(E->fn->ret));
    }
    return;
  }
}

static void emit_block(Emit *E, const IrBlock *b) {
  for (int i = 0; i < b->n; i++)
    emit_stmt(E, b->v[i]);
}

/* ---- functions ---- */

static void result_type(Buf *b, IrFn *fn) {
  if (fn->ret->kind == R_UNIT) buf_puts(b, "void ");
  else buf_puts(b, declare(fn->ret, ""));
}

void emit_signature(Buf *b, IrFn *fn) {
  buf_puts(b, "static ");
  result_type(b, fn);
  buf_printf(b, "%s(snow_cx *cx", fn->cname);
  if (fn->takes_env) buf_puts(b, ", const void *");
  if (fn->located) buf_puts(b, ", const snow_site *at");
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT) buf_printf(b, ", %s", declare(fn->params.v[i]->repr, ""));
  buf_puts(b, ")");
}

static void head(Emit *E, IrFn *fn, const char *name) {
  buf_puts(E->b, "static ");
  result_type(E->b, fn);
  buf_printf(E->b, "%s(snow_cx *cx", name);
  if (fn->takes_env) buf_puts(E->b, ", const void *env_");
  if (fn->located) buf_puts(E->b, ", const snow_site *at");
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT)
      buf_printf(E->b, ", %s", declare(fn->params.v[i]->repr, fn->params.v[i]->cname));
  buf_puts(E->b, ") {\n");
}

static void name_params(Emit *E, IrFn *fn) {
  for (int i = 0; i < fn->params.n; i++)
    fn->params.v[i]->cname = local_name(E, fn->params.v[i]->hint);
}

static void pass_params(Buf *b, IrFn *fn) {
  if (fn->takes_env) buf_puts(b, ", env_");
  if (fn->located) buf_puts(b, ", at");
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT) buf_printf(b, ", %s", fn->params.v[i]->cname);
}

/* A function that may recurse checks the stack; the rare call on a new segment goes through a record of its
 * arguments. */
static void grow(Emit *E, IrFn *fn) {
  Buf *b = E->b;
  bool unit = fn->ret->kind == R_UNIT;
  buf_printf(b, "struct %s_args {\n", fn->cname);
  if (!unit) buf_printf(b, "  %s;\n", declare(fn->ret, "result"));
  if (fn->takes_env) buf_puts(b, "  const void *env_;\n");
  if (fn->located) buf_puts(b, "  const snow_site *at;\n");
  int n = !unit + fn->takes_env + fn->located;
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT)
      buf_printf(b, "  %s;\n", declare(fn->params.v[i]->repr, arena_printf("p%d", i))), n++;
  if (!n) buf_puts(b, "  char none;\n");
  buf_printf(b, "};\nstatic void %s_run(snow_cx *cx, void *p) {\n  struct %s_args *a = p;\n", fn->cname, fn->cname);
  if (!n) buf_puts(b, "  (void)a;\n");
  buf_printf(b, "  %s%s(cx", unit ? "" : "a->result = ", fn->cname);
  if (fn->takes_env) buf_puts(b, ", a->env_");
  if (fn->located) buf_puts(b, ", a->at");
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT) buf_printf(b, ", a->p%d", i);
  buf_puts(b, ");\n}\nSNOW_COLD static ");
  result_type(b, fn);
  buf_printf(b, "%s_grow(snow_cx *cx", fn->cname);
  if (fn->takes_env) buf_puts(b, ", const void *env_");
  if (fn->located) buf_puts(b, ", const snow_site *at");
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT)
      buf_printf(b, ", %s", declare(fn->params.v[i]->repr, arena_printf("p%d", i)));
  buf_printf(b, ") {\n  struct %s_args a;\n", fn->cname);
  if (fn->takes_env) buf_puts(b, "  a.env_ = env_;\n");
  if (fn->located) buf_puts(b, "  a.at = at;\n");
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT) buf_printf(b, "  a.p%d = p%d;\n", i, i);
  Span here = {0};
  if (fn->def) here = fn->def->span;
  else if (fn->body.n) here = fn->body.v[0]->span;
  buf_printf(b, "  snow_grow(cx, %s, %s_run, &a);\n", site_constant(here), fn->cname);
  if (!unit) buf_puts(b, "  return a.result;\n");
  buf_puts(b, "}\n");
}

static void check_stack(Emit *E, IrFn *fn) {
  buf_puts(E->b, "  if (SNOW_STACK_LOW(cx)) ");
  bool unit = fn->ret->kind == R_UNIT;
  buf_printf(E->b, "%s%s_grow(cx", unit ? "{\n    " : "return ", fn->cname);
  pass_params(E->b, fn);
  buf_puts(E->b, unit ? ");\n    return;\n  }\n" : ");\n");
}

/* Whether the text mentions this identifier. */
static bool mentions(const Buf *text, const char *name) {
  size_t n = strlen(name);
  for (const char *p = text->s ? text->s : ""; (p = strstr(p, name)); p += n) {
    char before = p > text->s ? p[-1] : ' ', after = p[n];
    bool inside = before == '_' || before == '.' || before == '>' || (before >= '0' && before <= '9') ||
                  (before >= 'a' && before <= 'z') || (before >= 'A' && before <= 'Z') || after == '_' ||
                  (after >= '0' && after <= '9') || (after >= 'a' && after <= 'z') || (after >= 'A' && after <= 'Z');
    if (!inside) return true;
  }
  return false;
}

static void unused(Emit *E, IrFn *fn, const Buf *body, bool env_used) {
  if (!mentions(body, "cx") && !(fn->self_tail && ir.processes)) buf_puts(E->b, "  (void)cx;\n");
  if (fn->takes_env && !(env_used && fn->env && fn->env->vars.n)) buf_puts(E->b, "  (void)env_;\n");
  if (fn->located && !mentions(body, "at")) buf_puts(E->b, "  (void)at;\n");
  for (int i = 0; i < fn->params.n; i++)
    if (!fn->params.v[i]->reads && fn->params.v[i]->repr->kind != R_UNIT)
      buf_printf(E->b, "  (void)%s;\n", fn->params.v[i]->cname);
}

/* A function that only loops or panics still has to look as if it returned. */
static void never_returns(Emit *E, IrFn *fn, const Buf *body) {
  if (fn->ret->kind != R_UNIT && !mentions(body, "return")) buf_printf(E->b, "  return %s;\n", zero_of(fn->ret));
}

static void body_text(Emit *E, IrFn *fn, Buf *body, int indent) {
  Buf *saved = E->b;
  E->b = body;
  E->indent = indent;
  buf_puts(body, "");
  emit_block(E, &fn->body);
  E->b = saved;
}

static void generated_lines(Emit *E) {
  /* Back to numbering by this file would need its line; the function's own lines are told by the next directive. */
  E->line = 0;
  E->line_file = NULL;
}

static void emit_env_of(Emit *E, IrFn *fn, const char *param, const char *name, int indent) {
  if (!fn->env || !fn->env->vars.n) return;
  for (int i = 0; i < indent; i++)
    buf_puts(E->b, "  ");
  buf_printf(E->b, "const struct %s *%s = %s;\n", fn->env->cname, name, param);
}

static void emit_group(Emit *E, TailGroup *g) {
  if (g->emitted) return;
  g->emitted = true;
  g->cname = unique_global(arena_printf("%s_loop", g->fns.v[0]->cname));
  memset(&E->names, 0, sizeof E->names);
  Buf params = {0};
  for (int i = 0; i < g->fns.n; i++) {
    IrFn *fn = g->fns.v[i];
    if (fn->takes_env) buf_printf(&params, ", const void *env_%s", fn->cname);
    if (fn->located) buf_printf(&params, ", const snow_site *at_%s", fn->cname);
    name_params(E, fn);
    for (int k = 0; k < fn->params.n; k++)
      if (fn->params.v[k]->repr->kind != R_UNIT)
        buf_printf(&params, ", %s", declare(fn->params.v[k]->repr, fn->params.v[k]->cname));
  }
  buf_puts(E->b, "/* These call one another in tail position: */\nstatic ");
  result_type(E->b, g->fns.v[0]);
  buf_printf(E->b, "%s(snow_cx *cx, int entry%s) {\n  (void)cx;\n", g->cname, params.n ? params.s : "");
  for (int i = 0; i < g->fns.n; i++) {
    IrFn *fn = g->fns.v[i];
    if (fn->takes_env) buf_printf(E->b, "  (void)env_%s;\n", fn->cname);
    if (fn->located) buf_printf(E->b, "  (void)at_%s;\n", fn->cname);
    for (int k = 0; k < fn->params.n; k++)
      if (!fn->params.v[k]->reads && fn->params.v[k]->repr->kind != R_UNIT)
        buf_printf(E->b, "  (void)%s;\n", fn->params.v[k]->cname);
  }
  buf_puts(E->b, "  switch (entry) {\n");
  for (int i = 1; i < g->fns.n; i++)
    buf_printf(E->b, "  case %d: goto enter_%s;\n", i, g->fns.v[i]->cname);
  buf_printf(E->b, "  default: goto enter_%s;\n  }\n", g->fns.v[0]->cname);
  size_t from = E->b->n;
  for (int i = 0; i < g->fns.n; i++) {
    IrFn *fn = g->fns.v[i];
    E->fn = fn;
    E->env = arena_printf("env_%s_", fn->cname);
    E->at = fn->located ? arena_printf("at_%s", fn->cname) : NULL;
    buf_printf(E->b, "enter_%s: {\n%s", fn->cname, ir.processes ? "    SNOW_POLL(cx);\n" : "");
    emit_env_of(E, fn, arena_printf("env_%s", fn->cname), E->env, 2);
    if (fn->env && fn->env->vars.n) buf_printf(E->b, "    (void)%s;\n", E->env);
    generated_lines(E);
    E->indent = 2;
    emit_block(E, &fn->body);
    if (fn->ret->kind == R_UNIT) buf_puts(E->b, "    return;\n");
    buf_puts(E->b, "  }\n");
  }
  Buf bodies = {E->b->s + from, E->b->n - from, 0};
  never_returns(E, g->fns.v[0], &bodies);
  buf_puts(E->b, "}\n\n");
  free(params.s);
}

void emit_fn(Emit *E, IrFn *fn) {
  bool checks = fn->recursive || fn->calls_unknown;
  if (checks) grow(E, fn);
  if (fn->group) {
    emit_group(E, fn->group);
    memset(&E->names, 0, sizeof E->names);
    for (int i = 0; i < fn->params.n; i++)
      fn->params.v[i]->cname = arena_printf("p%d", i);
    if (fn->title) buf_printf(E->b, "/* %s */\n", fn->title);
    head(E, fn, fn->cname);
    if (checks) check_stack(E, fn);
    bool unit = fn->ret->kind == R_UNIT;
    int entry = 0;
    while (fn->group->fns.v[entry] != fn)
      entry++;
    buf_printf(E->b, "  %s%s(cx, %d", unit ? "" : "return ", fn->group->cname, entry);
    for (int i = 0; i < fn->group->fns.n; i++) {
      IrFn *m = fn->group->fns.v[i];
      if (m == fn) {
        pass_params(E->b, fn);
        continue;
      }
      if (m->takes_env) buf_puts(E->b, ", NULL");
      if (m->located) buf_puts(E->b, ", NULL");
      for (int k = 0; k < m->params.n; k++)
        if (m->params.v[k]->repr->kind != R_UNIT) buf_printf(E->b, ", %s", zero_of(m->params.v[k]->repr));
    }
    buf_puts(E->b, ");\n}\n\n");
    return;
  }
  memset(&E->names, 0, sizeof E->names);
  E->fn = fn;
  E->env = "env";
  E->at = fn->located ? "at" : NULL;
  name_params(E, fn);
  generated_lines(E);
  Buf body = {0};
  body_text(E, fn, &body, 1);
  if (fn->title) buf_printf(E->b, "/* %s */\n", fn->title);
  head(E, fn, fn->cname);
  bool env_used = mentions(&body, "env");
  if (env_used) emit_env_of(E, fn, "env_", "env", 1);
  unused(E, fn, &body, env_used);
  if (checks) check_stack(E, fn);
  if (fn->self_tail) buf_puts(E->b, ir.processes ? "top:;\n  SNOW_POLL(cx);\n" : "top:;\n");
  buf_putn(E->b, body.s ? body.s : "", body.n);
  never_returns(E, fn, &body);
  buf_puts(E->b, "}\n\n");
  free(body.s);
}

/* ---- -g ---- */

static void debug_entry(Buf *out, IrFn *fn, const char *cname) {
  Span at = fn->def ? fn->def->span : (Span){0};
  if (!at.src) return;
  buf_printf(out, "  {(snow_code)%s, \"%s.%s\", \"", cname, fn->def->mod->name->s, fn->def->name->s);
  json_escape(out, at.src->path);
  buf_printf(out, "\", %d},\n", source_line(at.src, at.start));
}

/* The unwinder's types are opaque here: its own header is not everywhere. */
static void emit_debug(Buf *out) {
  buf_puts(out, "struct _Unwind_Context;\n"
                "extern int _Unwind_Backtrace(int (*)(struct _Unwind_Context *, void *), void *);\n"
                "extern uintptr_t _Unwind_GetRegionStart(struct _Unwind_Context *);\n"
                "struct debug_walk {\n  int (*frame)(void *, void *);\n  void *arg;\n};\n"
                "static int debug_each(struct _Unwind_Context *context, void *arg) {\n"
                "  struct debug_walk *w = arg;\n  return w->frame(context, w->arg);\n}\n"
                "static void debug_walk(int (*frame)(void *, void *), void *arg) {\n"
                "  struct debug_walk w;\n  w.frame = frame;\n  w.arg = arg;\n"
                "  _Unwind_Backtrace(debug_each, &w);\n}\n"
                "static uintptr_t debug_start_of(void *context) {\n"
                "  return _Unwind_GetRegionStart((struct _Unwind_Context *)context);\n}\n"
                "static const snow_function debug_functions[] = {\n");
  for (int i = 0; i < ir.fns.n; i++) {
    IrFn *fn = ir.fns.v[i];
    if (!fn->reachable) continue;
    debug_entry(out, fn, fn->cname);
    if (fn->group && fn->group->fns.v[0] == fn) debug_entry(out, fn, fn->group->cname);
  }
  buf_puts(out,
           "  {NULL, NULL, NULL, 0}};\n"
           "static const snow_debug debug = {debug_functions, sizeof debug_functions / sizeof *debug_functions - 1, "
           "debug_walk,\n                                 debug_start_of};\n\n");
}

/* ---- the file ---- */

/* The library's own C functions are declared by <snow/snow.h>; a user's are declared here. */
static void emit_extern(Buf *b, Fn *f) {
  FnClause *c = f->clauses.v[0];
  Type *t = concretize(f->scheme->ty);
  Name name;
  bool by_address = is_param_type(f, c->ret, &name);
  Repr *ret = by_address ? repr_of(builtin.t_unit) : repr_of(t->ret);
  buf_printf(b, "extern %s%s(snow_cx *", ret->kind == R_UNIT ? "void " : declare(ret, ""), f->symbol);
  if (f->located) buf_puts(b, ", const snow_site *");
  for (int j = 0; j < c->generics.n; j++)
    buf_puts(b, ", const snow_type *");
  for (int j = 0; j < t->n; j++) {
    if (is_param_type(f, c->params.v[j].type, &name)) buf_puts(b, ", const void *");
    else if (repr_of(t->args[j])->kind != R_UNIT) buf_printf(b, ", %s", declare(repr_of(t->args[j]), ""));
  }
  buf_printf(b, "%s);\n", by_address ? ", void *" : "");
}

static void emit_externs(Buf *b, Module *m) {
  for (int k = 0; k < m->fn_list.n; k++) {
    Fn *f = m->fn_list.v[k];
    if (f->is_extern && f->used && f->scheme) emit_extern(b, f);
  }
  for (int k = 0; k < m->impls.n; k++)
    for (int i = 0; i < m->impls.v[k]->methods.n; i++)
      if (m->impls.v[k]->methods.v[i]->is_extern) emit_extern(b, m->impls.v[k]->methods.v[i]);
  for (int k = 0; k < m->inner.n; k++)
    emit_externs(b, m->inner.v[k]);
}

void emit_program(Buf *out, const EmitOptions *opt) {
  Buf bodies = {0};
  Emit emit = {0}, *E = &emit;
  E->b = &bodies;
  E->lines = opt->lines;
  find_tail_groups();
  find_live();
  find_recursion();
  for (int i = 0; i < ir.fns.n; i++)
    if (ir.fns.v[i]->reachable) emit_fn(E, ir.fns.v[i]);
  buf_printf(out, "/* Made by snow2c " SNOW_VERSION " from %s. */\n#include <snow/snow.h>\n", opt->input);
  /* Fused multiply-add would give other digits than the same program elsewhere. gcc knows no standard pragma for it,
   * and needs one only where it fuses by itself. */
  buf_puts(out,
           "#if defined(__clang__)\n#pragma STDC FP_CONTRACT OFF\n"
           "#elif defined(__GNUC__) && defined(__FP_FAST_FMA)\n#pragma GCC optimize(\"fp-contract=off\")\n#endif\n");
  buf_puts(out, "#if SNOW_ABI != 3\n#error \"this C file and the installed <snow/snow.h> are of different versions; "
                "translate it again\"\n#endif\n\n");
  emit_types(out);
  for (int i = 0; i < program.modules.n; i++)
    emit_externs(out, program.modules.v[i]);
  PMap seen = {0};
  for (int i = 0; i < ir.fns.n; i++) {
    EnvGroup *g = ir.fns.v[i]->env;
    if (!ir.fns.v[i]->reachable || !g || !g->vars.n || pmap_get(&seen, g)) continue;
    pmap_put(&seen, g, g);
    emit_env_struct(out, g);
    if (!g->made) continue;
    buf_printf(out, "static inline const void *%s_new(snow_cx *cx", g->cname);
    for (int k = 0; k < g->vars.n; k++)
      buf_printf(out, ", %s", declare(g->vars.v[k]->repr, arena_printf("m%d", k)));
    buf_printf(out, ") {\n  struct %s *o = snow_alloc(cx, &%s_layout, sizeof *o);\n", g->cname, g->cname);
    for (int k = 0; k < g->vars.n; k++)
      buf_printf(out, "  o->m%d_%s = m%d;\n", k, c_ident(g->vars.v[k]->hint), k);
    buf_puts(out, "  return o;\n}\n");
  }
  for (int i = 0; i < ir.fns.n; i++)
    if (ir.fns.v[i]->reachable) {
      emit_signature(out, ir.fns.v[i]);
      buf_puts(out, ";\n");
    }
  buf_putc(out, '\n');
  emit_descriptors(out);
  emit_constants(out);
  for (int i = 0; i < ir.globals.n; i++)
    if (ir.globals.v[i]->var.repr->kind != R_UNIT)
      buf_printf(out, "static %s;\n", declare(ir.globals.v[i]->var.repr, ir.globals.v[i]->cname));
  buf_putn(out, bodies.s ? bodies.s : "", bodies.n);
  free(bodies.s);
  int roots = 0;
  for (int i = 0; i < ir.globals.n; i++) {
    IrGlobal *g = ir.globals.v[i];
    if (g->var.repr->kind == R_UNIT) continue;
    buf_printf(out, "%s{&%s, sizeof %s}", roots++ ? ", " : "static const snow_root roots[] = {", g->cname, g->cname);
  }
  if (roots) buf_puts(out, "};\n");
  buf_puts(out, "static void start(snow_cx *cx) {\n");
  if (ir.init) buf_printf(out, "  %s(cx);\n", ir.init->cname);
  if (ir.init && ir.main && ir.processes) buf_puts(out, "  snow_settle(cx);\n");
  if (ir.main) buf_printf(out, "  %s(cx);\n", ir.main->cname);
  if (!ir.init && !ir.main) buf_puts(out, "  (void)cx;\n");
  buf_puts(out, "}\n\n");
  if (!ir.main) {
    emit_lib(out, opt->input, roots ? "roots" : "NULL", roots);
    return;
  }
  if (opt->debug) emit_debug(out);
  buf_puts(out, "int main(int argc, char **argv) {\n");
  buf_printf(out, "  static const snow_program program = {SNOW_ABI, start, %s, %d, %s};\n", roots ? "roots" : "NULL",
             roots, opt->debug ? "&debug" : "NULL");
  buf_puts(out, "  return snow_main(argc, argv, &program);\n}\n");
}
