/* A mutator for afl-fuzz that knows what Snow programs are made of. Bytes changed at random nearly always make syntax
 * errors; here tokens, bracketed pieces, lines and whole definitions are exchanged, copied, wrapped and left out, so
 * that many programs get as far as inference and lowering. t/fuzz/run.sh uses it beside AFL's own mutations. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TOKENS = 8192, MAX_TEXT = 1 << 20 };

typedef enum { LOWER, UPPER, NUMBER, STRING, OPERATOR, OPEN, CLOSE, OTHER } Class;

typedef struct {
  uint32_t start, end; /* blanks and comments before a token belong to none */
  uint8_t class;
  int match; /* of an opening bracket, do or fn: the token that closes it, else the token itself */
} Token;

typedef struct {
  const char *s;
  size_t n;
  Token t[MAX_TOKENS];
  int count;
} Text;

typedef struct {
  int from, to; /* tokens, both included */
} Piece;

typedef struct {
  uint64_t random;
  Text self, other;
  char *now, *next; /* the program before and after one step */
  size_t n;         /* length of what is in next */
} Mutator;

/* `@` stands for a piece of the program. */
static const char *const wrappers[] = {
    "(@)", "[@]", "(@, @)", "-@", "not @", "!@", "@?", "@()", "@(1)", "@[0]", "@.x", "@.0", "@.length()", "Some(@)",
    "Ok(@)", "Err(@)", "[@, @]", "@ :: @", "@ :: []", "@ ++ @", "@ <> @", "@ == @", "@ < @", "@ + @", "@ - @", "@ / @",
    "@ and @", "@ or @", "@ .. @", "@ |> f", "@ |> @", "\"${@}\"", "\"a${@}b${@}\"", "%{@ => @}", "%{\"k\" => @}",
    "fn -> @ end", "fn x -> @ end", "fn (x, y) -> @ end", "(fn x -> @ end)(@)", "f(@)", "@(@)", "{ @ | x: @ }", "P { x: @ }",
    "if @ do @ else @ end", "if @ do @ end", "if let Some(x) = @ do @ else @ end", "case @ do _ -> @ end",
    "case @ do x when @ -> @\n _ -> @ end", "case @ do (a, b) -> @ end", "case @ do Some(x) -> @\n None -> @ end",
    "case @ do [] -> @\n h :: t -> @ end", "case @ do @ -> @\n _ -> @ end", "while @ do @ end", "for x in @ do @ end",
    "for (k, v) in @ do @ end", "for x in @ when @ do @ end", "return @", "let y = @\n", "let (a, b) = @\n", "println(@)",
    "panic(\"${@}\")", "compare(@, @)", "@ | @", "List<@>", "Option<@>", "Result<@, @>", "Map<@, @>", "Set<@>", "@?",
    "@!@", "Fun(@) -> @", "Fun() -> @", "@ as @", "@ where @: Eq", "@ :: Int", "pub @", "#= @ =#", "default()",
    "receive do x -> @ end", "receive do @ -> @\n after 10 -> @ end", "spawn(f, @)", "send(@, @)", "link(@)", "Pid<@>",
};

static const char *const words[] = {
    "actor", "after", "alias", "and", "break", "case", "cond", "continue", "def", "do", "else", "end", "false", "fn", "for",
    "if", "impl", "import", "in", "interface", "let", "match", "module", "nil", "not", "or", "pub", "receive", "return",
    "self", "struct", "trait", "true", "type", "when", "where", "while", "with", "from", "as", "deriving", "extern", "inline",
    "Int", "Float", "Bool", "String", "List", "Map", "Set", "Range", "Queue", "Tuple", "Option", "Result", "Ordering", "Some",
    "None", "Ok", "Err", "Unit", "Never", "Self", "Eq", "Ord", "Hash", "Display", "Debug", "Default", "Iterable", "Item",
    "self()", "_", "()", "[]", "0", "1", "-1", "9223372036854775807", "1.5", "1e308", "\"\"", "\"a\"", "\"\\u{41}\"", "->", "=>", "::",
    "=", "|", "..", "<>", "++", "|>", "?", "!", "%", ",", ".", ":", ";", "\n", "(", ")", "[", "]", "{", "}", "<", ">", "#",
};

