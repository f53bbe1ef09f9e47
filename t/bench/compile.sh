#!/bin/sh
# How fast is snow2c? Makes a project of about 100,000 lines in ten modules, and prints for it and for hello world the
# medians of the time that snow2c takes, its lines a second and its peak memory, and of the time of `cc -O2` on the C.
#
#   t/bench/compile.sh [LINES]
#
# Environment: SNOW_BUILD    the build directory [build]
#              SNOW_SRC      the source directory [the one above t/bench]
#              BENCH_RUNS    runs of snow2c [7]; the C compiler runs a third as often
#              BENCH_KEEP    leave the project in this directory
#              CC
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd) || exit 1
src=${SNOW_SRC:-$(CDPATH='' cd "$here/../.." && pwd)}
build=${SNOW_BUILD:-$src/build}
runs=${BENCH_RUNS:-7}
lines=${1:-100000}
CC=${CC:-cc}
libs=$(sed -n 's/^LIBS = //p' "$build/config.mk" 2>/dev/null)
: "${libs:=-lm}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/snowbench.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
project=${BENCH_KEEP:-$tmp/big}
mkdir -p "$project" || exit 1

$CC -O2 -o "$tmp/timer" "$here/timer.c" || exit 1

# Each unit is a struct, a sum type and a dozen functions of different shapes, which call each other, the unit before
# and a unit of the module before.
awk -v lines="$lines" -v dir="$project" '
    function p(s) { gsub(/@/, id, s); gsub(/&/, before, s); print s >out }
    function unit() {
        p("struct Point@ do\n  x :: Int\n  y :: Int\n  name :: String\n  weight :: Float\nend\n")
        p("type Shape@ do\n  Empty@\n  Dot@(Int)\n  Line@(Int, Int)\n  Group@(Shape@, Shape@)\n  Tagged@(String, List<Int>)\nend\n")
        p("pub fn make@(n :: Int) -> Point@ do\n  Point@ { x: n, y: n * 2, name: \"point ${n} of @\", weight: Int.to_float(n) / 2.0 }\nend\n")
        p("fn moved@(p :: Point@, dx :: Int, dy :: Int) -> Point@ do\n  let x = p.x + dx\n  let y = p.y + dy\n  Point@ { x: x, y: y, name: p.name, weight: p.weight }\nend\n")
        p("fn describe@(p :: Point@) -> String do\n  if p.x > p.y do\n    \"${p.name}: wide, ${p.x} by ${p.y}\"\n  else if p.x == p.y do\n    \"${p.name}: square\"\n  else\n    \"${p.name}: tall, \" <> \"${p.weight}\"\n  end\nend\n")
        p("fn shape@(0) -> Shape@ = Empty@\n\nfn shape@(1) = Dot@(1)\n")
        p("fn shape@(n) do\n  # Every third is a group.\n  if n % 3 == 0 do\n    Group@(shape@(n - 1), shape@(n - 2))\n  else if n % 3 == 1 do\n    Line@(n, n + 1)\n  else\n    Tagged@(\"tag\", [n, n + 1, n + 2])\n  end\nend\n")
        p("fn area@(s :: Shape@) -> Int do\n  case s do\n    Empty@ -> 0\n    Dot@(n) when n > 100 -> 100\n    Dot@(n) -> n\n    Line@(a, b) -> a * b\n    Group@(Empty@, right) -> area@(right)\n    Group@(left, right) -> area@(left) + area@(right)\n    Tagged@(\"none\", _) -> 0\n    Tagged@(_, ns) -> List.reduce(ns, 0, fn (sum, n) -> sum + n end)\n  end\nend\n")
        p("fn total@(ns :: List<Int>, sum :: Int) -> Int do\n  case ns do\n    n :: rest -> total@(rest, sum + n * (n - 1) / 2)\n    [] -> sum\n  end\nend\n")
        p("fn pipeline@(n :: Int) -> List<Int> do\n  let limit = n + 10\n  0..limit\n    |> Range.to_list()\n    |> List.map(fn k -> k * limit end)\n    |> List.filter(fn k -> k % 2 == 0 or k > 7 end)\n    |> List.take(5)\nend\n")
        p("fn adder@(n :: Int) -> Fun(Int) -> Int do\n  fn k -> k + n end\nend\n")
        p("fn lookup@(table :: Map<String, Int>, key :: String) -> Option<Int> do\n  if Map.has_key(table, key) do Some(Map.get(table, key)) else None end\nend\n")
        p("fn halves@(n :: Int) -> Result<Int, String> do\n  if n % 2 == 0 do Ok(n / 2) else Err(\"${n} is odd\") end\nend\n")
        p("fn quarter@(n :: Int) -> Result<Int, String> do\n  let half = halves@(n)?\n  let quarter = halves@(half)?\n  Ok(quarter)\nend\n")
        p("fn swap@(pair) do\n  let (a, b) = pair\n  (b, a)\nend\n")
        p("pub fn run@(n :: Int) -> Int do\n  let p = moved@(make@(n), 1, n)\n  let text = describe@(p)\n  let table = %{\"a\" => n, text => 2}\n  let (y, x) = swap@((p.x, p.y))")
        p("  let found = case lookup@(table, \"a\") do\n    Some(k) -> k\n    None -> 0 - 1\n  end")
        p("  let quarter = case quarter@(n) do\n    Ok(k) -> k\n    Err(why) -> String.length(why)\n  end")
        p("  let odd = for k in pipeline@(n) when k % 2 == 1 do\n    k + x\n  end")
        p("  let add = adder@(y)")
        if (first) p("  let more = " (m ? "start" (m - 1) "(0)" : "0"))
        else p("  let more = if n > 3 do run&(n - 3) else 0 end")
        p("  more + found + quarter + add(area@(shape@(n % 9))) + total@(odd, 0)\nend\n")
    }
    BEGIN {
        modules = 10; each = 123; units = int(lines / each / modules)
        if (units < 1) units = 1
        for (m = 0; m < modules; m++) {
            out = dir "/m" m ".snow"
            print "##! Made by compile.sh.\n" >out
            if (m) print "from M" (m - 1) " import start" (m - 1) "\n" >out
            for (u = 0; u < units; u++) { id = m "u" u; before = m "u" (u - 1); first = u == 0; unit() }
            print "pub fn start" m "(n :: Int) -> Int = run" id "(n)" >out
            close(out)
        }
        out = dir "/main.snow"
        print "from M" (modules - 1) " import start" (modules - 1) "\n\nfn main() do" >out
        print "  println(\"${start" (modules - 1) "(" units * 2 ")}\")\nend" >out
    }' || exit 1

