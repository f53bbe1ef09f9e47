// Doubles to text and back.
#include "data/float_text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tests, failures;

static void ok(bool good, const char *name) {
  printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
  failures += !good;
}

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// The text of x with a NUL, checking that nothing is written beyond what the header promises.
static char *format(double x) {
  static char text[SNOW_FORMAT_DOUBLE_MAX + 1];
  text[SNOW_FORMAT_DOUBLE_MAX] = '#';
  size_t length = snow_format_double(x, text);
  if (length > SNOW_FORMAT_DOUBLE_MAX || text[SNOW_FORMAT_DOUBLE_MAX] != '#') abort();
  text[length] = 0;
  return text;
}

// Parses exactly the n bytes of s, which nothing stands behind.
static bool parse(const char *s, size_t n, double *out) {
  char *copy = malloc(n ? n : 1);
  if (!copy) abort();
  memcpy(copy, s, n);
  bool good = snow_parse_double(copy, n, out);
  free(copy);
  return good;
}

static void test_format(void) {
  static const struct {
    double x;
    const char *text;
  } vectors[] = {
      {0.0, "0"},
      {-0.0, "-0"},
      {1.0, "1"},
      {-1.0, "-1"},
      {10.0, "10"},
      {1.5, "1.5"},
      {-2.25, "-2.25"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {1.0 / 3, "0.3333333333333333"},
      {2.0 / 3, "0.6666666666666666"},
      {123.456, "123.456"},
      {100.0, "100"},
      {99999999.0, "99999999"},
      {100000000.0, "100000000"},
      {1234567890.125, "1234567890.125"},
      {9007199254740991.0, "9007199254740991"},
      {9007199254740992.0, "9007199254740992"},
      {9007199254740994.0, "9007199254740994"},
      {4503599627370495.5, "4503599627370495.5"},
      {1e-7, "0.0000001"},
      {1e15, "1000000000000000"},
      {1e21, "1000000000000000000000"},
      {1e22, "10000000000000000000000"},
      {1e23, "100000000000000000000000"},
      {9e-5, "0.00009"},
      {123e-20, "0.00000000000000000123"},
      {18446744073709551616.0, "18446744073709552000"},
      // 2^-44, 2^-24 and 2^-25, whose neighbours below are nearer; the last is a tie
      {5.684341886080801486968994140625e-14, "0.00000000000005684341886080802"},
      {5.9604644775390625e-8, "0.00000005960464477539063"},
      {2.98023223876953125e-8, "0.000000029802322387695313"},
      {5e-324, "e-324 5"},
      {1e-323, "e-323 1"},
      {1.5e-323, "e-324 15"},
      {-2.2250738585072014e-308, "e-324 -22250738585072014"},
      {2.225073858507201e-308, "e-323 2225073858507201"},
      {1.7976931348623157e308, "e292 17976931348623157"},
      {INFINITY, "inf"},
      {-INFINITY, "-inf"},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    // "e-3 -12" stands for -0.012, "e3 12" for 12000
    char want[SNOW_FORMAT_DOUBLE_MAX + 1] = "";
    const char *text = vectors[i].text;
    if (*text == 'e') {
      int exponent = atoi(text + 1);
      const char *digits = strchr(text, ' ') + 1;
      if (*digits == '-') strcat(want, "-"), digits++;
      if (exponent < 0) strcat(want, "0.");
      for (int k = (int)strlen(digits); exponent < 0 && k < -exponent; k++)
        strcat(want, "0");
      strcat(want, digits);
      for (int k = 0; k < exponent; k++)
        strcat(want, "0");
      text = want;
    }
    char name[64];
    snprintf(name, sizeof name, "format %.17g", vectors[i].x);
    char *got = format(vectors[i].x);
    ok(!strcmp(got, text), name);
    if (strcmp(got, text)) printf("# %s instead of %s\n", got, text);
  }
  ok(!strcmp(format(double_of(0x7ff8000000000000)), "NaN") && !strcmp(format(double_of(0xfff8000000000001)), "NaN"),
     "NaN has no sign");
}

static void test_parse(void) {
  static const struct {
    const char *text;
    uint64_t bits;
  } vectors[] = {
      {"0", 0},
      {"-0", 0x8000000000000000},
      {"+1", 0x3ff0000000000000},
      {"5.", 0x4014000000000000},
      {".5", 0x3fe0000000000000},
      {"00012.500", 0x4029000000000000},
      {"1e3", 0x408f400000000000},
      {"1E+3", 0x408f400000000000},
      {"1.e-3", 0x3f50624dd2f1a9fc},
      {"0.1", 0x3fb999999999999a},
      {"1e23", 0x44b52d02c7e14af6},
      {"8.5e-23", 0x3b59b08e7413dd76},
      {"9007199254740993", 0x4340000000000000}, // ties
      {"9007199254740995", 0x4340000000000002},
      {"9007199254740993.00000000000000000000000000000000000000000001", 0x4340000000000001},
      {"9007199254740992.99999999999999999999999999999999999999999999", 0x4340000000000000},
      {"1.7976931348623157e308", 0x7fefffffffffffff},
      {"1.7976931348623158e308", 0x7fefffffffffffff},
      {"1.7976931348623159e308", 0x7ff0000000000000},
      {"1e309", 0x7ff0000000000000},
      {"-1e99999999999999999999", 0xfff0000000000000},
      {"2.2250738585072011e-308", 0x000fffffffffffff},
      {"2.2250738585072014e-308", 0x0010000000000000},
      {"5e-324", 1},
      {"2.4703282292062327e-324", 0},
      {"2.4703282292062328e-324", 1},
      {"-1e-99999999999999999999", 0x8000000000000000},
      {"0e99999999999999999999", 0},
      {"6.631236846766476538273164e-316", 0x0000000008000000},
      {"inf", 0x7ff0000000000000},
      {"-Infinity", 0xfff0000000000000},
      {"+INF", 0x7ff0000000000000},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    double x = 0;
    bool good = parse(vectors[i].text, strlen(vectors[i].text), &x);
    char name[96];
    snprintf(name, sizeof name, "parse %s", vectors[i].text);
    ok(good && bits_of(x) == vectors[i].bits, name);
    if (bits_of(x) != vectors[i].bits) printf("# %016llx\n", (unsigned long long)bits_of(x));
  }
  double x = 0;
  ok(parse("nan", 3, &x) && x != x && parse("-NaN", 4, &x) && x != x, "parse nan");
}

static void test_rejected(void) {
  static const char *const texts[] = {"",     ".",    "-",    "+",   "e5",        "1e",   "1e+",  "1e-",   "1.5.2",
                                      " 1",   "1 ",   "--1",  "+-1", "1_000",     "0x10", "1f",   "1,5",   "in",
                                      "infi", "infx", "nan0", "na",  "infinityy", ".e1",  "1e1.", "1e1e1", "\xd9\xa1"};
  bool good = true;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    double x = 42;
    if (!parse(texts[i], strlen(texts[i]), &x) && x == 42) continue;
    good = false;
    printf("# accepted or changed by: %s\n", texts[i]);
  }
  double x = 42;
  ok(good && !parse("1\0", 2, &x) && !snow_parse_double(NULL, 0, &x) && x == 42, "what is no number");
}

