#!/usr/bin/perl
# Damaged programs: whatever stands in a file, snow2c either translates it (status 0, and the C compiles without a
# warning) or refuses it (status 1, nothing on standard output, messages with a place on standard error). It never
# crashes, hangs, or trips a sanitizer. The programs of t/run, t/fail and examples are damaged in many ways, the same
# ways each time:
#   SNOW_FUZZ_SEED=N    other damage [1]
#   SNOW_FUZZ_COUNT=N   this many damaged programs [600]
#   SNOW_ONLY=REGEX     only from the programs with such names
# Inputs that fail are kept in a directory that the output names.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Cwd qw(abs_path);
use File::Basename qw(basename dirname);
use File::Find qw(find);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use SnowTest;
use Test::More;

my $SEED  = $ENV{SNOW_FUZZ_SEED} || 1;
my $COUNT = $ENV{SNOW_FUZZ_COUNT} || 600;
my $LIMIT = 10;

# Leaks are not looked for: snow2c leaves its memory to the system. Its reports end it with a status of their own.
$ENV{ASAN_OPTIONS}  = join ':', grep { defined } $ENV{ASAN_OPTIONS},  'detect_leaks=0', 'exitcode=99';
$ENV{UBSAN_OPTIONS} = join ':', grep { defined } $ENV{UBSAN_OPTIONS}, 'print_stacktrace=1', 'exitcode=99';

