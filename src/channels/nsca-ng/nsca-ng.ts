import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { notAuthorised } from '../attempt-course.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts, ProbeResult } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import {
  type Addressing,
  addressingOptions,
  addressingTemplates,
  openAddressing,
} from '../nagios/addressing.ts';
import { nagiosShape } from '../nagios/check-result.ts';
import { commandLine } from '../nagios/command-line.ts';
import { readSecret } from '../secret-file.ts';
import { type Peer, pushCommand } from './exchange.ts';

const options = z.strictObject({
  server: z
    .string()
    .regex(/^[A-Za-z0-9_.:-]{1,253}$/, 'must be a host name or an address, without a port')
    .describe('Name or address of the machine where the daemon nsca-ng runs.'),
  port: z.int().min(1).max(65535).default(5668).describe('Its port.'),
  identity: z
    .string()
    .min(1)
    .max(127)
    .regex(/^[^\p{Cc}]*$/u, 'must hold no control characters')
    .describe('The name under which nsca-ng.cfg authorizes this machine.'),
  'password-file': z.string().describe('File (mode 0600) whose content is the password of that section.'),
  timeout: durationOption(millis(60_000))
    .default('10s')
    .describe('How long one connection may take as a whole.'),
  ...addressingOptions,
});

type Options = z.infer<typeof options>;

/** A Nagios or Icinga on another machine, behind its daemon nsca-ng, which confirms what it takes. */
export const nscaNg: ChannelKind<Options> = {
  kind: 'nsca-ng',
  summary: 'A passive check result for a Nagios on another machine, by its NSCA-ng daemon, confirmed.',
  options,
  // The last result is the state: an end must not overtake its beginning.
  concurrency: 1,
  budgets: [],
  resolved: true,
  followUps: 'update',
  needs: 'the daemon nsca-ng',
  shownAgainst: 'nsca-ng 1.6',
  isSilent: true,
  templates: addressingTemplates,
  shape: nagiosShape,
  open: async (options, ports): Promise<Channel> => {
    const addressing = await openAddressing(options);
    return {
      send: (attempt) => send(options, ports, addressing, attempt),
      probe: (signal) => probe(options, ports, addressing, signal),
      close: async () => undefined,
    };
  },
};

async function send(
  options: Options,
  ports: ChannelPorts,
  addressing: Addressing,
  { message, part, signal }: Attempt,
): Promise<Delivery> {
  const now = ports.now();
  const addressed = addressing.resultOf(message, part, now);
  if (!addressed.ok) return { type: 'failed', reason: 'recipient', detail: addressed.detail };
  const password = await readSecret(options['password-file']);
  if (!password.ok) return notAuthorised(password.detail);
  const peer = peerOf(options, ports, password.secret.reveal());
  const limits = { timeoutMs: durationOf(options.timeout), signal };
  const delivery = await pushCommand(peer, commandLine(addressed.result, now), limits);
  if (delivery.type !== 'sent' || addressed.note === undefined) return delivery;
  return { ...delivery, receipt: `${delivery.receipt}, ${addressed.note}` };
}

/** Shakes hands, which only who has the password can, and leaves. */
async function probe(
  options: Options,
  ports: ChannelPorts,
  { mistake }: Addressing,
  signal: AbortSignal,
): Promise<ProbeResult> {
  if (mistake !== undefined) return { ok: false, detail: mistake };
  const password = await readSecret(options['password-file']);
  if (!password.ok) return { ok: false, detail: password.detail };
  const peer = peerOf(options, ports, password.secret.reveal());
  const end = await pushCommand(peer, undefined, { timeoutMs: durationOf(options.timeout), signal });
  if (end.type === 'sent') return { ok: true, detail: `the daemon knows ${options.identity}` };
  return { ok: false, detail: end.detail };
}

const peerOf = (
  { server, port, identity }: Options,
  { randomBytes }: ChannelPorts,
  password: string,
): Peer => ({
  host: server,
  port,
  identity,
  password,
  session: Buffer.from(randomBytes(9)).toString('base64url'),
});
