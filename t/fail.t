#!/usr/bin/perl
# Programs that must be refused: t/fail/**/NAME.snow, or a project t/fail/**/NAME.d/ with main.snow. snow2c must give
# status 1, nothing on standard output, and on standard error NAME.err byte for byte. Beside it may stand
#   NAME.want     what a person demands of NAME.err, a line each: "LINE CODE" or "FILE:LINE CODE", as in "3 E0004":
#                 a diagnostic with this code must be reported for this line
#   NAME.json     the standard error of snow2c --json, byte for byte
#   NAME.flags    options for snow2c, one a line
# With --json the same must be said at the same places, whether there is a NAME.json or not.
# SNOW_UPDATE=1 writes NAME.err (and NAME.json where there is one) as it is now; read the difference before you keep it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my @programs = programs('fail') or plan skip_all => 'no programs in t/fail';
plan tests => scalar @programs;

each_parallel(
    sub { my $trouble = trouble($_[0]); return ($trouble eq '' ? 1 : 0, $trouble) },
    sub { my ($program, $ok, $trouble) = @_; ok($ok, $program->{name}) or diag($trouble) },
    @programs);

sub trouble {
    my ($program) = @_;
    my $base      = $program->{base};
    my @flags     = lines("$base.flags");
    my $r         = translate($program, @flags);
    my $trouble   = refused('snow2c', $r) . expected('standard error', $r->{err}, "$base.err");

    for (lines("$base.want")) {
        next if /^\s*(#|$)/;
        my ($file, $line, $code) = /^(?:(.*):)?(\d+)\s+([A-Z]\d{4})\s*$/ or return "$base.want: not 'LINE CODE': $_\n";
        my $place = defined $file ? qr{^(?:.*/)?\Q$file\E:$line:\d+: }m : qr{:$line:\d+: };
        $trouble .= "not reported: $_\nstandard error:\n$r->{err}" if $r->{err} !~ /$place.*\[$code\]/m;
    }

    my $json = translate($program, @flags, '--json');
    $trouble .= refused('snow2c --json', $json) . same_diagnostics($program->{dir}, $r->{err}, $json->{err});
    $trouble .= expected('standard error of snow2c --json', $json->{err}, "$base.json") if -e "$base.json";
    return $trouble;
}

sub refused {
    my ($what, $r) = @_;
    my $trouble = '';
    $trouble .= "$what: " . how_it_ended($r) . ", expected exit status 1\n$r->{err}" if $r->{timeout} || $r->{status} != 1;
    $trouble .= "$what wrote to standard output:\n" . substr($r->{out}, 0, 2000) . "\n" if $r->{out} ne '';
    return $trouble;
}
