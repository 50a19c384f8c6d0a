import { expect, test } from 'vitest';
import { rulesOf } from '../../tests/property/alerting-samples.ts';
import type { Route } from './contract.ts';
import { routeOf } from './route.ts';
import type { Subject } from './subject.ts';

const receivers = { admin: ['phone'], team: ['mail'], wall: ['board'] };
const subject: Subject = {
  rule: 'sshd/root',
  severity: 'warning',
  fields: { ip: '192.0.2.1' },
  source: 'auth',
};

const namesFor = (routes: readonly Route[], changes: Partial<Subject> = {}): string[] =>
  routeOf(rulesOf({ channels: [], receivers, routes }), { ...subject, ...changes }).receivers.map(
    ({ name }) => name,
  );

const route = (when: Partial<Route['when']>, to: readonly string[], continues = false): Route => ({
  when: { fields: {}, ...when },
  to,
  continues,
});

test('everyone hears of it without routes, and when none matches', () => {
  expect(namesFor([])).toEqual(['admin', 'team', 'wall']);
  expect(namesFor([route({ severity: ['critical'] }, ['admin'])])).toEqual(['admin', 'team', 'wall']);
});

test('the first match decides', () => {
  const routes = [
    route({ severity: ['critical'] }, ['admin']),
    route({ rule: ['sshd/*'] }, ['team']),
    route({}, ['wall']),
  ];
  expect(namesFor(routes)).toEqual(['team']);
  expect(namesFor(routes, { severity: 'critical' })).toEqual(['admin']);
  expect(namesFor(routes, { rule: 'disk' })).toEqual(['wall']);
});

test('a route that continues adds its receivers, each once', () => {
  const routes = [route({}, ['team', 'wall'], true), route({}, ['wall', 'admin'])];
  expect(namesFor(routes)).toEqual(['team', 'wall', 'admin']);
  expect(namesFor([route({}, ['team'], true)])).toEqual(['team']);
});

test('fields, host and source are globs; what is missing does not match', () => {
  expect(namesFor([route({ fields: { ip: ['192.0.2.*'] } }, ['admin'])])).toEqual(['admin']);
  expect(namesFor([route({ fields: { ip: ['10.*', '192.*'], source: ['auth'] } }, ['admin'])])).toEqual([
    'admin',
  ]);
  const hosts = [route({ fields: { host: ['web?'] } }, ['admin']), route({}, ['wall'])];
  expect(namesFor(hosts)).toEqual(['wall']);
  expect(namesFor(hosts, { host: 'web1' })).toEqual(['admin']);
});

test('a route to nobody is a decision', () => {
  expect(namesFor([route({}, [])])).toEqual([]);
  expect(namesFor([route({}, ['nobody known', 'team'])])).toEqual(['team']);
});
