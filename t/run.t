#!/usr/bin/perl
# Programs that must work: t/run/**/NAME.snow, or a project t/run/**/NAME.d/ with main.snow. Each is translated,
# compiled with every warning an error, and run in an empty directory. Beside it stand
#   NAME.out      its standard output, byte for byte (required)
#   NAME.err      its standard error; without the file it must be empty, unless the status is not 0
#   NAME.err-sorted  the same where its order varies: its lines sorted, each pid written <0.N>
#   NAME.status   its exit status [0]; 128 + the signal when one ends it
#   NAME.in       its input [/dev/null]      NAME.args     its arguments, one a line
#   NAME.files    files it finds in its directory, copies of those with such paths in the source directory
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
    sub { my $trouble = program_trouble($_[0]); return ($trouble eq '' ? 1 : 0, $trouble) },
    sub { my ($program, $ok, $trouble) = @_; ok($ok, $program->{name}) or diag($trouble) },
    @programs);
