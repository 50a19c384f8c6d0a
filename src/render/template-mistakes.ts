import type { Liquid } from 'liquidjs';
import { closest } from '../kit/distance.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { BUILT_IN_NAMES } from './words.ts';

/** Where the first code unit of a template stands in a user's file. */
export interface TemplatePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Parsed = ReturnType<Liquid['parse']>;

/** What keeps a template from being parsed, and the stretch of it that is meant: offsets in UTF-16 code units. */
interface Refusal {
  readonly message: string;
  readonly begin: number;
  /** Behind the last one. */
  readonly end: number;
}

/** A template on its way to one that can be parsed. Every code unit stands where it stood in the user's. */
interface Repair {
  readonly text: string;
  /** Tags that were taken out, as they were. */
  readonly removed: readonly string[];
  /** Filters that stand for unknown ones; they do nothing. */
  readonly standIns: readonly string[];
}

/** Far more than anybody reads at once. */
const mostTold = 50;

/**
 * Every mistake of a template that cannot be parsed, in its order. The library stops at the first: so that is
 * told and taken out, and the rest is tried again. What only follows from what was taken out is not told.
 * `known` as in `Templates.compile`.
 */
export function mistakesOf(
  liquid: Liquid,
  source: string,
  known: ReadonlySet<string> | undefined,
  place: TemplatePlace,
): readonly Diagnostic[] {
  const told: Diagnostic[] = [];
  let repair: Repair | undefined = { text: source, removed: [], standIns: [] };
  let names: readonly Diagnostic[] = [];
  while (repair !== undefined && told.length < mostTold) {
    const tried = tryToParse(liquid, repair);
    if ('parsed' in tried) {
      // A tag that was taken out may have been the one that gives a name.
      const given =
        known && new Set([...known, ...repair.removed.flatMap((tag) => tag.match(/[\w-]+/g) ?? [])]);
      names = given === undefined ? [] : unknownNames(liquid, tried.parsed, given, place);
      break;
    }
    const { refusal } = tried;
    if (!isConsequence(refusal, repair.removed)) told.push(mistake(liquid, source, refusal, place));
    repair = withoutFilter(repair, refusal) ?? withoutTag(repair, refusal);
  }
  return [...told, ...names].toSorted(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

/** Every name that no line of this rule can give. */
export function unknownNames(
  liquid: Liquid,
  parsed: Parsed,
  known: ReadonlySet<string>,
  place: TemplatePlace,
): readonly Diagnostic[] {
  const names = new Set<string>([...BUILT_IN_NAMES, 'fields', 'now', ...known]);
  const globals = liquid.analyzeSync(parsed).globals;
  return Object.values(globals).flatMap((uses) =>
    uses.flatMap(({ segments: [root, field], location }) => {
      const candidates = root === 'fields' && typeof field === 'string' ? known : names;
      const name = candidates === known ? field : root;
      if (typeof name !== 'string' || candidates.has(name)) return [];
      const meant = closest(name, candidates);
      const diagnostic: Diagnostic = {
        code: 'template.unknown-name',
        severity: 'error',
        message: `template: no line of this rule gives '${name}'`,
        ...positionIn(place, location.row, location.col),
        ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
      };
      return [diagnostic];
    }),
  );
}

/** What the library says, without the position and the drawing of the place that it appends. */
export function shortMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (
    message
      .split('\n', 1)[0]
      ?.replace(/, line:\d+, col:\d+$/, '')
      .slice(0, 200) ?? ''
  );
}

function tryToParse(
  liquid: Liquid,
  { text, standIns }: Repair,
): { readonly parsed: Parsed } | { readonly refusal: Refusal } {
  try {
    for (const name of standIns) liquid.registerFilter(name, (value: unknown) => value);
    return { parsed: liquid.parse(text) };
  } catch (error) {
    return { refusal: { message: shortMessage(error), ...stretchOf(error) } };
  } finally {
    for (const name of standIns) delete liquid.filters[name];
  }
}

function stretchOf(error: unknown): Pick<Refusal, 'begin' | 'end'> {
  const token = typeof error === 'object' && error !== null && 'token' in error ? error.token : undefined;
  if (typeof token !== 'object' || token === null || !('begin' in token) || !('end' in token))
    return { begin: 0, end: 0 };
  return { begin: Number(token.begin), end: Number(token.end) };
}

function mistake(
  liquid: Liquid,
  source: string,
  { message, begin }: Refusal,
  place: TemplatePlace,
): Diagnostic {
  const filter = filterIn(message);
  const meant = filter === undefined ? undefined : closest(filter, Object.keys(liquid.filters));
  const before = source.slice(0, begin).split('\n');
  return {
    code: filter === undefined ? 'template.syntax' : 'template.unknown-filter',
    severity: 'error',
    message: `template: ${message}`,
    ...positionIn(place, before.length, (before.at(-1)?.length ?? 0) + 1),
    ...(meant === undefined ? {} : { hint: `did you mean '${meant}'?` }),
  };
}

const filterIn = (message: string): string | undefined => /^undefined filter: (\S+)/.exec(message)?.[1];

/** The end of a block, or a part of one, whose beginning was taken out. */
function isConsequence({ message }: Refusal, removed: readonly string[]): boolean {
  const missing = /^tag "(\w+)" not found/.exec(message)?.[1];
  if (missing === undefined) return false;
  const begun = removed.flatMap((tag) => nameOf(tag) ?? []);
  if (['else', 'elsif', 'when'].includes(missing)) return begun.length > 0;
  return missing.startsWith('end') && begun.includes(missing.slice('end'.length));
}

const nameOf = (tag: string): string | undefined => /^\{%-?\s*(\w+)/.exec(tag)?.[1];

/** With one that does nothing in the place of a filter that is not known: what stands beside it is still read. */
function withoutFilter({ text, removed, standIns }: Repair, refusal: Refusal): Repair | undefined {
  const filter = filterIn(refusal.message);
  if (filter === undefined) return undefined;
  const standIn = '_'.repeat(filter.length);
  const within = text.slice(refusal.begin, refusal.end);
  // What stands in quotes is no filter.
  const repaired = within.replaceAll(/"[^"]*"|'[^']*'|\|\s*([\w-]+)/g, (found, name?: string) =>
    name === filter ? found.slice(0, -name.length) + standIn : found,
  );
  if (repaired === within) return undefined;
  return { text: spliced(text, refusal, repaired), removed, standIns: [...standIns, standIn] };
}

/** Without the output or the tag in which the mistake stands; undefined where none can be found. */
function withoutTag({ text, removed, standIns }: Repair, refusal: Refusal): Repair | undefined {
  // The stretch begins with it or stands inside of it; that of a `raw` without end begins behind it.
  const from = refusal.message.startsWith('raw ') ? refusal.begin - 1 : refusal.begin;
  const begin = Math.max(text.lastIndexOf('{{', from), text.lastIndexOf('{%', from));
  if (begin < 0) return undefined;
  const isOpen = /^(?:output|tag) "[^]*not closed/.test(refusal.message);
  const closing = text.startsWith('{{', begin) ? '}}' : '%}';
  const found = text.indexOf(closing, begin);
  // What an output swallows that has no end is looked at, too.
  const end = isOpen || found < 0 ? begin + 2 : found + 2;
  const tag = text.slice(begin, end);
  return {
    text: spliced(text, { begin, end }, tag.replaceAll(/[^\n]/g, ' ')),
    removed: [...removed, tag],
    standIns,
  };
}

const spliced = (text: string, { begin, end }: Pick<Refusal, 'begin' | 'end'>, by: string): string =>
  text.slice(0, begin) + by + text.slice(end);

function positionIn(place: TemplatePlace, row: number, column: number) {
  return {
    file: place.file,
    line: place.line + row - 1,
    column: row === 1 ? place.column + column - 1 : column,
  };
}
