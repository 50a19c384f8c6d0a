import { spawn } from 'node:child_process';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Packing } from './packing.ts';
import { whyNot, type ArchiveFile } from './sets.ts';

/**
 * The bytes of one file of history, from its beginning. What cannot be read ends it early: `trouble` says
 * why, and what came before counts.
 */
export interface ArchiveReader {
  /** Puts bytes into `into` from `at` on; the number of bytes, 0 at the end. Plain files answer at once. */
  read(into: Buffer, at: number): number | Promise<number>;
  /** Bytes of the file on disk that were read so far: how far it is. */
  taken(): number;
  trouble(): string | undefined;
  close(): void;
}

const unpackBlock = 256 * 1024;

/** Opens a file for reading once through. */
export function openArchive({ path, packing }: Pick<ArchiveFile, 'path' | 'packing'>): ArchiveReader {
  return packing === undefined ? plainReader(path) : packedReader(path, packing);
}

function plainReader(path: string): ArchiveReader {
  let file: number | undefined;
  let trouble: string | undefined;
  let taken = 0;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  try {
    file = openSync(path, 'r');
  } catch (error) {
    trouble = whyNot(error);
  }
  return {
    read(into, at) {
      if (file === undefined) return 0;
      try {
        const read = readSync(file, into, at, into.length - at, null);
        taken += read;
        return read;
      } catch (error) {
        trouble = whyNot(error);
        return 0;
      }
    },
    taken: () => taken,
    trouble: () => trouble,
    close,
  };
}

/** Unpacks beside this thread: zlib has threads of its own, other packings a process. */
function packedReader(path: string, packing: Packing): ArchiveReader {
  const packed = createReadStream(path, { highWaterMark: unpackBlock });
  const unpacking = packing.program === undefined ? gunzip(packed) : unpackBy(packing.program, packed);
  const blocks: AsyncIterator<Buffer> = unpacking.output[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let trouble: string | undefined;
  let isOver = false;
  packed.on('error', (error) => unpacking.output.destroy(error));

  const next = async (): Promise<void> => {
    try {
      const block = await blocks.next();
      if (block.done === true) {
        isOver = true;
        trouble = await unpacking.trouble();
      } else held = block.value;
    } catch (error) {
      isOver = true;
      trouble = (await unpacking.trouble()) ?? whyBroken(error);
    }
  };

  return {
    async read(into, at) {
      while (held.length === 0 && !isOver) await next();
      const copied = held.copy(into, at);
      held = held.subarray(copied);
      return copied;
    },
    taken: () => packed.bytesRead,
    trouble: () => trouble,
    close() {
      packed.destroy();
      unpacking.stop();
    },
  };
}

interface Unpacking {
  readonly output: Readable;
  /** What the program said of its failure, once it has ended. */
  trouble(): Promise<string | undefined>;
  stop(): void;
}

function gunzip(packed: Readable): Unpacking {
  const output = packed.pipe(createGunzip({ chunkSize: unpackBlock }));
  return { output, trouble: async () => undefined, stop: () => void output.destroy() };
}

/** The path never reaches the program, nor does a shell see anything of it. */
function unpackBy({ name, args }: NonNullable<Packing['program']>, packed: Readable): Unpacking {
  const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'], shell: false });
  let said = '';
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      const missing = 'code' in error && error.code === 'ENOENT';
      resolve(missing ? `the program ${name}, which unpacks it, is not installed` : String(error));
      child.stdout.destroy();
    });
    child.once('close', (code) => {
      const [first = ''] = said.trim().split('\n');
      resolve(code === 0 || code === null ? undefined : `${name} ended with ${code}: ${first.slice(0, 200)}`);
    });
  });
  child.stderr.setEncoding('latin1').on('data', (text: string) => (said = (said + text).slice(0, 4096)));
  // It may end before it has read all.
  child.stdin.on('error', () => packed.destroy());
  packed.pipe(child.stdin);
  return { output: child.stdout, trouble: () => ended, stop: () => void child.kill() };
}

function whyBroken(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'Z_BUF_ERROR') return 'it is cut off: what came before was read';
  if (typeof code === 'string' && code.startsWith('Z_')) return `it is no whole gzip file (${code})`;
  return whyNot(error);
}
