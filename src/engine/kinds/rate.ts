import { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.ts';
import { instant, millis, type Instant } from '../../model/time.ts';
import { absorb, ruleKind, type KeyForm } from '../kind.ts';
import { durationOption } from '../options.ts';
import { createSchooling } from './schooling.ts';
import {
  addEvent,
  emptyWindow,
  isLate,
  readWindow,
  writeWindow,
  type Window,
  type WindowShape,
} from './window.ts';

/** Most stretches of `over` that `against` may have. */
const MOST_STRETCHES = 1000;
/** Events of the newest window that are held one by one. */
const MOST_HELD = 64;

const options = z.strictObject({
  factor: z.number().min(1).max(1000).describe('How many times as much as usual raises: 5.'),
  over: durationOption.describe('The sliding window in which lines are counted: 10m.'),
  against: durationOption.describe(
    'How far back the usual is taken from, 2 to 1000 times `over`: 24h. For this long the rule learns first.',
  ),
  least: z.number().int().min(1).max(1_000_000).describe('Fewer lines than this never raise: 20.'),
});

interface RateOptions extends JsonObject {
  readonly factor: number;
  readonly over: number;
  readonly against: number;
  readonly least: number;
}

interface RateState {
  /** The machine's clock at the last match. */
  seen: number;
  readonly window: Window;
  /** Lines in each stretch of `over` since the epoch that has any, oldest first. */
  stretches: Map<number, number>;
}

/**
 * Raises at every match while the window of `over` that holds it has at least `least` matches and
 * `factor` times as many as the usual: the mean of the whole stretches of `over`, counted from the epoch,
 * that `against` before the window has.
 */
export const rate = ruleKind<RateOptions>({
  kind: 'rate',
  summary: 'Raises when lines come several times as often as they usually do.',
  options,
  quiet: ({ over }) => millis(over),
  check({ over, against }) {
    const stretches = Math.floor(against / over);
    if (stretches >= 2 && stretches <= MOST_STRETCHES) return [];
    return [{ path: ['against'], message: `must be 2 to ${MOST_STRETCHES} times as long as "over"` }];
  },
  create({ factor, over, against, least }, ports) {
    const count = Math.floor(against / over);
    const shape: WindowShape = { within: over, late: ports.late, keep: MOST_HELD, distinct: false };
    const schooling = createSchooling(millis(count * over), ports);
    const table = ports.table(rateForm(count, shape));
    return {
      sources: (_, now) => schooling.begin(now),
      match(match) {
        const { at, now } = match;
        const entry = table.open(match.key, now, () => freshState(now));
        const { state } = entry;
        if (isLate(state.window, at, shape)) return absorb('late');
        state.seen = now;
        const found = addEvent(state.window, at, '', shape);
        countStretch(state, at, count, shape);
        table.touch(entry);
        if (schooling.isOn(now)) return absorb('learning');
        const usual = usualBefore(state, found.last, count, over);
        if (found.events < least || found.events < factor * usual) return absorb('usual');
        const occurrence = match.occurrence({
          count: found.events,
          first: instant(found.first),
          last: instant(found.last),
          window: millis(over),
        });
        return { type: 'raise', occurrence };
      },
    };
  },
});

const freshState = (now: Instant): RateState => ({
  seen: now,
  window: emptyWindow(false),
  stretches: new Map(),
});

function countStretch(state: RateState, at: number, count: number, { within, late }: WindowShape): void {
  const stretch = Math.floor(at / within);
  const { stretches } = state;
  const isNew = !stretches.has(stretch);
  stretches.set(stretch, (stretches.get(stretch) ?? 0) + 1);
  if (!isNew) return;
  const newest = Math.floor((state.window.times.at(-1) ?? at) / within);
  const oldest = newest - count - 2 - Math.ceil(late / within);
  state.stretches = new Map(
    [...stretches].filter(([place]) => place >= oldest).toSorted(([a], [b]) => a - b),
  );
}

/** The mean of the `count` stretches that lie wholly before the window of `over` that ends at `last`. */
function usualBefore({ stretches }: RateState, last: number, count: number, over: number): number {
  // The window touches the stretch of its last match and the one before.
  const end = Math.floor(last / over) - 1;
  let lines = 0;
  for (const [stretch, some] of stretches) if (stretch < end && stretch >= end - count) lines += some;
  return lines / count;
}

/** A key is forgotten when it has nothing left that could be usual. */
function rateForm(count: number, shape: WindowShape): KeyForm<RateState> {
  const kept = (count + 2) * shape.within + shape.late + 1;
  return {
    due: ({ seen }) => instant(seen + kept),
    write: ({ seen, window, stretches }) => [seen, writeWindow(window), [...stretches]],
    read: (value) => {
      const [seen, window, stretches] = value as WrittenState;
      return { seen, window: readWindow(window), stretches: new Map(stretches) };
    },
  };
}

type WrittenState = readonly [
  seen: number,
  window: Json,
  stretches: readonly (readonly [stretch: number, lines: number])[],
];
