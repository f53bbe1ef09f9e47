#!/usr/bin/perl
# The driver, bin/snow: its options, exit statuses and error messages, and what becomes of its temporary directory.
use strict;
use warnings;
use POSIX ();
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

my $snow = "$BUILD/snow";
-x $snow            or plan skip_all => "no snow in $BUILD";
-x "$BUILD/snow2c"  or plan skip_all => "no snow2c in $BUILD";

delete @ENV{qw(CFLAGS)};
my $work = scratch();
$ENV{TMPDIR} = scratch();
my $version = slurp("$SRC/VERSION");

sub write_program {
    my ($file, @body) = @_;
    spew("$work/$file", join "\n", 'fn main() do', (map { "  $_" } @body), "end\n");
}
write_program('hello.snow', 'println("hello")');
write_program('panic.snow', 'println("before")', 'println("${List.head(tail([1]))}")');
write_program('wrong.snow', 'println(nowhere)');
mkdir "$work/app" or die $!;
write_program('app/main.snow', 'println("the app")');
spew("$work/text.txt", "no program\n");

sub snow { return run_command(cmd => [$snow, @_], cwd => $work) }

# snow run removes its directory when the program has ended, so a moment later than we see the end.
sub no_temporary_files {
    my @left;
    for (1 .. 100) {
        @left = glob "$ENV{TMPDIR}/snow.*";
        last if !@left;
        select undef, undef, undef, 0.05;
    }
    is("@left", '', 'no temporary files are left');
}

# works NAME, STDOUT, STDERR, ARGUMENTS...
sub works {
    my ($name, $out, $err, @args) = @_;
    my $r = snow(@args);
    is("$r->{status}\n$r->{out}--\n$r->{err}", "0\n$out--\n$err", "$name: snow @args");
}

# refused STATUS, MESSAGE, ARGUMENTS...: nothing on standard output
sub refused {
    my ($status, $message, @args) = @_;
    my $r = snow(@args);
    ok($r->{status} == $status && $r->{out} eq '' && $r->{err} =~ $message, "refused: snow @args")
        or diag(how_it_ended($r), ", expected $status and $message\n$r->{out}$r->{err}");
}

sub runs {
    my ($file, $out) = @_;
    ok(-x "$work/$file", "$file is there") or return;
    is(run_command(cmd => ["$work/$file"])->{out}, $out, "$file runs");
    unlink "$work/$file";
}

# ---- help, version, usage errors

for my $help (qw(help --help -h)) {
    my $r = snow($help);
    ok(!$r->{status} && $r->{out} =~ /^Usage:\n/ && $r->{err} eq '', "snow $help");
}
ok(snow('build', '--help')->{out} =~ /^Usage:\n/, 'snow build --help');
works('version', "snow $version", '', $_) for qw(version --version -V);

refused(2, qr/^Usage:/);
refused(2, qr/unknown command 'frobnicate'/,            'frobnicate');
refused(2, qr/snow run needs a FILE\.snow/,             'run');
refused(2, qr/snow build needs a FILE\.snow/,           'build', '-O1');
refused(2, qr/snow check needs a FILE\.snow/,           'check');
refused(2, qr/name of the program is empty/,            'run', '');
refused(2, qr/neither a directory nor a \.snow file/,   'run', 'text.txt');
refused(2, qr/neither a directory nor a \.snow file/,   'build', 'nowhere');
refused(2, qr/unknown option '-O4'/,                    'build', '-O4', 'hello.snow');
refused(2, qr/unknown option '--frob'/,                 'run', 'hello.snow', '--frob');
refused(2, qr/-o needs a file name/,                    'build', 'hello.snow', '-o');
refused(2, qr/-o needs a file name/,                    'build', 'hello.snow', '-o', '');
refused(2, qr/snow run has no option -o/,               'run', 'hello.snow', '-o', 'x');
refused(2, qr/snow check has no option -O1/,            'check', '-O1', 'hello.snow');
refused(2, qr/more than one program: 'hello\.snow' and 'app'/, 'build', 'hello.snow', 'app');
refused(2, qr/takes no program arguments/,              'build', 'hello.snow', '--', 'x');
refused(1, qr/nowhere\.snow/,                           $_, 'nowhere.snow') for qw(run build check);

# ---- doc

{
    my $r = snow('doc');
    like($r->{out}, qr/^List +Immutable lists.*^String +Immutable/ms, 'snow doc lists the modules');
    is("$r->{status}$r->{err}", '0', 'and that is all');
    like(snow('doc', 'List')->{out}, qr/^List\n\n  Immutable.*^sort<T.*^enumerate</ms, 'snow doc of a module');
    like(snow('doc', 'JSON')->{out}, qr/^Json\n/, 'which may have two names');
    is(snow('doc', 'String.take')->{out}, <<'TXT', 'snow doc of a function');
String.take(s :: String, n :: Int) -> String

  The first n characters.

      String.take("snowflake", 4)            # => snow
TXT
    like(snow('doc', 'println')->{out}, qr/^Prelude\.println\(s :: String\)\n/, 'snow doc of what is always in scope');
    spew("$work/own.snow", "##! Our own.\n\n## Twice.\npub fn twice(n :: Int) -> Int do n * 2 end\n\n## Hidden.\nfn f() do 1 end\n");
    is(snow('doc', 'own.snow')->{out}, "own.snow\n\n  Our own.\n\ntwice(n :: Int) -> Int\n    Twice.\n", 'snow doc of a file');
    is(snow('doc', 'own.snow:twice')->{out}, "own.snow.twice(n :: Int) -> Int\n\n  Twice.\n", 'and of something in it');
    refused(1, qr/no module Lists; did you mean List\?/,             'doc', 'Lists');
    refused(1, qr/List has nothing documented as srt; did you mean sort\?/, 'doc', 'List.srt');
    refused(1, qr/cannot read nowhere\.snow/,                        'doc', 'nowhere.snow');
    refused(2, qr/snow doc takes one name/,                          'doc', 'List', 'Map');
    refused(2, qr/unknown option '-x'/,                              'doc', '-x');
    unlink "$work/own.snow";
}

