/* Finding, reading and ordering modules (specification chapter 3 sections 1 to 6, decision D28). */
#include "sema/program.h"
#include "stdlib_embed.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

Program program;

/* ---- reading ---- */

static char *read_stream(FILE *f, uint32_t *len) {
  size_t n = 0, cap = 1 << 16;
  char *s = malloc(cap);
  if (!s) die("out of memory");
  for (;;) {
    size_t k = fread(s + n, 1, cap - n - 1, f);
    n += k;
    if (k == 0) break;
    if (n + 1 >= cap) {
      if (cap > (size_t)1 << 30) {
        free(s);
        errno = EFBIG;
        return NULL;
      }
      s = realloc(s, cap *= 2);
      if (!s) die("out of memory");
    }
  }
  if (ferror(f)) {
    free(s);
    return NULL;
  }
  s[n] = 0;
  *len = (uint32_t)n;
  return s;
}

static Source *read_source(const char *path, const char *shown) {
  uint32_t len = 0;
  char *text;
  if (strcmp(path, "-") == 0) {
    text = read_stream(stdin, &len);
    shown = "<stdin>";
  } else {
    FILE *f = fopen(path, "rb");
    struct stat st;
    if (f && fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode)) {
      fclose(f);
      f = NULL;
      errno = EISDIR;
    }
    if (!f) {
      Span none = {0};
      diag_error(NULL, none, "Failed to read '%s': %s", path, strerror(errno));
      return NULL;
    }
    text = read_stream(f, &len);
    fclose(f);
  }
  if (!text) {
    Span none = {0};
    diag_error(NULL, none, "Failed to read '%s': %s", path, strerror(errno));
    return NULL;
  }
  Source *src = NEW(Source);
  src->path = arena_strndup(shown, strlen(shown));
  src->text = text;
  src->len = len;
  return src;
}

/* ---- module names ---- */

