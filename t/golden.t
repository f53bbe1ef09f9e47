#!/usr/bin/perl
# The C of a few small programs, t/golden/NAME.c for NAME.snow, byte for byte: what the optimiser does is to be read
# there, and seen when it changes. SNOW_UPDATE=1 writes the files anew.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my @sources = glob "$SRC/t/golden/*.snow";
plan tests => scalar @sources;

for my $source (@sources) {
    (my $base = $source) =~ s/\.snow$//;
    my ($name) = $base =~ m{([^/]+)$};
    my $c = run_command(cmd => ["$BUILD/snow2c", '--no-line', "$name.snow"], cwd => "$SRC/t/golden");
    if ($c->{status}) { fail($name); diag($c->{err}); next }
    # Only the functions: declarations and tables before them are the business of other tests.
    my ($functions) = $c->{out} =~ m{^(/\* Main\.main : .*?)^static void start\(}ms;
    $functions //= '';
    spew("$base.c", $functions) if $ENV{SNOW_UPDATE};
    my $expected = slurp("$base.c") // '';
    ok($functions ne '' && $functions eq $expected, $name) or diag(difference('the C', $functions, $expected));
}
