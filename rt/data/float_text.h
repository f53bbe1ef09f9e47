// Doubles to decimal text and back, both exact and independent of the locale. They need the round-to-nearest mode.
#ifndef SNOW_DATA_FLOAT_TEXT_H
#define SNOW_DATA_FLOAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

// The longest text is a sign, "0.", 307 zeros and 17 digits; the rest is room for writes of whole blocks.
#define SNOW_FORMAT_DOUBLE_MAX 352

// Writes the shortest decimal digits that read back as x, never with an exponent (`1`, `-0`, `0.0000001`, `inf`,
// `-inf`, `NaN`), to out, which has room for SNOW_FORMAT_DOUBLE_MAX bytes; gives the length. There is no NUL at the
// end. Of several shortest texts it is the one nearest to x, of two equally near ones the larger in magnitude.
// Raffaello Giulietti, The Schubfach way to render doubles, 2022.
size_t snow_format_double(double x, char *out);

// The same digits as JSON has them: with a fraction or an exponent always (`1.0`, `1e-7`, `1.5e+300`), positional from
// 1e-5 to below 1e16; `null` for what is not finite.
size_t snow_format_json_double(double x, char *out);

// Reads all of s[0..n) as [+-] (inf | infinity | nan | DIGITS[.DIGITS] | .DIGITS) [e [+-] DIGITS], letters in any case
// (no exponent after a word), and stores the nearest double, ties to even, at out; too large gives infinity, too small
// zero, with the sign of the text. Gives false and leaves out alone if the text is anything else.
// Daniel Lemire, Number parsing at a gigabyte per second, 2021; Noble Mushtak and Daniel Lemire, Fast number parsing
// without fallback, 2023.
bool snow_parse_double(const char *s, size_t n, double *out);

#endif
