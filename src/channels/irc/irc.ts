import { z } from 'zod';
import { present } from '../../kit/assert.ts';
import { byteLength } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import { type Course, notAuthorised, runAttempt, tryAgain } from '../attempt-course.ts';
import { fileCertificate, serverCertificate } from '../certificate.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { loginOptions, readLogin } from '../login-option.ts';
import { readSecret } from '../secret-file.ts';
import { certificateOptions, readAddress, type Schemes, serverObjections } from '../server-address.ts';
import { openTrust, type Trust } from '../syslog/trust.ts';
import { type IrcConnection, openConnection } from './connection.ts';
import { ircText, roomFor } from './line.ts';
import { register } from './register.ts';
import { join, tell } from './tell.ts';

const schemes: Schemes = {
  ircs: { port: 6697, encrypted: true },
  irc: { port: 6667, encrypted: false },
};

const options = z
  .strictObject({
    server: z.string().describe('The server: ircs://host[:6697] (TLS), or irc://host[:6667] in the open.'),
    nick: z
      .string()
      .regex(/^[A-Za-z[\]\\`_^{|}][A-Za-z0-9[\]\\`_^{|}-]{0,29}$/, 'must be a name as IRC has it')
      .default('sentinel')
      .describe('Our name there; with one or two _ behind it when it is taken.'),
    to: z
      .string()
      .regex(/^[^\s,:*?!@\p{Cc}]{1,50}$/u, 'must be one channel such as #alerts, or one name')
      .describe('The channel, which is entered and not left, or the name of who is told.'),
    notice: z
      .boolean()
      .default(false)
      .describe('Say NOTICE instead of PRIVMSG: quieter, and no other program answers it.'),
    'channel-key-file': z.string().optional().describe('File (mode 0600) with the key of the channel.'),
    'server-password-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with the password of the server itself (PASS).'),
    user: loginOptions.user.describe('Account to log in to, by SASL PLAIN. Absent: no login.'),
    'password-file': loginOptions['password-file'],
    ...certificateOptions,
    timeout: durationOption(millis(5 * 60_000))
      .default('30s')
      .describe('How long one message may take, with connecting, logging in and entering the channel.'),
  })
  .superRefine((given, context) => {
    const password = given['password-file'] ?? given['server-password-file'] ?? given['channel-key-file'];
    const user = given.user ?? (given['password-file'] === undefined ? password : undefined);
    for (const [option, message] of serverObjections({ ...given, user, 'password-file': password }, schemes))
      context.addIssue({ code: 'custom', path: [option], message });
  });

type Options = z.infer<typeof options>;

const command = ({ notice }: Options): string => (notice ? 'NOTICE' : 'PRIVMSG');

const shapeFor = (options: Options): TextShape => ({
  ...plainShape,
  limit: roomFor(command(options), options.nick, options.to),
  maxParts: 4,
  measure: byteLength,
  layout: 'line',
});

/** A channel or a person on IRC. */
export const irc: ChannelKind<Options> = {
  kind: 'irc',
  summary: 'A message to a channel or a person on IRC.',
  options,
  concurrency: 1,
  // Servers let a handful of lines pass at once and then one in two seconds or so.
  budgets: [{ window: millis(10_000), limit: 5 }],
  resolved: true,
  shownAgainst: 'ngircd 26.1',
  shape: shapeFor(options.parse({ server: 'ircs://irc.example.org', to: '#alerts' })),
  shapeFor,
  open: async (options, ports): Promise<Channel> => {
    const files = { certFile: options['cert-file'], keyFile: options['key-file'] };
    const trust = openTrust({ ca: ports.http.ca, ...files });
    const seat: Seat = { connection: undefined };
    return {
      send: (attempt) => send({ options, ports, trust, seat }, attempt),
      close: async () => {
        seat.connection?.say('QUIT');
        seat.connection?.destroy();
      },
    };
  },
  expiries: async ({ server, 'cert-file': file }, _ports, signal) => {
    const address = readAddress(server, schemes);
    const theirs = address?.encrypted === true ? await serverCertificate(address, signal) : [];
    return [...theirs, ...(file === undefined ? [] : await fileCertificate(file))];
  },
};

