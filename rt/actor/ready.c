/* Waiting for descriptors: a thread waits for all of them, with epoll where there is one, and wakes the processes. */
#define _GNU_SOURCE
#include "actor/process.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

/* configure --with-wait=poll takes the other one where there are both. */
#if defined(__linux__) && !defined(SNOW_WAIT_POLL)
#define SNOW_EPOLL 1
#include <sys/epoll.h>
#else
#include <fcntl.h>
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void wake(snow_pid pid) {
  snow_process *p = snow_process_find(pid);
  if (p) snow_wake_event(NULL, p, EVENT_READY);
}

#ifdef SNOW_EPOLL

static int epoll = -1;

static void *wait_for_all(void *unused) {
  struct epoll_event events[64];
  (void)unused;
  for (;;) {
    int n = epoll_wait(epoll, events, 64, -1);
    for (int i = 0; i < n; i++)
      wake(events[i].data.u64);
  }
  return NULL;
}

static void start(void) {
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0 || !snow_start_thread(wait_for_all, NULL)) snow_die(102, "Snow: cannot wait for descriptors\n");
}

/* False: it is always ready (a file), or no descriptor. */
static bool watch(snow_pid pid, int fd, int events) {
  struct epoll_event e = {0};
  e.events =
      EPOLLONESHOT | (events & SNOW_READABLE ? EPOLLIN | EPOLLRDHUP : 0u) | (events & SNOW_WRITABLE ? EPOLLOUT : 0u);
  e.data.u64 = pid;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

static void unwatch(snow_pid pid, int fd) {
  struct epoll_event e = {0};
  (void)pid;
  (void)!epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &e);
}

#else

static struct {
  pthread_mutex_t lock;
  struct pollfd *fds; /* the first is the pipe that interrupts the wait */
  snow_pid *pids;
  size_t n, cap;
  int pipe[2];
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *wait_for_all(void *unused) {
  (void)unused;
  for (;;) {
    pthread_mutex_lock(&all.lock);
    size_t n = all.n;
    struct pollfd *fds = malloc(n * sizeof *fds);
    if (!fds) snow_die(102, "Snow: out of memory\n");
    memcpy(fds, all.fds, n * sizeof *fds);
    pthread_mutex_unlock(&all.lock);
    poll(fds, (nfds_t)n, -1);
    char bytes[64];
    if (fds[0].revents) (void)!read(all.pipe[0], bytes, sizeof bytes);
    pthread_mutex_lock(&all.lock);
    for (size_t i = 1; i < n; i++)
      for (size_t k = 1; fds[i].revents && k < all.n; k++)
        if (all.fds[k].fd == fds[i].fd) {
          wake(all.pids[k]);
          all.n--;
          all.fds[k] = all.fds[all.n];
          all.pids[k] = all.pids[all.n];
          break;
        }
    pthread_mutex_unlock(&all.lock);
    free(fds);
  }
  return NULL;
}

static void add(snow_pid pid, int fd, short events) {
  if (all.n == all.cap) {
    all.cap = all.cap ? all.cap * 2 : 16;
    all.fds = realloc(all.fds, all.cap * sizeof *all.fds);
    all.pids = realloc(all.pids, all.cap * sizeof *all.pids);
    if (!all.fds || !all.pids) snow_die(102, "Snow: out of memory\n");
  }
  all.fds[all.n] = (struct pollfd){fd, events, 0};
  all.pids[all.n++] = pid;
}

static void start(void) {
  if (pipe(all.pipe) != 0) snow_die(102, "Snow: cannot wait for descriptors\n");
  for (int i = 0; i < 2; i++)
    fcntl(all.pipe[i], F_SETFD, FD_CLOEXEC);
  fcntl(all.pipe[0], F_SETFL, O_NONBLOCK);
  add(0, all.pipe[0], POLLIN);
  if (!snow_start_thread(wait_for_all, NULL)) snow_die(102, "Snow: cannot wait for descriptors\n");
}

static void interrupt(void) { (void)!write(all.pipe[1], "", 1); }

static bool watch(snow_pid pid, int fd, int events) {
  struct pollfd now = {fd, 0, 0};
  if (poll(&now, 1, 0) == 1 && now.revents & POLLNVAL) return false;
  pthread_mutex_lock(&all.lock);
  add(pid, fd, (short)((events & SNOW_READABLE ? POLLIN : 0) | (events & SNOW_WRITABLE ? POLLOUT : 0)));
  pthread_mutex_unlock(&all.lock);
  interrupt();
  return true;
}

static void unwatch(snow_pid pid, int fd) {
  pthread_mutex_lock(&all.lock);
  for (size_t k = 1; k < all.n; k++)
    if (all.pids[k] == pid && all.fds[k].fd == fd) {
      all.n--;
      all.fds[k] = all.fds[all.n];
      all.pids[k] = all.pids[all.n];
      break;
    }
  pthread_mutex_unlock(&all.lock);
  interrupt();
}

#endif

/* What is ready now. */
static int ready(int fd, int events, int timeout) {
  struct pollfd p = {fd, (short)((events & SNOW_READABLE ? POLLIN : 0) | (events & SNOW_WRITABLE ? POLLOUT : 0)), 0};
  int n;
  do
    n = poll(&p, 1, timeout);
  while (n < 0 && errno == EINTR);
  if (n <= 0) return 0;
  if (p.revents & POLLNVAL) return -1;
  return (p.revents & (POLLIN | POLLHUP | POLLERR) ? events & SNOW_READABLE : 0) |
         (p.revents & (POLLOUT | POLLHUP | POLLERR) ? events & SNOW_WRITABLE : 0);
}

static int limit(int64_t ms) { return ms < 0 ? -1 : ms > INT32_MAX ? INT32_MAX : (int)ms; }

/* Another thread watches it. What wakes us may have been meant for a wait before. */
static int wait_watched(snow_cx *cx, int fd, int events, int64_t ms) {
  snow_process *me = cx->self;
  snow_pid pid = process_pid(me);
  int now = 0;
  snow_busy(1);
  snow_wait_at_most(me, ms);
  while (!now && me->deadline >= 0 && !me->doomed) {
    atomic_fetch_and(&me->events, ~(unsigned)EVENT_READY);
    if (!watch(pid, fd, events)) {
      now = ready(fd, events, limit(ms));
      break;
    }
    while (snow_wait_event(cx, EVENT_READY))
      ;
    unwatch(pid, fd);
    now = ready(fd, events, 0);
  }
  snow_wait_over(me);
  atomic_fetch_and(&me->events, ~(unsigned)EVENT_READY);
  snow_busy(-1);
  return now;
}

int snow_wait(snow_cx *cx, int fd, int events, int64_t ms) {
  snow_process *me = cx->self;
  int now = ready(fd, events, 0);
  if (now || ms == 0) return now;
  if (!me || !snow_world_has_others()) return ready(fd, events, limit(ms));
  pthread_once(&once, start);
  now = wait_watched(cx, fd, events, ms);
  if (me->doomed) snow_poke(me); /* the caller may have things to release first */
  return now;
}
