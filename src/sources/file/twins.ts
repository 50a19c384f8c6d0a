import { stat } from 'node:fs/promises';
import { factsOf, sameFile, type FileFacts } from './identity.ts';
import { createPathfinder } from './links.ts';
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

/** The one of `streams` that reads `file` by another name than `path`. */
export async function readerOf(
  streams: Iterable<FileStream>,
  path: string,
  file: FileFacts,
): Promise<FileStream | undefined> {
  for (const stream of streams) {
    const read = stream.path === path ? undefined : stream.file();
    // In a rotation a name leads elsewhere before its stream knows.
    if (read !== undefined && sameFile(read, file) && (await leadsTo(stream.path, file))) return stream;
  }
  return undefined;
}

/** Whether fewer symbolic links lie on the way of `path` than on that of `other`: the file's own name has none. */
export async function isNearer(path: string, other: string): Promise<boolean> {
  const { trace } = createPathfinder();
  return (await trace(path)).links.length < (await trace(other)).links.length;
}
