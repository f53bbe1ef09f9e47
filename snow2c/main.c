/* snow2c: the command line. */
#include "doc.h"
#include "emit/emit.h"
#include "stdlib_embed.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

typedef enum { EMIT_C, EMIT_TOKENS, EMIT_AST, EMIT_TYPES, EMIT_IR } EmitKind;

static struct {
  const char *input, *output, *header, *depfile, *doc;
  EmitKind emit;
  bool check, json, deps, no_line, debug;
  const char *color;
  int status;
} opt;

static const char usage_text[] =
    "usage: snow2c [options] FILE | DIR | -\n"
    "Translates a Snow program to C99, on standard output.\n"
    "\n"
    "  -o FILE            write to FILE (through a temporary file) instead of standard output\n"
    "  --check            only check the program; write nothing\n"
    "  --lib              a library: no main is needed\n"
    "  --header FILE      with --lib: write C prototypes of the exported functions\n"
    "  --emit=KIND        c (default), tokens, ast, types or ir\n"
    "  -I DIR             look for imported modules in DIR too (may be repeated)\n"
    "  --stdlib DIR       use the standard library in DIR instead of the built-in one\n"
    "  -MD                write a make rule with the files read to OUTPUT.d (-MF FILE: to FILE)\n"
    "  -W WARNING         NAME or no-NAME: with or without that warning (or unused, all);\n"
    "                     error or error=NAME: warnings, or that one, are errors\n"
    "  --no-line          no #line directives\n"
    "  -g                 a table of functions, so that crashes are reported with a backtrace\n"
    "  --json             diagnostics as JSON, one object a line\n"
    "  --doc NAME         print the documentation of a library MODULE or MODULE.NAME, or of FILE.snow or\n"
    "                     FILE.snow:NAME; modules: list the library's; mdoc: its manual page\n"
    "  --color=WHEN       always, never or auto (default: on a terminal, unless NO_COLOR is set)\n"
    "  --version, --help\n"
    "\n"
    "Exit status: 0 ok, 1 faults in the program, 2 wrong usage, 3 out of memory or an unwritable output.\n";

static void usage_error(const char *fmt, const char *arg) {
  fputs("snow2c: ", stderr);
  fprintf(stderr, fmt, arg);
  fputs("\nTry 'snow2c --help'.\n", stderr);
  exit(2);
}

/* The value of an option: --name=VALUE, --name VALUE or -nVALUE. */
static const char *value_of(const char *arg, const char *name, char **argv, int argc, int *i) {
  size_t n = strlen(name);
  if (strncmp(arg, name, n) != 0) return NULL;
  if (arg[n] == '=' && name[1] == '-') return arg + n + 1;
  if (arg[n] && name[1] != '-') return arg + n;
  if (arg[n]) return NULL;
  if (*i + 1 >= argc) usage_error("option %s needs a value", name);
  return argv[++*i];
}

