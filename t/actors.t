#!/usr/bin/perl
# Every program of t/run/04-actors, and every example with processes, again: with 1, 2 and 8 workers, and in SNOW_SEEDS
# [5] replayable interleavings (SNOW_SCHED_SEED), where time is virtual. `make check-seeds` takes 50. SNOW_ONLY=REGEX
# picks programs by name.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my @programs = ((grep { $_->{name} =~ m{^04-actors/} } programs('run')), grep { has_processes($_) } examples())
    or plan skip_all => 'no programs in t/run/04-actors';
plan tests => scalar @programs;

sub has_processes {
    my ($program) = @_;
    my $text = join '', map { slurp($_) } grep { -f } "$program->{dir}/$program->{arg}", glob "$program->{dir}/$program->{arg}/*.snow";
    return $text =~ /\b(spawn|\w+\.start|Job\.\w+)\(/;
}

# What a program does only as time really passes, or with workers of its own.
sub envs {
    my ($program) = @_;
    my %only = map { $_ => 1 } lines("$program->{base}.runs");
    my @envs = map { { SNOW_WORKERS => $_ } } 1, 2, 8;
    push @envs, map { { SNOW_SCHED_SEED => $_ } } 1 .. $ENV{SNOW_SEEDS} // 5 if !$only{'real-time'};
    # Some examples crash on purpose, and which reports that gives may depend on the order of things.
    if ($program->{name} =~ m{^examples/}) { $_->{SNOW_LOG} = 'quiet' for @envs }
    return \@envs;
}

each_parallel(
    sub { my $trouble = program_trouble($_[0], envs => envs($_[0])); return ($trouble eq '' ? 1 : 0, $trouble) },
    sub { my ($program, $ok, $trouble) = @_; ok($ok, $program->{name}) or diag($trouble) },
    @programs);