printf 'fn main() do\n  println("Hello, world")\nend\n' >"$tmp/hello.snow"
lines=$(cat "$project"/*.snow | wc -l)

# measure LABEL LINES N COMMAND...
measure() {
    label=$1 of=$2 n=$3
    shift 3
    i=0
    while [ "$i" -lt "$n" ]; do
        "$tmp/timer" "$@" || { echo "compile.sh: $* failed" >&2; return 1; }
        i=$((i + 1))
    done >"$tmp/times" || return 1
    sort -n "$tmp/times" | awk -v label="$label" -v lines="$of" '
        { v[NR] = $1; if ($3 > max) max = $3 }
        END {
            t = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
            printf "%-28s %9.4f s %9.1f MiB", label, t, max / 1024
            if (lines) printf " %10d lines/s", lines / t
            print ""
        }'
}

few=$(((runs + 2) / 3))
failed=0
echo "Medians of $runs runs of snow2c and $few of $CC; the project has $((lines)) lines."
measure 'snow2c, hello world' 0 "$runs" "$build/snow2c" -o "$tmp/hello.c" "$tmp/hello.snow" || failed=1
measure 'snow2c, project' "$lines" "$runs" "$build/snow2c" -o "$tmp/big.c" "$project" || failed=1
measure 'snow2c --check, project' "$lines" "$runs" "$build/snow2c" --check "$project" || failed=1
for what in hello big; do
    [ -f "$tmp/$what.c" ] || continue
    clines=$(wc -l <"$tmp/$what.c")
    # CC and SNOW_CFLAGS are lists of words.
    measure "$CC -O2, $what ($((clines)) lines)" "$clines" "$few" \
        $CC -std=c99 -O2 ${SNOW_CFLAGS-} -I"$src/include" -c -o "$tmp/$what.o" "$tmp/$what.c" || failed=1
    $CC -o "$tmp/$what.run" "$tmp/$what.o" -L"$build" -lsnowrt $libs && "$tmp/$what.run" >"$tmp/$what.out" ||
        { echo "compile.sh: $what does not run" >&2; failed=1; }
done
exit $failed
