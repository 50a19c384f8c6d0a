import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { stage, type Stage } from './daemon-in-process.ts';

let at: Stage;
beforeEach(async () => {
  at = await stage();
});
afterEach(() => at.remove());

const hour = 3_600_000;
const open = (): readonly string[] => at.ledger.openAlerts().map(({ rule }) => rule);

test('the time in which nothing ran is no silence; a line that comes again ends the alert', async () => {
  const config = await at.config("rules: [{ id: no-cron, absent: { match: 'CRON', for: 1h }, alert: {} }]\n");
  let now = Date.now();
  const first = await at.open(config, { now: () => now });
  first.start();
  at.write(`${new Date(now).toISOString()} web1 CRON[1]: ls`);
  await eventually(() => first.status().rules[0]?.absorbed.alive === 1, 'the line');
  await first.stop(1000);

  now += 5 * hour;
  const second = await at.open(config, { now: () => now });
  second.start();
  await eventually(
    () => second.status().sources[0]?.streams[0]?.condition === 'atEnd',
    'the end of the file',
  );
  // Another line goes the same way as a silence would have.
  at.write(`${new Date(now).toISOString()} web1 app: something else`);
  await eventually(() => second.status().sources[0]?.lines === 1, 'the other line');
  expect(at.sent).toEqual([]);
  now += hour + 1;
  at.write(`${new Date(now).toISOString()} web1 app: still something else`);
  await eventually(() => open().includes('no-cron'), 'the alert');
  await eventually(() => at.sent.length === 1, 'the message');
  at.write(`${new Date(now).toISOString()} web1 CRON[2]: ls`);
  await eventually(() => at.sent.length === 2, 'the message of its end');
  expect(open()).toEqual([]);
  await second.stop(1000);
});

test('a wait goes on through a restart, and lines that were written meanwhile end it', async () => {
  const config = await at.config(
    "rules: [{ id: backup, key: [k], match: 'begun (?<k>\\w)', expect: { match: 'done (?<k>\\w)', within: 1h }, alert: {} }]\n",
  );
  let now = Date.now();
  const stamp = (ahead: number): string => new Date(now + ahead).toISOString();
  const first = await at.open(config, { now: () => now });
  first.start();
  at.write(`${stamp(0)} web1 backup: begun a`, `${stamp(0)} web1 backup: begun b`);
  await eventually(() => first.status().rules[0]?.absorbed.waiting === 2, 'both waits');
  await first.stop(1000);

  at.write(`${stamp(hour / 2)} web1 backup: done a`);
  now += 5 * hour;
  const second = await at.open(config, { now: () => now });
  second.start();
  await eventually(() => at.sent.length > 0, 'the message');
  expect(at.ledger.alerts({ limit: 10 }).map(({ key, status }) => [key, status])).toEqual([[['b'], 'open']]);
  expect(second.status().rules[0]).toMatchObject({ raised: 1, absorbed: { waiting: 2, expected: 1 } });
  await second.stop(1000);
});
