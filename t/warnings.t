#!/usr/bin/perl
# Which diagnostics are printed, as what and in which order: -W, --color, many errors, errors in many files.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

my $snow2c = "$BUILD/snow2c";
-x $snow2c or plan skip_all => "no snow2c in $BUILD";
my $work = scratch();
sub snow2c { return run_command(cmd => [$snow2c, @_], cwd => $work) }

# The codes that are printed, in order, each with the first letter of its severity: "wW0001 eE0012".
sub codes {
    my ($r) = @_;
    return join ' ', map { /: (.)\w+: .* \[(\w+)\]$/ ? "$1$2" : () } split /\n/, $r->{err};
}

# ---- -W: a program that gives every warning

spew("$work/all.snow", <<'SNOW');
from String import trim
interface Show do
  fn show(self) -> String
end
fn clauses(0) = "none"
pub fn clauses(1) = "one"
fn clauses(1) = "once more"
impl Shwo for Int do
  fn show(self) -> String do "${self}" end
end
fn leading(a, b) = a
fn beyond(t :: (Int, Int)) -> Int = t[2]
fn light(o :: Option<Int>) -> Int do
  case o do
    Nun -> 0
  end
end
fn never(n :: Int) -> Int do
  return n
  n + 1
end
fn main() do
  let spare = 1
  println("${clauses(0)} ${leading(if true do
    5
    -3
  else
    1
  end, 2)} ${beyond((1, 2))} ${light(None)} ${never(1)}")
end
fn helper() = 1
SNOW
my %name;
for (lines("$SRC/man/snow2c.1")) { $name{$2} = $1 if /^\.It ([EW]\d{4}) ([a-z-]+)$/ }
my @names = sort { $name{$a} cmp $name{$b} } keys %name;
my %seen  = map { $_ => 1 } split / /, codes(snow2c('--check', '-Wall', 'all.snow'));
is(join(' ', sort keys %seen), join(' ', sort map { "w$_" } values %name), '-Wall: the program gives every warning');
my @all = split / /, codes(snow2c('--check', '-Wall', 'all.snow'));

sub warns {
    my ($what, $codes, $status, @flags) = @_;
    my $r = snow2c('--check', @flags, 'all.snow');
    is("$r->{status}: " . codes($r), "$status: $codes", $what) or diag($r->{err});
}
my @default = grep { $_ ne 'wW0111' } @all;
sub without { my ($code, @list) = @_; return join ' ', grep { $_ ne "w$code" } @list }
warns('by default all but unused-parameter', "@default", 0);
warns('-Wno-all', '', 0, '-Wno-all');
warns('-W all in two words', "@all", 0, '-W', 'all');
for my $name (@names) {
    my $code = $name{$name};
    warns("-Wno-$name takes that one away", without($code, @all), 0, '-Wall', "-Wno-$name");
    my @one = grep { $_ eq "w$code" } @all;
    warns("-W$name adds it", "@one", 0, '-Wno-all', "-W$name");
    warns("-Werror=$name makes it alone an error", join(' ', map { $_ eq "w$code" ? "e$code" : () } @all), 1,
        '-Wno-all', "-Werror=$name");
    my $r = snow2c('--check', '-Wall', "-Werror=$name", 'all.snow');
    is(join(' ', sort split / /, codes($r)), join(' ', sort map { $_ eq "w$code" ? "e$code" : $_ } @all),
        "-Wall -Werror=$name leaves the others as they were");
}
my @unused = map { "w$name{$_}" } grep { /^unused-/ } @names;
is(scalar @unused, 4, 'four names begin with unused-');
sub some { my %pick = map { $_ => 1 } @_; return join ' ', grep { $pick{$_} } @all }
warns('-Wunused stands for those that begin so', some(@unused), 0, '-Wno-all', '-Wunused');
my %unused = map { $_ => 1 } @unused;
warns('-Wno-unused too', join(' ', grep { !$unused{$_} } @all), 0, '-Wall', '-Wno-unused');

# the last option counts
warns('-Wno-all after another', '', 0, '-Wunused-variable', '-Wno-all');
warns('-Wno-NAME -WNAME', some('wW0107'), 0, '-Wno-all', '-Wno-unused-variable', '-Wunused-variable');
warns('-WNAME -Wno-NAME', '', 0, '-Wno-all', '-Wunused-variable', '-Wno-unused-variable');
warns('-Werror=NAME -Wno-NAME', '', 0, '-Wno-all', '-Werror=unused-variable', '-Wno-unused-variable');
warns('options behind the program', some('wW0107'), 0, '-Wno-all', '-Wunused-variable');
is(codes(snow2c('--check', 'all.snow', '-Wno-all', '-Wunused-variable')), some('wW0107'), 'options behind its name count too');

