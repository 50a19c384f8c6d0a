/**
 * The Perl that evaluates rules' code. Core modules only. Requests come on descriptor 3 and answers go to
 * descriptor 4, each with its length in front; standard input and output are nothing to us, so that code may
 * print. `framing.ts` has the same forms for the other side.
 */
export const perlProgram = String.raw`
# First, so that rules' code sees none of our variables. It may do without strict, as in SEC.
package main::SEC;
sub Bird::evaluate { @Bird::result = eval $_[0]; $Bird::error = $@ }

package Bird;
use strict;
use Errno qw(EINTR);
use Fcntl qw(F_SETFD FD_CLOEXEC);
use Scalar::Util qw(blessed refaddr reftype);

our (@result, $error);
my ($most_refs, $most_bytes) = @ARGV;
@ARGV = ();
$0 = 'bird-sentinel perl';
my $own = $$;
open(my $in, '<&=', 3) or die;
open(my $out, '>&=', 4) or die;
fcntl($_, F_SETFD, FD_CLOEXEC) for $in, $out;

my (%value, %number, @order, @warnings, @changed);
my $refs = 0;

sub take {
  my $wanted = shift;
  my $got = '';
  while (length $got < $wanted) {
    my $n = sysread($in, $got, $wanted - length $got, length $got);
    next if !defined $n && $! == EINTR;
    exit if !$n;
  }
  return $got;
}

sub give {
  my $bytes = pack('N/a*', shift);
  my $sent = 0;
  while ($sent < length $bytes) {
    my $n = syswrite($out, $bytes, length($bytes) - $sent, $sent);
    next if !defined $n && $! == EINTR;
    exit if !defined $n;
    $sent += $n;
  }
}

sub bytes {
  my $text = "$_[0]";
  utf8::downgrade($text, 1) or utf8::encode($text);
  return $text;
}

sub keep {
  my $ref = shift;
  my $address = refaddr $ref;
  return $number{$address} if exists $number{$address};
  $value{++$refs} = $ref;
  $number{$address} = $refs;
  push @order, $refs;
  if (@order > $most_refs) {
    my $oldest = delete $value{shift @order};
    delete $number{refaddr $oldest};
  }
  return $refs;
}

sub scalar_of {
  my $value = shift;
  return 'N' if !defined $value;
  return pack('a N', 'R', keep($value)) if ref $value;
  return pack('a N/a*', 'S', bytes($value));
}

sub text_of { defined $_[0] ? pack('a N/a*', 'S', bytes($_[0])) : 'N' }

sub members_of {
  my $hash = shift;
  my @names = sort keys %$hash;
  return pack('N', scalar @names) . join '', map { pack('N/a*', bytes($_)) . text_of($hash->{$_}) } @names;
}

sub answer {
  return 'X' . bytes($error) if length $error;
  if (@result == 1 && !blessed($result[0]) && (reftype($result[0]) // '') eq 'HASH') {
    return 'H' . members_of($result[0]);
  }
  return pack('a N', 'V', scalar @result) . join '', map { scalar_of($_) } @result;
}

sub argument {
  my ($from, $at) = @_;
  my $kind = substr($$from, $$at++, 1);
  return undef if $kind eq 'N';
  my $n = unpack('N', substr($$from, $$at, 4));
  $$at += 4;
  return $value{$n} if $kind eq 'R';
  if ($kind eq 'S') {
    $$at += $n;
    return substr($$from, $$at - $n, $n);
  }
  return [map { argument($from, $at) } 1 .. $n] if $kind eq 'L';
  my %hash;
  for (1 .. $n) {
    my $length = unpack('N', substr($$from, $$at, 4));
    my $name = substr($$from, $$at + 4, $length);
    $$at += 4 + $length;
    $hash{$name} = argument($from, $at);
  }
  return \%hash;
}

sub call {
  my ($from) = @_;
  my ($function, $count) = unpack('x N N', $$from);
  my $at = 9;
  my @args = map { argument($from, \$at) } 1 .. $count;
  my $code = $value{$function};
  my @given = map { ref($args[$_]) eq 'HASH' ? [$_, $args[$_], members_of($args[$_])] : () } 0 .. $#args;
  @result = eval { $code->(@args) };
  $error = $@;
  for (@given) {
    my ($place, $hash, $before) = @$_;
    my $after = members_of($hash);
    push @changed, pack('N', $place) . $after if $after ne $before;
  }
}

for (;;) {
  my $request = take(unpack('N', take(4)));
  @result = ();
  $error = '';
  @warnings = ();
  @changed = ();
  $SIG{__WARN__} = sub { push @warnings, substr(bytes($_[0]), 0, 500) if @warnings < 5 };
  if (substr($request, 0, 1) eq 'E') { evaluate(substr($request, 1)) }
  else { call(\$request) }
  # Code that forked and came back must not answer too.
  kill('KILL', $$) if $$ != $own;
  my $answer = answer();
  my $changes = pack('N', scalar @changed) . join('', @changed);
  if (length($answer) + length($changes) > $most_bytes) {
    $answer = "Xits result is longer than $most_bytes bytes";
    $changes = pack('N', 0);
  }
  give(pack('N', scalar @warnings) . join('', map { pack('N/a*', $_) } @warnings) . $changes . $answer);
}
`;
