import { describe, expect, test } from 'vitest';
import { eventAt } from '../../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf, sourceAt } from '../../../tests/property/kinds-samples.ts';

const minute = 60_000;
const rule = {
  id: 'burst',
  match: 'ERROR',
  rate: { factor: 3, over: '10m', against: '2h', least: 4 },
  alert: {},
};
const errorsAt = (from: number, count: number, apart = 1000) =>
  Array.from({ length: count }, (_, index) => eventAt(from + index * apart, 'ERROR'));

const engineOf = () => {
  const engine = engineFrom([rule]);
  engine.step(sourceAt(1));
  return engine;
};

describe('rate', () => {
  test('raises when there are several times as many lines as usual', () => {
    const engine = engineOf();
    // Two in ten minutes, as usual; so six are three times as many.
    for (let time = 1; time <= 160; time += 5) {
      expect(errorsAt(time * minute, 1).flatMap((input) => engine.step(input))).toEqual([]);
    }
    const raises = errorsAt(170 * minute + 1, 6).flatMap((input) => raisesOf(engine.step(input)));
    expect(raises.map(({ occurrence }) => occurrence.count)).toEqual([6]);
    expect(raises[0]).toMatchObject({ quiet: 10 * minute, occurrence: { window: 10 * minute } });
  });

  test('says nothing while it learns, nor below its least', () => {
    const engine = engineOf();
    expect(errorsAt(minute, 50).flatMap((input) => engine.step(input))).toEqual([]);
    expect(engine.counters()[0]).toMatchObject({ absorbed: { learning: 50 } });
    expect(errorsAt(400 * minute, 3).flatMap((input) => engine.step(input))).toEqual([]);
    expect(errorsAt(400 * minute + 3000, 1).flatMap((input) => engine.step(input))).toHaveLength(1);
  });

  test('what was unusual becomes usual', () => {
    const engine = engineOf();
    for (const input of errorsAt(minute, 120, minute)) engine.step(input);
    // Ten in ten minutes are usual now.
    expect(errorsAt(130 * minute, 29, 10_000).flatMap((input) => engine.step(input))).toEqual([]);
  });

  test('takes bounded room', () => {
    const engine = engineOf();
    for (const input of errorsAt(minute, 3000, 5000)) engine.step(input);
    expect(JSON.stringify(engine.changes()).length).toBeLessThan(4000);
  });
});
