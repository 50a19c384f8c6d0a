import { copyFileSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { bytesOf, textOf } from './bytes.ts';
import { NotACase } from './scenario.ts';

/** A private copy of a case's files, in which everything that the case does happens. Names are byte strings. */
export interface Sandbox {
  readonly folder: string;
  /** The path of a file as the case names it. */
  path(name: string): Buffer;
  /** Names of plain files, in byte order. */
  list(): readonly string[];
  /** Whether it is one of the files the case came with. */
  cameWith(name: string): boolean;
  remove(): void;
}

/** Files of a case that are no part of its world. */
const OUTSIDE = new Set(['input.txt', 'expected.txt', 'debug.txt']);

/** Copies the case; throws NotACase when it cannot be read. */
export function createSandbox(folder: string): Sandbox {
  const files = fixturesOf(folder);
  const own = mkdtempSync(join(tmpdir(), 'sec-case.'));
  for (const file of files) {
    copyFileSync(join(folder, file), join(own, file));
    // A copy over one of them must be seen as a change.
    utimesSync(join(own, file), 1, 1);
  }
  const fixtures = new Set(files.map((file) => textOf(Buffer.from(file))));
  return {
    folder: own,
    path: (name) =>
      isAbsolute(name) ? bytesOf(name) : Buffer.concat([Buffer.from(`${own}/`), bytesOf(name)]),
    list: () =>
      readdirSync(own, { encoding: 'buffer', withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => textOf(entry.name))
        .sort(),
    cameWith: (name) => fixtures.has(name),
    remove: () => rmSync(own, { recursive: true, force: true }),
  };
}

function fixturesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter(
      (file) => !file.startsWith('.') && !OUTSIDE.has(file) && !statSync(join(folder, file)).isDirectory(),
    );
  } catch (error) {
    throw new NotACase(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
