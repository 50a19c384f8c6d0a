import type { Json } from '../model/json.ts';
import { redactAddresses } from './redact-addresses.ts';
import { isSecretName, secretsByName } from './redact-assigned.ts';
import { isUserName, redactNames } from './redact-names.ts';
import { secretsByForm } from './redact-forms.ts';
import { type Redactable, redactable } from './redactable.ts';

export type RedactionCounts = { readonly [one in Redactable]?: number };

/** Takes things out of the texts of one message, and counts them. */
export interface Redaction {
  text(text: string): string;
  /** A text that stands under a name in data: under that of a secret it goes as a whole. */
  member(name: string | undefined, text: string): string;
  /** All texts of some data. */
  data(value: Json): Json;
  /** How many different things were taken out so far; those of which there were none are absent. */
  counts(): RedactionCounts;
}

/** Called for each thing that is found; gives what stands in its place. */
export type TakeOut = (found: string) => string;

/** A pass over a text; linear in its length whatever it holds. */
export type Pass = (text: string, take: TakeOut) => string;

const passes: Readonly<Record<Redactable, readonly Pass[]>> = {
  secrets: [secretsByForm, secretsByName],
  addresses: [redactAddresses],
  names: [redactNames],
};
const marks: Readonly<Record<Redactable, string>> = {
  secrets: '[secret]',
  addresses: '[address]',
  names: '[name]',
};
const words: Readonly<Record<Redactable, readonly [one: string, many: string]>> = {
  secrets: ['secret', 'secrets'],
  addresses: ['address', 'addresses'],
  names: ['name', 'names'],
};

/** What one pass leaves may show another what it did not see; more rounds than this change nothing. */
const mostRounds = 4;
/** A secret of fewer characters may be a word, and is taken out only where it stands as a secret. */
const shortestKnown: Readonly<Record<Redactable, number>> = { secrets: 6, addresses: 6, names: 2 };
const mostKnown = 32;
const longestKnown = 4096;
const deepest = 32;

/**
 * A redaction for one message. `origins`: the lines and data that it tells of; a secret that shows itself
 * there is taken out wherever it stands, also where a template brings it without the words around it.
 */
export function createRedaction(classes: readonly Redactable[], origins: readonly Json[] = []): Redaction {
  const found = new Map<Redactable, Set<string>>(classes.map((one) => [one, new Set()]));
  const known = knownIn(classes, origins);
  const takeAs =
    (one: Redactable): TakeOut =>
    (value) => {
      found.get(one)?.add(value);
      return marks[one];
    };
  const text = (whole: string): string => {
    const bare = known.reduce((rest, [one, value]) => replaceKnown(rest, one, value, takeAs(one)), whole);
    return settle(bare, (rest) =>
      classes.reduce((left, one) => passes[one].reduce((t, pass) => pass(t, takeAs(one)), left), rest),
    );
  };
  const member = (name: string | undefined, part: string): string => {
    const one = classOfName(classes, name);
    return one === undefined || part === '' || isMark(part) ? text(part) : takeAs(one)(part);
  };
  const data = (value: Json): Json => mapTexts(value, (part, name) => member(name, part));
  return { text, member, data, counts: () => countsOf(found) };
}

const isMark = (text: string): boolean => Object.values(marks).includes(text);

function settle(text: string, round: (text: string) => string): string {
  let before = text;
  for (let rounds = 0; rounds < mostRounds; rounds += 1) {
    const after = round(before);
    if (after === before) break;
    before = after;
  }
  return before;
}

function knownIn(
  classes: readonly Redactable[],
  origins: readonly Json[],
): readonly (readonly [Redactable, string])[] {
  const known = new Map<string, Redactable>();
  const learn = (one: Redactable, value: string): void => {
    if (value.length < shortestKnown[one] || value.length > longestKnown || known.size >= mostKnown) return;
    if (!isMark(value) && !known.has(value)) known.set(value, one);
  };
  const learned = classes.filter((one) => one !== 'addresses');
  for (const origin of origins) {
    mapTexts(origin, (part, name) => {
      const named = classOfName(classes, name);
      if (named !== undefined) learn(named, part);
      for (const one of learned) {
        for (const pass of passes[one]) {
          pass(part, (value) => {
            learn(one, value);
            return value;
          });
        }
      }
      return part;
    });
  }
  // The longest first: one may be part of another.
  return [...known]
    .map(([value, one]) => [one, value] as const)
    .toSorted(([, a], [, b]) => b.length - a.length);
}

function replaceKnown(text: string, one: Redactable, value: string, take: TakeOut): string {
  if (!text.includes(value)) return text;
  const isWord = (at: number): boolean => /\w/.test(text.charAt(at - 1) + text.charAt(at + value.length));
  return text.replaceAll(value, (found, at: number) => (one === 'names' && isWord(at) ? found : take(found)));
}

function classOfName(classes: readonly Redactable[], name: string | undefined): Redactable | undefined {
  if (name === undefined) return undefined;
  if (classes.includes('secrets') && isSecretName(name)) return 'secrets';
  return classes.includes('names') && isUserName(name) ? 'names' : undefined;
}

function mapTexts(
  value: Json,
  map: (text: string, name: string | undefined) => string,
  name?: string,
  depth = 0,
): Json {
  if (typeof value === 'string') return map(value, name);
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, map, name, depth + 1));
  const members = Object.entries(value).flatMap(([key, item]) =>
    item === undefined ? [] : [[key, mapTexts(item, map, key, depth + 1)] as const],
  );
  return Object.fromEntries(members);
}

function countsOf(found: ReadonlyMap<Redactable, ReadonlySet<string>>): RedactionCounts {
  return Object.fromEntries([...found].flatMap(([one, { size }]) => (size === 0 ? [] : [[one, size]])));
}

/** `2 secrets, 1 address redacted`; empty when nothing was. */
export function redactionNote(counts: RedactionCounts): string {
  const parts = redactable.flatMap((one) => {
    const count = counts[one] ?? 0;
    return count === 0 ? [] : [`${count} ${words[one][count === 1 ? 0 : 1]}`];
  });
  return parts.length === 0 ? '' : `${parts.join(', ')} redacted`;
}
