/* Memory, names, growable arrays and text buffers: what every pass of the translator stands on.
 *
 * All memory of a compilation comes from one arena and is released at once when the process ends; nothing is freed
 * piecemeal. The arena is zeroed, so a fresh node has every field 0/NULL.
 */
#ifndef SNOW2C_UTIL_H
#define SNOW2C_UTIL_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define NORETURN __attribute__((noreturn))
#else
#define PRINTF_LIKE(f, a)
#define NORETURN
#endif

/* Zeroed memory that lives as long as the compilation. Ends the process with status 3 when there is none left. */
void *arena_alloc(size_t size);
/* Moves an arena block of old_size bytes to one of new_size (the old bytes are copied, the rest is zero). */
void *arena_grow(void *old, size_t old_size, size_t new_size);
/* Bytes handed out so far: the translator's own memory figure. */
size_t arena_used(void);
#define NEW(T) ((T *)arena_alloc(sizeof(T)))
#define NEW_ARRAY(T, n) ((T *)arena_alloc(sizeof(T) * (size_t)((n) ? (n) : 1)))

/* Copies text into the arena, NUL-terminated. */
char *arena_strndup(const char *s, size_t n);
/* printf into the arena. */
char *arena_printf(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* An interned name: two names are equal exactly when their pointers are. */
typedef struct NameRec {
  uint32_t len;
  uint32_t hash;
  struct NameRec *chain;
  char s[];
} NameRec;
typedef const NameRec *Name;

Name intern(const char *s, size_t n);
Name intern_z(const char *s);

/* Growable arrays: VEC(T) is a struct {v, n, cap}. */
#define VEC(T)  \
  struct {      \
    T *v;       \
    int n, cap; \
  }
void vec_reserve_(void *vec, size_t elem_size, int want);
#define vec_push(p, x)                                                      \
  do {                                                                      \
    if ((p)->n == (p)->cap) vec_reserve_((p), sizeof(*(p)->v), (p)->n + 1); \
    (p)->v[(p)->n++] = (x);                                                 \
  } while (0)

/* qsort for a VEC, which may be empty (qsort must not be given NULL). */
#define vec_sort(p, compare)                                                \
  do {                                                                      \
    if ((p)->n > 1) qsort((p)->v, (size_t)(p)->n, sizeof *(p)->v, compare); \
  } while (0)

/* Hash map from pointers (names, nodes) to pointers. Iterate over your own VEC where order matters. */
typedef struct {
  const void **keys;
  void **vals;
  uint32_t n, cap;
} PMap;
void *pmap_get(const PMap *m, const void *key);
void pmap_put(PMap *m, const void *key, void *val);

/* A growing text; s is always NUL-terminated. */
typedef struct {
  char *s;
  size_t n, cap;
} Buf;
void buf_putn(Buf *b, const char *s, size_t n);
void buf_puts(Buf *b, const char *s);
void buf_putc(Buf *b, char c);
void buf_printf(Buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Decodes one UTF-8 character at s (n bytes left, n > 0); returns its length in bytes, or 0 when it is not valid
 * UTF-8 (overlong forms and surrogates included). */
int utf8_decode(const unsigned char *s, size_t n, uint32_t *cp);
/* Encodes cp into out (at most 4 bytes) and returns the length. */
int utf8_encode(uint32_t cp, char *out);
/* Whether the name begins with a capital letter (Latin, Greek, Cyrillic, Armenian and Georgian scripts). */
bool begins_with_capital(Name name);
/* Number of characters in n bytes of valid UTF-8. */
size_t utf8_count(const char *s, size_t n);
/* Restricted Damerau-Levenshtein distance, for "did you mean"; gives up above limit (returns limit + 1). */
int edit_distance(const char *a, const char *b, int limit);

/* Ends the process with status 3 after a message: for what a user cannot mend (no memory, unwritable output). */
NORETURN void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
