#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *data;
  size_t len, cap;
} text;

static void append(text *t, const char *s, size_t n) {
  if (t->cap - t->len < n) {
    t->cap = (t->len + n) * 2;
    t->data = realloc(t->data, t->cap);
    if (!t->data) exit(1);
  }
  memcpy(t->data + t->len, s, n);
  t->len += n;
}

int main(void) {
  size_t total = 0;
  for (int round = 0; round < 10; round++) {
    text t = {NULL, 0, 0};
    for (int i = 0; i < 1000000; i++) {
      char number[24];
      int n = snprintf(number, sizeof number, "%d", i);
      append(&t, "line ", 5);
      append(&t, number, (size_t)n);
      append(&t, "\n", 1);
    }
    total += t.len;
    free(t.data);
  }
  printf("%zu\n", total);
  return 0;
}
