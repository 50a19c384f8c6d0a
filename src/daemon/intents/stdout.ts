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

/** How a text is to be shown by a terminal. */
export interface Look {
  /** Parameters of SGR, such as `1;31`. */
  readonly style?: string;
  /** Rings before the text. */
  readonly bells?: number;
}

/** Writes rules' texts to `stream`: bytes as they are, but nothing that a terminal would obey to a terminal. */
export function createStdout(
  stream: OutputStream,
  queued: number,
): (text: string, look?: Look) => Promise<Outcome> {
  let listens = false;
  return (text, { style, bells = 0 } = {}) => {
    if (!listens) stream.on('error', () => undefined);
    listens = true;
    const bytes = bytesOf(text);
    if (stream.writableLength + bytes.length > queued) {
      return Promise.resolve(lost('too much waits for standard output'));
    }
    const shown =
      stream.isTTY === true ? Buffer.from(styled(safeForTerminal(bytes.toString('utf8')), style)) : bytes;
    const whole = bells === 0 ? shown : Buffer.concat([Buffer.from('\x07'.repeat(bells)), shown]);
    return new Promise((resolve) => {
      stream.write(whole, (error) => resolve(error instanceof Error ? lost(whyLost(error)) : done));
    });
  };
}

/** A text with its look; the newline at its end is outside of it. Only digits can be parameters. */
function styled(text: string, style: string | undefined): string {
  if (style === undefined || !/^[\d;]+$/.test(style)) return text;
  const [line = ''] = /^[^]*?(?=\n?$)/.exec(text) ?? [];
  return `\x1b[${style}m${line}\x1b[0m${text.slice(line.length)}`;
}
