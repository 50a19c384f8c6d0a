import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery } from '../../src/model/delivery.ts';
import type { Ledger, Written } from '../../src/store/contract.ts';
import { eventually } from '../peers/eventually.ts';
import { stage, type Stage } from './daemon-in-process.ts';

const rules = "rules: [{ id: needle, match: 'needle (?<n>\\d+)', key: [n], alert: {} }]\n";
const full: Written = { ok: false, failure: { type: 'full', detail: 'the disk is full' } };

let at: Stage;
beforeEach(async () => {
  at = await stage();
});
afterEach(() => at.remove());

test('reloads that overlap leave one source open: a line is one alert', async () => {
  const config = await at.config(rules);
  const daemon = await at.open(config);
  daemon.start();
  await Promise.all([daemon.reload(config), daemon.reload(config), daemon.reload(config)]);
  at.write('needle 1');
  await eventually(() => at.sent.length > 0, 'the message');
  at.write('needle 2');
  await eventually(() => at.sent.length > 1, 'the second message');
  await daemon.stop(1000);
  expect(at.sent).toHaveLength(2);
  expect(at.ledger.alerts({ limit: 10 })).toHaveLength(2);
});

test('a reload while the ledger cannot be written is refused, and no line is read twice', async () => {
  const config = await at.config(rules);
  let broken = false;
  const ledger: Ledger = { ...at.ledger, commit: (round) => (broken ? full : at.ledger.commit(round)) };
  const daemon = await at.open(config, { ledger });
  daemon.start();
  at.write('needle 1');
  await eventually(() => at.sent.length === 1, 'the first message');
  broken = true;
  at.write('needle 2');
  await eventually(() => daemon.trouble() !== undefined, 'the trouble');
  expect(await daemon.reload(config)).toMatchObject({ type: 'full' });
  at.write('needle 3');
  broken = false;
  await eventually(() => at.sent.length === 3, 'all messages');
  expect(daemon.trouble()).toBeUndefined();
  await daemon.stop(1000);
  expect(at.sent).toHaveLength(3);
});

test('a checkpoint that failed once is no trouble once it succeeds', async () => {
  const config = await at.config(rules);
  let broken = false;
  const ledger: Ledger = { ...at.ledger, checkpoint: (next) => (broken ? full : at.ledger.checkpoint(next)) };
  const daemon = await at.open(config, { ledger });
  daemon.start();
  at.write('needle 1');
  await eventually(() => at.sent.length === 1, 'the message');
  broken = true;
  expect(await daemon.reload(config)).toMatchObject({ type: 'full' });
  broken = false;
  at.write('needle 2');
  await eventually(() => at.sent.length === 2, 'the line after the reload that failed');
  await eventually(() => daemon.trouble() === undefined, 'the end of the trouble');
  expect(await daemon.reload(config)).toBeUndefined();
  await daemon.stop(1000);
});

test('checkpoints that fail again and again are a trouble, whatever else can be written', async () => {
  const config = await at.config(rules);
  let broken = false;
  const written: number[] = [];
  const ledger: Ledger = {
    ...at.ledger,
    checkpoint(next) {
      written.push(next.engineRows.length);
      return broken ? full : at.ledger.checkpoint(next);
    },
  };
  const pace = { patience: 100, again: 3_600_000 };
  const daemon = await at.open(config, { ledger, emergencyPace: pace });
  daemon.start();
  broken = true;
  expect(await daemon.reload(config)).toMatchObject({ type: 'full' });
  at.write('needle 1');
  await eventually(() => at.sent.some(({ message }) => message.parts[0]?.includes('needle 1')), 'the alert');
  await eventually(
    () => at.sent.some(({ message }) => message.parts[0]?.includes('ledger')),
    'the emergency',
  );
  expect(daemon.trouble()).toMatchObject({ type: 'full' });
  await eventually(() => written.length > 2, 'another attempt');
  broken = false;
  await eventually(() => daemon.trouble() === undefined, 'the end of the trouble');
  // A row that could not be written is not written twice.
  expect(Math.max(...written)).toBeLessThan(10);
  await daemon.stop(1000);
});

test('a stop does not wait for a reload that waits for the disk, and nothing is read again after it', async () => {
  const config = await at.config(rules);
  let broken = false;
  const ledger: Ledger = { ...at.ledger, commit: (round) => (broken ? full : at.ledger.commit(round)) };
  const daemon = await at.open(config, { ledger });
  daemon.start();
  at.write('needle 1');
  await eventually(() => at.sent.length === 1, 'the first message');
  const reloading = daemon.reload(config);
  broken = true;
  at.write('needle 2');
  await daemon.stop(500);
  const refused = { type: 'io', detail: 'the program is being stopped' };
  expect([undefined, refused]).toContainEqual(await reloading);
  expect(await daemon.reload(config)).toEqual(refused);
});

