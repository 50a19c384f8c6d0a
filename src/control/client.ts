import { connect, type Socket } from 'node:net';
import type { Json } from '../model/json.ts';
import { socketAddress } from './address.ts';
import { createLines } from './lines.ts';
import { parseReply, requestLine, type ControlArgs, type ControlCommand } from './protocol.ts';

/** `refused`: the daemon (or the socket's mode) said no; `code` is the daemon's own word for it. */
export type ControlAnswer =
  | { readonly ok: true; readonly value: Json }
  | {
      readonly ok: false;
      readonly reason: 'noDaemon' | 'timeout' | 'protocol' | 'refused';
      readonly detail: string;
      readonly code?: string;
    };

export interface CallOptions {
  readonly timeoutMs: number;
  /** Takes the values of an answer that has several, as they come. */
  readonly onValue?: (value: Json) => void;
}

/** Longest line that is taken from the daemon. */
const longestReply = 16 * 1024 * 1024;

/** Asks the daemon of a state directory to carry out one command. Never rejects. */
export async function callControl<Command extends ControlCommand>(
  directory: string,
  command: Command,
  args: ControlArgs<Command>,
  options: CallOptions,
): Promise<ControlAnswer> {
  const address = socketAddress(directory);
  if (!address.ok) return { ok: false, reason: 'noDaemon', detail: address.detail };
  const request = { command, args } as Parameters<typeof requestLine>[1]; // the signature has paired the two
  const socket = connect(address.path);
  try {
    return await exchange(socket, request, options);
  } finally {
    socket.destroy();
    address.close();
  }
}

function exchange(
  socket: Socket,
  request: Parameters<typeof requestLine>[1],
  options: CallOptions,
): Promise<ControlAnswer> {
  return new Promise((resolve) => {
    const lines = createLines(longestReply);
    const fail = (reason: 'noDaemon' | 'timeout' | 'protocol' | 'refused', detail: string): void =>
      resolve({ ok: false, reason, detail });
    const timer = setTimeout(
      () => fail('timeout', `the daemon did not answer within ${options.timeoutMs} ms`),
      options.timeoutMs,
    );
    socket.on('connect', () => socket.write(requestLine(1, request)));
    socket.on('data', (bytes: Buffer) => {
      lines.add(bytes);
      for (let line = lines.take(); line !== undefined; line = lines.take()) {
        const answer = answerOf(line, options);
        if (answer !== undefined) resolve(answer);
      }
      if (lines.tooLong()) fail('protocol', `the daemon sent a line of more than ${longestReply} bytes`);
    });
    socket.on('error', (error) => {
      const [reason, detail] = reasonOf(error);
      fail(reason, detail);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      fail('protocol', 'the daemon hung up without an answer');
    });
  });
}

/** The answer that a line completes; undefined: there is more to come. */
function answerOf(line: string, options: CallOptions): ControlAnswer | undefined {
  const reply = parseReply(line);
  if (reply === undefined)
    return { ok: false, reason: 'protocol', detail: 'the daemon speaks another protocol' };
  if (!reply.ok) {
    return { ok: false, reason: 'refused', code: reply.error.code, detail: reply.error.message };
  }
  if (reply.more !== true) return { ok: true, value: reply.value };
  options.onValue?.(reply.value);
  return undefined;
}

function reasonOf(error: Error): ['noDaemon' | 'refused' | 'protocol', string] {
  const code = 'code' in error ? String(error.code) : '';
  if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENOTSOCK'].includes(code))
    return ['noDaemon', 'no daemon is running here'];
  if (['EACCES', 'EPERM'].includes(code))
    return ['refused', `the control socket is not open to this user (${code})`];
  return ['protocol', error.message];
}
