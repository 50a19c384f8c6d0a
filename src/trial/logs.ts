import { basename } from 'node:path';
import type { Config } from '../config/config.ts';
import type { ArchiveSet } from '../sources/archive/sets.ts';
import { archivePlaces, plainRecords } from '../sources/archive/places.ts';
import type { BacktestLog } from './backtest.ts';

/** As which source a log is read, and what a person should know of it. */
export interface AssignedLog {
  readonly log: BacktestLog;
  /** Rules that are bound to other sources, and so are not tried on it, although no source of its own is known. */
  readonly leftOut: readonly string[];
}

/** The name of a log's source where the configuration has none for it. */
const unknownSource = 'backtest';

/**
 * Finds the source of a log: the one that was named, the one whose paths it fits, the only one of a file of
 * this name, or the only source that there is. `named` must be one of the configuration.
 */
export function assignLog(set: ArchiveSet, config: Config, named: string | undefined): AssignedLog {
  const files = config.sources.flatMap((source) => {
    const places = archivePlaces(source.kind, source.options);
    return places === undefined ? [] : [{ source, places }];
  });
  const chosen = named === undefined ? undefined : config.sources.find(({ name }) => name === named);
  const alike = files.filter(({ places }) => places.logs.some((log) => basename(log) === basename(set.log)));
  const [only] = config.sources.length === 1 ? config.sources : [];
  const source =
    chosen ??
    files.find(({ places }) => places.holds(set.log))?.source ??
    (alike.length === 1 ? alike[0]?.source : undefined) ??
    only;
  if (source === undefined) {
    const leftOut = config.program.rules.filter(({ from }) => from !== undefined).map(({ id }) => id);
    return { log: { set, source: { name: unknownSource, format: 'auto' }, records: plainRecords }, leftOut };
  }
  const records = archivePlaces(source.kind, source.options)?.records ?? plainRecords;
  return { log: { set, source, records }, leftOut: [] };
}
