import type { CharSet } from '../perl/charset.ts';
import { size } from '../perl/charset.ts';
import type { Node, RepeatNode } from '../perl/syntax.ts';
import { rarity, together } from './rarity.ts';

/** A text that stands in the record; with `ignoreCase`, `text` is in lower case and only ASCII letters fold. */
export interface Literal {
  readonly text: string;
  readonly ignoreCase: boolean;
}

/** Texts of which at least one stands in whatever matches. */
type OneOf = readonly Literal[];

/** What a part of a pattern is known to need. */
interface Need {
  /** All texts the part can match, if these are few. */
  readonly exact: OneOf | undefined;
  /** The best of what must stand in a match. */
  readonly best: OneOf | undefined;
}

/** Most texts in one set, and of one part of a pattern that is written out. */
const MAX_SET = 64;
const MAX_EXACT = 16;

/** Longest text, in characters: more tells no more. */
export const MAX_LENGTH = 48;

/** Least rarity, in bits, for which looking for a set is better than trying the pattern on every record. */
const LEAST_BITS = 11;

const EMPTY: OneOf = [{ text: '', ignoreCase: false }];

/**
 * The texts of which any match of a pattern must contain one; undefined when nothing is known that is rarer
 * than `leastBits`.
 */
export function requiredBy(root: Node, leastBits = LEAST_BITS): readonly Literal[] | undefined {
  const need = needOf(root);
  const best = withoutLonger(better(need.best, need.exact));
  return best === undefined || bitsOf(best) < leastBits ? undefined : best;
}

/** Leaves out what stands only where a shorter text of the set stands too. */
function withoutLonger(set: OneOf | undefined): OneOf | undefined {
  if (set === undefined || set.length < 2) return set;
  return set.filter((literal) => !set.some((other) => other !== literal && holds(literal, other)));
}

function holds(longer: Literal, shorter: Literal): boolean {
  if (shorter.text.length >= longer.text.length) return false;
  if (shorter.ignoreCase) return lowerAscii(longer.text).includes(shorter.text);
  return !longer.ignoreCase && longer.text.includes(shorter.text);
}

/** Texts that any match contains one after another, without overlapping. */
export function orderedBy(root: Node): readonly string[] {
  const runs = sequenceParts(root).reduce<string[]>(
    (texts, part) => {
      const exact = part.type === 'assertion' ? EMPTY : needOf(part).exact;
      const [only, ...others] = exact ?? [];
      if (only === undefined || others.length > 0 || only.ignoreCase) return [...texts, ''];
      return [...texts.slice(0, -1), (texts.at(-1) ?? '') + only.text];
    },
    [''],
  );
  return runs.filter((text) => text !== '');
}

/** How rare a set is: for choosing between sets. */
export function bitsOf(set: readonly Literal[]): number {
  return set.length === 0 ? Infinity : together(set.map(({ text, ignoreCase }) => rarity(text, ignoreCase)));
}

/** The better of two sets; undefined is worse than any. */
export function better<T extends readonly Literal[]>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return bitsOf(b) > bitsOf(a) ? b : a;
}

/**
 * What stands in a match of one of the alternatives; undefined when one of them needs nothing, or when these
 * are more than `most` texts.
 */
export function either(
  sets: readonly (readonly Literal[] | undefined)[],
  most = MAX_SET,
): readonly Literal[] | undefined {
  const all: Literal[] = [];
  for (const set of sets) {
    if (set === undefined) return undefined;
    all.push(...set);
  }
  const distinct = new Map(all.map((literal) => [`${String(literal.ignoreCase)} ${literal.text}`, literal]));
  return distinct.size > most ? undefined : [...distinct.values()];
}

function sequenceParts(node: Node): readonly Node[] {
  if (node.type === 'group') return sequenceParts(node.of);
  return node.type === 'sequence' ? node.of.flatMap(sequenceParts) : [node];
}

function needOf(node: Node): Need {
  switch (node.type) {
    case 'set':
      return { exact: charsOf(node.set), best: undefined };
    case 'sequence':
      return needOfSequence(node.of);
    case 'alternation':
      return needOfAlternation(node.of.map(needOf));
    case 'group':
    case 'atomic':
      return needOf(node.of);
    case 'repeat':
      return needOfRepeat(node);
    case 'look': {
      const inner = node.negative ? undefined : needOf(node.of);
      return { exact: undefined, best: better(inner?.best, inner?.exact) };
    }
    case 'assertion':
      return { exact: EMPTY, best: undefined };
    case 'backreference':
      return { exact: undefined, best: undefined };
  }
}

