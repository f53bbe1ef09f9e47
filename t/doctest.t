#!/usr/bin/perl
# The documentation of the standard library is complete, and its examples are true: every public function has a `##`
# comment with an example, and what stands behind `# =>` is what the value before it prints as. The examples of a
# module are one program, each a function of it, in a directory of its own.
use strict;
use warnings;
use File::Basename qw(basename);
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";

# The functions of a module, each with its comment and its examples.
sub functions {
    my ($file) = @_;
    my (@functions, @comment);
    for my $line (lines($file)) {
        if ($line =~ /^##(?!!) ?(.*)/) { push @comment, $1; next }
        if ($line =~ /^(?:pub (?:extern |inline )?fn|let) (\w+)/) {
            my $name   = $1;
            my $public = $line =~ /^pub/;
            push @functions, { name => $name, public => $public, comment => [@comment] } if $public || @comment;
        }
        @comment = () if $line ne '';
    }
    return @functions;
}

# What an example is: declarations stand before the function, lines with `# =>` are printed, others are run.
sub program {
    my ($module, @functions) = @_;
    my ($top, $main, @want) = ('', '', ());
    for my $f (@functions) {
        my ($body, $declares) = ('', 0);
        for (grep { /^    \S|^     / } @{ $f->{comment} }) {
            my $code = substr $_, 4;
            $declares = 1 if $code =~ /^(?:actor|service|supervisor|struct|type|interface|impl|fn) /;
            if ($declares) {
                $top .= "$code\n";
                $declares = 0 if $code =~ /^end/ || $code =~ /^fn .*\bend$/;
            }
            elsif ($code =~ /^(.*?)\s+# => ?(.*)$/) {
                $body .= "  println(\"\${$1}\")\n";
                my $want = $2;
                $want =~ s/\\n/\n/g;
                push @want, $want;
                $f->{examples}++;
            }
            else { $body .= "  $code\n" }
        }
        next if $body eq '';
        $top .= "fn doc_$f->{name}() do\n$body  println(\"-- $f->{name}\")\nend\n\n" if !$f->{done}++;
        push @want, "-- $f->{name}";
        $main .= "  doc_$f->{name}()\n";
    }
    return ("${top}fn main() do\n$main  ()\nend\n", join '', map { "$_\n" } @want);
}

for my $file (sort glob "$SRC/stdlib/*.snow") {
    my $module    = basename($file, '.snow');
    my @functions = functions($file);
    # Several functions of one name are documented together. Those without a comment are for generated code.
    my @documented = grep { @{ $_->{comment} } } @functions;
    my ($text, $want) = program($module, @documented);
    is(join(' ', map { $_->{name} } grep { !$_->{examples} } @documented), '', "$module: every function has an example");
    my $known = join '|', qw(derive_\w+ raw child starter_\d run build_reason answer_reason signal);
    is(join(' ', grep { my $n = $_; !/^(?:$known)$/ && !grep { $_->{name} eq $n } @documented } map { $_->{name} } @functions),
        '', 'and a comment');
    next if !@documented;
    my $dir = scratch();
    spew("$dir/doctest.snow", $text);
    my $c = run_command(cmd => ["$BUILD/snow2c", qw(-Wno-all --stdlib), "$SRC/stdlib", qw(-o doctest.c doctest.snow)], cwd => $dir);
    if ($c->{status}) { fail("$module: the examples compile"); diag($c->{err}); next }
    my $cc = run_command(
        cmd     => [@CC, qw(-std=c99), @SNOW_CFLAGS, "-I$SRC/include", qw(-o doctest doctest.c), @LINK],
        cwd     => $dir,
        timeout => 300);
    if ($cc->{status}) { fail("$module: the C compiles"); diag($cc->{err}); next }
    my $run = run_command(cmd => ['./doctest'], cwd => $dir, timeout => 120);
    is($run->{out}, $want, "$module: " . grep({ $_->{examples} } @documented) . ' functions do what their examples say')
        or diag($run->{err});
}

done_testing;
