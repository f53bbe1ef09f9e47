/* Directories, what is known of files, files in pieces. Everything that may wait for a disk runs on a helper thread. */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64 /* files of 2 GB and more, and names in any file system, on 32 bits too */
#include "data/unicode.h"
#include "rt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *path, *other;
  const char *text;
  size_t n;
  int64_t offset;
  int op;
  struct stat st;
  char **names;
  char *buf;
  int error;
} request;

static void *need(void *p) {
  if (!p) snow_die(102, "Snow: out of memory\n");
  return p;
}

/* Runs fn for a path on a helper thread; false, with the outcome set, when it fails. */
static bool run(snow_cx *cx, void (*fn)(void *), request *r, snow_str path) {
  r->path = snow_c_path(cx, path);
  if (!r->path) return false;
  snow_blocking(cx, fn, r);
  free(r->path);
  return !r->error || snow_fail_os(cx, r->error);
}

/* ---- facts ---- */

static void look(void *p) {
  request *r = p;
  r->error = (r->op ? stat(r->path, &r->st) : lstat(r->path, &r->st)) == 0 ? 0 : errno;
}

snow_list snow_file_facts(snow_cx *cx, snow_str path, bool follow) {
  request r = {.op = follow};
  if (!run(cx, look, &r, path)) return snow_nil;
  mode_t m = r.st.st_mode;
  snow_buf *b = snow_buf_new(cx, &snow_int_array, 4, sizeof(int64_t));
  int64_t *out = (int64_t *)(void *)(b + 1);
  out[0] = (int64_t)r.st.st_size;
  out[1] = S_ISREG(m) ? 1 : S_ISDIR(m) ? 2 : S_ISLNK(m) ? 3 : 0;
#ifdef __APPLE__
  out[2] = (int64_t)r.st.st_mtimespec.tv_sec * 1000 + r.st.st_mtimespec.tv_nsec / 1000000;
#else
  out[2] = (int64_t)r.st.st_mtim.tv_sec * 1000 + r.st.st_mtim.tv_nsec / 1000000;
#endif
  out[3] = (int64_t)(m & 07777);
  b->hi = 4;
  return (snow_list){b, 0, 4};
}

/* ---- directories ---- */

static int by_bytes(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(void *p) {
  request *r = p;
  DIR *d = opendir(r->path);
  if (!d) {
    r->error = errno;
    return;
  }
  size_t cap = 0;
  for (;;) {
    errno = 0;
    struct dirent *e = readdir(d);
    if (!e) {
      r->error = errno;
      break;
    }
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    if (r->n == cap) {
      cap = cap ? cap * 2 : 64;
      r->names = need(realloc(r->names, cap * sizeof *r->names));
    }
    r->names[r->n++] = need(strdup(e->d_name));
  }
  closedir(d);
  if (r->n) qsort(r->names, r->n, sizeof *r->names, by_bytes);
}

snow_list snow_file_names(snow_cx *cx, snow_str path) {
  request r = {0};
  bool ok = run(cx, list, &r, path);
  snow_list names = ok ? snow_strings(cx, r.names, r.n) : snow_nil;
  for (size_t i = 0; i < r.n; i++)
    free(r.names[i]);
  free(r.names);
  return names;
}

/* ---- changes ---- */

static int copy(const char *from, const char *to) {
  int in = open(from, O_RDONLY | O_CLOEXEC);
  if (in < 0) return errno;
  struct stat st;
  int error = fstat(in, &st) == 0 ? 0 : errno, out = -1;
  if (!error && S_ISDIR(st.st_mode)) error = EISDIR;
  if (!error) {
    out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, st.st_mode & 0777);
    if (out < 0) error = errno;
  }
  struct stat there;
  /* A file copied onto itself stays what it is. */
  bool same = !error && fstat(out, &there) == 0 && there.st_dev == st.st_dev && there.st_ino == st.st_ino;
  if (!error && !same && ftruncate(out, 0) != 0 && errno != EINVAL) error = errno;
  char buf[1 << 14];
  while (!error && !same) {
    ssize_t k = read(in, buf, sizeof buf);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) error = errno;
    if (k <= 0) break;
    error = snow_write_fd(out, buf, (size_t)k);
  }
  close(in);
  if (out >= 0 && close(out) != 0 && !error) error = errno;
  return error;
}

static void change(void *p) {
  request *r = p;
  switch (r->op) {
  case 0: r->error = mkdir(r->path, 0777) == 0 ? 0 : errno; break;
  case 1: r->error = rmdir(r->path) == 0 ? 0 : errno; break;
  case 2: r->error = rename(r->path, r->other) == 0 ? 0 : errno; break;
  default: r->error = copy(r->path, r->other);
  }
}

bool snow_file_change(snow_cx *cx, snow_str path, snow_str other, int64_t op) {
  request r = {.op = (int)op, .other = snow_c_path(cx, other)};
  bool ok = r.other && run(cx, change, &r, path);
  free(r.other);
  return ok;
}

static void replace(void *p) {
  request *r = p;
  size_t n = strlen(r->path) + 32;
  char *temp = need(malloc(n));
  int fd = -1;
  for (int i = 0; fd < 0 && i < 100; i++) {
    snprintf(temp, n, "%s.%ld-%d.tmp", r->path, (long)getpid(), i);
    fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0 && errno != EEXIST) break;
  }
  if (fd < 0) {
    r->error = errno;
    free(temp);
    return;
  }
  struct stat st;
  if (stat(r->path, &st) == 0 && fchmod(fd, st.st_mode & 0777) != 0) r->error = errno;
  if (!r->error) r->error = snow_write_fd(fd, r->text, r->n);
  if (!r->error && fsync(fd) != 0) r->error = errno;
  if (close(fd) != 0 && !r->error) r->error = errno;
  if (!r->error && rename(temp, r->path) != 0) r->error = errno;
  if (r->error) unlink(temp);
  free(temp);
}

bool snow_file_replace(snow_cx *cx, snow_str path, snow_str text) {
  request r = {.text = text->data, .n = text->len};
  return run(cx, replace, &r, path);
}

/* ---- pieces ---- */

static void read_piece(void *p) {
  request *r = p;
  size_t cap = 1 << 16;
  int fd = open(r->path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    r->error = errno;
    return;
  }
  r->buf = need(malloc(cap));
  for (;;) {
    ssize_t k = pread(fd, r->buf + r->n, cap - r->n, (off_t)r->offset + (off_t)r->n);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) r->error = errno;
    if (k <= 0) break;
    r->n += (size_t)k;
    if (r->n < cap) continue;
    /* Up to the last line that is whole; a line longer than this is read to its end. */
    size_t n = r->n;
    while (n && r->buf[n - 1] != '\n')
      n--;
    if (n) {
      r->n = n;
      break;
    }
    if (cap >= UINT32_MAX / 2) {
      r->error = EFBIG;
      break;
    }
    r->buf = need(realloc(r->buf, cap *= 2));
  }
  close(fd);
}

snow_str snow_file_piece(snow_cx *cx, snow_str path, int64_t offset) {
  request r = {.offset = offset < 0 ? 0 : offset};
  snow_str s = snow_empty;
  if (run(cx, read_piece, &r, path)) {
    if (snow_utf8_valid((const unsigned char *)r.buf, r.n)) s = snow_string_new(cx, r.buf, r.n);
    else snow_fail_text(cx, "stream did not contain valid UTF-8");
  }
  free(r.buf);
  return s;
}
