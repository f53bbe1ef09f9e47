# Writes the input files of the benchmarks: words.txt and records.json, in the directory DIR.
#
#   awk -v DIR=/tmp/x -f input.awk
#
# words.txt has five million words, fifty thousand of them different, some much more frequent than others, twelve on a
# line. records.json is what json_encode prints. The numbers of the generator stay below 2^46, so that they are the same
# in floating point.

function next_seed() { return seed = seed * 16807 % 2147483647 }

BEGIN {
    consonants = "bcdfghjklmnprstvwxyz"; vowels = "aeiou"
    for (i = 0; i < 100; i++)
        syllable[i] = substr(consonants, int(i / 5) + 1, 1) substr(vowels, i % 5 + 1, 1)
    for (i = 0; i < 50000; i++) {
        w = ""
        k = i
        do { w = syllable[k % 100] w; k = int(k / 100) } while (k)
        word[i] = i % 50 ? w : w "\303\251"
    }
    out = DIR "/words.txt"
    seed = 42
    for (i = 1; i <= 5000000; i++) {
        u = next_seed() / 2147483647
        printf "%s%s", word[int(u * u * u * 50000)], (i % 12 && i < 5000000 ? " " : "\n") >out
    }
    close(out)

    out = DIR "/records.json"
    n = 100000
    seed = 42
    printf "{\"page\":{\"count\":%d,\"items\":[", n >out
    for (i = 0; i < n; i++) {
        next_seed()
        printf "%s{\"active\":%s,\"id\":%d,\"name\":\"Zo\303\253 \\\"%d\\\" O'Hara\\\\Smith\",\"note\":%s", \
            (i ? "," : ""), (seed % 2 ? "false" : "true"), i, seed % 10000, \
            (seed % 3 ? "null" : "\"first line\\n\\tand line " seed % 977 "\"") >out
        # An odd number of eighths has three decimals, whatever way a language finds the shortest text.
        printf ",\"score\":%.3f,\"tags\":[%d,%d,%d]}", (2 * (seed % 1000000) + 1) / 8, \
            seed % 7, seed % 1000, seed % 100000 >out
    }
    printf "]},\"version\":1}\n" >out
    close(out)
}
