import { z } from 'zod';
import { parseDuration } from '../../kit/duration.ts';
import type { Delivery } from '../../model/delivery.ts';
import { between, instant, type Instant, millis, type Millis } from '../../model/time.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts, ProbeResult } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import {
  type Addressing,
  addressingOptions,
  addressingTemplates,
  openAddressing,
} from '../nagios/addressing.ts';
import { type CheckResult, fitOutput, hostStateOf, nagiosShape } from '../nagios/check-result.ts';
import { readSecret } from '../secret-file.ts';
import { encrypt, encryptionMethods, needsPassword } from './cipher.ts';
import { type CallEnd, callDaemon } from './exchange.ts';
import { dataPacket, type PacketContent, packetFormats } from './packet.ts';

const longestListen = millis(10_000);

const options = z
  .strictObject({
    server: z
      .string()
      .regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'must be a host name or an address, without a port')
      .describe('Name or address of the machine where the daemon nsca runs.'),
    port: z.int().min(1).max(65535).default(5667).describe('Its port.'),
    'encryption-method': z
      .literal([...encryptionMethods])
      .describe('The number that nsca.cfg has as decryption_method: 0 none, 1 XOR, 2 DES, 3 3DES, 14 AES.'),
    'password-file': z
      .string()
      .optional()
      .describe('File (mode 0600) whose content is the password of nsca.cfg.'),
    'output-size': z
      .literal([512, 4096])
      .default(4096)
      .describe('Bytes for the text in a packet: 512 for a daemon before 2.9.'),
    listen: z
      .string()
      .refine((text) => {
        const length = parseDuration(text);
        return length !== undefined && length <= longestListen;
      }, 'must be a length of time up to 10s')
      .default('2s')
      .describe(
        'How long to see whether the daemon hangs up on a packet, as it does when it cannot read it.',
      ),
    timeout: durationOption(millis(60_000))
      .default('10s')
      .describe('How long one connection may take as a whole.'),
    ...addressingOptions,
  })
  .refine(
    (given) => !needsPassword(given['encryption-method']) || given['password-file'] !== undefined,
    'needs password-file: the method encrypts nothing without a password',
  );

type Options = z.infer<typeof options>;

/** A Nagios on another machine, behind its daemon nsca. */
export const nsca: ChannelKind<Options> = {
  kind: 'nsca',
  summary: 'A passive check result for a Nagios on another machine, by its NSCA daemon.',
  options,
  // The last result is the state: an end must not overtake its beginning.
  concurrency: 1,
  budgets: [],
  resolved: true,
  followUps: 'update',
  needs: 'the daemon nsca',
  shownAgainst: 'nsca 2.10.2',
  isSilent: true,
  templates: addressingTemplates,
  shape: nagiosShape,
  open: async (options, ports): Promise<Channel> => {
    const format = packetFormats[options['output-size']];
    const addressing = await openAddressing(options, { host: format.host - 1, service: format.service - 1 });
    const trust = createTrust(ports.now);
    return {
      send: (attempt) => send(options, ports, addressing, trust, attempt),
      probe: (signal) => probe(options, ports, addressing, signal),
      close: async () => undefined,
    };
  },
};

async function send(
  options: Options,
  ports: ChannelPorts,
  addressing: Addressing,
  trust: Trust,
  { message, part, signal }: Attempt,
): Promise<Delivery> {
  const addressed = addressing.resultOf(message, part, ports.now());
  if (!addressed.ok) return { type: 'failed', reason: 'recipient', detail: addressed.detail };
  const password = await passwordOf(options);
  if (!password.ok)
    return { type: 'retry', reason: 'auth', detail: password.detail, afterMs: millis(5 * 60_000) };
  const format = packetFormats[options['output-size']];
  const end = await callDaemon({
    ...addressOf(options),
    listen: trust.isFresh(password.text) ? millis(0) : listenOf(options),
    signal,
    packet: ({ iv, timestamp }) => {
      const content = contentOf(addressed.result, timestamp, format.output);
      const plain = dataPacket(content, format, ports.randomBytes(format.size));
      return encrypt(options['encryption-method'], plain, iv, password.text);
    },
  });
  trust.learn(password.text, end);
  return deliveryOf(end, addressed.note);
}

/** The daemon's own time goes back to it, so that no difference of the clocks makes a packet too old. */
function contentOf(
  { host, service, code, output }: CheckResult,
  timestamp: number,
  size: number,
): PacketContent {
  return {
    timestamp,
    code: service === undefined ? hostStateOf(code) : code,
    host: host,
    service: service ?? '',
    output: fitOutput(output, Math.min(size - 1, longestOutput)),
  };
}

/** The daemon escapes it and writes it to Nagios' FIFO with names and time: together at most PIPE_BUF. */
const longestOutput = 3700;

function deliveryOf(end: CallEnd, note: string | undefined): Delivery {
  switch (end.type) {
    case 'closed':
    case 'greeted':
      return {
        type: 'sent',
        receipt: `handed over; NSCA confirms nothing${note === undefined ? '' : `; ${note}`}`,
      };
    case 'hungUp':
      return {
        type: 'failed',
        reason: 'auth',
        detail: 'the daemon hung up on the packet: its password, decryption_method or packet size is another',
      };
    case 'lost':
      return { type: 'unknown', detail: end.detail };
    case 'notSent':
      return { type: 'retry', reason: end.reason, detail: end.detail };
  }
}

async function probe(
  options: Options,
  ports: ChannelPorts,
  { mistake }: Addressing,
  signal: AbortSignal,
): Promise<ProbeResult> {
  if (mistake !== undefined) return { ok: false, detail: mistake };
  const password = await passwordOf(options);
  if (!password.ok) return { ok: false, detail: password.detail };
  const end = await callDaemon({ ...addressOf(options), listen: millis(0), signal, packet: () => undefined });
  if (end.type === 'greeted') {
    const seconds = Math.round(Math.abs(ports.now() / 1000 - end.init.timestamp));
    const clock = seconds > 5 ? `; its clock differs by ${seconds} s` : '';
    return { ok: true, detail: `the daemon greets; the password cannot be tried without a result${clock}` };
  }
  return { ok: false, detail: 'detail' in end ? end.detail : 'the daemon hung up' };
}

const addressOf = ({ server, port, timeout }: Options) => ({ server, port, timeout: durationOf(timeout) });

const listenOf = ({ listen }: Options): Millis => durationOf(listen);

async function passwordOf(
  options: Options,
): Promise<{ readonly ok: true; readonly text: string } | { readonly ok: false; readonly detail: string }> {
  const file = options['password-file'];
  if (file === undefined) return { ok: true, text: '' };
  const read = await readSecret(file);
  return read.ok ? { ok: true, text: read.secret.reveal() } : read;
}

/** Remembers that the daemon took a packet with a password, so that a burst is not listened to one by one. */
interface Trust {
  isFresh(password: string): boolean;
  learn(password: string, end: CallEnd): void;
}

const trustFor = millis(60_000);

function createTrust(now: () => Instant): Trust {
  let password: string | undefined;
  let at = instant(0);
  return {
    isFresh: (given) => given === password && between(at, now()) < trustFor,
    learn(given, end) {
      if (end.type !== 'closed') password = undefined;
      else if (given !== password || between(at, now()) >= trustFor) {
        password = given;
        at = now();
      }
    },
  };
}
