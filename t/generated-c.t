#!/usr/bin/perl
# The C that snow2c writes: the same bytes every time, and no compiler at hand has a word to say about it. Every fifth
# program of t/run (all of them with SNOW_ALL=1) and the examples.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";

my @strict = qw(-std=c99 -pedantic-errors -Wall -Wextra -Werror);
# tcc knows neither -pedantic-errors nor -fsyntax-only
my @compilers = (
    ['gcc',      @strict, qw(-O2 -fsyntax-only)],
    ['clang',    @strict, qw(-O2 -fsyntax-only)],
    ['tcc',      qw(-std=c99 -Wall -Wextra -Werror -c -o program.o)],
    ['musl-gcc', @strict, qw(-O2 -fsyntax-only)],
);

my @run      = programs('run');
my @programs = ((map { $run[$_] } grep { $ENV{SNOW_ALL} || $_ % 5 == 0 } 0 .. $#run), examples())
    or plan skip_all => 'no programs in t/run and examples';
my @here = grep { in_path($_->[0]) } @compilers;
plan tests => @programs * (1 + @here) + @compilers - @here;

SKIP: {
    for my $missing (grep { !in_path($_->[0]) } @compilers) { skip "$missing->[0] is not installed", 1 }
}

# A result is one string for each test of the program, empty when all is well.
each_parallel(
    \&troubles,
    sub {
        my ($program, @troubles) = @_;
        for my $test ('the same C twice', map { $_->[0] } @here) {
            my $trouble = shift @troubles // 'not tried';
            ok($trouble eq '', "$program->{name}: $test") or diag($trouble);
        }
    },
    @programs);

sub troubles {
    my ($program) = @_;
    my $c = translate($program);
    return 'snow2c: ' . how_it_ended($c) . "\n$c->{err}" if $c->{status};
    my $again    = translate($program);
    my @troubles = $again->{out} eq $c->{out} ? '' : difference('the second run', $again->{out}, $c->{out});

    my $dir = scratch();
    spew("$dir/program.c", $c->{out});
    for my $compiler (@here) {
        my $r = run_command(cmd => [@$compiler, "-I$SRC/include", 'program.c'], cwd => $dir, timeout => 300);
        my $said = "$r->{out}$r->{err}";
        push @troubles, $r->{status} || $said ne '' ? how_it_ended($r) . "\n$said" : '';
    }
    return @troubles;
}
