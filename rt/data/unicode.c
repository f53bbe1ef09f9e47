#include "data/unicode.h"

#include <stdint.h>
#include <string.h>

#include "data/unicode_tables.h"

// ---- eight bytes at a time; none of this depends on which of them comes first

#define EACH_BYTE(x) ((uint64_t)(x)*0x0101010101010101)
#define HIGH_BITS EACH_BYTE(0x80)

static inline uint64_t load_8(const unsigned char *s) {
  uint64_t word;
  memcpy(&word, s, sizeof word);
  return word;
}

// A 1 in each byte that continues a code point.
static inline uint64_t continuations(uint64_t word) { return word >> 7 & ~word >> 6 & EACH_BYTE(1); }

enum { BLOCK = 32 };

// The number of code points that start in s[0..BLOCK).
static inline size_t starts_in_block(const unsigned char *s) {
  uint64_t sums = continuations(load_8(s)) + continuations(load_8(s + 8)) + continuations(load_8(s + 16)) +
                  continuations(load_8(s + 24));
  return BLOCK - (size_t)(EACH_BYTE(1) * sums >> 56);
}

static inline bool starts_code_point(unsigned char byte) { return (byte & 0xc0) != 0x80; }

// ---- code points

static inline bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

bool snow_utf8_valid(const unsigned char *s, size_t n) {
  if (!n) return true; // s may be NULL then
  const unsigned char *end = s + n;
  while (s < end) {
    if (*s < 0x80) {
      while (end - s >= BLOCK && !((load_8(s) | load_8(s + 8) | load_8(s + 16) | load_8(s + 24)) & HIGH_BITS))
        s += BLOCK;
      while (end - s >= 8 && !(load_8(s) & HIGH_BITS))
        s += 8;
      while (s < end && *s < 0x80)
        s++;
      continue;
    }
    unsigned first = s[0];
    size_t left = (size_t)(end - s);
    if (first < 0xe0) {
      if (first < 0xc2 || left < 2 || !is_continuation(s[1])) return false;
      s += 2;
    } else if (first < 0xf0) {
      if (left < 3 || !is_continuation(s[1]) || !is_continuation(s[2])) return false;
      unsigned high = first << 8 | s[1];
      if (high < 0xe0a0 || (high >= 0xeda0 && high < 0xee00)) return false; // overlong, surrogate
      s += 3;
    } else {
      if (left < 4 || !is_continuation(s[1]) || !is_continuation(s[2]) || !is_continuation(s[3])) return false;
      unsigned high = first << 8 | s[1];
      if (high < 0xf090 || high >= 0xf490) return false;
      s += 4;
    }
  }
  return true;
}

size_t snow_utf8_count(const unsigned char *s, size_t n) {
  size_t count = 0, i = 0;
  for (; n - i >= BLOCK; i += BLOCK)
    count += starts_in_block(s + i);
  for (; i < n; i++)
    count += starts_code_point(s[i]);
  return count;
}

size_t snow_utf8_offset(const unsigned char *s, size_t n, size_t index) {
  if (index >= n) return n;
  size_t i = 0;
  for (; n - i >= BLOCK; i += BLOCK) {
    size_t starts = starts_in_block(s + i);
    if (index < starts) break;
    index -= starts;
  }
  for (; i < n; i++) {
    if (!starts_code_point(s[i])) continue;
    if (!index) return i;
    index--;
  }
  return n;
}

// ---- white space