# -Werror
sub as_errors { return join ' ', map { s/^w/e/r } map { split / / } @_ }
warns('-Werror', as_errors(@default), 1, '-Werror');
warns('-Werror switches none on', '', 0, '-Wno-all', '-Werror');
warns('-Werror before those that are errors', as_errors(some('wW0107')), 1, '-Werror', '-Wno-all', '-Wunused-variable');
warns('-Werror=unused', as_errors(some(@unused)), 1, '-Wno-all', '-Werror=unused');
{
    my $r = snow2c('-Werror', '-o', 'out.c', 'all.snow');
    is($r->{status}, 1, '-Werror: status');
    like($r->{err}, qr/^error: Compilation failed due to errors above\.\n\z/m, 'the last line');
    ok(!-e "$work/out.c", 'no output');
    is(snow2c('-Werror', 'all.snow')->{out}, '', 'nor on standard output');
    unlike($r->{err}, qr/^\S+: warning:/m, 'nothing is called a warning');
    my $json = snow2c('-Werror', '--json', 'all.snow');
    is(same_diagnostics($work, $r->{err}, $json->{err}), '', 'JSON says the same');
    unlike($json->{err}, qr/"severity":"warning"/, 'and has no warning');
    spew("$work/quiet.snow", "fn main() do\n  println(\"x\")\nend\n");
    is(snow2c('-Werror', 'quiet.snow')->{status}, 0, '-Werror where there is no warning');
    is(snow2c('-Wall', 'quiet.snow')->{err}, '', 'nor anything to say');
}
is(snow2c('-Wall', '--no-line', 'all.snow')->{out}, snow2c('-Wno-all', '--no-line', 'all.snow')->{out}, 'warnings do not change the C');

# names that there are not
for my $option (qw(-Wnonsense -Wno-nonsense -Werror=nonsense -Werror= -Werrors -Wno- -W=all -Wno-no-all -Wno-error -WAll), '-W ') {
    my @option = $option eq '-W ' ? ('-W', '') : $option;
    my $r = snow2c('--check', @option, 'quiet.snow');
    is($r->{status}, 2, "$option: status");
    like($r->{err}, qr/^snow2c: unknown warning; there are all, unused, /, 'there is no such warning');
    is(join(' ', grep { $r->{err} !~ /\b\Q$_\E\b/ } @names), '', 'but these');
    is($r->{out}, '', 'nothing else');
}
like(snow2c('quiet.snow', '-W')->{err}, qr/option -W needs a value/, '-W without a name');

# Warnings about what is not used say nothing beside an error, which may be its reason; others do.
spew("$work/both.snow", "fn clauses(0) = 1\nfn main() do\n  let spare = nowhere\n  return\n  println(clauses)\nend\nfn f() = 1\n");
is(codes(snow2c('-Wall', 'both.snow')), 'eE0004 eE0001 wE0012', 'beside errors') or diag(snow2c('-Wall', 'both.snow')->{err});

# ---- colours

