import type { Client, client, xml } from '@xmpp/client';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { present } from '../../kit/assert.ts';
import type { Millis } from '../../model/time.ts';
import type { Course } from '../attempt-course.ts';

/** What is used of the package @xmpp/client. */
export interface Library {
  readonly client: typeof client;
  readonly xml: typeof xml;
}

export interface Account {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  readonly timeoutMs: Millis;
}

/** After its answer a server gets this long to close the stream. */
const goodbyeMs = 1000;

/**
 * Logs in over a connection that is encrypted already. Rejects when the server says no or the connection
 * breaks; the stream is closed at the end of the attempt.
 */
export async function logIn(
  { client, xml }: Library,
  socket: Socket,
  { user, domain, password, timeoutMs }: Account,
  course: Course,
): Promise<Client> {
  const entity = client({
    service: `xmpps://${domain}`,
    domain,
    credentials: (authenticate, mechanisms) =>
      authenticate({ username: user, password }, mechanismOf(mechanisms), xml('user-agent')),
  });
  // Whether and when to come back is not the library's to decide.
  entity.reconnect.stop();
  entity.timeout = timeoutMs;
  withoutAcks(entity);
  lendSocket(entity, socket);
  course.atEnd(() => {
    entity.stop().catch(() => undefined);
    setTimeout(() => socket.destroy(), goodbyeMs).unref();
  });
  const online = new Promise<void>((resolve, reject) => {
    entity.on('online', () => resolve());
    entity.on('error', reject);
  });
  online.catch(() => undefined);
  // The steps of its `start`, which leaves a rejection without anybody to take it.
  await entity.connect(`xmpps://${domain}`);
  await entity.open({ domain, lang: 'en' });
  await online;
  return entity;
}

/**
 * The connection is encrypted and the server has proved its name, so PLAIN gives nothing away. Ten thousand
 * hashes for SCRAM take the library a second or more.
 */
const mechanismOf = (offered: readonly string[]): string =>
  offered.includes('PLAIN') ? 'PLAIN' : (offered[0] ?? 'PLAIN');

/**
 * Hides the offer of stream management (XEP-0198). The library asks for it after it has said that we are
 * online and counts what goes on meanwhile, so that servers end the stream over the sums; and a stream that
 * could be resumed would leave us behind in a room.
 */
function withoutAcks(entity: Client): void {
  entity.prependListener('element', (element: Offer) => {
    if (element.name === 'stream:features') for (const xmlns of acks) element.remove('sm', xmlns);
  });
}

const acks = ['urn:xmpp:sm:2', 'urn:xmpp:sm:3'];

/** An element of the stream, as far as it is looked at. */
interface Offer {
  readonly name: string;
  remove(name: string, xmlns: string): unknown;
}

type Transport = Client['transports'][number];

/**
 * Gives the library our connection. Its own way trusts only what Node trusts, and goes on in the open where
 * a server does not offer TLS.
 */
function lendSocket(entity: Client, socket: Socket): void {
  const isStream = ({ prototype }: Transport): boolean =>
    prototype.socketParameters('xmpps://localhost') !== undefined;
  const stream = present(entity.transports.find(isStream), 'the library’s way over TLS');
  const prototype: Transport['prototype'] = Object.create(stream.prototype, {
    Socket: {
      value: function lentSocket() {
        return adapted(socket);
      },
    },
    socketParameters: { value: () => ({}) },
  });
  // Of a transport nothing but its prototype is looked at.
  entity.transports.splice(0, Infinity, { prototype } as Transport);
}

/** The socket as the library's own ones are. */
function adapted(socket: Socket): EventEmitter {
  const adapter = Object.assign(new EventEmitter(), {
    // It lets PLAIN be used: the connection is encrypted, or never leaves this machine.
    secure: true,
    connect: () => queueMicrotask(() => adapter.emit('connect')),
    write: (text: string, done?: (error?: Error | null) => void) => socket.write(text, done),
    end: () => void socket.end(),
  });
  socket.on('data', (bytes: Buffer) => adapter.emit('data', bytes));
  socket.on('error', (error) => adapter.emit('error', error));
  socket.on('close', () => adapter.emit('close'));
  return adapter;
}
