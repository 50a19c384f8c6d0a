import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scannerFor } from '../../src/daemon/intake.ts';
import { mergeStreams } from '../../src/trial/merge.ts';
import { openHistory } from '../../src/trial/history.ts';
import { createHistoryParser } from '../../src/trial/stamps.ts';
import { survey } from '../../src/trial/survey.ts';
import { size } from '../size.ts';
import { configOf, folder, logsOf, match, present, stamp, writeLog } from './backtest-world.ts';

const day = 86_400_000;
const cases = size('BACKTEST_CASES', 40, 1000);
const everyLine = "rules: [{ id: every, match: 'n=(?<n>\\d+)', key: [n], alert: {} }]\n";

type Naming = 'numbers' | 'packed' | 'dates';

const nameOf = (naming: Naming, age: number, changedAt: number): string => {
  if (age === 0) return 'app.log';
  if (naming === 'dates') {
    const date = new Date(changedAt).toISOString().slice(0, 10).replaceAll('-', '');
    return age > 2 ? `app.log-${date}.gz` : `app.log-${date}`;
  }
  return naming === 'packed' ? `app.log.${age}.gz` : `app.log.${age}`;
};

/** Lengths of time between lines: mostly short, now and then months, as logs of quiet machines have it. */
const gaps = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: 0, max: 6 * 3_600_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 50 * day }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 200 * day }) },
  ),
  { minLength: 2, maxLength: 40 },
);

/**
 * One file whose first and last line have nearly the same date, years apart: nothing of what is looked at
 * beforehand tells that from a short one. (The first gap lies before the first line.)
 */
const endsWhereItBegan = ([, ...lengths]: readonly number[]): boolean => {
  const span = lengths.reduce((sum, gap) => sum + gap, 0);
  const years = Math.round(span / (365.25 * day));
  return years > 0 && Math.abs(span - years * 365.25 * day) < 50 * day;
};

test(
  'every line of a rotated set gets the year in which it was written',
  async () => {
    const home = folder();
    const config = await configOf(everyLine, home.path('rules.yaml'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(gaps, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 800 * day }),
        fc.constantFrom<Naming>('numbers', 'packed', 'dates'),
        fc.boolean(),
        async (files, ago, naming, areCopied) => {
          fc.pre(!files.some(endsWhereItBegan));
          const { path, remove } = folder();
          try {
            const total = files.flat().reduce((sum, gap) => sum + gap, 0);
            let time = present - ago - total - files.length * day;
            const truth: number[] = [];
            files.forEach((lengths, index) => {
              const lines = lengths.map((length) => {
                time += length;
                truth.push(Math.floor(time / 1000) * 1000);
                return `${stamp(time)} web1 app[7]: n=${truth.length - 1}\n`;
              });
              const age = files.length - 1 - index;
              // A rotation is a day apart from the next at least, or their dates would be the same name.
              time += day;
              // Of copied files the newest still tells when it was last written: only their order is left.
              const changedAt = areCopied && age > 0 ? present : time - day;
              writeLog(path(nameOf(naming, age, time - day)), lines.join(''), changedAt);
            });
            expect(await datesIn(path('app.log'), config)).toEqual(truth);
          } finally {
            remove();
          }
        },
      ),
      { numRuns: cases },
    );
    home.remove();
  },
  60_000 + cases * 3_000,
);

/** When each line was written, in their order. */
async function datesIn(
  log: string,
  config: Awaited<ReturnType<typeof configOf>>,
): Promise<readonly number[]> {
  const found: number[] = [];
  for (const { set, source, records } of await logsOf([['app', log]])) {
    const parser = createHistoryParser('auto', 'UTC', present);
    const stream = openHistory(set, {
      source: source.name,
      scanner: scannerFor(source, config.program, match),
      parser,
      ports: match,
      records,
      maxLine: 65_536,
      byteRules: new Set(),
      spans: await survey(set, parser.stamp, present),
      failed: (path, why) => {
        throw new Error(`${path}: ${why}`);
      },
    });
    await mergeStreams([stream], {
      begins: () => undefined,
      ends: () => undefined,
      passes: () => undefined,
      pause: () => false,
      step: ({ event }) => void (found[Number(/n=(\d+)/.exec(event.line)?.[1])] = event.at),
    });
  }
  return found;
}
