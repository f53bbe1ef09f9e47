#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
  struct entry *next;
  long count;
  char word[];
} entry;

static entry **table;
static size_t size = 16, used;

static size_t hash(const char *s, size_t len) {
  uint64_t h = 14695981039346656037u;
  for (size_t i = 0; i < len; i++) h = (h ^ (unsigned char)s[i]) * 1099511628211u;
  return (size_t)(h ^ h >> 32);
}

static entry **find(const char *word, size_t len) {
  entry **e = &table[hash(word, len) & (size - 1)];
  while (*e && (strncmp((*e)->word, word, len) != 0 || (*e)->word[len])) e = &(*e)->next;
  return e;
}

static void *checked(void *p) {
  if (!p) exit(1);
  return p;
}

static void grow(void) {
  entry **old = table;
  size_t n = size;
  size *= 2;
  table = checked(calloc(size, sizeof *table));
  for (size_t i = 0; i < n; i++)
    for (entry *e = old[i], *next; e; e = next) {
      next = e->next;
      entry **to = &table[hash(e->word, strlen(e->word)) & (size - 1)];
      e->next = *to;
      *to = e;
    }
  free(old);
}

static void count(const char *word, size_t len) {
  entry **e = find(word, len);
  if (!*e) {
    entry *n = checked(malloc(sizeof *n + len + 1));
    memcpy(n->word, word, len);
    n->word[len] = 0;
    n->count = 1;
    n->next = NULL;
    *e = n;
    if (++used > size) grow();
  } else (*e)->count++;
}

int main(void) {
  table = checked(calloc(size, sizeof *table));
  size_t cap = 64, len = 0;
  char *text = checked(malloc(cap));
  int64_t seed = 42;
  for (int i = 0; i < 1000000; i++) {
    if (cap - len < 32) text = checked(realloc(text, cap *= 2));
    len += (size_t)sprintf(text + len, "w%lld ", (long long)(seed / 2048 % 20000));
    seed = (seed * 1103515245 + 12345) % 2147483648;
  }
  text[len - 1] = 0;
  for (char *p = text;;) {
    size_t n = strcspn(p, " ");
    count(p, n);
    if (!p[n]) break;
    p += n + 1;
  }
  long squares = 0;
  for (size_t i = 0; i < size; i++)
    for (entry *e = table[i]; e; e = e->next) squares += e->count * e->count;
  printf("%zu %ld %ld\n", used, squares, (*find("w7", 2))->count);
  return 0;
}
