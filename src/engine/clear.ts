import type { AlertAction } from '../model/program.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import { formatDuration } from '../kit/duration.ts';
import type { KeyForm, KeyTable } from './kind.ts';

/** When the key last raised, and the newest matches since then, at most `below` of them. */
export interface ClearState {
  raisedAt: number;
  readonly matches: number[];
}

export type ClearCondition = NonNullable<AlertAction['clear']>;

/** Says that a key's alert is over; `why` is a sentence. */
export type OnClear = (key: readonly string[], why: string, now: Instant) => void;

/**
 * Keys that raised are watched until fewer than `below` matches came in the last `within`, by the
 * machine's clock. The alert stays open for `within` after its last raise in any case: a rule that still
 * raises is not over, however seldom it does.
 */
export function clearForm({ below, within }: ClearCondition, onClear: OnClear): KeyForm<ClearState> {
  return {
    due: ({ raisedAt, matches }) => {
      const newest = matches.length < below ? undefined : matches[matches.length - below];
      return instant(Math.max(raisedAt, newest ?? raisedAt) + within);
    },
    wake: (_, now, key) => onClear(key, clearedBy({ below, within }), now),
    evicted: (_, now, key) => onClear(key, 'its key is no longer watched: there are too many', now),
    write: ({ raisedAt, matches }) => [raisedAt, [...matches]],
    read: (value) => {
      const [raisedAt, matches] = value as readonly [number, readonly number[]];
      return { raisedAt, matches: [...matches] };
    },
  };
}

/** Takes a match into account; `raises` begins the watch. */
export function watchMatch(
  table: KeyTable<ClearState>,
  { below }: ClearCondition,
  key: readonly string[],
  now: Instant,
  raises: boolean,
): void {
  const entry = raises ? table.open(key, now, () => ({ raisedAt: now, matches: [] })) : table.find(key);
  if (entry === undefined) return;
  const { state } = entry;
  const at = instant(Math.max(now, state.matches.at(-1) ?? now));
  if (raises) state.raisedAt = at;
  state.matches.push(at);
  if (state.matches.length > below) state.matches.shift();
  table.touch(entry);
}

const clearedBy = ({ below, within }: { below: number; within: Millis }): string =>
  below === 1
    ? `no match for ${formatDuration(within)}`
    : `fewer than ${below} matches in the last ${formatDuration(within)}`;
