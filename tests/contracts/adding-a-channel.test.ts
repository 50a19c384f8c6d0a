import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChannelKind } from '../../src/channels/contract.ts';
import { holdToLaws } from './channel-laws.ts';
import type { OpenWorld } from './channel-worlds.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/adding-a-channel.md'), 'utf8');

/** The page's code by the file that its first line names. */
const blocks = new Map(
  [...page.matchAll(/^```ts\n\/\/ (\S+)\n(.*?)^```/gms)].map(([, path = '', code = '']) => [path, code]),
);
const kindPath = 'src/channels/line/line.ts';
const worldPath = 'tests/contracts/channel-world-line.ts';
const codeOf = (path: string): string => blocks.get(path) ?? expect.fail(`${path} is not on the page`);

/** A tree that is the repository's, but for the files of the page. */
let tree = '';
let kind: ChannelKind<unknown>;
let world: OpenWorld;

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'adding-a-channel-'));
  const paths = [kindPath, worldPath];
  // All real folders first: what is written below must never go through a link into the repository.
  for (const path of paths) mkdirSync(join(tree, dirname(path)), { recursive: true });
  for (const path of paths) {
    linkBeside(path);
    writeFileSync(join(tree, path), codeOf(path), { flag: 'wx' });
  }
  // Types are checked below; what is loaded here is what the reader gets.
  ({ line: kind } = (await import(join(tree, kindPath))) as { line: ChannelKind<unknown> });
  ({ lineWorld: world } = (await import(join(tree, worldPath))) as { lineWorld: OpenWorld });
}, 60_000);
afterAll(() => rmSync(tree, { recursive: true, force: true }));

/** Links everything beside the folders on the way to a file to the repository. */
function linkBeside(path: string): void {
  for (let at = dirname(path); ; at = dirname(at)) {
    for (const name of namesIn(join(root, at))) {
      if (!namesIn(join(tree, at)).includes(name)) symlinkSync(join(root, at, name), join(tree, at, name));
    }
    if (at === '.') break;
  }
}

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

describe('the page for those who add a channel', () => {
  test('does it in under 100 lines, and one in the registry', () => {
    expect(codeOf(kindPath).split('\n').length).toBeLessThan(100);
    const rows = (registry: string): readonly string[] => registry.match(/^  row\('.*\),$/gm) ?? [];
    expect(rows(codeOf('src/channels/registry.ts'))).toHaveLength(1);
    const registry = readFileSync(join(root, 'src/channels/registry.ts'), 'utf8');
    expect(registry).toContain('export const channelKinds');
    expect(rows(registry).length).toBeGreaterThan(30);
  });

  test('has code whose types fit the contracts', { timeout: 300_000 }, () => {
    // A mistake beside it shows that one would be told.
    const wrong = join(dirname(kindPath), 'wrong.ts');
    writeFileSync(join(tree, wrong), codeOf(kindPath).replace("type: 'sent'", "type: 'done'"));
    const settings = {
      extends: './tsconfig.json',
      compilerOptions: { noEmit: true, rootDir: '/' },
      include: [],
      files: [kindPath, worldPath, wrong],
    };
    writeFileSync(join(tree, 'tsconfig.page.json'), JSON.stringify(settings));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.page.json'], {
      cwd: tree,
      encoding: 'utf8',
    });
    const complaints = stdout.split('\n').filter((line) => line.includes('error TS'));
    expect(complaints.filter((line) => !line.startsWith(wrong))).toEqual([]);
    expect(complaints.length).toBeGreaterThan(0);
  });

  test('names only files that are there', () => {
    for (const [, path = ''] of page.matchAll(/`((?:src|tests)\/[^`\s]+?)`/g)) {
      expect(() => readFileSync(join(root, path)), path).not.toThrow(/ENOENT/);
    }
  });
});

describe('the channel of the page obeys the laws', () => {
  const lazy: ChannelKind<unknown> = {
    kind: 'line',
    summary: '',
    get options() {
      return kind.options;
    },
    concurrency: 1,
    budgets: [],
    resolved: true,
    get shape() {
      return kind.shape;
    },
    open: (options, ports) => kind.open(kind.options.parse(options), ports),
  };
  holdToLaws(lazy, (mood, place) => world(mood, place));
});
