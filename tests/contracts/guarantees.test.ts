import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/guarantees.md', root), 'utf8');

/** A promise, and the tests that it names: files, each with the names of tests behind it. */
interface Promised {
  readonly text: string;
  readonly tests: readonly { readonly file: string; readonly names: readonly string[] }[];
}

/** Where nothing is promised. */
const exceptions = 'What is not promised:';

/** Every item of a list, but for those of what is not promised. */
function promisesOf(text: string): readonly Promised[] {
  const found: Promised[] = [];
  let isPromise = true;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) isPromise = true;
    if (line === exceptions) isPromise = false;
    if (isPromise && line.startsWith('- ')) found.push({ text: line, tests: testsIn(line) });
  }
  return found;
}

function testsIn(line: string): Promised['tests'] {
  const [, ...parts] = line.split(/`((?:src|tests)\/[^`]+\.test\.ts)`/);
  const files = parts.filter((_, index) => index % 2 === 0);
  return files.map((file, index) => ({
    file,
    names: [...(parts[2 * index + 1] ?? '').matchAll(/“([^”]+)”/g)].map(([, name = '']) => name),
  }));
}

/** What is wrong with what a promise names, in words. */
function faultsOf({ text, tests }: Promised): readonly string[] {
  if (tests.length === 0) return [`no test: ${text}`];
  return tests.flatMap(({ file, names }) => {
    const url = new URL(file, root);
    if (!existsSync(url)) return [`no such file: ${file}`];
    if (names.length === 0) return [`no test of ${file} is named: ${text}`];
    const source = readFileSync(url, 'utf8');
    return names.filter((name) => !source.includes(name)).map((name) => `no test “${name}” in ${file}`);
  });
}

test('every promise names tests that exist', () => {
  const promises = promisesOf(page);
  expect(promises.length).toBeGreaterThan(40);
  expect(promises.flatMap(faultsOf)).toEqual([]);
});

test('a promise without a test, a file that is gone and a test that is gone are found', () => {
  const planted = promisesOf(
    [
      '- Nothing is lost.',
      '- Nothing: `tests/faults/none.test.ts` “nothing”.',
      '- No name: `tests/faults/stop.test.ts`.',
      '- Whole: `tests/contracts/guarantees.test.ts` “every promise names tests that exist”.',
      exceptions,
      '- The moon.',
    ].join('\n'),
  );
  expect(planted.map((promise) => faultsOf(promise).length)).toEqual([1, 1, 1, 0]);
  const gone = promisesOf(`- Gone: \`tests/faults/stop.test.ts\` “${['no', 'such', 'test'].join(' ')}”.`);
  expect(gone.flatMap(faultsOf)).toHaveLength(1);
});