static void parse_options(int argc, char **argv) {
  bool only_files = false;
  opt.color = "auto";
  for (int i = 1; i < argc; i++) {
    const char *a = argv[i], *v;
    if (only_files || a[0] != '-' || !a[1]) {
      if (opt.input) usage_error("one program at a time: unexpected '%s'", a);
      opt.input = a;
    } else if (strcmp(a, "--") == 0) only_files = true;
    else if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0) {
      fputs(usage_text, stdout);
      exit(0);
    } else if (strcmp(a, "--version") == 0 || strcmp(a, "-V") == 0) {
      puts("snow2c " SNOW_VERSION);
      exit(0);
    } else if (strcmp(a, "--check") == 0) opt.check = true;
    else if (strcmp(a, "--lib") == 0) program.lib = true;
    else if (strcmp(a, "--json") == 0) opt.json = true;
    else if (strcmp(a, "--no-color") == 0) opt.color = "never";
    else if (strcmp(a, "--no-line") == 0) opt.no_line = true;
    else if (strcmp(a, "-g") == 0) opt.debug = true;
    else if (strcmp(a, "-MD") == 0) opt.deps = true;
    else if ((v = value_of(a, "-W", argv, argc, &i))) {
      if (diag_option(v)) continue;
      Buf names = {0};
      for (int k = 0; diag_warning_name(k); k++)
        buf_printf(&names, "%s%s", k ? ", " : "", diag_warning_name(k));
      usage_error("unknown warning; there are all, unused, %s", names.s);
    } else if ((v = value_of(a, "-MF", argv, argc, &i))) opt.depfile = v;
    else if ((v = value_of(a, "--doc", argv, argc, &i))) opt.doc = v;
    else if ((v = value_of(a, "--header", argv, argc, &i))) opt.header = v;
    else if ((v = value_of(a, "--stdlib", argv, argc, &i))) program.stdlib_dir = v;
    else if ((v = value_of(a, "--color", argv, argc, &i))) {
      if (strcmp(v, "always") && strcmp(v, "never") && strcmp(v, "auto"))
        usage_error("--color takes always, never or auto, not '%s'", v);
      opt.color = v;
    } else if ((v = value_of(a, "--emit", argv, argc, &i))) {
      static const char *const kinds[] = {"c", "tokens", "ast", "types", "ir"};
      int k = 0;
      while (k < 5 && strcmp(v, kinds[k]) != 0)
        k++;
      if (k == 5) usage_error("--emit takes c, tokens, ast, types or ir, not '%s'", v);
      opt.emit = (EmitKind)k;
    } else if ((v = value_of(a, "-o", argv, argc, &i))) opt.output = v;
    else if ((v = value_of(a, "-I", argv, argc, &i))) vec_push(&program.roots, v);
    else usage_error("unknown option '%s'", a);
  }
  if (opt.doc && opt.input) usage_error("--doc takes no program: unexpected '%s'", opt.input);
  if (!opt.input && !opt.doc) usage_error("no input%s", "");
  if (opt.header && !program.lib) usage_error("--header goes with %s", "--lib");
}

/* ---- output ---- */

static void write_all(FILE *f, const char *name, const Buf *b) {
  if ((b->n && fwrite(b->s, 1, b->n, f) != b->n) || fflush(f) != 0) die("cannot write %s: %s", name, strerror(errno));
}

static void write_file(const char *path, const Buf *b) {
  char *tmp = arena_printf("%s.tmp%ld", path, (long)getpid());
  FILE *f = fopen(tmp, "wb");
  if (!f) die("cannot write %s: %s", path, strerror(errno));
  write_all(f, path, b);
  fclose(f);
  if (rename(tmp, path) != 0) {
    int e = errno;
    remove(tmp);
    die("cannot write %s: %s", path, strerror(e));
  }
}

static void put_dep(Buf *b, const char *path) {
  buf_puts(b, " \\\n ");
  for (; *path; path++) {
    if (*path == ' ' || *path == '#') buf_putc(b, '\\');
    if (*path == '$') buf_putc(b, '$');
    buf_putc(b, *path);
  }
}

static void write_deps(void) {
  /* Without -o the rule is for the C file that would have the program's name. */
  size_t stem = strlen(opt.input) > 5 && strcmp(opt.input + strlen(opt.input) - 5, ".snow") == 0 ? strlen(opt.input) - 5
                                                                                                 : strlen(opt.input);
  const char *target = opt.output ? opt.output : arena_printf("%.*s.c", (int)stem, opt.input);
  Buf b = {0};
  buf_printf(&b, "%s:", target);
  for (int i = 0; i < program.modules.n; i++)
    put_dep(&b, program.modules.v[i]->src->path);
  if (program.stdlib_dir)
    for (int i = 0; i < program.std.n; i++)
      put_dep(&b, arena_printf("%s/%s.snow", program.stdlib_dir, program.std.v[i]->name->s));
  buf_putc(&b, '\n');
  write_file(opt.depfile  ? opt.depfile
             : opt.output ? arena_printf("%s.d", target)
                          : arena_printf("%.*s.d", (int)stem, opt.input),
             &b);
}

/* ---- passes ---- */

