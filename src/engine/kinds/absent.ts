import { z } from 'zod';
import { formatDuration } from '../../kit/duration.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Rule } from '../../model/program.ts';
import { instant, millis, type Instant } from '../../model/time.ts';
import { absorb, never, ruleKind, type KeyEntry, type KeyForm, type KindPorts } from '../kind.ts';
import { matchForm, type MatchForm } from '../match-form.ts';
import { occurrenceOfTimer } from '../occurrence.ts';
import { durationOption } from '../options.ts';

const options = z.strictObject({
  match: matchForm.describe('The line that must keep coming.'),
  for: durationOption.describe(
    'How long it may stay away. Only time counts in which every source of the rule is open and read to its end.',
  ),
});

interface AbsentOptions extends JsonObject {
  readonly match: MatchForm;
  readonly for: number;
}

/** How much time was proven silent so far: while all sources are read to their end it grows with the clock. */
interface Silence {
  /** Proven before `since`. */
  total: number;
  /** Since when it grows; absent: it stands. */
  since: Instant | undefined;
}

interface AbsentState {
  /** What `Silence` was at the last line. */
  from: number;
  /** The clock at the last line, or when the rule began. */
  last: Instant;
  lines: number;
  raised: boolean;
}

/**
 * Raises when no line came for a time in which the sources were proven to be alive, and is over when one
 * comes. Without `key` the time runs from the start; with `key` a key is missed once it was seen.
 */
export const absent = ruleKind<AbsentOptions>({
  kind: 'absent',
  summary: 'Raises when a line stays away although its sources are read to their end; is over when it comes.',
  options,
  clears: true,
  parts: ({ match }) => [{ type: 'lines', path: ['match'], form: match }],
  create({ for: length }, ports, rule) {
    const silence = createSilence(ports);
    const missed = ports.table(missedForm(length, silence, ports, rule));
    const open = (key: readonly string[], now: Instant): KeyEntry<AbsentState> => {
      const from = silence.at(now);
      return missed.open(key, now, () => ({ from, last: now, lines: 0, raised: false }));
    };
    return {
      ungated: [0],
      sources(areAtEnd, now) {
        if (silence.grows(areAtEnd, now)) missed.reschedule();
        if (rule.key.length > 0 || missed.find([]) !== undefined) return;
        missed.touch(open([], now));
      },
      match({ key, now }) {
        const entry = open(key, now);
        const { state } = entry;
        if (state.raised) ports.clear(key, 'the line came again', now);
        entry.state = { from: silence.at(now), last: now, lines: state.lines + 1, raised: false };
        missed.touch(entry);
        return absorb('alive');
      },
    };
  },
});

interface SilenceClock {
  at(now: Instant): number;
  /** When it will have reached `total`. */
  reaches(total: number): Instant;
  /** Lets it grow or stand; false: it did so before. */
  grows(does: boolean, now: Instant): boolean;
}

/** Its row is the oldest of the rule's, so that it is there before others ask it for their time. */
function createSilence(ports: KindPorts): SilenceClock {
  const table = ports.table<Silence>(
    {
      due: () => never,
      write: ({ total, since }) => [total, since ?? null],
      read: (value) => {
        const [total, since] = value as readonly [number, Instant | null];
        return { total, since: since ?? undefined };
      },
    },
    'silence',
  );
  const open = (now: Instant): KeyEntry<Silence> => {
    const known = table.find([]);
    if (known !== undefined) return known;
    const entry = table.open([], now, () => ({ total: 0, since: undefined }));
    table.touch(entry);
    return entry;
  };
  const at = (now: Instant): number => {
    const { total, since } = open(now).state;
    return since === undefined ? total : total + now - since;
  };
  return {
    at,
    reaches(wanted) {
      const { total = 0, since } = table.find([])?.state ?? {};
      return since === undefined ? never : instant(since + wanted - total);
    },
    grows(does, now) {
      const entry = open(now);
      if ((entry.state.since !== undefined) === does) return false;
      entry.state = { total: at(now), since: does ? now : undefined };
      table.touch(entry);
      return true;
    },
  };
}

function missedForm(
  length: number,
  silence: SilenceClock,
  ports: KindPorts,
  rule: Rule,
): KeyForm<AbsentState> {
  const wake = ({ state }: KeyEntry<AbsentState>, now: Instant, key: readonly string[]): void => {
    const text = `no such line for ${formatDuration(millis(length))}`;
    const occurrence = occurrenceOfTimer(rule, key, now, text, { count: state.lines, first: state.last });
    state.raised = ports.fire(key, { ...occurrence, window: millis(length) }, now);
    // Where a context forbade it, the time begins anew.
    state.from = silence.at(now);
  };
  return {
    due: ({ raised, from }) => (raised ? never : silence.reaches(from + length)),
    wake,
    evicted: ({ state }, now, key) => {
      if (state.raised) {
        ports.clear(key, 'its key is no longer watched: there are too many', now);
      }
    },
    write: ({ from, last, lines, raised }) => [from, last, lines, raised],
    read: (value) => {
      const [from, last, lines, raised] = value as readonly [number, Instant, number, boolean];
      return { from, last, lines, raised };
    },
  };
}
