import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { z } from 'zod';
import type { SourceKind, SourceNotice, SourceOutput, SourcePorts } from './contract.ts';
import { codeOf, explainFailure } from './file/permission.ts';
import { hasName } from './has-name.ts';
import { createKeep } from './keep.ts';
import { letGo } from './let-go.ts';
import * as notices from './notices.ts';
import { pause } from './pause.ts';
import { recordOptions, recordOptionsOf, type RecordOptions } from './record-options.ts';
import { readStream } from './stdin.ts';

/** What the kind `fifo` needs to know. */
export interface FifoOptions extends RecordOptions {
  readonly path: string;
}

const fifoOptions: z.ZodType<FifoOptions> = z
  .strictObject({
    fifo: z
      .string()
      .regex(/^\/\P{Cc}*$/u, 'not an absolute path')
      .describe('The path of a FIFO that others write lines into.'),
    ...recordOptions,
  })
  .transform(({ fifo, ...records }) => ({ path: fifo, ...recordOptionsOf(records) }));

/**
 * A FIFO that others write lines into. While it is followed it is open for writing, too, so that it does not
 * end with its last writer; what nobody took when this program ended is gone.
 */
export const fifoKind: SourceKind<FifoOptions> = {
  kind: 'fifo',
  summary: 'A FIFO that others write lines into.',
  options: fifoOptions,
  rewinds: false,
  open: (options, ports) => followFifo(options, ports),
};

const kept = createKeep<Socket>({
  hold: (input, held) => void (held ? input.ref() : input.unref()),
  close: (input) => Promise.resolve(input.destroy()),
});

/** How long until it is looked again for a FIFO that cannot be read (ms). */
const againMs = 5000;

/** How often it is looked whether a first writer came (ms). */
const lookMs = 50;
const mostFirst = 65_536;

/** Reads it; waits for it where it is not there yet, or is something else. */
export async function* followFifo(
  { path, ...records }: FifoOptions,
  ports: SourcePorts,
  again = againMs,
): AsyncGenerator<SourceOutput, void, undefined> {
  let told: string | undefined;
  while (!ports.signal.aborted) {
    const input = (await kept.take(path, '')) ?? (await openFifo(path, ports));
    if (input instanceof Socket) {
      const watch = ports.follow ? setInterval(() => void leaveReplaced(path, input), again) : undefined;
      try {
        yield* readStream(input, records, ports, path);
        if (!ports.follow) return;
        told = undefined;
        await pause(again / 10, ports.signal);
        continue;
      } finally {
        clearInterval(watch);
        if (ports.signal.aborted && ports.follow) kept.park(path, '', input);
        else input.destroy();
      }
    }
    const notice = await noticeOf(path, input);
    if (notice.text !== told) {
      yield { type: 'notice', stream: path, notice };
      yield { type: 'condition', stream: path, condition: 'unreadable' };
    }
    told = notice.text;
    if (!ports.follow) return;
    await pause(again, ports.signal);
  }
}

/** Which FIFO each input is: it is open for ever, also when another one was made in its place. */
const identities = new WeakMap<Socket, { readonly dev: number; readonly ino: number }>();

/** Ends the reading of a FIFO in whose place another one stands: whoever writes now writes into that. */
async function leaveReplaced(path: string, input: Socket): Promise<void> {
  const seen = await stat(path).catch(() => undefined);
  const own = identities.get(input);
  if (seen?.isFIFO() === true && (seen.ino !== own?.ino || seen.dev !== own.dev)) letGo(input);
}

/** Opened for reading alone it ends when its last writer leaves. Gives what went wrong; undefined: it is no FIFO. */
async function openFifo(
  path: string,
  { follow, last = false, signal }: SourcePorts,
): Promise<Socket | Error | undefined> {
  const { O_RDWR, O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  let fd: number | undefined;
  try {
    fd = openSync(path, (follow ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY);
    const opened = fstatSync(fd);
    if (!opened.isFIFO()) {
      closeSync(fd);
      return undefined;
    }
    const first = !follow && last && hasName(path) ? await firstWords(fd, signal) : Buffer.alloc(0);
    const input = new Socket({ fd, readable: true, writable: false });
    if (first.length > 0) input.unshift(first);
    identities.set(input, opened);
    return input;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * Waits for a writer, as a program does that opens a FIFO without further ado: without one it would seem to be at
 * its end. To open it so would keep this program from ending while nobody writes. Gives what was written already.
 */
async function firstWords(fd: number, signal: AbortSignal): Promise<Buffer> {
  const bytes = Buffer.alloc(mostFirst);
  while (!signal.aborted) {
    const length = readSome(fd, bytes);
    if (length !== 0) return bytes.subarray(0, length ?? 0);
    await pause(lookMs, signal);
  }
  return Buffer.alloc(0);
}

/** How many bytes were there; 0: nobody writes. Undefined: who writes has written nothing yet. */
function readSome(fd: number, bytes: Buffer): number | undefined {
  try {
    return readSync(fd, bytes);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
}

async function noticeOf(path: string, why: Error | undefined): Promise<SourceNotice> {
  if (why === undefined) {
    const text = `${path} is not a FIFO; it is not read until it is one (mkfifo ${path})`;
    return { code: 'source.not-a-file', severity: 'error', text, alert: false };
  }
  if (codeOf(why) === 'ENOENT') {
    const text = `${path} does not exist; it will be read when it appears (mkfifo ${path})`;
    return { code: 'source.missing', severity: 'warning', text, alert: false };
  }
  return notices.unreadable(path, await explainFailure(path, why));
}
