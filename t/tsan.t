#!/usr/bin/perl
# The programs of t/run/04-actors with eight workers under the thread sanitizer; a race makes their standard error and
# status differ. Only in a build with that sanitizer (make check-tsan). t/tsan.skip says which are left out, and why.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

"@SNOW_CFLAGS" =~ /sanitize=thread/ or plan skip_all => 'for a build with the thread sanitizer: make check-tsan';
-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my @programs = grep { $_->{name} =~ m{^04-actors/} } programs('run') or plan skip_all => 'no programs in t/run/04-actors';
plan tests => scalar @programs;

my %skip = map { /^(\w+)\s+(.*)/ ? ("04-actors/$1" => $2) : () } lines("$SRC/t/tsan.skip");
$ENV{TSAN_OPTIONS}     = join ':', 'exitcode=66', 'second_deadlock_stack=1', $ENV{TSAN_OPTIONS} // ();
$ENV{SNOW_TIME_FACTOR} = 6;

each_parallel(
    sub {
        my ($program) = @_;
        return 1 if $skip{ $program->{name} };
        my $trouble = program_trouble($program, envs => [{ SNOW_WORKERS => 8 }]);
        return ($trouble eq '' ? 1 : 0, $trouble);
    },
    sub {
        my ($program, $ok, $trouble) = @_;
        my $name = $program->{name};
      SKIP: {
            skip "$name: $skip{$name}", 1 if $skip{$name};
            ok($ok, $name) or diag($trouble);
        }
    },
    @programs);
