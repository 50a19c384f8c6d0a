import { z } from 'zod';
import type { Draft } from '../../kit/draft.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { instant, millis } from '../../model/time.ts';
import { absorb, ruleKind, type KeyForm, type Known, type Match, type Verdict } from '../kind.ts';
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
  once: z
    .boolean()
    .optional()
    .describe(
      'true: after a raise nothing counts until the window that was full is over; then counting begins anew.',
    ),
});

interface CountOptions extends JsonObject {
  readonly reach: number;
  readonly within: number;
  readonly distinct?: string | undefined;
  readonly once?: boolean | undefined;
}

interface CountState extends Window {
  /**
   * How far the machine's clock at the last match was past the newest time held: a small number is no object
   * of its own, as an instant would be.
   */
  lag: number;
  /** With `once`: the window that raised lasts until then. */
  until: number | undefined;
}

/**
 * Raises at every match while a window of `within` that holds it has `reach` matches (or different
 * values). Time is the events' own; disorder up to `late` is put right, what is later is absorbed.
 */
export const count = ruleKind<CountOptions>({
  kind: 'count',
  summary: 'Raises when enough matching lines, or lines with enough different values, come within a window.',
  options,
  quiet: ({ within, once }) => millis(once === true ? 0 : within),
  create(chosen, ports) {
    const { reach, within, distinct, once } = chosen;
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
        const entry = table.open(match.key, match.now, () => freshState(shape));
        const { state } = entry;
        if (isLate(state, match.at, shape) || isLateOnce(state, match.at, shape)) return absorb('late');
        const isOver = state.until === undefined || match.at > state.until;
        const found = isOver ? addEvent(state, match.at, ownText(value), shape) : undefined;
        const outcome = found === undefined ? absorb('window') : verdict(found, match, chosen);
        if (once === true && found !== undefined && outcome.type === 'raise') {
          state.until = found.first + within;
          Object.assign(state, emptyWindow(shape.distinct));
        }
        state.lag = match.now - newest(state);
        table.touch(entry);
        return outcome;
      },
    };
  },
});

function freshState(shape: WindowShape): CountState {
  const { times, steps, values, newestOf } = emptyWindow(shape.distinct);
  // Written out, not spread: objects of one form are smaller, and there can be a million.
  return { lag: 0, until: undefined, times, steps, values, newestOf };
}

/** Whether an event is too late for the window that raised, whose own events are not held any more. */
const isLateOnce = ({ until }: CountState, at: number, { within, late }: WindowShape): boolean =>
  until !== undefined && at < until - within - late;

/** The newest time that is held. */
const newest = ({ times, until }: CountState): number => times[times.length - 1] ?? until ?? 0;

/** The machine's clock at the last match. */
const seenAt = (state: CountState): number => newest(state) + state.lag;

function verdict(found: Found, match: Match, { reach, within, distinct }: CountOptions): Verdict {
  const reached = distinct === undefined ? found.events : found.different;
  if (reached < reach) return absorb('window');
  const known: Draft<Known> = {
    count: found.events,
    first: instant(found.first),
    last: instant(found.last),
    window: millis(within),
  };
  if (distinct !== undefined) known.distinct = found.values().slice(-MOST_LISTED);
  return { type: 'raise', occurrence: match.occurrence(known) };
}

/** A key is forgotten when nothing that may still come in time could count together with it. */
function countForm({ within, late }: WindowShape): KeyForm<CountState> {
  return {
    due: (state) => instant(seenAt(state) + within + late + 1),
    onlyLater: true,
    write: (state) => {
      const written = [seenAt(state), writeWindow(state)];
      if (state.until !== undefined) written.push(state.until);
      return written;
    },
    read: (value) => {
      const [seen, window, until] = value as readonly [number, Json, number?];
      const { times, steps, values, newestOf } = readWindow(window);
      const state: CountState = { lag: 0, until, times, steps, values, newestOf };
      state.lag = seen - newest(state);
      return state;
    },
  };
}
