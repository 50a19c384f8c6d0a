import type { SourceCondition } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import { createKeyTable, type TableShare } from './key-table.ts';
import { never } from './kind.ts';
import type { Instant } from '../model/time.ts';

/** How far each source is, as it said itself. */
export interface Sources {
  say(source: string, condition: SourceCondition, now: Instant): void;
  /** Whether all of these are open and read to their end; undefined: all sources there are. */
  areAtEnd(from: readonly string[] | undefined): boolean;
  /** Whether any source reads what was written before it was looked at. */
  someRead(): boolean;
  /** Adds the rows that differ since the last call. */
  writeChanges(to: Row[]): void;
  restore(name: string, value: Json): void;
}

/** Nothing was said yet. `names`: all sources there are; absent: those that said something. */
export function createSources(
  scope: string,
  prefix: string,
  names: readonly string[] | undefined,
  share: TableShare,
): Sources {
  const heard = new Set<string>();
  const table = createKeyTable<SourceCondition>(
    { scope, prefix },
    { due: () => never, write: (state) => state, read: (value) => value as SourceCondition },
    share,
  );
  const isAtEnd = (name: string): boolean => table.find([name])?.state === 'atEnd';

  return {
    say(source, condition, now) {
      if (names !== undefined && !names.includes(source)) return;
      heard.add(source);
      const entry = table.open([source], now, () => condition);
      entry.state = condition;
      table.touch(entry);
    },
    areAtEnd(from = names ?? [...heard]) {
      return from.length > 0 && from.every(isAtEnd);
    },
    someRead: () => (names ?? [...heard]).some((name) => table.find([name])?.state === 'reading'),
    writeChanges: table.writeChanges,
    restore(name, value) {
      const [source = ''] = JSON.parse(name) as string[];
      table.restore(name, value);
      // A source that is no longer configured says nothing any more.
      const entry = names === undefined || names.includes(source) ? undefined : table.find([source]);
      if (entry === undefined) heard.add(source);
      else table.drop(entry);
    },
  };
}
