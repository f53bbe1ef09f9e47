#!/usr/bin/perl
# Programs under valgrind with a collection at every allocation: no error, though the collector reads whole stacks.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c"    or plan skip_all => "no snow2c in $BUILD";
in_path('valgrind')   or plan skip_all => 'valgrind is not installed';
-e '/usr/include/valgrind/memcheck.h' or plan skip_all => "valgrind's headers are not installed";
"@SNOW_CFLAGS" =~ /sanitize/ and plan skip_all => 'sanitizers and valgrind exclude each other';

my @programs = ("$SRC/examples/wordcount.snow", "$SRC/examples/shapes.snow", "$SRC/t/run/09-torture/nested_closures_capture.snow",
    "$SRC/t/run/05-stdlib/map_order.snow");
my $work = scratch();
spew("$work/nothing.c", "int main(void) { return 0; }\n");
run_command(cmd => [@CC, "$work/nothing.c", '-o', "$work/nothing"]);
run_command(cmd => ['valgrind', '-q', "$work/nothing"])->{status} == 0
    or plan skip_all => 'valgrind cannot run programs of this compiler';
for my $program (grep { -e } @programs) {
    my ($name) = $program =~ m{([^/]*)\.snow$};
    is(run_command(cmd => ["$BUILD/snow2c", '-o', "$work/$name.c", $program])->{status}, 0, "$name: snow2c");
    my $r = run_command(cmd => [@CC, qw(-std=c99 -g -O1), "-I$SRC/include", "$work/$name.c", '-o', "$work/$name", @LINK], timeout => 120);
    is($r->{status}, 0, "$name: cc") or diag($r->{err});
    $r = run_command(cmd => ['valgrind', '-q', '--error-exitcode=99', "$work/$name"], timeout => 300, env => { SNOW_GC_STRESS => 1 });
    is("$r->{status} $r->{err}", '0 ', "$name: valgrind");
}

# The C test of contexts: valgrind must understand every switch.
my @flags = map { split ' ', setting($_) } qw(STD WARNINGS CPPFLAGS CTX_CPPFLAGS);
my $cc = run_command(cmd => [@CC, @flags, qw(-g -O1), "-I$SRC/include", "-I$SRC/rt", "$SRC/t/unit/ctx.c", '-o', "$work/ctx", @LINK], timeout => 120);
is($cc->{status}, 0, 'contexts: cc') or diag($cc->{err});
my $contexts = run_command(cmd => ['valgrind', '-q', '--error-exitcode=99', "$work/ctx"], timeout => 300);
ok("$contexts->{status} $contexts->{err}" eq '0 ' && $contexts->{out} !~ /^not ok/m, 'contexts: valgrind')
    or diag("$contexts->{out}$contexts->{err}");
done_testing();