static void dump_types(Buf *b) {
  for (int i = 0; i < program.modules.n; i++) {
    Module *m = program.modules.v[i];
    for (int k = 0; k < m->fn_list.n; k++) {
      Fn *f = m->fn_list.v[k];
      if (f->scheme) buf_printf(b, "%s.%s/%d : %s\n", m->name->s, f->name->s, f->arity, type_text(f->scheme->ty, m));
    }
    for (int k = 0; k < m->let_fns.n; k++)
      if (m->let_fns.v[k]->ty)
        buf_printf(b, "%s.%s : %s\n", m->name->s, m->let_fns.v[k]->name->s, type_text(m->let_fns.v[k]->ty, m));
  }
}

static bool any_bad(void) {
  for (int i = 0; i < program.modules.n; i++)
    if (program.modules.v[i]->bad) return true;
  return false;
}

static Buf header;

static void translate(Buf *out) {
  if (!load_program(opt.input)) return;
  if (opt.emit == EMIT_TOKENS || opt.emit == EMIT_AST) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f) die("out of memory");
    for (int i = 0; i < program.modules.n; i++) {
      if (opt.emit == EMIT_TOKENS) dump_tokens(program.modules.v[i]->toks, f);
      else dump_module(program.modules.v[i], f);
    }
    fclose(f);
    buf_putn(out, text, n);
    free(text);
    return;
  }
  /* A tree with holes would give follow-on errors: a syntax error ends here. */
  if (any_bad()) return;
  for (int i = 0; i < program.modules.n; i++)
    declare_module(program.modules.v[i]);
  for (int i = 0; i < program.modules.n; i++)
    declare_bodies(program.modules.v[i]);
  check_program();
  if (diag_errors() || opt.check) return;
  if (opt.emit == EMIT_TYPES) {
    dump_types(out);
    return;
  }
  lower_program();
  if (diag_errors()) return;
  if (opt.emit == EMIT_IR) {
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f) die("out of memory");
    dump_ir(f);
    fclose(f);
    buf_putn(out, text, n);
    free(text);
    return;
  }
  EmitOptions eo = {!opt.no_line, opt.input, opt.debug};
  emit_program(out, &eo);
  if (opt.header) emit_header(&header, opt.input);
}

static void *run(void *unused) {
  (void)unused;
  static Buf out;
  if (setjmp(diag_stop_point) == 0) translate(&out);
  bool color = strcmp(opt.color, "always") == 0;
  if (strcmp(opt.color, "auto") == 0) {
    const char *no = getenv("NO_COLOR");
    color = isatty(2) && !(no && *no);
  }
  diag_print_all(stderr, opt.json, color && !opt.json);
  if (diag_errors()) {
    opt.status = 1;
    return NULL;
  }
  if (opt.header && !opt.check) write_file(opt.header, &header);
  if (opt.deps) write_deps();
  if (opt.check) return NULL;
  if (opt.output) write_file(opt.output, &out);
  else write_all(stdout, "standard output", &out);
  return NULL;
}

static int print_doc(void) {
  Buf out = {0};
  const char *why = NULL;
  if (!write_doc(&out, opt.doc, &why)) {
    fprintf(stderr, "snow2c: %s\n", why);
    return 1;
  }
  if (opt.output) write_file(opt.output, &out);
  else write_all(stdout, "standard output", &out);
  return 0;
}

int main(int argc, char **argv) {
  parse_options(argc, argv);
  if (opt.doc) return print_doc();
  /* The passes recurse over the program's nesting, which is bounded (MAX_DEPTH) but deep: give them the stack. */
  pthread_attr_t attr;
  pthread_t thread;
  pthread_attr_init(&attr);
  size_t size = (size_t)1 << (sizeof(void *) == 8 ? 30 : 27);
  while (pthread_attr_setstacksize(&attr, size) != 0 && size > 1 << 20)
    size /= 2;
  while (pthread_create(&thread, &attr, run, NULL) != 0) {
    if (size <= 1 << 20) die("cannot start: %s", strerror(errno));
    size /= 2;
    pthread_attr_setstacksize(&attr, size);
  }
  pthread_join(thread, NULL);
  return opt.status;
}
