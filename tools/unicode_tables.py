#!/usr/bin/env python3
"""tools/unicode_tables.py >rt/data/unicode_tables.h

Writes the tables of rt/data/unicode.c from what this python3's str knows of Unicode. Run it by hand with a newer python
for a newer Unicode; the build does not. The two hashes that t/unit/unicode.c has to know go to stderr.
"""
import sys
import unicodedata

SPECIAL = 0x7FFFFFFF  # for the difference of a mapping to more than one code point
BITS = 6  # blocks of 64 give the smallest tables
LIMIT = 0x20000  # nothing from here on has case; the case-ignorables of plane 14 are a range of their own


def points():
    return (c for c in range(0x110000) if not 0xD800 <= c < 0xE000)


def ends_in_final_sigma(text):
    return text.lower()[-1] == 'ς'


def flags(c):
    """1: cased, 2: case-ignorable, which is looked at first; found by what str.lower() makes of a sigma behind it"""
    if ends_in_final_sigma(chr(c) + 'Σ'):
        return 1
    return 2 if ends_in_final_sigma('A' + chr(c) + 'Σ') else 0


def delta(c, text):
    return ord(text) - c if len(text) == 1 else SPECIAL


def split(values):
    """Two stages: the number of each block of 2**BITS values, and the distinct blocks."""
    blocks, index = {}, []
    for start in range(0, len(values), 1 << BITS):
        block = tuple(values[start:start + (1 << BITS)])
        index.append(blocks.setdefault(block, len(blocks)))
    assert len(blocks) <= 256
    return index, [value for block in blocks for value in block]


def fill(items):
    line = ' '
    for item in map(str, items):
        if len(line) + len(item) + 2 > 120:
            print(line)
            line = ' '
        line += ' %s,' % item
    print(line)


def special(name, mappings):
    print('\nstatic const snow_special_case %s[] = {' % name)
    assert all(max(map(ord, chr(c) + text)) < 0x10000 and len(text) <= 3 for c, text in mappings)
    fill('{0x%04X, {%s}}' % (c, ', '.join('0x%04X' % ord(u) for u in text)) for c, text in mappings)
    print('};')


def fnv(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def main():
    records, values = {(0, 0, 0): 0}, []
    uppers, lowers = [], []
    for c in range(LIMIT):
        if 0xD800 <= c < 0xE000:
            values.append(0)
            continue
        upper, lower = chr(c).upper(), chr(c).lower()
        if len(upper) > 1:
            uppers.append((c, upper))
        if len(lower) > 1:
            lowers.append((c, lower))
        record = (delta(c, upper), delta(c, lower), flags(c))
        values.append(records.setdefault(record, len(records)))
    assert len(records) <= 256
    beyond = [c for c in range(LIMIT, 0x110000) if flags(c)]
    assert all(chr(c).upper() == chr(c).lower() == chr(c) for c in range(LIMIT, 0x110000))
    assert all(flags(c) == 2 for c in beyond)
    ranges = []
    for c in beyond:
        if ranges and ranges[-1][1] == c - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])

    index, blocks = split(values)

    print('// Made by tools/unicode_tables.py from Unicode %s; changes are lost.' % unicodedata.unidata_version)
    print('// clang-format off')
    print('#ifndef SNOW_DATA_UNICODE_TABLES_H\n#define SNOW_DATA_UNICODE_TABLES_H\n')
    print('#include <stdint.h>\n')
    print('enum {')
    print('  CASE_LIMIT = 0x%X, // no code point from here on has case' % LIMIT)
    print('  CASE_BLOCK_BITS = %d,' % BITS)
    print('  CASE_SPECIAL = 0x%X // instead of a difference: more than one code point, see special_upper, special_lower'
          % SPECIAL)
    print('};\n')
    print('// What a code point becomes, as a difference; flags are 1: cased, 2: case-ignorable (and then never 1).')
    print('typedef struct {\n  int32_t upper, lower;\n  uint32_t flags;\n} snow_case;\n')
    print('// The one-to-many mappings, in order; 0 ends a shorter one.')
    print('typedef struct {\n  uint16_t from, to[3];\n} snow_special_case;\n')
    print('static const snow_case case_records[] = {')
    fill('{%s, %s, %d}' % tuple('CASE_SPECIAL' if v == SPECIAL else v for v in record) for record in records)
    print('};')
    special('special_upper', uppers)
    special('special_lower', lowers)
    print('\n// The case-ignorable code points from CASE_LIMIT on, first and last.')
    print('static const uint32_t case_ignorable_beyond[][2] = {%s};'
          % ', '.join('{0x%X, 0x%X}' % tuple(r) for r in ranges))
    print('\n// The number in case_records of code point c is case_blocks[case_index[c >> CASE_BLOCK_BITS] << '
          'CASE_BLOCK_BITS |\n// the low bits of c].')
    print('static const uint8_t case_index[CASE_LIMIT >> CASE_BLOCK_BITS] = {')
    fill(index)
    print('};\n\nstatic const uint8_t case_blocks[] = {')
    fill(blocks)
    print('};\n\n#endif')

    size = len(records) * 12 + (len(uppers) + len(lowers)) * 8 + len(index) + len(blocks)
    print('%d records, %d specials: %d bytes' % (len(records), len(uppers) + len(lowers), size), file=sys.stderr)
    print('upper hash 0x%016x, lower hash 0x%016x' % (fnv('\n'.join(chr(c).upper() for c in points())),
                                                      fnv('\n'.join(chr(c).lower() for c in points()))),
          file=sys.stderr)


main()
