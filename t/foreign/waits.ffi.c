/* For waits.snow: pipes, and waiting for them. */
#define _DEFAULT_SOURCE
#include <snow/snow.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int64_t t_pair(snow_cx *cx);
int64_t t_wait(snow_cx *cx, int64_t fd, int64_t events, int64_t ms);
int64_t t_put(snow_cx *cx, int64_t fd, int64_t byte);
int64_t t_get(snow_cx *cx, int64_t fd);
int64_t t_fill(snow_cx *cx, int64_t fd);
void t_close(snow_cx *cx, int64_t fd);

/* Two descriptors that are connected, in one number. */
int64_t t_pair(snow_cx *cx) {
  int fd[2];
  (void)cx;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) != 0) return -1;
  for (int i = 0; i < 2; i++)
    fcntl(fd[i], F_SETFL, O_NONBLOCK);
  return fd[0] + ((int64_t)fd[1] << 16);
}

int64_t t_wait(snow_cx *cx, int64_t fd, int64_t events, int64_t ms) { return snow_wait(cx, (int)fd, (int)events, ms); }

int64_t t_put(snow_cx *cx, int64_t fd, int64_t byte) {
  unsigned char b = (unsigned char)byte;
  (void)cx;
  return write((int)fd, &b, 1);
}

/* -1: the other end is closed; -2: there is nothing. */
int64_t t_get(snow_cx *cx, int64_t fd) {
  unsigned char b;
  (void)cx;
  ssize_t n = read((int)fd, &b, 1);
  return n == 1 ? b : n == 0 ? -1 : -2;
}

/* Writes until nothing more goes in. */
int64_t t_fill(snow_cx *cx, int64_t fd) {
  char block[1000] = {0};
  int64_t sum = 0;
  (void)cx;
  for (ssize_t n; (n = write((int)fd, block, sizeof block)) > 0;)
    sum += n;
  return sum;
}

void t_close(snow_cx *cx, int64_t fd) {
  (void)cx;
  close((int)fd);
}
