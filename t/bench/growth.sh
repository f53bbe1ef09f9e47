#!/bin/sh
# What do operations of the library cost as their values grow? Runs each growth/NAME.snow with N of 8192, 16384 and so
# on up to 64 times that, counts instructions, or takes processor time where perf cannot count, less those of a run with
# N of 0, and fits N^exponent to them. n log n has an exponent of about 1.1. Fails when one is greater than 1.2.
# The exponent of the time is printed besides; it is greater where values no longer fit into caches.
#
#   t/bench/growth.sh [NAME]...
#
# Environment: SNOW_BUILD     the build directory [build]
#              SNOW_SRC       the source directory [the one above t/bench]
#              GROWTH_FROM    the least N [8192]
#              GROWTH_TIMES   doublings of it [6]
#              GROWTH_LIMIT   the exponent that is too much [1.2]
#              BENCH_RUNS     runs for each N, of which the fastest counts [3]
#              BENCH_TIMEOUT  seconds after which a program is killed; greater N are not tried then [10]
#              CC PERF
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd) || exit 1
src=${SNOW_SRC:-$(CDPATH='' cd "$here/../.." && pwd)}
build=${SNOW_BUILD:-$src/build}
from=${GROWTH_FROM:-8192}
times=${GROWTH_TIMES:-6}
most=${GROWTH_LIMIT:-1.2}
runs=${BENCH_RUNS:-3}
limit=${BENCH_TIMEOUT:-10}
CC=${CC:-cc} PERF=${PERF:-perf}
libs=$(sed -n 's/^LIBS = //p' "$build/config.mk" 2>/dev/null)
: "${libs:=-lm}"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/snowbench.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
failed=0
fail() { echo "growth.sh: $*" >&2; failed=1; }

$CC -O2 -o "$tmp/timer" "$here/timer.c" || exit 1

# glibc copies much memory by one instruction, which would hide what it costs.
GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=1073741824:glibc.cpu.x86_rep_stosb_threshold=1073741824
export GLIBC_TUNABLES

counts=
if command -v "$PERF" >/dev/null 2>&1 && "$PERF" stat -x, -e instructions:u -o "$tmp/perf" true >/dev/null 2>&1 &&
    grep -q '^[0-9]' "$tmp/perf"; then
    counts=1 what=instructions
else
    what='processor time'
    echo "$PERF cannot count instructions here; processor time is fitted, which other work on the machine falsifies."
fi

# sample NAME N: adds the line "N INSTRUCTIONS SECONDS" to $tmp/NAME.samples
sample() {
    : >"$tmp/runs"
    i=0
    while [ "$i" -lt "$runs" ]; do
        : >"$tmp/perf"
        # perf counts the timer too, which is the same in the run with N of 0.
        N=$2 ${counts:+"$PERF" stat -x, -e instructions:u -o "$tmp/perf"} "$tmp/timer" -t "$limit" "$tmp/$1.run" \
            >"$tmp/time" 2>"$tmp/err" || return
        echo "$(awk -F, '$1 ~ /^[0-9]+$/ { n = $1 } END { print n + 0 }' "$tmp/perf") $(awk '{ print $2 }' "$tmp/time")" \
            >>"$tmp/runs"
        i=$((i + 1))
    done
    awk -v n="$2" '
        NR == 1 || $1 < count { count = $1 }
        NR == 1 || $2 < time { time = $2 }
        END { printf "%d %.0f %.6f\n", n, count, time }' "$tmp/runs" >>"$tmp/$1.samples"
}

if [ $# -gt 0 ]; then names=$*; else
    names=
    for f in "$here"/growth/[a-z]*.snow; do
        name=$(basename "$f" .snow)
        [ "$name" = size ] || names="$names $name"
    done
fi

printf '%-20s %9s %9s   %s\n' '' exponent 'of time' "$what of each N, for n = $from to $from * 2^$times"
for name in $names; do
    [ -f "$here/growth/$name.snow" ] || { fail "there is no $name.snow"; continue; }
    if ! "$build/snow2c" -o "$tmp/$name.c" "$here/growth/$name.snow" ||
        # CC and SNOW_CFLAGS are lists of words.
        ! $CC -std=c99 -O2 ${SNOW_CFLAGS-} -I"$src/include" -o "$tmp/$name.run" "$tmp/$name.c" -L"$build" -lsnowrt $libs
    then
        fail "$name does not compile"
        continue
    fi
    : >"$tmp/$name.samples"
    n=0 doubled=0 late=
    while [ "$doubled" -le "$times" ]; do
        sample "$name" "$n"
        case $? in
        0) ;;
        124) late="; not ended after $limit s with N of $n"; break ;;
        *) fail "$name ends with an error with N of $n"; tail -n 20 "$tmp/err" >&2; break ;;
        esac
        if [ "$n" -eq 0 ]; then n=$from; else n=$((n * 2)) doubled=$((doubled + 1)); fi
    done
    awk -v name="$name" -v counts="$counts" -v most="$most" -v late="$late" '
        # The slope of the line through the points (x, y) of logarithms that has the least squares of distances.
        function slope(y,    i, sx, sy, sxx, sxy, m) {
            for (i = 1; i <= points; i++) {
                if (y[i] <= 0) continue
                m++
                sx += log(x[i]); sy += log(y[i]); sxx += log(x[i]) ^ 2; sxy += log(x[i]) * log(y[i])
            }
            return m < 3 ? "" : (m * sxy - sx * sy) / (m * sxx - sx ^ 2)
        }
        $1 == 0 { count0 = $2; time0 = $3; next }
        { x[++points] = $1; count[points] = $2 - count0; time[points] = $3 - time0 }
        END {
            # Times are measured in steps of the clock; those of nothing at all say nothing.
            for (i = 1; i <= points; i++) if (time[i] < 0.002) time[i] = 0
            of_time = slope(time)
            exponent = counts ? slope(count) : of_time
            printf "%-20s %9s %9s  ", name, exponent == "" ? "-" : sprintf("%.2f", exponent),
                of_time == "" ? "-" : sprintf("%.2f", of_time)
            for (i = 1; i <= points; i++)
                if (counts) printf " %.0f", count[i] / x[i]
                else printf " %.1fns", time[i] / x[i] * 1e9
            bad = late != "" || exponent != "" && exponent > most
            print (bad ? "   TOO MUCH" late : exponent == "" ? "   too quick for the clock; take a greater GROWTH_FROM" : "")
            exit bad
        }' "$tmp/$name.samples" || failed=1
done
exit $failed
