import { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.ts';
import { instant, millis } from '../../model/time.ts';
import { absorb, ruleKind, type KeyForm, type Match } from '../kind.ts';
import { keptFields } from '../occurrence.ts';
import { durationOption, memberOptions, partOfMember, type MemberForm } from '../options.ts';
import {
  addMark,
  emptyTrail,
  isTooLate,
  readTrail,
  writeTrail,
  type Completed,
  type Trail,
  type TrailShape,
} from './chain.ts';

const times = z
  .number()
  .int()
  .min(1)
  .max(100)
  .default(1)
  .describe('How many lines (or raises) this step takes. Default: 1.');

const options = z.strictObject({
  within: durationOption.describe('The most time from the first line to the last: 10m.'),
  steps: z
    .array(memberOptions({ times }))
    .min(2)
    .max(10)
    .describe('What must come, in this order; other lines may come between.'),
});

interface SequenceOptions extends JsonObject {
  readonly within: number;
  readonly steps: readonly (MemberForm & { readonly times: number })[];
}

interface SequenceState {
  /** The machine's clock at the last match. */
  seen: number;
  readonly trail: Trail;
}

/**
 * Raises at every last step that has all steps before it, in order, within a time that is measured by the
 * lines' own times. A line that comes late is put in its place, and may complete what was there already.
 */
export const sequence = ruleKind<SequenceOptions>({
  kind: 'sequence',
  summary: 'Raises when lines come one after the other, in order, within a time.',
  options,
  quiet: ({ within }) => millis(within),
  parts: ({ steps }) => steps.map((step, index) => partOfMember(step, ['steps', index])),
  create({ within, steps }, ports) {
    const letters = steps.flatMap((step, index) => Array.from({ length: step.times }, () => index));
    const shape: TrailShape = { letters, within, late: ports.late };
    const table = ports.table(sequenceForm(shape));
    return {
      match(match) {
        const { parts, at, key, now } = match;
        // Nothing begins with a later step: keys that only have those need no state.
        const entry =
          parts.includes(0) || shape.late > 0
            ? table.open(key, now, () => ({ seen: now, trail: emptyTrail() }))
            : table.find(key);
        if (entry === undefined) return absorb('step');
        const { state } = entry;
        if (isTooLate(state.trail, at, shape)) return absorb('late');
        state.seen = now;
        const mark = { at, steps: parts, groups: keptFields(match.groups()), done: false };
        const completed = addMark(state.trail, mark, shape);
        table.touch(entry);
        if (completed === undefined) return absorb('step');
        return { type: 'raise', occurrence: occurrenceOf(completed, match, shape) };
      },
    };
  },
});

const occurrenceOf = ({ start, end, groups }: Completed, match: Match, { letters, within }: TrailShape) =>
  match.occurrence({
    count: letters.length,
    first: instant(start),
    last: instant(end),
    window: millis(within),
    fields: groups,
  });

/** A key is forgotten when nothing that may still come in time could follow what it has. */
function sequenceForm(shape: TrailShape): KeyForm<SequenceState> {
  return {
    due: ({ seen }) => instant(seen + shape.within + shape.late + 1),
    write: ({ seen, trail }) => [seen, writeTrail(trail)],
    read: (value) => {
      const [seen, trail] = value as readonly [number, Json];
      return { seen, trail: readTrail(trail, shape) };
    },
  };
}
