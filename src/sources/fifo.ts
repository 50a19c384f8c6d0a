import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { RecordOptions } from './record-options.ts';
import type { SourceKind } from './contract.ts';
import * as notices from './notices.ts';
import { readStream } from './stdin.ts';

/** What the kind `fifo` needs to know. */
export interface FifoOptions extends Pick<RecordOptions, 'maxRecord'> {
  readonly path: string;
}

/**
 * A FIFO that others write lines into. While it is followed it is open for writing, too, so that it does not
 * end with its last writer; what nobody took when this program ended is gone.
 */
export const fifoKind: Omit<SourceKind<FifoOptions>, 'options'> = {
  kind: 'fifo',
  summary: 'A FIFO, read for as long as the program runs.',
  rewinds: false,
  async *open({ path, maxRecord }, ports) {
    let input: Socket;
    try {
      input = openFifo(path, ports.follow);
    } catch (error) {
      yield { type: 'notice', stream: path, notice: notices.unreadable(path, String(error)) };
      yield { type: 'condition', stream: path, condition: 'unreadable' };
      return;
    }
    try {
      yield* readStream(input, { maxRecord }, ports, path);
    } finally {
      input.destroy();
    }
  },
};

/** Opened for reading alone it ends when its last writer leaves. */
function openFifo(path: string, follow: boolean): Socket {
  const { O_RDWR, O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  const fd = openSync(path, (follow ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY);
  try {
    return new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
