import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { Fingerprint } from './mark.ts';

/** How many of a file's first bytes make its fingerprint. */
export const headLength = 1024;

/** How many bytes before a place are compared to see that the file was not rewritten under us. */
export const tailLength = 256;

/** What a stat tells of a file. Inodes are strings: some file systems use all 64 bits. */
export interface FileFacts {
  readonly dev: string;
  readonly ino: string;
  readonly size: number;
  readonly mtimeMs: number;
  /** Names that the file still has; 0 when it was deleted. */
  readonly links: number;
  readonly regular: boolean;
}

export function factsOf(stats: BigIntStats): FileFacts {
  return {
    dev: String(stats.dev),
    ino: String(stats.ino),
    size: Number(stats.size),
    mtimeMs: Number(stats.mtimeNs) / 1e6,
    links: Number(stats.nlink),
    regular: stats.isFile(),
  };
}

export const sameFile = (a: { dev: string; ino: string }, b: { dev: string; ino: string }): boolean =>
  a.dev === b.dev && a.ino === b.ino;

/** The length is hashed too: a prefix of a file is not that file. */
export function fingerprintOf(bytes: Uint8Array): Fingerprint {
  const hash = createHash('sha256').update(`${bytes.length}:`).update(bytes).digest('hex').slice(0, 24);
  return { length: bytes.length, hash };
}

/** Whether `bytes` begin with what was fingerprinted. */
export function beginsWith(bytes: Uint8Array, head: Fingerprint): boolean {
  return bytes.length >= head.length && fingerprintOf(bytes.subarray(0, head.length)).hash === head.hash;
}

/** Whether `bytes` end with what was fingerprinted. */
export function endsWith(bytes: Uint8Array, tail: Fingerprint): boolean {
  return (
    bytes.length >= tail.length &&
    fingerprintOf(bytes.subarray(bytes.length - tail.length)).hash === tail.hash
  );
}
