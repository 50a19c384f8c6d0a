import { z } from 'zod';
import { present } from '../../kit/assert.ts';
import { byteLength } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { plainShape } from '../../render/x-text.ts';
import { notAuthorised, runAttempt } from '../attempt-course.ts';
import { formatOption, payloadOf } from '../bus-format.ts';
import { fileCertificate } from '../certificate.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts, ProbeResult } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { idempotencyKeyOf } from '../envelope.ts';
import { loginOptions, readLogin } from '../login-option.ts';
import { optionalPeer } from '../optional-peer.ts';
import { readSecret } from '../secret-file.ts';
import { certificateOptions, readAddress, type Schemes, serverObjections } from '../server-address.ts';
import { openTrust, type Trust } from '../syslog/trust.ts';
import { compileOptions, type OptionTemplate } from '../template-option.ts';
import { type Library, type Login, publish, type Publication } from './publish.ts';

const schemes: Schemes = {
  nats: { port: 4222, encrypted: false },
  tls: { port: 4222, encrypted: true },
};

const options = z
  .strictObject({
    server: z.string().describe('The server: tls://host[:4222], or nats://host[:4222] in the open.'),
    subject: z
      .string()
      .min(1)
      .max(2000)
      .default('bird-sentinel.{{ severity }}.{{ rule }}')
      .describe('Where to publish; a template of the alert, whose values cannot begin a token of their own.'),
    format: formatOption,
    stream: z
      .boolean()
      .default(false)
      .describe('Whether a stream of JetStream must confirm that it stored the message.'),
    'token-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with the token of the server, if it wants one.'),
    ...loginOptions,
    ...certificateOptions,
    timeout: durationOption(millis(5 * 60_000))
      .default('10s')
      .describe('How long one message may take, from connecting to its confirmation.'),
  })
  .superRefine((given, context) => {
    const user = given['token-file'] === undefined ? given.user : (given.user ?? 'token');
    const password = given['password-file'] ?? given['token-file'];
    const objections = serverObjections({ ...given, user, 'password-file': password }, schemes);
    for (const [option, message] of objections) context.addIssue({ code: 'custom', path: [option], message });
    if (given['token-file'] !== undefined && given.user !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['token-file'],
        message: 'takes the place of user and password-file',
      });
  });

type Options = z.infer<typeof options>;

/** A bus of messages: NATS, with or without JetStream. */
export const nats: ChannelKind<Options> = {
  kind: 'nats',
  summary: 'A message to a NATS server, stored by a stream if wanted (JetStream).',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  needs: 'npm package @nats-io/transport-node',
  shownAgainst: 'nats-server 2.9.10',
  isSilent: true,
  templates: ['subject'],
  shape: plainShape,
  open: async (options, ports): Promise<Channel> => {
    const name = '@nats-io/transport-node';
    const library: Library = await optionalPeer(name, () => import('@nats-io/transport-node'));
    const { subject } = await compileOptions({ subject: options.subject });
    const trust = openTrust({
      ca: ports.http.ca,
      certFile: options['cert-file'],
      keyFile: options['key-file'],
    });
    const world: World = { options, ports, library, subject, trust };
    return {
      send: (attempt) => send(world, attempt),
      probe: (signal) => probe(world, signal),
      close: async () => undefined,
    };
  },
  // A server's own certificate is only shown after words of its protocol.
  expiries: async ({ 'cert-file': file }) => (file === undefined ? [] : fileCertificate(file)),
};

interface World {
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly library: Library;
  readonly subject: OptionTemplate;
  readonly trust: () => Promise<Trust>;
}

/** What separates or stands for tokens of a subject (NATS, Subject-Based Messaging), in a value of the alert. */
const oneToken = (text: string): string => text.replace(/[.*>$\s\p{Cc}\p{Surrogate}]/gu, '_');

async function send(world: World, attempt: Attempt): Promise<Delivery> {
  const { options, ports } = world;
  const subject = world.subject.fill(attempt.message.payload, ports.now(), oneToken);
  if ('detail' in subject) return { type: 'failed', reason: 'recipient', detail: subject.detail };
  const objection = subjectObjection(subject.text);
  if (objection !== undefined) return { type: 'failed', reason: 'recipient', detail: objection };
  const publication: Publication = {
    subject: subject.text,
    payload: payloadOf(options.format, attempt),
    messageId: idempotencyKeyOf(attempt),
    toStream: options.stream,
  };
  return exchange(world, publication, attempt.signal);
}

const longestSubject = 1000;

function subjectObjection(subject: string): string | undefined {
  if (subject.split('.').includes('')) return 'the subject has an empty token';
  if (/[*>\s\p{Cc}]/u.test(subject)) return 'the subject holds *, > or a blank';
  return byteLength(subject) > longestSubject
    ? `the subject is longer than ${longestSubject} bytes`
    : undefined;
}

async function probe(world: World, signal: AbortSignal): Promise<ProbeResult> {
  if (world.subject.mistake !== undefined) return { ok: false, detail: world.subject.mistake };
  const end = await exchange(world, undefined, signal);
  return end.type === 'sent'
    ? { ok: true, detail: 'the server takes us' }
    : { ok: false, detail: end.detail };
}

async function exchange(
  { options, library, trust }: World,
  publication: Publication | undefined,
  signal: AbortSignal,
): Promise<Delivery> {
  const login = await loginOf(options);
  if ('detail' in login) return notAuthorised(login.detail);
  const trusted = await trust();
  if (!trusted.ok) return notAuthorised(trusted.detail);
  const address = present(readAddress(options.server, schemes), 'a NATS server');
  const timeoutMs = durationOf(options.timeout);
  const server = { address, context: trusted.context, login, timeoutMs };
  return runAttempt({ timeoutMs, signal }, (course) => publish(library, server, course, publication));
}

async function loginOf(options: Options): Promise<Login | { readonly detail: string }> {
  const file = options['token-file'];
  if (file !== undefined) {
    const token = await readSecret(file);
    return token.ok ? { token: token.secret.reveal() } : { detail: token.detail };
  }
  const read = await readLogin(options);
  if (!read.ok) return { detail: read.detail };
  return read.login === undefined ? {} : { user: read.login.user, pass: read.login.password };
}
