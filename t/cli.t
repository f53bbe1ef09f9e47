#!/usr/bin/perl
# snow2c's command line: options, outputs, exit statuses.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

my $snow2c = "$BUILD/snow2c";
-x $snow2c or plan skip_all => "no snow2c in $BUILD";
my $work = scratch();
mkdir "$work/$_" or die $! for qw(app app/geo more empty);
spew("$work/ok.snow",      "fn main() do\n  println(\"ok\")\nend\n");
spew("$work/wrong.snow",   "fn main() do\n  println(nowhere)\nend\n");
spew("$work/warns.snow",   "fn f(0) = 1\nfn main() do\n  println(\"\${f(0)}\")\nend\n");
spew("$work/syntax.snow",  "fn main( do\nend\n");
spew("$work/nomain.snow",  "pub fn twice(n :: Int) -> Int = n * 2\n");
spew("$work/service.snow", "actor a() do\n  receive do\n    1 -> ()\n  end\nend\npub fn f() -> Int do\n  spawn(a)\n  1\nend\n");
spew("$work/uses.snow",    "from Extra import seven\nfn main() do\n  println(\"\${seven()}\")\nend\n");
spew("$work/more/extra.snow", "pub fn seven() -> Int = 7\n");
spew("$work/app/main.snow", "import Geo.RingShape\nfn main() do\n  println(\"\${RingShape.size()}\")\nend\n");
spew("$work/app/geo/ring_shape.snow", "pub fn size() -> Int = 3\n");
spew("$work/app/unused.snow", "fn broken() -> Int = \"no\"\n");

sub snow2c { return run_command(cmd => [$snow2c, @_], cwd => $work) }

sub gives {
    my ($name, $status, $out, $err, @args) = @_;
    my $r = snow2c(@args);
    is($r->{status}, $status, "$name: status") or diag($r->{err});
    like($r->{out}, $out, "$name: standard output");
    like($r->{err}, $err, "$name: standard error");
    return $r;
}

my $nothing = qr/\A\z/;
gives('help',              0, qr/^usage: snow2c.*--emit=KIND/s, $nothing, '--help');
gives('version',           0, qr/\Asnow2c \d+\.\d+\.\d+\n\z/,   $nothing, '--version');
gives('C on stdout',       0, qr/snow_main/,                    $nothing, 'ok.snow');
gives('--check',           0, $nothing,                         $nothing, '--check', 'ok.snow');
gives('a wrong program',   1, $nothing, qr/^wrong\.snow:2:11: error: undefined variable: nowhere \[E0004\]\n/, 'wrong.snow');
gives('warnings',          0, qr/snow_main/, qr/^warns\.snow:1:4: warning: .*\[E0012\]/, 'warns.snow');
gives('a syntax error',    1, $nothing, qr/^syntax\.snow:1:\d+: error: .*\[P0001\]/, 'syntax.snow');
gives('no main',           1, $nothing, qr/No 'main' function found in nomain\.snow/, 'nomain.snow');
gives("not supported yet", 1, $nothing, qr/^service\.snow:7:3: error: processes in a library are not supported yet/, '--lib', "service.snow");
gives('no such file',      1, $nothing, qr/Failed to read 'none\.snow': No such file/, 'none.snow');
gives('a directory without main', 1, $nothing, qr/No 'main\.snow' found in 'empty'/, 'empty');
gives('no input',          2, $nothing, qr/no input/);
gives('two inputs',        2, $nothing, qr/one program at a time/, 'ok.snow', 'wrong.snow');
gives('unknown option',    2, $nothing, qr/unknown option '--nonsense'/, '--nonsense', 'ok.snow');
gives('option without value', 2, $nothing, qr/option -o needs a value/, 'ok.snow', '-o');
gives('bad --emit',        2, $nothing, qr/--emit takes/, '--emit=java', 'ok.snow');
gives('bad --color',       2, $nothing, qr/--color takes/, '--color=pink', 'ok.snow');
gives('--header alone',    2, $nothing, qr/--header goes with --lib/, '--header', 'x.h', 'ok.snow');
gives('--emit=tokens',     0, qr/^0\.\.2 newline `fn` fn$|^0\.\.2 `fn` fn$/m, $nothing, '--emit=tokens', 'ok.snow');
gives('--emit=ast',        0, qr/^module Main\n  fn main\n/, $nothing, '--emit=ast', 'ok.snow');
gives('--emit=types',      0, qr/^Main\.main\/0 : \(\) -> \(\)$/m, $nothing, '--emit=types', 'ok.snow');
gives('--emit=ir',         0, qr/^fn Main_main\(\)/m, $nothing, '--emit=ir', 'ok.snow');

