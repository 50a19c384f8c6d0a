import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ended } from './program.ts';

/*
 * The bounds are what was measured plus a fifth: ordinary work stays below them, and a dependency or a
 * folder that slips in does not. Whoever has to raise one says why in docs/dependencies.md.
 */

/** 2571 kB measured, of which source maps with their sources, for readable traces, are the larger part. */
const packedBytesAtMost = 2_900_000;
/** 26 measured: 7 direct dependencies with what they need (pino 12 more), and SQLite with 2 more. */
const packagesAtMost = 30;
/** 54.1 MB measured: 29 of them SQLite's binaries for every platform, which spare users a compiler. */
const installedMegabytesAtMost = 55;

const project = join(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'package-'));
const checkout = join(root, 'checkout');
const home = join(root, 'home');
const installed = join(home, 'node_modules/bird-sentinel');
let packed: Packed;
let obstacle: string | undefined;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

beforeAll(async () => {
  packed = await pack();
  obstacle = await install(join(root, packed.filename));
}, 300_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Packs a fresh checkout, so that neither leftovers of older builds nor a missing step go unseen. */
async function pack(): Promise<Packed> {
  const left = new Set(['.git', '.cache', 'node_modules', 'dist', 'coverage']);
  cpSync(project, checkout, {
    recursive: true,
    filter: (path) => !left.has(basename(path)) || path === project,
  });
  symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'));
  const { code, stdout, stderr } = await run('npm', ['pack', '--json', '--pack-destination', root], checkout);
  expect(code, stderr).toBe(0);
  const [answer] = JSON.parse(stdout) as readonly Packed[]; // the shape is in npm's documentation
  if (answer === undefined) throw new Error('npm packed nothing');
  return answer;
}

/** Installs it as a user does, in an empty folder; answers why that is impossible here. */
async function install(tarball: string): Promise<string | undefined> {
  mkdirSync(home);
  const args = ['install', '--prefix', home, '--ignore-scripts', '--omit=dev', '--prefer-offline'];
  const quick = ['--no-audit', '--no-fund', '--fetch-retries', '0', '--fetch-timeout', '100000'];
  const { code, stderr } = await run('npm', [...args, ...quick, tarball], home);
  if (code === 0) return undefined;
  const unreachable = /ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/.exec(
    stderr,
  );
  if (unreachable === null) throw new Error(stderr);
  return `the packages cannot be installed: no npm registry (${unreachable[0]})`;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** The installed program, by the name that npm gives it. */
const sentinel = (...args: readonly string[]): Promise<Ended> =>
  run(join(home, 'node_modules/.bin/bird-sentinel'), args, home);

const inPackage = (pattern: RegExp): readonly string[] =>
  packed.files.map(({ path }) => path).filter((path) => pattern.test(path));

test('holds the program and what it reads, and no more', () => {
  expect(inPackage(/^(?!dist\/|packs\/|schema\/|examples\/|README\.md$|LICENSE$|package\.json$)/)).toEqual(
    [],
  );
  expect(inPackage(/\.test\.|(^|\/)tests?\//)).toEqual([]);
  expect(inPackage(/^dist\/cli\/main\.js$|^packs\/sshd\.yaml$|^schema\/.*\.json$/)).toHaveLength(3);
});

test('every source map is of a file that is there, and holds its sources', () => {
  const maps = inPackage(/\.map$/);
  expect(maps.length).toBeGreaterThan(100);
  for (const path of maps) {
    const map = JSON.parse(readFileSync(join(checkout, path), 'utf8')) as {
      readonly sourcesContent?: unknown[];
    };
    expect(
      map.sourcesContent?.every((source) => typeof source === 'string'),
      path,
    ).toBe(true);
    expect(statSync(join(checkout, dirname(path), basename(path, '.map'))).isFile()).toBe(true);
  }
});

test('runs where it was installed', async ({ skip }) => {
  skip(obstacle !== undefined, obstacle);
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
  expect(await sentinel('--version')).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });

  const log = join(root, 'app.log');
  cpSync(join(installed, 'examples/sshd/auth.log'), log);
  const watched = await sentinel('-q', 'watch', '--once', log);
  expect(watched).toMatchObject({ code: 0, stderr: '' });
  expect(watched.stdout).toContain('brute force from 203.0.113.9');

  const config = join(root, 'sentinel.yaml');
  const state = join(root, 'state');
  const yaml = readFileSync(join(installed, 'examples/minimal.yaml'), 'utf8');
  writeFileSync(config, yaml.replace(/\{ file: [^}]*\}/, `{ file: ${log}, start: beginning }`));
  const first = await sentinel('-c', config, '--state', state, 'run', '--once');
  expect(first).toMatchObject({ code: 0, stderr: '' });
  expect(first.stdout).toContain('bird_alert : the backup disk is 97% full');
  const second = await sentinel('-c', config, '--state', state, 'run', '--once');
  expect(second).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test('stays small', ({ skip }) => {
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  console.log(
    `package: ${kilobytes(packed.size)} packed, ${kilobytes(packed.unpackedSize)} unpacked, ${packed.files.length} files`,
  );
  expect(packed.size).toBeLessThan(packedBytesAtMost);
  skip(obstacle !== undefined, obstacle);
  const packages = packagesIn(home).filter((name) => name !== 'node_modules/bird-sentinel');
  const megabytes = bytesIn(join(home, 'node_modules')) / 1e6;
  console.log(`installed: ${packages.length} production packages, ${megabytes.toFixed(1)} MB`);
  expect(packages.length).toBeLessThanOrEqual(packagesAtMost);
  expect(megabytes).toBeLessThan(installedMegabytesAtMost);
});

test('starts', async ({ skip }) => {
  skip(obstacle !== undefined, obstacle);
  const minimal = join(installed, 'examples/minimal.yaml');
  const bare = await fastest(() => run(process.execPath, ['-e', '0'], home));
  const version = await fastest(() => sentinel('--version'));
  const check = await fastest(() => sentinel('check', minimal));
  console.log(`start: node alone ${bare} ms, --version ${version} ms, check ${check} ms (fastest of five)`);
});

function packagesIn(folder: string): readonly string[] {
  const lock = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, unknown>>;
  };
  return Object.keys(lock.packages);
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Milliseconds; every run must have ended well. */
async function fastest(once: () => Promise<Ended>): Promise<number> {
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const start = performance.now();
    const { code, stderr } = await once();
    times.push(performance.now() - start);
    expect(code, stderr).toBe(0);
  }
  return Math.round(Math.min(...times));
}
