import type { Socket } from 'node:net';
import type { Json } from '../model/json.ts';
import { seconds, type Millis } from '../model/time.ts';
import { createLines } from './lines.ts';
import { createPatience, type Patience } from './patience.ts';
import {
  longestRequest,
  parseRequest,
  replyLine,
  type ControlReply,
  type ControlRequest,
} from './protocol.ts';

/**
 * Carries a request out. Several values answer as an iterable, one line each. `signal` is aborted when
 * the client has gone or will ask no more: an answer that waits for something ends then.
 */
export type AnswerControl = (
  request: ControlRequest,
  signal: AbortSignal,
) => Promise<ControlReply> | AsyncIterable<Json>;

export interface ConnectionPorts {
  readonly answer: AnswerControl;
  /** How long a client may take for a whole request, and to take in a reply. */
  readonly patience: Millis;
  /** Told of what only a bug can cause: an answer that was thrown. */
  readonly report: (error: unknown) => void;
}

/**
 * Serves one client: its requests one after the other, each answered before the next is looked at. A
 * client that has closed its half still gets the answers to what it has asked.
 */
export function serveConnection(socket: Socket, ports: ConnectionPorts): void {
  const gone = new AbortController();
  const lines = createLines(longestRequest);
  const patience = createPatience(ports.patience, () => socket.destroy());
  let serving = false;
  let ended = false;

  const serve = async (): Promise<void> => {
    for (let line = lines.take(); line !== undefined && !socket.destroyed; line = lines.take()) {
      patience.stop();
      await answerLine(line, ports, gone.signal, (text) => write(socket, text, patience));
      patience.start();
      socket.resume();
    }
    if (lines.tooLong()) refuse(socket, 'tooLarge', `a request has at most ${longestRequest} bytes`);
    else if (ended) socket.end();
  };

  const proceed = (): void => {
    if (serving) return;
    serving = true;
    void serve().finally(() => (serving = false));
  };

  socket.on('data', (bytes: Buffer) => {
    if (lines.tooLong()) return;
    lines.add(bytes);
    if (serving && lines.waiting() >= longestRequest) socket.pause();
    proceed();
  });
  socket.on('end', () => {
    ended = true;
    gone.abort();
    proceed();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    patience.stop();
    gone.abort();
  });
  patience.start();
}

/** How long a client that is not served may take to hear why. */
const farewell = seconds(1);

/** Tells a client why it is not served, and hangs up. */
export function refuse(socket: Socket, code: string, message: string): void {
  const patience = createPatience(farewell, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('close', () => patience.stop());
  patience.start();
  // What still comes is read and dropped: hanging up on unread bytes would take the words away too.
  socket.resume();
  socket.end(replyLine(null, { ok: false, error: { code, message } }));
}

async function answerLine(
  line: string,
  ports: ConnectionPorts,
  signal: AbortSignal,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const parsed = parseRequest(line);
  if (!parsed.ok) return write(replyLine(parsed.id, { ok: false, error: parsed.error }));
  const { id, request } = parsed;
  try {
    const answer = ports.answer(request, signal);
    if (answer instanceof Promise) return await write(replyLine(id, await answer));
    for await (const value of answer) {
      if (signal.aborted) return;
      await write(replyLine(id, { ok: true, value }, true));
    }
    await write(replyLine(id, { ok: true, value: null }));
  } catch (error) {
    ports.report(error);
    const message = 'the daemon failed at this; its log tells more';
    await write(replyLine(id, { ok: false, error: { code: 'internal', message } }));
  }
}

/** Ends when the client has taken in what was written, or has gone; never rejects. */
function write(socket: Socket, text: string, patience: Patience): Promise<void> {
  if (socket.destroyed || socket.write(text)) return Promise.resolve();
  patience.start();
  return new Promise((resolve) => {
    const done = (): void => {
      patience.stop();
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}
