import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts, ProbeResult } from '../contract.ts';
import { type Addressing, addressingOptions, addressingTemplates, openAddressing } from './addressing.ts';
import { nagiosShape } from './check-result.ts';
import { commandLine } from './command-line.ts';
import { probeCommandFile, writeCommand } from './command-file.ts';
import { away } from './place.ts';
import { probeSpool, type Spool, spoolText, writeSpoolFile } from './spool.ts';

const options = z
  .strictObject({
    'command-file': z
      .string()
      .min(1)
      .optional()
      .describe('The FIFO on which Nagios takes external commands (command_file in nagios.cfg).'),
    'check-result-path': z
      .string()
      .regex(/^\//, 'must be an absolute path')
      .optional()
      .describe('The folder of check result files (check_result_path in nagios.cfg), instead of the FIFO.'),
    'max-waiting': z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe('Most results that may lie in the folder; with more, Nagios is taken to be down.'),
    ...addressingOptions,
  })
  .refine(
    (given) => (given['command-file'] === undefined) !== (given['check-result-path'] === undefined),
    'needs either command-file or check-result-path',
  );

type Options = z.infer<typeof options>;

/** A Nagios on this machine: each alert is a passive check result, each end an OK. */
export const nagios: ChannelKind<Options> = {
  kind: 'nagios',
  summary: 'A passive check result for a Nagios on this machine, by its command file or its spool.',
  options,
  // The last result is the state: an end must not overtake its beginning.
  concurrency: 1,
  budgets: [],
  resolved: true,
  followUps: 'update',
  needs: 'Nagios or Icinga on this machine',
  shownAgainst: 'Nagios 4.4.6',
  local: true,
  isSilent: true,
  templates: addressingTemplates,
  shape: nagiosShape,
  open: async (options, ports): Promise<Channel> => {
    const addressing = await openAddressing(options);
    return {
      send: (attempt) => send(options, ports, addressing, attempt),
      probe: () => probe(options, ports, addressing),
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
  if (signal.aborted) return away('stopped before it began');
  const now = ports.now();
  const addressed = addressing.resultOf(message, part, now);
  if (!addressed.ok) return { type: 'failed', reason: 'recipient', detail: addressed.detail };
  const spool = spoolOf(options, ports);
  const delivery =
    spool === undefined
      ? await writeCommand(options['command-file'] ?? '', commandLine(addressed.result, now))
      : await writeSpoolFile(spool, spoolText(addressed.result, now));
  if (delivery.type !== 'sent' || addressed.note === undefined) return delivery;
  return { ...delivery, receipt: `${delivery.receipt}, ${addressed.note}` };
}

async function probe(options: Options, ports: ChannelPorts, { mistake }: Addressing): Promise<ProbeResult> {
  if (mistake !== undefined) return { ok: false, detail: mistake };
  const spool = spoolOf(options, ports);
  const path = options['command-file'] ?? '';
  const refusal = spool === undefined ? await probeCommandFile(path) : await probeSpool(spool);
  if (refusal === undefined)
    return {
      ok: true,
      detail: spool === undefined ? `Nagios reads ${path}` : `${spool.path} can be written`,
    };
  const hint = 'this user needs the group of the command file or spool: see the page on Nagios';
  return { ok: false, detail: refusal.detail, ...(refusal.reason === 'auth' ? { hint } : {}) };
}

function spoolOf(options: Options, { randomBytes }: ChannelPorts): Spool | undefined {
  const path = options['check-result-path'];
  return path === undefined ? undefined : { path, maxWaiting: options['max-waiting'], randomBytes };
}
