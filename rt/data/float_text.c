#include "data/float_text.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

// ---- 128-bit arithmetic

typedef struct {
  uint64_t hi, lo;
} u128;

#if defined(__SIZEOF_INT128__) && !defined(SNOW_NO_INT128)
__extension__ typedef unsigned __int128 native_u128;

static inline u128 mul_64(uint64_t a, uint64_t b) {
  native_u128 product = (native_u128)a * b;
  return (u128){(uint64_t)(product >> 64), (uint64_t)product};
}
#else
static inline u128 mul_64(uint64_t a, uint64_t b) {
  uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
  uint64_t low = a0 * b0, cross = a1 * b0 + (low >> 32), cross2 = a0 * b1 + (uint32_t)cross;
  return (u128){a1 * b1 + (cross >> 32) + (cross2 >> 32), cross2 << 32 | (uint32_t)low};
}
#endif

// The zero bits above the highest one bit of x, which is not 0.
static inline int leading_zeros(uint64_t x) {
#ifdef __GNUC__
  return __builtin_clzll(x);
#else
  int n = 0;
  for (int step = 32; step; step /= 2)
    if (!(x >> (64 - step))) n += step, x <<= step;
  return n;
#endif
}

// floor(x / 2^bits); C leaves >> of a negative number to the compiler.
static inline int floor_shift(int32_t x, int bits) { return x < 0 ? ~(~x >> bits) : x >> bits; }

// ---- powers of ten

// A power 10^q is kept as the 128 bits from its highest one bit on, cut off below. All of them would be a table of
// 10 kB, so every 28th stands here with 192 bits, and one multiplication by a power of five, which fits 64 bits, gives
// those between. That the extra 64 bits suffice for every q in POWER_MIN to POWER_MAX was checked one by one.
enum { POWER_MIN = -342, POWER_MAX = 324, POWER_STEP = 28, POWER_FIRST = -364 };

static const uint64_t power_base[][3] = {
    {0xe1afa13afbd14d6d, 0x82189c09a3a1ec21, 0x7a43516213c7e04c}, // 1e-364
    {0xe3e27a444d8d98b7, 0xfd1b1b2308169b25, 0x363b1f2c568dc3e2}, // 1e-336
    {0xe61acf033d1a45df, 0x6fb92487298e33bd, 0xadd7728c20b99bd1}, // 1e-308
    {0xe858ad248f5c22c9, 0xd1b3400f8f9cff68, 0xf910f9f648232f14}, // 1e-280
    {0xea9c227723ee8bcb, 0x465e15a979c1cadc, 0x0a0ce827eac11f2d}, // 1e-252
    {0xece53cec4a314ebd, 0xa4f8bf5635246428, 0x4609ac5c7899ca36}, // 1e-224
    {0xef340a98172aace4, 0x86fb897116c87c34, 0x9c39c1da4c49278d}, // 1e-196
    {0xf18899b1bc3f8ca1, 0xdc44e6c3cb279ac1, 0xf80f36174730ca34}, // 1e-168
    {0xf3e2f893dec3f126, 0x5a89dba3c3efccfa, 0xd8ecb58659be9c90}, // 1e-140
    {0xf64335bcf065d37d, 0x4d4617b5ff4a16d5, 0xaa09501d5954a559}, // 1e-112
    {0xf8a95fcf88747d94, 0x75a44c6397ce912a, 0x33cca6c06b07b74d}, // 1e-84
    {0xfb158592be068d2e, 0xeed6e2f0f0d56712, 0xac2e4f162cfad40a}, // 1e-56
    {0xfd87b5f28300ca0d, 0x8bca9d6e188853fc, 0x76dcb60081ce0fa5}, // 1e-28
    {0x8000000000000000, 0x0000000000000000, 0x0000000000000000}, // 1e0
    {0x813f3978f8940984, 0x4000000000000000, 0x0000000000000000}, // 1e28
    {0x82818f1281ed449f, 0xbff8f10e7a8921a4, 0x2000000000000000}, // 1e56
    {0x83c7088e1aab65db, 0x792667c6da79e0fa, 0x0861d3ee22d1cc53}, // 1e84
    {0x850fadc09923329e, 0x03e2cf6bc604ddb0, 0x74a7ef0198791097}, // 1e112
    {0x865b86925b9bc5c2, 0x0b8a2392ba45a9b2, 0x5c6658d409fb8bf7}, // 1e140
    {0x87aa9aff79042286, 0x90fb44d2f05d0842, 0xfb118fc9c217a1d2}, // 1e168
    {0x88fcf317f22241e2, 0x441fece3bdf81f03, 0x12f274928400100d}, // 1e196
    {0x8a5296ffe33cc92f, 0x82bd6b70d99aaa6f, 0xbc10c5c5cda97c8d}, // 1e224
    {0x8bab8eefb6409c1a, 0x1ad089b6c2f7548e, 0x25c7b885ba466e37}, // 1e252
    {0x8d07e33455637eb2, 0xdb0b487b6423e1e8, 0x7ec63730f500b406}, // 1e280
    {0x8e679c2f5e44ff8f, 0x570f09eaa7ea7648, 0x5961db50c6d2b886}, // 1e308
};