static uint64_t next_random(Mutator *m) {
  m->random ^= m->random << 13;
  m->random ^= m->random >> 7;
  return m->random ^= m->random << 17;
}

static int below(Mutator *m, int n) { return n > 0 ? (int)(next_random(m) % (uint64_t)n) : 0; }
static bool chance(Mutator *m, int percent) { return below(m, 100) < percent; }

/* ---- cutting ---- */

static bool is_word(const Text *x, int i, const char *word) {
  return i >= 0 && i < x->count && x->t[i].end - x->t[i].start == strlen(word) &&
         memcmp(x->s + x->t[i].start, word, strlen(word)) == 0;
}

static bool is_id_byte(char c) { return isalnum((unsigned char)c) || c == '_' || (c & 0x80); }

static size_t end_of_string(const char *s, size_t n, size_t i) {
  bool triple = i + 2 < n && s[i + 1] == '"' && s[i + 2] == '"';
  int depth = 0;
  for (i += triple ? 3 : 1; i < n; i++) {
    if (s[i] == '\\') i++;
    else if (s[i] == '$' && i + 1 < n && s[i + 1] == '{') depth++;
    else if (s[i] == '}' && depth) depth--;
    else if (s[i] == '"' && !depth) {
      if (!triple) return i + 1;
      if (i + 2 < n && s[i + 1] == '"' && s[i + 2] == '"') return i + 3;
    }
  }
  return n;
}

static void find_matches(Text *x) {
  static int open[MAX_TOKENS];
  int depth = 0;
  for (int i = 0; i < x->count; i++) {
    Token *t = &x->t[i];
    t->match = i;
    /* `fn x -> … end` has an end of its own, in `fn name(…) do … end` it is that of the do. */
    bool closure = is_word(x, i, "fn") && !(i + 2 < x->count && x->t[i + 1].class == LOWER &&
                                            (is_word(x, i + 2, "(") || is_word(x, i + 2, "<")));
    if (t->class == OPEN || is_word(x, i, "do") || closure) open[depth++] = i;
    else if ((t->class == CLOSE || is_word(x, i, "end")) && depth) x->t[open[--depth]].match = i;
  }
}

static void cut(Text *x, const char *s, size_t n) {
  static const char *const pairs = "== != <= >= && || |> .. <> ++ -> => ::";
  x->s = s;
  x->n = n;
  x->count = 0;
  for (size_t i = 0, from; i < n && x->count < MAX_TOKENS;) {
    char c = s[from = i];
    Class class = OTHER;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      i++;
      continue;
    }
    if (c == '#') {
      while (i < n && s[i] != '\n')
        i++;
      continue;
    }
    if (is_id_byte(c)) {
      while (i < n && (is_id_byte(s[i]) || (isdigit((unsigned char)c) && s[i] == '.' && i + 1 < n && isdigit((unsigned char)s[i + 1]))))
        i++;
      class = isdigit((unsigned char)c) ? NUMBER : isupper((unsigned char)c) ? UPPER : LOWER;
    } else if (c == '"') {
      i = end_of_string(s, n, i);
      class = STRING;
    } else {
      char two[3] = {c, i + 1 < n ? s[i + 1] : ' ', 0};
      i += two[1] != ' ' && strstr(pairs, two) ? 2 : 1;
      class = strchr("([{", c) ? OPEN : strchr(")]}", c) ? CLOSE : ispunct((unsigned char)c) ? OPERATOR : OTHER;
    }
    if (i > n) i = n;
    x->t[x->count++] = (Token){(uint32_t)from, (uint32_t)i, (uint8_t)class, 0};
  }
  find_matches(x);
}

