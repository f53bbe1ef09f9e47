#!/usr/bin/perl
# A process that waits for input among thousands that rest: the helper thread that reads puts the result on the waiting
# process's stack, which so has to stay where it is.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
plan tests => 2;
my $dir = scratch();

spew("$dir/p.snow", <<'TXT');
actor idle() do
  receive do
    n -> println("${n + 1}")
  end
end
actor reader() do
  case IO.read_line() do
    Ok(line) -> println("line <${line}>")
    Err(why) -> println("error ${why}")
  end
end
fn main() do
  spawn(reader)
  let resting = for _ in 0..6000 do spawn(idle) end
  Timer.sleep(2000)
  for p in resting do Process.kill(p) end
end
TXT
my $c = run_command(cmd => ["$BUILD/snow2c", '-o', "$dir/p.c", "$dir/p.snow"]);
my $cc = run_command(cmd => [@CC, @SNOW_CFLAGS, qw(-std=c99 -O1), "-I$SRC/include", "$dir/p.c", '-o', "$dir/p", @LINK]);
is("$c->{err}$cc->{err}", '', 'compiles');
my $r = run_command(cmd => ['sh', '-c', "(sleep 1; echo hello; sleep 1) | '$dir/p'"], timeout => 60);
is($r->{out} . $r->{err}, "line <hello>\n", 'a line that comes after a second');
