import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The store and control rooms as JavaScript, for child processes of Nodes that run no TypeScript. */
export interface Built {
  /** The URL to import a source file by: `urlOf('store/ledger.ts')`. */
  urlOf(source: string): string;
  remove(): void;
}

/** Compiles inside the project, where the packages are found. */
export function buildRooms(): Built {
  const cache = join(project, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(join(cache, 'ledger-faults-'));
  const sources = ['store/ledger.ts', 'store/sqlite/driver.ts', 'control/lock.ts'].map((file) =>
    join(project, 'src', file),
  );
  const options =
    '--ignoreConfig --module nodenext --target es2023 --types node --skipLibCheck --strict ' +
    '--exactOptionalPropertyTypes --noUncheckedIndexedAccess --rewriteRelativeImportExtensions';
  const tsc = join(project, 'node_modules', '.bin', 'tsc');
  execFileSync(tsc, [...options.split(' '), '--rootDir', join(project, 'src'), '--outDir', out, ...sources], {
    cwd: project,
  });
  return {
    urlOf: (source) => pathToFileURL(join(out, source.replace(/\.ts$/, '.js'))).href,
    remove: () => rmSync(out, { recursive: true, force: true }),
  };
}
