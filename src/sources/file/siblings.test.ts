import { expect, test } from 'vitest';
import type { FileFacts } from './identity.ts';
import { isRotatedName, newerFirst, rotationBases } from './siblings.ts';

test.each([
  ['app.log.1', 'app.log', true],
  ['app.log.12.gz', 'app.log', true],
  ['app.log-20260101', 'app.log', true],
  ['app.log-20260101-1700000000.gz', 'app.log', true],
  ['app.log.2026-01-01T10:00:00', 'app.log', true],
  ['app.log.old', 'app.log', true],
  ['app-20260101.log', 'app.log', true],
  ['app-20260101.log.gz', 'app.log', true],
  ['app-2.log', 'app.log', false],
  ['app.2.log.gz', 'app.log', true],
  ['app.log', 'app.log', false],
  ['app.log.errors', 'app.log', false],
  ['app2.log', 'app.log', false],
  ['myapp.log.1', 'app.log', false],
])('%s is a rotated %s: %s', (name, base, rotated) => {
  expect(isRotatedName(name, base)).toBe(rotated);
  expect(rotationBases(name).includes(base)).toBe(rotated);
});

const facts = (mtimeMs: number): FileFacts => ({
  dev: '1',
  ino: '1',
  size: 0,
  mtimeMs,
  links: 1,
  regular: true,
});

test('age is the time of writing; within one tick the name', () => {
  const files = [
    { path: '/app.log.3.gz', facts: facts(1000) },
    { path: '/app.log.1', facts: facts(5001) },
    { path: '/app.log.2', facts: facts(5003) },
  ];
  expect(files.toSorted(newerFirst).map(({ path }) => path)).toEqual([
    '/app.log.1',
    '/app.log.2',
    '/app.log.3.gz',
  ]);
  const dated = [
    { path: '/app.log-20260101', facts: facts(0) },
    { path: '/app.log-20260102', facts: facts(0) },
  ];
  expect(dated.toSorted(newerFirst)[0]?.path).toBe('/app.log-20260102');
});
