/**
 * Perl code of a function that does what a RegExp pattern over `lines` lines does: its answer is a hash with
 * the groups by number and by name, without groups `1` is 1. For expressions that only Perl itself can run.
 */
export function perlOfRegex(source: string, lines: number): string {
  const text = source.replaceAll(/[\\']/g, (sign) => `\\${sign}`);
  return [
    `do { my $source = '${text}'; my $regex = qr/$source/;`,
    `sub { my $text = join("\\n", @_[0 .. ${String(lines - 1)}]); return unless $text =~ $regex;`,
    'my %found = %+; $found{1} = 1 if $#- == 0 && $#+ == 0;',
    'for my $n (1 .. $#+) { no strict "refs"; $found{$n} = defined $-[$n] ? substr($text, $-[$n], $+[$n] - $-[$n]) : undef }',
    'return { %found } } }',
  ].join(' ');
}
