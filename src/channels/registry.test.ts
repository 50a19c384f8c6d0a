import { expect, test } from 'vitest';
import { loadKinds } from '../kit/kind-row.ts';
import { channelKinds as rows } from './registry.ts';

const channelKinds = await loadKinds(rows);

const keyOf = (name: string, options: object): string | undefined =>
  channelKinds.find(({ kind }) => kind === name)?.budgetKey?.(options);

test('limits of X are those of the account, messages and posts apart', () => {
  expect(keyOf('x-dm', { account: 'bot', to: '@a' })).toBe('x-dm bot');
  expect(keyOf('x-dm', { account: 'bot', to: '@b' })).toBe('x-dm bot');
  expect(keyOf('x-dm', { account: 'other', to: '@a' })).toBe('x-dm other');
  expect(keyOf('x-post', { account: 'bot' })).toBe('x-post bot');
  expect(keyOf('exec', { command: ['/bin/true'] })).toBeUndefined();
});

test('what costs money says how much', () => {
  const prices = channelKinds.flatMap(({ kind, price }) => (price === undefined ? [] : [[kind, price]]));
  expect(prices).toEqual([
    ['x-dm', 0.015],
    ['x-post', 0.015],
    ['twilio', 0.0083],
    ['twilio-call', 0.014],
  ]);
});