test('a reload that throws leaves the sources open', async () => {
  const config = await at.config(rules);
  let broken = false;
  const ledger: Ledger = {
    ...at.ledger,
    checkpoint(next) {
      if (broken) throw new Error('disk I/O error');
      return at.ledger.checkpoint(next);
    },
  };
  const daemon = await at.open(config, { ledger });
  daemon.start();
  at.write('needle 1');
  await eventually(() => at.sent.length === 1, 'the message');
  broken = true;
  expect(await daemon.reload(config)).toMatchObject({ type: 'io' });
  broken = false;
  at.write('needle 2');
  await eventually(() => at.sent.length === 2, 'the next message');
  await daemon.stop(1000);
});

test('a reload lets messages under way arrive: none is sent twice', async () => {
  const config = await at.config(rules);
  let arrive = (): void => undefined;
  at.answer(() => new Promise<Delivery>((resolve) => (arrive = () => resolve({ type: 'sent' }))));
  const daemon = await at.open(config);
  daemon.start();
  at.write('needle 1');
  await eventually(() => at.sent.length === 1, 'the attempt');
  await daemon.reload(config);
  arrive();
  await eventually(() => daemon.undelivered() === 0, 'the outcome');
  await daemon.stop(1000);
  expect(at.sent).toHaveLength(1);
});

test('after downtime the clock waits for the backlog: an alert whose lines went on does not clear', async () => {
  const clearing = `rules:
  - id: needle
    match: 'needle'
    quiet: 1d
    alert: { clear: { below: 1, within: 5m } }
`;
  const config = await at.config(clearing);
  const minute = (n: number): string =>
    `${new Date(Date.now() - (60 - n) * 60_000).toISOString()} web1 app: needle`;
  const before = Date.now() - 3_600_000;
  const first = await at.open(config, { now: () => before });
  first.start();
  at.write(minute(0));
  await eventually(() => at.sent.length === 1, 'the first message');
  await first.stop(1000);
  at.write(...Array.from({ length: 29 }, (_, index) => minute(2 + index * 2)));
  const second = await at.open(config);
  second.start();
  await eventually(() => at.ledger.alerts({ limit: 10 })[0]?.raises === 30, 'the backlog');
  expect(at.sent).toHaveLength(1);
  expect(at.ledger.alerts({ limit: 10 })).toHaveLength(1);
  await second.stop(1000);
});

test('an alert of a rule that is gone is ended at the next start', async () => {
  const clearing = 'rules: [{ id: old, match: needle, alert: { clear: { below: 1, within: 1d } } }]\n';
  const first = await at.open(await at.config(clearing));
  first.start();
  at.write('a needle');
  await eventually(() => at.sent.length === 1, 'the message');
  await first.stop(1000);
  const second = await at.open(await at.config(rules));
  await eventually(
    () => at.ledger.alerts({ limit: 10, status: 'open' }).length === 0,
    'the end of the alert',
  );
  await second.stop(1000);
});

test('a stop that takes long raises nothing on lines that nobody read', async () => {
  const config = await at.config(`rules:
  - { id: work, key: [k], match: 'begin (?<k>\\w)', expect: { match: 'end (?<k>\\w)', within: 1h }, alert: {} }
  - { id: needle, match: 'needle', alert: {} }
`);
  let arrive = (): void => undefined;
  at.answer(() => new Promise<Delivery>((resolve) => (arrive = () => resolve({ type: 'sent' }))));
  let now = Date.now();
  const first = await at.open(config, { now: () => now });
  first.start();
  const stamp = (): string => new Date(now).toISOString();
  at.write(`${stamp()} web1 app: begin a`, `${stamp()} web1 app: needle`);
  await eventually(() => at.sent.length === 1, 'the message under way');
  await eventually(() => first.status().catchingUp.length === 0, 'the end of the file');
  const stopped = first.stop(60_000);
  await first.sourcesEnded();
  at.write(`${stamp()} web1 app: end a`);
  now += 7_200_000;
  arrive();
  await stopped;
  const second = await at.open(config, { now: () => now });
  second.start();
  await eventually(() => second.status().rules[0]?.absorbed.expected === 1, 'the end');
  expect(at.ledger.alerts({ limit: 10 }).map(({ rule }) => rule)).toEqual(['needle']);
  await second.stop(1000);
});

test('a backlog of which every line is an alert is worked off in small rounds', async () => {
  const config = await at.config("rules: [{ id: needle, match: 'n(?<n>\\d+)', key: [n], alert: {} }]\n");
  const sizes: number[] = [];
  const ledger: Ledger = {
    ...at.ledger,
    commit(round) {
      sizes.push(round.journal.length);
      return at.ledger.commit(round);
    },
  };
  const total = 20_000;
  at.write(...Array.from({ length: total }, (_, number) => `n${100_000 + number}`));
  const daemon = await at.open(config, { ledger });
  daemon.start();
  await eventually(() => daemon.status().sources[0]?.lines === total, 'the backlog', 60_000);
  await daemon.stop(1000);
  // Seven bytes and a line ending: 64 KiB are the first round.
  expect(Math.max(...sizes)).toBeLessThan(total);
  expect(sizes.filter((size) => size > 1000).length).toBeGreaterThan(1);
});
