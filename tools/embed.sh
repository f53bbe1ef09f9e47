#!/bin/sh
# tools/embed.sh FILE... >stdlib_embed.c
# Writes files as C arrays. A shell script, since a cross-build has no compiler for the machine it runs on.
LC_ALL=C
export LC_ALL

echo '/* Made by tools/embed.sh from stdlib/; changes are lost. */'
echo '#include "stdlib_embed.h"'

n=0
for file; do
    echo
    echo "/* ${file##*/} */"
    echo "static const unsigned char text_${n}[] = {"
    [ -r "$file" ] || { echo "embed.sh: cannot read $file" >&2; exit 1; }
    od -An -v -tu1 "$file" | sed 's/[0-9][0-9]*/&,/g'
    echo '0 };'
    n=$((n + 1))
done

echo
echo 'const struct snow_stdlib_file snow_stdlib_files[] = {'
n=0
for file; do
    # the NUL after the text is not part of it
    echo "    { \"${file##*/}\", text_$n, sizeof text_$n - 1 },"
    n=$((n + 1))
done
echo '    { 0, 0, 0 }'
echo '};'
echo "const int snow_stdlib_count = $n;"
