#!/bin/sh
# The standard library beside those of other languages: builds every NAME.snow here and its peers NAME.go, NAME.ml,
# NAME.erl and NAME.js, each written as its own community would write it, checks that all print the same, runs them in
# turn, and prints medians: the time, the instructions and the memory of the Snow program, and what the peers' are to
# it. A ratio of times is of programs run one after the other; /best is to the fastest peer. A program whose results
# differ is not measured.
#
#   t/bench/stdlib/run.sh [NAME]...
#
# The programs read words.txt and records.json, which input.awk makes, in their working directory. The first line of
# NAME.ml may say "ocamlfind: PACKAGE" and that of NAME.erl "needs: MODULE", of a library that does not come with the
# language; without it the peer is skipped.
#
# Environment: SNOW_BUILD    the build directory [build]
#              SNOW_SRC      the source directory [the one above t/bench]
#              BENCH_RUNS    runs of each program [5]
#              BENCH_TIMEOUT seconds after which a program is killed, and left out from then on [120]
#              BENCH_KEEP    leave programs, inputs and outputs in this directory
#              CC OCAMLOPT OCAMLFIND GO ERL ERLC NODE PERF
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd) || exit 1
src=${SNOW_SRC:-$(CDPATH='' cd "$here/../../.." && pwd)}
build=${SNOW_BUILD:-$src/build}
runs=${BENCH_RUNS:-5}
limit=${BENCH_TIMEOUT:-120}
CC=${CC:-cc} OCAMLOPT=${OCAMLOPT:-ocamlopt} OCAMLFIND=${OCAMLFIND:-ocamlfind} GO=${GO:-go}
ERL=${ERL:-erl} ERLC=${ERLC:-erlc} NODE=${NODE:-node} PERF=${PERF:-perf}

# What other libraries the runtime was built to need.
libs=$(sed -n 's/^LIBS = //p' "$build/config.mk" 2>/dev/null)
: "${libs:=-lm}"

if [ -n "${BENCH_KEEP-}" ]; then
    mkdir -p "$BENCH_KEEP" && tmp=$(CDPATH='' cd "$BENCH_KEEP" && pwd) || exit 1
else
    tmp=$(mktemp -d "${TMPDIR:-/tmp}/snowbench.XXXXXX") || exit 1
    trap 'rm -rf "$tmp"' EXIT
    trap 'exit 1' HUP INT TERM
fi

has() { command -v "$1" >/dev/null 2>&1; }
fail() { echo "run.sh: $*" >&2; failed=1; }
failed=0

langs=snow
for peer in go ml erl js; do
    case $peer in
    go) tools=$GO ;;
    ml) tools=$OCAMLOPT ;;
    erl) tools="$ERLC $ERL" ;;
    js) tools=$NODE ;;
    esac
    missing=
    for tool in $tools; do has "$tool" || missing=$tool; done
    if [ -n "$missing" ]; then echo "$missing is not installed: $peer skipped"; else langs="$langs $peer"; fi
done

$CC -O2 -o "$tmp/timer" "$here/../timer.c" || exit 1
counts=
if has "$PERF" && "$PERF" stat -x, -e instructions:u -o "$tmp/perf" true >/dev/null 2>&1 &&
    grep -q '^[0-9]' "$tmp/perf"; then
    counts=1
else
    echo "$PERF cannot count instructions here: left out"
fi

# available NAME LANG: whether what the program needs is there
available() {
    case $2 in
    ml)
        package=$(sed -n '1s/.*ocamlfind: *\([a-z0-9_.-]*\).*/\1/p' "$here/$1.ml")
        [ -z "$package" ] || { has "$OCAMLFIND" && "$OCAMLFIND" query "$package" >/dev/null 2>&1; } ||
            { echo "$package is not installed for OCaml: $1.ml skipped"; return 1; } ;;
    erl)
        module=$(sed -n '1s/.*needs: *\([a-z0-9_]*\).*/\1/p' "$here/$1.erl")
        [ -z "$module" ] || "$ERL" -noshell -eval "halt(case code:which($module) of non_existing -> 1; _ -> 0 end)." \
            >/dev/null 2>&1 || { echo "$module is not installed for Erlang: $1.erl skipped"; return 1; } ;;
    esac
}

