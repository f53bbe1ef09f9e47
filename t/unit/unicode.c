// UTF-8 and case mappings.
#include "data/unicode.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tests, failures;

static void ok(bool good, const char *name) {
  printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
  failures += !good;
}

typedef size_t mapping(const unsigned char *s, size_t n, unsigned char *out);

// Maps exactly the n bytes of s into exactly as many as needed; *length gets their number.
static unsigned char *map(mapping *change, const unsigned char *s, size_t n, size_t *length) {
  unsigned char *copy = malloc(n ? n : 1);
  *length = change(s, n, NULL);
  unsigned char *out = malloc(*length ? *length : 1);
  if (!copy || !out) abort();
  memcpy(copy, s, n);
  if (change(copy, n, out) != *length) abort();
  free(copy);
  return out;
}

static bool maps_to(mapping *change, const char *text, const char *want) {
  size_t length;
  unsigned char *out = map(change, (const unsigned char *)text, strlen(text), &length);
  bool good = length == strlen(want) && !memcmp(out, want, length);
  if (!good) printf("# %s became %.*s instead of %s\n", text, (int)length, (char *)out, want);
  free(out);
  return good;
}

static void test_case(void) {
  static const char *const upper[][2] = {
      {"", ""},
      {"Snow 1@[`{ az AZ", "SNOW 1@[`{ AZ AZ"},
      {"a rather long line of ASCII letters, z", "A RATHER LONG LINE OF ASCII LETTERS, Z"},
      {"groß", "GROSS"},
      {"ﬁ", "FI"},
      {"ﬃ", "FFI"},
      {"ÿ", "Ÿ"},
      {"ŉ", "ʼN"},
      {"\xce\x90", "\xce\x99\xcc\x88\xcc\x81"},
      {"ᾳ", "ΑΙ"},
      {"ας", "ΑΣ"},
      {"dž", "DŽ"},
      {"ı", "I"},
      {"ß ẞ", "SS ẞ"},
      {"привет", "ПРИВЕТ"},
      {"ა", "Ა"},
      {"𐐨", "𐐀"},
      {"日本", "日本"},
      {"😀a", "😀A"},
      {"ɐ", "Ɐ"}, // two bytes become three
  };
  static const char *const lower[][2] = {
      {"", ""},
      {"Snow 1@[`{ az AZ", "snow 1@[`{ az az"},
      {"A RATHER LONG LINE OF ASCII LETTERS, Z", "a rather long line of ascii letters, z"},
      {"\xc4\xb0", "i\xcc\x87"},
      {"ẞ", "ß"},
      {"\xe2\x84\xaa", "k"}, // the Kelvin sign
      {"Ⱥ", "ⱥ"},            // two bytes become three
      {"ПРИВЕТ", "привет"},
      {"𐐀", "𐐨"},
      {"Ა", "ა"},
      {"ΑΣ", "ας"},
      {"Σ", "σ"},
      {"ΣΑ", "σα"},
      {"ΑΣΑ", "ασα"},
      {"ΑΣΣ", "ασς"},
      {"ΑΣ ΑΣ.", "ας ας."},
      {"Α'Σ", "α'ς"}, // the apostrophe is case-ignorable
      {"ΑΣ'Α", "ασ'α"},
      {"ΑΣ\xcc\x81", "ας\xcc\x81"}, // and so is an accent
      {"Α\xcc\x81Σ\xcc\x81Β", "α\xcc\x81σ\xcc\x81β"},
      {"1Σ", "1σ"},
      {"'Σ", "'σ"},
      {"AΣ1", "aς1"},
      {"A\xf3\xa0\x80\xa1Σ", "a\xf3\xa0\x80\xa1ς"}, // U+E0021
      {"𐐀Σ", "𐐨ς"},
      {"日Σ", "日σ"},
  };
  bool good = true;
  for (size_t i = 0; i < sizeof upper / sizeof *upper; i++)
    good &= maps_to(snow_utf8_upper, upper[i][0], upper[i][1]);
  ok(good, "upper");
  good = true;
  for (size_t i = 0; i < sizeof lower / sizeof *lower; i++)
    good &= maps_to(snow_utf8_lower, lower[i][0], lower[i][1]);
  ok(good, "lower");
}

static size_t encode(uint32_t c, unsigned char *out) {
  if (c < 0x80) return out[0] = (unsigned char)c, 1;
  size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = n; --i; c >>= 6)
    out[i] = (unsigned char)(0x80 | (c & 0x3f));
  out[0] = (unsigned char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | c);
  return n;
}

// Hashes (FNV-1a) what each code point becomes, with line feeds between; tools/unicode_tables.py tells what is right.
static uint64_t hash_all(mapping *change) {
  uint64_t hash = 0xcbf29ce484222325;
  for (uint32_t c = 0; c < 0x110000; c++) {
    if (c == 0xd800) c = 0xe000;
    unsigned char in[4], out[12];
    size_t n = encode(c, in), length = change(in, n, NULL);
    if (length > sizeof out || change(in, n, out) != length) return 0;
    if (c) hash = (hash ^ '\n') * 0x100000001b3;
    for (size_t i = 0; i < length; i++)
      hash = (hash ^ out[i]) * 0x100000001b3;
  }
  return hash;
}

