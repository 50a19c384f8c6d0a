import { z } from 'zod';
import type { Occurrence } from '../../model/alert.ts';
import type { JsonObject } from '../../model/json.ts';
import { instant, millis, type Instant } from '../../model/time.ts';
import type { KeyForm, Match, RuleKind, Verdict } from '../kind.ts';
import { occurrenceOf } from '../occurrence.ts';
import { durationOption } from '../options.ts';
import { addEvent, emptyWindow, type Found, type Window, type WindowShape } from './window.ts';

/** Most different values that an occurrence lists, the newest ones. */
const MOST_LISTED = 256;

const options = z.strictObject({
  reach: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .describe('How many matching lines in the window raise; with `distinct`, how many different values.'),
  within: durationOption.describe('Length of the sliding window, both ends included: 1m, 10m, 1h.'),
  distinct: z.string().min(1).optional().describe('Counts different values of this field instead of lines.'),
});

export interface CountState {
  /** The machine's clock at the last match. */
  seen: number;
  newest: number;
  readonly window: Window;
}

/**
 * Raises at every match while a window of `within` that holds it has `reach` matches (or different
 * values). Time is the events' own; disorder up to `late` is put right, what is later is absorbed.
 */
export const count: RuleKind = {
  kind: 'count',
  summary: 'Raises when enough matching lines, or lines with enough different values, come within a window.',
  options,
  create(rule, ports) {
    const { reach, within, distinct } = readOptions(rule.options);
    const shape: WindowShape = {
      within,
      late: ports.late,
      keep: Math.max(2 * reach, MOST_LISTED),
      distinct: distinct !== undefined,
    };
    const table = ports.table(countForm(shape));
    return {
      match(match) {
        const value = distinct === undefined ? '' : match.value(distinct);
        if (value === undefined) return { type: 'absorb', reason: 'unkeyed' };
        const entry = table.open(match.key, match.now, () => freshState(match));
        const { state } = entry;
        if (match.event.at < state.newest - shape.late) return { type: 'absorb', reason: 'late' };
        state.seen = match.now;
        state.newest = Math.max(state.newest, match.event.at);
        const found = addEvent(state.window, match.event.at, value, shape);
        table.touch(entry);
        return verdict(found, match, { reach, within, distinct });
      },
    };
  },
};

interface CountOptions {
  readonly reach: number;
  readonly within: number;
  readonly distinct: string | undefined;
}

/** The parsed output of the schema above; the rule was checked against it when it was loaded. */
function readOptions(parsed: JsonObject): CountOptions {
  const distinct = parsed['distinct'];
  return {
    reach: Number(parsed['reach']),
    within: Number(parsed['within']),
    distinct: typeof distinct === 'string' ? distinct : undefined,
  };
}

function freshState({ event, now }: Match): CountState {
  return { seen: now, newest: event.at, window: emptyWindow() };
}

function verdict(found: Found, match: Match, { reach, within, distinct }: CountOptions): Verdict {
  const reached = distinct === undefined ? found.events : found.different;
  if (reached < reach) return { type: 'absorb', reason: 'window' };
  const occurrence: Occurrence = {
    ...occurrenceOf(match),
    count: found.events,
    first: instant(found.first),
    last: instant(found.last),
    window: millis(within),
    ...(distinct === undefined ? {} : { distinct: found.values().slice(-MOST_LISTED) }),
  };
  return { type: 'raise', occurrence };
}

/** A key is forgotten when nothing that may still come in time could count together with it. */
function countForm({ within, late }: WindowShape): KeyForm<CountState> {
  return {
    due: ({ seen }): Instant => instant(seen + within + late + 1),
    write: ({ seen, newest, window }) => [
      seen,
      newest,
      [...window.times],
      [...window.values],
      window.steps.map(([first, events]) => [first, events]),
      [...window.newestOf],
    ],
    read: (value) => {
      const [seen, newest, times, values, steps, newestOf] = value as WrittenState;
      return {
        seen,
        newest,
        window: { times: [...times], values: [...values], steps: [...steps], newestOf: new Map(newestOf) },
      };
    },
  };
}

type WrittenState = readonly [
  seen: number,
  newest: number,
  times: readonly number[],
  values: readonly string[],
  steps: Window['steps'],
  newestOf: readonly (readonly [string, number])[],
];
