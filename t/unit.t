#!/usr/bin/perl
# C tests of the runtime: every t/unit/*.c is a program that prints TAP, compiled with the runtime's own flags and its
# private headers. Each is one subtest. NAME.timeout holds the seconds it may take [60].
use strict;
use warnings;
use File::Basename qw(basename);
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-e "$BUILD/libsnowrt.a" or plan skip_all => "no libsnowrt.a in $BUILD";
my $only  = $ENV{SNOW_ONLY} // '';
my @tests = grep { /$only/ } map { basename($_, '.c') } sort glob "$SRC/t/unit/*.c" or plan skip_all => 'no tests in t/unit';
plan tests => scalar @tests;

my @flags = map { split ' ', setting($_) } qw(STD WARNINGS CPPFLAGS CTX_CPPFLAGS);

each_parallel(
    sub {
        my ($test) = @_;
        my $dir = scratch();
        my $cc  = run_command(
            cmd => [@CC, @flags, '-g', '-O1', @SNOW_CFLAGS, "-I$SRC/include", "-I$SRC/rt", '-o', "$dir/$test",
                "$SRC/t/unit/$test.c", @LINK],
            timeout => 300);
        return (0, "$CC: " . how_it_ended($cc) . "\n$cc->{out}$cc->{err}") if $cc->{status};
        my ($limit) = lines("$SRC/t/unit/$test.timeout");
        my $run = run_command(cmd => ["$dir/$test"], cwd => $dir, timeout => $limit // 60);
        return (1, $run->{out}, $run->{err}, $run->{timeout} || $run->{status} ? how_it_ended($run) : '');
    },
    \&report,
    @tests);

# Reads the TAP of one program.
sub report {
    my ($test, $compiled, $out, $err, $end) = @_;
    if (!$compiled) { ok(0, $test); diag($out); return }
    subtest $test => sub {
        my ($plan, $seen) = (undef, 0);
        for (split /\n/, $out) {
            if (/^1\.\.0\s*(?:#\s*skip\S*\s*(.*))?$/i) { plan(skip_all => $1 || 'skipped') }
            elsif (/^1\.\.(\d+)/) { $plan = $1 }
            elsif (/^Bail out!(.*)/) { ok(0, "bailed out:$1"); $seen = $plan // 0 }
            elsif (/^(not )?ok\b\s*\d*\s*(?:- )?(.*?)\s*(?:#\s*(skip|todo)\S*\s*(.*))?$/i) {
                my ($not, $name, $directive, $reason) = ($1, $2, lc($3 // ''), $4);
                $seen++;
                if ($directive eq 'skip') {
                  SKIP: { skip $reason || 'skipped', 1 }
                }
                elsif ($directive eq 'todo') {
                  TODO: { local $main::TODO = $reason || 'to do'; ok(!$not, $name) }
                }
                else { ok(!$not, $name) }
            }
            elsif (/^\s*#\s?(.*)/) { note($1) }
        }
        is($seen, $plan // 'no plan', 'as many tests as planned');
        is($end, '', 'ends well');
        diag($err) if $err ne '' && !Test::More->builder->is_passing;
    };
}
