#!/bin/sh
# Coverage-guided fuzzing of snow2c with AFL++: builds it with instrumentation, AddressSanitizer and
# UndefinedBehaviorSanitizer, starts from the programs of t/run, t/fail and examples, and changes them (mutate.c knows
# Snow's tokens) in search of crashes and hangs. Then looks through all programs the search thought worth keeping:
# snow2c gives C that compiles without a warning, or messages, the errors with a place.
#
#   t/fuzz/run.sh            status 0: nothing found, 1: something found
#   t/fuzz/run.sh FILE...    only tries these files
#
# Environment: SNOW_FUZZ_SECONDS    how long to search [60]
#              SNOW_FUZZ_DIR        where the work is done; a later run there goes on from what this one found. Without
#                                   it, a new directory in TMPDIR, which stays only when something was found.
#              SNOW_FUZZ_SEED       makes a run (nearly) repeatable
#              SNOW_FUZZ_COMPILE    of the programs that were accepted, this many are given to CC [300]
#              SNOW_SRC             the source directory [the one above t/fuzz]
#              CC                   [cc]
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd) || exit 1
src=${SNOW_SRC:-$(CDPATH='' cd "$here/../.." && pwd)}
seconds=${SNOW_FUZZ_SECONDS:-60}
compile=${SNOW_FUZZ_COMPILE:-300}
CC=${CC:-cc}
LARGEST=16384 # bytes of a program

for program in afl-fuzz afl-clang-fast; do
    command -v $program >/dev/null 2>&1 || { echo "There is no $program: install AFL++ (package afl++)."; exit 0; }
done

dir=${SNOW_FUZZ_DIR:-}
if [ -z "$dir" ]; then
    dir=$(mktemp -d "${TMPDIR:-/tmp}/snow-fuzz.XXXXXX") || exit 1
    remove=$dir
fi
mkdir -p "$dir" && dir=$(CDPATH='' cd "$dir" && pwd) || exit 1
trap '[ -z "${remove-}" ] || rm -rf "$remove"' EXIT
trap 'exit 1' HUP INT TERM

# What the sanitizers find ends in a signal, which is what afl-fuzz looks for.
ASAN_OPTIONS=abort_on_error=1:detect_leaks=0:symbolize=0:allocator_may_return_null=1
UBSAN_OPTIONS=abort_on_error=1:halt_on_error=1:print_stacktrace=1:symbolize=0
export ASAN_OPTIONS UBSAN_OPTIONS

# ---- building

echo "Building in $dir"
sh "$src/tools/embed.sh" "$src"/stdlib/*.snow >"$dir/stdlib_embed.c" &&
# ARENA_ALONE: each node is a block of its own, whose end AddressSanitizer knows.
AFL_QUIET=1 afl-clang-fast -std=gnu11 -ffp-contract=off -O1 -g -fno-omit-frame-pointer \
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -DARENA_ALONE=0 -DSNOW_VERSION='"fuzz"' \
    -I"$src/snow2c" -o "$dir/snow2c" $(find "$src/snow2c" -name '*.c') "$dir/stdlib_embed.c" -lpthread &&
$CC -O2 -shared -fPIC -o "$dir/mutate.so" "$here/mutate.c" || { echo "run.sh: cannot build" >&2; exit 1; }

# ---- trying one program

# try FILE: prints what is wrong with snow2c's answer, if anything. $accepted counts.
accepted=0
try() {
    timeout 20 "$dir/snow2c" - <"$1" >"$dir/out.c" 2>"$dir/err"
    status=$?
    if [ $status -gt 1 ]; then
        echo "$1: status $status"
        ASAN_OPTIONS=$ASAN_OPTIONS:symbolize=1 UBSAN_OPTIONS=$UBSAN_OPTIONS:symbolize=1 \
            timeout 60 "$dir/snow2c" - <"$1" 2>&1 >/dev/null |
            grep -E 'ERROR: |runtime error: |Assertion|^ *#[0-9]+ .*/snow2c/' | head -6
    elif [ $status = 1 ] && [ -s "$dir/out.c" ]; then
        echo "$1: refused, but there is output"
    elif [ $status = 1 ] && ! grep -qE '^[^ ]+:[0-9]+:[0-9]+: error: ' "$dir/err"; then
        echo "$1: refused without a place"
    elif [ $status = 0 ] && [ $accepted -lt "$compile" ]; then
        accepted=$((accepted + 1))
        $CC -std=c99 -fsyntax-only -pedantic-errors -Wall -Wextra -Werror -I"$src/include" "$dir/out.c" 2>"$dir/err" || {
            echo "$1: accepted, but its C is not"
            head -4 "$dir/err"
        }
    fi
}