// Texts around the midpoint of two doubles, of more digits than any table has.
static void test_long(void) {
  static char text[8000];
  double x = 0;
  // 2^-1075 = 5^1075 / 10^1075, half of the least double; 5^1075 by long multiplication
  static char digits[800];
  int n = 1;
  digits[0] = 1;
  for (int i = 0; i < 1075; i++) {
    int carry = 0;
    for (int k = 0; k < n; k++) {
      carry += digits[k] * 5;
      digits[k] = (char)(carry % 10);
      carry /= 10;
    }
    if (carry) digits[n++] = (char)carry;
  }
  memcpy(text, "0.", 2);
  memset(text + 2, '0', (size_t)(1075 - n));
  for (int k = 0; k < n; k++)
    text[2 + 1075 - 1 - k] = (char)('0' + digits[k]);
  ok(parse(text, 2 + 1075, &x) && bits_of(x) == 0, "half the least double is a tie");
  memset(text + 2 + 1075, '0', 5000);
  ok(parse(text, 2 + 1075 + 5000, &x) && bits_of(x) == 0, "zeros do not matter");
  text[2 + 1075 + 5000] = '1';
  ok(parse(text, 2 + 1075 + 5001, &x) && bits_of(x) == 1, "the last of 5752 digits does");
  text[2 + 1074]--;
  memset(text + 2 + 1075, '9', 5001);
  ok(parse(text, 2 + 1075 + 5001, &x) && bits_of(x) == 0, "just below");

  memset(text, '0', sizeof text);
  memcpy(text, "0.", 2);
  memcpy(text + 5002, "1e5001", 6);
  ok(parse(text, 5008, &x) && x == 1, "0.000...1e5001");
  memset(text, '0', sizeof text);
  text[0] = '1';
  memcpy(text + 5001, "e-5000", 6);
  ok(parse(text, 5007, &x) && x == 1, "1000...e-5000");
}

