#!/usr/bin/env python3
"""model.py WHAT SEED COUNT DIR

Writes DIR/input, a random script of operations that t/property/WHAT.snow reads, and DIR/expected, what it has to print.
Everything here is written from the specification and from what Python itself does; nothing of it knows how Snow works.
A line of DIR/expected that begins with `~` is a rule for the line, not the line itself: see `agrees`.

model.py compare DIR OUTPUT
Compares, and prints the first lines that differ with the operation that made them.
"""
import json
import random
import re
import struct
import sys
import unicodedata
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 1200

# ---- floats ----


def bits_of(x):
    return struct.unpack('<q', struct.pack('<d', x))[0]


def float_of(bits):
    return struct.unpack('<d', struct.pack('<q', bits))[0]


NAN = float_of(0x7FF8000000000000)
INF = float('inf')


def digits_of(x):
    """The shortest digits of a positive number and the decimal exponent of the first one. Python breaks a tie between two
    shortest candidates to the even digit, Snow to the larger number."""
    _, digits, exponent = Decimal(repr(x)).normalize().as_tuple()
    digits = ''.join(map(str, digits))
    n = len(digits)
    e = exponent + n - 1
    exact = ('%.*e' % (n + 12, x)).split('e')[0].replace('.', '')
    if exact[n] == '5' and not exact[n + 1:].strip('0') and Decimal(exact[:n + 1] + 'e%d' % (e - n)) == Decimal(x):
        up = str(int(exact[:n]) + 1)
        if len(up) == n and float(up + 'e%d' % (e - n + 1)) == x:
            digits = up
    return digits, e


def show_float(x):
    if x != x:
        return 'NaN'
    if x in (INF, -INF):
        return 'inf' if x > 0 else '-inf'
    sign = '-' if struct.pack('>d', x)[0] & 0x80 else ''
    if x == 0:
        return sign + '0'
    digits, e = digits_of(abs(x))
    n = len(digits)
    if e < 0:
        return sign + '0.' + '0' * (-e - 1) + digits
    if n <= e + 1:
        return sign + digits + '0' * (e + 1 - n)
    return sign + digits[:e + 1] + '.' + digits[e + 1:]


def json_float(x):
    if x != x or x in (INF, -INF):
        return 'null'
    sign = '-' if struct.pack('>d', x)[0] & 0x80 else ''
    if x == 0:
        return sign + '0.0'
    digits, e = digits_of(abs(x))
    n = len(digits)
    if -5 <= e <= 15:
        if e < 0:
            return sign + '0.' + '0' * (-e - 1) + digits
        if n <= e + 1:
            return sign + digits + '0' * (e + 1 - n) + '.0'
        return sign + digits[:e + 1] + '.' + digits[e + 1:]
    return '%s%s%se%s%d' % (sign, digits[0], '.' + digits[1:] if n > 1 else '', '+' if e > 0 else '-', abs(e))


# ---- values and how they are written and shown ----


class Sum:
    """Dot, Circle(Float), Named(String)"""

    def __init__(self, tag, value=None):
        self.tag, self.value = tag, value


class Point:
    def __init__(self, x, name, at):
        self.x, self.name, self.at = x, name, at


class Set(list):
    pass


class Queue(list):
    pass


class Opt:
    def __init__(self, *value):
        self.value = value


NONE = Opt()


def show(v):
    """Display"""
    if v is True or v is False:
        return 'true' if v else 'false'
    if isinstance(v, int):
        return str(v)
    if isinstance(v, float):
        return show_float(v)
    if isinstance(v, str):
        return v
    if isinstance(v, tuple):
        return '(' + ', '.join(map(show, v)) + ')'
    if isinstance(v, Set):
        return '#{' + ', '.join(map(show, v)) + '}'
    if isinstance(v, Queue):
        return 'Queue[' + ', '.join(map(show, v)) + ']'
    if isinstance(v, list):
        return '[' + ', '.join(map(show, v)) + ']'
    if isinstance(v, dict):
        return '%{' + ', '.join(show(k) + ' => ' + show(x) for k, x in v.values()) + '}'
    if isinstance(v, Opt):
        return 'Some(%s)' % show(v.value[0]) if v.value else 'None'
    if isinstance(v, Point):
        return 'Point { x: %s, name: %s, at: %s }' % (v.x, v.name, show(v.at))
    if isinstance(v, Sum):
        return v.tag if v.value is None else '%s(%s)' % (v.tag, show(v.value))
    raise TypeError(type(v))


def show_words(*vs):
    return ' '.join(map(show, vs))


def enc(v):
    """As codec.snow reads it."""
    if v is True or v is False:
        return 'true' if v else 'false'
    if isinstance(v, int):
        return str(v)
    if isinstance(v, float):
        return str(bits_of(v))
    if isinstance(v, str):
        return v.encode().hex() or '-'
    if isinstance(v, tuple):
        return ':'.join(map(enc, v))
    if isinstance(v, list):
        return ','.join(map(enc, v)) or '-'
    if isinstance(v, dict):
        return ','.join(enc(k) + ',' + enc(x) for k, x in v.values()) or '-'
    if isinstance(v, Opt):
        return enc(v.value[0]) if v.value else 'none'
    if isinstance(v, Point):
        return ':'.join(map(enc, (v.x, v.name, v.at)))
    if isinstance(v, Sum):
        return v.tag.lower() + ('' if v.value is None else ':' + enc(v.value))
    raise TypeError(type(v))


def several(vs):
    return ';'.join(map(enc, vs)) or '.'


def canon(v):
    """Equal for values that are the same key: floats by their bits, maps and sets without their order."""
    if isinstance(v, dict):
        return tuple(sorted((canon(k), canon(x)) for k, x in v.values()))
    if isinstance(v, Set):
        return tuple(sorted(map(canon, v)))
    if isinstance(v, Point):
        return canon((v.x, v.name, v.at))
    return enc(v)


def equal(a, b):
    """== : floats as IEEE has it. (Python takes a NaN in a list for equal to itself.)"""
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, Point):
        return equal((a.x, a.name, a.at), (b.x, b.name, b.at))
    return a == b


def order(v):
    """A sort key for the total order: NaN last, zeros equal."""
    if isinstance(v, bool):
        return v
    if isinstance(v, float):
        return (1, 0.0) if v != v else (0, v)
    if isinstance(v, str):
        return v.encode()
    if isinstance(v, (tuple, list)):
        return tuple(map(order, v))
    if isinstance(v, Point):
        return order((v.x, v.name, v.at))
    if isinstance(v, Sum):
        return (('Dot', 'Circle', 'Named').index(v.tag), 0 if v.value is None else order(v.value))
    return v


def wrap(n):
    return (n + 2**63) % 2**64 - 2**63


def rem(a, b):
    """%: with the sign of a"""
    return abs(a) % abs(b) * (1 if a >= 0 else -1)


# ---- random values ----

R = random.Random()


def a_float(nan=True):
    kind = R.randrange(8)
    if kind == 0:
        return R.choice([0.0, -0.0, 1.0, -1.0, INF, -INF, 5e-324, 1.7976931348623157e308])
    if kind == 1 and nan:
        return R.choice([NAN, NAN, float_of(0x7FF8000000000001), float_of(-0x8000000000000)])
    if kind == 2:
        while True:
            x = float_of(wrap(R.getrandbits(64)))
            if x == x:
                return x
    return R.choice([float(R.randrange(-9, 10)), R.uniform(-100, 100), R.randrange(1000) / 8])


def an_int():
    return R.choice([R.randrange(-4, 12), R.randrange(-4, 12), R.randrange(1000), wrap(R.getrandbits(64)), 2**63 - 1 - R.randrange(2), -2**63, R.randrange(64) << 32])


LETTERS = 'abcxyzABC019 _-äöüßéÅøñçİıſŉǰΐΰΑΣσςωЖжѐґԱևאبहिกაႠᾳᾼᾷⅠⓐＡａﬁﬀﬓ\u0301\u0308\u0345\u00ad\u200d€漢字한글😀👩𝒜𐐀𐐨'
SPACES = ' \t\u000b\u000c\r\n\u0085\u00a0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000'
# Not white space, though str.strip takes some of it for that.
NO_SPACES = '\u001c\u001f\u180e\u200b\u2060\ufeff'


