/* --lib: the exported functions as C functions that a C program calls, and their header. */
#include "emit/emit.h"

/* "shapes" of "dir/shapes.snow": what the C names begin with. */
static const char *lib_prefix(const char *input) {
  const char *slash = strrchr(input, '/');
  const char *base = slash && slash[1] ? slash + 1 : input;
  size_t n = strcspn(base, ".");
  return c_ident(n ? arena_strndup(base, n) : "snow_library");
}

static const char *c_type_of(Repr *r) { return r->kind == R_STRING ? "const char *" : r->ctype; }

static const char *c_declare(Repr *r, const char *name) {
  return r->kind == R_STRING ? arena_printf("const char *%s", name) : declare(r, name);
}

static const char *param(IrFn *fn, int i) {
  /* Prefixed where the Snow name would be a keyword of C or C++. */
  return arena_printf("%s_%d", c_ident(fn->params.v[i]->hint), i + 1);
}

static void prototype(Buf *b, const char *prefix, IrFn *fn) {
  buf_printf(b, "bool %s_%s(snow_lib *lib", prefix, c_ident(fn->def->name->s));
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT) buf_printf(b, ", %s", c_declare(fn->params.v[i]->repr, param(fn, i)));
  if (fn->ret->kind != R_UNIT) {
    const char *t = c_type_of(fn->ret);
    buf_printf(b, ", %s%s*result", t, t[strlen(t) - 1] == '*' ? "" : " ");
  }
  buf_puts(b, ")");
}

static void definition(Buf *b, const char *prefix, IrFn *fn) {
  bool unit = fn->ret->kind == R_UNIT;
  buf_printf(b, "struct %s_call {\n", fn->cname);
  int n = 0;
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT)
      buf_printf(b, "  %s;\n", c_declare(fn->params.v[i]->repr, arena_printf("p%d", i))), n++;
  if (!unit) buf_printf(b, "  %s;\n", c_declare(fn->ret, "result")), n++;
  if (!n) buf_puts(b, "  char none;\n");
  buf_printf(b, "};\nstatic void %s_enter(snow_cx *cx, void *p) {\n  struct %s_call *c = p;\n", fn->cname, fn->cname);
  if (!n) buf_puts(b, "  (void)c;\n");
  bool text = fn->ret->kind == R_STRING;
  buf_printf(b, "  %s%s%s(cx", unit ? "" : "c->result = ", text ? "snow_lib_c_string(cx, " : "", fn->cname);
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind == R_STRING) buf_printf(b, ", snow_lib_string(cx, c->p%d)", i);
    else if (fn->params.v[i]->repr->kind != R_UNIT) buf_printf(b, ", c->p%d", i);
  buf_printf(b, ")%s;\n}\n", text ? ")" : "");
  prototype(b, prefix, fn);
  buf_printf(b, " {\n  struct %s_call c;\n", fn->cname);
  if (!n) buf_puts(b, "  c.none = 0;\n");
  for (int i = 0; i < fn->params.n; i++)
    if (fn->params.v[i]->repr->kind != R_UNIT) buf_printf(b, "  c.p%d = %s;\n", i, param(fn, i));
  buf_printf(b, "  if (!snow_lib_run(lib, %s_enter, &c)) return false;\n", fn->cname);
  if (!unit) buf_puts(b, "  *result = c.result;\n");
  buf_puts(b, "  return true;\n}\n\n");
}

void emit_header(Buf *b, const char *input) {
  const char *prefix = lib_prefix(input);
  buf_printf(b, "/* Made by snow2c " SNOW_VERSION " from %s. */\n", input);
  buf_printf(b, "#ifndef SNOW_LIB_%s_H\n#define SNOW_LIB_%s_H\n\n#include <snow/snow.h>\n\n", prefix, prefix);
  buf_puts(b, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
  buf_printf(b, "/* Starts the library; end it with snow_lib_close. */\nsnow_lib *%s_open(void);\n\n", prefix);
  buf_puts(b, "/* Each returns false when it crashed; snow_lib_error tells why. Strings are UTF-8; one that is "
              "returned stays valid\n"
              " * until the next call. */\n");
  for (int i = 0; i < ir.exports.n; i++) {
    prototype(b, prefix, ir.exports.v[i]);
    buf_puts(b, ";\n");
  }
  buf_puts(b, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

void emit_lib(Buf *b, const char *input, const char *roots, int n_roots) {
  const char *prefix = lib_prefix(input);
  buf_printf(b, "snow_lib *%s_open(void);\n", prefix);
  for (int i = 0; i < ir.exports.n; i++) {
    prototype(b, prefix, ir.exports.v[i]);
    buf_puts(b, ";\n");
  }
  buf_printf(b, "\nsnow_lib *%s_open(void) {\n", prefix);
  buf_printf(b, "  static const snow_program program = {SNOW_ABI, start, %s, %d, NULL};\n", roots, n_roots);
  buf_puts(b, "  return snow_lib_open(&program);\n}\n\n");
  for (int i = 0; i < ir.exports.n; i++)
    definition(b, prefix, ir.exports.v[i]);
}
