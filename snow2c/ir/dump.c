/* The IR as text: --emit=ir. */
#include "ir/ir.h"

static FILE *out;

static void expr(const Ir *x) {
  static const char *const kinds[] = {"unit",     "int",  "float",  "bool",    "string",  "var",     "zero",
                                      "binary",   "not",  "neg",    "field",   "tag",     "payload", "struct",
                                      "variant",  "call", "call_c", "call_fn", "closure", "env",     "captured",
                                      "self_env", "at",   "len",    "tail",    "list",    "concat",  "address",
                                      "type",     "site", "global"};
  fprintf(out, "(%s", kinds[x->kind]);
  if (x->kind == X_INT || x->kind == X_BOOL) fprintf(out, " %lld", (long long)x->i);
  if (x->kind == X_FLOAT) fprintf(out, " %.17g", x->f);
  if (x->kind == X_VAR || x->kind == X_ADDRESS) fprintf(out, " %s", x->var ? x->var->hint : "none");
  if (x->kind == X_BINARY || x->kind == X_CALL_C) fprintf(out, " %s", x->text);
  if (x->kind == X_FIELD) fprintf(out, " %d", x->index);
  if (x->kind == X_PAYLOAD) fprintf(out, " %d.%d", x->variant, x->index);
  if (x->kind == X_VARIANT) fprintf(out, " %d", x->variant);
  if (x->kind == X_CALL || x->kind == X_CLOSURE) fprintf(out, " %s", x->fn->cname);
  if (x->kind == X_TYPE) fprintf(out, " %s", x->of->cname);
  if (x->kind == X_GLOBAL) fprintf(out, " %s", x->global->cname);
  if (x->a) fputc(' ', out), expr(x->a);
  if (x->b) fputc(' ', out), expr(x->b);
  for (int i = 0; i < x->args.n; i++)
    fputc(' ', out), expr(x->args.v[i]);
  fputc(')', out);
}

static void block(const IrBlock *b, int d) {
  static const char *const kinds[] = {"let",   "assign",   "do",     "if",   "switch", "loop", "range",
                                      "break", "continue", "return", "tail", "label",  "goto", "panic"};
  for (int i = 0; i < b->n; i++) {
    const IrStmt *s = b->v[i];
    fprintf(out, "%*s%s", d * 2, "", kinds[s->kind]);
    if (s->var) fprintf(out, " %s : %s", s->var->hint, s->var->repr->ctype);
    if (s->fn) fprintf(out, " %s", s->fn->cname);
    if (s->text) fprintf(out, " %s", s->text);
    if (s->e) fputc(' ', out), expr(s->e);
    if (s->e2) fputc(' ', out), expr(s->e2);
    fputc('\n', out);
    for (int k = 0; k < s->cases.n; k++) {
      fprintf(out, "%*s%lld:\n", d * 2 + 2, "", (long long)s->cases.v[k].value);
      block(&s->cases.v[k].body, d + 2);
    }
    block(&s->a, d + 1);
    if (s->b.n) fprintf(out, "%*selse\n", d * 2, ""), block(&s->b, d + 1);
  }
}

void dump_ir(FILE *f) {
  out = f;
  for (int i = 0; i < ir.fns.n; i++) {
    const IrFn *fn = ir.fns.v[i];
    fprintf(out, "fn %s(", fn->cname);
    for (int k = 0; k < fn->params.n; k++)
      fprintf(out, "%s%s : %s", k ? ", " : "", fn->params.v[k]->hint, fn->params.v[k]->repr->ctype);
    fprintf(out, ") -> %s\n", fn->ret->ctype);
    block(&fn->body, 1);
  }
}