// Every ASCII byte at every place of a run, and whatever comes behind the first eight bytes.
static void test_ascii(void) {
  bool good = true;
  for (int c = 0; c < 0x80; c++)
    for (size_t n = 1; n <= 19; n++)
      for (size_t at = 0; at < n; at++) {
        unsigned char text[20], up[20], down[20];
        memset(text, 'q', n);
        text[at] = (unsigned char)c;
        good &= snow_utf8_upper(text, n, up) == n && snow_utf8_lower(text, n, down) == n;
        good &= up[at] == (c >= 'a' && c <= 'z' ? c - 32 : c) && down[at] == (c >= 'A' && c <= 'Z' ? c + 32 : c);
        for (size_t i = 0; i < n; i++)
          good &= i == at || (up[i] == 'Q' && down[i] == 'q');
      }
  ok(good, "ASCII in runs");
}

static void test_space(void) {
  static const uint32_t ranges[][2] = {{9, 13},          {0x20, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},
                                       {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f},
                                       {0x205f, 0x205f}, {0x3000, 0x3000}};
  bool good = snow_utf8_space(NULL, 0) == 0 && snow_utf8_space_back(NULL, 0) == 0;
  for (uint32_t c = 0; c < 0x110000; c++) {
    if (c == 0xd800) c = 0xe000;
    bool is_space = false;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
      is_space |= c >= ranges[i][0] && c <= ranges[i][1];
    unsigned char text[6];
    size_t n = encode(c, text + 1), want = is_space ? n : 0;
    text[0] = text[n + 1] = 'x';
    good &= snow_utf8_space(text + 1, n) == want && snow_utf8_space(text + 1, n + 1) == want;
    good &= snow_utf8_space_back(text, n + 1) == want && snow_utf8_space_back(text + 1, n) == want;
    good &= snow_utf8_space(text, n + 1) == 0 && snow_utf8_space_back(text, n + 2) == 0;
  }
  ok(good, "white space is what it is");
}

// The same the plain way: decode and encode again.
static bool plainly_valid(const unsigned char *s, size_t n) {
  for (size_t i = 0; i < n;) {
    size_t length = s[i] < 0x80 ? 1 : s[i] < 0xc0 ? 0 : s[i] < 0xe0 ? 2 : s[i] < 0xf0 ? 3 : s[i] < 0xf8 ? 4 : 0;
    if (!length || length > n - i) return false;
    uint32_t c = length == 1 ? s[i] : s[i] & (0x7fu >> length);
    for (size_t k = 1; k < length; k++) {
      if ((s[i + k] & 0xc0) != 0x80) return false;
      c = c << 6 | (s[i + k] & 0x3fu);
    }
    unsigned char again[4];
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || encode(c, again) != length) return false;
    i += length;
  }
  return true;
}

static uint64_t state = 0x853c49e6748fea9b;

// Marsaglia's xorshift64*
static uint32_t next_random(uint32_t below) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)(state * 0x2545f4914f6cdd1d >> 32) % below;
}

static void test_valid(void) {
  // all of two bytes, with every kind of third and fourth
  static const unsigned char kinds[] = {0, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
  bool good = snow_utf8_valid(NULL, 0);
  for (unsigned i = 0; i < 0x10000; i++)
    for (unsigned k = 0; k < sizeof kinds * sizeof kinds; k++) {
      unsigned char s[4] = {(unsigned char)(i >> 8), (unsigned char)i, kinds[k / sizeof kinds],
                            kinds[k % sizeof kinds]};
      for (size_t n = 1; n <= 4; n++)
        good &= snow_utf8_valid(s, n) == plainly_valid(s, n);
    }
  ok(good, "valid: short");

  good = true;
  for (int round = 0; round < 100000; round++) {
    unsigned char s[128];
    size_t n = next_random(sizeof s);
    memset(s, 'a', n);
    for (size_t i = next_random(128); i + 4 <= n;) {
      uint32_t c = next_random(round & 1 ? 0x800 : 0x110000);
      if (c >= 0xd800 && c < 0xe000) continue;
      i += encode(c, s + i);
    }
    good &= snow_utf8_valid(s, n);
    if (!n) continue;
    s[next_random((uint32_t)n)] = (unsigned char)next_random(256);
    good &= snow_utf8_valid(s, n) == plainly_valid(s, n);
  }
  ok(good, "valid: random");
}

static void test_count(void) {
  bool good = snow_utf8_count(NULL, 0) == 0 && snow_utf8_offset(NULL, 0, 0) == 0 && snow_utf8_offset(NULL, 0, 7) == 0;
  for (int round = 0; round < 5000; round++) {
    unsigned char s[600];
    size_t offsets[601], n = 0, count = 0, wanted = next_random(150);
    uint32_t below = round % 3 == 0 ? 0x80 : round % 3 == 1 ? 0x1000 : 0x110000;
    while (count < wanted) {
      uint32_t c = next_random(below);
      if (c >= 0xd800 && c < 0xe000) continue;
      offsets[count++] = n;
      n += encode(c, s + n);
    }
    good &= snow_utf8_count(s, n) == count;
    for (size_t i = 0; i < count; i++)
      good &= snow_utf8_offset(s, n, i) == offsets[i];
    good &= snow_utf8_offset(s, n, count) == n && snow_utf8_offset(s, n, count + 1) == n;
    good &= snow_utf8_offset(s, n, n + 1) == n && snow_utf8_offset(s, n, SIZE_MAX) == n;
  }
  ok(good, "count and offset");
}

int main(void) {
  test_case();
  ok(hash_all(snow_utf8_upper) == 0xc20f2206dcfbc126, "upper of every code point");
  ok(hash_all(snow_utf8_lower) == 0x65c7c290ac535152, "lower of every code point");
  test_ascii();
  test_space();
  test_valid();
  test_count();
  printf("1..%d\n", tests);
  return failures != 0;
}