if [ $# -gt 0 ]; then
    for file; do try "$file"; done >"$dir/report"
    cat "$dir/report"
    [ ! -s "$dir/report" ]
    exit
fi

# ---- what to start from

rm -rf "$dir/seeds" && mkdir "$dir/seeds"
n=0
find "$src/t/run" "$src/t/fail" "$src/examples" -name '*.snow' -size -$((LARGEST / 512)) | LC_ALL=C sort |
    while read -r file; do
        n=$((n + 1))
        cp "$file" "$dir/seeds/$(printf %04d $n)-$(basename "$file")"
    done

{
    # X(actor) and X(EQ_EQ, "==") of the lexer's tables
    grep -oE 'X\([a-z]+\)' "$src/snow2c/syntax/lex.h" | sed 's/X(\(.*\))/\1/' | grep -vx k
    grep -oE 'X\([A-Z_]+, "[^"]+"\)' "$src/snow2c/syntax/lex.h" | sed 's/.*"\(.*\)".*/\1/'
    printf '%s\n' '${' '%{' '#=' '=#' '()' '[]' '_' 'fn x -> x end' 'case x do' 'else if' 'if let' 'deriving(Eq, Ord)' \
        'from' 'as' 'extern' 'where T: Eq' 'Int' 'Float' 'Bool' 'String' 'List<' 'Map<' 'Option<' 'Result<' 'Fun(' \
        'Self' 'Some(' 'None' 'Ok(' 'Err(' 'println(' 'self.' '9223372036854775807' '0x' '1.5' '1e308'
} | sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&"/' | LC_ALL=C sort -u >"$dir/words.dict"
printf '"\\"\\"\\""\n"\\x0a"\n"\\x0d"\n"\\u{41}"\n' | sed 's/\\u/\\\\u/' >>"$dir/words.dict"

# ---- the search

from=$dir/seeds
[ ! -d "$dir/out/default/queue" ] || from=-
echo "Searching for $seconds seconds"
# A program is slow beyond two seconds and hangs beyond ten; in a pipeline of its own a core would be looked for.
AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_AUTORESUME=1 \
    AFL_HANG_TMOUT=10000 AFL_CUSTOM_MUTATOR_LIBRARY=$dir/mutate.so \
    afl-fuzz -V "$seconds" ${SNOW_FUZZ_SEED:+-s "$SNOW_FUZZ_SEED"} -i "$from" -o "$dir/out" -x "$dir/words.dict" \
    -G $LARGEST -m none -t 2000 -- "$dir/snow2c" - >"$dir/afl.log" 2>&1 || {
    tail -n 20 "$dir/afl.log"
    echo "run.sh: afl-fuzz has failed" >&2
    remove=
    exit 1
}
sed -n 's/^\(execs_done\|execs_per_sec\|corpus_count\|edges_found\|total_edges\) *: */  \1 /p' "$dir/out/default/fuzzer_stats"

# ---- what it found

for file in "$dir"/out/default/crashes*/id* "$dir"/out/default/hangs*/id* "$dir"/out/default/queue/id*; do
    [ ! -f "$file" ] || try "$file"
done >"$dir/report"
echo "  $(grep -c . "$dir/words.dict") words, $(ls "$dir/seeds" | wc -l) programs to start from"
if [ -s "$dir/report" ]; then
    cat "$dir/report"
    echo "What was found is in $dir/out/default (crashes, hangs, queue); the list is $dir/report."
    remove=
    exit 1
fi
echo "Nothing was found."