/** Our place at the server: kept from message to message, and given up at anything but success. */
interface Seat {
  connection: IrcConnection | undefined;
}

interface World {
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly trust: () => Promise<Trust>;
  readonly seat: Seat;
}

async function send(world: World, { message, part, signal }: Attempt): Promise<Delivery> {
  const { options, ports, seat } = world;
  const text = ircText(message.parts[part] ?? '', roomFor(command(options), options.nick, options.to));
  const line = `${command(options)} ${options.to} :${text}`;
  const limits = { timeoutMs: durationOf(options.timeout), signal };
  const delivery = await runAttempt(limits, async (course) => {
    const wasSeated = seat.connection?.isAlive() === true;
    const seated = await sitDown(world, course);
    if ('type' in seated) return seated;
    const token = `bird-${Buffer.from(ports.randomBytes(6)).toString('hex')}`;
    const told = await tell(seated, course, line, token);
    seated.rest();
    // Somebody may have thrown us out since: the next attempt enters anew, and knows.
    const isDeaf = told.type === 'failed' && told.reason === 'recipient';
    return wasSeated && isDeaf ? tryAgain('recipient', told.detail) : told;
  });
  // A refusal of the recipient says nothing against the connection, but the next attempt may enter anew.
  if (delivery.type !== 'sent') leave(seat);
  return delivery;
}

function leave(seat: Seat): void {
  seat.connection?.destroy();
  seat.connection = undefined;
}

/** The kept connection, or a new one that is logged in and in the channel. */
async function sitDown({ options, trust, seat }: World, course: Course): Promise<IrcConnection | Delivery> {
  if (seat.connection?.isAlive() === true) return seat.connection;
  leave(seat);
  const secrets = await secretsOf(options);
  if ('detail' in secrets) return notAuthorised(secrets.detail);
  const trusted = await trust();
  if (!trusted.ok) return notAuthorised(trusted.detail);
  const address = present(readAddress(options.server, schemes), 'an IRC server');
  let isSeated = false;
  const connection = await openConnection(address, trusted.context, (socket) =>
    course.atEnd(() => void (isSeated || socket.destroy())),
  );
  const person = { nick: options.nick, ...secrets };
  const refusal =
    (await register(connection, person)) ??
    (/^[#&+!]/.test(options.to) ? await join(connection, options.to, secrets.channelKey) : undefined);
  if (refusal !== undefined) return refusal;
  isSeated = true;
  seat.connection = connection;
  return connection;
}

interface Secrets {
  readonly serverPassword: string | undefined;
  readonly channelKey: string | undefined;
  readonly login: { readonly user: string; readonly password: string } | undefined;
}

/** They are read for each connection. What ends a line or a word in one would be a command of its own. */
async function secretsOf(options: Options): Promise<Secrets | { readonly detail: string }> {
  const serverPassword = await wordIn(options['server-password-file'], /[\r\n\0]/);
  if (serverPassword !== undefined && 'detail' in serverPassword) return serverPassword;
  const channelKey = await wordIn(options['channel-key-file'], /[\s,\0]/);
  if (channelKey !== undefined && 'detail' in channelKey) return channelKey;
  const login = await readLogin(options);
  if (!login.ok) return login;
  return { serverPassword: serverPassword?.word, channelKey: channelKey?.word, login: login.login };
}

async function wordIn(
  file: string | undefined,
  unfit: RegExp,
): Promise<{ readonly word: string } | { readonly detail: string } | undefined> {
  if (file === undefined) return undefined;
  const read = await readSecret(file);
  if (!read.ok) return read;
  const word = read.secret.reveal();
  return unfit.test(word) ? { detail: `${file} holds what cannot be said on IRC` } : { word };
}
