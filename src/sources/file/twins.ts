import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { recognise } from './generation.ts';
import { factsOf, sameFile, type FileFacts } from './identity.ts';
import { createPathfinder } from './links.ts';
import type { Place } from './mark.ts';
import { openReader } from './reader.ts';
import type { FileStream } from './stream.ts';

/** The regular file that a path leads to just now, if any. */
export async function fileAt(path: string): Promise<FileFacts | undefined> {
  const seen = await stat(path, { bigint: true }).then(factsOf, () => undefined);
  return seen?.regular === true ? seen : undefined;
}

/** Whether `path` leads to `file` just now. */
export async function leadsTo(path: string, file: { dev: string; ino: string }): Promise<boolean> {
  const seen = await fileAt(path);
  return seen !== undefined && sameFile(seen, file);
}

/** Another stream that reads a file. `isNamed`: by its own path; else the file is one that was rotated away from it. */
export interface Holder {
  readonly stream: FileStream;
  readonly isNamed: boolean;
}

/** The one of `streams` that reads `file` by another name than `path`. */
export async function readerOf(
  streams: Iterable<FileStream>,
  path: string,
  file: FileFacts,
): Promise<Holder | undefined> {
  let holder: FileStream | undefined;
  for (const stream of streams) {
    if (stream.path === path) continue;
    const read = stream.file();
    // In a rotation a name leads elsewhere before its stream knows.
    if (read !== undefined && sameFile(read, file) && (await leadsTo(stream.path, file)))
      return { stream, isNamed: true };
    const places = stream.places().filter(({ ino }) => ino === file.ino);
    if (stream.holds(file) || (places.length > 0 && (await willFind(stream, path, places))))
      holder ??= stream;
  }
  return holder && { stream: holder, isNamed: false };
}

/** Whether a stream that has not begun yet will find the file at `path` by its mark: it looks in its own directory. */
async function willFind(stream: FileStream, path: string, places: readonly Place[]): Promise<boolean> {
  const beside = dirname(path) === dirname(stream.path);
  const reader = beside ? await openReader(path).catch(() => undefined) : undefined;
  if (reader === undefined) return false;
  try {
    for (const place of places)
      if (place.head.length > 0 && (await recognise(reader, place)) !== undefined) return true;
    return false;
  } finally {
    await reader.close();
  }
}

/** Whether fewer symbolic links lie on the way of `path` than on that of `other`: the file's own name has none. */
export async function isNearer(path: string, other: string): Promise<boolean> {
  const { trace } = createPathfinder();
  return (await trace(path)).links.length < (await trace(other)).links.length;
}
