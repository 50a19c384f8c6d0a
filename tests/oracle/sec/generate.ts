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
  const mutated = rules.map((rule) =>
    decorate(chance, chance.oneIn(12) && !hasPerl(rule) ? mutate(chance, rule) : rule),
  );
  return files > 1 && index > 0 && chance.oneIn(2) ? [makeOptions(chance), ...mutated] : mutated;
}

/** Code that does not compile makes a rule invalid for SEC alone. */
const hasPerl = (rule: RuleText): boolean => rule.some((field) => /sub \{|=\s*\(|eval %/.test(field));

/** Lines that say nothing, labels, and fields over two lines. */
function decorate(chance: Chance, rule: RuleText): RuleText {
  const at = chance.below(rule.length);
  const field = rule[at] ?? '';
  if (chance.oneIn(5)) return rule.toSpliced(at, 0, `label=${chance.pick(['L1', 'L2'])}`);
  if (chance.oneIn(12)) return rule.toSpliced(at, 0, chance.pick(['rem=a word', 'rem = type=Single']));
  if (!chance.oneIn(10)) return rule;
  const split = field.indexOf('=') + chance.below(field.length - field.indexOf('='));
  return rule.with(at, `${field.slice(0, split)}\\\n${field.slice(split)}`);
}

function makeOptions(chance: Chance): RuleText {
  return [
    'type=Options',
    `joincfset=${chance.pick(['one', 'two', 'one two'])}`,
    `procallin=${chance.pick(['no', 'yes'])}`,
  ];
}
