import { expect, test } from 'vitest';
import { parseAddress, parseNetwork, within } from './address.ts';

const inside = (network: string, address: string): boolean | undefined => {
  const [parsed, at] = [parseNetwork(network), parseAddress(address)];
  return parsed === undefined || at === undefined ? undefined : within(parsed, at);
};

test.each([
  ['10.0.0.0/8', '10.255.3.4', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.1.2.3/8', '10.9.9.9', true],
  ['0.0.0.0/0', '255.255.255.255', true],
  ['0.0.0.0/0', '::1', false],
  ['192.0.2.7', '192.0.2.7', true],
  ['2001:db8::/32', '2001:0db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::', false],
  ['::/0', '10.0.0.1', true],
  ['::1', '0:0:0:0:0:0:0:1', true],
  ['10.0.0.0/8', '::ffff:10.1.1.1', true],
  ['fe80::/10', 'fe80::1%eth0', true],
])('%s holds %s: %s', (network, address, expected) => {
  expect(inside(network, address)).toBe(expected);
});

test.each([
  '10.0.0.0/33',
  '10.0.0/8',
  '256.1.1.1',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '::/129',
  'host',
  '10.0.0.0/8/8',
  '',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});
