import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../src');

/** Files that a text loads at once: neither types nor what `import()` loads when it is wanted. */
const importsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)';$/gm)].map(([, path = '']) => path);

/** Every file of the program that is loaded with one, itself too, relative to `src/`. */
function loadedWith(entry: string): readonly string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const path of importsOf(readFileSync(file, 'utf8'))) visit(join(dirname(file), path));
  };
  visit(join(src, entry));
  return [...seen].map((file) => relative(src, file));
}

/** What a configuration that names none of it can do without; how a file failed is told of any file. */
const seldom =
  /^(?:channels\/.*\/|sources\/.*\/(?!permission)|dialects\/(?:sec|swatch)\/|store\/|trial\/|alerting\/)/;

test('a configuration is read without what it does not name', () => {
  const loaded = loadedWith('cli/commands/check.ts');
  expect(loaded.filter((file) => seldom.test(file))).toEqual([]);
  expect(loaded.length).toBeGreaterThan(50);
  // Each costs every start about 0.4 ms.
  expect(loaded.length).toBeLessThan(220);
});

test('no command is loaded before it is called', () => {
  const loaded = loadedWith('cli/main.ts').concat(loadedWith('cli/program.ts'));
  expect(loaded.filter((file) => file.startsWith('cli/commands/'))).toEqual([]);
  expect(loaded.every((file) => existsSync(join(src, file)))).toBe(true);
});

test('the search sees what is loaded at once, and nothing else', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from './b.ts';",
    'import {\n  c,\n  type D,\n} from "./no.ts";',
    "import {\n  c,\n  type D,\n} from './c.ts';",
    "import { z } from 'zod';",
    "const e = () => import('./e.ts');",
  ].join('\n');
  expect(importsOf(text)).toEqual(['./a.ts', './c.ts']);
});
