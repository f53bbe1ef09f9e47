/* Standard output, input and error. Output to a terminal is written at each line feed, other output is buffered and
 * written before any wait for input, before text to standard error, at a panic, at the end, and by a helper thread
 * about ten milliseconds after it came (decision D6 of the language). */
#define _DEFAULT_SOURCE
#include "data/unicode.h"
#include "rt.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { OUT_SIZE = 1 << 16, IN_SIZE = 1 << 16, FLUSH_MS = 10 };

static struct {
  pthread_mutex_t lock;
  pthread_cond_t filled;
  char *buf;
  size_t n;
  bool terminal, known, helper;
} out = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};

static void write_fully(int fd, const char *s, size_t n) {
  while (n) {
    ssize_t k = write(fd, s, n);
    if (k < 0 && errno == EINTR) continue;
    if (k < 0 && errno == EAGAIN) {
      struct timespec ms = {0, 1000000};
      nanosleep(&ms, NULL);
      continue;
    }
    if (k < 0) return; /* a full disk or closed descriptor: nobody is left to tell */
    s += k;
    n -= (size_t)k;
  }
}

static void flush_locked(void) {
  if (!out.n) return;
  write_fully(1, out.buf, out.n);
  out.n = 0;
}

void snow_out_flush(void) {
  pthread_mutex_lock(&out.lock);
  flush_locked();
  pthread_mutex_unlock(&out.lock);
}

static void *flush_later(void *unused) {
  (void)unused;
  pthread_mutex_lock(&out.lock);
  for (;;) {
    while (!out.n)
      pthread_cond_wait(&out.filled, &out.lock);
    pthread_mutex_unlock(&out.lock);
    struct timespec wait = {0, FLUSH_MS * 1000000L};
    nanosleep(&wait, NULL);
    pthread_mutex_lock(&out.lock);
    flush_locked();
  }
  return NULL;
}

static void start_helper(void) {
  pthread_attr_t attr;
  pthread_t thread;
  sigset_t all, old;
  out.helper = true;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the program's */
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attr, 64 << 10);
  /* Without a helper the other occasions to flush remain. */
  (void)!pthread_create(&thread, &attr, flush_later, NULL);
  pthread_attr_destroy(&attr);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void put_locked(const char *s, size_t n) {
  if (out.n + n > OUT_SIZE) flush_locked();
  if (n > OUT_SIZE) {
    write_fully(1, s, n);
    return;
  }
  memcpy(out.buf + out.n, s, n);
  out.n += n;
}

static void put(snow_str s, bool newline) {
  pthread_mutex_lock(&out.lock);
  if (!out.known) {
    out.known = true;
    out.terminal = isatty(1);
    out.buf = malloc(OUT_SIZE);
    if (!out.buf) snow_die(102, "Snow: out of memory\n");
  }
  bool was_empty = out.n == 0;
  put_locked(s->data, s->len);
  if (newline) put_locked("\n", 1);
  if (out.terminal) {
    if (newline || memchr(s->data, '\n', s->len)) flush_locked();
  }
  if (out.n && was_empty) {
    if (!out.helper) start_helper();
    pthread_cond_signal(&out.filled);
  }
  pthread_mutex_unlock(&out.lock);
}

void snow_print(snow_cx *cx, snow_str s) {
  (void)cx;
  put(s, false);
}

void snow_println(snow_cx *cx, snow_str s) {
  (void)cx;
  put(s, true);
}

void snow_eprintln(snow_cx *cx, snow_str s) {
  (void)cx;
  snow_out_flush();
  /* One write, so that lines of several writers do not mix. */
  char small[1024], *line = s->len < sizeof small ? small : malloc((size_t)s->len + 1);
  if (!line) return;
  memcpy(line, s->data, s->len);
  line[s->len] = '\n';
  write_fully(2, line, (size_t)s->len + 1);
  if (line != small) free(line);
}

void snow_eprint(snow_cx *cx, snow_str s) {
  (void)cx;
  snow_write_error(s->data, s->len);
}

void snow_write_error(const char *text, size_t len) {
  snow_out_flush();
  write_fully(2, text, len);
}

void snow_die(int status, const char *text) {
  snow_out_flush();
  fflush(NULL); /* what C code beside ours has written */
  write_fully(2, text, strlen(text));
  _exit(status);
}

/* ---- panics ---- */

