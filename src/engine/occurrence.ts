import { hashText } from '../kit/hash.ts';
import { fieldText, lookUp } from '../match/field-test.ts';
import type { Occurrence } from '../model/alert.ts';
import type { Event } from '../model/event.ts';
import type { Fields, Rule } from '../model/program.ts';
import type { Instant } from '../model/time.ts';
import type { Match } from './kind.ts';

/** Longest value that state keeps as it is; of a longer one the beginning and a hash. */
const LONGEST_VALUE = 512;

/** What a rule's pattern found in an event, as kinds see it. */
export function makeMatch(rule: Rule, event: Event, captured: Fields, now: Instant): Match {
  const groups = namedOnly(captured);
  const value = (name: string): string | undefined =>
    bounded(fieldText(lookUp(event, name, captured)) ?? (name === 'source' ? event.source : undefined));
  return {
    event,
    now,
    value,
    fields: { ...event.fields, ...groups },
    key: rule.key.map((name) => value(name) ?? ''),
  };
}

/** The event with what a pattern found as its own fields: exceptions may ask for them. */
export function withCaptured(event: Event, captured: Fields): Event {
  const head: { [name: string]: string } = {};
  for (const name of ['host', 'program', 'pid'] as const) {
    const value = fieldText(captured[name]);
    if (value !== undefined) head[name] = value;
  }
  return { ...event, ...head, fields: { ...event.fields, ...captured } };
}

/** The occurrence of one event alone; `count` and the rest are overwritten by kinds that know more. */
export function occurrenceOf({ event, fields }: Match): Occurrence {
  const { at, host, program, source, stream, offset, line } = event;
  return {
    count: 1,
    first: at,
    last: at,
    fields,
    ...(host === undefined ? {} : { host }),
    ...(program === undefined ? {} : { program }),
    source,
    stream,
    offset,
    line,
  };
}

/** Unnamed groups (`1`, `2`, …) only stand in for names when there are none. */
function namedOnly(captured: Fields): Fields {
  const names = Object.keys(captured);
  const named = names.filter((name) => !/^\d+$/.test(name));
  if (named.length === 0 || named.length === names.length) return captured;
  return Object.fromEntries(named.map((name) => [name, captured[name]]));
}

function bounded(value: string | undefined): string | undefined {
  if (value === undefined || value.length <= LONGEST_VALUE) return value;
  return `${value.slice(0, LONGEST_VALUE - 30)}… ${hashText(value)}`;
}
