#!/usr/bin/perl
# The documentation keeps up with the programs: the manual pages are good mdoc, each option has its entry, and the
# program in README prints what README says.
use strict;
use warnings;
use File::Basename qw(basename);
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

# ---- manual pages

my @pages = sort glob "$SRC/man/*.[1-9]";
ok(@pages > 0, 'there are manual pages');
SKIP: {
    in_path('mandoc') or skip 'mandoc is not installed', scalar @pages;
    for my $page (@pages) {
        my $r = run_command(cmd => ['mandoc', '-Tlint', $page]);
        # Whether pages it refers to are installed is no matter of the page.
        my $foreign = qr/referenced manual not found|outdated mandoc\.db/;
        my $said    = join '', grep { !/$foreign/ } split /^/, $r->{out} . $r->{err};
        is($said, '', 'mandoc -Tlint ' . basename($page));
    }
}

# The options with an entry in a page: ".It Fl -emit Ns = Ns Ar kind" is one for --emit.
sub options_of_page {
    my ($page) = @_;
    my %options;
    for (lines("$SRC/man/$page")) {
        next if !/^\.It .*\bFl\b/;
        my $flag = 0;
        for (split ' ') {
            if    ($_ eq 'Fl')       { $flag = 1 }
            elsif (/^[A-Z][a-z]$/)   { $flag = 0 }
            elsif ($flag && /[^,]/)  { $options{"-$_"} = 1 }
        }
    }
    return \%options;
}

# documented PAGE, PROGRAM ARGUMENTS...: every option of the program's help has an entry in the page, and the other
# way round, but for what has several names and need not be advertised.
sub documented {
    my ($page, @cmd) = @_;
    my $help = run_command(cmd => \@cmd);
    is($help->{status}, 0, "@{[ basename($cmd[0]), @cmd[1 .. $#cmd] ]}");
    my %said = map { $_ => 1 } $help->{out} =~ /(?<![\w-])(--?[A-Za-z][A-Za-z0-9-]*)/g;
    my $entries = options_of_page($page);
    ok(scalar keys %said, 'names options');
    is(join(' ', grep { !$entries->{$_} } sort keys %said), '', "each has an entry in $page");
    my %quiet = map { $_ => 1 } qw(-- --no-color --help --version -h -V);
    is(join(' ', grep { !$said{$_} && !$quiet{$_} } sort keys %$entries), '', "and $page names no other");
}

SKIP: {
    -x "$BUILD/snow2c" or skip "no snow2c in $BUILD", 4;
    documented('snow2c.1', "$BUILD/snow2c", '--help');
}
SKIP: {
    -x "$BUILD/snow" or skip "no snow in $BUILD", 4;
    documented('snow.1', "$BUILD/snow", 'help');
}

# ---- snow-stdlib.7 is what the library says

SKIP: {
    -x "$BUILD/snow2c" or skip "no snow2c in $BUILD", 1;
    my $page = run_command(cmd => ["$BUILD/snow2c", '--doc', 'mdoc']);
    ok($page->{out} eq (slurp("$SRC/man/snow-stdlib.7") // ''), 'man/snow-stdlib.7 is up to date')
        or diag('make man/snow-stdlib.7 writes it anew');
}

# ---- environment variables

my %variables;
for my $source (glob "$SRC/snow2c/*.c $SRC/snow2c/*/*.c $SRC/rt/*/*.c") {
    $variables{$_} = 1 for slurp($source) =~ /\bgetenv\("(\w+)"\)/g;
}
my %listed = map { $_ => 1 } map { /^\.It Ev (\w+)$/ } lines("$SRC/man/snow2c.1");
is(join(' ', sort keys %listed), join(' ', sort keys %variables), 'snow2c.1 lists the variables that are looked at');

# ---- the codes of warnings, and those of errors that this compiler adds to the language's

my (%used, %explained);
for my $source (glob "$SRC/snow2c/*/*.c") {
    my $text = slurp($source);
    $used{$_} = 1 for $text =~ /\bdiag_error\(\s*"(E01\d\d)"/g;
}
# The table of warnings: code and name.
my $warnings = slurp("$SRC/snow2c/base/diag.c");
$used{"$1 $2"} = 1 while $warnings =~ /\{"([EW]\d{4})", "([a-z-]+)"/g;
for (lines("$SRC/man/snow2c.1")) { $explained{$1} = 1 if /^\.It ([EW]\d{4}(?: [a-z-]+)?)$/ }
ok(scalar keys %used, 'the sources have codes');
is(join(' ', sort keys %explained), join(' ', sort keys %used), 'snow2c.1 explains just these');

# ---- snow-lang.7: its programs are translated, and print what stands behind each println

SKIP: {
    -x "$BUILD/snow2c" or skip "no snow2c in $BUILD", 1;
    my @blocks = slurp("$SRC/man/snow-lang.7") =~ /^\.Bd -literal -offset indent\n(.*?)^\.Ed$/msg;
    ok(@blocks > 10, 'snow-lang.7 has programs');
    for my $text (@blocks) {
        s/\\e/\\/g, s/\\&//g for $text;
        my ($first) = $text =~ /^(.*)$/m;
        $text .= "\nfn main() do end\n" if $text !~ /fn main/;
        my $dir = scratch();
        spew("$dir/page.snow", $text);
        my $c = run_command(cmd => ["$BUILD/snow2c", qw(-Wno-all -o page.c page.snow)], cwd => $dir);
        if ($c->{status} || $c->{err} ne '') { fail("translated: $first"); diag($c->{err}); next }
        my @want = map { /println.*?\)(?: end)?\s+# (.*)$/ ? "$1\n" : () } split /^/, $text;
        my $cc = run_command(
            cmd     => [@CC, qw(-std=c99), @SNOW_CFLAGS, "-I$SRC/include", qw(-o page page.c), @LINK],
            cwd     => $dir,
            timeout => 300);
        my $run = $cc->{status} ? $cc : run_command(cmd => ['./page'], cwd => $dir);
        my $got = $run->{err} . $run->{out};
        @want = split /^/, $got if !@want && !$run->{status}; # what it prints is told in the text
        is($got, join('', @want), "runs: $first");
    }
}

# ---- README: the first snow block is a program, the first plain block after it what it prints

SKIP: {
    -x "$BUILD/snow2c" or skip "no snow2c in $BUILD", 4;
    my ($program, $output) = slurp("$SRC/README.md") =~ /^```snow\n(.*?)^```\n.*?^```\n(.*?)^```$/ms;
    ok(defined $program, 'README has a program and its output') or skip 'no program', 3;
    my $dir = scratch();
    spew("$dir/readme.snow", $program);
    my $c = run_command(cmd => ["$BUILD/snow2c", '-o', 'readme.c', 'readme.snow'], cwd => $dir);
    is("$c->{status} $c->{err}", '0 ', 'which snow2c translates without a word');
    my $cc = run_command(
        cmd     => [@CC, qw(-std=c99), @SNOW_CFLAGS, "-I$SRC/include", qw(-o readme readme.c), @LINK],
        cwd     => $dir,
        timeout => 300);
    is("$cc->{status} $cc->{out}$cc->{err}", '0 ', 'and the C compiler compiles');
    my $run = run_command(cmd => ['./readme'], cwd => $dir);
    is("$run->{status} $run->{err}$run->{out}", "0 $output", 'and which prints what README says');
}

done_testing;
