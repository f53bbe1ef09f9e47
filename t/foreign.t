#!/usr/bin/perl
# Programs with C functions that wait: t/foreign/NAME.snow with NAME.ffi.c prints NAME.out, with several workers and with
# seeds, and whether the runtime waits for descriptors with epoll or with poll.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my @programs = programs('foreign') or plan skip_all => 'no programs in t/foreign';
plan tests => 2 * @programs;

# The file that differs, compiled the other way; it then takes the place of the library's.
my $dir   = scratch();
my @flags = map { split ' ', setting($_) } qw(STD WARNINGS CPPFLAGS CTX_CPPFLAGS);
my $poll  = run_command(
    cmd => [@CC, @flags, '-Werror', '-g', '-O1', @SNOW_CFLAGS, '-DSNOW_WAIT_POLL=1', "-I$SRC/include", "-I$SRC/rt",
        '-c', '-o', "$dir/ready.o", "$SRC/rt/actor/ready.c"]);
BAIL_OUT("ready.c with poll: " . how_it_ended($poll) . "\n$poll->{err}") if $poll->{status};

my @envs = ({}, map({ { SNOW_WORKERS => $_ } } 1, 2, 8), map({ { SNOW_SCHED_SEED => $_ } } 1 .. 3));

sub trouble {
    my ($program, @objects) = @_;
    my $out = scratch();
    my $c   = translate($program);
    return 'snow2c: ' . how_it_ended($c) . "\n$c->{err}" if $c->{status};
    spew("$out/p.c", $c->{out});
    my $cc = run_command(
        cmd => [@CC, qw(-std=c99 -O1 -g), @SNOW_CFLAGS, "-I$SRC/include", '-o', "$out/p", "$out/p.c", "$program->{base}.ffi.c",
            @objects, @LINK],
        timeout => 300);
    return "$CC: " . how_it_ended($cc) . "\n$cc->{err}" if $cc->{status};
    for my $env (@envs) {
        my $run = run_command(cmd => ["$out/p"], env => $env, timeout => 60);
        my $trouble = $run->{status} ? how_it_ended($run) . "\n$run->{err}" : expected('standard output', $run->{out}, "$program->{base}.out");
        return join(' ', %$env) . " $trouble" if $trouble;
    }
    return '';
}

for my $program (@programs) {
    for (['as it is configured'], ['with poll', "$dir/ready.o"]) {
        my ($how, @objects) = @$_;
        my $trouble = trouble($program, @objects);
        ok($trouble eq '', "$program->{name}, $how") or diag($trouble);
    }
}