def assigned():
    """The characters of Unicode 3.2, which every Python knows as Snow does, and some letters that came by version 13. The
    capital letters of two of them came with version 16."""
    old = [c for c in map(chr, range(0x110000)) if unicodedata.ucd_3_2_0.category(c) not in ('Cn', 'Cs', 'Co')]
    new = [chr(c) for a, b in ((0x1C90, 0x1CBA), (0x13A0, 0x13F5), (0xAB70, 0xABBF), (0x2C00, 0x2C2E), (0x2C30, 0x2C5E),
                               (0x1E900, 0x1E943), (0x10CC0, 0x10CF2), (0x10C80, 0x10CB2), (0xA640, 0xA66D), (0x2C80, 0x2CE3))
           for c in range(a, b + 1)]
    return [c for c in old + new if c not in '\u019b\u0264']


ASSIGNED = []
CASED = []


def a_char(line=False):
    if not ASSIGNED:
        ASSIGNED.extend(assigned())
        CASED.extend(c for c in ASSIGNED if c.upper() != c or c.lower() != c)
    while True:
        kind = R.randrange(20)
        c = (R.choice(ASSIGNED) if kind == 0 else R.choice(CASED) if kind < 3 else R.choice(SPACES) if kind == 3
             else R.choice(NO_SPACES + '\0') if kind == 4 and R.random() < .3 else R.choice(LETTERS) if kind < 12 else R.choice('abcAB, '))
        if not (line and c in '\n\r'):
            return c


def a_text(line=False, longest=12):
    return ''.join(a_char(line) for _ in range(R.choice([0, 1, 1, 2, 3, R.randrange(longest + 1)])))


def a_line():
    return a_text(True)


def a_point():
    return Point(R.randrange(-2, 5), a_line(), a_float(False))


def an_int_map():
    keys = list(range(R.randrange(5)))
    R.shuffle(keys)
    return {canon(k): (k, R.randrange(2)) for k in keys}


def an_int_set():
    return Set(R.sample(range(6), R.randrange(5)))


# NaN only where a key is a Float itself: `==` inside of other values never finds it again.
MAKE = {
    'int': an_int,
    'text': a_line,
    'float': a_float,
    'bool': lambda: R.random() < .5,
    'pair': lambda: (R.randrange(-3, 6), a_line()),
    'point': a_point,
    'shape': lambda: R.choice([lambda: Sum('Dot'), lambda: Sum('Circle', a_float(False)), lambda: Sum('Named', a_line())])(),
    'option': lambda: R.choice([NONE, Opt(R.randrange(20))]),
    'ints': lambda: [R.randrange(-2, 5) for _ in range(R.randrange(6))],
    'floats': lambda: [a_float(False) for _ in range(R.randrange(3))],
    'map': an_int_map,
    'set': an_int_set,
}


class Script:
    """Sessions, each with a type and operations on numbered versions of a value."""

    def __init__(self):
        self.input, self.expected = [], []

    def session(self, kind, first):
        self.kind = kind
        self.input.append(kind)
        self.expected.append(None)
        self.versions = [first]

    def end(self):
        self.input.append('end')
        self.expected.append(None)

    def version(self):
        """A version to go on with: mostly the newest, now and then one from long ago."""
        n = len(self.versions)
        return n - 1 if R.random() < .55 else max(n - 1 - R.randrange(5), 0) if R.random() < .4 else R.randrange(n)

    def session_less(self, words, says):
        self.input.append(' '.join(map(str, words)))
        self.expected.append(says)

    def op(self, words, says, fresh=()):
        self.input.append(('job ' if R.random() < .04 else '') + ' '.join(map(str, words)))
        self.expected.append(says)
        self.versions.extend(fresh)


# ---- maps: dicts from canon(key) to (key, value) ----


def put(m, k, v):
    r = dict(m)
    c = canon(k)
    r[c] = (r[c][0] if c in r else k, v)
    return r


