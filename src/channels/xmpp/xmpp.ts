import { resolveSrv } from 'node:dns/promises';
import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import { type Course, notAuthorised, runAttempt } from '../attempt-course.ts';
import { fileCertificate, serverCertificate } from '../certificate.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts, ProbeResult } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { idempotencyKeyOf } from '../envelope.ts';
import { optionalPeer } from '../optional-peer.ts';
import { readSecret } from '../secret-file.ts';
import { certificateOptions, isLoopback, readAddress, type Schemes } from '../server-address.ts';
import { openTrust, type Trust } from '../syslog/trust.ts';
import { type Library, logIn } from './login.ts';
import { secureSocket, type XmppServer } from './secure-socket.ts';
import { type Place, tell } from './tell.ts';

const schemes: Schemes = {
  xmpps: { port: 5223, encrypted: true },
  xmpp: { port: 5222, encrypted: false },
};

const jid = z
  .string()
  .max(500)
  .regex(/^[^\s"&'/:<>@\p{Cc}]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/u, 'must be user@domain');

const options = z
  .strictObject({
    jid: jid.describe('Who we are: user@domain.'),
    'password-file': z.string().describe('File (mode 0600) that holds the password.'),
    to: jid.optional().describe('The person who is told.'),
    room: jid
      .optional()
      .describe('The room in which it is told, instead of `to`. It is entered and left each time.'),
    nick: z
      .string()
      .regex(/^[^\s/<>&"'\p{Cc}]{1,50}$/u)
      .default('sentinel')
      .describe('Our name in the room.'),
    'room-password-file': z.string().optional().describe('File (mode 0600) with the password of the room.'),
    server: z
      .string()
      .optional()
      .describe(
        'Where it is: xmpp://host[:5222] (STARTTLS) or xmpps://host[:5223]. Default: what the DNS says of the domain.',
      ),
    starttls: z
      .enum(['required', 'never'])
      .default('required')
      .describe('Whether xmpp:// must be encrypted. never is for servers on this machine only.'),
    ...certificateOptions,
    timeout: durationOption(millis(5 * 60_000))
      .default('30s')
      .describe('How long one message may take, with connecting and logging in.'),
  })
  .superRefine((given, context) => {
    const refuse = (option: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [option], message });
    const address = given.server === undefined ? undefined : readAddress(given.server, schemes);
    if ((given.to === undefined) === (given.room === undefined)) refuse('to', 'needs either to or room');
    if (given.server !== undefined && address === undefined)
      refuse('server', 'must be xmpps://host or xmpp://host, perhaps with a port');
    const isNear = address?.encrypted === false && isLoopback(address.host);
    if (given.starttls === 'never' && !isNear)
      refuse('starttls', 'the password would go over the network in the open');
    if ((given['cert-file'] === undefined) !== (given['key-file'] === undefined))
      refuse('cert-file', 'needs key-file too, or neither');
  });

type Options = z.infer<typeof options>;

const chatShape: TextShape = { ...plainShape, limit: 10_000, maxParts: 3 };

/** A person or a room on XMPP. */
export const xmpp: ChannelKind<Options> = {
  kind: 'xmpp',
  summary: 'A message to a person or a room on XMPP, over TLS.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  needs: 'npm package @xmpp/client',
  shownAgainst: 'prosody 0.12.3',
  shape: chatShape,
  open: async (options, ports): Promise<Channel> => {
    const library: Library = await optionalPeer('@xmpp/client', () => import('@xmpp/client'));
    const files = { certFile: options['cert-file'], keyFile: options['key-file'] };
    const world: World = { options, ports, library, trust: openTrust({ ca: ports.http.ca, ...files }) };
    return {
      send: (attempt) => send(world, attempt),
      probe: (signal) => probe(world, signal),
      close: async () => undefined,
    };
  },
  expiries: async (options, _ports, signal) => {
    const server = await serverOf(options);
    const theirs = server.security === 'implicit' ? await serverCertificate(server, signal) : [];
    const file = options['cert-file'];
    return [...theirs, ...(file === undefined ? [] : await fileCertificate(file))];
  },
};

interface World {
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly library: Library;
  readonly trust: () => Promise<Trust>;
}

async function send(world: World, attempt: Attempt): Promise<Delivery> {
  const { options, library } = world;
  const place = await placeOf(options);
  if ('detail' in place) return notAuthorised(place.detail);
  const text = xmlText(attempt.message.parts[attempt.part] ?? '');
  const words = { text, id: idempotencyKeyOf(attempt) };
  return inSession(world, attempt.signal, (entity, course) => tell(library, entity, course, place, words));
}

async function probe(world: World, signal: AbortSignal): Promise<ProbeResult> {
  const end = await inSession(world, signal, async () => ({ type: 'sent' }));
  return end.type === 'sent'
    ? { ok: true, detail: 'the server takes us' }
    : { ok: false, detail: end.detail };
}

type Session = Awaited<ReturnType<typeof logIn>>;

/** Does something between login and logout. */
async function inSession(
  { options, library, trust }: World,
  signal: AbortSignal,
  work: (entity: Session, course: Course) => Promise<Delivery>,
): Promise<Delivery> {
  const password = await readSecret(options['password-file']);
  if (!password.ok) return notAuthorised(password.detail);
  const trusted = await trust();
  if (!trusted.ok) return notAuthorised(trusted.detail);
  const timeoutMs = durationOf(options.timeout);
  const [user = '', domain = ''] = options.jid.split('@');
  const account = { user, domain, password: password.secret.reveal(), timeoutMs };
  return runAttempt({ timeoutMs, signal }, async (course) => {
    const server = await serverOf(options);
    const progress = { isIn: false };
    const socket = await secureSocket(server, trusted.context, (begun) =>
      course.atEnd(() => void (progress.isIn || begun.destroy())),
    );
    try {
      const entity = await logIn(library, socket, account, course);
      progress.isIn = true;
      return await work(entity, course);
    } catch (error) {
      progress.isIn = false;
      if (error instanceof Error && error.name === 'SASLError')
        return notAuthorised('the server does not take this login');
      throw error;
    }
  });
}

async function placeOf(options: Options): Promise<Place | { readonly detail: string }> {
  const { room, to = '', nick } = options;
  if (room === undefined) return { type: 'person', jid: to };
  const file = options['room-password-file'];
  if (file === undefined) return { type: 'room', jid: room, nick, password: undefined };
  const read = await readSecret(file);
  return read.ok ? { type: 'room', jid: room, nick, password: read.secret.reveal() } : read;
}

/** The server that is named, else that of the domain's SRV record (RFC 6120, section 3.2.1), else the domain itself. */
async function serverOf({ jid, server, starttls }: Options): Promise<XmppServer> {
  const domain = jid.split('@')[1] ?? '';
  const named = server === undefined ? undefined : readAddress(server, schemes);
  if (named !== undefined) {
    const inTheOpen = starttls === 'never' ? 'none' : 'starttls';
    return { domain, host: named.host, port: named.port, security: named.encrypted ? 'implicit' : inTheOpen };
  }
  const records = await resolveSrv(`_xmpp-client._tcp.${domain}`).catch(() => []);
  const [first] = records.sort((a, b) => a.priority - b.priority || b.weight - a.weight);
  return { domain, host: first?.name ?? domain, port: first?.port ?? 5222, security: 'starttls' };
}

/** Text without what XML 1.0 cannot hold at all (section 2.2), however it is written; never empty. */
function xmlText(text: string): string {
  const clean = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, ' ')
    .replace(/[\p{Surrogate}\ufffe\uffff]/gu, '\ufffd');
  return clean.trim() === '' ? '(no text)' : clean;
}
