import { z } from 'zod';
import type { Occurrence } from '../../model/alert.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import { after, instant, latest, millis, type Instant } from '../../model/time.ts';
import {
  absorb,
  never,
  ruleKind,
  type KeyEntry,
  type KeyForm,
  type KindPorts,
  type Match,
  type Verdict,
} from '../kind.ts';
import { matchForm, type MatchForm } from '../match-form.ts';
import { keptOccurrence, readOccurrence, writeOccurrence } from '../occurrence.ts';
import { durationOption } from '../options.ts';

const options = z.strictObject({
  match: matchForm.describe('The line that must come.'),
  within: durationOption.describe('How long after the first line it may take, by the clock: 2h.'),
});

interface ExpectOptions extends JsonObject {
  readonly match: MatchForm;
  readonly within: number;
}

/** A wait that began: at the line's own time, and when it is over by the clock. */
interface Wait {
  readonly at: Instant;
  readonly due: Instant;
  readonly occurrence: Occurrence;
}

interface ExpectState {
  /** By `due`, the earliest first. */
  waits: readonly Wait[];
  /** The own time of the newest line that waited in vain: a line that comes after all ends the alert. */
  raised: Instant | undefined;
}

/** The newest line that ended waits, remembered for beginnings that come late. */
interface EndState {
  at: Instant;
  until: Instant;
}

/** Waits of one key at the same time; further beginnings join the last one. */
const MOST_WAITS = 8;

/**
 * A line begins a wait, another ends all waits that began before it. A wait that lasts longer than
 * `within` by the clock raises; if its end comes after that (late in truth, or only read late), the alert
 * is over.
 */
export const expect = ruleKind<ExpectOptions>({
  kind: 'expect',
  summary: 'Raises when a line is not followed by another one in time; is over when that one comes.',
  options,
  clears: true,
  parts: ({ match }) => [{ type: 'own' }, { type: 'lines', path: ['match'], form: match }],
  create({ within }, ports) {
    const waiting = ports.table(waitForm(within, ports));
    const ends = ports.table(endForm, 'end');

    const begin = ({ key, at, now, reached, occurrence }: Match): Verdict => {
      const end = ends.find(key)?.state;
      if (end !== undefined && at < end.at) return absorb('expected');
      const entry = waiting.open(key, now, () => ({ waits: [], raised: undefined }));
      const { state } = entry;
      if (state.waits.length < MOST_WAITS) {
        const due = after(reached, millis(within));
        state.waits = [...state.waits, { at, due, occurrence: keptOccurrence(occurrence()) }];
        waiting.touch(entry);
      }
      return absorb('waiting');
    };

    const finish = ({ key, at, now, reached }: Match): void => {
      const end = ends.open(key, now, () => ({ at, until: now }));
      end.state.at = instant(Math.max(end.state.at, at));
      end.state.until = latest(end.state.until, after(reached, millis(ports.late + 1)));
      ends.touch(end);
      const entry = waiting.find(key);
      if (entry === undefined) return;
      const { state } = entry;
      state.waits = state.waits.filter((wait) => wait.at > at);
      if (state.raised !== undefined && state.raised <= at) {
        ports.clear(key, 'what was expected came after all', now);
        state.raised = undefined;
      }
      if (state.waits.length === 0 && state.raised === undefined) waiting.drop(entry);
      else waiting.touch(entry);
    };

    return {
      ungated: [1],
      match(match) {
        // A line that is both ends what was before it and begins anew.
        if (match.parts.includes(1)) finish(match);
        return match.parts.includes(0) ? begin(match) : absorb('expected');
      },
    };
  },
});

function waitForm(within: number, ports: KindPorts): KeyForm<ExpectState> {
  const wake = ({ state }: KeyEntry<ExpectState>, now: Instant, key: readonly string[]): void => {
    for (const { at, due, occurrence } of state.waits) {
      if (due > now) break;
      const told = ports.fire(key, { ...occurrence, window: millis(within) }, now);
      if (told) state.raised = latest(at, state.raised ?? at);
    }
    state.waits = state.waits.filter(({ due }) => due > now);
  };
  return {
    due: ({ waits, raised }) => waits[0]?.due ?? (raised === undefined ? instant(0) : never),
    wake,
    evicted: ({ state }, now, key) => {
      if (state.raised !== undefined) {
        ports.clear(key, 'its key is no longer watched: there are too many', now);
      }
    },
    write: ({ waits, raised }) => [
      waits.map(({ at, due, occurrence }) => [at, due, writeOccurrence(occurrence)]),
      raised ?? null,
    ],
    read: (value) => {
      const [waits, raised] = value as WrittenState;
      return {
        waits: waits.map(([at, due, occurrence]) => ({ at, due, occurrence: readOccurrence(occurrence) })),
        raised: raised ?? undefined,
      };
    },
  };
}

type WrittenState = readonly [
  waits: readonly (readonly [at: Instant, due: Instant, occurrence: Json])[],
  raised: Instant | null,
];

const endForm: KeyForm<EndState> = {
  due: ({ until }) => until,
  write: ({ at, until }) => [at, until],
  read: (value) => {
    const [at, until] = value as readonly [Instant, Instant];
    return { at, until };
  },
};
