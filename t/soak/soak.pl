#!/usr/bin/perl
# make check-soak: t/soak/soak.snow for SOAK_SECONDS [600]. It must find no violation and end, with all its processes,
# and its memory must not grow once it is warm. SNOW_WORKERS and the like are honoured.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use SnowTest;
use Test::More tests => 6;

my $seconds = $ENV{SOAK_SECONDS} ||= 600;
my $grace   = 60;
$ENV{SNOW_LOG} //= 'quiet';

my $dir = scratch();
my $c   = run_command(cmd => ["$BUILD/snow2c", '-o', "$dir/soak.c", "$SRC/t/soak/soak.snow"]);
is($c->{status}, 0, 'snow2c') or BAIL_OUT($c->{err});
my $cc = run_command(cmd => [@CC, @SNOW_CFLAGS, qw(-std=c99 -O1 -g), "-I$SRC/include", "$dir/soak.c", '-o', "$dir/soak", @LINK], timeout => 300);
is($cc->{status}, 0, 'cc') or BAIL_OUT($cc->{err});

# KB in use, or nothing where the system does not tell.
sub resident {
    my ($pid) = @_;
    return ((slurp("/proc/$pid/status") // '') =~ /^VmRSS:\s*(\d+)/m)[0];
}

my $pid = fork // die "fork: $!";
if (!$pid) {
    open STDOUT, '>', "$dir/out" or die;
    open STDERR, '>', "$dir/err" or die;
    exec "$dir/soak";
    die "exec: $!";
}
my ($begin, $warm, $most, $status) = (time, 0, 0, undef);
while (!defined $status) {
    select undef, undef, undef, 0.2;
    if (waitpid($pid, 1) == $pid) { $status = $?; last }
    my $passed = time - $begin;
    my $now = resident($pid) // 0;
    if    ($passed < $seconds / 3) { $warm = $now if $now > $warm }
    elsif ($now > $most)           { $most = $now }
    if ($passed > $seconds + $grace) { kill 'KILL', $pid; waitpid $pid, 0; $status = $? }
}
my ($out, $err) = (slurp("$dir/out"), slurp("$dir/err"));
my @violations = $out =~ /^(VIOLATION.*)$/mg;
is($status, 0, 'ends in time and well') or diag($err);
is(scalar @violations, 0, 'no violation') or diag(join "\n", grep { defined } @violations[ 0 .. 19 ]);
like($out, qr/^processes left: 2$/m, 'nobody is left but main and who counts');
cmp_ok($most, '<=', $warm * 1.5 + 32768, "memory does not grow: $warm KB in the first third, then $most KB");
diag(join '', "$seconds s\n", grep { !/^VIOLATION/ } split /^/, $out);