function needOfSequence(parts: readonly Node[]): Need {
  let run: OneOf | undefined = EMPTY;
  let whole = true;
  let best: OneOf | undefined;
  for (const part of parts) {
    const need = needOf(part);
    best = better(best, need.best);
    const joined: OneOf | undefined = need.exact === undefined ? undefined : product(run, need.exact);
    if (joined !== undefined) {
      run = joined;
      continue;
    }
    best = better(best, useful(run));
    if (part.type === 'look') continue;
    whole = false;
    run = need.exact ?? (part.type === 'repeat' ? tail(part) : EMPTY);
    if (part.type === 'repeat') best = better(best, useful(run));
  }
  return whole && !parts.some((part) => part.type === 'look')
    ? { exact: run, best }
    : { exact: undefined, best: better(best, useful(run)) };
}

/** What a repetition that was not written out still ends with: `(?:ab)+` ends with `ab`. */
function tail(node: RepeatNode): OneOf {
  return node.min === 0 ? EMPTY : (needOf(node.of).exact ?? EMPTY);
}

function needOfAlternation(branches: readonly Need[]): Need {
  const exact = either(branches.map((branch) => branch.exact));
  const best = either(branches.map((branch) => better(branch.best, useful(branch.exact))));
  return { exact: exact !== undefined && exact.length <= MAX_EXACT ? exact : undefined, best };
}

function needOfRepeat(node: RepeatNode): Need {
  if (node.min === 0) {
    const inner = node.max === 1 ? needOf(node.of).exact : undefined;
    const exact = inner === undefined ? undefined : either([inner, EMPTY]);
    return { exact: exact !== undefined && exact.length <= MAX_EXACT ? exact : undefined, best: undefined };
  }
  const { exact, best } = needOf(node.of);
  const repeated =
    exact !== undefined && node.min === node.max && node.min <= 8 ? power(exact, node.min) : undefined;
  return { exact: repeated, best: better(best, useful(exact)) };
}

function power(set: OneOf, times: number): OneOf | undefined {
  let all: OneOf | undefined = EMPTY;
  for (let round = 0; round < times && all !== undefined; round += 1) all = product(all, set);
  return all;
}

/** Every text of the first followed by every text of the second; undefined when these are too many or long. */
function product(first: OneOf, second: OneOf): OneOf | undefined {
  if (first.length * second.length > MAX_EXACT) return undefined;
  const [a, b] = [first[0], second[0]];
  if (first.length === 1 && second.length === 1 && a !== undefined && b !== undefined) {
    return a.text.length + b.text.length <= MAX_LENGTH ? [join(a, b)] : undefined;
  }
  const all = first.flatMap((a) => second.map((b) => join(a, b)));
  return all.every(({ text }) => text.length <= MAX_LENGTH) ? all : undefined;
}

function join(a: Literal, b: Literal): Literal {
  if (a.text === '') return b;
  const ignoreCase = a.ignoreCase || b.ignoreCase;
  const text = a.text + b.text;
  return { text: ignoreCase ? lowerAscii(text) : text, ignoreCase };
}

/** A set in which no text is empty; else it is no help. */
function useful(set: OneOf | undefined): OneOf | undefined {
  return set !== undefined && set.every(({ text }) => text !== '') ? set : undefined;
}

/** The other case of ASCII letters only: `toLowerCase` would also fold the Kelvin sign. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The characters of a small set, the two cases of a letter as one. */
function charsOf(set: CharSet): OneOf | undefined {
  const [code = REPLACEMENT, last] = set;
  if (set.length === 2 && code === last) {
    return code === REPLACEMENT ? undefined : [{ text: String.fromCodePoint(code), ignoreCase: false }];
  }
  if (size(set) > MAX_EXACT) return undefined;
  const codes: number[] = [];
  for (let index = 0; index + 1 < set.length; index += 2) {
    for (let code = set[index] ?? 0; code <= (set[index + 1] ?? 0); code += 1) codes.push(code);
  }
  if (codes.includes(REPLACEMENT)) return undefined;
  const literals = codes.map((code) => literalOf(code, codes));
  return literals.filter((literal) => literal !== undefined);
}

/** Stands for bytes that are not UTF-8, whatever these are. */
const REPLACEMENT = 0xfffd;

function literalOf(code: number, codes: readonly number[]): Literal | undefined {
  const text = String.fromCodePoint(code);
  const upper = code >= 0x41 && code <= 0x5a;
  const lower = code >= 0x61 && code <= 0x7a;
  if (upper && codes.includes(code + 0x20)) return undefined;
  return { text, ignoreCase: lower && codes.includes(code - 0x20) };
}
