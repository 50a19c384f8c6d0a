import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Json } from '../model/json.ts';
import type { Instant } from '../model/time.ts';
import type { Source, SourcePorts } from './contract.ts';
import { fifoKind } from './fifo.ts';
import { markAt } from './file/blind.ts';
import { factsOf } from './file/identity.ts';
import { fileKind } from './file/kind.ts';
import { encodeMark } from './file/mark.ts';
import { stdinKind } from './stdin.ts';

/** A source that was named while the program ran. */
export interface NamedSource {
  open(ports: SourcePorts): Source;
  /** Where reading begins when it was never read before: marks by stream. */
  readonly marks: ReadonlyMap<string, Json>;
}

const maxRecord = 256 * 1024;

/**
 * What stands at a path: a file from its byte `offset` or its end on, and from its beginning if it is missing
 * as yet; a FIFO; `-` is standard input. Never rejects: what cannot be looked at is left to the file's reader.
 */
export async function namedSource(path: string, offset: number | 'end', now: Instant): Promise<NamedSource> {
  const none: NamedSource['marks'] = new Map();
  if (path === '-') return { open: (ports) => stdinKind.open({ maxRecord }, ports), marks: none };
  const seen = await stat(path, { bigint: true }).catch(() => undefined);
  if (seen?.isFIFO() === true) {
    return { open: (ports) => fifoKind.open({ path, maxRecord }, ports), marks: none };
  }
  const start = offset === 'end' ? 'end' : 'beginning';
  const options = { paths: [escapeWildcards(path)], start, maxRecord } as const;
  const open: NamedSource['open'] = (ports) => fileKind.open(options, ports);
  if (offset === 'end' || offset === 0 || seen === undefined) return { open, marks: none };
  const stream = resolve(path);
  return { open, marks: new Map([[stream, encodeMark(markAt(stream, factsOf(seen), offset, now))]]) };
}

/** Signs that a path of a source would take for a pattern mean themselves. */
const escapeWildcards = (path: string): string => path.replaceAll(/[*?[\\]/g, '\\$&');
