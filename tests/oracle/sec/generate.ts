import type { Chance } from '../perl/random.ts';
import type { CaseText, RuleText } from './case-text.ts';
import { makeItems, makeSettings } from './generate-input.ts';
import { makeRule } from './generate-rules.ts';
import { mutate } from './mutate.ts';

/**
 * Makes a random case: rules of all types with patterns, contexts and actions that meet each other, and lines
 * for them. Rules make events only of words that come later in the order of words, so nothing goes on for
 * ever. Orders that SEC does not define may still decide: the caller finds out by other seeds.
 */
export function makeCase(chance: Chance): CaseText {
  const names = chance.oneIn(3) ? ['a.sec', 'b.sec', 'c.sec'] : ['a.sec'];
  const files = names.map((name, index) => ({ name, rules: makeRules(chance, index, names.length) }));
  return { settings: makeSettings(chance), items: makeItems(chance), files };
}

function makeRules(chance: Chance, index: number, files: number): readonly RuleText[] {
  const rules = Array.from({ length: 1 + chance.below(5) }, (_, number) =>
    makeRule(chance, `${'abc'.charAt(index)}${String(number)}`),
  );
  const mutated = rules.map((rule) => (chance.oneIn(12) ? mutate(chance, rule) : rule));
  return files > 1 && index > 0 && chance.oneIn(2) ? [makeOptions(chance), ...mutated] : mutated;
}

function makeOptions(chance: Chance): RuleText {
  return [
    'type=Options',
    `joincfset=${chance.pick(['one', 'two', 'one two'])}`,
    `procallin=${chance.pick(['no', 'yes'])}`,
  ];
}
