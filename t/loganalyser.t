#!/usr/bin/perl
# examples/loganalyser as a command: its options, the files it writes, and what it says when it cannot go on. (That it
# prints what stands in examples/expected/ is a test of install.t, as for all examples.)
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my $sample = "$SRC/examples/loganalyser/sample.log";
my $usage  = "usage: loganalyser [--top N] [--json FILE] [--text FILE] [LOG]\n";
my $dir    = scratch();

sub compiled {
    my ($what, $out) = @_;
    my $c = run_command(cmd => ["$BUILD/snow2c", $what], cwd => "$SRC/examples");
    return "snow2c: $c->{err}" if $c->{status} || $c->{err} ne '';
    spew("$out.c", $c->{out});
    my $cc = run_command(cmd => [@CC, @SNOW_CFLAGS, '-O1', "-I$SRC/include", '-o', $out, "$out.c", @LINK], timeout => 300);
    return $cc->{status} ? "$CC: $cc->{err}" : '';
}
is(compiled('loganalyser', "$dir/loganalyser"), '', 'it compiles') or BAIL_OUT('nothing to test');

sub said {
    my ($status, $out, $err, $name, @args) = @_;
    my $r = run_command(cmd => ["$dir/loganalyser", @args], cwd => $dir);
    is($r->{status}, $status, "$name: status");
    is($r->{out},    $out,    "$name: standard output");
    is($r->{err},    $err,    "$name: standard error");
}

my $report = slurp("$SRC/examples/expected/loganalyser.out");
my $json   = slurp("$SRC/examples/expected/loganalyser.report.json");

said(0, $report, '', 'a file', $sample);
said(0, '', '', 'files for both reports', '--json', 'r.json', '--text', 'r.txt', $sample);
is(slurp("$dir/r.json"), $json,   'the JSON report');
is(slurp("$dir/r.txt"),  $report, 'the text report');

spew("$dir/strange.log", join "\n",
    '::1 - - [28/Feb/2024:23:30:00 -0100] "GET /\"q\"?x="y" HTTP/1.1" 200 1',        # a quote that is not escaped
    '::1 - - [28/Feb/2024:23:30:00 -0100] "GET /\"q\" HTTP/1.1" 200 2000',           # 29 February in UTC
    '::1 - Jo Doe [01/Mar/2024:00:30:00 +0130] "GET /\\\\" 500 -' . "\r", '', '   ', # HTTP/0.9, and a line end of Windows
    "\xc3\xa9.example - - [29/Feb/2024:12:00:00 +0000] \"GET / HTTP/1.1\" 200 0 15", '');
said(0, <<'END', '', 'a strange log', '--top', 1, 'strange.log');
strange.log: 2024-02-29T00:30:00Z to 2024-02-29T23:00:00Z, 22h 30m
3 requests in 6 lines, 2.0 KiB sent, 33.3% errors, 1 user

Status  requests     sent  errors
200            2  2.0 KiB    0.0%
500            1      0 B  100.0%

Method  requests     sent  errors
GET            2  2.0 KiB    0.0%

Most requested  requests  sent  errors
(noise)                1   0 B  100.0%

Most frequent hosts  requests     sent  errors
::1                         2  2.0 KiB   50.0%

Hosts: 1 IPv6, 1 names

2024-02-29
  00:00      1 ########################################
  12:00      1 ########################################
  23:00      1 ########################################

Slowest
       0.0 ms  / (line 6)

Malformed: 1 line
  not a status: line 1
END

spew("$dir/empty.log", '');
said(0, <<'END', '', 'an empty log', 'empty.log');
empty.log: nothing
0 requests in 0 lines, 0 B sent, 0.0% errors, 0 users
END

said(1, '', "loganalyser: none.log: No such file or directory (os error 2)\n", 'no file', 'none.log');
said(1, '', "loganalyser: no/r.json: No such file or directory (os error 2)\n", 'nowhere to write to',
    '--text', 'r.txt', '--json', 'no/r.json', 'empty.log');
said(2, '', "loganalyser: one file at a time\n$usage", 'two files', 'a', 'b');
said(2, '', "loganalyser: there is no option --help\n$usage", 'no such option', '--help');
said(2, '', "loganalyser: --json needs a value\n$usage", 'an option without a value', $sample, '--json');
said(2, '', "loganalyser: --top 0: not a number above 0\n$usage", 'a wrong number', '--top', '0');

is(compiled('makelog.snow', "$dir/makelog"), '', 'makelog compiles');
my $log = run_command(cmd => ["$dir/makelog"]);
is($log->{out}, slurp($sample), 'the sample is what makelog makes');
done_testing();
