import { execFile } from 'node:child_process';
import { closeSync, fstatSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Writes lines at a steady rate; one of a hundred matches and carries its number. */
export interface Writer {
  lines(): number;
  matching(): number;
  /** When a number was written (ms, as `Date.now`); forgets it. */
  takeWritten(number: number): number | undefined;
  stop(): void;
}

const tickMs = 10;
const hosts = 200;

export function startWriter(log: string, perSecond: number): Writer {
  const begun = Date.now();
  const written = new Map<number, number>();
  let fd = openSync(log, 'a');
  let lines = 0;
  let matching = 0;
  const next = (): string => {
    const host = `web${lines % hosts}`;
    if (lines++ % 100 > 0)
      return `Nov 20 10:00:06 ${host} app[7]: request ${lines} served in 12 ms, all is well\n`;
    written.set(++matching, Date.now());
    return `Nov 20 10:00:06 ${host} app[7]: soak ${matching} of ${host} is critical\n`;
  };
  const timer = setInterval(() => {
    const there = statSync(log, { throwIfNoEntry: false })?.ino;
    if (there !== undefined && there !== fstatSync(fd).ino) {
      closeSync(fd);
      fd = openSync(log, 'a');
    }
    const due = Math.floor(((Date.now() - begun) * perSecond) / 1000);
    let text = '';
    while (lines < due) text += next();
    if (text !== '') writeSync(fd, text);
  }, tickMs);
  return {
    lines: () => lines,
    matching: () => matching,
    takeWritten(number) {
      const at = written.get(number);
      written.delete(number);
      return at;
    },
    stop() {
      clearInterval(timer);
      closeSync(fd);
    },
  };
}

/** Rotates by the real logrotate, as a system does. */
export async function rotate(folder: string, log: string): Promise<void> {
  const config = join(folder, 'logrotate.conf');
  writeFileSync(config, `${log} {\n  su root root\n  rotate 2\n  create\n  missingok\n}\n`, { mode: 0o644 });
  await promisify(execFile)('logrotate', ['-f', '-s', join(folder, 'logrotate.state'), config]);
}

/** An HTTP peer that notes the number of each message it took. */
export interface Peer {
  readonly url: string;
  stop(): void;
}

/** `answer` says whether it took the message. */
export async function startPeer(
  arrived: (number: number) => void,
  answer: (response: ServerResponse) => boolean,
): Promise<Peer> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8');
      const number = body.includes('"rule":"soak"') ? /soak (\d+) of/.exec(body)?.[1] : undefined;
      if (answer(response) && number !== undefined) arrived(Number(number));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Works, refuses, works, hangs, works, resets, each for `periodMs`; works for good once it is `calm`. */
export function flapping(periodMs: number, calm: () => boolean): (response: ServerResponse) => boolean {
  const begun = Date.now();
  return (response) => {
    const phase = calm() ? 0 : Math.floor((Date.now() - begun) / periodMs) % 6;
    if (phase % 2 === 0) response.end('ok');
    else if (phase === 1) response.writeHead(503).end();
    else if (phase === 5) response.socket?.destroy();
    return phase % 2 === 0;
  };
}
