import { beginsWith, headLength, sameFile, type FileFacts } from './identity.ts';
import { readAt, recognise, type Witness } from './generation.ts';
import type { Fingerprint, Place } from './mark.ts';
import { openReader, isCompressed, type Reader } from './reader.ts';
import { newerFirst, rotatedSiblings, siblingWithInode, type Sibling } from './siblings.ts';

/** A place found again. `atPath`: the file is still where the source looks for it. */
export interface Located {
  readonly reader: Reader;
  readonly witness: Witness;
  readonly atPath: boolean;
}

/** A compressed copy keeps the time of the original, some file systems to the second only. */
const timeSlackMs = 2000;

/**
 * Finds the file in which `place` lies: at `path`, renamed beside it, replaced by a copy at `path`,
 * copied beside it, or compressed beside it; the bytes must be those that were read.
 */
export async function locate(place: Place, path: string): Promise<Located | undefined> {
  const here = await tryPlace(path, place, true, (facts) => facts.ino === place.ino);
  if (here !== undefined) return here;
  const renamed = await locateByInode(place, path);
  if (renamed !== undefined) return renamed;
  // A mirror (rsync) or an editor puts a copy in the file's place: only a whole head can tell that. Inodes
  // of another file system say nothing: it may be the same one, mounted again.
  const isWhole = place.head.length === headLength;
  if (place.head.length > 0) {
    const replaced = await tryPlace(path, place, true, (facts) => isWhole || facts.dev !== place.dev);
    if (replaced !== undefined) return replaced;
  }
  return place.done ? undefined : locateCopy(place, path);
}

/** Finds it under another name by its inode. */
async function locateByInode(place: Place, path: string): Promise<Located | undefined> {
  // An inode that was freed is soon another file's: a compressed file is never the one that was read.
  const wanted = (facts: FileFacts): boolean => facts.ino === place.ino;
  const last =
    place.path === path || isCompressed(place.path)
      ? undefined
      : await tryPlace(place.path, place, false, wanted);
  if (last !== undefined) return last;
  const sibling = await siblingWithInode(path, place.ino);
  return sibling === undefined || sibling.path === path || isCompressed(sibling.path)
    ? undefined
    : tryPlace(sibling.path, place, false, wanted);
}

/** Finds a file beside `path` that has the bytes of `place`, plain before compressed. */
export async function locateCopy(place: Place, path: string): Promise<Located | undefined> {
  if (place.head.length === 0) return undefined;
  const siblings = (await rotatedSiblings(path)).filter(
    ({ facts }) => facts.mtimeMs >= place.mtimeMs - timeSlackMs,
  );
  const plainFirst = [
    ...siblings.filter((sibling) => !isCompressed(sibling.path)),
    ...siblings.filter((sibling) => isCompressed(sibling.path)),
  ];
  for (const sibling of plainFirst) {
    const found = await tryPlace(sibling.path, place, false);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function tryPlace(
  path: string,
  place: Place,
  atPath: boolean,
  wanted: (facts: FileFacts) => boolean = () => true,
): Promise<Located | undefined> {
  const reader = await openReader(path).catch(() => undefined);
  if (reader === undefined) return undefined;
  const witness = wanted(reader.opened) ? await recognise(reader, place).catch(() => undefined) : undefined;
  if (witness !== undefined) return { reader, witness, atPath };
  await reader.close();
  return undefined;
}

/** What came before the files that are looked for, so that they can be told from what was read. */
export interface Known {
  /** Files that are being read, among them the one at the path. */
  readonly files: readonly FileFacts[];
  /** Heads of these and of files read before: what begins so is a copy. */
  readonly heads: readonly Fingerprint[];
  /** First bytes of these as they are now: what they begin with is a copy, perhaps a partial one. */
  readonly now: readonly Buffer[];
}

/**
 * Files beside `path` that were rotated away unseen, oldest first: those newer than `after` (where the
 * predecessor is now), or, when it is not known where that is, not older than `since`. One with a short number
 * inside of its name is rotated only where the predecessor is called so, too: else it is a neighbour's own.
 */
export async function unseenSince(
  path: string,
  known: Known,
  bound: { readonly after: Sibling } | { readonly since: number },
): Promise<Sibling[]> {
  const newer = (sibling: Sibling): boolean =>
    'after' in bound ? newerFirst(sibling, bound.after) < 0 : sibling.facts.mtimeMs >= bound.since;
  const infix = 'after' in bound ? bound.after.infix : undefined;
  const candidates = (await rotatedSiblings(path)).filter(
    (sibling) =>
      (sibling.infix === undefined || sibling.infix === infix) &&
      newer(sibling) &&
      !known.files.some((file) => sameFile(file, sibling.facts)),
  );
  const unseen: Sibling[] = [];
  for (const sibling of candidates) {
    if (!(await wasRead(sibling.path, known))) unseen.push(sibling);
  }
  return unseen.toReversed();
}

/** Whether it begins as a known file does; of a short file, all of it must be known. */
async function wasRead(path: string, known: Known): Promise<boolean> {
  const reader = await openReader(path).catch(() => undefined);
  if (reader === undefined) return false;
  try {
    const bytes = Buffer.alloc(headLength + 1);
    const begin = bytes.subarray(0, await reader.read(bytes, 0));
    const whole = (head: { readonly length: number }): boolean =>
      head.length === headLength || head.length === begin.length;
    return (
      known.heads.some((head) => head.length > 0 && beginsWith(begin, head) && whole(head)) ||
      known.now.some(
        (head) =>
          head.subarray(0, begin.length).equals(begin.subarray(0, head.length)) &&
          (begin.length <= head.length || whole(head)),
      )
    );
  } catch {
    return false;
  } finally {
    await reader.close();
  }
}

/** The witness of a file's beginning is empty. */
export const noWitness: Witness = { head: Buffer.alloc(0), before: Buffer.alloc(0) };

/** Where reading from the end begins: after the last line ending, as the last line may still be written. */
export async function lastLineStart(reader: Reader, size: number, maxLine: number): Promise<number> {
  const length = Math.min(size, maxLine);
  const bytes = await readAt(reader, size - length, length);
  const newline = bytes?.lastIndexOf(0x0a) ?? -1;
  return newline >= 0 ? size - length + newline + 1 : length === size ? 0 : size;
}
