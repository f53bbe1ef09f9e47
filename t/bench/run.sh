#!/bin/sh
# Builds every NAME.snow here and its peers NAME.c, NAME.ml and NAME.go, checks that all print the same, runs them in
# turn, and prints for each the median time and memory of the Snow program and what each peer's is to it. A peer
# without a compiler is skipped.
#
#   t/bench/run.sh [NAME]...     some benchmarks only
#
# Environment: SNOW_BUILD    the build directory [build]
#              SNOW_SRC      the source directory [the one above t/bench]
#              BENCH_RUNS    runs of each program [7]
#              CC OCAMLOPT GO
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd) || exit 1
src=${SNOW_SRC:-$(CDPATH='' cd "$here/../.." && pwd)}
build=${SNOW_BUILD:-$src/build}
runs=${BENCH_RUNS:-7}
CC=${CC:-cc} OCAMLOPT=${OCAMLOPT:-ocamlopt} GO=${GO:-go}

# What other libraries the runtime was built to need.
libs=$(sed -n 's/^LIBS = //p' "$build/config.mk" 2>/dev/null)
: "${libs:=-lm}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/snowbench.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

has() { command -v "$1" >/dev/null 2>&1; }
fail() { echo "run.sh: $*" >&2; failed=1; }
failed=0

langs='snow c'
if has "$OCAMLOPT"; then langs="$langs ml"; else echo "ocaml is not installed: skipped"; fi
if has "$GO"; then langs="$langs go"; else echo "go is not installed: skipped"; fi

$CC -O2 -o "$tmp/timer" "$here/timer.c" || exit 1

# compile NAME LANG: makes $tmp/NAME.LANG.run
compile() {
    out=$tmp/$1.$2.run
    case $2 in
    snow)
        "$build/snow2c" -o "$tmp/$1.snow.c" "$here/$1.snow" &&
        # CC and SNOW_CFLAGS are lists of words.
        $CC -std=c99 -O2 ${SNOW_CFLAGS-} -I"$src/include" -o "$out" "$tmp/$1.snow.c" -L"$build" -lsnowrt $libs ;;
    c)
        $CC -O2 -o "$out" "$here/$1.c" -lm ;;
    ml)
        cp "$here/$1.ml" "$tmp/$1_ml.ml" &&
        (cd "$tmp" && "$OCAMLOPT" -O3 -o "$out" "$1_ml.ml" 2>"$tmp/ml.err" ||
            { cat "$tmp/ml.err" >&2; false; }) ;;
    go)
        HOME=$tmp GOCACHE=$tmp/gocache GO111MODULE=off "$GO" build -o "$out" "$here/$1.go" ;;
    esac
}

if [ $# -gt 0 ]; then names=$*; else
    names=
    for f in "$here"/*.snow; do
        name=$(basename "$f" .snow)
        names="$names $name"
    done
fi

for name in $names; do
    for lang in $langs; do
        [ -f "$here/$name.$lang" ] || continue
        if ! compile "$name" "$lang"; then
            fail "$name.$lang does not compile"
            rm -f "$tmp/$name.$lang.run"
        elif ! "$tmp/$name.$lang.run" >"$tmp/$name.$lang.out"; then
            fail "$name.$lang ends with an error"
            rm -f "$tmp/$name.$lang.run"
        elif ! cmp -s "$tmp/$name.snow.out" "$tmp/$name.$lang.out"; then
            fail "$name.$lang prints something else than $name.snow"
        fi
    done
done

# In turn, so that what else the machine does falls on all alike.
i=0
while [ "$i" -lt "$runs" ]; do
    for name in $names; do
        for lang in $langs; do
            [ -x "$tmp/$name.$lang.run" ] || continue
            echo "$name $lang $("$tmp/timer" "$tmp/$name.$lang.run")"
        done
    done
    i=$((i + 1))
done >"$tmp/times"

echo "Medians of $runs runs. Ratios are Snow to the peer: below 1 Snow is faster, or takes less memory."
sort -k1,1 -k2,2 -k3,3n "$tmp/times" | awk -v names="$names" -v langs="$langs" '
    function median(n) { return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2 }
    function finish() { if (n) { time[key] = median(n); mem[key] = max } }
    { if ($1 " " $2 != key) { finish(); key = $1 " " $2; n = 0; max = 0 } v[++n] = $3; if ($5 > max) max = $5 }
    function ratio(a, key, b) { return (key in a) && a[key] > 0 && (b in a) ? sprintf("%.2f", a[b] / a[key]) : "-" }
    END {
        finish()
        label["c"] = "C"; label["ml"] = "OCaml"; label["go"] = "Go"
        nn = split(names, name, " "); nl = split(langs, lang, " ")
        printf "%-12s %9s", "", "Snow s"
        for (l = 2; l <= nl; l++) printf " %8s", "/" label[lang[l]]
        printf "   %9s", "Snow MiB"
        for (l = 2; l <= nl; l++) printf " %8s", "/" label[lang[l]]
        print ""
        for (i = 1; i <= nn; i++) {
            s = name[i] " snow"
            printf "%-12s %9s", name[i], s in time ? sprintf("%.3f", time[s]) : "-"
            for (l = 2; l <= nl; l++) printf " %8s", ratio(time, name[i] " " lang[l], s)
            printf "   %9s", s in mem ? sprintf("%.1f", mem[s] / 1024) : "-"
            for (l = 2; l <= nl; l++) printf " %8s", ratio(mem, name[i] " " lang[l], s)
            print ""
        }
    }'
exit $failed
