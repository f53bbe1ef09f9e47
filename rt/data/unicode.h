// UTF-8: its validity, code points, white space, and the case mappings of Unicode.
#ifndef SNOW_DATA_UNICODE_H
#define SNOW_DATA_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Is s[0..n) UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF, nothing cut off? (The Unicode Standard,
// table 3-7)
bool snow_utf8_valid(const unsigned char *s, size_t n);

// Writes code point c, which is no surrogate, to out, at most 4 bytes; gives how many.
size_t snow_utf8_encode(uint32_t c, char *out);

// ---- The functions below want valid UTF-8.

// Gives the number of code points of s[0..n).
size_t snow_utf8_count(const unsigned char *s, size_t n);

// Gives the byte offset in s[0..n) of the code point with this index, from 0; n if there are not so many.
size_t snow_utf8_offset(const unsigned char *s, size_t n, size_t index);

// Gives the length in bytes of the White_Space character that s[0..n) starts with, or ends with; 0 if it does not.
size_t snow_utf8_space(const unsigned char *s, size_t n);
size_t snow_utf8_space_back(const unsigned char *s, size_t n);

// Write s[0..n) in upper or lower case to out, which does not overlap s, and give the length, at most 3 * n. With NULL
// for out they give only the length. It is the full mapping of any language but those with rules of their own (The
// Unicode Standard, section 3.13): one code point may become up to three, and a sigma at the end of a word becomes ς.
size_t snow_utf8_upper(const unsigned char *s, size_t n, unsigned char *out);
size_t snow_utf8_lower(const unsigned char *s, size_t n, unsigned char *out);

#endif
