import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs';
import { textOf } from './bytes.ts';

/** What one reading of an input gave. `nothing` may be the end: see `open`. */
export type Reading = 'bytes' | 'nothing';

/** The bytes of one input as they come, whatever it is. */
export interface ByteSource {
  readonly open: boolean;
  /** Adds what there is to the buffer; `tail` tells that the end of a file is not its end for good. */
  read(tail: boolean): Reading;
  /** What was read and not taken. */
  buffer: string;
  /** Opens it if it is closed; `from` is where a plain file begins. */
  reopen(from: number | 'end'): boolean;
  close(): void;
}

/** Standard input: a pipe of which the case holds the other end; texts are byte strings. */
export interface Pipe extends ByteSource {
  push(text: string): void;
  end(): void;
}

export function createPipe(blocksize: number): Pipe {
  let [waiting, open, ended] = ['', true, false];
  const pipe: Pipe = {
    get open() {
      return open;
    },
    buffer: '',
    read() {
      const came = waiting.slice(0, blocksize);
      waiting = waiting.slice(blocksize);
      pipe.buffer += came;
      if (came === '' && ended) open = false;
      return came === '' ? 'nothing' : 'bytes';
    },
    push: (text) => void (waiting += text),
    end: () => void (ended = true),
    reopen: () => !ended && (open = true),
    close: () => void (open = false),
  };
  return pipe;
}

interface Handle {
  readonly fd: number;
  readonly stats: Stats;
  /** Undefined: it has no places, as a FIFO. */
  position: number | undefined;
}

/**
 * A file or FIFO. A plain file that was moved away or cut is opened anew, at its start, when a reading gave
 * nothing; half a line of the old one stays in the buffer, as with SEC.
 */
export function createFileSource(path: Buffer, blocksize: number, rwfifo: boolean): ByteSource {
  let handle: Handle | undefined;
  const block = Buffer.alloc(blocksize);
  const close = (): void => {
    if (handle !== undefined) closeSync(handle.fd);
    handle = undefined;
  };
  const source: ByteSource = {
    get open() {
      return handle !== undefined;
    },
    buffer: '',
    read(tail) {
      if (handle === undefined) return 'nothing';
      const size = readBlock(handle, block);
      if (size === 'later') return 'nothing';
      if (size > 0) {
        source.buffer += textOf(block.subarray(0, size));
        return 'bytes';
      }
      if (!tail || (handle.position === undefined && !rwfifo)) close();
      else if (handle.position !== undefined && wasReplaced(path, handle, handle.position)) {
        close();
        handle = openAt(path, 0, rwfifo);
      }
      return 'nothing';
    },
    reopen(from) {
      close();
      handle = openAt(path, from, rwfifo);
      return handle !== undefined;
    },
    close,
  };
  return source;
}

function readBlock(handle: Handle, block: Buffer): number | 'later' {
  try {
    const size = readSync(handle.fd, block, 0, block.length, handle.position ?? null);
    if (handle.position !== undefined) handle.position += size;
    return size;
  } catch {
    return 'later';
  }
}

function wasReplaced(path: Buffer, handle: Handle, position: number): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  return stats.ino !== handle.stats.ino || stats.dev !== handle.stats.dev || stats.size < position;
}

function openAt(path: Buffer, from: number | 'end', rwfifo: boolean): Handle | undefined {
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind === undefined || !(kind.isFile() || kind.isFIFO())) return undefined;
  const how = kind.isFile() || !rwfifo ? constants.O_RDONLY : constants.O_RDWR;
  try {
    const fd = openSync(path, how | constants.O_NONBLOCK);
    const stats = fstatSync(fd);
    const position = from === 'end' ? stats.size : from;
    return { fd, stats, position: kind.isFile() ? position : undefined };
  } catch {
    return undefined;
  }
}
