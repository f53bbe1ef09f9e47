/* Files and the environment. What a call found or why it failed is its actor's `outcome`. */
#define _DEFAULT_SOURCE
#include "data/unicode.h"
#include "rt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail_text(snow_cx *cx, const char *text) {
  *snow_heap_outcome(cx->heap) = snow_string_new(cx, text, strlen(text));
  return false;
}

static bool fail(snow_cx *cx, int e) {
  char text[256];
  snprintf(text, sizeof text, "%s (os error %d)", strerror(e), e);
  return fail_text(cx, text);
}

snow_str snow_file_outcome(snow_cx *cx) {
  snow_str s = *snow_heap_outcome(cx->heap);
  *snow_heap_outcome(cx->heap) = NULL;
  return s ? s : snow_empty;
}

/* A C string of a path, or NULL (with the outcome set) where it holds a NUL. To be freed. */
static char *c_path(snow_cx *cx, snow_str path) {
  if (memchr(path->data, 0, path->len)) {
    fail_text(cx, "file name contained an unexpected NUL byte");
    return NULL;
  }
  char *s = malloc((size_t)path->len + 1);
  if (!s) snow_die(102, "Snow: out of memory\n");
  memcpy(s, path->data, path->len);
  s[path->len] = 0;
  return s;
}

bool snow_file_read(snow_cx *cx, snow_str path) {
  char *p = c_path(cx, path);
  if (!p) return false;
  int fd = open(p, O_RDONLY | O_CLOEXEC);
  int e = errno;
  free(p);
  if (fd < 0) return fail(cx, e);
  struct stat st;
  size_t cap = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < INT32_MAX
                   ? (size_t)st.st_size + 1
                   : 4096,
         n = 0;
  char *buf = malloc(cap);
  if (!buf) snow_die(102, "Snow: out of memory\n");
  for (;;) { /* to the end of file, whatever size it claims */
    if (n == cap) {
      char *more = cap < UINT32_MAX ? realloc(buf, cap *= 2) : NULL;
      if (!more) {
        close(fd);
        free(buf);
        return fail(cx, EFBIG);
      }
      buf = more;
    }
    ssize_t k = read(fd, buf + n, cap - n);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) {
      e = errno;
      close(fd);
      free(buf);
      return fail(cx, e);
    }
    if (k == 0) break;
    n += (size_t)k;
  }
  close(fd);
  bool ok = n < UINT32_MAX && snow_utf8_valid((const unsigned char *)buf, n);
  if (ok) *snow_heap_outcome(cx->heap) = snow_string_new(cx, buf, n);
  free(buf);
  return ok || fail_text(cx, "stream did not contain valid UTF-8");
}

bool snow_file_write(snow_cx *cx, snow_str path, snow_str text, bool add) {
  char *p = c_path(cx, path);
  if (!p) return false;
  int fd = open(p, O_WRONLY | O_CREAT | O_CLOEXEC | (add ? O_APPEND : O_TRUNC), 0666);
  int e = errno;
  free(p);
  if (fd < 0) return fail(cx, e);
  for (size_t n = 0; n < text->len;) {
    ssize_t k = write(fd, text->data + n, text->len - n);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0) {
      e = errno;
      close(fd);
      return fail(cx, e);
    }
    n += (size_t)k;
  }
  return close(fd) == 0 || fail(cx, errno);
}

bool snow_file_delete(snow_cx *cx, snow_str path) {
  char *p = c_path(cx, path);
  if (!p) return false;
  bool ok = unlink(p) == 0;
  int e = errno;
  struct stat st;
  /* POSIX lets unlink of a directory say EPERM. */
  if (!ok && e == EPERM && lstat(p, &st) == 0 && S_ISDIR(st.st_mode)) e = EISDIR;
  free(p);
  return ok || fail(cx, e);
}

bool snow_file_exists(snow_cx *cx, snow_str path) {
  struct stat st;
  (void)cx;
  if (!path->len || memchr(path->data, 0, path->len)) return false;
  char *p = c_path(cx, path);
  bool ok = p && stat(p, &st) == 0;
  free(p);
  return ok;
}

/* ---- environment ---- */

static const char *variable(snow_str name) {
  if (!name->len || memchr(name->data, 0, name->len) || memchr(name->data, '=', name->len)) return NULL;
  char *n = malloc((size_t)name->len + 1);
  if (!n) snow_die(102, "Snow: out of memory\n");
  memcpy(n, name->data, name->len);
  n[name->len] = 0;
  const char *v = getenv(n);
  free(n);
  return v && snow_utf8_valid((const unsigned char *)v, strlen(v)) ? v : NULL;
}

bool snow_env_has(snow_cx *cx, snow_str name) {
  (void)cx;
  return variable(name) != NULL;
}

snow_str snow_env_value(snow_cx *cx, snow_str name) {
  const char *v = variable(name);
  return v ? snow_string_new(cx, v, strlen(v)) : snow_empty;
}
