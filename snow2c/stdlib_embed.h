/* The standard library's sources, which the build embeds into snow2c (tools/embed.sh). */
#ifndef SNOW_STDLIB_EMBED_H
#define SNOW_STDLIB_EMBED_H

struct snow_stdlib_file {
  const char *name;          /* "list.snow" */
  const unsigned char *text; /* a NUL stands after the last byte */
  unsigned long size;        /* without it */
};

extern const struct snow_stdlib_file snow_stdlib_files[]; /* sorted by name */
extern const int snow_stdlib_count;

#endif
