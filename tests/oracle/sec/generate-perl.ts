import type { Chance } from '../perl/random.ts';
import { WORDS } from './generate-input.ts';

/** A pattern whose lines a function looks at, with the values that it makes variables of. */
export function makePerlFunction(chance: Chance): string {
  const word = chance.pick(WORDS);
  return chance.pick([
    `sub { return ($_[0] =~ /^${word} (\\w)/); }`,
    `sub { my($line, $from) = @_; return ($line, defined($from) ? $from : 'own'); }`,
    `sub { return { u => substr($_[0], -1), n => length($_[0]) }; }`,
    `sub { my %h = map { $_ => 1 } split(' ', $_[0]); return $h{${word}}; }`,
    `sub { return scalar(@_), join('+', map { defined($_) ? $_ : '-' } @_); }`,
    `sub { return 0; }`,
    `sub { die "on $_[0]" if $_[0] =~ /b/; return "0 but true"; }`,
  ]);
}

/** A function for the tokens of a group. */
export const makePerlGroup = (chance: Chance): string =>
  chance.pick([
    `sub { return $_[0] =~ /1.*2/; }`,
    `sub { return scalar(@{$_[1]}) > 2; }`,
    `sub { die "no"; }`,
    `sub { my @t = @{$_[1]}; return $t[0] eq $t[-1]; }`,
  ]);

/** An operand of a context expression. */
export const makePerlOperand = (chance: Chance): string =>
  chance.pick([
    `= ("$1" eq "a")`,
    `=( length('$1') > 1 )`,
    `$1 -> ( sub { $_[0] eq 'a' } )`,
    `%u $1 -> ( sub { scalar(@_) == 2 } )`,
    `E1 :> ( sub { defined($_[0]) && $_[0]->{"1"} eq 'a' } )`,
    `E1 E2 :> ( sub { defined($_[1]) } )`,
    ` -> ( sub { die "in it" } )`,
  ]);

/** An action with Perl code. */
export const makePerlAction = (chance: Chance): string =>
  chance.pick([
    `eval %v (1 + 2)`,
    `eval %w (my @l = ("$1", "b"); @l;)`,
    `eval %n (())`,
    `eval %v (die "oh")`,
    `eval %f (sub { return join("-", @_); })`,
    `call %v %f $1 b %s`,
    `call %w %v x`,
    `lcall %v $1 b -> ( sub { return reverse(@_) } )`,
    `lcall %w %s -> ( sub { return; } )`,
    `lcall %n -> ( sub { 0 } )`,
    `lcall %v E1 E2 :> ( sub { defined($_[0]) ? $_[0]->{"1"} : "none" } )`,
    `lcall %v E1 :> ( sub { $_[0]->{"1"} = "changed" if defined($_[0]); 1 } )`,
  ]);
