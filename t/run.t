#!/usr/bin/perl
# Programs that must work: t/run/**/NAME.snow, or a project t/run/**/NAME.d/ with main.snow. Each is translated,
# compiled with every warning an error, and run in an empty directory. Beside it stand
#   NAME.out      its standard output, byte for byte (required)
#   NAME.err      its standard error; without the file it must be empty, unless the status is not 0
#   NAME.status   its exit status [0]; 128 + the signal when one ends it
#   NAME.in       its input [/dev/null]      NAME.args     its arguments, one a line
#   NAME.flags    options for snow2c, one a line [-Wno-unused -Wno-unreachable-code]
#   NAME.timeout  seconds it may take [20]   NAME.warn     what snow2c prints on standard error [nothing]
#   NAME.json     what snow2c --json prints there, when it prints something
# SNOW_UPDATE=1 writes NAME.warn and NAME.json, where there are such, as they are now.
# SNOW_ONLY=REGEX picks programs by name; SNOW_JOBS=N processes work at a time [2].
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my @programs = programs('run') or plan skip_all => 'no programs in t/run';
plan tests => scalar @programs;

each_parallel(
    sub { my $trouble = trouble($_[0]); return ($trouble eq '' ? 1 : 0, $trouble) },
    sub { my ($program, $ok, $trouble) = @_; ok($ok, $program->{name}) or diag($trouble) },
    @programs);

# What is wrong with a program; nothing when all is well.
sub trouble {
    my ($program) = @_;
    my $base = $program->{base};

    my $expected = slurp("$base.out");
    return "there is no $base.out\n" if !defined $expected;

    my @flags = lines("$base.flags");
    @flags = qw(-Wno-unused -Wno-unreachable-code) if !@flags;
    my $c = translate($program, @flags);
    return 'snow2c: ' . how_it_ended($c) . "\n$c->{err}" if $c->{status};
    my $said = -e "$base.warn" ? expected('what snow2c prints', $c->{err}, "$base.warn")
        : $c->{err} ne '' ? difference('what snow2c prints', $c->{err}, '') : '';
    return $said if $said ne '';
    if ($c->{err} ne '' || -e "$base.json") {
        my $json = translate($program, @flags, '--json');
        $said = same_diagnostics($program->{dir}, $c->{err}, $json->{err});
        $said .= expected('what snow2c --json prints', $json->{err}, "$base.json") if -e "$base.json";
        $said .= "snow2c --json writes other C\n" if $json->{out} ne $c->{out};
        return $said if $said ne '';
    }

    my $dir = scratch();
    spew("$dir/program.c", $c->{out});
    my $cc = run_command(
        cmd => [@CC, qw(-std=c99 -O1 -Wall -Wextra -Werror -pedantic-errors), @SNOW_CFLAGS, "-I$SRC/include",
            '-o', "$dir/program", "$dir/program.c", @LINK],
        timeout => 300);
    return "$CC: " . how_it_ended($cc) . "\n$cc->{out}$cc->{err}" if $cc->{status};

    my $run      = run_program($program, "$dir/program");
    my ($status) = lines("$base.status");
    $status //= 0;
    my $trouble = '';
    $trouble .= 'the program: ' . how_it_ended($run) . ", expected exit status $status\n"
        if $run->{timeout} || $run->{status} != $status;
    $trouble .= difference('standard output', $run->{out}, $expected) if $run->{out} ne $expected;
    my $err = slurp("$base.err") // ($status ? undef : '');
    if (!defined $err) { $trouble .= "standard error:\n$run->{err}" if $trouble ne '' }
    elsif ($run->{err} ne $err) { $trouble .= difference('standard error', $run->{err}, $err) }
    unlink "$dir/program", "$dir/program.c";
    return $trouble;
}