// 5^i, shifted up until the highest bit is set
static const uint64_t power_of_five[POWER_STEP] = {
    0x8000000000000000, 0xa000000000000000, 0xc800000000000000, 0xfa00000000000000, 0x9c40000000000000,
    0xc350000000000000, 0xf424000000000000, 0x9896800000000000, 0xbebc200000000000, 0xee6b280000000000,
    0x9502f90000000000, 0xba43b74000000000, 0xe8d4a51000000000, 0x9184e72a00000000, 0xb5e620f480000000,
    0xe35fa931a0000000, 0x8e1bc9bf04000000, 0xb1a2bc2ec5000000, 0xde0b6b3a76400000, 0x8ac7230489e80000,
    0xad78ebc5ac620000, 0xd8d726b7177a8000, 0x878678326eac9000, 0xa968163f0a57b400, 0xd3c21bcecceda100,
    0x84595161401484a0, 0xa56fa5b99019a5c8, 0xcecb8f27f4200f3a,
};

// The first 128 bits of 10^q, the rest cut off.
static inline u128 power_of_ten(int q) {
  unsigned index = (unsigned)(q - POWER_FIRST);
  const uint64_t *base = power_base[index / POWER_STEP];
  uint64_t five = power_of_five[index % POWER_STEP];
  u128 top = mul_64(base[0], five), middle = mul_64(base[1], five), low = mul_64(base[2], five);
  uint64_t third = middle.lo + low.hi;
  middle.hi += third < middle.lo; // cannot overflow: the high half of a product is never all ones
  uint64_t second = top.lo + middle.hi;
  uint64_t first = top.hi + (second < top.lo);
  if (first >> 63) return (u128){first, second};
  return (u128){first << 1 | second >> 63, second << 1 | third >> 63};
}

static inline u128 next_128(u128 x) {
  x.lo++;
  x.hi += !x.lo;
  return x;
}

// ---- a double and its bits

