import { resolve } from 'node:path';
import type { SourceKind } from '../contract.ts';
import { createGlob, hasWildcard, unescapePath } from '../file/glob.ts';
import { fileKind } from '../file/kind.ts';
import type { FileOptions } from '../file/options.ts';
import type { RecordOptions } from '../record-options.ts';

/** Where the history of a source lies, and how its records are cut. */
export interface ArchivePlaces {
  readonly records: RecordOptions;
  /** Whether a log belongs to the source. */
  holds(log: string): boolean;
  /** The logs that are named without wildcards. */
  readonly logs: readonly string[];
}

/** Undefined: a source of this kind leaves no files behind that could be read again. */
export function archivePlaces(kind: SourceKind<unknown>, options: unknown): ArchivePlaces | undefined {
  if (kind !== fileKind) return undefined;
  // The options of this very kind, as its schema gave them.
  const { paths, ...records } = options as FileOptions;
  const globs = paths.filter(hasWildcard).map(createGlob);
  const logs = paths.filter((path) => !hasWildcard(path)).map((path) => resolve(unescapePath(path)));
  return {
    records,
    holds: (log) => logs.includes(resolve(log)) || globs.some((glob) => glob.matches(resolve(log))),
    logs,
  };
}

/** How records are cut where no source says so. */
export const plainRecords: RecordOptions = { maxRecord: 256 * 1024 };