# ---- build

works('a file', '', "  Compiled: hello\n", 'build', 'hello.snow');
runs('hello', "hello\n");
works('-o', '', "  Compiled: out\n", 'build', '-o', 'out', 'hello.snow');
runs('out', "hello\n");
works('-o after the file', '', "  Compiled: ./-out\n", 'build', 'hello.snow', '-o', '-out');
runs('-out', "hello\n");
works("$_", '', "  Compiled: hello\n", 'build', $_, 'hello.snow') for qw(-O0 -O1 -O2 -O3 -g);
works('a directory', '', "  Compiled: app/app\n", 'build', 'app');
runs('app/app', "the app\n");
works('a directory with a slash', '', "  Compiled: app/app\n", 'build', 'app//');
runs('app/app', "the app\n");
{
    my $r = run_command(cmd => [$snow, 'build', '.'], cwd => "$work/app");
    is($r->{err}, "  Compiled: ./output\n", 'snow build .');
    runs('app/output', "the app\n");
}
refused(1, qr/nowhere.*\[E0004\]/, 'build', 'wrong.snow');
ok(!-e "$work/wrong", 'and nothing is built');

# CC and CFLAGS: a compiler that only shows what it is asked.
spew("$work/showcc", "#!/bin/sh\nfor word; do case \$word in -O*|-g|-D*|-std*) printf '%s ' \"\$word\" >&2; esac; done\n");
chmod 0755, "$work/showcc" or die $!;
sub flags_given {
    my ($cflags, @args) = @_;
    my $r = run_command(cmd => [$snow, 'build', 'hello.snow', @args], cwd => $work,
        env => { CC => "$work/showcc -DCC", CFLAGS => $cflags });
    return join ' ', grep { !/Compiled|hello/ } split ' ', $r->{err};
}
is(flags_given(''),                  '-DCC -std=c99 -O2',             'the usual flags');
is(flags_given('-O1 -DX'),           '-DCC -std=c99 -O2 -O1 -DX',     'CFLAGS come after them');
is(flags_given('-O1', '-O3', '-g'),  '-DCC -std=c99 -O2 -O1 -O3 -g',  'the command line comes last');
{
    my $r = run_command(cmd => [$snow, 'build', 'hello.snow'], cwd => $work, env => { CC => 'false' });
    is("$r->{status}: $r->{err}", "1: error: 'false' could not compile the generated C\n", 'a C compiler that fails');
}

# ---- check

works('check', '', '', 'check', 'hello.snow');
works('check', '', '', 'check', 'app');
refused(1, qr/nowhere.*\[E0004\]/, 'check', 'wrong.snow');

# ---- run

works('run',            "hello\n",   '', 'run', 'hello.snow');
works('run',            "the app\n", '', 'run', 'app');
works('with arguments', "hello\n",   '', 'run', '-O0', 'hello.snow', '--', '-x', 'y z');
refused(1, qr/nowhere.*\[E0004\]/, 'run', 'wrong.snow');
{
    my $r = snow('run', 'panic.snow');
    is("$r->{status} $r->{out}", "101 before\n", 'the exit status of a panic');
    like($r->{err}, qr/^Snow panic at panic\.snow:3: List.head: empty list/, 'and its message');
}

# What the driver passes on, seen with a C program in the place of the compiled one.
spew("$work/probe.c", <<'C');
#include <stdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
    char line[100];
    for (int i = 1; i < argc; i++) printf("[%s]", argv[i]);
    if (fgets(line, sizeof line, stdin)) printf("%s", line);
    fflush(stdout);
    if (!strcmp(line, "signal\n")) raise(SIGTERM);
    if (!strcmp(line, "sleep\n")) { FILE *f = fopen("started", "w"); fclose(f); sleep(60); }
    return 7;
}
C
spew("$work/probecc", <<"SH");
#!/bin/sh
while [ "\$1" != -o ]; do shift; done
exec $CC @SNOW_CFLAGS -o "\$2" "$work/probe.c"
SH
chmod 0755, "$work/probecc" or die $!;
sub probe {
    my ($input, @args) = @_;
    spew("$work/input", $input);
    return run_command(cmd => [$snow, 'run', 'hello.snow', @args], cwd => $work, stdin => "$work/input",
        env => { CC => "$work/probecc" });
}
my $r = probe("some input\n", '--', 'a b', '', '--', '-o');
is("$r->{status} $r->{out}", "7 [a b][][--][-o]some input\n", 'arguments, input and exit status');
$r = probe("signal\n");
is($r->{signal}, 15, 'a program that dies of a signal');

# A signal to the driver is a signal to the program, and the temporary directory goes all the same.
{
    spew("$work/input", "sleep\n");
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $ENV{CC} = "$work/probecc";
        chdir $work;
        open STDIN,  '<', 'input'     or die $!;
        open STDOUT, '>', '/dev/null' or die $!;
        exec $snow, 'run', 'hello.snow' or POSIX::_exit(127);
    }
    for (1 .. 400) { last if -e "$work/started"; select undef, undef, undef, 0.05 }
    ok(-e "$work/started", 'a program that waits has started');
    kill 'INT', $pid;
    waitpid $pid, 0;
    is($? & 127, 2, 'and is interrupted by a signal to the driver');
}
no_temporary_files();

done_testing;
