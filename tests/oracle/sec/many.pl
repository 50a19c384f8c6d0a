#!/usr/bin/perl
# many.pl: plays many cases on the real SEC, one after the other, without compiling SEC for each.
#
#   printf 'DIR\n...' | perl many.pl [/usr/bin/sec]
#
# For each line of standard input, a case folder, the trace that oracle.pl gives is written to DIR/trace.txt,
# then "done DIR" is printed. SEC is compiled once; each case runs in a child of its own.

use strict;
use warnings;

BEGIN {
  if (!defined $ENV{ORACLE_CHILD}) {
    $ENV{ORACLE_CHILD} = 1;
    $ENV{PERL_HASH_SEED} = 0 unless defined $ENV{PERL_HASH_SEED};
    $ENV{PERL_PERTURB_KEYS} = 0 unless defined $ENV{PERL_PERTURB_KEYS};
    $ENV{TZ} = 'UTC';
    $ENV{LC_ALL} = 'C';
    delete $ENV{SECRC};
    exec { $^X } $^X, $0, @ARGV;
    die "re-exec: $!";
  }
}

use POSIX ();
use Cwd ();
use File::Temp ();
use File::Basename ();

# Calls of these are bound to their names when SEC is compiled; what they do, oracle.pl says later.
BEGIN {
  no warnings 'once';
  *CORE::GLOBAL::time   = sub () { return CORE::time(); };
  *CORE::GLOBAL::sleep  = sub (;$) { return CORE::sleep($_[0]); };
  *CORE::GLOBAL::select = sub (;*$$$) {
    return CORE::select($_[0], $_[1], $_[2], $_[3]) if @_ == 4;
    return CORE::select() unless @_;
    return CORE::select($_[0]);
  };
  # The one file that oracle.pl wants to be done is SEC.
  *CORE::GLOBAL::do = sub { return main::run_sec(); };
}

my $sec = Cwd::abs_path(@ARGV ? shift @ARGV : '/usr/bin/sec');
my $oracle = File::Basename::dirname(Cwd::abs_path($0)) . '/oracle.pl';

sub slurp { open(my $h, '<', $_[0]) or die "$_[0]: $!"; local $/; return scalar <$h>; }

my $oracle_text = "#line 1 \"$oracle\"\n" . slurp($oracle);
{
  my $text = slurp($sec);
  $text =~ s/^__(?:END|DATA)__\n.*//ms;
  eval "no strict; no warnings; package main; our (\$loghandle, \%children);\nsub main::run_sec {\n#line 1 \"$sec\"\n$text\n}\n1;" or die "$sec: $@";
}

$| = 1;
while (my $dir = <STDIN>) {
  chomp $dir;
  my $pid = fork();
  die "fork: $!" unless defined $pid;
  if (!$pid) {
    open(STDOUT, '>', "$dir/trace.txt") or die "$dir: $!";
    open(STDIN, '<', '/dev/null');
    alarm 20;
    $SIG{__WARN__} = sub { print STDERR $_[0] unless $_[0] =~ /^Subroutine CORE::GLOBAL::\w+ redefined/; };
    @ARGV = ("--sec=$sec", $dir);
    eval $oracle_text;
    print STDERR $@;
    POSIX::_exit(3);
  }
  waitpid($pid, 0);
  # Out of time or memory: a loop that ends some day, or never.
  if ($?) {
    open(my $trace, '>>', "$dir/trace.txt") or die "$dir: $!";
    print $trace "\n\@0 RUNAWAY out of time or memory\n";
  }
  print "done $dir\n";
}
