import type { headers, NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Delivery } from '../../model/delivery.ts';
import type { Millis } from '../../model/time.ts';
import { type Course, notAuthorised, tryAgain } from '../attempt-course.ts';
import { isObject, parseObject, quoted, textIn } from '../http-call.ts';
import type { ServerAddress } from '../server-address.ts';

/** What is used of the package @nats-io/transport-node. */
export interface Library {
  readonly connect: (options: NodeConnectionOptions) => Promise<NatsConnection>;
  readonly headers: typeof headers;
}

export type Login = Pick<NodeConnectionOptions, 'user' | 'pass' | 'token'>;

export interface Server {
  readonly address: ServerAddress;
  readonly context: SecureContext | undefined;
  readonly login: Login;
  readonly timeoutMs: Millis;
}

export interface Publication {
  readonly subject: string;
  readonly payload: string;
  /** A stream stores one message of this name within its duplicate window. */
  readonly messageId: string;
  readonly toStream: boolean;
}

/**
 * Connects, publishes and waits for the proof: the confirmation of a stream, or the server's answer to a
 * PING sent behind the message. undefined: only connects. Rejects when the connection breaks.
 */
export async function publish(
  library: Library,
  server: Server,
  course: Course,
  publication: Publication | undefined,
): Promise<Delivery> {
  try {
    const connection = await library.connect(settingsOf(server));
    course.atEnd(() => void connection.close().catch(() => undefined));
    const errors = errorsOf(connection);
    if (publication === undefined) return { type: 'sent' };
    const limit = connection.info?.max_payload ?? Infinity;
    if (Buffer.byteLength(publication.payload) > limit)
      return { type: 'failed', reason: 'tooLong', detail: `the server takes ${limit} bytes at most` };
    course.leaves();
    return publication.toStream
      ? await storedBy(library, connection, publication, server)
      : await flushed(connection, publication, errors);
  } catch (error) {
    return refusalOf(error) ?? Promise.reject(error);
  }
}

function settingsOf({ address, context, login, timeoutMs }: Server): NodeConnectionOptions {
  const { host, port, encrypted } = address;
  return {
    servers: `${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    name: 'bird-sentinel',
    reconnect: false,
    ignoreClusterUpdates: true,
    noAsyncTraces: true,
    timeout: timeoutMs,
    ...login,
    tls: encrypted ? trustOf(host, context) : null,
  };
}

/** A name sent in the handshake must not be an address (RFC 6066, section 3); the certificate is checked all the same. */
const trustOf = (host: string, context: SecureContext | undefined): object => ({
  host,
  ...(isIP(host) === 0 ? {} : { servername: '' }),
  ...(context === undefined ? {} : { secureContext: context }),
});

/** What the server complains of beside its answers, such as a subject that is not ours. */
function errorsOf(connection: NatsConnection): Error[] {
  const errors: Error[] = [];
  const listen = async (): Promise<void> => {
    for await (const status of connection.status()) if (status.type === 'error') errors.push(status.error);
  };
  listen().catch(() => undefined);
  return errors;
}

async function flushed(
  connection: NatsConnection,
  { subject, payload }: Publication,
  errors: readonly Error[],
): Promise<Delivery> {
  connection.publish(subject, payload);
  await connection.flush();
  // Complaints come before the answer, but reach us by a queue of their own.
  await new Promise(setImmediate);
  const [error] = errors;
  if (error !== undefined) return refusalOf(error) ?? Promise.reject(error);
  return { type: 'sent', receipt: 'flushed to the server' };
}

/** JetStream's answer to a publication (ADR-1 of nats-architecture-and-design: PubAck, or `error`). */
async function storedBy(
  library: Library,
  connection: NatsConnection,
  { subject, payload, messageId }: Publication,
  { timeoutMs, login }: Server,
): Promise<Delivery> {
  const headers = library.headers();
  headers.set('Nats-Msg-Id', messageId);
  const answer = parseObject(
    (await connection.request(subject, payload, { timeout: timeoutMs, headers })).string(),
  );
  const error = answer?.['error'];
  if (isObject(error)) {
    const words = quoted(textIn(error, 'description'), [login.pass ?? '', login.token ?? '']);
    return tryAgain(
      'unavailable',
      `JetStream refuses the message: ${words === '' ? 'no reason given' : words}`,
    );
  }
  const stream = quoted(textIn(answer, 'stream'), []);
  if (stream === '')
    return { type: 'unknown', detail: 'something that is no stream answered for the subject' };
  const repeated = answer?.['duplicate'] === true ? ', which had it already' : '';
  return { type: 'sent', receipt: `stored by ${stream}${repeated}` };
}

/** By their names: the library's errors are other classes where it is installed twice. */
function refusalOf(error: unknown): Delivery | undefined {
  if (!(error instanceof Error)) return undefined;
  const cause = error.cause instanceof Error ? error.cause.name : '';
  const names = [error.name, cause];
  if (names.includes('AuthorizationError') || names.includes('UserAuthenticationExpiredError'))
    return notAuthorised('the server does not take this login');
  if (names.includes('PermissionViolationError'))
    return { type: 'failed', reason: 'auth', detail: 'this login must not publish to the subject' };
  if (names.includes('NoResponders'))
    return tryAgain('recipient', 'no stream takes this subject, or JetStream is away');
  return undefined;
}
