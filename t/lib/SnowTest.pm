# What the test files share: where things are, running a command under a time limit, finding test programs,
# sharing work between processes.
package SnowTest;
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(basename dirname);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use JSON::PP ();
use POSIX ();

our @EXPORT = qw($SRC $BUILD $CC @CC @SNOW_CFLAGS @LINK
    setting slurp spew lines scratch in_path run_command how_it_ended
    programs examples program_name translate run_program program_trouble difference expected same_diagnostics
    each_parallel);

our $SRC   = abs_path($ENV{SNOW_SRC} // dirname(__FILE__) . '/../..');
our $BUILD = abs_path($ENV{SNOW_BUILD} // "$SRC/build") // "$SRC/build";
our $CC    = $ENV{CC} // 'cc';
our @CC    = split ' ', $CC;

# A setting of the build, from config.mk.
my %setting;
sub setting {
    my ($name) = @_;
    if (!%setting && open my $in, '<', "$BUILD/config.mk") {
        while (<$in>) { $setting{$1} = $2 if /^(\w+) *= *(.*?)\s*$/ }
    }
    return $setting{$name} // '';
}

# Flags for compiled Snow programs, and what a program is linked with. When prove is run by hand, a sanitized build
# still asks for its flags.
our @SNOW_CFLAGS = split ' ', $ENV{SNOW_CFLAGS} // setting('PROG_CFLAGS');
our @LINK = ("$BUILD/libsnowrt.a", qw(-lm -lpthread), grep { !/^-l(m|pthread)$/ } split ' ', setting('LIBS'));

# ---- files

sub slurp {
    my ($file) = @_;
    open my $in, '<:raw', $file or return undef;
    local $/;
    return scalar(<$in>) // '';
}

sub spew {
    my ($file, $bytes) = @_;
    open my $out, '>:raw', $file or die "$file: $!";
    print $out $bytes or die "$file: $!";
    close $out or die "$file: $!";
}

# The lines of a file without their ends; none when there is no such file.
sub lines { return split /\r?\n/, slurp($_[0]) // '' }

# A new empty directory. It goes when the process that made it ends.
my @scratch;
sub scratch {
    my $dir = tempdir('snow-test.XXXXXX', TMPDIR => 1);
    push @scratch, [$$, $dir];
    return abs_path($dir);
}
sub remove_scratch {
    remove_tree(map { $_->[1] } grep { $_->[0] == $$ } @scratch);
    @scratch = ();
}

# When the test is stopped, so is the command it waits for.
our $running;
END {
    local ($?, $!);
    kill 'KILL', -$running if $running;
    remove_scratch();
}
$SIG{$_} //= sub { exit 1 } for qw(HUP INT TERM);

sub in_path {
    my ($program) = @_;
    return (grep { -x "$_/$program" } split /:/, $ENV{PATH})[0];
}

# ---- running

# run_command(cmd => [...], cwd => DIR, stdin => FILE, timeout => SECONDS, env => {...})
# gives { out, err, status, signal, timeout }. Output is limited, so that a program that never stops printing does not
# fill the disk.
sub run_command {
    my %arg = (timeout => 120, stdin => '/dev/null', @_);
    my $dir = tempdir('snow-run.XXXXXX', TMPDIR => 1);
    my $pid = fork // die "fork: $!";
    if (!$pid) {
        $running = undef;
        # A process group of its own: at the time limit everything in it ends.
        POSIX::setpgid(0, 0);
        $SIG{$_} = 'DEFAULT' for qw(HUP INT TERM ALRM PIPE);
        %ENV = (%ENV, %{ $arg{env} // {} });
        my $ok = open(STDIN, '<', $arg{stdin}) && open(STDOUT, '>', "$dir/out") && open(STDERR, '>', "$dir/err")
            && (!defined $arg{cwd} || chdir $arg{cwd});
        exec 'sh', '-c', 'ulimit -f 204800; exec "$@"', 'sh', @{ $arg{cmd} } if $ok;
        print STDERR "cannot run @{ $arg{cmd} }: $!\n";
        POSIX::_exit(127);
    }
    POSIX::setpgid($pid, $pid);

    local $running = $pid;
    my $ended = 0;
    eval {
        local $SIG{ALRM} = sub { die "alarm\n" };
        alarm $arg{timeout};
        $ended = waitpid $pid, 0;
        alarm 0;
    };
    if (!$ended) { kill 'KILL', -$pid; waitpid $pid, 0 }
    my %result = (
        timeout => $ended ? 0 : $arg{timeout},
        signal  => $? & 127,
        status  => $? & 127 ? 128 + ($? & 127) : $? >> 8,
        out     => slurp("$dir/out") // '',
        err     => slurp("$dir/err") // '',
    );
    remove_tree($dir);
    return \%result;
}

sub how_it_ended {
    my ($r) = @_;
    return "did not end within $r->{timeout} s" if $r->{timeout};
    return "was killed by signal $r->{signal}" if $r->{signal};
    return "exit status $r->{status}";
}

# ---- test programs

# The programs under t/KIND: NAME.snow, and NAME.d with a main.snow in it. Each is { name, dir, arg, base }: snow2c is
# run in dir with the argument arg (NAME.snow or NAME.d, so that messages show just that), and expectations stand in
# base.out and so on. Sorted. SNOW_ONLY=REGEX picks by name.
sub programs {
    my ($kind) = @_;
    my @found;
    my @todo = ("$SRC/t/$kind");
    while (defined(my $dir = shift @todo)) {
        opendir my $handle, $dir or next;
        for my $entry (grep { !/^\./ } readdir $handle) {
            if (-d "$dir/$entry") {
                if ($entry =~ /\.d$/ && -f "$dir/$entry/main.snow") { push @found, [$dir, $entry] }
                else                                                { push @todo, "$dir/$entry" }
            }
            elsif ($entry =~ /\.snow$/) { push @found, [$dir, $entry] }
        }
    }
    my @programs;
    for (@found) {
        my ($dir, $arg) = @$_;
        (my $base = "$dir/$arg") =~ s/\.(snow|d)$//;
        push @programs, { name => substr($base, length("$SRC/t/$kind/")), dir => $dir, arg => $arg, base => $base };
    }
    return only(sort { $a->{name} cmp $b->{name} } @programs);
}

# The programs in examples/. What a test must know of one (input, arguments, output, .norun for one that serves for
# ever) stands in examples/expected/NAME.in and so on.
sub examples {
    my @programs;
    for my $file (sort(glob("$SRC/examples/*.snow"), glob("$SRC/examples/*/main.snow"))) {
        my $single = dirname($file) eq "$SRC/examples";
        my $name   = $single ? basename($file, '.snow') : basename(dirname($file));
        push @programs, {
            name => "examples/$name",
            dir  => "$SRC/examples",
            arg  => $single ? "$name.snow" : $name,
            base => "$SRC/examples/expected/$name",
        };
    }
    return only(@programs);
}

sub only {
    my $only = $ENV{SNOW_ONLY} // '';
    return grep { $_->{name} =~ /(?:$only)/ } @_; # an empty pattern would stand for the last one
}

# translate(PROGRAM, FLAGS...): what snow2c does with it
sub translate {
    my ($program, @flags) = @_;
    return run_command(cmd => ["$BUILD/snow2c", @flags, $program->{arg}], cwd => $program->{dir}, timeout => 60);
}

# Runs a compiled program with the program's input and arguments, in a directory that holds nothing but copies of what
# NAME.files lists, one a line, under the same paths as in the source directory.
sub run_program {
    my ($program, @command) = @_;
    my $base    = $program->{base};
    my $dir     = tempdir('snow-cwd.XXXXXX', TMPDIR => 1);
    for my $file (lines("$base.files")) {
        make_path(dirname("$dir/$file"));
        spew("$dir/$file", slurp("$SRC/$file") // die "$base.files: there is no $SRC/$file\n");
    }
    my ($limit) = lines("$base.timeout");
    my $result  = run_command(
        cmd     => [@command, lines("$base.args")],
        cwd     => $dir,
        stdin   => -e "$base.in" ? "$base.in" : '/dev/null',
        timeout => ($limit // 20) * ($ENV{SNOW_TIME_FACTOR} // 1),
    );
    remove_tree($dir);
    return $result;
}

# ---- comparing

# What a reader needs to see how two byte strings differ.
sub difference {
    my ($what, $got, $expected) = @_;
    my $dir = tempdir('snow-diff.XXXXXX', TMPDIR => 1);
    spew("$dir/expected", $expected);
    spew("$dir/got",      $got);
    my @diff = split /\n/, qx{cd '$dir' && diff -a -u expected got 2>/dev/null | tail -n +3};
    remove_tree($dir);
    @diff = ('expected:', split(/\n/, $expected), 'got:', split(/\n/, $got)) if !@diff;
    splice @diff, 60, @diff - 60, '...' if @diff > 60;
    return "$what is not as expected:\n" . join('', map { "  $_\n" } @diff);
}

# expected(WHAT, GOT, FILE): how GOT differs from what FILE holds; with SNOW_UPDATE=1 FILE is made to hold it.
sub expected {
    my ($what, $got, $file) = @_;
    spew($file, $got) if $ENV{SNOW_UPDATE} && $got ne (slurp($file) // '');
    my $expected = slurp($file) // return "there is no $file\n";
    return $got eq $expected ? '' : difference($what, $got, $expected);
}

# ---- diagnostics

# same_diagnostics(DIR, HUMAN, JSON): what is wrong with JSON, the diagnostics of snow2c --json run in DIR: each line an
# object with just the members it must have, places within the files, and the codes, severities, places and help that
# HUMAN, the other form of the same diagnostics, shows.
sub same_diagnostics {
    my ($dir, $human, $json) = @_;
    my (@trouble, @objects);
    push @trouble, 'the last line has no end' if $json ne '' && $json !~ /\n\z/;
    for my $line (split /\n/, $json) {
        my $d = eval { JSON::PP->new->utf8->decode($line) };
        if (ref $d ne 'HASH') { push @trouble, 'no JSON object: ' . $line; next }
        push @objects, $d;
        push @trouble, map { "$_: $line" } wrong_members($dir, $d, $line);
    }
    my @errors = grep { $_->{severity} eq 'error' } @objects;
    my $last   = 'C0001|error||Compilation failed due to errors above.|';
    push @trouble, 'the last object is not the C0001 that ends a translation with errors'
        if @errors && json_form($dir, $objects[-1]) ne $last;
    push @trouble, 'more than one object says that it failed' if (grep { json_form($dir, $_) eq $last } @objects) > 1;
    return join '', map { "snow2c --json: $_\n" } @trouble if @trouble;
    my @forms = map { json_form($dir, $_) } @objects;
    my $shown = join '', map { "$_\n" } human_forms($human);
    my $said  = join '', map { "$_\n" } @forms;
    return $shown eq $said ? '' : difference('what --json says (as CODE|SEVERITY|PLACE|MESSAGE|HELP)', $said, $shown);
}

sub wrong_members {
    my ($dir, $d, $line) = @_;
    return 'its members are not those of a diagnostic'
        if join(' ', sort keys %$d) ne 'code file fix message severity spans';
    my @wrong;
    push @wrong, "$_ is no string" for grep { !defined $d->{$_} || ref $d->{$_} } qw(code file message severity);
    push @wrong, 'fix is neither string nor null' if ref $d->{fix};
    return (@wrong, 'spans is no array') if @wrong || ref $d->{spans} ne 'ARRAY';
    push @wrong, 'no such code'     if $d->{code} !~ /^[EWPC]\d{4}$/;
    push @wrong, 'no such severity' if $d->{severity} !~ /^(error|warning)$/;
    push @wrong, 'an empty message' if $d->{message} eq '';
    push @wrong, 'an empty fix'     if defined $d->{fix} && $d->{fix} eq '';
    push @wrong, 'a file, but no span, or the other way round' if ($d->{file} eq '') != !@{ $d->{spans} };
    push @wrong, 'no code of its own, but not C0001' if $d->{file} eq '' && $d->{code} ne 'C0001';
    my $text = $d->{file} eq '' ? '' : slurp("$dir/$d->{file}");
    return (@wrong, 'cannot read its file') if !defined $text;
    for (@{ $d->{spans} }) {
        if (ref $_ ne 'HASH' || join(' ', sort keys %$_) ne 'end label start') { push @wrong, 'not a span'; next }
        push @wrong, 'start and end are no numbers' if $line !~ /"start":$_->{start},"end":$_->{end},/;
        push @wrong, 'its place is not in the file' if !($_->{start} <= $_->{end} && $_->{end} <= length $text);
        push @wrong, 'its place begins within a character' if substr($text, $_->{start}, 1) =~ /[\x80-\xBF]/ && utf8_text($text);
        push @wrong, 'an empty label' if !defined $_->{label} || ref $_->{label} || $_->{label} eq '';
    }
    return @wrong;
}

sub utf8_text { my ($text) = @_; return utf8::decode($text) }

# One form for both: CODE|SEVERITY|FILE:LINE:COLUMN|the message where it is the same|help.
sub json_form {
    my ($dir, $d) = @_;
    my $place = '';
    if ($d->{file} ne '') {
        my $before = substr slurp("$dir/$d->{file}"), 0, $d->{spans}[0]{start};
        my @lines  = split /\r\n|[\r\n]/, $before, -1;
        my $column = 1 + grep { !/[\x80-\xBF]/ } split //, $lines[-1] // '';
        $place = "$d->{file}:" . (@lines || 1) . ":$column";
    }
    my $message = $d->{code} eq 'C0001' ? $d->{message} : $d->{code} eq 'P0001' ? $d->{message} =~ s/^Parse error: //r : '';
    my $form    = join '|', $d->{code}, $d->{severity}, $place, $message, $d->{fix} // '';
    utf8::encode($form);
    return $form;
}

sub human_forms {
    my ($human) = @_;
    my @forms;
    for (split /\n/, $human) {
        if (/^(?:(\S.*?:\d+:\d+): )?(error|warning): (.*?)(?: \[([A-Z]\d{4})\])?$/) {
            my ($place, $severity, $message, $code) = ($1 // '', $2, $3, $4 // 'C0001');
            push @forms, [$code, $severity, $place, $code =~ /^[CP]/ ? $message : '', ''];
        }
        elsif (/^  help: (.*)/ && @forms) { $forms[-1][4] = $1 }
    }
    return map { join '|', @$_ } @forms;
}

# ---- the programs of t/run

# program_trouble(PROGRAM, cc => [...], link => [...], run => [...]): translates, compiles and runs a program of t/run and
# says what is not as its files want it; nothing when all is well. run is a command in front of the program.
# What is wrong with how a program ran.
sub run_trouble {
    my ($base, $expected, $run) = @_;
    my ($status) = lines("$base.status");
    $status //= 0;
    my $trouble = '';
    $trouble .= 'the program: ' . how_it_ended($run) . ", expected exit status $status\n"
        if $run->{timeout} || $run->{status} != $status;
    $trouble .= difference('standard output', $run->{out}, $expected) if $run->{out} ne $expected;
    if (defined(my $sorted = slurp("$base.err-sorted"))) {
        my $err = join '', sort map { s/<0\.\d+>/<0.N>/gr } split /^/, $run->{err};
        $trouble .= difference('standard error, sorted', $err, $sorted) if $err ne $sorted;
        return $trouble;
    }
    my $err = slurp("$base.err") // ($status ? undef : '');
    if (!defined $err) { $trouble .= "standard error:\n$run->{err}" if $trouble ne '' }
    elsif ($run->{err} ne $err) { $trouble .= difference('standard error', $run->{err}, $err) }
    return $trouble;
}

sub program_trouble {
    my ($program, %arg) = (shift, cc => [@CC, @SNOW_CFLAGS], link => \@LINK, run => [], @_);
    my $base = $program->{base};

    my $expected = slurp("$base.out");
    return "there is no $base.out\n" if !defined $expected;

    my @flags = lines("$base.flags");
    @flags = qw(-Wno-unused -Wno-unreachable-code) if !@flags;
    my $c = translate($program, @flags);
    return 'snow2c: ' . how_it_ended($c) . "\n$c->{err}" if $c->{status};
    my $said = -e "$base.warn" ? expected('what snow2c prints', $c->{err}, "$base.warn")
        : $c->{err} ne '' ? difference('what snow2c prints', $c->{err}, '') : '';
    return $said if $said ne '';
    if ($c->{err} ne '' || -e "$base.json") {
        my $json = translate($program, @flags, '--json');
        $said = same_diagnostics($program->{dir}, $c->{err}, $json->{err});
        $said .= expected('what snow2c --json prints', $json->{err}, "$base.json") if -e "$base.json";
        $said .= "snow2c --json writes other C\n" if $json->{out} ne $c->{out};
        return $said if $said ne '';
    }

    my $dir = scratch();
    spew("$dir/program.c", $c->{out});
    my $cc = run_command(
        cmd => [@{ $arg{cc} }, qw(-std=c99 -O1 -Wall -Wextra -Werror -pedantic-errors), "-I$SRC/include",
            '-o', "$dir/program", "$dir/program.c", @{ $arg{link} }],
        timeout => 300);
    return "$arg{cc}[0]: " . how_it_ended($cc) . "\n$cc->{out}$cc->{err}" if $cc->{status};

    my $trouble = '';
    for my $env (@{ $arg{envs} // [{}] }) {
        local @ENV{ keys %$env } = values %$env;
        my $found = run_trouble($base, $expected, run_program($program, @{ $arg{run} }, "$dir/program"));
        next if $found eq '';
        $trouble = join('', map { "$_=$env->{$_} " } sort keys %$env) . "\n" . $found;
        last;
    }
    unlink "$dir/program", "$dir/program.c";
    return $trouble;
}

# ---- sharing work

# each_parallel(WORK, REPORT, ITEM...): calls WORK(ITEM) for all items in SNOW_JOBS processes, and in this process
# REPORT(ITEM, @result), in the order of the items. Results are lists of strings.
sub each_parallel {
    my ($work, $report, @items) = @_;
    my $jobs = $ENV{SNOW_JOBS} || 2;
    $jobs = @items if $jobs > @items;
    my (@from, @pid);
    for my $job (0 .. $jobs - 1) {
        pipe my $from, my $to or die "pipe: $!";
        my $pid = fork // die "fork: $!";
        if (!$pid) {
            @scratch = ();
            close $from;
            binmode $to;
            for (my $i = $job; $i < @items; $i += $jobs) {
                my @result = eval { $work->($items[$i]) };
                @result = (0, "the test itself died: $@") if $@;
                utf8::encode($_) for grep { utf8::is_utf8($_) } @result;
                print $to pack 'N/a*', pack '(N/a*)*', @result;
                $to->flush;
            }
            remove_scratch();
            POSIX::_exit(0);
        }
        close $to;
        binmode $from;
        push @from, $from;
        push @pid,  $pid;
    }
    for my $i (0 .. $#items) {
        my $from = $from[ $i % $jobs ];
        my ($head, $record) = ('', '');
        read($from, $head, 4) and read($from, $record, unpack 'N', $head);
        if (length $head == 4 && length $record == unpack 'N', $head) {
            $report->($items[$i], unpack '(N/a*)*', $record);
        }
        else { $report->($items[$i], 0, 'the test process died') }
    }
    waitpid $_, 0 for @pid;
}

1;