{
    my $plain = snow2c('both.snow')->{err};
    unlike($plain, qr/\e/, 'no colours into a file');
    my $colored = snow2c('--color=always', 'both.snow')->{err};
    like($colored, qr/\e\[/, '--color=always');
    is($colored =~ s/\e\[[\d;]*m//gr, $plain, 'adds nothing but colours');
    unlike($colored, qr/\e\[(?!0m)[\d;]*m[^\e]*\z/, 'and ends them');
    my @unended = grep { (() = /\e\[(?!0m)[\d;]*m/g) != (() = /\e\[0m/g) } split /\n/, $colored;
    is("@unended", '', 'on each line');
    is(snow2c('--color', 'always', 'both.snow')->{err}, $colored, '--color always in two words');
    is(snow2c('--color=never', 'both.snow')->{err}, $plain, '--color=never');
    is(snow2c('--no-color', 'both.snow')->{err}, $plain, '--no-color');
    is(snow2c('--color=always', '--no-color', 'both.snow')->{err}, $plain, 'the last one counts');
    is(snow2c('--no-color', '--color=always', 'both.snow')->{err}, $colored, 'either way');
    is(snow2c('--color=always', '--json', 'both.snow')->{err}, snow2c('--json', 'both.snow')->{err}, 'none in JSON');
    my $r = run_command(cmd => [$snow2c, '--color=always', 'both.snow'], cwd => $work, env => { NO_COLOR => 1 });
    is($r->{err}, $colored, 'NO_COLOR does not take them away when they are asked for');
    is(snow2c("--color=$_", 'both.snow')->{status}, 2, "--color=$_ is wrong") for qw(yes Always), '';
  SKIP: {
        in_path('script') or skip 'script is not installed', 4;
        my $terminal = sub {
            my ($env, @flags) = @_;
            my $r = run_command(cmd => ['script', '-qec', "$snow2c @flags both.snow", 'typescript'], cwd => $work,
                env => { NO_COLOR => '', %$env });
            return $r->{out} =~ s/\r\n/\n/gr;
        };
        is($terminal->({}), $colored, 'colours on a terminal');
        is($terminal->({ NO_COLOR => 1 }), $plain, 'not with NO_COLOR');
        is($terminal->({}, '--color=never'), $plain, 'nor with --color=never');
        is($terminal->({}, '--json'), snow2c('--json', 'both.snow')->{err}, 'nor in JSON');
    }
}

# ---- many errors, each once, in order

sub order_of {
    my ($r) = @_;
    return map { /^(\S+?):(\d+):(\d+): / ? [$1, $2, $3] : () } split /\n/, $r->{err};
}
{
    my $program = join('', map { "fn f$_(n) do\n  n + nowhere$_\nend\n" } 1 .. 200) . "fn main() do\n  println(\"x\")\nend\n";
    spew("$work/many.snow", $program);
    my $r = snow2c('many.snow');
    is(join(' ', map { $_->[1] } order_of($r)), join(' ', map { $_ * 3 - 1 } 1 .. 200), '200 errors, in order');
    is(scalar(() = $r->{err} =~ /\[E0004\]$/mg), 200, 'each once');
    my $json = snow2c('--json', 'many.snow');
    is(scalar(split /\n/, $json->{err}), 201, 'as many objects and the last one');
    is(same_diagnostics($work, $r->{err}, $json->{err}), '', 'which say the same');
    is(snow2c('many.snow')->{err}, $r->{err}, 'the same every time');

    spew("$work/syntax.snow", join('', map { "fn f$_(n) do\n  n + + $_\nend\n" } 1 .. 200));
    $r = snow2c('syntax.snow');
    is(join(' ', map { $_->[1] } order_of($r)), join(' ', map { $_ * 3 - 1 } 1 .. 200), '200 faults of syntax, in order');
    is(same_diagnostics($work, $r->{err}, snow2c('--json', 'syntax.snow')->{err}), '', 'in JSON too');

    spew("$work/line.snow", 'fn main() do ' . join('; ', map { "println(n$_)" } 1 .. 200) . " end\n");
    $r = snow2c('line.snow');
    my @columns = map { $_->[2] } order_of($r);
    is(scalar @columns, 200, '200 errors in one line');
    is("@columns", join(' ', sort { $a <=> $b } @columns), 'in order');
    ok(!(grep { length > 200 } split /\n/, $r->{err}), 'of which only a part is shown');
}
{
    mkdir "$work/app" or die $!;
    spew("$work/app/main.snow", "import Zeta\nimport Alpha\nfn main() do\n  println(nowhere)\n  Zeta.z()\n  Alpha.a()\nend\nfn f() -> Int = 1.5\n");
    spew("$work/app/zeta.snow",  "import Shared\npub fn z() do\n  Shared.s(missing)\nend\n");
    spew("$work/app/alpha.snow", "import Shared\npub fn a() do\n  Shared.s(missing)\nend\n");
    spew("$work/app/shared.snow", "pub fn s(x) do\n  x + lost\nend\nfn g(0) = gone\n");
    my @places = map { "$_->[0]:$_->[1]" } order_of(snow2c('app'));
    is("@places", 'app/shared.snow:2 app/shared.snow:4 app/shared.snow:4 app/alpha.snow:3 app/zeta.snow:3 '
        . 'app/main.snow:4 app/main.snow:8', 'by file, in the order of compilation; a file that two import is said once');
    is(codes(snow2c('app')), 'eE0004 eE0004 wE0012 eE0004 eE0004 eE0004 eE0001', 'a file\'s errors before its warnings');
}
{
    spew("$work/once.snow", <<'SNOW');
fn bad(x) do
  x + nowhere
end
fn broken(x) = "${x}".frob()
let limit = bad(1)
fn main() do
  println("${bad(1)} ${bad(2.0)} ${bad(3)} ${limit} ${limit}")
  println("${broken(1)} ${broken(2.0)} ${broken("a")}")
end
SNOW
    is(codes(snow2c('once.snow')), 'eE0004 eE0030', 'once, however often and at whichever types the faulty thing is used');
    is(scalar(split /\n/, snow2c('--json', 'once.snow')->{err}), 3, 'in JSON too');
    spew("$work/line_twice.snow", "fn main() do\n  println(nowhere)\n  println(nowhere)\nend\n");
    is(codes(snow2c('line_twice.snow')), 'eE0004 eE0004', 'but two faults of one kind twice');
}

# A file's name may be anything; JSON is UTF-8.
{
    my $name = "a \xFF\"b\\.snow";
    spew("$work/$name", "fn main() do\n  println(nowhere)\nend\n");
    my $json = snow2c('--json', $name)->{err};
    like($json, qr/"file":"a \xEF\xBF\xBD\\"b\\\\\.snow"/, 'a file\'s name that is not UTF-8');
    ok(utf8::decode($json), 'the output is');
}

done_testing;
