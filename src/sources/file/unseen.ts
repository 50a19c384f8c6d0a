import { peekHead } from './generation.ts';
import type { FileFacts } from './identity.ts';
import { unseenSince } from './locate.ts';
import type { Fingerprint } from './mark.ts';
import { openReader, type Reader } from './reader.ts';
import type { Reading } from './reading.ts';
import { byTime, newerFirst, siblingAt, siblingWithInode, type Sibling } from './siblings.ts';

/** A file that is read, as it is by now; `named`: under which name beside the path, if it still has one. */
export interface Whereabouts {
  readonly facts: FileFacts;
  readonly named: Sibling | undefined;
}

export async function whereabouts(path: string, { generation }: Reading): Promise<Whereabouts> {
  const { reader } = generation;
  const facts = await reader.facts().catch(() => generation.facts);
  if (reader.compressed) return { facts, named: await siblingAt(path, reader.path, facts) };
  const named = facts.links === 0 ? undefined : await siblingWithInode(path, facts.ino);
  // The inode of another file system, mounted in the place of the one before, says nothing.
  return { facts, named: named?.facts.dev === facts.dev ? named : undefined };
}

/** Opens the files beside `path` that were rotated away before they were ever seen at it, oldest first. */
export async function openUnseen(
  path: string,
  read: {
    readonly readings: readonly Reading[];
    /** Heads of files read before. */
    readonly past: readonly Fingerprint[];
    /** The file at the path, if it is not among the readings. */
    readonly atPath: Reader | undefined;
  },
  bound: Parameters<typeof unseenSince>[2],
): Promise<Reader[]> {
  const { readings, past, atPath } = read;
  const files = readings.map((reading) => reading.generation.facts);
  // Also as they are now: a file of which nothing was read yet may have been copied or compressed.
  const open = readings.map((reading) => reading.generation.reader);
  const now = await Promise.all([...open, ...(atPath === undefined ? [] : [atPath])].map(peekHead));
  const heads = [...past, ...readings.map((reading) => reading.generation.head())];
  const known = { files: atPath === undefined ? files : [...files, atPath.opened], heads, now };
  const readers: Reader[] = [];
  for (const sibling of await unseenSince(path, known, bound)) {
    const reader = await openReader(sibling.path).catch(() => undefined);
    if (reader !== undefined) readers.push(reader);
  }
  return readers;
}

/** Oldest first; with where each was found to be. */
export async function sortByAge(
  path: string,
  readings: readonly Reading[],
): Promise<readonly { readonly reading: Reading; readonly facts: FileFacts }[]> {
  const aged = await Promise.all(
    readings.map(async (reading) => {
      const { facts, named } = await whereabouts(path, reading);
      const { generation } = reading;
      const sibling = named ?? { path: generation.reader.path, facts: generation.facts };
      return { reading, facts, sibling, isNamed: named !== undefined };
    }),
  );
  return aged.toSorted((a, b) => {
    // A name that is gone says nothing. What was open under it was there before what came up since.
    if (a.isNamed !== b.isNamed) return byTime(b.sibling, a.sibling) || (a.isNamed ? 1 : -1);
    return newerFirst(b.sibling, a.sibling);
  });
}
