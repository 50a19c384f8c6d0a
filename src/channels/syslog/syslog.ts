import { hostname } from 'node:os';
import { z } from 'zod';
import { present, unreachable } from '../../kit/assert.ts';
import { parseSize } from '../../kit/size.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import { fileCertificate, serverCertificate } from '../certificate.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { facilities, type Facility, local, type Speaker, structured } from './frame.ts';
import { sendByLogger } from './logger.ts';
import { readServer, type SyslogServer } from './server.ts';
import { sendOverStream, type StreamServer } from './stream.ts';
import { openTrust, type Trust } from './trust.ts';
import { sendDatagram } from './udp.ts';

const sizeIsFit = (text: string): boolean => {
  const size = parseSize(text);
  return size !== undefined && size >= 1024 && size <= 65_536;
};

const options = z
  .strictObject({
    server: z
      .string()
      .default('unix:/dev/log')
      .describe('Where messages go: unix:/path, udp://host[:514], tcp://host[:601] or tls://host[:6514].'),
    facility: z
      .enum(Object.keys(facilities) as [Facility, ...Facility[]])
      .default('daemon')
      .describe('Which part of a system speaks.'),
    'app-name': z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,48}$/)
      .default('bird-sentinel')
      .describe('The name of the program in the messages.'),
    format: z
      .enum(['rfc5424', 'local'])
      .optional()
      .describe('RFC 5424, or what programs write to /dev/log. Default local for unix:, else rfc5424.'),
    'sd-id': z
      .string()
      .max(32)
      .regex(/^[A-Za-z0-9._-]+@\d+(?:\.\d+)*$/, 'must be a name and an enterprise number: name@32473')
      .default('bird-sentinel@32473')
      .describe('Names the structured data with rule, key and alert. 32473 is the number for examples.'),
    'max-size': z
      .string()
      .refine(sizeIsFit, 'must be a size between 1KiB and 64KiB')
      .optional()
      .describe('The longest message; the rest of its text is cut. Default 2KiB over UDP, else 8KiB.'),
    'cert-file': z.string().optional().describe('PEM file of our own certificate, for tls://.'),
    'key-file': z.string().optional().describe('PEM file (mode 0600) of its key.'),
    timeout: durationOption(millis(5 * 60_000))
      .default('10s')
      .describe('How long one message may take.'),
  })
  .superRefine(({ server, format, 'cert-file': cert, 'key-file': key }, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const read = readServer(server);
    if (read === undefined)
      return refuse(
        'server',
        'must be unix:/path, udp://host, tcp://host or tls://host, perhaps with a port',
      );
    if (format === 'local' && read.over !== 'unix')
      refuse('format', 'local is for the sockets of this machine');
    if ((cert === undefined) !== (key === undefined))
      refuse('cert-file', 'needs key-file, and the other way round');
    if (cert !== undefined && read.over !== 'tls') refuse('cert-file', 'is for tls:// only');
  });

type Options = z.infer<typeof options>;

const lineShape: TextShape = { ...plainShape, layout: 'line' };

/** The log of this machine or of another. */
export const syslog: ChannelKind<Options> = {
  kind: 'syslog',
  summary: 'A message to a syslog server, here or elsewhere (RFC 5424).',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  shownAgainst: 'rsyslog 8.2302',
  isSilent: true,
  shape: lineShape,
  open: async (options, ports): Promise<Channel> => {
    const world = worldOf(options, ports);
    return { send: (attempt) => send(world, attempt), close: async () => undefined };
  },
  expiries: async ({ server, 'cert-file': file }, _ports, signal) => {
    const read = readServer(server);
    const tls = read?.over === 'tls' ? { host: read.host, port: read.port } : undefined;
    const theirs = tls === undefined ? [] : await serverCertificate(tls, signal);
    return [...theirs, ...(file === undefined ? [] : await fileCertificate(file))];
  },
};

interface World {
  readonly server: SyslogServer;
  readonly format: 'rfc5424' | 'local';
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly speaker: Speaker;
  readonly trust: () => Promise<Trust>;
  readonly ports: ChannelPorts;
}

function worldOf(options: Options, ports: ChannelPorts): World {
  const server = present(readServer(options.server), 'a syslog server');
  const size = options['max-size'];
  const usual = server.over === 'udp' ? 2048 : 8192;
  return {
    server,
    format: options.format ?? (server.over === 'unix' ? 'local' : 'rfc5424'),
    maxBytes: size === undefined ? usual : present(parseSize(size), `size in ${size}`),
    timeoutMs: durationOf(options.timeout),
    speaker: {
      facility: options.facility,
      appName: options['app-name'],
      host: hostname(),
      pid: process.pid,
      sdId: options['sd-id'],
    },
    trust: openTrust({ ca: ports.http.ca, certFile: options['cert-file'], keyFile: options['key-file'] }),
    ports,
  };
}

async function send(world: World, attempt: Attempt): Promise<Delivery> {
  const { server, timeoutMs } = world;
  const limits = { timeoutMs, signal: attempt.signal };
  const frame = frameOf(world, attempt);
  switch (server.over) {
    case 'udp':
      return sendDatagram(server, Buffer.from(frame), limits);
    case 'tcp':
      return known(await sendOverStream(server, octetCounted(frame), limits));
    case 'tls':
      return sendOverTls(world, server, frame, attempt);
    case 'unix':
      return sendToSocket(world, server.path, frame, attempt);
    default:
      return unreachable(server);
  }
}

function frameOf({ format, speaker, ports, maxBytes }: World, { message, part }: Attempt): string {
  const write = format === 'local' ? local : structured;
  return write(message, message.parts[part] ?? '', speaker, ports.now(), maxBytes);
}

/** `MSG-LEN SP SYSLOG-MSG` (RFC 6587, section 3.4.1; RFC 5425, section 4.3). */
function octetCounted(frame: string): Buffer {
  const bytes = Buffer.from(frame);
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}

async function sendOverTls(
  world: World,
  server: Extract<StreamServer, { host: string }>,
  frame: string,
  { signal }: Attempt,
): Promise<Delivery> {
  const trust = await world.trust();
  if (!trust.ok) return { type: 'retry', reason: 'auth', detail: trust.detail, afterMs: millis(5 * 60_000) };
  const tls = trust.context === undefined ? {} : { context: trust.context };
  const { host, port } = server;
  const limits = { timeoutMs: world.timeoutMs, signal };
  return known(await sendOverStream({ host, port, tls }, octetCounted(frame), limits));
}

/** A socket of the machine is a stream or, nearly always, takes datagrams. */
async function sendToSocket(
  world: World,
  path: string,
  frame: string,
  { message, part, signal }: Attempt,
): Promise<Delivery> {
  const { format, speaker, maxBytes, timeoutMs } = world;
  const limits = { timeoutMs, signal };
  const sent = await sendOverStream({ path }, Buffer.from(`${frame}\n`), limits);
  if (sent !== 'wrongType') return sent;
  const text = message.parts[part] ?? '';
  return sendByLogger({ socket: path, message, text, speaker, format, maxBytes }, limits);
}

const known = (sent: Delivery | 'wrongType'): Delivery =>
  sent === 'wrongType'
    ? { type: 'retry', reason: 'unavailable', detail: 'the socket is of another kind' }
    : sent;
