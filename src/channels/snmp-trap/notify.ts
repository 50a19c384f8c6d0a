import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type * as NetSnmp from 'net-snmp';
import type { Session, User } from 'net-snmp';
import type { Delivery } from '../../model/delivery.ts';
import type { Millis } from '../../model/time.ts';
import { type Course, notAuthorised } from '../attempt-course.ts';
import { quoted } from '../http-call.ts';
import type { TrapObject } from './objects.ts';

/** What is used of the package net-snmp. */
export type Library = Pick<
  typeof NetSnmp,
  | 'createSession'
  | 'createV3Session'
  | 'Version2c'
  | 'Version3'
  | 'ObjectType'
  | 'SecurityLevel'
  | 'AuthProtocols'
  | 'PrivProtocols'
>;

/** Ways to sign (RFC 3414, RFC 7860). MD5 is left out: it is no protection any more. */
export const authProtocols = ['sha', 'sha224', 'sha256', 'sha384', 'sha512'] as const;

/** Ways to encrypt: AES-128 (RFC 3826), or AES-256 in either of its two drafts. DES is left out. */
export const privacyProtocols = ['aes', 'aes256b', 'aes256r'] as const;

/** Who speaks. */
export type Identity =
  | { readonly version: '2c'; readonly community: string }
  | {
      readonly version: '3';
      readonly user: string;
      readonly authProtocol: (typeof authProtocols)[number];
      readonly authPassword: string;
      readonly privacy?: { readonly protocol: (typeof privacyProtocols)[number]; readonly password: string };
      readonly engineId: string | undefined;
    };

interface Taker {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: Millis;
}

interface Notification {
  readonly oid: string;
  readonly objects: readonly TrapObject[];
  readonly isConfirmed: boolean;
}

/** How long a machine nearby gets to say that nobody listens (ICMP). */
const refusalMs = 100;

/** Sends one notification (RFC 3416, 4.2.6 and 4.2.7). Rejects when the network says no. */
export async function notify(
  library: Library,
  taker: Taker,
  identity: Identity,
  course: Course,
  { oid, objects, isConfirmed }: Notification,
): Promise<Delivery> {
  const socket = await connected(taker, course);
  const session = openSession(library, taker, identity, socket);
  course.atEnd(() => session.cancelRequests(new Error('over')));
  const varbinds = objects.map(({ oid, value }) => {
    const type = typeof value === 'number' ? library.ObjectType.Gauge32 : library.ObjectType.OctetString;
    return { oid, type, value };
  });
  const broken = new Promise<never>((_, reject) => {
    socket.on('error', reject);
    session.on('error', reject);
  });
  course.leaves();
  const exchange = new Promise<Delivery>((resolve, reject) => {
    const settle = (error: Error | null): void => {
      const refusal = error === null ? undefined : refusalOf(error, identity);
      if (refusal !== undefined) resolve(refusal);
      else if (error !== null) reject(error);
      else if (isConfirmed) resolve({ type: 'sent', receipt: 'confirmed' });
      else setTimeout(() => resolve({ type: 'sent', receipt: 'handed to the network' }), refusalMs);
    };
    if (isConfirmed) session.inform(oid, varbinds, settle);
    else session.trap(oid, varbinds, settle);
  });
  return Promise.race([exchange, broken]).catch((error: unknown) => refused(error) ?? Promise.reject(error));
}

/** Only a connected socket hears that nobody listens. */
async function connected({ host, port }: Taker, course: Course): Promise<Socket> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  let isOpen = true;
  socket.once('close', () => (isOpen = false));
  course.atEnd(() => void (isOpen && socket.close()));
  socket.connect(port, address);
  await once(socket, 'connect');
  return socket;
}

/** The library gets our socket, and names the address with each datagram, which a connected one does not take. */
function openSession(library: Library, taker: Taker, identity: Identity, socket: Socket): Session {
  const send = socket.send.bind(socket);
  const addressless = Object.assign(socket, {
    send: (bytes: Buffer, _from: number, _length: number, _port: number, _host: string, done: () => void) =>
      send(bytes, done),
  });
  const options = {
    dgramModule: { createSocket: () => addressless },
    port: taker.port,
    trapPort: taker.port,
    retries: 0,
    // The course of the attempt has its own limit.
    timeout: taker.timeoutMs * 2,
  };
  if (identity.version === '2c')
    return library.createSession(taker.host, identity.community, { ...options, version: library.Version2c });
  const { engineId } = identity;
  const engine = engineId === undefined ? {} : { engineID: engineId };
  const version = { version: library.Version3 };
  return library.createV3Session(taker.host, userOf(library, identity), {
    ...options,
    ...engine,
    ...version,
  });
}

function userOf(library: Library, identity: Extract<Identity, { version: '3' }>): User {
  const { user: name, authProtocol, authPassword, privacy } = identity;
  const { authNoPriv, authPriv } = library.SecurityLevel;
  const signing = { name, authProtocol: library.AuthProtocols[authProtocol], authKey: authPassword };
  if (privacy === undefined) return { ...signing, level: authNoPriv };
  const { protocol, password } = privacy;
  return { ...signing, level: authPriv, privProtocol: library.PrivProtocols[protocol], privKey: password };
}

/** What a taker says that understood us: a report about the user (RFC 3414, 3.2), or an error status. */
function refusalOf(error: Error, identity: Identity): Delivery | undefined {
  const hidden =
    identity.version === '2c'
      ? [identity.community]
      : [identity.authPassword, identity.privacy?.password ?? ''];
  const detail = `the taker refuses it: ${quoted(error.message, hidden)}`;
  if (error.name === 'ResponseInvalidError') return notAuthorised(detail);
  if (error.name === 'RequestFailedError') return { type: 'failed', reason: 'rejected', detail };
  return undefined;
}

/** A port that is refused took nothing, though the datagram left. */
function refused(error: unknown): Delivery | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ECONNREFUSED') return undefined;
  return { type: 'retry', reason: 'unavailable', detail: 'nobody listens on that port (ECONNREFUSED)' };
}
