import { stat } from 'node:fs/promises';
import type { Json } from '../../model/json.ts';
import { factsOf, sameFile, type FileFacts } from './identity.ts';
import { decodeMark, type Place } from './mark.ts';
import { isCompressed } from './reader.ts';

/** Most streams that are looked at; of a glob that matches more, the rest is not counted. */
const mostStreams = 1000;

/** Bytes of plain files beyond these marks; of compressed ones, what was known of them when they were marked. */
export async function unreadBytes(marks: ReadonlyMap<string, Json>): Promise<number> {
  const streams = [...marks].slice(0, mostStreams);
  const each = await Promise.all(streams.map(([path, mark]) => unreadOf(path, mark)));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

async function unreadOf(path: string, json: Json): Promise<number> {
  const mark = decodeMark(json);
  if (mark === undefined || isCompressed(path)) return 0;
  const atPath = await factsAt(path);
  const isKnown = mark.files.some((place) => atPath !== undefined && sameFile(atPath, place));
  const beyond = await Promise.all(mark.files.map((place) => unreadIn(place)));
  const fresh = atPath === undefined || isKnown ? 0 : atPath.size;
  return beyond.reduce((sum, bytes) => sum + bytes, fresh);
}

/** A file that was renamed since is taken to be as long as it was when it was last seen. */
async function unreadIn(place: Place): Promise<number> {
  const facts = isCompressed(place.path) ? undefined : await factsAt(place.path);
  const size = facts !== undefined && sameFile(facts, place) ? facts.size : place.size;
  return Math.max(0, size - place.offset);
}

const factsAt = (path: string): Promise<FileFacts | undefined> =>
  stat(path, { bigint: true }).then(
    (stats) => (stats.isFile() ? factsOf(stats) : undefined),
    () => undefined,
  );
