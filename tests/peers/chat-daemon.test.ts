import { afterEach, beforeEach, expect, test } from 'vitest';
import { stage, type Stage } from '../faults/daemon-in-process.ts';
import { eventually } from './eventually.ts';

let at: Stage;
beforeEach(async () => {
  at = await stage();
});
afterEach(() => at.remove());

const rules = "rules: [{ id: down, match: 'link down (?<port>\\d+)', key: [port], quiet: 1h, alert: {} }]\n";

test('what a channel said of its first message is there for the last one, over a restart', async () => {
  at.answer(async ({ message }) => ({ type: 'sent', reference: `ref of ${message.payload.key[0]}` }));
  const config = await at.config(rules);
  const first = await at.open(config);
  first.start();
  at.write('link down 1', 'link down 2');
  await eventually(() => at.sent.length === 2, 'two messages');
  await first.stop(5000);
  expect(at.sent.map(({ earlier }) => earlier)).toEqual([undefined, undefined]);

  const again = await at.open(config);
  again.start();
  for (const { message } of at.sent.slice(0, 2))
    expect(await again.resolve(message.payload.id, 'by hand')).toBe(true);
  await eventually(() => at.sent.length === 4, 'their ends');
  await again.stop(5000);
  const ends = at.sent.slice(2).map(({ message, earlier }) => `${message.payload.key[0]}: ${earlier}`);
  expect(ends.toSorted()).toEqual(['1: ref of 1', '2: ref of 2']);
}, 90_000);
