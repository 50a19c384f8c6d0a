import type { Draft } from '../kit/draft.ts';
import { hashText } from '../kit/hash.ts';
import { fieldText, lookUp } from '../match/field-test.ts';
import type { Occurrence } from '../model/alert.ts';
import type { Event } from '../model/event.ts';
import { toJson, type Json, type JsonObject } from '../model/json.ts';
import type { Fields, Rule } from '../model/program.ts';
import { latest, type Instant } from '../model/time.ts';
import { noFields } from '../parse/fields.ts';
import type { Known, Match } from './kind.ts';

/** Longest value that state keeps as it is; of a longer one the beginning and a hash. */
const LONGEST_VALUE = 512;
/** Longest line that state keeps, and most fields of one. */
const LONGEST_LINE = 2048;
const MOST_FIELDS = 64;

/** What a rule's part found in an event, as kinds see it. */
export function makeMatch(
  rule: Rule,
  event: Event,
  captured: Fields,
  parts: readonly number[],
  now: Instant,
): Match {
  const groups = (): Fields => namedOnly(captured);
  const value = (name: string): string | undefined =>
    bounded(fieldText(lookUp(event, name, captured)) ?? (name === 'source' ? event.source : undefined));
  return {
    parts,
    at: event.at,
    now,
    reached: reachedBy(event, now),
    text: event.text,
    value,
    key: keyBy(rule, value),
    groups,
    occurrence: (known) => occurrenceOf(event, fieldsOf(event, groups(), known?.fields), known),
  };
}

/** Another rule's raise, as kinds see it. */
export function matchOfRaise(
  rule: Rule,
  occurrence: Occurrence,
  parts: readonly number[],
  now: Instant,
): Match {
  const { fields } = occurrence;
  const value = lookUpIn(occurrence);
  return {
    parts,
    at: occurrence.last,
    now,
    reached: now,
    text: occurrence.line,
    value,
    key: keyBy(rule, value),
    groups: () => fields,
    occurrence: (known) =>
      known === undefined ? occurrence : { ...occurrence, ...known, fields: { ...fields, ...known.fields } },
  };
}

/** The value of any field of an occurrence, also of those of its head. */
export function lookUpIn({
  fields,
  host,
  program,
  source,
}: Occurrence): (name: string) => string | undefined {
  const head: Fields = { host, program, source };
  return (name) => bounded(fieldText(Object.hasOwn(fields, name) ? fields[name] : head[name]));
}

/**
 * What the clock would be if nothing but the event's own source held it back: the event's own time, but
 * never later than its receipt.
 */
export const reachedBy = ({ at, receivedAt }: Event, now: Instant): Instant =>
  latest(now, at < receivedAt ? at : receivedAt);

/**
 * A text as state keeps it: what V8 cuts out of a line holds the whole line in memory, for as long as it is
 * held itself.
 */
export const ownText = (text: string): string =>
  text.length < SHORT ? text : (JSON.parse(JSON.stringify(text)) as string);

/** Below this length V8 copies. */
const SHORT = 13;

/** Fields as state keeps them: as many as it has room for, each of a bounded length. */
export function keptFields(fields: JsonObject): JsonObject {
  const kept: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(fields).slice(0, MOST_FIELDS)) {
    if (value === undefined) continue;
    kept[name] = keptValue(value);
  }
  return kept;
}

/** An occurrence as state keeps it. */
export const keptOccurrence = (occurrence: Occurrence): Occurrence => ({
  ...occurrence,
  line: ownText(occurrence.line.slice(0, LONGEST_LINE)),
  fields: keptFields(occurrence.fields),
});

/** An occurrence without an event: a timer came due at `at`; `text` stands for the line. */
export function occurrenceOfTimer(
  rule: Rule,
  key: readonly string[],
  at: Instant,
  text: string,
  known?: { readonly count: number; readonly first: Instant },
): Occurrence {
  return {
    count: known?.count ?? 0,
    first: known?.first ?? at,
    last: at,
    fields: Object.fromEntries(rule.key.map((name, index) => [name, key[index] ?? ''])),
    source: rule.from?.length === 1 ? (rule.from[0] ?? '') : '',
    stream: '',
    offset: 0,
    line: text,
  };
}

/** Written out where spreading would be shorter: one is made for each raise of a flood. */
function occurrenceOf(event: Event, fields: Fields, known: Known | undefined): Occurrence {
  const { at, host, program, source, stream, offset, line } = event;
  const made: Draft<Occurrence> = {
    count: known?.count ?? 1,
    first: known?.first ?? at,
    last: known?.last ?? at,
    fields,
    source,
    stream,
    offset,
    line,
  };
  if (host !== undefined) made.host = host;
  if (program !== undefined) made.program = program;
  if (known?.window !== undefined) made.window = known.window;
  if (known?.distinct !== undefined) made.distinct = known.distinct;
  return made;
}

/** The event's own fields, over them what the pattern found, over them what the kind knows. */
function fieldsOf(event: Event, groups: Fields, known: Fields | undefined): Fields {
  if (event.fields === noFields && known === undefined) return groups;
  return { ...event.fields, ...groups, ...known };
}

function keyBy({ key }: Rule, value: (name: string) => string | undefined): readonly string[] {
  const [only] = key;
  return key.length === 1 && only !== undefined ? [value(only) ?? ''] : key.map((name) => value(name) ?? '');
}

/** Unnamed groups (`1`, `2`, …) only stand in for names when there are none. */
function namedOnly(captured: Fields): Fields {
  if (!isNumber(firstName(captured))) return captured;
  const names = Object.keys(captured);
  const named = names.filter((name) => !isNumber(name));
  if (named.length === 0 || named.length === names.length) return captured;
  return Object.fromEntries(named.map((name) => [name, captured[name]]));
}

/** Numbers come before all other names of an object, however it was made. */
function firstName(captured: Fields): string {
  for (const name in captured) return name;
  return '';
}

const isNumber = (name: string): boolean => /^\d+$/.test(name);

function keptValue(value: Json): Json {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return ownText(bounded(fieldText(value)) ?? '');
}

function bounded(value: string | undefined): string | undefined {
  if (value === undefined || value.length <= LONGEST_VALUE) return value;
  return `${value.slice(0, LONGEST_VALUE - 30)}… ${hashText(value)}`;
}

/** An occurrence in a row. */
export const writeOccurrence = (occurrence: Occurrence): Json => toJson(occurrence);

/** Takes it back: rows are only ever written by `writeOccurrence`. */
export const readOccurrence = (value: Json): Occurrence => value as unknown as Occurrence;
