#!/bin/sh
# tools/relpath.sh FROM TO: the way from the directory FROM to TO, both absolute: /usr/bin /usr/lib -> ../lib
from=${1%/}/ to=${2%/}/ up=
until case $to in "$from"*) true ;; *) false ;; esac; do
    from=${from%/} from=${from%/*}/
    up=../$up
done
path=$up${to#"$from"}
path=${path%/}
echo "${path:-.}"
