#!/bin/sh
# Builds every NAME.snow here and its peers NAME.c, NAME.ml and NAME.go, checks that all print the same, runs them in
# turn, and prints for each the median time and memory of the Snow program and what each peer's is to it. A peer
# without a compiler is skipped.
#
#   t/bench/run.sh [NAME]...     some benchmarks only
#   t/bench/run.sh -a [NAME]...  those of processes, in t/bench/actors, whose peers are NAME.go and NAME.erl
#
# NAME.ffi.c holds C functions that NAME.snow declares. A program may measure something itself and write a line
# "figure NAME NUMBER" to standard error; medians of these are printed too.
#
# Environment: SNOW_BUILD    the build directory [build]
#              SNOW_SRC      the source directory [the one above t/bench]
#              BENCH_RUNS    runs of each program [7; 5 with -a]
#              BENCH_TIMEOUT seconds after which a program is killed, and left out from then on [120]
#              BENCH_BUSY    how many processes compute beside actors/ticker [twice the number of processors]
#              CC OCAMLOPT GO ERL ERLC
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd) || exit 1
src=${SNOW_SRC:-$(CDPATH='' cd "$here/../.." && pwd)}
build=${SNOW_BUILD:-$src/build}
dir=$here peers='c ml go' runs=7
if [ "${1-}" = -a ]; then
    dir=$here/actors peers='go erl' runs=5
    shift
fi
runs=${BENCH_RUNS:-$runs}
limit=${BENCH_TIMEOUT:-120}
CC=${CC:-cc} OCAMLOPT=${OCAMLOPT:-ocamlopt} GO=${GO:-go} ERL=${ERL:-erl} ERLC=${ERLC:-erlc}
: "${BENCH_BUSY:=$(($(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 2))}"
export BENCH_BUSY

# What other libraries the runtime was built to need.
libs=$(sed -n 's/^LIBS = //p' "$build/config.mk" 2>/dev/null)
: "${libs:=-lm}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/snowbench.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

has() { command -v "$1" >/dev/null 2>&1; }
fail() { echo "run.sh: $*" >&2; failed=1; }
failed=0

langs=snow
for peer in $peers; do
    case $peer in
    c) tools=$CC ;;
    ml) tools=$OCAMLOPT ;;
    go) tools=$GO ;;
    erl) tools="$ERLC $ERL" ;;
    esac
    missing=
    [ "$peer" = c ] || for tool in $tools; do has "$tool" || missing=$tool; done
    if [ -n "$missing" ]; then echo "$missing is not installed: $peer skipped"; else langs="$langs $peer"; fi
done

$CC -O2 -o "$tmp/timer" "$here/timer.c" || exit 1

# compile NAME LANG: makes $tmp/NAME.LANG.run
compile() {
    out=$tmp/$1.$2.run ffi=
    [ -f "$dir/$1.ffi.c" ] && ffi=$dir/$1.ffi.c
    case $2 in
    snow)
        "$build/snow2c" -o "$tmp/$1.snow.c" "$dir/$1.snow" &&
        # CC and SNOW_CFLAGS are lists of words.
        $CC -std=c99 -O2 ${SNOW_CFLAGS-} -I"$src/include" -o "$out" "$tmp/$1.snow.c" ${ffi:+"$ffi"} \
            -L"$build" -lsnowrt $libs ;;
    c)
        $CC -O2 -o "$out" "$dir/$1.c" -lm ;;
    ml)
        cp "$dir/$1.ml" "$tmp/$1_ml.ml" &&
        (cd "$tmp" && "$OCAMLOPT" -O3 -o "$out" "$1_ml.ml" 2>"$tmp/ml.err" ||
            { cat "$tmp/ml.err" >&2; false; }) ;;
    go)
        HOME=$tmp GOCACHE=$tmp/gocache GO111MODULE=off "$GO" build -o "$out" "$dir/$1.go" ;;
    erl)
        # The virtual machine is told to have room for all the processes; nothing else is tuned.
        "$ERLC" -o "$tmp" "$dir/$1.erl" &&
        printf '#!/bin/sh\nexec %s -noshell +P 2000000 -pa %s -s %s main -s erlang halt\n' "$ERL" "$tmp" "$1" >"$out" &&
        chmod +x "$out" ;;
    esac
}

# run NAME LANG [OPTION]...: runs it under the timer. One that fails is told of and not run again.
run() {
    name=$1 lang=$2
    shift 2
    "$tmp/timer" -t "$limit" "$@" "$tmp/$name.$lang.run" 2>"$tmp/err" && return
    case $? in
    124) fail "$name.$lang has not ended after $limit s" ;;
    *) fail "$name.$lang ends with an error"; tail -n 20 "$tmp/err" >&2 ;;
    esac
    rm -f "$tmp/$name.$lang.run"
    return 1
}

