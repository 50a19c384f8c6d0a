import { closeSync, openSync, readSync } from 'node:fs';
import { openArchive } from './open.ts';
import type { ArchiveFile } from './sets.ts';

/** A whole line of a file, and where it begins. */
interface Sampled {
  readonly at: number;
  readonly line: string;
}

/** Lines looked at in any file, and at most where time passes in leaps. */
const fewest = 16;
const most = 400;
const lineBlock = 4096;
/** A packed file of this size is unpacked to be looked at all over, up to this much; of a larger one only the beginning. */
const smallPacked = 256 * 1024;
const mostUnpacked = 8 * 1024 * 1024;

/**
 * Some lines of a file in its order, the first among them; none if it cannot be read. Between two lines
 * that are `far` apart in time more are taken.
 */
export async function sampleLines(
  file: ArchiveFile,
  far: (earlier: string, later: string) => boolean,
): Promise<readonly string[]> {
  if (file.packing !== undefined) {
    const whole = file.size <= smallPacked;
    const bytes = await beginning(file, whole ? mostUnpacked : lineBlock);
    const lines = linesBetween(bytes.length, (into, at) => bytes.copy(into, 0, at), far);
    return whole ? lines : lines.slice(0, 1);
  }
  let descriptor: number | undefined;
  try {
    const opened = openSync(file.path, 'r');
    descriptor = opened;
    return linesBetween(file.size, (into, at) => readSync(opened, into, 0, into.length, at), far);
  } catch {
    return [];
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

type ReadAt = (into: Buffer, at: number) => number;

function linesBetween(size: number, read: ReadAt, far: (a: string, b: string) => boolean): readonly string[] {
  const block = Buffer.alloc(lineBlock);
  let left = most;
  /** The first whole line that begins at or after `from`. */
  const lineFrom = (from: number): Sampled | undefined => {
    left -= 1;
    // The byte before tells whether a line begins here.
    const begin = Math.max(0, from - 1);
    const bytes = block.subarray(0, read(block, begin));
    const start = from === 0 ? 0 : bytes.indexOf(lf) + 1;
    if (bytes.length === 0 || (from > 0 && start === 0)) return undefined;
    const end = bytes.indexOf(lf, start);
    const line = bytes.toString('utf8', start, end < 0 ? bytes.length : end);
    return line === '' ? undefined : { at: begin + start, line };
  };
  const found: Sampled[] = [];
  for (let step = 0; step < fewest; step += 1) {
    const sampled = lineFrom(Math.floor((size * step) / fewest));
    if (sampled !== undefined && sampled.at !== found.at(-1)?.at) found.push(sampled);
  }
  const last = lineFrom(Math.max(0, size - lineBlock / 4));
  if (last !== undefined && last.at > (found.at(-1)?.at ?? -1)) found.push(last);

  const between = (low: Sampled, high: Sampled): readonly Sampled[] => {
    if (left <= 0 || !far(low.line, high.line)) return [];
    const middle = lineFrom((low.at + high.at) >> 1);
    if (middle === undefined || middle.at <= low.at || middle.at >= high.at) return [];
    return [...between(low, middle), middle, ...between(middle, high)];
  };
  return found
    .flatMap((sampled, index) => {
      const before = found[index - 1];
      return before === undefined ? [sampled] : [...between(before, sampled), sampled];
    })
    .map(({ line }) => line);
}

const lf = 0x0a;

async function beginning(file: ArchiveFile, length: number): Promise<Buffer> {
  const reader = openArchive(file);
  const bytes = Buffer.alloc(length);
  let filled = 0;
  try {
    while (filled < length) {
      const read = await reader.read(bytes, filled);
      if (read === 0) break;
      filled += read;
    }
  } finally {
    reader.close();
  }
  return bytes.subarray(0, filled);
}