static uint64_t state = 0x853c49e6748fea9b;

// Marsaglia's xorshift64*
static uint64_t next_random(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545f4914f6cdd1d;
}

static double next_double(int kind) {
  uint64_t r = next_random();
  switch (kind) {
  case 0: return double_of(r);                                                                          // any
  case 1: return double_of((r & 0xfffffffffffff) >> (next_random() & 31));                              // subnormal
  case 2: return (double)(r >> 24 & 0xffffff) / 1000;                                                   // few digits
  case 3: return double_of((uint64_t)(1023 - 60 + (int)(r >> 53 & 127)) << 52 | (r & 0xfffffffffffff)); // of daily use
  case 4: return double_of((r & 0x7ff) << 52 | (uint64_t)(r >> 60) >> 2); // about powers of two
  default: return (double)(int64_t)r;
  }
}

static int count_digits(const char *text) {
  int count = 0, zeros = 0;
  for (; *text && *text != 'e'; text++) {
    if (*text < '0' || *text > '9' || (!count && *text == '0')) continue;
    if (*text == '0')
      zeros++;
    else
      count += zeros + 1, zeros = 0;
  }
  return count;
}

static void test_random(void) {
  int bad = 0, bad_c = 0, bad_length = 0;
  for (int i = 0; i < 200000; i++) {
    double x = next_double(i % 6), back = 0;
    if (x != x) continue;
    char *text = format(x);
    if (!parse(text, strlen(text), &back) || bits_of(back) != bits_of(x)) {
      if (bad++ < 5) printf("# %.17g: %s\n", x, text);
    }
    if (i >= 20000 || isinf(x)) continue;
    bad_c += bits_of(strtod(text, NULL)) != bits_of(x);
    // as short as the C library's shortest that reads back
    char other[40];
    for (int precision = 1; precision <= 17; precision++) {
      snprintf(other, sizeof other, "%.*g", precision, x);
      if (strtod(other, NULL) == x) break;
    }
    if (count_digits(text) > count_digits(other) && bad_length++ < 5) printf("# %s: %s\n", other, text);
  }
  ok(!bad, "200000 random doubles read back");
  ok(!bad_c, "strtod reads the same");
  ok(!bad_length, "no text is longer than need be");
}

// Random digits against strtod, more of them than fit 64 bits.
static void test_random_texts(void) {
  int bad = 0;
  for (int i = 0; i < 20000; i++) {
    char text[80];
    int length = 1 + (int)(next_random() % 50), point = (int)(next_random() % 50);
    int n = 0;
    for (int k = 0; k < length; k++) {
      if (k == point) text[n++] = '.';
      text[n++] = (char)('0' + next_random() % 10);
    }
    n += snprintf(text + n, sizeof text - (size_t)n, "e%d", (int)(next_random() % 680) - 350);
    double x = 0;
    if (parse(text, (size_t)n, &x) && x == strtod(text, NULL)) continue;
    if (bad++ < 5) printf("# %s: %.17g\n", text, x);
  }
  ok(!bad, "20000 random texts are read as by strtod");
}

int main(void) {
  test_format();
  test_parse();
  test_rejected();
  test_long();
  test_random();
  test_random_texts();
  printf("1..%d\n", tests);
  return failures != 0;
}
