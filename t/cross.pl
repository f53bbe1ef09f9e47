#!/usr/bin/perl
# Other machines, by cross compilers and qemu-user: make check-cross. For each the runtime is configured and built, its C
# tests run, and programs of t/run translated here, compiled and run there. SNOW_MACHINES=REGEX picks machines, SNOW_ONLY
# programs and C tests. On Debian:
#   apt-get install qemu-user gcc-i686-linux-gnu gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf gcc-riscv64-linux-gnu
#       gcc-powerpc64le-linux-gnu gcc-s390x-linux-gnu gcc-mips64el-linux-gnuabi64
use strict;
use warnings;
use File::Basename qw(basename);
use File::Path qw(make_path);
use FindBin;
use lib "$FindBin::Bin/lib";
use SnowTest;
use Test::More;

-x "$BUILD/snow2c" or plan skip_all => "no snow2c in $BUILD";
my $make = $ENV{MAKE} // 'make';
# What is set for the compiler of this build is not meant for others.
delete @ENV{qw(CC CFLAGS CPPFLAGS LDFLAGS AR RANLIB PKG_CONFIG SNOW_CFLAGS)};

# qemu-i386 of Debian 12 hangs in threads, which the kernel here can run itself; qemu's first choice of a mips CPU knows
# no rounding modes.
my @machines = (
    { triple => 'i686-linux-gnu', qemu => ['qemu-i386'], loader => 'lib/ld-linux.so.2' },
    { triple => 'aarch64-linux-gnu',          qemu => ['qemu-aarch64'] },
    { triple => 'arm-linux-gnueabihf',        qemu => ['qemu-arm'] },
    { triple => 'riscv64-linux-gnu',          qemu => ['qemu-riscv64'] },
    { triple => 'powerpc64le-linux-gnu',      qemu => ['qemu-ppc64le'] },
    { triple => 's390x-linux-gnu',            qemu => ['qemu-s390x'] },
    { triple => 'mips64el-linux-gnuabi64',    qemu => [qw(qemu-mips64el -cpu MIPS64R2-generic)] },
    { triple => 'loongarch64-linux-gnu',      qemu => ['qemu-loongarch64'] },
);
my $only     = $ENV{SNOW_ONLY}     // '';
my $chosen   = $ENV{SNOW_MACHINES} // '';
my @units    = grep { /$only/ } map { basename($_, '.c') } sort glob "$SRC/t/unit/*.c";
my @programs = grep { $_->{name} =~ /^(05-stdlib|09-torture)\// } programs('run');

for my $m (grep { $_->{triple} =~ /$chosen/ } @machines) {
    my $triple = $m->{triple};
  SKIP: {
        my $why = prepare($m);
        skip "$triple: $why", 1 if $why;
        my $built = build($m);
        ok($built eq '', "$triple: configure and make") or diag($built), next;
        each_parallel(
            sub {
                my ($work) = @_;
                return ref $work ? program_trouble($work, %$m) : unit_trouble($work, $m);
            },
            sub {
                my ($work, $trouble, @rest) = @_;
                # the process died: its report is longer
                $trouble = "@rest" if @rest;
                ok($trouble eq '', "$triple: " . (ref $work ? $work->{name} : "unit/$work")) or diag($trouble);
            },
            @units, @programs);
    }
}
done_testing();

# Finds what is needed; says what is missing. Sets cc and run, the command in front of programs.
sub prepare {
    my ($m) = @_;
    my ($triple, $work) = ($m->{triple}, scratch());
    in_path("$triple-gcc") or return "$triple-gcc is not installed";
    $m->{cc} = ["$triple-gcc"];
    spew("$work/hello.c", "#include <stdio.h>\nint main(void) { return puts(\"hello\") < 0; }\n");
    my $cc = run_command(cmd => [@{ $m->{cc} }, "$work/hello.c", '-o', "$work/hello"]);
    return "$triple-gcc cannot make programs" if $cc->{status};
    my $root = "/usr/$triple";
    my @ways = ([@{ $m->{qemu} }, '-L', $root]);
    unshift @ways, ["$root/$m->{loader}", '--library-path', "$root/lib"] if $m->{loader};
    for my $way (@ways) {
        my $r = run_command(cmd => [@$way, "$work/hello"], timeout => 20);
        return $m->{run} = $way, '' if $r->{out} eq "hello\n";
    }
    return "neither this kernel nor $m->{qemu}[0] runs its programs";
}

# configure and make; says what went wrong.
sub build {
    my ($m) = @_;
    my $dir = "$BUILD/cross/$m->{triple}";
    make_path($dir);
    for my $step (["$SRC/configure", "--host=$m->{triple}", '--disable-shared', 'CFLAGS=-O2 -g'], [$make, 'libsnowrt.a']) {
        my $r = run_command(cmd => $step, cwd => $dir, timeout => 600);
        return "@$step: " . how_it_ended($r) . "\n$r->{out}$r->{err}" if $r->{status};
    }
    my %setting = map { /^(\w+) *= *(.*?)\s*$/ ? ($1, $2) : () } lines("$dir/config.mk");
    $m->{link}  = ["$dir/libsnowrt.a", qw(-lm -lpthread), split ' ', $setting{LIBS}];
    push @{ $m->{cc} }, split ' ', $setting{PROG_CFLAGS};
    $m->{flags} = [map { split ' ', $setting{$_} } qw(STD WARNINGS CPPFLAGS CTX_CPPFLAGS)];
    return '';
}

# What is wrong with a C test; nothing when all is well.
sub unit_trouble {
    my ($test, $m) = @_;
    my $dir = scratch();
    my $cc  = run_command(
        cmd => [@{ $m->{cc} }, @{ $m->{flags} }, qw(-g -O1), "-I$SRC/include", "-I$SRC/rt", '-o', "$dir/$test",
            "$SRC/t/unit/$test.c", @{ $m->{link} }],
        timeout => 300);
    return "$m->{cc}[0]: " . how_it_ended($cc) . "\n$cc->{out}$cc->{err}" if $cc->{status};
    my ($limit) = lines("$SRC/t/unit/$test.timeout");
    my $run = run_command(cmd => [@{ $m->{run} }, "$dir/$test"], cwd => $dir, timeout => 4 * ($limit // 60));
    my @bad = grep { /^not ok|^#/ } split /\n/, $run->{out};
    my ($plan) = $run->{out} =~ /^1\.\.(\d+)/m;
    my $seen = () = $run->{out} =~ /^(not )?ok\b/mg;
    return '' if !$run->{status} && !$run->{timeout} && !grep({ /^not ok/ } @bad) && $seen == ($plan // -1);
    return how_it_ended($run) . ", $seen of " . ($plan // 'unknown') . " tests\n" . join('', map { "$_\n" } @bad) . $run->{err};
}
