#!/usr/bin/perl
# Every code of a diagnostic is shown by a test: in both forms, and as an error or as a warning, as it can be. A code
# appears in t/fail/**/NAME.err or t/run/**/NAME.warn, and in a NAME.json of either.
use strict;
use warnings;
use File::Find qw(find);
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

# The codes of the language, but for that of Row, which this version does not give, and those that
# nothing gives (E0005, E0013, E0024, E0025).
my @language = qw(P0001 E0001 E0002 E0003 E0004 E0006 E0007 E0008 E0009 E0010 E0011 E0012 E0014 E0015 E0016 E0017 E0018 E0019 E0020 E0021 E0022 E0023 E0026 E0027 E0028
    E0029 E0030 E0031 E0032 E0033 E0034 E0035 E0036 E0037 E0038);
# Those that the manual adds, and warnings. E0199 goes as the version grows.
my (@errors, @warnings);
for (lines("$SRC/man/snow2c.1")) {
    push @errors,   $1 if /^\.It (E01\d\d)$/ && $1 ne 'E0199';
    push @warnings, $1 if /^\.It ([EW]\d{4}) [a-z-]+$/;
}
ok(@errors > 0,   'snow2c.1 lists errors');
ok(@warnings > 0, 'and warnings');

my (%human, %json);
find(
    sub {
        if (/\.(err|warn)$/) {
            my $text = slurp($_);
            $human{"$1 $2"} = 1 while $text =~ /^\S.*?:\d+:\d+: (error|warning): .* \[([A-Z]\d{4})\]$/mg;
        }
        elsif (/\.json$/) {
            my $text = slurp($_);
            $json{"$2 $1"} = 1 while $text =~ /^\{"code":"(\w+)","severity":"(\w+)",/mg;
        }
    },
    "$SRC/t/fail", "$SRC/t/run");

my @wanted = ((map { "error $_" } @language, @errors), (map { "warning $_" } @warnings));
is(join(', ', grep { !$human{$_} } @wanted), '', 'a test shows each code');
is(join(', ', grep { !$json{$_} } @wanted, 'error C0001'), '', 'and each in JSON');

# Codes in the sources that are on neither list.
my %known = map { $_ => 1 } @wanted, 'error E0199';
my %given;
for my $source (glob "$SRC/snow2c/*/*.c") {
    my $text = slurp($source);
    # The code may be chosen by a condition: all up to the comma.
    while ($text =~ /\b(?:diag_(error|warning)|bad_setting)\(([^,]*),/g) {
        my ($severity, $codes) = ($1 // 'error', $2);
        $given{"$severity $_"} = 1 for $codes =~ /"([A-Z]\d{4})"/g;
    }
}
ok(scalar keys %given, 'the sources give codes');
is(join(', ', grep { !$known{$_} } sort keys %given), '', 'each of which is on the list');
is(join(', ', grep { !$given{$_} } @wanted), '', 'and the list has no other');

done_testing;
