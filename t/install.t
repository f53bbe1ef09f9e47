#!/usr/bin/perl
# What a user does: make install into an empty prefix, then, somewhere else, the pipe from snow2c through cc to a running
# program, for every example; the driver; pkg-config; the tree moved to another place; and uninstall.
# examples/expected/NAME.out, .in, .args, .status and .timeout say what an example does, as for t/run; NAME.norun that
# it is compiled only, because it serves for ever.
use strict;
use warnings;
use File::Find qw(find);
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

my $make = $ENV{MAKE} // 'make';
-e "$BUILD/Makefile"                                  or plan skip_all => "no Makefile in $BUILD";
-x "$BUILD/snow2c"                                    or plan skip_all => "no snow2c in $BUILD";
run_command(cmd => [$make, '--version'])->{status} == 127 and plan skip_all => "no $make";

# Not the test's make, but one a user starts.
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS DESTDIR CFLAGS)};

my $top    = scratch();
my $prefix = "$top/inst";
my @dirs   = ("prefix=$prefix", 'exec_prefix=${prefix}', 'bindir=${exec_prefix}/bin', 'libdir=${exec_prefix}/lib',
    'includedir=${prefix}/include', 'datadir=${prefix}/share', 'mandir=${datadir}/man');

sub make_target { return run_command(cmd => [$make, @_, @dirs], cwd => $BUILD, timeout => 600) }
sub fine {
    my ($r, $name) = @_;
    return ok(!$r->{status}, $name) || diag(how_it_ended($r) . "\n$r->{out}$r->{err}") && 0;
}

fine(make_target('install'), 'make install') or BAIL_OUT('make install failed');

# A program of our own, besides the examples.
my $work = scratch();
spew("$work/hello.snow", "fn main() do\n  println(\"hello\")\nend\n");
spew("$work/hello.out",  "hello\n");
my $hello = { name => 'hello', dir => $work, arg => 'hello.snow', base => "$work/hello" };

# The pipe as it stands in README, with the prefix spelt out.
sub piped {
    my ($prefix, $program, $flags) = @_;
    return run_command(
        cmd => ['sh', '-c', "'$prefix/bin/snow2c' '$program->{dir}/$program->{arg}' | "
            . "$CC @SNOW_CFLAGS -x c - $flags -o ./x"],
        cwd     => $work,
        timeout => 300);
}

# compiled and run, as its sidecar files say
sub works {
    my ($name, $program, $compiled) = @_;
    fine($compiled, "$name: compiles") or return;
    is($compiled->{err}, '', "$name: without a word");
    return if -e "$program->{base}.norun";
    my $run      = run_program($program, "$work/x");
    my ($status) = lines("$program->{base}.status");
    my $out      = slurp("$program->{base}.out");
    my $ok       = !$run->{timeout} && $run->{status} == ($status // 0) && (!defined $out || $run->{out} eq $out);
    ok($ok, "$name: runs") or diag(how_it_ended($run), "\n$run->{err}",
        defined $out && $run->{out} ne $out ? difference('standard output', $run->{out}, $out) : '');
}

for my $program ($hello, examples()) {
    works($program->{name}, $program, piped($prefix, $program, "-I'$prefix/include' -L'$prefix/lib' -lsnowrt"));
}

# In the sanitized build the tests' flags are in the installed driver too.
my $run = run_command(cmd => ["$prefix/bin/snow", 'run', 'hello.snow'], cwd => $work);
is("$run->{status}: $run->{out}$run->{err}", "0: hello\n", 'snow run');

SKIP: {
    my $pkg_config = (grep { in_path($_) } qw(pkg-config pkgconf))[0] or skip 'pkg-config is not installed', 6;
    local $ENV{PKG_CONFIG_PATH} = "$prefix/lib/pkgconfig";
    works('pkg-config snowrt', $hello, piped($prefix, $hello, "\$($pkg_config --cflags --libs snowrt)"));
    is(run_command(cmd => [$pkg_config, '--modversion', 'snowrt'])->{out}, slurp("$SRC/VERSION"), 'its version');
  SKIP: {
        skip 'no shared library was built', 2 if setting('SHARED') eq 'no';
        works('pkg-config snowrt-shared', $hello, piped($prefix, $hello, "\$($pkg_config --cflags --libs snowrt-shared)"));
    }
}

# A static program; the sanitizers have no such thing, and not every system has a static libc.
SKIP: {
    skip 'sanitizers need shared libraries', 3 if "@SNOW_CFLAGS" =~ /-fsanitize/;
    spew("$work/empty.c", "int main(void) { return 0; }\n");
    skip 'no static libc', 3 if run_command(cmd => [@CC, '-static', 'empty.c', '-o', 'empty', '-lm'], cwd => $work)->{status};
    works('a static program', $hello, piped($prefix, $hello,
        "-static -I'$prefix/include' -L'$prefix/lib' -lsnowrt " . setting('LIBS')));
}

# A moved tree works where it is.
my $moved = "$top/moved";
rename $prefix, $moved or die "rename: $!";
works('moved', $hello, piped($moved, $hello, "-I'$moved/include' -L'$moved/lib' -lsnowrt"));
$run = run_command(cmd => ["$moved/bin/snow", 'run', 'hello.snow'], cwd => $work);
is("$run->{status}: $run->{out}$run->{err}", "0: hello\n", 'moved: snow run');
symlink "$moved/bin/snow", "$work/link" or die "symlink: $!";
$run = run_command(cmd => ['./link', 'run', 'hello.snow'], cwd => $work);
is("$run->{status}: $run->{out}$run->{err}", "0: hello\n", 'moved: snow run through a symbolic link');
rename $moved, $prefix or die "rename: $!";

fine(make_target('uninstall'), 'make uninstall');
my @left;
find({ no_chdir => 1, wanted => sub { push @left, $_ if -e || -l } }, $prefix) if -e $prefix;
is("@left", '', 'uninstall leaves nothing');

# DESTDIR
fine(make_target('install', "DESTDIR=$top/dest"), 'make install DESTDIR=...');
ok(-x "$top/dest$prefix/bin/snow2c" && !-e $prefix, 'goes there and nowhere else');
fine(make_target('uninstall', "DESTDIR=$top/dest"), 'make uninstall DESTDIR=...');
@left = ();
find({ no_chdir => 1, wanted => sub { push @left, $_ if !-d || -l } }, "$top/dest");
is("@left", '', 'and leaves nothing');

done_testing;
