#!/bin/sh
# tools/install.sh MODE SOURCE DEST   installs a file
# tools/install.sh -l TARGET DEST     installs a symbolic link
# Makes the directories it needs. DEST is replaced in one step: a running program is not disturbed, and nobody sees
# half a file.
[ $# -eq 3 ] || { echo "usage: install.sh MODE|-l SOURCE DEST" >&2; exit 2; }
umask 022
new=$3.new.$$
trap 'rm -f "$new"' EXIT
trap 'exit 1' HUP INT TERM

mkdir -p "${3%/*}" || exit 1
if [ "$1" = -l ]; then
    ln -s "$2" "$new" || exit 1
else
    cp "$2" "$new" && chmod "$1" "$new" || exit 1
fi
echo "  INSTALL $3"
mv -f "$new" "$3"
