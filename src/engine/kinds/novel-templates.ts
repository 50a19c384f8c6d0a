import type { Instant } from '../../model/time.ts';
import { VALUE } from './novel-template.ts';

/** One template that is known. */
export interface Template {
  /** The values of the fields that templates are learned by. */
  readonly by: readonly string[];
  /** Names it among those of the same values. */
  readonly id: string;
  /** `<word>` stands where the lines had different words. */
  words: readonly string[];
  /** When it was last seen, as far as that is kept: up to an hour before. */
  seen: Instant;
}

/** The templates of a rule, found by the words of a line. */
export interface Templates {
  /** The template that a line's words are of; `words` are then those of both. */
  find(
    by: readonly string[],
    words: readonly string[],
  ): { readonly template: Template; readonly words: readonly string[] } | undefined;
  add(template: Template): void;
  remove(template: Template): void;
  /** How many have these values. */
  size(by: readonly string[]): number;
  /** The one of these values that was not seen for longest; of equals the first learned. */
  oldest(by: readonly string[]): Template | undefined;
}

const ANY_WORD = '<word>';

/** So many words at the beginning are the same in all lines of a template. */
const SAME_AT_FIRST = 2;

/** The part of a template's words, but for values, in which its lines may differ. */
const FREE_SHARE = 0.3;

/**
 * Finds templates as Drain does (He and others, 2017): by the number of words, then by the first ones, then the
 * most similar one. What has come to stand for any word counts as different for ever, so that no template can
 * grow until it fits everything.
 */
export function createTemplates(): Templates {
  const groups = new Map<string, Map<string, Set<Template>>>();

  const groupOf = ({ by }: Pick<Template, 'by'>): Map<string, Set<Template>> => {
    const name = JSON.stringify(by);
    const known = groups.get(name) ?? new Map<string, Set<Template>>();
    groups.set(name, known);
    return known;
  };

  return {
    find(by, words) {
      let found: { readonly template: Template; readonly words: readonly string[] } | undefined;
      let fewest = Infinity;
      for (const template of groups.get(JSON.stringify(by))?.get(leafOf(words)) ?? []) {
        const differences = countDifferences(template.words, words, fewest);
        if (differences >= fewest) continue;
        fewest = differences;
        found = { template, words: differences === 0 ? template.words : merged(template.words, words) };
        if (differences === 0) break;
      }
      return found;
    },
    add(template) {
      const group = groupOf(template);
      const leaf = leafOf(template.words);
      const set = group.get(leaf);
      if (set === undefined) group.set(leaf, new Set([template]));
      else set.add(template);
    },
    remove(template) {
      const group = groupOf(template);
      const leaf = leafOf(template.words);
      const set = group.get(leaf);
      set?.delete(template);
      if (set?.size === 0) group.delete(leaf);
      if (group.size === 0) groups.delete(JSON.stringify(template.by));
    },
    size(by) {
      let size = 0;
      for (const set of groups.get(JSON.stringify(by))?.values() ?? []) size += set.size;
      return size;
    },
    oldest(by) {
      let oldest: Template | undefined;
      for (const set of groups.get(JSON.stringify(by))?.values() ?? []) {
        for (const template of set)
          if (oldest === undefined || template.seen < oldest.seen) oldest = template;
      }
      return oldest;
    },
  };
}

/** Words never change where a leaf's name has them. */
const leafOf = (words: readonly string[]): string =>
  `${words.length} ${words.slice(0, SAME_AT_FIRST).join(' ')}`;

/**
 * In how many words a line differs from a template where they were the same so far; Infinity when that is too
 * many, or not less than `enough`.
 */
function countDifferences(template: readonly string[], words: readonly string[], enough: number): number {
  let free = 0;
  let differences = 0;
  // Most templates differ in more than this, whatever their words: they are passed over soon.
  const atMost = Math.floor(FREE_SHARE * template.length);
  for (let index = 0; index < template.length; index += 1) {
    const word = template[index];
    if (word === ANY_WORD) free += 1;
    else if (word !== words[index]) differences += 1;
    else continue;
    if (free + differences > atMost || differences >= enough) return Infinity;
  }
  if (free + differences === 0) return 0;
  const literal = template.reduce((sum, word) => (word === VALUE ? sum : sum + 1), 0);
  return free + differences > Math.floor(FREE_SHARE * literal) ? Infinity : differences;
}

const merged = (template: readonly string[], words: readonly string[]): readonly string[] =>
  template.map((word, index) => (word === words[index] ? word : ANY_WORD));
