import type { Chance } from '../perl/random.ts';
import type { RuleText } from './case-text.ts';

/** No sign of Perl code, of a path or of a shell's redirections. */
const SIGNS = [
  '\\',
  ';',
  '(',
  ')',
  '$',
  '%',
  '[',
  ']',
  '{',
  '}',
  '!',
  '&',
  '|',
  ' ',
  ',',
  '*',
  '+',
  '?',
  '1',
  'x',
  '"',
  '#',
];

/** Damages one field: a character goes, comes or is doubled, or the whole field goes or comes twice. */
export function mutate(chance: Chance, rule: RuleText): RuleText {
  const at = chance.below(rule.length);
  const field = rule[at] ?? '';
  const changed = (fields: readonly string[]): RuleText => [
    ...rule.slice(0, at),
    ...fields,
    ...rule.slice(at + 1),
  ];
  if (chance.oneIn(12)) return changed(chance.oneIn(2) ? [] : [field, field]);
  const place = field.indexOf('=') + 1 + chance.below(Math.max(1, field.length - field.indexOf('=')));
  const [before, after] = [field.slice(0, place), field.slice(place)];
  if (chance.oneIn(3)) return changed([before + after.slice(1)]);
  return changed([before + chance.pick(SIGNS) + after]);
}
