import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, test } from 'vitest';
import { compileLinePattern } from './line-pattern.ts';
import { recordOptions } from './record-options.ts';

beforeAll(() => setFlagsFromString('--enable-experimental-regexp-engine'));

describe('a pattern of lines', () => {
  test.each([
    [String.raw`^\d{4}-`, '2026-01-02 x', ' 2026-'],
    [String.raw`\A\[?(?i)warn`, '[WARNING', 'x warn'],
    [String.raw`^[[:upper:]]{3}\h`, 'ABC\td', 'ABc '],
    ['^é+:', 'ééé: a', 'e: a'],
  ])('%s is of the dialect of rules', (source, fitting, other) => {
    const compiled = compileLinePattern(source);
    expect(compiled.ok && [compiled.test(fitting), compiled.test(other)]).toEqual([true, false]);
  });

  test.each([
    ['a(b', /character \d/],
    [String.raw`^(\w+) \1$`, /could take very long/],
    ['^(?=a)b', /could take very long/],
  ])('%s is refused', (source, why) => {
    const read = recordOptions.multiline.safeParse({ start: source });
    expect(read.error?.issues).toMatchObject([{ path: ['start'], message: expect.stringMatching(why) }]);
  });
});