# compile NAME LANG: makes $tmp/NAME.LANG.run
compile() {
    out=$tmp/$1.$2.run
    case $2 in
    snow)
        "$build/snow2c" -o "$tmp/$1.snow.c" "$here/$1.snow" &&
        # CC and SNOW_CFLAGS are lists of words.
        $CC -std=c99 -O2 ${SNOW_CFLAGS-} -I"$src/include" -o "$out" "$tmp/$1.snow.c" -L"$build" -lsnowrt $libs ;;
    go)
        HOME=$tmp GOCACHE=$tmp/gocache GO111MODULE=off "$GO" build -o "$out" "$here/$1.go" ;;
    ml)
        cp "$here/$1.ml" "$tmp/$1_ml.ml" &&
        (
            cd "$tmp" || exit 1
            if [ -n "$package" ]; then
                "$OCAMLFIND" ocamlopt -package "$package" -linkpkg -O3 -o "$out" "$1_ml.ml" 2>"$tmp/ml.err"
            else
                "$OCAMLOPT" -O3 -o "$out" str.cmxa "$1_ml.ml" 2>"$tmp/ml.err"
            fi || { cat "$tmp/ml.err" >&2; false; }
        ) ;;
    erl)
        # Modules have directories of their own, so that one called as a module of the library is seen only here.
        mkdir -p "$tmp/$1.erl.d" && "$ERLC" -o "$tmp/$1.erl.d" "$here/$1.erl" &&
        printf '#!/bin/sh\nexec %s -noshell -pa %s -s %s main -s erlang halt\n' "$ERL" "$tmp/$1.erl.d" "$1" >"$out" &&
        chmod +x "$out" ;;
    js)
        cp "$here/$1.js" "$tmp/$1.js" && printf '#!/bin/sh\nexec %s %s\n' "$NODE" "$tmp/$1.js" >"$out" &&
        chmod +x "$out" ;;
    esac
}

# run NAME LANG OUTPUT [COMMAND]...: runs the timer with it, under the command. One that fails is told of and not run
# again.
run() {
    name=$1 lang=$2 to=$3
    shift 3
    (cd "$tmp" && exec "$@" "$tmp/timer" -t "$limit" -o "$to" "$tmp/$name.$lang.run") 2>"$tmp/err" && return
    case $? in
    124) fail "$name.$lang has not ended after $limit s" ;;
    *) fail "$name.$lang ends with an error"; tail -n 20 "$tmp/err" >&2 ;;
    esac
    rm -f "$tmp/$name.$lang.run"
    return 1
}

