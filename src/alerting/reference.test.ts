import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attemptsOf,
  channelOf,
  clearAt,
  raiseAt,
  rulesOf,
  settledAt,
  startedAt,
  tickAt,
} from '../../tests/property/alerting-samples.ts';
import { createAlerting, type Alerting } from './alerting.ts';
import type { AlertingInput, AlertingOutput } from './contract.ts';

const rules = rulesOf({ channels: [channelOf('chat', { resolved: true, concurrency: 9 })] });

const earlierIn = (outputs: readonly AlertingOutput[]): readonly (string | undefined)[] =>
  outputs.flatMap((output) => (output.type === 'attempt' ? [output.earlier] : []));

/** The same machine, written down and read again. */
function restored(alerting: Alerting): Alerting {
  const again = createAlerting(rules);
  again.restore(JSON.parse(JSON.stringify(alerting.changes())));
  return again;
}

/** Raises one alert and settles its first message; then ends it. */
function life(references: readonly (string | undefined)[], between: (alerting: Alerting) => Alerting) {
  let alerting = createAlerting(rules);
  const raised = alerting.step(raiseAt(0, { clears: true }));
  let [attempt] = attemptsOf(raised);
  const parts = Math.max(1, references.length);
  const seen = [...earlierIn(raised)];
  for (const reference of references) {
    if (attempt === undefined) break;
    const sent = { type: 'sent' as const, ...(reference === undefined ? {} : { reference }) };
    const outputs = alerting.step(settledAt(1, attempt, sent, parts));
    [attempt] = attemptsOf(outputs);
    seen.push(...earlierIn(outputs));
  }
  alerting = between(alerting);
  return [...seen, ...earlierIn(alerting.step(clearAt(10)))];
}

describe('the reference of a channel to its first message', () => {
  it('is given to what follows about the same alert', () => {
    expect(life(['C1/17.3'], (same) => same)).toEqual([undefined, 'C1/17.3']);
  });

  it('is that of the first part, for the other parts too', () => {
    expect(life(['one', 'two', 'three'], (same) => same)).toEqual([undefined, 'one', 'one', 'one']);
  });

  it('is not kept when it is empty or longer than 200 bytes', () => {
    for (const reference of ['', 'x'.repeat(201), 'ü'.repeat(101)]) {
      expect(life([reference], (same) => same)).toEqual([undefined, undefined]);
    }
    expect(life(['x'.repeat(200)], (same) => same)[1]).toHaveLength(200);
  });

  it('does not pass to the next alert of the same rule and key', () => {
    const alerting = createAlerting(rules);
    const steps: AlertingInput[] = [raiseAt(0, { clears: true })];
    const [first] = attemptsOf(alerting.step(steps[0] ?? expect.fail()));
    alerting.step(settledAt(1, first ?? expect.fail(), { type: 'sent', reference: 'one' }));
    const [end] = attemptsOf(alerting.step(clearAt(2)));
    alerting.step(settledAt(3, end ?? expect.fail(), { type: 'sent', reference: 'two' }));
    expect(earlierIn(alerting.step(raiseAt(10, { clears: true })))).toEqual([undefined]);
  });

  it('is the same after a restart, wherever that comes', () => {
    const reference = fc.option(fc.string({ unit: 'grapheme', maxLength: 250 }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(reference, { maxLength: 4 }), (references) => {
        expect(life(references, restored)).toEqual(life(references, (same) => same));
      }),
    );
  });

  it('goes with the repeat of an attempt that a crash cut off', () => {
    const alerting = createAlerting(rules);
    const [first] = attemptsOf(alerting.step(raiseAt(0, { clears: true })));
    alerting.step(settledAt(1, first ?? expect.fail(), { type: 'sent', reference: 'one' }));
    expect(earlierIn(alerting.step(clearAt(2)))).toEqual(['one']);
    const again = restored(alerting);
    const outputs = [...again.step(startedAt(3)), ...again.step(tickAt(4))];
    expect(earlierIn(outputs)).toEqual(['one']);
  });
});