my @TOKENS = (
    qw(actor after alias and break call case cast cond continue def do else end false fn for if impl import in
        interface let link match module monitor nil not or pub receive return self send service spawn struct
        supervisor terminate trait trap true type when where while with from as deriving Fun),
    qw(+ - * / % == != < > <= >= && || ! |> | .. <> ++ = -> => :: ? { } [ ] . : ; @ ~ ^ & \\ $ % _ %{ ${ """ "),
    '(', ')', '()', ',', '#', '#=', '=#', "'", '`', "\n", "\r", "\t", ' ', "\f", "\0", "\x{7f}", '"\u{41}"', '"\u{110000}"', '"\q"',
    qw(0 1 -1 42 9223372036854775807 9223372036854775808 18446744073709551616 0x 0xFFFFFFFFFFFFFFFF 0b102 0o8 1_000
        1.5 1e 1e999 1e-999 0.1e+3 .5 5. 1..2 0x7fff_ffff),
    qw(x y n f main println map filter reduce head tail compare default to_string self() Int Float Bool String List Map
        Set Range Queue Tuple Option Result Ordering Some None Ok Err Less Pid Never Unit Self Eq Ord Hash Display),
    '"${x}"', '"a"', '"${', '}"', 'x.y', 'x.y()', 'x[0]', 'f(x)?', 'h :: t', '(a, b)', '[]', '%{1 => 2}', '::', '<T>',
    'List<Int>', 'Int?', 'Int!String', 'Fun(Int) -> Int', 'P { x: 1 }', 'fn x -> x end', 'fn -> 1 end', '|x|', 'a | b',
    '_ -> 1', 'Some(x)', 'None', 'import List', 'from String import trim', 'let x = 1', 'return x', 'break', 'where T: Eq',
    'when true', 'deriving(Eq, Ord)', 'deriving()', 'do', 'end', "do\n", "end\n", "\x{c3}", "\x{ff}", "\x{e2}\x{82}",
    "\x{c3}\x{a9}", "\x{f0}\x{9f}\x{98}\x{80}", "\x{ef}\x{bb}\x{bf}", "\x{c2}\x{a0}", "\x{e2}\x{80}\x{a8}",
);

# Text that may surround an expression or a type, as deep as you like.
my @NEST = (
    ['(', ')'], ['[', ']'], ['(1, ', ')'], ['%{1 => ', '}'], ['-', ''], ['not ', ''], ['- ', ''], ['! ', ''],
    ['fn -> ', ' end'], ['fn x -> ', ' end'], ['(fn -> ', ' end)()'], ['if true do ', ' else 0 end'],
    ['case 1 do _ -> ', ' end'], ['f(', ')'], ['Some(', ')'], ['"${', '}"'], ['1 + ', ''], ['', ' + 1'], ['', '.x'],
    ['', '()'], ['', '[0]'], ['', '?'], ['', ' |> f'], ['1 <> (', ')'], ['P { x: ', ' }'], ['for i in ', ' do i end'],
    ['while ', ' do 1 end'], ['List<', '>'], ['Fun() -> ', ''], ['Fun(', ') -> Int'], ['x :: ', ''], ['x | ', ''],
    ['#= ', ' =#'], ['(', ''], ['[', ''], ['"${', ''], ['fn x -> ', ''], ["if true do\n", ''], ["case 1 do\n", ''],
    ["fn g() do\n", "\nend\n"], ["module M do\n", "\nend\n"], ['1 == ', ''], ['', ' and true'], ['return ', ''],
    ['', ' else if true do 1'], ['struct S do x :: ', ' end'], ['a, ', ''], ['1 .. ', ''],
);

sub pick   { return $_[ int rand @_ ] }
sub place  { return int rand(@_ ? 1 + $_[0] : 1) }
sub tokens { return $_[0] =~ /"""|"(?:[^"\\\$\n]|\\.|\$(?!\{))*"|\w+|[ \t]+|[+|<>=&!.:-]{2}|./gs }

# At most $n elements from position $at.
sub run_of { my ($list, $at, $n) = @_; return @$list[ $at .. ($at + $n > @$list ? $#$list : $at + $n - 1) ] }

# Positions of tokens that are not blank.
sub solid { my ($t) = @_; return grep { $t->[$_] =~ /\S/ } 0 .. $#$t }

my %HOW;
%HOW = (
    'delete tokens' => sub {
        my @t = tokens($_[0]);
        for (1 .. 1 + int rand 3) { splice @t, pick(solid(\@t)) // last, 1 + (rand() < .2 ? int rand 8 : 0) }
        return join '', @t;
    },
    'duplicate tokens' => sub {
        my @t = tokens($_[0]);
        my $at = pick(solid(\@t)) // return $_[0];
        my $n  = 1 + int rand(rand() < .3 ? 10 : 2);
        my @copy = run_of(\@t, $at, $n);
        splice @t, $at, 0, ((rand() < .5 ? ' ' : ''), @copy) x (rand() < .1 ? 50 : 1);
        return join '', @t;
    },
    'swap tokens' => sub {
        my @t     = tokens($_[0]);
        my @solid = solid(\@t) or return $_[0];
        for (1 .. 1 + int rand 2) {
            my $i = int rand @solid;
            my $j = rand() < .6 ? ($i + 1) % @solid : int rand @solid;
            @t[ @solid[$i, $j] ] = @t[ @solid[$j, $i] ];
        }
        return join '', @t;
    },
    'insert tokens' => sub {
        my @t = tokens($_[0]);
        splice @t, place(scalar @t), 0, ' ' . pick(@TOKENS) . ' ' for 1 .. 1 + int rand 3;
        return join '', @t;
    },
    'replace tokens' => sub {
        my @t = tokens($_[0]);
        for (1 .. 1 + int rand 3) { my $at = pick(solid(\@t)) // last; $t[$at] = pick(@TOKENS) }
        return join '', @t;
    },
    # A word by another of the program: such programs are often right in form and wrong in type, or just right.
    'exchange words' => sub {
        my @t    = tokens($_[0]);
        my @word = grep { $t[$_] =~ /^[\w"]/ } 0 .. $#t or return $_[0];
        for (1 .. 1 + int rand 3) { $t[ pick(@word) ] = $t[ pick(@word) ] }
        return join '', @t;
    },
    # A word, number, text or operator by another such: many of these programs are accepted.
    'exchange alike' => sub {
        my @t = tokens($_[0]);
        for (1 .. 1 + int rand 3) {
            my $at = pick(solid(\@t)) // last;
            my $like = (grep { $t[$at] =~ $_ } qr/^[a-z_]\w*$/, qr/^[A-Z]\w*$/, qr/^\d+$/, qr/^"/, qr/^[-+*\/%<>=&|!]+$/, qr/./)[0];
            $t[$at] = pick(grep { $_ =~ $like } @t, (rand() < .3 ? tokens($_[1]) : ()));
        }
        return join '', @t;
    },
    'delete lines'    => sub { my @l = split /^/, $_[0]; splice @l, int rand(@l || 1), 1 + int rand 3; return join '', @l },
    'duplicate lines' => sub {
        my @l  = split /^/, $_[0] or return '';
        my $at = int rand @l;
        my $n  = 1 + int rand 6;
        my @copy = run_of(\@l, $at, $n);
        splice @l, (rand() < .5 ? $at : place(scalar @l)), 0, @copy;
        return join '', @l;
    },
    'swap lines' => sub {
        my @l = split /^/, $_[0] or return '';
        my ($i, $j) = (int rand @l, int rand @l);
        $j = ($i + 1) % @l if rand() < .5;
        @l[$i, $j] = @l[$j, $i];
        return join '', @l;
    },
    'lines of another' => sub {
        my @l = split /^/, $_[0];
        my @o = split /^/, $_[1];
        my $at = int rand(@o || 1);
        splice @l, place(scalar @l), 0, run_of(\@o, $at, 1 + int rand 12);
        return join '', @l;
    },
    'truncate'     => sub { return substr $_[0], 0, int rand(1 + length $_[0]) },
    'behead'       => sub { return substr $_[0], int rand(1 + length $_[0]) },
    'random bytes' => sub {
        my $text = $_[0];
        for (1 .. 1 + int rand 4) {
            my $at = place(length $text);
            my $bytes = join '', map { chr(rand() < .5 ? rand 256 : 32 + rand 95) } 1 .. 1 + int rand 4;
            substr($text, $at, rand() < .5 ? 0 : length $bytes) = $bytes if $at < length $text;
        }
        return $text;
    },
    'deep nesting' => sub {
        my @t = tokens($_[0]);
        my ($before, $after) = @{ pick(@NEST) };
        my $n  = pick(3, 30, 30, 300, 300, 3000, 12000);
        my @at = grep { $t[$_] =~ /^[\w"]/ } 0 .. $#t;
        my $at = pick(@at) // return $_[0];
        $t[$at] = $before x $n . $t[$at] . $after x $n;
        return join '', @t;
    },
    'line ends' => sub { my $text = $_[0]; my $end = pick("\r\n", "\r", ' ', '', ';', "\n\n"); $text =~ s/\n/rand() < .8 ? $end : "\n"/ge; return $text },
);
$HOW{'several at once'} = sub {
    my ($text, $other) = @_;
    for (1 .. 2 + int rand 4) { $text = $HOW{ pick(grep { !/several|nesting/ } sort keys %HOW) }->($text, $other) }
    return $text;
};
my @HOW = sort keys %HOW;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my @sources = map { files_of($_) } programs('run'), programs('fail'), examples();
@sources or plan skip_all => 'no programs to damage';
plan tests => scalar @HOW;

my (%trouble, %kind, $kept, $accepted, $shown);
$accepted = $shown = 0;
each_parallel(
    \&try_one,
    sub {
        my ($i, $ok, $trouble, @file) = @_;
        my $how = $HOW[ $i % @HOW ];
        if (!$ok) {
            $kept //= tempdir('snow-fuzz.XXXXXX', TMPDIR => 1);
            push @{ $trouble{$how} }, "$kept/$i: $trouble";
            while (my ($name, $text) = splice @file, 0, 2) {
                make_path(dirname("$kept/$i/$name"));
                spew("$kept/$i/$name", $text);
            }
        }
        $accepted++ if $ok eq '2';
    },
    0 .. $COUNT - 1);

for my $how (@HOW) {
    ok(!$trouble{$how}, $how) and next;
    for (@{ $trouble{$how} }) {
        if ($shown++ < 40) { diag($_) }
    }
}
diag(($shown - 40) . ' more') if $shown > 40;
note("$COUNT damaged programs, $accepted of them accepted; seed $SEED");
diag("inputs that failed are in $kept; seed $SEED") if $kept;

# A program's files: { name, arg, main, file => { NAME => TEXT } }, where arg is what snow2c is given and main the name of the
# file the others are reached from.
sub files_of {
    my ($program) = @_;
    my $path = "$program->{dir}/$program->{arg}";
    my %file;
    if (-d $path) {
        find({ no_chdir => 1, wanted => sub {
            $file{ substr $_, length("$program->{dir}/") } = slurp($_) if -f && /\.snow$/;
        } }, $path);
    }
    else { $file{ $program->{arg} } = slurp($path) }
    return { name => $program->{name}, arg => $program->{arg}, file => \%file };
}

# Makes the damaged program number $i and tries it. Gives 0, trouble, files; or 1; or 2 for an accepted program.
sub try_one {
    my ($i) = @_;
    srand($SEED * 1_000_003 + $i * 7919);
    rand() for 1 .. 5;
    my $source = pick(@sources);
    my $other  = pick(@sources);
    my %file   = %{ $source->{file} };
    my $name   = pick(sort keys %file);
    $file{$name} = $HOW{ $HOW[ $i % @HOW ] }->($file{$name}, $other->{file}{ pick(sort keys %{ $other->{file} }) });

    my $dir = scratch();
    for (keys %file) { make_path(dirname("$dir/$_")); spew("$dir/$_", $file{$_}) }
    my $c = run_command(cmd => ["$BUILD/snow2c", (rand() < .1 ? '--json' : ()), $source->{arg}], cwd => $dir, timeout => $LIMIT);
    my $trouble = trouble_with($c);
    if ($trouble eq '' && !$c->{status}) {
        spew("$dir/fuzz.c", $c->{out});
        my $cc = run_command(
            cmd => [@CC, qw(-fsyntax-only -std=c99 -Wall -Wextra -Werror -pedantic-errors), "-I$SRC/include", "$dir/fuzz.c"],
            timeout => 300);
        $trouble = "$CC: " . how_it_ended($cc) . "\n" . first_lines($cc->{out} . $cc->{err}) if $cc->{status};
    }
    remove_tree($dir);
    return (0, "$source->{name} with damage: $HOW[$i % @HOW]\n$trouble", %file) if $trouble ne '';
    return $c->{status} ? 1 : 2;
}

sub trouble_with {
    my ($c) = @_;
    my $end = 'snow2c: ' . how_it_ended($c) . "\n" . first_lines($c->{err});
    return $end if $c->{timeout} || $c->{signal} || $c->{status} > 1;
    return "a sanitizer report\n$end" if $c->{err} =~ /Sanitizer|runtime error:/;
    return "internal trouble\n$end" if $c->{err} =~ /\binternal\b/i;
    return "accepted, but there is no output\n$end" if !$c->{status} && $c->{out} eq '';
    return '' if !$c->{status};
    return "refused, but there is output\n$end" if $c->{out} ne '';
    return "refused without a message\n$end" if $c->{err} !~ /^(?:\{.*"severity":\s*"error"|\S*:\d+:\d+: error: |\S+: )/m;
    return '';
}

sub first_lines { my @l = split /\n/, substr $_[0], 0, 20000; return join '', map { substr($_, 0, 300) . "\n" } grep { defined } @l[ 0 .. 14 ] }