if [ $# -gt 0 ]; then names=$*; else
    names=
    for f in "$here"/*.snow; do
        name=$(basename "$f" .snow)
        names="$names $name"
    done
fi

[ -s "$tmp/records.json" ] || awk -v DIR="$tmp" -f "$here/input.awk" || exit 1

: >"$tmp/counts"
for name in $names; do
    rm -f "$tmp/$name".*.run
    [ -f "$here/$name.snow" ] || { fail "there is no $name.snow"; continue; }
    printed= differs=
    for lang in $langs; do
        [ -f "$here/$name.$lang" ] && available "$name" "$lang" || continue
        if ! compile "$name" "$lang"; then
            fail "$name.$lang does not compile"
            rm -f "$tmp/$name.$lang.run"
            continue
        fi
        run "$name" "$lang" "$tmp/$name.$lang.out" \
            ${counts:+"$PERF" stat -x, -e instructions:u -o "$tmp/perf"} >"$tmp/time" || continue
        [ -z "$counts" ] || awk -F, -v key="$name $lang" '$1 ~ /^[0-9]+$/ { print key, $1 }' "$tmp/perf" >>"$tmp/counts"
        if [ -z "$printed" ]; then
            printed=$name.$lang
        elif ! cmp "$tmp/$printed.out" "$tmp/$name.$lang.out" >"$tmp/err" 2>&1; then
            fail "$name.$lang prints something else than $printed; $name is not measured:"
            head -n 3 "$tmp/err" >&2
            for one in "$printed" "$name.$lang"; do
                echo "$one:" >&2
                head -n 3 "$tmp/$one.out" | cut -c 1-300 >&2
            done
            differs=1
        fi
    done
    [ -z "$differs" ] || rm -f "$tmp/$name".*.run
    [ -n "${BENCH_KEEP-}" ] || rm -f "$tmp/$name".*.out
done

# The languages of a program in turn, so that what else the machine does falls on all alike.
i=0
while [ "$i" -lt "$runs" ]; do
    for name in $names; do
        for lang in $langs; do
            [ -x "$tmp/$name.$lang.run" ] || continue
            run "$name" "$lang" /dev/null >"$tmp/time" || continue
            echo "$i $name $lang $(cat "$tmp/time")"
        done
    done
    i=$((i + 1))
done >"$tmp/times"

echo "Medians of $runs runs. Ratios are Snow to the peer: below 1 Snow is faster, or needs less."
awk -v names="$names" -v langs="$langs" -v runs="$runs" -v counts="$counts" -v counted="$tmp/counts" '
    # Inserts x into the sorted numbers v[key, 1] to v[key, n[key]].
    function add(key, x,    i) {
        for (i = ++n[key]; i > 1 && v[key, i - 1] > x; i--) v[key, i] = v[key, i - 1]
        v[key, i] = x
    }
    function median(key,    k) {
        k = n[key]
        return k % 2 ? v[key, (k + 1) / 2] : (v[key, k / 2] + v[key, k / 2 + 1]) / 2
    }
    function number(key, format) { return n[key] ? sprintf(format, median(key)) : "-" }
    function table(what, format, best,    i, l) {
        printf "\n%-13s %9s", what, "Snow"
        for (l = 2; l <= nl; l++) printf " %9s", "/" label[lang[l]]
        if (best) printf " %9s", "/best"
        printf "  "
        for (l = 2; l <= nl; l++) printf " %9s", label[lang[l]]
        print ""
        for (i = 1; i <= nn; i++) {
            printf "%-13s %9s", name[i], number(what " " name[i] " snow", format)
            for (l = 2; l <= nl; l++) printf " %9s", number(what "/ " name[i] " " lang[l], "%.2f")
            if (best) printf " %9s", number(what "/ " name[i] " best", "%.2f")
            printf "  "
            for (l = 2; l <= nl; l++) printf " %9s", number(what " " name[i] " " lang[l], format)
            print ""
        }
    }
    {
        time[$1, $2, $3] = $4
        add("seconds " $2 " " $3, $4)
        key = "MiB " $2 " " $3 # the most, not the median
        n[key] = 1
        if ($6 / 1024 > v[key, 1]) v[key, 1] = $6 / 1024
    }
    END {
        label["snow"] = "Snow"; label["ml"] = "OCaml"; label["go"] = "Go"; label["erl"] = "Erlang"; label["js"] = "node"
        nn = split(names, name, " "); nl = split(langs, lang, " ")
        while ((getline line <counted) > 0) {
            split(line, f, " ")
            add("10^9 instr. " f[1] " " f[2], f[3] / 1e9)
        }
        for (i = 1; i <= nn; i++) {
            for (r = 0; r < runs; r++) {
                if (!((r, name[i], "snow") in time)) continue
                fastest = 0
                for (l = 2; l <= nl; l++) {
                    if (!((r, name[i], lang[l]) in time)) continue
                    t = time[r, name[i], lang[l]]
                    add("seconds/ " name[i] " " lang[l], time[r, name[i], "snow"] / t)
                    if (!fastest || t < fastest) fastest = t
                }
                if (fastest) add("seconds/ " name[i] " best", time[r, name[i], "snow"] / fastest)
            }
            for (l = 2; l <= nl; l++) {
                a = name[i] " snow"; b = name[i] " " lang[l]
                if (n["MiB " a] && n["MiB " b]) add("MiB/ " b, v["MiB " a, 1] / v["MiB " b, 1])
                if (n["10^9 instr. " a] && n["10^9 instr. " b])
                    add("10^9 instr./ " b, v["10^9 instr. " a, 1] / v["10^9 instr. " b, 1])
            }
        }
        table("seconds", "%.3f", 1)
        if (counts) table("10^9 instr.", "%.2f", 0)
        table("MiB", "%.1f", 0)
    }' "$tmp/times"
exit $failed