enum { MANTISSA_BITS = 52, EXPONENT_BIAS = 1075, EXPONENT_INFINITE = 2047 };
#define HIDDEN_BIT ((uint64_t)1 << MANTISSA_BITS)
#define INFINITE_BITS ((uint64_t)EXPONENT_INFINITE << MANTISSA_BITS)
#define NAN_BITS (INFINITE_BITS | HIDDEN_BIT >> 1)
#define SIGN_BIT ((uint64_t)1 << 63)

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double double_of(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// ---- to text

typedef struct {
  uint64_t digits;
  int exponent; // of ten
} decimal;

// g * scaled / 2^128, where the lowest bit tells also that something was cut off.
static inline uint64_t round_to_odd(u128 g, uint64_t scaled) {
  uint64_t below = mul_64(g.lo, scaled).hi;
  u128 product = mul_64(g.hi, scaled);
  uint64_t low = product.lo + below;
  return (product.hi + (low < below)) | (low > 1);
}

// Schubfach for mantissa * 2^exponent, a finite double that is not 0; the digits may end in zeros.
static decimal shortest_decimal(uint64_t mantissa, int exponent, bool lower_is_closer) {
  // the neighbours' midpoints belong to the interval when they are rounded to here, that is, to even
  uint64_t is_odd = mantissa & 1;
  // k = floor(log10(width of the interval)), h makes scaled products have the two extra bits they need
  int k = floor_shift(exponent * 1262611 - (lower_is_closer ? 524031 : 0), 22);
  int h = exponent + floor_shift(-k * 1741647, 19) + 1;
  u128 g = power_of_ten(-k);
  if (k > 0 || k < -55) g = next_128(g); // the others are exact
  uint64_t value = round_to_odd(g, (4 * mantissa) << h);
  uint64_t lower = round_to_odd(g, (4 * mantissa - 2 + lower_is_closer) << h) + is_odd;
  uint64_t upper = round_to_odd(g, (4 * mantissa + 2) << h) - is_odd;

  uint64_t s = value / 4;
  if (s >= 10) {
    // at most one multiple of 10^(k+1) lies within
    uint64_t tens = s / 10;
    bool down = lower <= 40 * tens, up = 40 * tens + 40 <= upper;
    if (down != up) return (decimal){tens + up, k + 1};
  }
  bool down = lower <= 4 * s, up = 4 * s + 4 <= upper;
  if (down != up) return (decimal){s + up, k};
  return (decimal){s + (value >= 4 * s + 2), k}; // a tie goes up
}

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
                                  "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
                                  "8081828384858687888990919293949596979899";

static inline void put_8_digits(char *out, uint32_t n) {
  uint32_t high = n / 10000, low = n % 10000;
  memcpy(out, digit_pairs + high / 100 * 2, 2);
  memcpy(out + 2, digit_pairs + high % 100 * 2, 2);
  memcpy(out + 4, digit_pairs + low / 100 * 2, 2);
  memcpy(out + 6, digit_pairs + low % 100 * 2, 2);
}

enum { DIGITS_MAX = 24 };

// Writes n to the end of buffer[DIGITS_MAX] and gives the place of its first digit; n < 10^24.
static inline const char *put_digits(char *buffer, uint64_t n) {
  char *p = buffer + DIGITS_MAX;
  while (n >= 100000000) {
    uint64_t rest = n / 100000000;
    put_8_digits(p -= 8, (uint32_t)(n - rest * 100000000));
    n = rest;
  }
  uint32_t head = (uint32_t)n;
  while (head >= 100) {
    memcpy(p -= 2, digit_pairs + head % 100 * 2, 2);
    head /= 100;
  }
  if (head >= 10) memcpy(p -= 2, digit_pairs + head * 2, 2);
  else *--p = (char)('0' + head);
  return p;
}

// A finite decimal as digits and a point.
static size_t put_decimal(char *out, decimal d) {
  char buffer[DIGITS_MAX];
  if (d.exponent < 0 && d.digits % 100000000 == 0) d.digits /= 100000000, d.exponent += 8;
  const char *first = put_digits(buffer, d.digits), *end = buffer + DIGITS_MAX;
  while (d.exponent < 0 && end[-1] == '0')
    end--, d.exponent++;
  size_t length = (size_t)(end - first);
  if (d.exponent >= 0) {
    memcpy(out, first, length);
    memset(out + length, '0', (size_t)d.exponent);
    return length + (size_t)d.exponent;
  }
  size_t decimals = (size_t)-d.exponent;
  if (decimals < length) {
    size_t whole = length - decimals;
    memcpy(out, first, whole);
    out[whole] = '.';
    memcpy(out + whole + 1, first + whole, decimals);
    return length + 1;
  }
  out[0] = '0', out[1] = '.';
  memset(out + 2, '0', decimals - length);
  memcpy(out + 2 + decimals - length, first, length);
  return 2 + decimals;
}

// Of the bits of a finite double that is not 0, without its sign.
static decimal decimal_of(uint64_t bits) {
  uint64_t mantissa = bits & (HIDDEN_BIT - 1);
  int exponent = (int)(bits >> MANTISSA_BITS & EXPONENT_INFINITE);
  if (!exponent) return shortest_decimal(mantissa, 1 - EXPONENT_BIAS, false);
  int fraction_bits = EXPONENT_BIAS - exponent;
  bool lower_is_closer = !mantissa && exponent > 1;
  mantissa |= HIDDEN_BIT;
  // whole numbers below 2^53: their neighbours are at most 1 away, so every digit is needed
  if (fraction_bits >= 0 && fraction_bits <= MANTISSA_BITS && !(mantissa & (((uint64_t)1 << fraction_bits) - 1)))
    return (decimal){mantissa >> fraction_bits, 0};
  return shortest_decimal(mantissa, -fraction_bits, lower_is_closer);
}

size_t snow_format_double(double x, char *out) {
  uint64_t bits = bits_of(x), magnitude = bits & ~SIGN_BIT;
  if (magnitude > INFINITE_BITS) {
    memcpy(out, "NaN", 3);
    return 3;
  }
  size_t sign = bits >> 63;
  if (sign) *out++ = '-';
  if (magnitude == INFINITE_BITS) {
    memcpy(out, "inf", 3);
    return sign + 3;
  }
  if (magnitude) return sign + put_decimal(out, decimal_of(bits));
  *out = '0';
  return sign + 1;
}

size_t snow_format_json_double(double x, char *out) {
  uint64_t bits = bits_of(x), magnitude = bits & ~SIGN_BIT;
  if (magnitude >= INFINITE_BITS) {
    memcpy(out, "null", 4);
    return 4;
  }
  char *start = out;
  if (bits >> 63) *out++ = '-';
  if (!magnitude) {
    memcpy(out, "0.0", 3);
    return (size_t)(out + 3 - start);
  }
  decimal d = decimal_of(bits);
  char buffer[DIGITS_MAX];
  const char *first = put_digits(buffer, d.digits), *end = buffer + DIGITS_MAX;
  int e = d.exponent + (int)(end - first) - 1; // of the first digit
  if (-5 <= e && e <= 15) {
    bool whole = d.exponent >= 0;
    out += put_decimal(out, d);
    if (!whole) whole = !memchr(start, '.', (size_t)(out - start));
    if (whole) memcpy(out, ".0", 2), out += 2;
    return (size_t)(out - start);
  }
  while (end - first > 1 && end[-1] == '0')
    end--;
  *out++ = *first++;
  if (first < end) {
    *out++ = '.';
    memcpy(out, first, (size_t)(end - first));
    out += end - first;
  }
  *out++ = 'e';
  *out++ = e < 0 ? '-' : '+';
  first = put_digits(buffer, (uint64_t)(e < 0 ? -e : e));
  end = buffer + DIGITS_MAX;
  memcpy(out, first, (size_t)(end - first));
  return (size_t)(out + (end - first) - start);
}

// ---- from text: exact comparison, for texts of more than 19 digits only

// 769 digits or 5^1092 times 54 bits, and both sides are alike in size, make at most 2700 bits.
enum { BIG_LIMBS = 96, DIGITS_KEPT = 768 };

typedef struct {
  int used; // the highest limb in use is not 0
  uint32_t limb[BIG_LIMBS];
} big;

// a = a * factor + summand
static void big_multiply(big *a, uint32_t factor, uint32_t summand) {
  uint64_t carry = summand;
  for (int i = 0; i < a->used; i++) {
    carry += (uint64_t)a->limb[i] * factor;
    a->limb[i] = (uint32_t)carry;
    carry >>= 32;
  }
  if (carry) a->limb[a->used++] = (uint32_t)carry;
}

static void big_multiply_power_of_five(big *a, int n) {
  for (; n >= 13; n -= 13)
    big_multiply(a, 1220703125, 0);
  for (; n > 0; n--)
    big_multiply(a, 5, 0);
}

static void big_shift(big *a, int bits) {
  int limbs = bits / 32;
  memmove(a->limb + limbs, a->limb, (size_t)a->used * sizeof *a->limb);
  memset(a->limb, 0, (size_t)limbs * sizeof *a->limb);
  a->used += limbs;
  if (bits % 32) big_multiply(a, (uint32_t)1 << bits % 32, 0);
}

static int big_compare(const big *a, const big *b) {
  if (a->used != b->used) return a->used < b->used ? -1 : 1;
  for (int i = a->used - 1; i >= 0; i--)
    if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
  return 0;
}

// Of the double `low` (as bits, finite, not negative) and its successor the one nearer to the number DIGITS * 10^x. The
// text s[0..n) is DIGITS, perhaps with a point; exponent is x for the first 19 digits from the first other than 0 on.
static uint64_t choose_exactly(uint64_t low, const char *s, size_t n, int exponent) {
  // the text; digits beyond those that the midpoint of two doubles may have count only as "and something more"
  big text = {0};
  int digits = 0;
  bool more = false;
  for (size_t i = 0; i < n; i++) {
    uint32_t digit = (uint32_t)(unsigned char)s[i] - '0';
    if (digit > 9 || (!digits && !digit)) continue;
    if (digits == DIGITS_KEPT) {
      if (!digit) continue;
      more = true;
      break;
    }
    big_multiply(&text, 10, digit);
    digits++;
  }
  if (more) big_multiply(&text, 10, 1), digits++;
  exponent += 19 - digits;

  // the midpoint, mantissa * 2^binary
  uint64_t mantissa = low & (HIDDEN_BIT - 1);
  int binary = (int)(low >> MANTISSA_BITS);
  if (binary) mantissa |= HIDDEN_BIT;
  else binary = 1;
  mantissa = 2 * mantissa + 1;
  binary -= EXPONENT_BIAS + 1;
  big middle = {1, {(uint32_t)mantissa, (uint32_t)(mantissa >> 32)}};
  if (middle.limb[1]) middle.used = 2;

  if (exponent >= 0) big_multiply_power_of_five(&text, exponent);
  else big_multiply_power_of_five(&middle, -exponent);
  int shift = binary - exponent;
  if (shift >= 0) big_shift(&middle, shift);
  else big_shift(&text, -shift);
  int order = big_compare(&text, &middle);
  return low + (order > 0 || (order == 0 && (low & 1)));
}

// ---- from text: Eisel-Lemire

// The bits of the double nearest to w * 10^q.
static uint64_t nearest_double(uint64_t w, int q) {
  if (!w || q < POWER_MIN) return 0;
  if (q > 308) return INFINITE_BITS;
  int zeros = leading_zeros(w);
  w <<= zeros;
  u128 power = power_of_ten(q);
  if (q < 0) power = next_128(power);
  u128 product = mul_64(w, power.hi);
  // the lower half of the power matters only if the bits below those used could still carry into them
  if ((product.hi & 0x1ff) == 0x1ff) {
    uint64_t below = mul_64(w, power.lo).hi;
    product.lo += below;
    product.hi += product.lo < below;
  }
  int upper = (int)(product.hi >> 63), shift = upper + 64 - MANTISSA_BITS - 3;
  uint64_t mantissa = product.hi >> shift; // one bit more than a double has, for rounding
  int exponent = floor_shift(q * 217706, 16) + 63 + upper - zeros + 1023;
  if (exponent <= 0) {
    // subnormal; a tie cannot be, it would need more digits than w has
    if (exponent <= -63) return 0;
    mantissa >>= 1 - exponent;
    return (mantissa + (mantissa & 1)) >> 1; // rounding up to HIDDEN_BIT makes a normal number of itself
  }
  // a tie, which goes to even, can be only for these q and shows as a product that is exact
  if (product.lo <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == product.hi)
    mantissa &= ~(uint64_t)1;
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa == 2 * HIDDEN_BIT) mantissa = HIDDEN_BIT, exponent++;
  if (exponent >= EXPONENT_INFINITE) return INFINITE_BITS;
  return (uint64_t)exponent << MANTISSA_BITS | (mantissa & (HIDDEN_BIT - 1));
}

