import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { RunWhole } from './actions/run.ts';
import { nextMinute, fits } from './calendar-time.ts';
import type { Clock } from './clock.ts';
import type { LocalTime, SecPlace } from './contract.ts';
import { asksPerl, type Evaluate } from './expression.ts';
import type { SecProgram, SecRule } from './program.ts';
import { createRowTracker } from './row-tracker.ts';

/** The Calendar rules. */
export interface Calendar {
  /** Runs the lists of rules whose time it is. */
  check(): void;
  /** What lies before this second is not made up for. */
  skip(before: number): void;
  /** Something happened that may have made a context true. */
  stir(): void;
  /** The second from `from` on at which a rule could fire; undefined: not in the next days, look again then. */
  next(from: number): number | undefined;
  changes(): Row[];
  restore(rows: readonly CalendarRow[]): void;
  clear(): void;
}

export interface CalendarRow {
  readonly key: string;
  readonly value: Json;
}

export interface CalendarPorts {
  readonly clock: Clock;
  readonly evaluate: Evaluate;
  readonly localTime: (second: number) => LocalTime;
  readonly run: RunWhole;
}

interface Entry {
  readonly rule: Extract<SecRule, { type: 'Calendar' }>;
  readonly place: SecPlace;
  /** Its context can become true at any time. */
  readonly restless: boolean;
  /** The minute since the epoch in which it last fired. */
  fired: number | undefined;
  /** From which minute on the next one was looked for, and what was found. */
  found: { readonly from: number; readonly minute: number } | undefined;
}

const PREFIX = 'calendar/';

export function createCalendar(program: SecProgram, ports: CalendarPorts): Calendar {
  const { clock, evaluate, run } = ports;
  const localTime = remembering(ports.localTime);
  const entries = program.files.flatMap(({ name, rules }) =>
    rules.flatMap((rule, index) => (rule.type === 'Calendar' ? [createEntry(rule, name, index)] : [])),
  );
  let stirred = true;
  let begins = 0;
  /** The minute of the last look at all rules. */
  let looked: number | undefined;
  const tracker = createRowTracker<Entry>({
    key: keyOf,
    hash: ({ rule }) => rule.hash,
    value: ({ fired, rule }) => [fired ?? null, rule.hash],
  });

  const minuteOf = (second: number): number => Math.floor(second / 60);

  const isTime = ({ rule, fired }: Entry, second: number): boolean =>
    second >= begins && fired !== minuteOf(second) && fits(rule.time, second, localTime);

  const consider = (entry: Entry): void => {
    const { rule, place } = entry;
    if (!isTime(entry, clock.now)) return;
    if (rule.context !== undefined && !evaluate(rule.context.expression, {}, place)) return;
    entry.fired = minuteOf(clock.now);
    tracker.touch(entry);
    run({ actions: rule.action, scene: { place, desc: rule.desc, bindings: {} } });
  };

  /** The first minute after `minute` that the rule's time names. */
  const after = (entry: Entry, minute: number): number => {
    const { found } = entry;
    if (found !== undefined && found.from <= minute && minute < found.minute) return found.minute;
    const next = nextMinute(entry.rule.time, minute + 1, localTime);
    entry.found = { from: minute, minute: next };
    return next;
  };

  const nextOf = (entry: Entry, from: number): number => {
    const minute = minuteOf(from);
    const settled = looked === minute && !stirred && !entry.restless;
    if (!settled && isTime(entry, from)) return from;
    return after(entry, minute) * 60;
  };

  return {
    check() {
      stirred = false;
      looked = minuteOf(clock.now);
      for (const entry of entries) consider(entry);
    },
    skip(before) {
      begins = before;
    },
    stir() {
      stirred = true;
    },
    next(from) {
      if (entries.length === 0) return undefined;
      return Math.min(...entries.map((entry) => nextOf(entry, from)));
    },
    changes: tracker.changes,
    restore(rows) {
      for (const { key, value } of rows) {
        const [fired, hash] = value as readonly [number | null, string];
        const entry = entries.find((one) => keyOf(one) === key && one.rule.hash === hash);
        if (entry === undefined) continue;
        entry.fired = fired ?? undefined;
        tracker.restored(entry);
      }
    },
    clear() {
      for (const entry of entries) {
        tracker.forget(entry);
        entry.fired = undefined;
      }
      stirred = true;
    },
  };
}

/** All rules ask for the same second, again and again while lines come. */
function remembering(localTime: CalendarPorts['localTime']): CalendarPorts['localTime'] {
  let at: number | undefined;
  let local: LocalTime | undefined;
  return (second) => {
    if (local === undefined || at !== second) local = localTime(second);
    at = second;
    return local;
  };
}

const keyOf = ({ place }: Entry): string => `${PREFIX}${place.rule}/${place.file}`;

const createEntry = (rule: Entry['rule'], file: string, index: number): Entry => ({
  rule,
  place: { file, rule: index, line: rule.line },
  restless: rule.context !== undefined && asksPerl(rule.context.expression),
  fired: undefined,
  found: undefined,
});
