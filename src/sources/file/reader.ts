import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { factsOf, type FileFacts } from './identity.ts';

/** The bytes of one open file, decompressed if need be. All calls may reject with a system error. */
export interface Reader {
  readonly path: string;
  readonly compressed: boolean;
  /** When it was opened. `size` is that on disk. */
  readonly opened: FileFacts;
  facts(): Promise<FileFacts>;
  /** Fills `into` from `position` on as far as the file goes; returns the number of bytes. */
  read(into: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** Opens a regular file for reading; `.gz` is decompressed. */
export async function openReader(path: string): Promise<Reader> {
  // Without O_NONBLOCK the open of a FIFO put in the file's place would never return.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const opened = factsOf(await handle.stat({ bigint: true }));
    if (!opened.regular) throw Object.assign(new Error('not a regular file'), { code: 'ENOTREG' });
    return isCompressed(path) ? gzipReader(path, handle, opened) : plainReader(path, handle, opened);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export const isCompressed = (path: string): boolean => path.endsWith('.gz');

function plainReader(path: string, handle: FileHandle, opened: FileFacts): Reader {
  return {
    path,
    compressed: false,
    opened,
    facts: async () => factsOf(await handle.stat({ bigint: true })),
    async read(into, position) {
      let filled = 0;
      while (filled < into.length) {
        const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    // Where the file system is gone, closing fails; nothing was written that could be lost.
    close: () => handle.close().catch(() => undefined),
  };
}

/** Reads forwards; going back begins again at the start of the file. */
function gzipReader(path: string, handle: FileHandle, opened: FileFacts): Reader {
  let inflated: Inflated | undefined;
  let at = 0;
  let held: Buffer = Buffer.alloc(0);

  const restart = async (): Promise<Inflated> => {
    await inflated?.close();
    at = 0;
    held = Buffer.alloc(0);
    return inflate(handle);
  };

  return {
    path,
    compressed: true,
    opened,
    facts: async () => factsOf(await handle.stat({ bigint: true })),
    async read(into, position) {
      if (inflated === undefined || position < at) inflated = await restart();
      let filled = 0;
      while (filled < into.length) {
        const skipped = Math.min(held.length, position + filled - at);
        const taken = held.copy(into, filled, skipped);
        filled += taken;
        held = held.subarray(skipped + taken);
        at += skipped + taken;
        if (filled === into.length) break;
        const next = await inflated.next();
        if (next === undefined) break;
        held = next;
      }
      return filled;
    },
    async close() {
      await inflated?.close();
      await handle.close();
    },
  };
}

interface Inflated {
  next(): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

function inflate(handle: FileHandle): Inflated {
  // Not the handle's own stream: closing the handle would wait for that stream for ever.
  const packed = Readable.from(blocksOf(handle), { objectMode: false });
  const plain = createGunzip();
  packed.on('error', (error) => plain.destroy(error));
  const blocks: AsyncIterator<Buffer> = packed.pipe(plain)[Symbol.asyncIterator]();
  return {
    async next() {
      const block = await blocks.next();
      return block.done === true ? undefined : block.value;
    },
    async close() {
      packed.destroy();
      plain.destroy();
    },
  };
}

async function* blocksOf(handle: FileHandle): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; ;) {
    const block = Buffer.allocUnsafe(64 * 1024);
    const { bytesRead } = await handle.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}
