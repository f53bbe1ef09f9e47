#!/bin/sh
# tools/rules.sh SRCDIR [CTX_ASM] >rules.mk
# Finds the sources and writes their make rules. Where sources live and which flags they get is known here and in
# Makefile.in alone:
#   snow2c/**/*.c        the translator, with $(SNOW2C_CC)
#   rt/**/*.c rt/**/*.S  the runtime, with $(RT_CC), twice: x.o for libsnowrt.a, x.pic.o for the shared object;
#                        of rt/ctx/*.S only CTX_ASM, which configure chose
#   stdlib/*.snow        embedded into snow2c
LC_ALL=C
export LC_ALL
cd "$1" || exit 1
ctx_asm=${2-}

# find_in DIR FIND-ARGS: nothing when the directory is not there; never hidden files (editors' locks and copies).
find_in() { [ ! -d "$1" ] || find "$@" ! -name '.*' -print | sort; }

{
    find_in snow2c -type f -name '*.c' | sed 's/^/snow2c /'
    find_in rt -type f -name '*.c' | sed 's/^/rt /'
    find_in rt -type f -name '*.S' | grep -v '^rt/ctx/' | sed 's/^/rt /'
    [ -z "$ctx_asm" ] || echo "rt $ctx_asm"
    find_in stdlib -type f -name '*.snow' | grep -v '^stdlib/.*/' | sed 's/^/stdlib /'
    # A source that comes or goes changes the time of its directory.
    find_in snow2c -type d | sed 's/^/dir /'
    find_in rt -type d | sed 's/^/dir /'
    find_in stdlib -type d | sed 's/^/dir /'
} | awk '
function rule(object, source, compiler) {
    rules = rules object ": $(srcdir)/" source " config.mk\n" \
        "\t@echo \"  CC      " object "\"\n" \
        "\t@mkdir -p $(@D)\n" \
        "\t$(Q)" compiler " -c -o $@ $(srcdir)/" source "\n"
    depfile = object
    sub(/o$/, "d", depfile)
    rules = rules "-include " depfile "\n\n"
}
function object(source, suffix) {
    sub(/\.[cS]$/, suffix, source)
    return "objs/" source
}
function list(name, items) { print name " =" items "\n" }

$1 == "snow2c" {
    o = object($2, ".o")
    snow2c = snow2c " \\\n\t" o
    rule(o, $2, "$(SNOW2C_CC)")
}
$1 == "rt" {
    # x.c and x.S may stand side by side
    tail = ($2 ~ /S$/) ? "-s" : ""
    o = object($2, tail ".o")
    rt = rt " \\\n\t" o
    rule(o, $2, "$(RT_CC) $(PIE)")
    o = object($2, tail ".pic.o")
    pic = pic " \\\n\t" o
    rule(o, $2, "$(RT_CC) -fPIC -DPIC")
}
$1 == "stdlib" { stdlib = stdlib " \\\n\t$(srcdir)/" $2 }
$1 == "dir" {
    dirs = dirs " \\\n\t$(srcdir)/" $2
    # no recipe: a directory that has gone is no error but a reason to write this file again
    rules = rules "$(srcdir)/" $2 ":\n"
    if ($2 == "rt/ctx") rules = rules "config.stamp: $(srcdir)/rt/ctx\n"
}
END {
    print "# Made by tools/rules.sh; changes are lost.\n"
    list("SNOW2C_OBJS", snow2c)
    list("RT_OBJS", rt)
    list("RT_PIC_OBJS", pic)
    list("STDLIB", stdlib)
    list("SOURCE_DIRS", dirs)
    printf "%s", rules
}'
