import { z } from 'zod';
import type { JsonObject } from '../../model/json.ts';
import { after, instant, millis, type Instant } from '../../model/time.ts';
import { absorb, ruleKind, type KeyForm } from '../kind.ts';
import { durationOption } from '../options.ts';
import { createSchooling } from './schooling.ts';

const options = z.strictObject({
  remember: durationOption.describe('How long a value stays known after it was last seen: 90d.'),
  learn: durationOption
    .optional()
    .describe('How long the rule only learns what is usual, and reports nothing: 7d. Default: not at all.'),
});

interface FirstOptions extends JsonObject {
  readonly remember: number;
  readonly learn?: number | undefined;
}

/** Raises for every key that was not seen in the last `remember`, by the clock. */
export const first = ruleKind<FirstOptions>({
  kind: 'first',
  summary: 'Raises when the values of `key` are seen for the first time, or again after a long time.',
  options,
  check: (_, key) =>
    key.length > 0
      ? []
      : [{ path: [], message: 'needs a "key": the fields whose values are seen for the first time' }],
  create({ remember, learn = 0 }, ports) {
    const schooling = createSchooling(millis(learn), ports);
    const known = ports.table(knownForm);
    return {
      sources: (_, now) => schooling.begin(now),
      match(match) {
        const { key, now, reached } = match;
        const isKnown = known.find(key) !== undefined;
        const entry = known.open(key, now, () => ({ until: now }));
        entry.state.until = after(reached, millis(remember));
        known.touch(entry);
        if (schooling.isOn(now)) return absorb('learning');
        return isKnown ? absorb('known') : { type: 'raise', occurrence: match.occurrence() };
      },
    };
  },
});

const knownForm: KeyForm<{ until: Instant }> = {
  due: ({ until }) => until,
  write: ({ until }) => until,
  read: (value) => ({ until: instant(Number(value)) }),
};