static inline bool is_ascii_space(unsigned char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

// U+0085, U+00A0
static inline bool is_space_of_2(const unsigned char *s) { return s[0] == 0xc2 && (s[1] == 0x85 || s[1] == 0xa0); }

static inline bool is_space_of_3(const unsigned char *s) {
  if (s[0] == 0xe2) {
    // U+2000 to U+200A, U+2028, U+2029, U+202F; U+205F
    if (s[1] == 0x80) return (s[2] >= 0x80 && s[2] <= 0x8a) || s[2] == 0xa8 || s[2] == 0xa9 || s[2] == 0xaf;
    return s[1] == 0x81 && s[2] == 0x9f;
  }
  // U+1680, U+3000
  return (s[0] == 0xe1 && s[1] == 0x9a && s[2] == 0x80) || (s[0] == 0xe3 && s[1] == 0x80 && s[2] == 0x80);
}

size_t snow_utf8_space(const unsigned char *s, size_t n) {
  if (n >= 1 && s[0] < 0x80) return is_ascii_space(s[0]);
  if (n >= 2 && is_space_of_2(s)) return 2;
  return n >= 3 && is_space_of_3(s) ? 3 : 0;
}

size_t snow_utf8_space_back(const unsigned char *s, size_t n) {
  if (n >= 1 && s[n - 1] < 0x80) return is_ascii_space(s[n - 1]);
  if (n >= 2 && is_space_of_2(s + n - 2)) return 2;
  return n >= 3 && is_space_of_3(s + n - 3) ? 3 : 0;
}

// ---- case

enum { CASED = 1, CASE_IGNORABLE = 2, SIGMA = 0x3a3, FINAL_SIGMA = 0x3c2 };

// Takes the code point at s, of length bytes.
static inline uint32_t decode(const unsigned char *s, size_t *length) {
  if (s[0] < 0x80) return *length = 1, s[0];
  if (s[0] < 0xe0) return *length = 2, (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
  if (s[0] < 0xf0) return *length = 3, (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
  *length = 4;
  return (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
}

static inline size_t encoded_length(uint32_t c) { return 1 + (c >= 0x80) + (c >= 0x800) + (c >= 0x10000); }

static inline size_t encode(uint32_t c, unsigned char *out) {
  if (c < 0x80) return out[0] = (unsigned char)c, 1;
  size_t length = encoded_length(c);
  for (size_t i = length; --i;)
    out[i] = (unsigned char)(0x80 | (c & 0x3f)), c >>= 6;
  out[0] = (unsigned char)((0xf00 >> length) | c);
  return length;
}

static inline const snow_case *case_of(uint32_t c) {
  unsigned block = case_index[c >> CASE_BLOCK_BITS];
  return &case_records[case_blocks[block << CASE_BLOCK_BITS | (c & ((1u << CASE_BLOCK_BITS) - 1))]];
}

// CASED, CASE_IGNORABLE or 0
static unsigned case_flags(uint32_t c) {
  if (c < CASE_LIMIT) return case_of(c)->flags;
  for (size_t i = 0; i < sizeof case_ignorable_beyond / sizeof *case_ignorable_beyond; i++)
    if (c >= case_ignorable_beyond[i][0] && c <= case_ignorable_beyond[i][1]) return CASE_IGNORABLE;
  return 0;
}

// Is a sigma at s[start..end) the last letter of a word of several? A cased letter comes before and none after it, each
// time with case-ignorables left out. These scans stop at the next sigma, so they take linear time over a whole text.
static bool is_final(const unsigned char *s, size_t n, size_t start, size_t end) {
  unsigned flags = 0;
  size_t length;
  for (size_t i = start; i > 0;) {
    do
      i--;
    while (i > 0 && !starts_code_point(s[i]));
    flags = case_flags(decode(s + i, &length));
    if (flags != CASE_IGNORABLE) break;
  }
  if (flags != CASED) return false;
  for (size_t i = end; i < n; i += length) {
    flags = case_flags(decode(s + i, &length));
    if (flags != CASE_IGNORABLE) return flags != CASED;
  }
  return true;
}

// The up to three code points that c becomes.
static const uint16_t *find_special(const snow_special_case *table, size_t size, uint32_t c) {
  size_t low = 0, high = size - 1;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (table[middle].from < c) low = middle + 1;
    else high = middle;
  }
  return table[low].to;
}

// Inlined twice with a constant `upper`.
static inline size_t change_case(const unsigned char *s, size_t n, unsigned char *out, bool upper) {
  // a byte plus these has its high bit set from the first letter on, and from the one behind the last
  const uint64_t to_first = EACH_BYTE(0x80 - (upper ? 'a' : 'A')), behind_last = EACH_BYTE(0x7f - (upper ? 'z' : 'Z'));
  size_t length = 0;
  for (size_t i = 0; i < n;) {
    if (s[i] < 0x80) {
      for (; n - i >= 8; i += 8, length += 8) {
        uint64_t word = load_8(s + i);
        if (word & HIGH_BITS) break;
        if (!out) continue;
        word ^= ((word + to_first) & ~(word + behind_last) & HIGH_BITS) >> 2;
        memcpy(out + length, &word, sizeof word);
      }
      for (; i < n && s[i] < 0x80; i++, length++)
        if (out) out[length] = (unsigned char)(s[i] ^ ((unsigned)(s[i] - (upper ? 'a' : 'A')) < 26 ? 0x20 : 0));
      continue;
    }
    size_t size;
    uint32_t c = decode(s + i, &size);
    if (c < CASE_LIMIT) {
      const snow_case *record = case_of(c);
      int32_t delta = upper ? record->upper : record->lower;
      if (delta == CASE_SPECIAL) {
        const uint16_t *to = upper ? find_special(special_upper, sizeof special_upper / sizeof *special_upper, c)
                                   : find_special(special_lower, sizeof special_lower / sizeof *special_lower, c);
        for (int k = 0; k < 3 && to[k]; k++)
          length += out ? encode(to[k], out + length) : encoded_length(to[k]);
        i += size;
        continue;
      }
      if (!upper && c == SIGMA && is_final(s, n, i, i + size)) c = FINAL_SIGMA;
      else c += (uint32_t)delta;
    }
    length += out ? encode(c, out + length) : encoded_length(c);
    i += size;
  }
  return length;
}

size_t snow_utf8_upper(const unsigned char *s, size_t n, unsigned char *out) { return change_case(s, n, out, true); }

size_t snow_utf8_lower(const unsigned char *s, size_t n, unsigned char *out) { return change_case(s, n, out, false); }

size_t snow_utf8_encode(uint32_t c, char *p) {
  if (c < 0x80) {
    p[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    p[0] = (char)(0xC0 | c >> 6);
    p[1] = (char)(0x80 | (c & 63));
    return 2;
  }
  if (c < 0x10000) {
    p[0] = (char)(0xE0 | c >> 12);
    p[1] = (char)(0x80 | (c >> 6 & 63));
    p[2] = (char)(0x80 | (c & 63));
    return 3;
  }
  p[0] = (char)(0xF0 | c >> 18);
  p[1] = (char)(0x80 | (c >> 12 & 63));
  p[2] = (char)(0x80 | (c >> 6 & 63));
  p[3] = (char)(0x80 | (c & 63));
  return 4;
}
