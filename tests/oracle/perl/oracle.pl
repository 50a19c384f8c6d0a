# Answers what Perl makes of patterns. One line in: mode (b: bytes, u: characters), the pattern and the texts
# as hexadecimal UTF-8, joined by tabs. One line out: "E" and the message, or per text "-" or the groups.
use strict;
no warnings;
use re '/a';
use Encode ();
use POSIX ();
use Time::HiRes ();

# Not one of Perl's safe signals: those wait for the end of the match that is to be cut off.
POSIX::sigaction(POSIX::SIGALRM(), POSIX::SigAction->new(sub { die "cut off\n" }));
$| = 1;

sub text { my ($mode, $hex) = @_; my $s = Encode::decode('UTF-8', pack('H*', $hex)); $mode eq 'b' ? Encode::encode('iso-8859-1', $s) : $s }
sub hex_of { my ($mode, $s) = @_; defined $s ? 'x' . unpack('H*', Encode::encode('UTF-8', $mode eq 'b' ? Encode::decode('iso-8859-1', $s) : $s)) : '_' }

while (my $line = <STDIN>) {
    chomp $line;
    my ($mode, $pattern, @texts) = split /\t/, $line, -1;
    my $source = text($mode, $pattern);
    my $regex = eval { qr/$source/ };
    if (!defined $regex) { my $why = $@; $why =~ s/\s+/ /g; print 'E', unpack('H*', Encode::encode('UTF-8', $why)), "\n"; next }
    my @answers;
    for my $hex (@texts) {
        my $text = text($mode, $hex);
        # Perl panics over a few patterns of its own making; nothing can be learnt from these.
        Time::HiRes::ualarm(300_000);
        push @answers, eval {
            return '-' unless $text =~ $regex;
            no strict 'refs';
            my @groups = map { hex_of($mode, defined $-[$_] && defined $+[$_] ? substr($text, $-[$_], $+[$_] - $-[$_]) : undef) } 1 .. $#+;
            my @names = map { $_ . '=' . hex_of($mode, $+{$_}) } sort keys %+;
            join(',', @groups) . ';' . join(',', @names);
        } // '!';
        Time::HiRes::ualarm(0);
    }
    print join("\t", @answers), "\n";
}