/* One path component as a module name's segment: `entry_log` is EntryLog, `my__hTTP_x` MyHTTPX. */
static void put_segment(Buf *b, const char *s, size_t n) {
  bool start = true;
  for (size_t i = 0; i < n; i++) {
    if (s[i] == '_') {
      start = true;
      continue;
    }
    char c = s[i];
    if (start && c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
    buf_putc(b, c);
    start = false;
  }
}

static bool has_snow_suffix(const char *name) {
  size_t n = strlen(name);
  return n > 5 && strcmp(name + n - 5, ".snow") == 0;
}

static Name segment_name(const char *s, size_t n) {
  Buf b = {0};
  buf_putn(&b, "", 0);
  put_segment(&b, s, n);
  Name name = intern(b.s, b.n);
  free(b.s);
  return name;
}

static Module *new_module(Name name, Source *src) {
  Module *m = NEW(Module);
  m->name = name;
  const char *dot = strrchr(name->s, '.');
  m->last = dot ? intern_z(dot + 1) : name;
  m->src = src;
  return m;
}

/* ---- the library ---- */

static Module *load_std(Name name, const char *text, uint32_t len) {
  Source *src = NEW(Source);
  src->path = arena_printf("<stdlib>/%s.snow", name->s);
  src->text = text;
  src->len = len;
  src->is_std = true;
  src->order = -1000;
  Module *m = new_module(name, src);
  m->is_std = true;
  pmap_put(&program.std_by_name, name, m);
  vec_push(&program.std, m);
  parse_module(m);
  declare_module(m);
  declare_bodies(m);
  return m;
}

Module *std_module(Name name) {
  Module *m = pmap_get(&program.std_by_name, name);
  if (m) return m->bad && !m->src ? NULL : m;
  if (strcmp(name->s, "JSON") == 0) { /* the other name of Json (chapter 6 section 6.1) */
    m = std_module(intern_z("Json"));
    if (m) pmap_put(&program.std_by_name, name, m);
    return m;
  }
  if (program.stdlib_dir) {
    char *path = arena_printf("%s/%s.snow", program.stdlib_dir, name->s);
    FILE *f = name->s[0] == '.' || strchr(name->s, '/') ? NULL : fopen(path, "rb");
    if (f) {
      uint32_t len;
      char *text = read_stream(f, &len);
      fclose(f);
      if (text) return load_std(name, text, len);
    }
  } else {
    for (int i = 0; i < snow_stdlib_count; i++) {
      const char *file = snow_stdlib_files[i].name;
      size_t n = strlen(file) - 5;
      if (n == name->len && memcmp(file, name->s, n) == 0) {
        char *text = arena_strndup((const char *)snow_stdlib_files[i].text, snow_stdlib_files[i].size);
        return load_std(name, text, (uint32_t)snow_stdlib_files[i].size);
      }
    }
  }
  /* Remember that there is none. */
  m = NEW(Module);
  m->bad = true;
  pmap_put(&program.std_by_name, name, m);
  return NULL;
}

void each_std_name(void (*f)(const char *, void *), void *arg) {
  for (int i = 0; i < snow_stdlib_count; i++) {
    const char *file = snow_stdlib_files[i].name;
    f(arena_strndup(file, strlen(file) - 5), arg);
  }
}

/* ---- discovery ---- */

typedef VEC(char *) Strings;

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list_dir(const char *dir, Strings *out) {
  DIR *d = opendir(dir);
  if (!d) return;
  for (struct dirent *e; (e = readdir(d));)
    if (e->d_name[0] != '.') vec_push(out, arena_strndup(e->d_name, strlen(e->d_name)));
  closedir(d);
  vec_sort(out, by_text);
}

typedef struct {
  dev_t dev;
  ino_t ino;
} DirId;
typedef struct {
  VEC(struct Found {
    char *rel;
    Name name;
  })
  files;
  VEC(DirId) chain; /* directories on the way down, against symlink loops */
} Walk;

static void walk(Walk *w, const char *root, const char *rel, const char *prefix) {
  Strings names = {0};
  struct stat st;
  char *here = *rel ? arena_printf("%s/%s", root, rel) : arena_printf("%s", root);
  if (stat(here, &st) != 0) return;
  for (int i = 0; i < w->chain.n; i++)
    if (w->chain.v[i].dev == st.st_dev && w->chain.v[i].ino == st.st_ino) return;
  DirId id = {st.st_dev, st.st_ino};
  vec_push(&w->chain, id);
  list_dir(here, &names);
  for (int i = 0; i < names.n; i++) {
    char *sub = *rel ? arena_printf("%s/%s", rel, names.v[i]) : names.v[i];
    if (stat(arena_printf("%s/%s", root, sub), &st) != 0) continue;
    size_t stem = strlen(names.v[i]);
    if (S_ISREG(st.st_mode) && has_snow_suffix(names.v[i])) stem -= 5;
    else if (!S_ISDIR(st.st_mode)) continue;
    Buf b = {0};
    buf_puts(&b, prefix);
    if (*prefix) buf_putc(&b, '.');
    put_segment(&b, names.v[i], stem);
    char *name = arena_strndup(b.s, b.n);
    free(b.s);
    if (S_ISDIR(st.st_mode)) walk(w, root, sub, name);
    else {
      struct Found f = {sub, intern_z(strcmp(sub, "main.snow") == 0 ? "Main" : name)};
      vec_push(&w->files, f);
    }
  }
  w->chain.n--;
}

/* The file of module path segs[k..] below dir, found by reading only the directories on the way. */
static char *find_module_file(const char *dir, const Path *path, int k) {
  Strings names = {0};
  struct stat st;
  list_dir(dir, &names);
  for (int i = 0; i < names.n; i++) {
    char *full = arena_printf("%s/%s", dir, names.v[i]);
    size_t n = strlen(names.v[i]);
    bool file = k == path->n - 1;
    if (file && !has_snow_suffix(names.v[i])) continue;
    if (segment_name(names.v[i], file ? n - 5 : n) != path->v[k].name) continue;
    if (stat(full, &st) != 0) continue;
    if (file ? !S_ISREG(st.st_mode) : !S_ISDIR(st.st_mode)) continue;
    if (file) return full;
    char *found = find_module_file(full, path, k + 1);
    if (found) return found;
  }
  return NULL;
}

/* ---- imports ---- */

static VEC(Module *) user_modules; /* in discovery order */
static PMap user_by_name;
static PMap clash_by_name; /* Name → path of a second file with the same module name */
static const char *base_dir;
static bool whole_dir;

static Name path_name(const Path *path) {
  if (path->n == 1) return path->v[0].name;
  Buf b = {0};
  for (int i = 0; i < path->n; i++)
    buf_printf(&b, "%s%s", i ? "." : "", path->v[i].name->s);
  Name n = intern(b.s, b.n);
  free(b.s);
  return n;
}

static const char *join_path(const char *dir, const char *rel) {
  if (strcmp(dir, ".") == 0 && !whole_dir) return rel;
  size_t n = strlen(dir);
  return n && dir[n - 1] == '/' ? arena_printf("%s%s", dir, rel) : arena_printf("%s/%s", dir, rel);
}

static Module *add_user_module(Name name, const char *path, const char *shown) {
  Source *src = read_source(path, shown);
  if (!src) return NULL;
  Module *m = new_module(name, src);
  pmap_put(&user_by_name, name, m);
  vec_push(&user_modules, m);
  m->order = user_modules.n;
  src->order = user_modules.n;
  parse_module(m);
  return m;
}

static Module *user_module(const Path *path) {
  Name name = path_name(path);
  Module *m = pmap_get(&user_by_name, name);
  if (m) return m;
  if (!whole_dir && name == intern_z("Main")) return NULL;
  const char *file = whole_dir ? NULL : find_module_file(base_dir, path, 0);
  for (int i = 0; !file && i < program.roots.n; i++)
    file = find_module_file(program.roots.v[i], path, 0);
  if (!file) return NULL;
  const char *shown = strncmp(file, "./", 2) == 0 ? file + 2 : file;
  return add_user_module(name, file, shown);
}

bool module_exists(const Path *path) {
  return pmap_get(&user_by_name, path_name(path)) || (!whole_dir && base_dir && find_module_file(base_dir, path, 0));
}

static Span path_span(const Path *path) {
  Span s = path->v[0].span;
  s.end = path->v[path->n - 1].span.end;
  return s;
}

typedef struct {
  const char *want, *best;
  int distance;
} Suggest;
static void consider(const char *name, void *arg) {
  Suggest *s = arg;
  int d = edit_distance(s->want, name, 2);
  if (d < s->distance) s->distance = d, s->best = name;
}

typedef VEC(Item *) Items;

static void bind_imports(Module *m, const Items *items) {
  for (int i = 0; i < items->n; i++) {
    Item *it = items->v[i];
    if (it->kind == I_MODULE) bind_imports(m, (const Items *)(const void *)&it->items);
    if ((it->kind != I_IMPORT && it->kind != I_FROM) || !it->path.n) continue;
    Module *target = user_module(&it->path);
    Name name = path_name(&it->path);
    const char *clash = pmap_get(&clash_by_name, name);
    if (clash) {
      diag_error(NULL, path_span(&it->path), "module `%s` is defined by two files, %s and %s", name->s,
                 target->src->path, clash);
      continue;
    }
    if (!target && it->path.n == 1) target = std_module(it->path.v[0].name);
    it->module = target;
    if (!target) {
      pmap_put(&m->missing, it->path.v[it->path.n - 1].name, m);
      for (int k = 0; k < it->names.n; k++)
        pmap_put(&m->missing, it->names.v[k].name, m);
      Diag *d = diag_error("E0031", it->span, "module not found");
      d->primary.text = arena_printf("module `%s` not found", name->s);
      d->json = arena_printf("module `%s` not found", name->s);
      Suggest s = {name->s, NULL, 3};
      each_std_name(consider, &s);
      for (int k = 0; k < user_modules.n; k++)
        consider(user_modules.v[k]->name->s, &s);
      if (s.best) {
        d->help = arena_printf("did you mean `%s`?", s.best);
        d->json = arena_printf("module `%s` not found; did you mean `%s`?", name->s, s.best);
      }
      continue;
    }
    if (target->is_std) continue;
    if (target == m) {
      diag_error(NULL, it->span, "Module '%s' cannot import itself", m->name->s);
      continue;
    }
    bool known = false;
    for (int k = 0; k < m->deps.n; k++)
      known |= m->deps.v[k] == target;
    if (!known) vec_push(&m->deps, target);
  }
}

/* ---- compile order ---- */

static int by_module_name(const void *a, const void *b) {
  return strcmp((*(Module *const *)a)->name->s, (*(Module *const *)b)->name->s);
}

static void report_cycle(void) {
  /* Start at the first blocked module and follow first blocked dependencies until one repeats. */
  Module *m = NULL;
  for (int i = 0; i < user_modules.n && !m; i++)
    if (!user_modules.v[i]->visiting) m = user_modules.v[i];
  VEC(Module *) trail = {0};
  for (;;) {
    for (int i = 0; i < trail.n; i++)
      if (trail.v[i] == m) {
        Buf b = {0};
        for (int k = i; k < trail.n; k++)
          buf_printf(&b, "%s -> ", trail.v[k]->name->s);
        buf_puts(&b, m->name->s);
        Span at = {m->src, 0, 1};
        for (int k = 0; k < m->items.n; k++)
          if (m->items.v[k]->module && m->items.v[k]->module == (i + 1 < trail.n ? trail.v[i + 1] : m)) {
            at = m->items.v[k]->span;
            break;
          }
        diag_error(NULL, at, "Circular dependency: %s", b.s);
        free(b.s);
        return;
      }
    vec_push(&trail, m);
    for (int i = 0; i < m->deps.n; i++)
      if (!m->deps.v[i]->visiting) {
        m = m->deps.v[i];
        break;
      }
  }
}

/* Kahn's algorithm with a FIFO queue, names sorted within each wave (chapter 3 section 6). */
static bool order_modules(void) {
  int n = user_modules.n;
  int *waiting = NEW_ARRAY(int, n);
  VEC(Module *) queue = {0};
  for (int i = 0; i < n; i++) {
    user_modules.v[i]->order = i;
    waiting[i] = user_modules.v[i]->deps.n;
    if (!waiting[i]) vec_push(&queue, user_modules.v[i]);
  }
  vec_sort(&queue, by_module_name);
  for (int head = 0; head < queue.n; head++) {
    Module *m = queue.v[head];
    m->visiting = 1;
    m->src->order = program.modules.n;
    vec_push(&program.modules, m);
    int from = queue.n;
    for (int i = 0; i < n; i++)
      for (int k = 0; k < user_modules.v[i]->deps.n; k++)
        if (user_modules.v[i]->deps.v[k] == m && --waiting[i] == 0) vec_push(&queue, user_modules.v[i]);
    if (queue.n > from) qsort(queue.v + from, (size_t)(queue.n - from), sizeof *queue.v, by_module_name);
  }
  if (program.modules.n == n) return true;
  report_cycle();
  return false;
}

/* ---- entry ---- */

static bool load_directory(const char *dir) {
  Span none = {0};
  struct stat st;
  char *entry = arena_printf("%s/main.snow", dir);
  if (stat(entry, &st) != 0 || !S_ISREG(st.st_mode)) {
    diag_error(NULL, none, "No 'main.snow' found in '%s'. Snow projects must have a main.snow entry point.", dir);
    return false;
  }
  base_dir = dir;
  whole_dir = true;
  Walk w = {0};
  walk(&w, dir, "", "");
  for (int i = 0; i < w.files.n; i++) {
    const char *path = join_path(dir, w.files.v[i].rel);
    Module *other = pmap_get(&user_by_name, w.files.v[i].name);
    if (other) {
      /* The root's main.snow wins; another clash is reported where the name is imported. */
      if (strcmp(w.files.v[i].rel, "main.snow") != 0 && w.files.v[i].name != intern_z("Main"))
        pmap_put(&clash_by_name, w.files.v[i].name, (void *)path);
      if (strcmp(w.files.v[i].rel, "main.snow") != 0) continue;
    }
    Module *m = add_user_module(w.files.v[i].name, path, path);
    if (m && strcmp(w.files.v[i].rel, "main.snow") == 0) program.main = m;
  }
  return program.main != NULL;
}

static bool load_file(const char *path) {
  const char *slash = strrchr(path, '/');
  base_dir = strcmp(path, "-") == 0 || !slash ? "." : slash == path ? "/" : arena_strndup(path, (size_t)(slash - path));
  program.main = add_user_module(intern_z("Main"), path, path);
  return program.main != NULL;
}

bool load_program(const char *path) {
  struct stat st;
  Span none = {0};
  program.prelude = std_module(intern_z("Prelude"));
  if (!program.prelude) {
    diag_error(NULL, none, "the standard library has no Prelude module%s%s", program.stdlib_dir ? " in " : "",
               program.stdlib_dir ? program.stdlib_dir : "");
    return false;
  }
  bool ok =
      strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? load_directory(path) : load_file(path);
  if (!ok) return false;
  program.main->is_main = true;
  for (int i = 0; i < user_modules.n; i++)
    bind_imports(user_modules.v[i],
                 (const Items *)(const void *)&user_modules.v[i]->items); /* grows while files are found */
  if (!order_modules()) return false;
  return true;
}
