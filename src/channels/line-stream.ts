import type { Duplex } from 'node:stream';

/** Lines of a connection in turn, without their ends. */
export interface LineStream {
  /** The next line; rejects when the connection ended, broke, or a line is longer than allowed. */
  next(): Promise<string>;
  /** One line out; what it holds must not end a line. */
  say(line: string): void;
}

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
}

/** Most lines that may wait to be taken: who sends more without being asked is not listened to any longer. */
const mostWaiting = 10_000;

/** Reads CRLF or LF lines in UTF-8 of at most `longest` bytes each. What the connection said before is lost. */
export function lineStream(connection: Duplex, longest: number): LineStream {
  const lines: string[] = [];
  const waiting: Waiting[] = [];
  let rest = Buffer.alloc(0);
  let end: Error | undefined;
  const finish = (error: Error): void => {
    end ??= error;
    for (const { reject } of waiting.splice(0)) reject(end);
  };
  const take = (line: string): void => {
    const first = waiting.shift();
    if (first === undefined) lines.push(line);
    else first.resolve(line);
  };
  connection.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let at = rest.indexOf(10); at !== -1; at = rest.indexOf(10)) {
      take(rest.toString('utf8', 0, at).replace(/\r$/, ''));
      rest = rest.subarray(at + 1);
    }
    if (rest.length <= longest && lines.length <= mostWaiting) return;
    finish(new Error('what answers there does not speak in lines'));
    connection.destroy();
  });
  connection.on('error', finish);
  connection.on('close', () => finish(closedByPeer()));
  connection.on('end', () => finish(closedByPeer()));
  return {
    next: () => {
      const line = lines.shift();
      if (line !== undefined) return Promise.resolve(line);
      if (end !== undefined) return Promise.reject(end);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    say: (line) => void (connection.writable && connection.write(`${line}\r\n`)),
  };
}

const closedByPeer = (): Error =>
  Object.assign(new Error('the server closed the connection'), { code: 'ECONNRESET' });