def maps(script, count):
    done, kinds = 0, list('int text float pair point shape option ints floats map set'.split())
    R.shuffle(kinds)
    for _ in range(max(count // 1000, 1)):
        group_session(script, min(count, 150))
    while done < count or kinds:
        kind = kinds.pop() if kinds else R.choice(['int', 'text', 'float', 'pair', 'point', 'shape'])
        length = R.choice([40, 80, 160]) if count >= 1000 else max(count // 11, 12)
        big = R.random() < .25 and count >= 1000
        pool = [MAKE[kind]() for _ in range(3000 if big else R.choice([6, 40, 200]))]
        map_session(script, kind, length, pool, big)
        done += length


def map_session(s, kind, length, pool, big):
    s.session(kind, {canon(k): (k, k) for k in range(5)} if kind == 'int' else {})
    limit = 4000 if big else 400

    def entries(n):
        return [(R.choice(pool), R.randrange(-20, 100)) for _ in range(n)]

    def pairs(es):
        return ';'.join('%s=%d' % (enc(k), v) for k, v in es) or '.'

    def sized(words, m):
        s.op(words, str(len(m)), [m])

    def merged(m, es, f=lambda old, new: new):
        r = dict(m)
        for k, v in es:
            c = canon(k)
            r[c] = (r[c][0], f(r[c][1], v)) if c in r else (k, v)
        return r

    for _ in range(length):
        i = s.version()
        m = s.versions[i]
        k, v = R.choice(pool), R.randrange(-20, 100)
        c = canon(k)
        n = R.choice([1, 2, 3, 7])
        several_keys = [R.choice(pool) for _ in range(R.choice([0, 1, 3, 10, len(pool) // 2]))]
        other = s.version()
        what = R.choice('put put put puts puts deletes put_new get get update update_or delete delete pop show lists from_list merge '
                        'merge_with map_values map filter partition reduce tests take drop invert sort equal equal'.split())
        if what in ('show', 'lists', 'invert', 'sort') and len(m) > 100 and R.random() < .8:
            what = 'get'
        if what in ('puts', 'from_list') and len(m) > limit or what.startswith('merge') and len(m) + len(s.versions[other]) > limit:
            what = 'deletes'
        if what == 'put':
            sized((what, i, enc(k), v), put(m, k, v))
        elif what == 'put_new':
            sized((what, i, enc(k), v), m if c in m else put(m, k, v))
        elif what == 'puts':
            es = entries(R.choice([2, 5, 9, 20, len(pool)]))
            sized((what, i, pairs(es)), merged(m, es))
        elif what == 'deletes':
            gone = set(map(canon, several_keys))
            sized((what, i, several(several_keys)), {c: e for c, e in m.items() if c not in gone})
        elif what == 'get':
            found = m[c][1] if c in m else None
            s.op((what, i, enc(k)), show_words(found or 0, NONE if found is None else Opt(found), -7 if found is None else found, found is not None))
        elif what == 'update':
            sized((what, i, enc(k), v), put(m, k, m[c][1] + v) if c in m else m)
        elif what == 'update_or':
            sized((what, i, enc(k), v), put(m, k, m[c][1] + v if c in m else 1))
        elif what == 'delete':
            sized((what, i, enc(k)), {d: e for d, e in m.items() if d != c})
        elif what == 'pop':
            if c in m:
                rest = {d: e for d, e in m.items() if d != c}
                s.op((what, i, enc(k)), '%d %d' % (m[c][1], len(rest)), [rest])
            else:
                s.op((what, i, enc(k)), 'None')
        elif what == 'show':
            s.op((what, i), show(m))
        elif what == 'lists':
            es = list(m.values())
            s.op((what, i), show_words([k for k, _ in es], [v for _, v in es], es, es))
        elif what == 'from_list':
            es = entries(R.choice([0, 3, 9, len(pool)]))
            sized((what, i, pairs(es)), merged({}, es))
        elif what == 'merge':
            sized((what, i, other), merged(m, s.versions[other].values()))
        elif what == 'merge_with':
            sized((what, i, other), merged(m, s.versions[other].values(), lambda a, b: wrap(a * 3 - b)))
        elif what == 'map_values':
            sized((what, i, v), {c: (k, wrap(x + v)) for c, (k, x) in m.items()})
        elif what == 'map':
            sized((what, i, n), {c: (k, wrap(x * n)) for c, (k, x) in m.items()})
        elif what == 'filter':
            sized((what, i, n), {c: e for c, e in m.items() if e[1] % n == 0})
        elif what == 'partition':
            yes = {c: e for c, e in m.items() if e[1] % n == 0}
            no = {c: e for c, e in m.items() if e[1] % n}
            s.op((what, i, n), '%d %d' % (len(yes), len(no)), [yes, no])
        elif what == 'reduce':
            total = 7
            for _, x in m.values():
                total = rem(wrap(total * 31 + x), 1000003)
            s.op((what, i), str(total))
        elif what == 'tests':
            fit = [e for e in m.values() if e[1] % n == 0]
            s.op((what, i, n), show_words(Opt(fit[0]) if fit else NONE, bool(fit), len(fit) == len(m), len(fit)))
        elif what == 'take':
            taken = {}
            for k in several_keys:
                c = canon(k)
                if c in m:
                    taken.setdefault(c, (k, m[c][1]))
            # Which of the two equal keys it holds nobody says; they print alike but for maps and sets.
            if kind in ('map', 'set'):
                continue
            sized((what, i, several(several_keys)), taken)
        elif what == 'drop':
            gone = set(map(canon, several_keys))
            sized((what, i, several(several_keys)), {c: e for c, e in m.items() if c not in gone})
        elif what == 'invert':
            s.op((what, i), show(merged({}, [(v, k) for k, v in m.values()])))
        elif what == 'sort':
            by_key = '-' if kind in ('option', 'map', 'set') else show(sorted(m.values(), key=lambda e: order(e[0])))
            s.op((what, i), by_key + ' ' + show(sorted(m.values(), key=lambda e: e[1])))
        elif what == 'equal':
            if R.random() < .4 and len(m) < 400:  # the same entries in another order
                es = list(m.values())
                R.shuffle(es)
                sized(('from_list', i, pairs(es)), merged({}, es))
                other = len(s.versions) - 1
            n = s.versions[other]
            same = {c: v for c, (k, v) in m.items()} == {c: v for c, (k, v) in n.items()}
            s.op((what, i, other), show_words(same, not same, False))
    for i in R.sample(range(len(s.versions)), min(len(s.versions), 40)):
        if len(s.versions[i]) <= 200 or R.random() < .1:
            s.op(('show', i), show(s.versions[i]))
    s.end()


def group_session(s, length):
    """Maps of lists of strings, which are dicts here like all maps."""
    s.session('groups', {})
    keys = R.choice([4, 40, 100])
    for _ in range(length):
        i, other = s.version(), s.version()
        m, n = s.versions[i], s.versions[other]
        k = R.randrange(keys)
        c = canon(k)
        what = R.choice('add add add adds adds delete merge halves show equal'.split())
        if what in ('merge', 'adds') and len(show(m)) + len(show(n)) > 5000:
            what = 'halves'
        if what == 'add':
            t = a_line()
            s.op((what, i, k, enc(t)), str(k), [put(m, k, (m[c][1] if c in m else []) + [t])])
        elif what == 'adds':
            es = [(R.randrange(keys), a_line()) for _ in range(R.choice([1, 5, 60]))]
            r = m
            for k, t in es:
                r = put(r, k, (r[canon(k)][1] if canon(k) in r else []) + [t])
            s.op((what, i, several(es)), str(len(r)), [r])
        elif what == 'delete':
            s.op((what, i, k), show(m[c][1] if c in m else []), [{d: e for d, e in m.items() if d != c}])
        elif what == 'merge':
            r = m
            for k, xs in n.values():
                r = put(r, k, (r[canon(k)][1] if canon(k) in r else []) + xs)
            s.op((what, i, other), str(len(m)), [r])
        elif what == 'halves':
            s.op((what, i), str(len(m)), [{c: (k, xs[len(xs) // 2:]) for c, (k, xs) in m.items()}])
        elif what == 'show':
            s.op((what, i), show(m))
        elif what == 'equal':
            s.op((what, i, other), show({c: x for c, (_, x) in m.items()} == {c: x for c, (_, x) in n.items()}))
    for i in range(0, len(s.versions), 5):
        s.op(('show', i), show(s.versions[i]))
    s.end()


# ---- sets: Sets without doubles ----


def distinct(xs, canon=canon):
    first = {}
    for x in xs:
        first.setdefault(canon(x), x)
    return Set(first.values())


def sets(script, count):
    done, kinds = 0, 'int text float pair point shape ints map'.split()
    R.shuffle(kinds)
    while done < count or kinds:
        kind = kinds.pop() if kinds else R.choice(['int', 'text', 'float', 'pair', 'shape'])
        length = R.choice([40, 80, 160]) if count >= 1000 else max(count // 8, 12)
        set_session(script, kind, length, [MAKE[kind]() for _ in range(R.choice([6, 40, 200, 1000]))])
        done += length


def set_session(s, kind, length, pool):
    s.session(kind, Set())
    known = {id(x): canon(x) for x in pool}
    name = lambda x: known[id(x)]

    def sized(words, x):
        s.op(words, str(len(x)), [Set(x)])

    for _ in range(length):
        i, other = s.version(), s.version()
        a, b = s.versions[i], s.versions[other]
        in_a, in_b = set(map(name, a)), set(map(name, b))
        x = R.choice(pool)
        xs = [R.choice(pool) for _ in range(R.choice([0, 1, 3, 10, len(pool) // 2, len(pool)]))]
        in_xs = set(map(name, xs))
        what = R.choice('add add add adds adds remove remove removes contains show lists from_list union intersection difference '
                        'symmetric relations relations filter partition map'.split())
        if what == 'add':
            sized((what, i, enc(x)), distinct(a + [x], name))
        elif what == 'adds':
            sized((what, i, several(xs)), distinct(a + xs, name))
        elif what == 'remove':
            sized((what, i, enc(x)), [y for y in a if name(y) != name(x)])
        elif what == 'removes':
            sized((what, i, several(xs)), [y for y in a if name(y) not in in_xs])
        elif what == 'contains':
            s.op((what, i, enc(x)), show(name(x) in in_a))
        elif what == 'show':
            s.op((what, i), show(a))
        elif what == 'lists':
            s.op((what, i), show_words(list(a), list(a)))
        elif what == 'from_list':
            sized((what, i, several(xs)), distinct(xs, name))
        elif what == 'union':
            sized((what, i, other), distinct(a + b, name))
        elif what == 'intersection':
            sized((what, i, other), [y for y in a if name(y) in in_b])
        elif what == 'difference':
            sized((what, i, other), [y for y in a if name(y) not in in_b])
        elif what == 'symmetric':
            sized((what, i, other), [y for y in a if name(y) not in in_b] + [y for y in b if name(y) not in in_a])
        elif what == 'relations':
            if R.random() < .4:
                ys = list(a)
                R.shuffle(ys)
                sized(('from_list', i, several(ys)), ys)
                other, in_b = len(s.versions) - 1, in_a
            s.op((what, i, other), show_words(in_a <= in_b, not in_a & in_b, in_a == in_b, False))
        elif what == 'filter':
            sized((what, i, several(xs)), [y for y in a if name(y) in in_xs])
        elif what == 'partition':
            yes, no = Set(y for y in a if name(y) in in_xs), Set(y for y in a if name(y) not in in_xs)
            s.op((what, i, several(xs)), '%d %d' % (len(yes), len(no)), [yes, no])
        elif what == 'map':
            n = R.choice([2, 3, 10])
            s.op((what, i, n), show(distinct([len(show(y)) % n for y in a])))
    for i in R.sample(range(len(s.versions)), min(len(s.versions), 25)):
        s.op(('show', i), show(s.versions[i]))
    s.end()


# ---- lists ----

WEIGHT = {
    'int': lambda x: x,
    'text': lambda x: len(x.encode()),
    'float': lambda x: bits_of(x) & 255,
    'bool': int,
    'pair': lambda x: x[0],
    'point': lambda x: x.x,
    'ints': len,
}


def lists(script, count):
    done, kinds = 0, list(WEIGHT)
    R.shuffle(kinds)
    while done < count or kinds:
        kind = kinds.pop() if kinds else R.choice(list(WEIGHT))
        length = R.choice([60, 120, 240]) if count >= 1000 else max(count // 7, 20)
        list_session(script, kind, length, R.choice([30, 100, 400]))
        done += length


def list_session(s, kind, length, limit):
    s.session(kind, list(range(5)) if kind == 'int' else [])
    make, weight = MAKE[kind], WEIGHT[kind]

    def sized(words, xs):
        s.op(words, str(len(xs)), [xs])

    for _ in range(length):
        i, other, third = s.version(), s.version(), s.version()
        a, b = s.versions[i], s.versions[other]
        x = R.choice(a) if a and R.random() < .5 else make()
        more = [make() for _ in range(R.choice([0, 1, 2, 3, 9, 33]))]
        n = R.choice([1, 2, 3, 7])
        at = R.choice([-1, 0, 1, 2, len(a) - 1, len(a), len(a) + 1, R.randrange(len(a) + 1), -2**63, 2**63 - 1])
        to = R.choice([-1, 0, len(a), R.randrange(len(a) + 1), R.randrange(len(a) + 1), 2**63 - 1])
        cut, stop = min(max(at, 0), len(a)), min(max(to, 0), len(a))
        fits = [weight(y) % n == 0 for y in a]
        first_no = fits.index(False) if False in fits else len(a)
        what = R.choice('append append append appends appends prepend prepends literal concat plus insert_at remove_at update_at '
                        'take drop slice split_at cons cons reverse repeat intersperse filter filter_map partition take_while drop_while unique '
                        'unique_by dedup flat_map chunk windows flatten sort_by sort for show get tests contains folds reduce_while '
                        'groups pairs extremes sum equal equal'.split())
        if len(a) > limit and what in ('concat', 'plus', 'intersperse', 'flat_map', 'flatten', 'appends', 'prepends', 'windows'):
            what = R.choice(['take', 'drop', 'slice'])
        if what == 'append':
            sized((what, i, enc(x)), a + [x])
        elif what == 'appends':
            sized((what, i, several(more)), a + more)
        elif what == 'prepend':
            sized((what, i, enc(x)), [x] + a)
        elif what == 'prepends':
            sized((what, i, several(more)), more[::-1] + a)
        elif what == 'literal':
            sized((what, i, several(more)), more)
        elif what in ('concat', 'plus'):
            sized((what, i, other), a + b)
        elif what == 'insert_at':
            sized((what, i, at, enc(x)), a[:cut] + [x] + a[cut:])
        elif what == 'remove_at':
            sized((what, i, at), a[:at] + a[at + 1:] if 0 <= at < len(a) else a)
        elif what == 'update_at':
            sized((what, i, at, enc(x)), a[:at] + [x] + a[at + 1:] if 0 <= at < len(a) else a)
        elif what == 'take':
            sized((what, i, at), a[:cut])
        elif what == 'drop':
            sized((what, i, at), a[cut:])
        elif what == 'slice':
            sized((what, i, at, to), a[cut:stop])
        elif what == 'split_at':
            s.op((what, i, at), str(cut), [a[:cut], a[cut:]])
        elif what == 'cons':
            s.op((what, i), *((show(a[0]), [a[1:]]) if a else ('empty',)))
        elif what == 'reverse':
            sized((what, i), a[::-1])
        elif what == 'repeat':
            times = R.choice([-1, 0, 1, 5, 20])
            sized((what, i, enc(x), times), [x] * times)
        elif what == 'intersperse':
            sized((what, i, enc(x)), [z for y in a for z in (x, y)][1:])
        elif what in ('filter', 'filter_map', 'for'):
            sized((what, i, n), [y for y, fit in zip(a, fits) if fit])
        elif what == 'partition':
            yes = [y for y, fit in zip(a, fits) if fit]
            s.op((what, i, n), str(len(yes)), [yes, [y for y, fit in zip(a, fits) if not fit]])
        elif what == 'take_while':
            sized((what, i, n), a[:first_no])
        elif what == 'drop_while':
            sized((what, i, n), a[first_no:])
        elif what == 'unique':
            sized((what, i), list(distinct(a)))
        elif what == 'unique_by':
            sized((what, i, n), [y for j, y in enumerate(a) if weight(y) % n not in {weight(z) % n for z in a[:j]}])
        elif what == 'dedup':
            sized((what, i), [y for j, y in enumerate(a) if j == 0 or not equal(a[j - 1], y)])
        elif what == 'flat_map':
            sized((what, i, n), [y for y in a for _ in range(weight(y) % n)])
        elif what == 'chunk':
            parts = [a[j:j + n] for j in range(0, len(a), n)]
            s.op((what, i, n), show(parts), parts[:3])
        elif what == 'windows':
            parts = [a[j:j + n] for j in range(len(a) - n + 1)]
            s.op((what, i, n), show(parts), parts[:3])
        elif what == 'flatten':
            sized((what, i, other, third), a + b + s.versions[third])
        elif what == 'sort_by':
            sized((what, i, n), sorted(a, key=lambda y: weight(y) % n))
        elif what == 'sort':
            sized((what, i, n), sorted(a, key=lambda y: -(weight(y) % n)))
        elif what == 'show':
            s.op((what, i), show(a))
        elif what == 'get':
            s.op((what, i, at), show_words(Opt(a[at]) if 0 <= at < len(a) else NONE, Opt(a[0]) if a else NONE, Opt(a[-1]) if a else NONE, not a))
        elif what == 'tests':
            found = fits.index(True) if True in fits else None
            s.op((what, i, n), show_words(NONE if found is None else Opt(a[found]), NONE if found is None else Opt(found),
                                          any(fits), all(fits), sum(fits)))
        elif what == 'contains':
            places = [j for j, y in enumerate(a) if equal(x, y)]
            s.op((what, i, enc(x)), show_words(bool(places), Opt(places[0]) if places else NONE))
        elif what == 'folds':
            left = right = 1
            scan = [0]
            for y in a:
                left = rem(wrap(left * 31 + weight(y)), 1000003)
                scan.append(rem(wrap(scan[-1] + weight(y)), 1000))
            for y in reversed(a):
                right = rem(wrap(right * 31 + weight(y)), 1000003)
            s.op((what, i), show_words(left, right, scan))
        elif what == 'reduce_while':
            total, most = 0, R.choice([0, 10, 1000])
            for y in a:
                if total > most:
                    break
                total += rem(weight(y), 100)
            s.op((what, i, most), str(total))
        elif what == 'groups':
            groups, times = {}, {}
            for y in a:
                groups.setdefault(canon(weight(y) % n), (weight(y) % n, []))[1].append(y)
                times[canon(y)] = (times.get(canon(y), (y, 0))[0], times.get(canon(y), (y, 0))[1] + 1)
            s.op((what, i, n), show_words(groups, times))
        elif what == 'pairs':
            z = list(zip(a, b))
            s.op((what, i, other), show_words(z, list(enumerate(a)), [rem(weight(p), 1000) - rem(weight(q), 1000) for p, q in z]),
                 [[p for p, _ in z], [q for _, q in z]])
        elif what == 'extremes':
            least = min(a, key=lambda y: weight(y) % n, default=None)
            most = max(a, key=lambda y: weight(y) % n, default=None)
            s.op((what, i, n), show_words(Opt(least), Opt(most)) if a else 'None None')
        elif what == 'sum':
            if kind == 'int':
                total, product = 0, 1
                for y in a:
                    total, product = wrap(total + y), wrap(product * y)
                s.op((what, i), show_words(total, product))
            elif kind == 'float':
                total, product = 0.0, 1.0
                for y in a:
                    total, product = total + y, product * y
                s.op((what, i), show_words(total, product))
            else:
                s.op((what, i), '-')
        elif what == 'equal':
            if R.random() < .4:
                sized(('literal', i, several(a)), list(a))
                other, b = len(s.versions) - 1, a
            s.op((what, i, other), show_words(equal(a, b), not equal(a, b)))
    for i in R.sample(range(len(s.versions)), min(len(s.versions), 40)):
        s.op(('show', i), show(s.versions[i]))
    s.end()


# ---- queues ----


def queues(script, count):
    done, kinds = 0, ['int', 'text', 'point']
    while done < count or kinds:
        kind = kinds.pop() if kinds else R.choice(['int', 'text', 'point'])
        queue_session(script, kind, R.choice([50, 200]) if count >= 200 else max(count // 3, 10))
        done += 100


def queue_session(s, kind, length):
    s.session(kind, Queue())
    make = MAKE[kind]
    for _ in range(length):
        i = s.version()
        q = s.versions[i]
        xs = [make() for _ in range(R.choice([0, 1, 2, 5, 20]))]
        n = R.choice([0, 1, 2, len(q) // 2, len(q), len(q) + 3])
        what = R.choice('push push pushes pop pop pops try show from_list'.split())
        if what == 'push':
            x = make()
            s.op((what, i, enc(x)), str(len(q) + 1), [Queue(q + [x])])
        elif what == 'pushes':
            s.op((what, i, several(xs)), str(len(q) + len(xs)), [Queue(q + xs)])
        elif what == 'pop':
            s.op((what, i), *((show_words(q[0], len(q) - 1, q[0]), [Queue(q[1:])]) if q else ('empty',)))
        elif what == 'pops':
            s.op((what, i, n), show(list(q[:n])), [Queue(q[n:])])
        elif what == 'try':
            s.op((what, i), show_words(Opt(q[0]), Opt((q[0], Queue(q[1:])))) if q else 'None None')
        elif what == 'show':
            s.op((what, i), show_words(q, list(q)))
        elif what == 'from_list':
            s.op((what, i, several(xs)), str(len(xs)), [Queue(xs)])
    for i in R.sample(range(len(s.versions)), min(len(s.versions), 25)):
        s.op(('show', i), show_words(s.versions[i], list(s.versions[i])))
    s.end()


# ---- strings ----

BLANK = ' \t\n\v\f\r\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'
BLANKS = re.compile('[%s]+' % BLANK)


def json_text(v):
    """Compact JSON as the specification has it."""
    if v is None or v == NONE:
        return 'null'
    if isinstance(v, Opt):
        return json_text(v.value[0])
    if v is True or v is False:
        return 'true' if v else 'false'
    if isinstance(v, int):
        return str(v)
    if isinstance(v, float):
        return json_float(v)
    if isinstance(v, str):
        short = {'"': '\\"', '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r'}
        return '"' + ''.join(short.get(c) or ('\\u%04x' % ord(c) if c < ' ' else c) for c in v) + '"'
    if isinstance(v, list):
        return '[' + ','.join(map(json_text, v)) + ']'
    return '{' + ','.join(json_text(k) + ':' + json_text(v[k]) for k in sorted(v, key=str.encode)) + '}'


def to_int(s):
    m = re.fullmatch('[+-]?[0-9]+', s.strip(BLANK))
    return Opt(int(m.group())) if m and -2**63 <= int(m.group()) < 2**63 else NONE


FLOAT = re.compile(r'[+-]?(inf|infinity|nan|([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?)', re.I | re.A)


def to_float_bits(s):
    s = s.strip(BLANK)
    return Opt(bits_of(float(s))) if FLOAT.fullmatch(s) else NONE


def a_number_text():
    kind = R.randrange(10)
    if kind < 3:
        t = R.choice(['', '', '+', '-', '- ', '--']) + str(R.choice([0, 7, 2**63 - 1, 2**63, 2**63 + 1, 2**64, R.getrandbits(70), R.randrange(1000)]))
    elif kind < 4:
        t = R.choice(['00012', '1_000', '0x10', '1.0', '', '-', '+', '\u0663', '１２', '1 2', '12\0', '1e5', 'e5', '.', '-.', '5.', '.5', '5.e3', '.e3', '1e', '1e+'])
    elif kind < 5:
        t = R.choice(['', '-', '+']) + R.choice(['inf', 'Infinity', 'iNf', 'infinit', 'in', 'infinity1'])
    elif kind < 6:
        t = R.choice(['nan', 'NaN', 'NAN', 'nan(1)', 'na'])
    else:
        t = R.choice(['', '+', '-']) + ''.join(R.choice('0123456789') for _ in range(R.randrange(8)))
        t += R.choice(['', '.']) + ''.join(R.choice('0123456789') for _ in range(R.randrange(8)))
        t += R.choice(['', '', 'e', 'E']) + R.choice(['', '-', '+']) + R.choice(['', '5', '17', '300', '999', '00012', '99999999999999999999'])
    return R.choice(['', '', ' ', '\t', '\u3000', '\u200b']) + t + R.choice(['', '', ' \n', '\u0085', '\0'])


def some_bytes(s):
    """The bytes of a string, perhaps damaged."""
    b = list(s.encode())
    for _ in range(R.choice([0, 0, 1, 1, 2])):
        kind, at = R.randrange(3), R.randrange(len(b) + 1)
        if kind == 0:
            b.insert(at, R.choice([0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xED, 0xA0, 0xE0, 0xF4, 0x8F, 0x90, 0xF5, 0xFF, 256, -1, 0x61]))
        elif b and kind == 1:
            del b[min(at, len(b) - 1)]
        elif b:
            b[min(at, len(b) - 1)] = R.randrange(256)
    return b


def decoded(b):
    try:
        return Opt(bytes(b).decode())
    except ValueError:
        return NONE


def fnv(s):
    h = 0xCBF29CE484222325
    for b in s:
        h = (h ^ b) * 0x100000001B3 % 2**64
    return wrap(h)


def pad(s, n, t):
    n -= len(s)
    return (t * n)[:n] if n > 0 else ''


def strings(script, count):
    done = 0
    while done < count:
        string_session(script, min(count, 200))
        done += 200


def string_session(s, length):
    s.session('strings', ''.join('%dé' % i for i in range(100)))
    limit, long = R.choice([(300, 30), (300, 30), (6000, 700)])

    def op(words, v, fresh):
        s.op(words, json_text(v), fresh)

    for _ in range(length):
        i, other = s.version(), s.version()
        a, b = s.versions[i], s.versions[other]
        t = a_text(longest=long)
        n = R.choice([-1, 0, 1, 2, len(a) - 1, len(a), len(a) + 3, R.randrange(len(a) + 1)])
        m = R.choice([0, len(a), 2**63 - 1, -2**63, R.randrange(len(a) + 1), R.randrange(len(a) + 1)])
        cut, stop = min(max(n, 0), len(a)), min(max(m, 0), len(a))
        # Something that is in it, as a rule.
        j = R.randrange(len(a) + 1)
        part = R.choice([a[j:j + R.choice([1, 1, 2, 3])], a[:j], a[j:], a_char(), a_text(), ''])
        what = R.choice('text text text concat concat branch branch interpolate append length slice slice take drop at split_at chars codepoints bytes '
                        'and_back from_bytes tests places trim trim case case case replace replace replace_first split split split_n split_once '
                        'lines words strip repeat reverse pad join numbers order'.split())
        if len(a) + len(b) > limit and what in ('concat', 'branch', 'interpolate', 'append', 'join', 'repeat', 'replace'):
            what = 'slice'
        if what == 'text':
            op((what, i, enc(t)), t, [t])
        elif what == 'concat':
            op((what, i, other), a + b, [a + b])
        elif what == 'branch':
            r = [a + t + part, a + t + t, a + t + part + part]
            op((what, i, enc(t), enc(part)), r, r)
        elif what == 'interpolate':
            r = a + b + '|' + a
            op((what, i, other), r, [r])
        elif what == 'append':
            times = R.choice([0, 1, 5, 20])
            op((what, i, enc(part), times), a + part * times, [a + part * times])
        elif what == 'length':
            op((what, i), [len(a), len(a.encode()), int(a == '')], [])
        elif what == 'slice':
            op((what, i, n, m), a[cut:stop], [a[cut:stop]])
        elif what == 'take':
            op((what, i, n), a[:cut], [a[:cut]])
        elif what == 'drop':
            op((what, i, n), a[cut:], [a[cut:]])
        elif what == 'at':
            op((what, i, n), a[n] if 0 <= n < len(a) else None, [a[n]] if 0 <= n < len(a) else [])
        elif what == 'split_at':
            op((what, i, n), [a[:cut], a[cut:]], [a[:cut], a[cut:]])
        elif what == 'chars':
            op((what, i), list(a), list(a)[:3])
        elif what == 'codepoints':
            op((what, i), list(map(ord, a)), [])
        elif what == 'bytes':
            op((what, i), list(a.encode()), [])
        elif what == 'and_back':
            op((what, i), [a, a], [])
        elif what == 'from_bytes':
            numbers = some_bytes(a[:20])
            r = decoded(numbers)
            op((what, i, enc(numbers)), r, list(r.value))
        elif what == 'tests':
            op((what, i, enc(part)), [part in a, a.startswith(part), a.endswith(part)], [])
        elif what == 'places':
            where = lambda p: None if p < 0 else p
            op((what, i, enc(part)), [where(a.find(part)), where(a.rfind(part)), a.count(part)], [])
        elif what == 'trim':
            r = [a.strip(BLANK), a.lstrip(BLANK), a.rstrip(BLANK)]
            op((what, i), r, r)
        elif what == 'case':
            r = [a.upper(), a.lower(), a[:1].upper() + a[1:]]
            op((what, i), r, r)
        elif what == 'replace':
            r = a.replace(part, t)
            op((what, i, enc(part), enc(t)), r, [r])
        elif what == 'replace_first':
            r = a.replace(part, t, 1)
            op((what, i, enc(part), enc(t)), r, [r])
        elif what == 'split':
            r = a.split(part) if part else ['', *a, '']
            op((what, i, enc(part)), r, r[:3])
        elif what == 'split_n':
            part = part or 'a'
            r = a.split(part, max(n - 1, 0))
            op((what, i, enc(part), n), r, r[:3])
        elif what == 'split_once':
            if part in a:
                r = a.split(part, 1) if part else ['', a]
                op((what, i, enc(part)), r, r)
            else:
                s.op((what, i, enc(part)), 'none')
        elif what == 'lines':
            r = [line[:-1] if line.endswith('\r') and not last else line
                 for line, last in zip(a.split('\n'), [False] * a.count('\n') + [True])]
            r = r if r[-1] else r[:-1]
            op((what, i), r, r[:3])
        elif what == 'words':
            r = [w for w in BLANKS.split(a) if w]
            op((what, i), r, r[:3])
        elif what == 'strip':
            op((what, i, enc(part)), [a[len(part):] if a.startswith(part) else None, a[:len(a) - len(part)] if a.endswith(part) else None], [])
        elif what == 'repeat':
            n = R.choice([-1, 0, 1, 2, 5])
            op((what, i, n), a * n, [a * n])
        elif what == 'reverse':
            op((what, i), a[::-1], [a[::-1]])
        elif what == 'pad':
            n += R.choice([0, 10])
            r = [pad(a, n, part) + a, a + pad(a, n, part)]
            op((what, i, n, enc(part)), r, r)
        elif what == 'join':
            others = [s.version() for _ in range(R.randrange(5))]
            if sum(len(s.versions[j]) for j in others) < 1000:
                r = t.join(s.versions[j] for j in others)
                op((what, i, enc(t), enc(others)), r, [r])
        elif what == 'numbers':
            t = a_number_text()
            r = to_float_bits(t)
            s.op((what, i, enc(t)), show_words(to_int(t), r))
        elif what == 'order':
            if R.random() < .5:
                op(('append', i, '-', 1), a, [a])
                other, b = len(s.versions) - 1, a
            x, y = a.encode(), b.encode()
            s.op((what, i, other), show_words(x < y, x <= y, x == y, 'Less' if x < y else 'Equal' if x == y else 'Greater', fnv(x)))
    s.end()


# ---- sorting ----


def sorts(script, count):
    for _ in range(max(count // 60, 12)):
        n = R.choice([0, 1, 2, 3, 5, 12, 31, 32, 33, 64, 65, 100, R.randrange(300)] if R.random() < .9 or count < 1000 else [1000, 1024, 3000])
        # Numbers that fit in a comparator's difference.
        few = R.choice([1, 2, 5, 20, 1000, 10**9])
        xs = [float(R.randrange(few)) for _ in range(n)]
        shape = R.choice('random random sorted reversed organ_pipe sawtooth nearly runs'.split())
        if shape == 'sorted':
            xs.sort()
        elif shape == 'reversed':
            xs.sort(reverse=True)
        elif shape == 'organ_pipe':
            xs.sort()
            xs = xs[::2] + xs[1::2][::-1]
        elif shape == 'sawtooth':
            xs = [float(i % 7) for i in range(n)]
        elif shape == 'nearly':
            xs.sort()
            for _ in range(min(n, 4)):
                i, j = R.randrange(n), R.randrange(n)
                xs[i], xs[j] = xs[j], xs[i]
        elif shape == 'runs':
            xs = [x for i in range(0, n, 10) for x in sorted(xs[i:i + 10], reverse=R.random() < .3)]
        k = R.choice([1, 2, 3, 7, 100])
        how = R.choice('compare by numbers rough counted counted texts pairs always never_less wild circle'.split())
        if how in ('compare', 'by') and R.random() < .5:
            xs = [a_float() for _ in xs]
        if how == 'always':
            k = R.choice([-1, 0, 1])
        key = {
            'compare': lambda i: order(xs[i]), 'by': lambda i: order(xs[i]), 'numbers': lambda i: xs[i], 'rough': lambda i: xs[i] // k,
            'counted': lambda i: xs[i], 'texts': lambda i: order(show(xs[i])), 'pairs': lambda i: (xs[i] % k, -i),
        }.get(how)
        if how == 'always' and k == 0:
            key = lambda i: 0
        result = ','.join(map(str, sorted(range(n), key=key) if key else range(n)))
        if not key:
            says = '~permutation %d' % n
        elif how == 'counted':
            says = '~calls %d %s' % (n * max(n - 1, 0).bit_length() + n, result)
        else:
            says = result
        script.session_less((how, k, enc(xs)), says)


# ---- JSON ----


def json_value(depth):
    kind = R.randrange(12 if depth > 0 else 8)
    if kind == 0:
        return R.choice([None, True, False])
    if kind < 3:
        return R.choice([0, -1, an_int(), an_int(), 2**63, -2**63 - 1, R.getrandbits(100), 10**R.randrange(40)])
    if kind < 5:
        while True:
            x = R.choice([a_float(False), float('%.*e' % (R.randrange(18), a_float(False))), float(10**R.randrange(30)), 10.0**-R.randrange(30), R.random() * 10**R.randrange(-10, 25)])
            if x not in (INF, -INF):
                return x
    if kind < 8:
        return json_string()
    if kind < 10:
        return [json_value(depth - 1) for _ in range(R.choice([0, 1, 2, 3, 8]))]
    return {json_string(): json_value(depth - 1) for _ in range(R.choice([0, 1, 2, 3, 8, 30 if depth > 2 else 2]))}


def json_string():
    return ''.join(R.choice([a_char(), a_char(), R.choice('"\\/\b\f\n\r\t\x7f\x00\x1f\u2028\ud7ff\uffff\U0010ffff')]) for _ in range(R.choice([0, 1, 2, 5, 12])))


def blank():
    return ''.join(R.choice(' \t\n\r') for _ in range(R.choice([0, 0, 0, 1, 2])))


def write_json(v):
    """Some JSON text of a value."""
    if isinstance(v, list):
        return '[' + blank() + ','.join(blank() + write_json(x) + blank() for x in v) + ']'
    if isinstance(v, dict):
        items = [(k, x) for k, x in v.items()]
        if items and R.random() < .2:
            items.insert(0, (R.choice(items)[0], json_value(0)))  # a key twice
        return '{' + blank() + ','.join(blank() + write_json(k) + blank() + ':' + blank() + write_json(x) + blank() for k, x in items) + '}'
    if isinstance(v, str):
        return json.dumps(v) if R.random() < .2 else '"' + ''.join(map(write_char, v)) + '"'
    if isinstance(v, float):
        return R.choice(['%r' % v, '%.17e' % v, '%.20E' % v, '%.17e' % v if abs(v) > 1e30 else '%.30f' % v]) if R.random() < .8 else '%r' % v
    return json.dumps(v)


def write_char(c):
    must = c < ' ' or c in '"\\'
    short = {'"': '\\"', '\\': '\\\\', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '/': '\\/'}
    if c in short and (must or R.random() < .5) and R.random() < .7:
        return short[c]
    if must or R.random() < .1:
        form = R.choice(['%04x', '%04X'])
        units = struct.unpack('>%dH' % (1 + (c > '\uffff')), c.encode('utf-16-be'))
        return ''.join('\\u' + form % unit for unit in units)
    return c


class Bad(Exception):
    pass


class Parser:
    """A reader of JSON, from section 6.2 of the specification."""

    def __init__(self, b):
        self.b, self.i = b, 0

    def bad(self, message, n=None):
        n = len(self.b) if n is None else min(n, len(self.b))
        before = self.b[:n]
        return Bad('%s at line %d column %d' % (message, before.count(b'\n') + 1, n - before.rfind(b'\n') - 1))

    def peek(self, eof):
        while self.i < len(self.b) and self.b[self.i] in b' \t\n\r':
            self.i += 1
        return self.here(eof)

    def here(self, eof):
        if self.i >= len(self.b):
            raise self.bad('EOF while parsing ' + eof)
        return self.b[self.i:self.i + 1]

    def all(self):
        v = self.value(0)
        while self.i < len(self.b) and self.b[self.i] in b' \t\n\r':
            self.i += 1
        if self.i < len(self.b):
            raise self.bad('trailing characters', self.i + 1)
        return v

    def value(self, depth):
        c = self.peek('a value')
        if c in b'[{' and depth == 127:
            raise self.bad('recursion limit exceeded', self.i + 1)
        if c == b'[':
            return self.array(depth + 1)
        if c == b'{':
            return self.object(depth + 1)
        if c == b'"':
            return self.string()
        if c in b'-0123456789':
            return self.number()
        for word, v in ((b'true', True), (b'false', False), (b'null', None)):
            if c == word[:1]:
                for x in word:
                    if self.here('a value')[0] != x:
                        raise self.bad('expected ident', self.i + 1)
                    self.i += 1
                return v
        raise self.bad('expected value', self.i + 1)

    def array(self, depth):
        self.i += 1
        r = []
        if self.peek('a list') == b']':
            self.i += 1
            return r
        while True:
            r.append(self.value(depth))
            c = self.peek('a list')
            self.i += 1
            if c == b']':
                return r
            if c != b',':
                raise self.bad('expected `,` or `]`', self.i)
            if self.peek('a value') == b']':
                raise self.bad('trailing comma', self.i + 1)

    def object(self, depth):
        self.i += 1
        r = {}
        c = self.peek('an object')
        if c == b'}':
            self.i += 1
            return r
        while True:
            if c != b'"':
                raise self.bad('key must be a string', self.i + 1)
            key = self.string()
            c = self.peek('an object')
            self.i += 1
            if c != b':':
                raise self.bad('expected `:`', self.i)
            r[key] = self.value(depth)
            c = self.peek('an object')
            self.i += 1
            if c == b'}':
                return r
            if c != b',':
                raise self.bad('expected `,` or `}`', self.i)
            c = self.peek('a value')
            if c == b'}':
                raise self.bad('trailing comma', self.i + 1)

    def digits(self):
        if self.here('a value') not in DIGITS:
            raise self.bad('invalid number', self.i + 1)
        while self.b[self.i:self.i + 1] in DIGITS:
            self.i += 1

    def number(self):
        start = self.i
        if self.b[start:start + 1] == b'-':
            self.i += 1
        if self.here('a value') == b'0':
            self.i += 1
            if self.b[self.i:self.i + 1] in DIGITS:
                raise self.bad('invalid number', self.i + 1)
        else:
            self.digits()
        whole = True
        if self.b[self.i:self.i + 1] == b'.':
            whole = False
            self.i += 1
            self.digits()
        if self.b[self.i:self.i + 1] in (b'e', b'E'):
            whole = False
            self.i += 1
            if self.b[self.i:self.i + 1] in (b'+', b'-'):
                self.i += 1
            self.digits()
        text = self.b[start:self.i].decode()
        if whole and text != '-0' and -2**63 <= int(text) < 2**63:
            return int(text)
        if float(text) in (INF, -INF):
            raise self.bad('number out of range', self.i)
        return float(text)

    def hex4(self):
        if self.i + 4 > len(self.b):
            raise self.bad('EOF while parsing a string')
        text = self.b[self.i:self.i + 4]
        self.i += 4
        if not re.fullmatch(rb'[0-9a-fA-F]{4}', text):
            raise self.bad('invalid escape', self.i)
        return int(text, 16)

    def string(self):
        self.i += 1
        r = bytearray()
        while True:
            c = self.here('a string')
            self.i += 1
            if c == b'"':
                return r.decode()
            if c < b' ':
                raise self.bad('control character (\\u0000-\\u001F) found while parsing a string', self.i)
            if c != b'\\':
                r += c
                continue
            c = self.here('a string')
            self.i += 1
            if c != b'u':
                if c not in ESCAPES:
                    raise self.bad('invalid escape', self.i)
                r += ESCAPES[c]
                continue
            n = self.hex4()
            if 0xDC00 <= n < 0xE000:
                raise self.bad('lone leading surrogate in hex escape', self.i)
            if 0xD800 <= n < 0xDC00:
                for x in (b'\\', b'u'):
                    if self.here('a string') != x:
                        raise self.bad('unexpected end of hex escape', self.i + 1)
                    self.i += 1
                low = self.hex4()
                if not 0xDC00 <= low < 0xE000:
                    raise self.bad('lone leading surrogate in hex escape', self.i)
                n = 0x10000 + (n - 0xD800) * 0x400 + low - 0xDC00
            r += chr(n).encode()


DIGITS = tuple(b'%d' % i for i in range(10))
ESCAPES = {b'"': b'"', b'\\': b'\\', b'/': b'/', b'b': b'\b', b'f': b'\f', b'n': b'\n', b'r': b'\r', b't': b'\t'}
# What Python accepts and Snow does not.
ONLY_HERE = ('recursion limit exceeded', 'lone leading surrogate', 'unexpected end of hex escape', 'number out of range')


def pretty(v, indent='\n'):
    """json_text with a line for each element."""
    deeper = indent + '  '
    if isinstance(v, list) and v:
        return '[' + ','.join(deeper + pretty(x, deeper) for x in v) + indent + ']'
    if isinstance(v, dict) and v:
        return '{' + ','.join(deeper + json_text(k) + ': ' + pretty(v[k], deeper) for k in sorted(v, key=str.encode)) + indent + '}'
    return json_text(v)


def refuse(word):
    raise ValueError(word)


def damaged(text):
    b = bytearray(text.encode())
    for _ in range(R.choice([1, 1, 1, 2, 4])):
        at, kind = R.randrange(len(b) + 1), R.randrange(7)
        if kind == 0:
            del b[at:at + R.choice([1, 1, 2, 9])]
        elif kind == 1:
            b[at:at] = R.choice([b'"', b'\\', b',', b':', b'[', b']', b'{', b'}', b'0', b'-', b'.', b'e', b'1', b'\0', b'\n', b'tru', b'null', b'\\u', b'\\ud800',
                                 b'\\udc00', b'NaN', b'Infinity', b'+', b'/', b'\xef\xbb\xbf', b'\xc3\xa9', b'\xc2\xa0', b'\\u12', b'1e999', b"'", b'\x0c', b'\x1f'])
        elif kind == 2:
            del b[at:]
        elif kind == 3 and at < len(b):
            b[at] = R.randrange(128)
        elif kind == 4 and at < len(b):
            b[at] = R.choice(b'"\\,:[]{}0-.e1 \n')
        elif kind == 5:
            end = R.randrange(len(b) + 1)
            b[at:at] = b[min(at, end):max(at, end)][:40]
        elif kind == 6 and at < len(b):
            b[at:at + 1] = b[at:at + 1] * 2
    return b.decode(errors='replace')


def json_line(script, text):
    b = text.encode()
    try:
        v = Parser(b).all()
        says = '%s true %s' % (json_text(v), json_text(pretty(v)))
    except Bad as error:
        says = str(error)
        v = error
    # The reader above and Python's agree.
    try:
        theirs = json.loads(text, parse_constant=refuse)
        if isinstance(v, Bad):
            assert str(v).startswith(ONLY_HERE), (v, text)
        else:
            assert repr(theirs) == repr(v) or '-0' in text or re.search('[0-9]{19}', text), (theirs, v)
    except ValueError:
        assert isinstance(v, Bad), (v, text)
    except RecursionError:
        pass
    script.session_less((enc(text),), says)


def json_texts(script, count):
    for _ in range(max(count // 8, 30)):
        text = blank() + write_json(json_value(R.choice([0, 1, 2, 4]))) + blank()
        json_line(script, text)
        for _ in range(3):
            json_line(script, damaged(text))
    for depth in (126, 127, 128, 129, 300):
        for opens, closes in (('[', ']'), ('{"a":', '}'), ('[{"a":', '}]')):
            n = depth // len(closes)
            json_line(script, opens * n + '1' + closes * n)
            json_line(script, opens * n)
    for text in ('', ' ', '\ufeff1', '[1]\n\nx', '"\\ud83d\\ude00"', '"\\ud83dx"', '"\\ud83d\\n"', '-', '01', '1.', '1e', '1e+', '[1,', '{"a"', '{"a":', '{,}'):
        json_line(script, text)


# ---- floats ----


def a_double():
    """Bits, more often than not of a number where things go wrong."""
    kind = R.randrange(12)
    sign = -R.randrange(2) << 63
    if kind < 4:
        return wrap(R.getrandbits(64))
    if kind < 5:
        return sign + (R.randrange(2047) << 52) + R.choice([0, 0, 1, 2**52 - 1, R.randrange(4), -1])
    if kind < 6:
        return sign + R.choice([1, 2, 3, 2**52 - 1, 2**52, 2**52 + 1, R.getrandbits(52), R.getrandbits(R.randrange(1, 53))])
    if kind < 7:
        return sign + bits_of(float('1e%d' % R.randrange(-323, 309))) + R.randrange(-2, 3)
    if kind < 8:
        return sign + bits_of(float(2**53 + R.randrange(-100, 100)))
    if kind < 9:
        return bits_of(float(R.randrange(10**R.randrange(1, 18))) * R.choice([1, -1]))
    if kind < 10:
        return bits_of(float('%de%d' % (R.randrange(10**R.randrange(1, 18)), R.randrange(-330, 300))) * R.choice([1, -1]))
    if kind < 11:
        return bits_of(R.randrange(-10**6, 10**6) / R.choice([1, 2, 4, 8, 10, 100, 1000, 1024]))
    return bits_of(R.choice([R.random(), R.uniform(-1e6, 1e6), 2.0**R.randrange(-80, 80)]))


def a_decimal(x):
    """A decimal near a number, or half-way between it and the next one."""
    x = abs(x)
    kind = R.randrange(6)
    if kind == 0:
        return '%.*e' % (R.randrange(15, 40), x)
    if kind == 1:
        return '%r' % x
    y = float_of(bits_of(x) + 1)
    if y == INF:
        y = x
    middle = (Decimal(x) + Decimal(y)) / 2
    if kind == 2:
        return '%s%s' % (R.choice(['', '-']), middle)
    if kind == 3:
        digits, _, e = '{:e}'.format(middle).partition('e')
        return digits + ('' if '.' in digits else '.') + '0' * R.randrange(30) + R.choice('0123456789') + 'e' + (e or '0')
    text = '{:.{}e}'.format(middle, R.randrange(19, 40))
    digits, _, e = text.partition('e')
    last = int(digits[-1]) + R.choice([-1, 0, 0, 1])
    return digits[:-1] + str(min(max(last, 0), 9)) + 'e' + e


def c_round(x):
    return int(Fraction(abs(x)) + Fraction(1, 2)) * (1 if x >= 0 else -1)


def to_int_of(n):
    return min(max(n, -2**63), 2**63 - 1)


def signed(n, x):
    """A whole number as a Float; a zero keeps the sign it came with."""
    r = float(n)
    return -0.0 if r == 0 and struct.pack('>d', x)[0] & 0x80 else r


def whole_parts(x):
    if x != x:
        return [0, 0, 0, 0, x, x, x, x]
    if x in (INF, -INF):
        return [to_int_of(2**63 if x > 0 else -2**64)] * 4 + [x] * 4
    f = Fraction(x)
    floor, ceil, trunc, rounded = f.__floor__(), f.__ceil__(), int(f), c_round(x)
    return [to_int_of(n) for n in (trunc, floor, ceil, rounded)] + [signed(n, x) for n in (floor, ceil, rounded, trunc)]


def floats(script, count):
    for _ in range(count):
        bits = a_double()
        bits = wrap(bits)
        x = float_of(bits)
        kind = R.randrange(20)
        if kind < 10:
            script.session_less(('show', bits), show_float(x))
        elif kind < 11:
            script.session_less(('json', bits), json_float(x))
        elif kind < 14 and x == x and x not in (INF, -INF):
            script.session_less(('read', repr(x)), str(bits))
        elif kind < 18 and x == x and x not in (INF, -INF):
            text = a_decimal(x)
            script.session_less(('read', text), str(bits_of(float(text))))
        elif kind < 19:
            n = R.choice([0, 1, 2, 3, 6, 15, 20, 40])
            if x == x and x not in (INF, -INF):
                script.session_less(('decimals', bits, n), '%.*f' % (n, x))
        elif R.random() < .5:
            script.session_less(('int', bits), show_words(*whole_parts(x)))
        else:
            n = wrap(R.getrandbits(R.choice([54, 55, 60, 64])))
            script.session_less(('float', n), show_float(float(n)))


# ---- keys with like hashes ----


def collisions(script, count):
    """Strings for which the lower half of the visible hash is the same: pairs of pieces that lead from one state to one
    other, as often as it takes."""
    state, pairs = 0xCBF29CE484222325, []
    for _ in range(17):
        seen = {}
        while True:
            piece = '%06x' % R.getrandbits(24)
            h = state
            for b in piece.encode():
                h = (h ^ b) * 0x100000001B3 % 2**64
            h %= 2**32
            if seen.get(h, piece) != piece:
                pairs.append((seen[h], piece))
                state = h
                break
            seen[h] = piece
    for i in range(count):
        script.session_less((''.join(pair[i >> j & 1] for j, pair in enumerate(pairs)),), None)


# ---- main ----


def agrees(expected, line):
    """Whether a line is as expected. `~permutation N`: the numbers below N in some order; `~calls N REST`: at most N
    times `c`, then REST."""
    if expected[:1] != b'~':
        return expected == line
    rule, n, rest = (expected[1:] + b' ').split(b' ', 2)
    if rule == b'permutation':
        return sorted(map(int, line.split(b','))) == list(range(int(n))) if line else n == b'0'
    calls = len(line) - len(line.lstrip(b'c'))
    return calls <= int(n) and line[calls:] == rest[:-1]


def compare(directory, output):
    read = lambda name: open(name, 'rb').read().split(b'\n')
    script, expected, got = read(directory + '/input'), read(directory + '/expected'), read(output)
    places = [int(n) for n in read(directory + '/places') if n]
    wrong = [i for i in range(max(len(expected), len(got)))
             if i >= len(expected) or i >= len(got) or not agrees(expected[i], got[i])]
    shorter = lambda lines, i: '(nothing)' if i >= len(lines) else lines[i][:3000].decode(errors='backslashreplace')
    for i in wrong[:3]:
        at = places[i] if i < len(places) else len(script) - 1
        kind = next((script[j] for j in range(at - 1, 0, -1) if script[j - 1] == b'end'), script[0])
        kind = ' (%s)' % kind.decode() if b'end' in script else ''
        print('line %d of the script%s: %s' % (at + 1, kind, shorter(script, at)))
        print('  expected: ' + shorter(expected, i))
        print('  got:      ' + shorter(got, i))
    if wrong:
        print('%d lines of %d differ' % (len(wrong), len(expected)))
    return 1 if wrong else 0


def main():
    if sys.argv[1] == 'compare':
        sys.exit(compare(*sys.argv[2:4]))
    what, seed, count, directory = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    R.seed('%s %s' % (what, seed))
    script = Script()
    {'json': json_texts}.get(what, globals()[what])(script, count)
    with open(directory + '/input', 'wb') as out:
        out.write(''.join(line + '\n' for line in script.input).encode())
    with open(directory + '/expected', 'wb') as out:
        out.write(''.join(line + '\n' for line in script.expected if line is not None).encode())
    with open(directory + '/places', 'w') as out:
        out.write(''.join('%d\n' % i for i, line in enumerate(script.expected) if line is not None))


if __name__ == '__main__':
    main()
