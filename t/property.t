#!/usr/bin/perl
# Properties of the library, tested with random data against a model in Python: t/property/model.py writes a script of
# operations and what they have to give, from the specification; t/property/NAME.snow reads the script and does them, on
# old versions of values too. Other data each time:
#   SNOW_PROPERTY_SEED=N    the data of another run, whose failure showed its seed
#   SNOW_PROPERTY_COUNT=N   so many floats, and a tenth of it of operations on maps, strings and so on [100000]
#   SNOW_ONLY=REGEX         some of the programs
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;


my $SEED  = $ENV{SNOW_PROPERTY_SEED} // int rand 1e9;
my $COUNT = $ENV{SNOW_PROPERTY_COUNT} || 100_000;
my $MODEL = "$SRC/t/property/model.py";

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
in_path('python3') or plan skip_all => 'python3 is not installed';

# How much of a script is made at a time, how much there is, and how much when each allocation collects garbage.
my %size = map { $_->[0] => { batch => $_->[1], all => $_->[2], stress => $_->[3] } } (
    ['maps',       4000,    $COUNT / 10,  300],
    ['floats',     100_000, $COUNT,       500],
    ['strings',    10_000,  $COUNT / 10,  200],
    ['lists',      10_000,  $COUNT / 10,  300],
    ['collisions', 100_000, 100_000,      100],
    ['sets',       5000,    $COUNT / 20,  250],
    ['json',       10_000,  $COUNT / 10,  80],
    ['sorts',      10_000,  $COUNT / 10,  240],
    ['queues',     5000,    $COUNT / 20,  300],
);
my $only     = $ENV{SNOW_ONLY} // '';
my @programs = grep { /$only/ } sort { $size{$a}{batch} <=> $size{$b}{batch} || $a cmp $b } keys %size
    or plan skip_all => 'no such program';
plan tests => @programs + grep { $_ eq 'collisions' } @programs;

each_parallel(\&trouble_with, \&report, @programs);
note("seed $SEED");

sub report {
    my ($name, $ok, @troubles) = @_;
    return collisions(@troubles) if $name eq 'collisions' && $ok;
    ok($ok, $name) or diag(@troubles, "to repeat: SNOW_PROPERTY_SEED=$SEED SNOW_PROPERTY_COUNT=$COUNT SNOW_ONLY=$name\n");
}

sub trouble_with {
    my ($name) = @_;
    my $dir = scratch();
    my $c = run_command(cmd => ["$BUILD/snow2c", "$name.snow"], cwd => "$SRC/t/property", timeout => 60);
    return (0, 'snow2c: ' . how_it_ended($c) . "\n$c->{err}") if $c->{status} || $c->{err} ne '';
    spew("$dir/program.c", $c->{out});
    my $cc = run_command(
        cmd => [@CC, @SNOW_CFLAGS, '-O1', "-I$SRC/include", '-o', "$dir/program", "$dir/program.c", @LINK], timeout => 300);
    return (0, "$CC: " . how_it_ended($cc) . "\n$cc->{err}") if $cc->{status};

    my $size = $size{$name};
    if ($name eq 'collisions') {
        my $trouble = run_model($name, $SEED, $size->{all}, $dir);
        return (0, $trouble) if $trouble ne '';
        my $stress = run($dir, { SNOW_GC_STRESS => 1 }, $size->{stress});
        return (0, "with SNOW_GC_STRESS=1: $stress->{trouble}") if $stress->{trouble} ne '';
        my $run = run($dir, {}, $size->{all});
        return $run->{trouble} eq '' ? (1, $run->{out}) : (0, $run->{trouble});
    }
    my $trouble = batch($name, $SEED, $size->{stress}, $dir, { SNOW_GC_STRESS => 1 });
    return (0, "with SNOW_GC_STRESS=1: $trouble") if $trouble ne '';
    my $batch = 0;
    for (my $left = $size->{all}; $left > 0; $left -= $size->{batch}) {
        $trouble = batch($name, "$SEED." . $batch++, $left < $size->{batch} ? int $left : $size->{batch}, $dir, {});
        return (0, $trouble) if $trouble ne '';
    }
    return 1;
}

sub run_model {
    my ($name, $seed, $count, $dir) = @_;
    my $m = run_command(cmd => ['python3', '-B', $MODEL, $name, $seed, $count, $dir], timeout => 300);
    return $m->{status} ? 'model.py: ' . how_it_ended($m) . "\n$m->{err}" : '';
}

sub run {
    my ($dir, $env, @args) = @_;
    my $r = run_command(cmd => ["$dir/program", @args], cwd => $dir, stdin => "$dir/input", timeout => 300, env => $env);
    $r->{trouble} = $r->{status} || $r->{err} ne '' ? how_it_ended($r) . "\n$r->{err}" : '';
    return $r;
}

# Makes a script, runs the program with it and compares what both say.
sub batch {
    my ($name, $seed, $count, $dir, $env) = @_;
    my $trouble = run_model($name, $seed, $count, $dir);
    return $trouble if $trouble ne '';
    my $r = run($dir, $env);
    spew("$dir/out", $r->{out});
    my $difference = run_command(cmd => ['python3', '-B', $MODEL, 'compare', $dir, "$dir/out"], timeout => 300);
    return join "\n", grep { $_ ne '' } $r->{trouble}, $difference->{out}, $difference->{err};
}

# Lines of how many times as long chosen keys take as random ones, and what keys they are.
sub collisions {
    my ($out) = @_;
    my @slow = grep { /^([\d.]+) / && $1 > 5 } split /\n/, $out;
    my @made = grep { /with equal hashes/ } @slow;
    my @others = grep { !/with equal hashes/ } @slow;
    ok(!@others, 'collisions') or diag(map { "slower than random keys: $_\n" } @others);
    ok(!@made, 'collisions of keys that are made of others') or diag(map { "slower than random keys: $_\n" } @made);
}