// Is s[0..n) the word, which is in lower case, in any case?
static bool is_word(const char *s, size_t n, const char *word, size_t length) {
  if (n != length) return false;
  for (size_t i = 0; i < n; i++)
    if (((unsigned char)s[i] | 0x20) != (unsigned char)word[i]) return false;
  return true;
}

// Powers of ten that are doubles exactly.
#if FLT_EVAL_METHOD == 0
static const double exact_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
#endif

static inline bool is_digit(char c) { return (unsigned char)((unsigned char)c - '0') <= 9; }

bool snow_parse_double(const char *s, size_t n, double *out) {
  if (!n) return false; // s may be NULL then
  const char *p = s, *end = s + n;
  uint64_t sign = 0;
  if (p < end && (*p == '-' || *p == '+')) sign = *p++ == '-' ? SIGN_BIT : 0;
  if (p == end) return false;
  const char *start = p;

  // the first 19 digits as a number, and what power of ten it is to be multiplied by
  uint64_t w = 0;
  int kept = 0;
  int64_t exponent = 0;
  bool more = false; // digits other than 0 were left out
  for (; p < end && is_digit(*p); p++) {
    unsigned digit = (unsigned)(*p - '0');
    if (kept < 19) {
      w = 10 * w + digit;
      kept += w != 0;
    } else {
      exponent++;
      more |= digit != 0;
    }
  }
  bool any = p > start;
  if (p < end && *p == '.') {
    const char *point = p++;
    for (; p < end && is_digit(*p); p++) {
      unsigned digit = (unsigned)(*p - '0');
      if (kept < 19) {
        w = 10 * w + digit;
        kept += w != 0;
        exponent--;
      } else more |= digit != 0;
    }
    any |= p > point + 1;
  }
  if (!any) {
    size_t rest = (size_t)(end - start);
    if (is_word(start, rest, "inf", 3) || is_word(start, rest, "infinity", 8)) {
      *out = double_of(INFINITE_BITS | sign);
      return true;
    }
    if (!is_word(start, rest, "nan", 3)) return false;
    *out = double_of(NAN_BITS);
    return true;
  }

  size_t length = (size_t)(p - start);
  if (p < end) {
    if (*p != 'e' && *p != 'E') return false;
    p++;
    bool negative = false;
    if (p < end && (*p == '-' || *p == '+')) negative = *p++ == '-';
    if (p == end) return false;
    int64_t given = 0;
    for (; p < end; p++) {
      if (!is_digit(*p)) return false;
      // far more than any text has digits to make up for
      if (given < 100000000000000000) given = 10 * given + (*p - '0');
    }
    exponent += negative ? -given : given;
  }
  if (!w) {
    *out = double_of(sign);
    return true;
  }

#if FLT_EVAL_METHOD == 0
  // both operands and so the one operation are exact but for its rounding (Clinger)
  if (!more && w <= 2 * HIDDEN_BIT && exponent >= -22 && exponent <= 22) {
    double x = (double)w;
    x = exponent < 0 ? x / exact_power[-exponent] : x * exact_power[exponent];
    *out = sign ? -x : x;
    return true;
  }
#endif
  int q = exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : (int)exponent;
  uint64_t bits = nearest_double(w, q);
  // the number is between w and w + 1
  if (more && bits != nearest_double(w + 1, q)) bits = choose_exactly(bits, start, length, q);
  *out = double_of(bits | sign);
  return true;
}