# modules
gives('FILE: what it imports', 0, qr/snow_main/, $nothing, 'app/main.snow');
gives('DIR: all of its files', 1, $nothing, qr{^app/unused\.snow:1:\d+: error: .*\[E0001\]}, 'app');
gives('an import nowhere',     1, $nothing, qr/\[E0031\]/, 'uses.snow');
gives('-I',                    0, qr/snow_main/, $nothing, '-I', 'more', 'uses.snow');
gives('-I, joined',            0, qr/snow_main/, $nothing, '-Imore', 'uses.snow');

# diagnostics
{
    my $r = snow2c('--json', 'wrong.snow');
    my @lines = split /\n/, $r->{err};
    is(@lines, 2, 'one JSON object a line');
    like($lines[0], qr/^\{"code":"E0004","severity":"error","message":"unbound variable `nowhere`","file":"wrong\.snow","spans":\[\{"start":23,"end":30,"label":"not found in this scope"\}\],"fix":null\}$/, 'its members');
    like($lines[1], qr/^\{"code":"C0001",/, 'and the last word');
    like(snow2c('--color=always', 'wrong.snow')->{err}, qr/\e\[/, 'colours when asked for');
    unlike($r->{err} . snow2c('wrong.snow')->{err}, qr/\e/, 'and none into a pipe');
}

# -o, -MD
{
    spew("$work/out.c", 'old');
    is(snow2c('-o', 'out.c', 'wrong.snow')->{status}, 1, '-o with a fault');
    is(slurp("$work/out.c"), 'old', 'leaves the old file');
    is(snow2c('-o', 'out.c', '-MD', 'app/main.snow')->{out}, '', '-o writes nothing to stdout');
    like(slurp("$work/out.c"), qr/snow_main/, 'but to the file');
    is(slurp("$work/out.c.d"), "out.c: \\\n app/geo/ring_shape.snow \\\n app/main.snow\n", '-MD names what was read');
    is(snow2c('-o', 'out.c', '-MD', '-MF', 'deps', 'ok.snow')->{status}, 0, '-MF');
    is(slurp("$work/deps"), "out.c: \\\n ok.snow\n", 'names another file');
    is(join(' ', glob "$work/*.tmp*"), '', 'no temporary file is left');
    is(snow2c('-MD', 'ok.snow')->{status}, 0, '-MD without -o');
    is(slurp("$work/ok.d"), "ok.c: \\\n ok.snow\n", 'is a rule for the C of that name');
    is(snow2c('-o', '/nonexistent/x.c', 'ok.snow')->{status}, 3, 'an unwritable output');
}

# standard input, #line
{
    my $r = run_command(cmd => [$snow2c, '-'], cwd => $work, stdin => "$work/ok.snow");
    like($r->{out}, qr/#line 2 "<stdin>"/, 'the program on standard input');
    unlike(snow2c('--no-line', 'ok.snow')->{out}, qr/#line/, '--no-line');
}

# --stdlib
{
    my $r = snow2c('--stdlib', "$SRC/stdlib", 'ok.snow');
    is($r->{out}, snow2c('ok.snow')->{out}, '--stdlib with the same library gives the same C');
    like(snow2c('--stdlib', "$work/empty", 'ok.snow')->{err}, qr/no Prelude/, '--stdlib without a Prelude');
}

# --lib
{
    spew("$work/shapes.snow", <<'SNOW');
let unit = "m"
pub fn area(w :: Float, h :: Float) -> Float = w * h
pub fn describe(name :: String, n :: Int) -> String do
  "${name} has ${n} sides (${unit})"
end
pub fn half(n :: Int) -> Int = 100 / n
pub fn deep(n :: Int) -> Int = if n == 0 do 0 else 1 + deep(n - 1) end
pub fn even(n :: Int) -> Bool = n % 2 == 0
pub fn hello() do
  println("hello from Snow")
end
pub fn generic(x) = x
fn _private(n :: Int) -> Int = n
SNOW
    spew("$work/host.c", <<'C');
#include "shapes.h"
#include <stdio.h>
int main(void) {
  snow_lib *lib = shapes_open();
  double a;
  const char *s;
  int64_t n;
  bool b;
  if (shapes_area(lib, 2, 3.5, &a)) printf("%g\n", a);
  if (shapes_describe(lib, "a cube", 6, &s)) printf("%s\n", s);
  if (!shapes_half(lib, 0, &n)) printf("error: %s\n", snow_lib_error(lib));
  if (shapes_half(lib, 7, &n)) printf("%d\n", (int)n);
  if (shapes_deep(lib, 300000, &n)) printf("%d\n", (int)n);
  if (shapes_even(lib, 3, &b)) printf("%d\n", b);
  if (!shapes_describe(lib, "\xff", 6, &s)) printf("error: %s\n", snow_lib_error(lib));
  for (int i = 0; i < 100000; i++)
    if (!shapes_describe(lib, "again", i, &s)) return 1;
  printf("%s\n", s);
  fflush(stdout);
  shapes_hello(lib);
  snow_lib_close(lib);
  return 0;
}
C
    my $r = snow2c('--lib', '--header', 'shapes.h', '-o', 'shapes.c', 'shapes.snow');
    is("$r->{status} $r->{out}$r->{err}", '0 ', '--lib');
    unlike(slurp("$work/shapes.h"), qr/generic|private/, 'exports what is public and has C types');
    $r = run_command(cmd => [@CC, qw(-std=c99 -Wall -Wextra -Werror -pedantic-errors -O1), @SNOW_CFLAGS, "-I$SRC/include",
        qw(host.c shapes.c -o host), @LINK], cwd => $work, timeout => 120);
    is("$r->{status} $r->{err}", '0 ', 'a C program that uses it compiles');
    $r = run_command(cmd => ['./host'], cwd => $work);
    is($r->{out}, <<'OUT', 'and gets results and crashes');
7
a cube has 6 sides (m)
error: Snow panic at shapes.snow:6: division by zero
14
300000
0
error: Snow panic at C:0: a string from C is not valid UTF-8
again has 99999 sides (m)
hello from Snow
OUT
    is($r->{status}, 0, 'its status') or diag($r->{err});
}

# a foreign function of the user's
{
    spew("$work/ffi.snow", <<'SNOW');
extern fn triple(n :: Int) -> Int = "my_triple"
extern fn shout(s :: String, loud :: Bool) -> String = "my_shout"
fn main() do
  println("${triple(14)} ${shout("hey", true)}")
end
SNOW
    spew("$work/my.c", <<'C');
#include <snow/snow.h>
int64_t my_triple(snow_cx *cx, int64_t n);
snow_str my_shout(snow_cx *cx, snow_str s, bool loud);
int64_t my_triple(snow_cx *cx, int64_t n) { (void)cx; return n * 3; }
snow_str my_shout(snow_cx *cx, snow_str s, bool loud) { return loud ? snow_string_to_upper(cx, s) : s; }
C
    is(snow2c('-o', 'ffi.c', 'ffi.snow')->{status}, 0, 'extern functions');
    my $r = run_command(cmd => [@CC, qw(-std=c99 -Wall -Wextra -Werror -pedantic-errors), @SNOW_CFLAGS, "-I$SRC/include",
        qw(ffi.c my.c -o ffi), @LINK], cwd => $work, timeout => 120);
    is("$r->{status} $r->{err}", '0 ', 'compile with the C that defines them');
    is(run_command(cmd => ['./ffi'], cwd => $work)->{out}, "42 HEY\n", 'and run');
}

# -g: crashes are reported with a backtrace
{
    spew("$work/deep.snow", <<'SNOW');
fn inner(n :: Int) -> Int do
  if n == 0 do 1 / n else 1 + inner(n - 1) end
end

fn outer(n :: Int) -> Int do
  2 * inner(n)
end

actor works() do
  println("${outer(3)}")
end

fn main() do
  spawn(works)
  Timer.sleep(50)
  println("${outer(500)}")
end
SNOW
    is(snow2c('-g', '-o', 'deep.c', 'deep.snow')->{status}, 0, '-g');
    my $r = run_command(cmd => [@CC, qw(-std=c99 -O0 -Wall -Wextra -Werror -pedantic-errors), @SNOW_CFLAGS, "-I$SRC/include",
        qw(deep.c -o deep), @LINK], cwd => $work, timeout => 120);
    is("$r->{status} $r->{err}", '0 ', 'compiles');
    my $err = run_command(cmd => ['./deep'], cwd => $work)->{err};
    like($err, qr/exited: division by zero\n +in Main\.inner \(deep\.snow:1\), 4 times\n +in Main\.outer \(deep\.snow:5\)\n +in Main\.works \(deep\.snow:9\)/,
        'an actor that crashes');
    like($err, qr/in Main\.inner \(deep\.snow:1\), 501 times\n +in Main\.outer .*\n +in Main\.main /, 'and main');
}

# the version of the header is checked
{
    my $c = snow2c('ok.snow')->{out};
    $c =~ s/SNOW_ABI != \d+/SNOW_ABI != 0/;
    spew("$work/abi.c", $c);
    like(run_command(cmd => [@CC, "-I$SRC/include", qw(-fsyntax-only abi.c)], cwd => $work)->{err}, qr/different versions/, 'ABI check');
}

done_testing();
