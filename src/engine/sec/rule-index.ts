import { orderedBy, requiredBy } from '../../match/literals/extract.ts';
import { parsePattern } from '../../match/perl/parse.ts';
import type { SecHalf, SecPattern, SecRule } from './program.ts';

/** Finds, among the rules of a file, those that a line could matter to. */
export interface RuleIndex {
  /** Indices in ascending order; the others cannot match the line and would do nothing. */
  candidates(line: string): readonly number[];
}

/** Three characters of a text that must stand in a line, and the rules for which they do. */
interface Entry {
  readonly key: number;
  readonly rules: number[];
}

/**
 * An index by three characters each of the texts that rules need. Rules of which nothing is known, or that do
 * something before their pattern is tried, are always candidates; so are those that `waits` says wait for a
 * second match.
 */
export function createRuleIndex(rules: readonly SecRule[], waits: (rule: number) => boolean): RuleIndex {
  const needs = rules.map(needOf);
  const pairs = rules.flatMap((rule, index) =>
    'second' in rule && needs[index] !== undefined ? [index] : [],
  );
  const always = needs.flatMap((need, index) => (need === undefined ? [index] : []));
  const table = buildTable(needs);
  const seen = new Int32Array(rules.length);
  let round = 0;

  return {
    candidates(line) {
      if (always.length === rules.length) return always;
      round += 1;
      const found = [...always];
      const add = (index: number): void => {
        if (seen[index] === round) return;
        seen[index] = round;
        found.push(index);
      };
      for (const index of pairs) if (waits(index)) add(index);
      look(line, table, add);
      return found.length === always.length ? found : found.sort((a, b) => a - b);
    },
  };
}

/** Texts of which one stands in any line that matches. */
type OneOf = readonly string[];

/** What is known of one pattern: each of these holds, so one of them is enough. */
type Choices = readonly OneOf[];

/** The patterns of a rule; undefined: a line can matter to it without any of these matching. */
type Need = readonly Choices[] | undefined;

interface Table {
  readonly slots: readonly (readonly Entry[] | undefined)[];
  /** The number of slots less one; that is a power of two. */
  readonly mask: number;
}

/** Each text stands in the table under the rarest three of its characters. */
function buildTable(needs: readonly Need[]): Table {
  const uses = countUses(needs);
  const mask = 2 ** Math.ceil(Math.log2(16 * (needs.length + 1))) - 1;
  const slots: (Entry[] | undefined)[] = Array.from({ length: mask + 1 }, () => undefined);
  for (const [index, need] of needs.entries()) {
    for (const text of (need ?? []).flatMap((choices) => rarestSet(choices, uses))) {
      const key = rarestKey(text, uses);
      const slot = (slots[slotOf(key, mask)] ??= []);
      const entry = slot.find((one) => one.key === key);
      if (entry === undefined) slot.push({ key, rules: [index] });
      else entry.rules.push(index);
    }
  }
  return { slots, mask };
}

type Uses = ReadonlyMap<number, number>;

/** In how many texts of the file each three characters stand. */
function countUses(needs: readonly Need[]): Uses {
  const uses = new Map<number, number>();
  for (const text of needs.flatMap((need) => need?.flat(2) ?? [])) {
    for (const key of new Set(keysOf(text))) uses.set(key, (uses.get(key) ?? 0) + 1);
  }
  return uses;
}

const usesOf = (key: number, uses: Uses): number => uses.get(key) ?? 0;

const rarestKey = (text: string, uses: Uses): number =>
  keysOf(text).reduce((best, key) => (usesOf(key, uses) < usesOf(best, uses) ? key : best));

const weightOf = (set: OneOf, uses: Uses): number =>
  set.reduce((sum, text) => sum + usesOf(rarestKey(text, uses), uses), 0);

const rarestSet = (choices: Choices, uses: Uses): OneOf =>
  choices.reduce((best, set) => (weightOf(set, uses) < weightOf(best, uses) ? set : best));

function keysOf(text: string): readonly number[] {
  return Array.from({ length: text.length - 2 }, (_one, at) =>
    keyOf(folded(text.charCodeAt(at)), folded(text.charCodeAt(at + 1)), folded(text.charCodeAt(at + 2))),
  );
}

function look(line: string, { slots, mask }: Table, found: (rule: number) => void): void {
  let first = folded(line.charCodeAt(0));
  let second = folded(line.charCodeAt(1));
  for (let at = 2; at < line.length; at += 1) {
    const third = folded(line.charCodeAt(at));
    const key = keyOf(first, second, third);
    const slot = slots[slotOf(key, mask)];
    if (slot !== undefined) {
      for (const entry of slot) if (entry.key === key) entry.rules.forEach(found);
    }
    first = second;
    second = third;
  }
}

/** Texts are bytes; the case of ASCII letters does not count. */
const folded = (code: number): number => (code >= 0x41 && code <= 0x5a ? code + 0x20 : code & 0xff);

const keyOf = (first: number, second: number, third: number): number => (first << 16) | (second << 8) | third;

const slotOf = (key: number, mask: number): number => (key ^ (key >>> 7)) & mask;

function needOf(rule: SecRule): Need {
  switch (rule.type) {
    case 'Calendar':
      return [];
    case 'EventGroup':
      return needOfAll(rule.members);
    default:
      return needOfAll([rule]);
  }
}

type Half = Pick<SecHalf, 'pattern' | 'context'>;

/** A bracketed context is asked before the pattern, and may end contexts. */
function needOfAll(halves: readonly Half[]): Need {
  if (halves.some(({ context }) => context?.bracketed === true)) return undefined;
  const choices = halves.map(({ pattern }) => choicesOf(pattern));
  return choices.some((one) => one.length === 0) ? undefined : choices;
}

/** Empty: nothing is known. */
function choicesOf(pattern: SecPattern): Choices {
  if (pattern.type !== 'substr' && pattern.type !== 'regexp') return [];
  if (pattern.negated || pattern.lines > 1) return [];
  return pattern.type === 'substr' ? usable([[pattern.text]]) : choicesOfSource(pattern.source);
}

function choicesOfSource(source: string): Choices {
  const { root, problems } = parsePattern(source, false);
  if (problems.some(({ severity }) => severity === 'error')) return [];
  const best = requiredBy(root, 0)?.map(({ text }) => text) ?? [];
  return usable([best, ...orderedBy(root).map((text) => [text])]);
}

const usable = (choices: Choices): Choices =>
  choices.filter((set) => set.length > 0 && set.every((text) => text.length >= 3));
