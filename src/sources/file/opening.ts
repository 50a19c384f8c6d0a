import { readAt } from './generation.ts';
import { openReader, type Reader } from './reader.ts';

/** Opens a file; undefined when there is none. */
export async function openIfThere(path: string): Promise<Reader | undefined> {
  try {
    return await openReader(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether a system error says that there is no such file. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

const zeros = Buffer.alloc(64 * 1024);

/**
 * Where the text begins after a run of at least `least` NULs, else 0: a writer that does not append (no
 * O_APPEND) goes on at its old offset after a truncation, and leaves a hole before it.
 */
export async function afterHole(reader: Reader, least: number): Promise<number> {
  for (let at = 0; at < reader.opened.size; at += zeros.length) {
    const bytes = await readAt(reader, at, Math.min(zeros.length, reader.opened.size - at));
    if (bytes === undefined) return 0;
    if (bytes.equals(zeros.subarray(0, bytes.length))) continue;
    const text = at + bytes.findIndex((byte) => byte !== 0);
    return text >= least ? text : 0;
  }
  return 0;
}
