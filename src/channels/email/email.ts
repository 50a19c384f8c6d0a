import type MailComposer from 'nodemailer/lib/mail-composer';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { createSecureContext, type SecureContext } from 'node:tls';
import { z } from 'zod';
import { present } from '../../kit/assert.ts';
import { shortHash } from '../../kit/hash.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { plainShape } from '../../render/x-text.ts';
import { authoritiesWith } from '../authorities.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts, ProbeResult } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { readSecret } from '../secret-file.ts';
import { deliveryOf, quoted } from './answer.ts';
import { mailExpiries } from './expiries.ts';
import { composeMail } from './mail.ts';
import { isLoopback, readServer } from './server.ts';
import { type Credentials, type Errand, runSession, type SessionEnd } from './session.ts';

const address = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    'must be a mail address such as ops@example.org, without a name',
  );

const options = z
  .strictObject({
    to: z.array(address).min(1).max(100).describe('Who gets the mail. All see each other.'),
    from: address.describe('The sender, also of the envelope: what cannot be delivered comes back there.'),
    server: z
      .string()
      .describe(
        'Where mail is handed in: smtps://host[:port] (TLS from the start, 465) or smtp://host[:port] (STARTTLS, 587; on loopback 25, in the open).',
      ),
    user: z
      .string()
      .min(1)
      .regex(/^[^\p{Cc}]*$/u)
      .optional()
      .describe('Whom to log in as. Absent: no login.'),
    'password-file': z.string().optional().describe('File (mode 0600) that holds the password.'),
    starttls: z
      .enum(['required', 'never'])
      .optional()
      .describe('Whether smtp:// must be encrypted. Default required, on loopback never.'),
    timeout: durationOption(millis(10 * 60_000))
      .default('1m')
      .describe('How long one mail may take, from connecting to the answer.'),
  })
  .superRefine(({ server, starttls, user, 'password-file': file }, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const read = readServer(server, starttls);
    if (read === undefined)
      return refuse('server', 'must be smtps://host or smtp://host, perhaps with a port');
    if (starttls !== undefined && read.security === 'implicit')
      refuse('starttls', 'means nothing with smtps://, which is encrypted from the start');
    if ((user === undefined) !== (file === undefined))
      refuse('user', 'needs password-file, and the other way round');
    if (user !== undefined && read.security === 'none' && !isLoopback(read.host))
      refuse('starttls', 'the password would go over the network in the open');
  });

type Options = z.infer<typeof options>;

/** A mail over SMTP (RFC 5321), handed in at a server that the user names. */
export const email: ChannelKind<Options> = {
  kind: 'email',
  summary: 'A mail over SMTP, one thread for each alert.',
  options,
  concurrency: 4,
  budgets: [],
  resolved: true,
  followUps: 'thread',
  shownAgainst: 'aiosmtpd 1.4, exim 4.96',
  shape: plainShape,
  open: async (options, ports): Promise<Channel> => {
    const library = await loadLibrary();
    const world: World = { options, ports, library, trust: trustOf(ports) };
    return {
      send: (attempt) => send(world, attempt),
      probe: (signal) => probe(world, signal),
      close: async () => undefined,
    };
  },
  expiries: ({ server, starttls }, _ports, signal) =>
    mailExpiries(present(readServer(server, starttls), 'a mail server'), signal),
};

interface Library {
  readonly Connection: typeof SMTPConnection;
  readonly Composer: typeof MailComposer;
}

interface World {
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly library: Library;
  readonly trust: { readonly secureContext?: SecureContext };
}

async function loadLibrary(): Promise<Library> {
  const [connection, composer] = await Promise.all([
    import('nodemailer/lib/smtp-connection'),
    import('nodemailer/lib/mail-composer'),
  ]);
  return { Connection: connection.default, Composer: composer.default };
}

const trustOf = ({ http }: ChannelPorts): World['trust'] =>
  http.ca === undefined ? {} : { secureContext: createSecureContext({ ca: authoritiesWith(http.ca) }) };

async function send(world: World, attempt: Attempt): Promise<Delivery> {
  const { options, ports } = world;
  const taken = new Set(attempt.progress?.split(' '));
  const to = options.to.filter((recipient) => !taken.has(shortHash(recipient)));
  if (to.length === 0) return { type: 'sent', receipt: 'accepted for all who still get it' };
  const credentials = await credentialsOf(options);
  if (!credentials.ok) return keyless(credentials.detail);
  const content = await composeMail(world.library.Composer, attempt, options, ports.now());
  const mail = { from: options.from, to, content };
  const end = await run(world, { ...credentials.login, mail, signal: attempt.signal });
  const say = (reply: string): string => quoted(reply, credentials.login.credentials);
  return withProgress(deliveryOf(end, say, taken.size > 0), taken, end);
}

/** Who has it must not get it again because somebody else was put off: by hashes, so that a hundred stay short. */
function withProgress(delivery: Delivery, taken: ReadonlySet<string>, end: SessionEnd): Delivery {
  if (delivery.type !== 'retry' || end.type !== 'accepted') return delivery;
  return { ...delivery, progress: [...taken, ...end.accepted.map(shortHash)].join(' ') };
}

const keyless = (detail: string): Delivery => ({
  type: 'retry',
  reason: 'auth',
  detail,
  afterMs: millis(5 * 60_000),
});

type Login =
  | { readonly ok: true; readonly login: { readonly credentials?: Credentials } }
  | { readonly ok: false; readonly detail: string };

/** The password is read for every mail, so that a changed file counts at once. */
async function credentialsOf({ user, 'password-file': file }: Options): Promise<Login> {
  if (user === undefined || file === undefined) return { ok: true, login: {} };
  const password = await readSecret(file);
  if (!password.ok) return password;
  return { ok: true, login: { credentials: { user, password: password.secret.reveal() } } };
}

function run(world: World, errand: Omit<Errand, 'totalMs'>): Promise<SessionEnd> {
  const { options, library, trust } = world;
  const server = present(readServer(options.server, options.starttls), 'a mail server');
  const totalMs = durationOf(options.timeout);
  const connection = new library.Connection({
    host: server.host,
    port: server.port,
    secure: server.security === 'implicit',
    requireTLS: server.security === 'starttls',
    ignoreTLS: server.security === 'none',
    tls: { ...trust },
    connectionTimeout: totalMs,
    greetingTimeout: totalMs,
    socketTimeout: totalMs,
    dnsTimeout: totalMs,
    socketCloseTimeout: 0,
    maxResponseSize: 64 * 1024,
  });
  return runSession(connection, { ...errand, totalMs });
}

/** Connects and logs in, and leaves without a mail. */
async function probe(world: World, signal: AbortSignal): Promise<ProbeResult> {
  const credentials = await credentialsOf(world.options);
  if (!credentials.ok) return credentials;
  const end = await run(world, { ...credentials.login, signal });
  if (end.type === 'accepted') return { ok: true, detail: `${world.options.server} takes mail` };
  const delivery = deliveryOf(end, (reply) => quoted(reply, credentials.login.credentials));
  return { ok: false, detail: 'detail' in delivery ? delivery.detail : 'no answer' };
}
