import { z } from 'zod';
import type { Json } from '../../model/json.ts';

/** A hash of some bytes, with their number. */
export interface Fingerprint {
  readonly length: number;
  readonly hash: string;
}

const fingerprint = z.object({ length: z.number().int().min(0), hash: z.string() });

const place = z.object({
  path: z.string(),
  dev: z.string(),
  ino: z.string(),
  head: fingerprint,
  tail: fingerprint,
  offset: z.number().int().min(0),
  size: z.number().min(0),
  mtimeMs: z.number(),
  skip: z.enum(['none', 'line', 'record', 'recordLine']),
  done: z.boolean(),
});

/**
 * How far one file was read, with all that is needed to know the file again: `path` where it was last
 * seen, device and inode, `head` (its first bytes), `tail` (the bytes before `offset`), `size` and
 * `mtimeMs` when last seen. `done`: rotated and read to its end, kept for late writers only.
 * Offsets and sizes are those of the plain text, also when the file is compressed by now.
 */
export type Place = Readonly<z.infer<typeof place>>;

const fileMark = z.object({
  v: z.literal(1),
  files: z.array(place),
  past: z.array(fingerprint),
  since: z.number(),
});

/**
 * A stream's mark: the files it is made of, oldest first (none: the path was seen to be missing), the
 * heads of files read before, so that a copy that appears later is not read again, and `since`: files
 * rotated away unseen are not older than this (ms since the epoch).
 */
export type FileMark = Readonly<z.infer<typeof fileMark>>;

/** The mark of a path where nothing was at that time, and of a glob that was seen. */
export const emptyMark = (since: number): FileMark => ({ v: 1, files: [], past: [], since });

export function encodeMark(mark: FileMark): Json {
  return {
    v: mark.v,
    files: mark.files.map((file) => ({ ...file })),
    past: mark.past.map((head) => ({ ...head })),
    since: mark.since,
  };
}

/** Undefined when it is not a mark of this version. */
export function decodeMark(json: Json | undefined): FileMark | undefined {
  return fileMark.safeParse(json).data;
}
