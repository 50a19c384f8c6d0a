import { safeForTerminal } from '../../kit/terminal.ts';
import { bytesOf } from './bytes.ts';
import { done, lost, type Outcome } from './contract.ts';
import { whyLost } from './streams.ts';

/** What of standard output this needs. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly writableLength: number;
  write(bytes: Uint8Array, done: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: () => void): unknown;
}

/** Writes rules' texts to `stream`: bytes as they are, but nothing that a terminal would obey to a terminal. */
export function createStdout(stream: OutputStream, queued: number): (text: string) => Promise<Outcome> {
  let listens = false;
  return (text) => {
    if (!listens) stream.on('error', () => undefined);
    listens = true;
    const bytes = bytesOf(text);
    if (stream.writableLength + bytes.length > queued) {
      return Promise.resolve(lost('too much waits for standard output'));
    }
    const shown = stream.isTTY === true ? Buffer.from(safeForTerminal(bytes.toString('utf8'))) : bytes;
    return new Promise((resolve) => {
      stream.write(shown, (error) => resolve(error instanceof Error ? lost(whyLost(error)) : done));
    });
  };
}
