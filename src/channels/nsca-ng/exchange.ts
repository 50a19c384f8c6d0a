import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import type { Delivery } from '../../model/delivery.ts';
import { type AttemptLimits, type Course, notAuthorised, runAttempt, tryAgain } from '../attempt-course.ts';
import { quoted } from '../http-call.ts';
import { type LineStream, lineStream } from '../line-stream.ts';
import { codeOf } from '../private-file.ts';

/** A daemon nsca-ng, and who we are to it. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly identity: string;
  readonly password: string;
  /** Names the connection in the daemon's log: 2 to 64 printable characters. */
  readonly session: string;
}

/** A line of the protocol has at most 1024 bytes (The NSCA-ng Protocol, Version 1: NSCA-ng Session). */
const longestLine = 1024;

/**
 * Hands over one monitoring command as "The NSCA-ng Protocol, Version 1" has it (weiss/nsca-ng, PROTOCOL);
 * undefined: only says hello. Never rejects; its connection is gone when it settles.
 */
export function pushCommand(
  peer: Peer,
  command: string | undefined,
  limits: AttemptLimits,
): Promise<Delivery> {
  return runAttempt(limits, async (course) => {
    const socket = open(peer);
    course.atEnd(() => socket.destroy());
    const refusal = await handshake(socket);
    if (refusal !== undefined) return refusal;
    const lines = lineStream(socket, longestLine);
    const moin = await ask(lines, `MOIN 1 ${peer.session}`);
    if (moin !== 'MOIN 1') return refused(moin, peer);
    const end = command === undefined ? taken : await push(course, socket, lines, command, peer);
    lines.say('QUIT');
    socket.end();
    return end;
  });
}

async function push(
  course: Course,
  socket: TLSSocket,
  lines: LineStream,
  command: string,
  peer: Peer,
): Promise<Delivery> {
  const ready = await ask(lines, `PUSH ${Buffer.byteLength(command)}`);
  if (ready !== 'OKAY') return refused(ready, peer);
  course.leaves();
  socket.write(command);
  const answer = await lines.next();
  if (answer === 'OKAY') return taken;
  return answer.startsWith('FAIL ') ? refused(answer, peer) : { type: 'unknown', detail: said(answer, peer) };
}

const taken: Delivery = { type: 'sent', receipt: 'OKAY' };

function ask(lines: LineStream, request: string): Promise<string> {
  lines.say(request);
  return lines.next();
}

/** FAIL is about this command, BAIL about the daemon (PROTOCOL: FAIL Response, BAIL Response). */
function refused(answer: string, peer: Peer): Delivery {
  const detail = said(answer, peer);
  if (!answer.startsWith('FAIL ')) return tryAgain('unavailable', detail);
  if (/authori[sz]ed/i.test(answer)) return { type: 'failed', reason: 'recipient', detail };
  return { type: 'failed', reason: /too (?:long|large|big)/i.test(answer) ? 'tooLong' : 'rejected', detail };
}

const said = (answer: string, { password }: Peer): string => `the daemon says: ${quoted(answer, [password])}`;

/**
 * The key is the proof of both sides, so there is no certificate to check. Key and identity by themselves
 * exist up to TLS 1.2 only (RFC 4279); Debian's daemon offers suites that OpenSSL keeps for its level 0.
 */
function open({ host, port, identity, password }: Peer): TLSSocket {
  return connect({
    host,
    port,
    pskCallback: () => ({ psk: Buffer.from(password), identity }),
    maxVersion: 'TLSv1.2',
    ciphers: 'PSK+AES:@SECLEVEL=0',
    checkServerIdentity: () => undefined,
  });
}

/** Undefined once both sides proved themselves. */
async function handshake(socket: TLSSocket): Promise<Delivery | undefined> {
  try {
    await once(socket, 'secureConnect');
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (/PSK_IDENTITY|DECRYPT_ERROR|BAD_RECORD_MAC|DIGEST_CHECK/.test(code))
      return notAuthorised(`the daemon does not know this identity with this password (${code})`);
    if (code.startsWith('ERR_SSL') || code === 'EPROTO')
      return tryAgain('unavailable', `no TLS with a key in common: is that nsca-ng? (${code})`);
    throw error;
  }
}
