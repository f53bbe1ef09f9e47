/* Files as whole texts. What a call found or why it failed is its actor's `outcome`. */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64 /* files of 2 GB and more, and names in any file system, on 32 bits too */
#include "data/unicode.h"
#include "rt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

bool snow_fail_text(snow_cx *cx, const char *text) {
  *snow_heap_outcome(cx->heap) = snow_string_new(cx, text, strlen(text));
  return false;
}

bool snow_fail_os(snow_cx *cx, int e) {
  char text[256];
  snprintf(text, sizeof text, "%s (os error %d)", strerror(e), e);
  return snow_fail_text(cx, text);
}

snow_str snow_file_outcome(snow_cx *cx) {
  snow_str s = *snow_heap_outcome(cx->heap);
  *snow_heap_outcome(cx->heap) = NULL;
  return s ? s : snow_empty;
}

/* A C string of a path, or NULL (with the outcome set) where it holds a NUL. To be freed. */
char *snow_c_path(snow_cx *cx, snow_str path) {
  if (memchr(path->data, 0, path->len)) {
    snow_fail_text(cx, "file name contained an unexpected NUL byte");
    return NULL;
  }
  char *s = malloc((size_t)path->len + 1);
  if (!s) snow_die(102, "Snow: out of memory\n");
  memcpy(s, path->data, path->len);
  s[path->len] = 0;
  return s;
}

/* What a helper thread does with a file, and how that went. */
typedef struct {
  char *path;
  char *buf;
  size_t n;
  bool add;
  int error;
} request;

int snow_read_fd(int fd, char **buf, size_t *n) {
  struct stat st;
  size_t cap = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < INT32_MAX
                   ? (size_t)st.st_size + 1
                   : 4096;
  *n = 0;
  *buf = malloc(cap);
  if (!*buf) snow_die(102, "Snow: out of memory\n");
  for (;;) { /* to the end of file, whatever size it claims */
    if (*n == cap) {
      char *more = cap < UINT32_MAX ? realloc(*buf, cap *= 2) : NULL;
      if (!more) return EFBIG;
      *buf = more;
    }
    ssize_t k = read(fd, *buf + *n, cap - *n);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) return errno;
    if (k == 0) return 0;
    *n += (size_t)k;
  }
}

static void read_file(void *p) {
  request *r = p;
  int fd = open(r->path, O_RDONLY | O_CLOEXEC);
  r->error = fd < 0 ? errno : snow_read_fd(fd, &r->buf, &r->n);
  if (fd >= 0) close(fd);
}

bool snow_file_read(snow_cx *cx, snow_str path) {
  request r = {.path = snow_c_path(cx, path)};
  if (!r.path) return false;
  snow_blocking(cx, read_file, &r);
  free(r.path);
  if (r.error) {
    free(r.buf);
    return snow_fail_os(cx, r.error);
  }
  bool ok = r.n < UINT32_MAX && snow_utf8_valid((const unsigned char *)r.buf, r.n);
  if (ok) *snow_heap_outcome(cx->heap) = snow_string_new(cx, r.buf, r.n);
  free(r.buf);
  return ok || snow_fail_text(cx, "stream did not contain valid UTF-8");
}

int snow_write_fd(int fd, const char *buf, size_t n) {
  while (n) {
    ssize_t k = write(fd, buf, n);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) return errno;
    buf += k;
    n -= (size_t)k;
  }
  return 0;
}

static void write_file(void *p) {
  request *r = p;
  int fd = open(r->path, O_WRONLY | O_CREAT | O_CLOEXEC | (r->add ? O_APPEND : O_TRUNC), 0666);
  r->error = fd < 0 ? errno : snow_write_fd(fd, r->buf, r->n);
  if (fd >= 0 && close(fd) != 0 && !r->error) r->error = errno;
}

bool snow_file_write(snow_cx *cx, snow_str path, snow_str text, bool add) {
  /* The text stays where it is: nothing of this process runs meanwhile. */
  request r = {.path = snow_c_path(cx, path), .buf = (char *)(uintptr_t)text->data, .n = text->len, .add = add};
  if (!r.path) return false;
  snow_blocking(cx, write_file, &r);
  free(r.path);
  return !r.error || snow_fail_os(cx, r.error);
}

static void delete_file(void *p) {
  request *r = p;
  struct stat st;
  r->error = unlink(r->path) == 0 ? 0 : errno;
  /* POSIX lets unlink of a directory say EPERM. */
  if (r->error == EPERM && lstat(r->path, &st) == 0 && S_ISDIR(st.st_mode)) r->error = EISDIR;
}

bool snow_file_delete(snow_cx *cx, snow_str path) {
  request r = {.path = snow_c_path(cx, path)};
  if (!r.path) return false;
  snow_blocking(cx, delete_file, &r);
  free(r.path);
  return !r.error || snow_fail_os(cx, r.error);
}

bool snow_file_exists(snow_cx *cx, snow_str path) {
  struct stat st;
  (void)cx;
  if (!path->len || memchr(path->data, 0, path->len)) return false;
  char *p = snow_c_path(cx, path);
  bool ok = p && stat(p, &st) == 0;
  free(p);
  return ok;
}
