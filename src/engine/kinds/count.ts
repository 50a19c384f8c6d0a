import { z } from 'zod';
import type { Occurrence } from '../../model/alert.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { instant, millis, type Instant } from '../../model/time.ts';
import { absorb, ruleKind, type KeyForm, type Match, type Verdict } from '../kind.ts';
import { ownText } from '../occurrence.ts';
import { durationOption } from '../options.ts';
import {
  addEvent,
  emptyWindow,
  isLate,
  readWindow,
  writeWindow,
  type Found,
  type Window,
  type WindowShape,
} from './window.ts';

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

interface CountOptions extends JsonObject {
  readonly reach: number;
  readonly within: number;
  readonly distinct?: string | undefined;
}

interface CountState extends Window {
  /** The machine's clock at the last match. */
  seen: number;
}

/**
 * Raises at every match while a window of `within` that holds it has `reach` matches (or different
 * values). Time is the events' own; disorder up to `late` is put right, what is later is absorbed.
 */
export const count = ruleKind<CountOptions>({
  kind: 'count',
  summary: 'Raises when enough matching lines, or lines with enough different values, come within a window.',
  options,
  quiet: ({ within }) => millis(within),
  create(chosen, ports) {
    const { reach, within, distinct } = chosen;
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
        if (value === undefined) return absorb('unkeyed');
        const entry = table.open(match.key, match.now, () => freshState(match.now, shape));
        const { state } = entry;
        if (isLate(state, match.at, shape)) return absorb('late');
        state.seen = match.now;
        const found = addEvent(state, match.at, ownText(value), shape);
        table.touch(entry);
        return verdict(found, match, chosen);
      },
    };
  },
});

function freshState(now: Instant, shape: WindowShape): CountState {
  const { times, steps, values, newestOf } = emptyWindow(shape.distinct);
  // Written out, not spread: objects of one form are smaller, and there can be a million.
  return { seen: now, times, steps, values, newestOf };
}

function verdict(found: Found, match: Match, { reach, within, distinct }: CountOptions): Verdict {
  const reached = distinct === undefined ? found.events : found.different;
  if (reached < reach) return absorb('window');
  const occurrence: Occurrence = {
    ...match.occurrence(),
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
    due: ({ seen }) => instant(seen + within + late + 1),
    onlyLater: true,
    write: (state) => [state.seen, writeWindow(state)],
    read: (value) => {
      const [seen, window] = value as readonly [number, Json];
      const { times, steps, values, newestOf } = readWindow(window);
      return { seen, times, steps, values, newestOf };
    },
  };
}
