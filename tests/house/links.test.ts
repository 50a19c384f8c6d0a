import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (name) => !/^(?:node_modules|dist|\.git|\.cache)\//.test(name),
);

/** Whether a path, perhaps ending in `*`, names something of the repository. */
const isThere = (path: string): boolean =>
  path.endsWith('*')
    ? files.some((file) => file.startsWith(path.slice(0, -1)))
    : existsSync(join(root, path));

test.each(pages)('%s: links lead somewhere', (page) => {
  const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(
    ([, link = '']) => link,
  );
  for (const link of links)
    expect(existsSync(join(root, dirname(page), link)), `${page} → ${link}`).toBe(true);
});

test.each(pages)('%s: files of the repository that it names exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  const named = [
    ...text.matchAll(/`((?:src|tests|tools|bench|packs|examples|docs|schema)\/[\w./*-]+)`/g),
  ].map(([, path = '']) => path);
  for (const path of named) expect(isThere(path.replace(/\*.*$/, '*')), `${page}: ${path}`).toBe(true);
});

test('every law names its test', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const laws = [...(/## Laws\n(.*?)\n## /s.exec(page)?.[1] ?? '').matchAll(/^\d+\. .*$/gm)].map(
    ([law]) => law,
  );
  expect(laws).toHaveLength(11);
  for (const law of laws) expect(law).toMatch(/\((?:[^()]*`(?:src|tests)\/[^`]+`)+[^()]*\)$/);
});

test('the search finds a planted dead name', () => {
  expect(isThere('src/nowhere/lost.ts')).toBe(false);
  expect(isThere('tests/property/engine-*')).toBe(true);
});