if [ $# -gt 0 ]; then names=$*; else
    names=
    for f in "$dir"/*.snow; do
        name=$(basename "$f" .snow)
        names="$names $name"
    done
fi

for name in $names; do
    printed=
    for lang in $langs; do
        [ -f "$dir/$name.$lang" ] || continue
        if ! compile "$name" "$lang"; then
            fail "$name.$lang does not compile"
            rm -f "$tmp/$name.$lang.run"
        elif ! run "$name" "$lang" -o "$tmp/$name.$lang.out" >"$tmp/time"; then
            :
        elif [ -z "$printed" ]; then
            printed=$name.$lang
        elif ! cmp -s "$tmp/$printed.out" "$tmp/$name.$lang.out"; then
            fail "$name.$lang prints something else than $printed"
        fi
    done
done

# In turn, so that what else the machine does falls on all alike.
i=0
while [ "$i" -lt "$runs" ]; do
    for name in $names; do
        for lang in $langs; do
            [ -x "$tmp/$name.$lang.run" ] || continue
            run "$name" "$lang" >"$tmp/time" || continue
            echo "$name $lang $(cat "$tmp/time")"
            sed -n "s/^figure /figure $name $lang /p" "$tmp/err"
        done
    done
    i=$((i + 1))
done >"$tmp/times"

echo "Medians of $runs runs. Ratios are Snow to the peer: below 1 Snow is faster, or takes less memory."
awk -v names="$names" -v langs="$langs" -v actors="$([ "$dir" = "$here" ] || echo 1)" '
    # Inserts x into the sorted numbers v[key, 1] to v[key, n[key]].
    function add(key, x,    i) {
        for (i = ++n[key]; i > 1 && v[key, i - 1] > x; i--) v[key, i] = v[key, i - 1]
        v[key, i] = x
    }
    function median(key,    k) {
        k = n[key]
        return k % 2 ? v[key, (k + 1) / 2] : (v[key, k / 2] + v[key, k / 2 + 1]) / 2
    }
    function ratio(key, l) {
        return n[key " snow"] && n[key " " lang[l]] && median(key " " lang[l]) > 0 ? \
            sprintf("%.2f", median(key " snow") / median(key " " lang[l])) : "-"
    }
    function head(what,    l) {
        printf "%9s", "Snow " what
        for (l = 2; l <= nl; l++) printf " %8s", "/" label[lang[l]]
    }
    function row(key, format, unit,    l) {
        printf "%9s", n[key " snow"] ? sprintf(format, median(key " snow") / unit) : "-"
        for (l = 2; l <= nl; l++) printf " %8s", ratio(key, l)
    }
    $1 == "figure" {
        key = $2 " " $4
        if (!(key in seen)) { seen[key] = 1; figure[++figures] = key }
        add(key " " $3, $5)
        next
    }
    {
        add("s " $1 " " $2, $3)
        add("cpu " $1 " " $2, $4)
        key = "MiB " $1 " " $2 # the most, not the median
        n[key] = 1
        if ($5 > v[key, 1]) v[key, 1] = $5
    }
    END {
        label["snow"] = "Snow"; label["c"] = "C"; label["ml"] = "OCaml"; label["go"] = "Go"; label["erl"] = "Erlang"
        nn = split(names, name, " "); nl = split(langs, lang, " ")
        printf "%-12s ", ""; head("s")
        if (actors) { printf "   "; head("cpu") }
        printf "   "; head("MiB"); print ""
        for (i = 1; i <= nn; i++) {
            printf "%-12s ", name[i]; row("s " name[i], "%.3f", 1)
            if (actors) { printf "   "; row("cpu " name[i], "%.3f", 1) }
            printf "   "; row("MiB " name[i], "%.1f", 1024); print ""
        }
        if (figures) {
            printf "\n%-22s", ""
            for (l = 1; l <= nl; l++) printf " %9s", label[lang[l]]
            for (l = 2; l <= nl; l++) printf " %8s", "/" label[lang[l]]
            print ""
        }
        for (i = 1; i <= figures; i++) {
            printf "%-22s", figure[i]
            for (l = 1; l <= nl; l++) {
                key = figure[i] " " lang[l]
                printf " %9s", n[key] ? sprintf("%d", median(key)) : "-"
            }
            for (l = 2; l <= nl; l++) printf " %8s", ratio(figure[i], l)
            print ""
        }
    }' "$tmp/times"
exit $failed
