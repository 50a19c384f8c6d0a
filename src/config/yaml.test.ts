import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { locateIn, plain } from './tree.ts';
import { parseYaml } from './yaml.ts';

function dataOf(text: string): unknown {
  const { tree, diagnostics } = parseYaml(text, 'f');
  expect(diagnostics).toEqual([]);
  return tree === undefined ? undefined : plain(tree);
}

const placeOf = (text: string, path: (string | number)[], which?: 'value' | 'key' | 'text'): string => {
  const { tree } = parseYaml(text, 'f');
  if (tree === undefined) throw new Error('not YAML');
  const { line, column } = locateIn(tree)(path, which);
  return `${line}:${column}`;
};

test.each([
  ['', {}],
  ['# nothing\n', {}],
  ['\uFEFFa: 1', { a: 1 }],
  [
    'a: no\nb: yes\nc: on\nd: 0o17\ne: 012\nf: 1e3\ng: ~',
    { a: 'no', b: 'yes', c: 'on', d: 15, e: 12, f: 1000, g: null },
  ],
  ['a: 2025-01-01\nb: 22:22', { a: '2025-01-01', b: '22:22' }],
  ['1: a\ntrue: b\nnull: c', { 1: 'a', true: 'b', null: 'c' }],
  ['a: &x { b: 1 }\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
  ['a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
  ['a: {x: 1}\r\nb: 2\r\n', { a: { x: 1 }, b: 2 }],
])('%j', (text, data) => {
  expect(dataOf(text)).toEqual(data);
});

test('reads back whatever JSON writes', () => {
  const json = fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.jsonValue({ maxDepth: 3 }),
  );
  fc.assert(
    fc.property(json, (data) => {
      const text = JSON.stringify(data);
      if (text.includes('"__proto__":')) return;
      expect(dataOf(text)).toEqual(JSON.parse(text));
    }),
  );
});

const text = 'a:\n  - b: \'x\'\n    c: |\n      y\n  - {d: "z", e: w}\n';

test.each<[(string | number)[], 'value' | 'key' | 'text', string]>([
  [[], 'value', '1:1'],
  [['a'], 'key', '1:1'],
  [['a'], 'value', '2:3'],
  [['a', 0], 'value', '2:5'],
  [['a', 0, 'b'], 'key', '2:5'],
  [['a', 0, 'b'], 'value', '2:8'],
  [['a', 0, 'b'], 'text', '2:9'],
  [['a', 0, 'c'], 'value', '3:8'],
  [['a', 0, 'c'], 'text', '4:7'],
  [['a', 1], 'value', '5:5'],
  [['a', 1, 'd'], 'text', '5:10'],
  [['a', 1, 'e'], 'text', '5:17'],
  [['a', 1, 'gone', 'deeper'], 'value', '5:5'],
  [['gone'], 'key', '1:1'],
])('the place of %j (%s) is %s', (path, which, expected) => {
  expect(placeOf(text, path, which)).toBe(expected);
});

test('an alias has the place of its anchor', () => {
  expect(placeOf('a: &x { b: 1 }\nc: *x', ['c', 'b'])).toBe('1:12');
});

test('a backslash in double quotes is told with what to do instead', () => {
  const { diagnostics } = parseYaml(String.raw`match: "\d+ x"`, 'f');
  expect(diagnostics).toMatchObject([
    { message: String.raw`Invalid escape sequence \d`, hint: expect.stringContaining('single quotes') },
  ]);
  expect(parseYaml('a: [', 'f').diagnostics[0]).not.toHaveProperty('hint');
});