static void panic_bytes(snow_cx *cx, const snow_site *at, const char *message, size_t len) {
  const char *file = at ? at->file : "?";
  size_t n = strlen(file) + len + 64;
  char *text = malloc(n);
  if (!text) snow_die(101, "Snow panic: out of memory\n");
  int k = snprintf(text, n, "Snow panic at %s:%d: ", file, at ? at->line : 0);
  memcpy(text + k, message, len);
  text[(size_t)k + len] = 0;
  if (cx->lib) snow_lib_crash(cx, text);
  if (cx->panicked) cx->panicked(cx, text, text + k);
  text[(size_t)k + len] = '\n';
  snow_out_flush();
  fflush(NULL);
  write_fully(2, text, (size_t)k + len + 1);
  char *trace = snow_backtrace();
  if (trace) write_fully(2, trace, strlen(trace));
  _exit(101);
}

void snow_panic(snow_cx *cx, const snow_site *at, const char *message) {
  panic_bytes(cx, at, message, strlen(message));
  abort();
}

void snow_panic_string(snow_cx *cx, const snow_site *at, snow_str message) {
  panic_bytes(cx, at, message->data, message->len);
  abort();
}

/* ---- input ---- */

static struct {
  char *buf;
  size_t at, n;
  _Atomic bool busy; /* a process reads a line */
} in;

static const char os_error_format[] = "%s (os error %d)";

static snow_str os_error(snow_cx *cx, int e) {
  char text[256];
  snprintf(text, sizeof text, os_error_format, strerror(e), e);
  return snow_string_new(cx, text, strlen(text));
}

typedef struct {
  ssize_t n;
  int error;
} filling;

static void fill(void *p) {
  filling *f = p;
  do
    f->n = read(0, in.buf, IN_SIZE);
  while (f->n < 0 && errno == EINTR);
  f->error = errno;
}

static void lock_input(snow_cx *cx) {
  snow_out_flush();
  /* One reader at a time. */
  while (atomic_exchange(&in.busy, true)) {
    struct timespec ms = {0, 1000000};
    if (cx->self) snow_sleep(cx, 1);
    else nanosleep(&ms, NULL);
  }
  if (!in.buf) in.buf = malloc(IN_SIZE);
  if (!in.buf) snow_die(102, "Snow: out of memory\n");
}

/* Has something in the buffer: 1; 0 at the end of input; -1 for an error, with the outcome. */
static int more_input(snow_cx *cx) {
  filling f;
  if (in.at < in.n) return 1;
  snow_blocking(cx, fill, &f);
  if (f.n < 0) *snow_heap_outcome(cx->heap) = os_error(cx, f.error);
  if (f.n <= 0) return f.n < 0 ? -1 : 0;
  in.at = 0;
  in.n = (size_t)f.n;
  return 1;
}

typedef struct {
  char *s;
  size_t len, cap;
} text;

static void take(text *t, size_t n) {
  if (t->len + n > t->cap) {
    t->cap = (t->len + n) * 2;
    t->s = realloc(t->s, t->cap);
    if (!t->s) snow_die(102, "Snow: out of memory\n");
  }
  if (n) memcpy(t->s + t->len, in.buf + in.at, n);
  t->len += n;
  in.at += n;
}

static bool deliver(snow_cx *cx, text *t) {
  bool ok = snow_utf8_valid((const unsigned char *)t->s, t->len);
  *snow_heap_outcome(cx->heap) =
      ok ? snow_string_new(cx, t->s, t->len) : snow_string_new(cx, "stream did not contain valid UTF-8", 34);
  free(t->s);
  return ok;
}

int64_t snow_io_next_line(snow_cx *cx) {
  text line = {NULL, 0, 0};
  int state;
  bool any = false, ended = false;
  lock_input(cx);
  while (!ended && (state = more_input(cx)) != 0) {
    if (state < 0) {
      free(line.s);
      in.busy = false;
      return -1;
    }
    char *nl = memchr(in.buf + in.at, '\n', in.n - in.at);
    any = true;
    take(&line, nl ? (size_t)(nl - in.buf) - in.at : in.n - in.at);
    if (nl) in.at++;
    ended = nl != NULL;
  }
  if (ended && line.len && line.s[line.len - 1] == '\r') line.len--;
  in.busy = false;
  if (!any) return 0;
  return deliver(cx, &line) ? 1 : -1;
}

bool snow_io_read_all(snow_cx *cx) {
  text all = {NULL, 0, 0};
  int state;
  lock_input(cx);
  while ((state = more_input(cx)) > 0)
    take(&all, in.n - in.at);
  in.busy = false;
  if (state == 0) return deliver(cx, &all);
  free(all.s);
  return false;
}

snow_str snow_io_line(snow_cx *cx) { return snow_file_outcome(cx); }
