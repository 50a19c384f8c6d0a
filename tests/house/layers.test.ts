import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forbiddenImport, rows } from '../../tools/house-rules.mjs';

const root = join(import.meta.dirname, '../..');

/** A copy of the lint and compiler settings with files of our own planted into `src/`. */
function planted(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'house-'));
  for (const name of ['.oxlintrc.json', 'tsconfig.json', 'tsconfig.pure.json', 'package.json']) {
    writeFileSync(join(dir, name), readFileSync(join(root, name)));
  }
  mkdirSync(join(dir, 'tools'));
  writeFileSync(join(dir, 'tools/house-rules.mjs'), readFileSync(join(root, 'tools/house-rules.mjs')));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

const bin = (name: string): string => join(root, 'node_modules/.bin', name);

function run(dir: string, program: string, args: readonly string[]): { code: number | null; out: string } {
  const result = spawnSync(bin(program), args, { cwd: dir, encoding: 'utf8' });
  return { code: result.status, out: `${result.stdout}${result.stderr}` };
}

describe('the law of layers', () => {
  let dir = '';
  beforeAll(() => {
    dir = planted({
      'src/kit/low.ts': "import { high } from '../engine/high.ts';\nexport const low = high;\n",
      'src/engine/high.ts': "import { beside } from '../alerting/beside.ts';\nexport const high = beside;\n",
      'src/alerting/beside.ts': 'export const beside = 1;\n',
      'src/engine/lazy.ts': "export const lazy = () => import('../daemon/loop.ts');\n",
      'src/engine/typed.ts': "export type T = import('../store/x.ts').X;\n",
      'src/engine/clock.ts':
        'export const a = Date.now();\nexport const b = new Date();\nexport const c = Math.random();\n',
      'src/engine/default.ts': 'export default 1;\n',
      'src/engine/node.ts': "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;\n",
      'src/engine/timer.ts': 'export const t = setTimeout(() => undefined, 1);\n',
      'src/daemon/fine.ts': "import { high } from '../engine/high.ts';\nexport const fine = high;\n",
    });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('the linter reports every planted upward or sideways import, clock, chance and default export', () => {
    const { code, out } = run(dir, 'oxlint', ['--format', 'unix', 'src']);
    expect(code).not.toBe(0);
    const flagged = [...out.matchAll(/src\/(\w+\/\w+)\.ts:\d+:\d+:.*?house\(?\/?(\w[\w-]*)/g)].map(
      ([, file, rule]) => `${file} ${rule}`,
    );
    const wanted = [
      'kit/low',
      'engine/high',
      'engine/lazy',
      'engine/typed',
      'engine/clock',
      'engine/default',
    ];
    for (const file of wanted) {
      expect(
        flagged.some((line) => line.startsWith(file)),
        `${file} in\n${out}`,
      ).toBe(true);
    }
    expect(flagged.filter((line) => line.startsWith('engine/clock'))).toHaveLength(3);
    expect(flagged.some((line) => line.startsWith('daemon/fine'))).toBe(false);
  });

  test('the pure project refuses Node and timers', () => {
    const { code, out } = run(dir, 'tsc', ['-p', 'tsconfig.pure.json']);
    expect(code).not.toBe(0);
    expect(out).toContain('src/engine/node.ts');
    expect(out).toContain('src/engine/timer.ts');
    expect(out).not.toContain('src/daemon/fine.ts');
  });

  test('every folder under src is a room of the table, and the page lists them all', () => {
    const rooms = rows.flat().toSorted();
    expect(readdirSync(join(root, 'src')).toSorted()).toEqual(rooms);
    const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    for (const room of rooms) expect(page).toContain(`\`${room}/\``);
  });

  test('the rule knows what it forbids', () => {
    expect(forbiddenImport('/x/src/engine/a.ts', '../store/b.ts')).toContain('lies below');
    expect(forbiddenImport('/x/src/engine/a.ts', '../render/b.ts')).toContain('one line');
    expect(forbiddenImport('/x/src/store/a.ts', '../engine/b.ts')).toBeUndefined();
    expect(forbiddenImport('/x/src/store/sqlite/a.ts', '../write.ts')).toBeUndefined();
    expect(forbiddenImport('/x/src/store/a.ts', '../nowhere/b.ts')).toContain('not a room');
  });
});

const filesIn = (folder: string): readonly string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', folder], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((name) => name !== '');

describe('names', () => {
  const banned =
    /(?:^|[-/])(?:sink|target|notifier|handler|trigger|incident|manager|service|utils?|helpers?|common|misc)(?:[-./]|$)/;

  test('no file is named by a word that says nothing', () => {
    expect(filesIn('src').filter((name) => banned.test(name))).toEqual([]);
    expect(banned.test('src/daemon/alert-manager.ts')).toBe(true);
  });

  test('files are kebab-case', () => {
    const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/;
    const odd = filesIn('src').filter(
      (name) => name.endsWith('.ts') && !kebab.test(name.split('/').at(-1) ?? ''),
    );
    expect(odd.map((name) => relative(root, join(root, name)))).toEqual([]);
  });
});