/* Something like an expression, a pattern or a type: an operand and what follows it closely. */
static Piece piece_at(Mutator *m, const Text *x, int i) {
  Piece p = {i, x->t[i].match};
  while (p.to + 1 < x->count && chance(m, 90)) {
    const Token *next = &x->t[p.to + 1];
    if (next->class == OPEN && next->start == x->t[p.to].end) p.to = next->match;
    else if (is_word(x, p.to + 1, ".") && p.to + 2 < x->count) p.to += 2;
    else if (is_word(x, p.to + 1, "?")) p.to++;
    else break;
  }
  while (p.to + 2 < x->count && x->t[p.to + 1].class == OPERATOR && !is_word(x, p.to + 1, ",") && chance(m, 30))
    p.to = x->t[p.to + 2].match;
  return p;
}

static Piece any_piece(Mutator *m, const Text *x) {
  int i = below(m, x->count);
  for (int tries = 0; tries < 20 && (x->t[i].class == OPERATOR || x->t[i].class == CLOSE || x->t[i].class == OTHER); tries++)
    i = below(m, x->count);
  return piece_at(m, x, i);
}

static Piece line_at(const Text *x, int i) {
  Piece p = {i, i};
  while (p.from > 0 && !memchr(x->s + x->t[p.from - 1].end, '\n', x->t[p.from].start - x->t[p.from - 1].end))
    p.from--;
  while (p.to + 1 < x->count && !memchr(x->s + x->t[p.to].end, '\n', x->t[p.to + 1].start - x->t[p.to].end))
    p.to++;
  /* With the blocks that begin in it. */
  for (int k = p.from; k <= p.to && k < x->count; k++)
    if (x->t[k].match > p.to) p.to = x->t[k].match;
  return p;
}

/* ---- writing ---- */

static void put(Mutator *m, const char *s, size_t n) {
  if (m->n + n > MAX_TEXT) return;
  memcpy(m->next + m->n, s, n);
  m->n += n;
}

static void put_piece(Mutator *m, const Text *x, Piece p) {
  put(m, x->s + x->t[p.from].start, x->t[p.to].end - x->t[p.from].start);
}

static void put_before(Mutator *m, const Text *x, int i) { put(m, x->s, x->t[i].start); }
static void put_after(Mutator *m, const Text *x, int i) { put(m, x->s + x->t[i].end, x->n - x->t[i].end); }

static bool alike(const Text *x, int i, const Text *y, int k) {
  bool type_x = i > 0 && is_word(x, i - 1, "::"), type_y = k > 0 && is_word(y, k - 1, "::");
  return x->t[i].class == y->t[k].class && type_x == type_y;
}

/* One change of self, whose result is in next. */
static void change(Mutator *m) {
  const Text *x = &m->self;
  const Text *from = m->other.count && chance(m, 25) ? &m->other : x;
  Piece p = any_piece(m, x), q = any_piece(m, from), l, k;
  switch (below(m, 12)) {
  case 0: /* one piece for another */
  case 1:
    put_before(m, x, p.from);
    put_piece(m, from, q);
    put_after(m, x, p.to);
    break;
  case 2: /* a token for one of its kind */
  case 3: {
    int i = below(m, x->count), with = below(m, from->count);
    for (int tries = 0; tries < 200 && !alike(x, i, from, with); tries++)
      with = below(m, from->count);
    put_before(m, x, i);
    put_piece(m, from, (Piece){with, with});
    put_after(m, x, i);
    break;
  }
  case 4: /* two pieces change places */
    q = any_piece(m, x);
    if (q.from < p.from) l = p, p = q, q = l;
    if (q.from <= p.to) q = p;
    put_before(m, x, p.from);
    put_piece(m, x, q);
    if (q.from > p.to) put(m, x->s + x->t[p.to].end, x->t[q.from].start - x->t[p.to].end);
    if (q.from > p.to) put_piece(m, x, p);
    put_after(m, x, q.to);
    break;
  case 5: /* a piece is wrapped; what else the wrapper needs comes from anywhere */
  case 6: {
    const char *w = wrappers[below(m, sizeof wrappers / sizeof *wrappers)];
    int holes = 0, own;
    for (const char *c = w; *c; c++)
      holes += *c == '@';
    own = below(m, holes);
    put_before(m, x, p.from);
    for (holes = 0; *w; w++) {
      if (*w != '@') put(m, w, 1);
      else if (holes++ == own || chance(m, 40)) put_piece(m, x, p);
      else put_piece(m, x, any_piece(m, x));
    }
    put_after(m, x, p.to);
    break;
  }
  case 7: /* a piece gives way to a part of it, or goes */
    put_before(m, x, p.from);
    if (p.to > p.from && chance(m, 70)) {
      int i = p.from + below(m, p.to - p.from + 1);
      Piece part = piece_at(m, x, i);
      if (part.to <= p.to) put_piece(m, x, part);
    }
    put_after(m, x, p.to);
    break;
  case 8: /* a line or definition is copied, or moved */
    k = line_at(from, below(m, from->count));
    l = line_at(x, below(m, x->count));
    put_before(m, x, l.from);
    put_piece(m, from, k);
    put(m, "\n", 1);
    if (chance(m, 60)) put_piece(m, x, l);
    put_after(m, x, l.to);
    break;
  case 9: /* a line or definition goes */
    l = line_at(x, below(m, x->count));
    put_before(m, x, l.from);
    put_after(m, x, l.to);
    break;
  case 10: { /* a word is put in, or in another's place */
    const char *w = words[below(m, sizeof words / sizeof *words)];
    int i = below(m, x->count);
    put_before(m, x, i);
    put(m, w, strlen(w));
    put(m, " ", 1);
    if (chance(m, 50)) put_piece(m, x, (Piece){i, i});
    put_after(m, x, i);
    break;
  }
  case 11: { /* everywhere one name for another */
    int i = below(m, x->count), with = below(m, x->count);
    for (int tries = 0; tries < 200 && (i == with || x->t[i].class > UPPER || x->t[i].class != x->t[with].class); tries++)
      i = below(m, x->count), with = below(m, x->count);
    size_t len = x->t[i].end - x->t[i].start, at = 0;
    for (int t = 0; t < x->count; t++) {
      if (x->t[t].end - x->t[t].start != len || memcmp(x->s + x->t[t].start, x->s + x->t[i].start, len) != 0) continue;
      put(m, x->s + at, x->t[t].start - at);
      put_piece(m, x, (Piece){with, with});
      at = x->t[t].end;
    }
    put(m, x->s + at, x->n - at);
    break;
  }
  }
}

/* ---- what afl-fuzz calls ---- */

void *afl_custom_init(void *afl, unsigned int seed) {
  (void)afl;
  Mutator *m = calloc(1, sizeof *m);
  m->random = seed * 0x9E3779B97F4A7C15u + 1;
  m->now = malloc(MAX_TEXT);
  m->next = malloc(MAX_TEXT);
  return m;
}

size_t afl_custom_fuzz(void *data, unsigned char *buf, size_t n, unsigned char **out, unsigned char *add, size_t add_n,
                       size_t max) {
  Mutator *m = data;
  if (max > MAX_TEXT) max = MAX_TEXT;
  if (n > max) n = max;
  if (n) memcpy(m->now, buf, n);
  cut(&m->other, (const char *)add, add ? add_n : 0);
  for (int steps = 1 + below(m, chance(m, 30) ? 6 : 2); steps--;) {
    cut(&m->self, m->now, n);
    if (!m->self.count) break;
    m->n = 0;
    change(m);
    if (!m->n || m->n > max) break;
    char *old = m->now;
    m->now = m->next;
    m->next = old;
    n = m->n;
  }
  if (!n) m->now[n++] = '\n';
  *out = (unsigned char *)m->now;
  return n;
}

void afl_custom_deinit(void *data) {
  Mutator *m = data;
  free(m->now);
  free(m->next);
  free(m);
}
