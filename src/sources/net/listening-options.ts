import { z } from 'zod';
import { parseNetwork } from '../../match/address.ts';
import { parseSize } from '../../kit/size.ts';
import { listenOption, type ListenAddress } from './listen-address.ts';
import type { StationOptions } from './station.ts';
import { tlsOption } from './tls-context.ts';

const sizeBetween = (least: number, most: number, form: string): z.ZodType<number, string> =>
  z.string().transform((text, context) => {
    const bytes = parseSize(text);
    if (bytes !== undefined && bytes >= least && bytes <= most) return bytes;
    context.addIssue({ code: 'custom', message: `not a size ${form}` });
    return z.NEVER;
  });

const network = z.string().refine((text) => parseNetwork(text) !== undefined, {
  message: 'not a network such as 10.0.0.0/8',
});

/** Options of every source that listens; `over` which of them it can, and how an address is written. */
export function listeningOptions(over: readonly ListenAddress['over'][], form: string) {
  const address = listenOption(over, form);
  return {
    listen: z
      .union([address.transform((one) => [one]), z.array(address).min(1).max(64)])
      .describe(`Where it is listened, such as ${form}; without a host only on this machine.`),
    from: z
      .array(network)
      .max(1000)
      .optional()
      .describe('Networks from which messages are taken; others are refused and counted. Default: all.'),
    connections: z
      .int()
      .min(1)
      .max(20_000)
      .prefault(1000)
      .describe('Most connections at once; more are refused and counted.'),
    rate: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe(
        'Most messages of one sender within a second; more are dropped and counted. Default: no limit.',
      ),
    'max-message': sizeBetween(480, 16 * 2 ** 20, 'between 480B and 16MiB')
      .prefault('64KiB')
      .describe('Longest message; the rest of a longer one is cut off and counted.'),
    buffer: sizeBetween(64 * 1024, 2 ** 30, 'between 64KiB and 1GiB')
      .prefault('8MiB')
      .describe(
        'How much may wait to be worked off: then TCP senders wait, and datagrams are dropped and counted.',
      ),
  };
}

/** The options of those that take connections with TLS, and on UNIX sockets. */
export const streamOptions = {
  tls: tlsOption.optional().describe('For `tls://`: the certificate, and who may connect.'),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'not a mode such as 0660')
    .prefault('0660')
    .describe('Permissions of a UNIX socket.'),
};

/** The same, as sources use them. */
export function stationOptionsOf(read: {
  readonly listen: readonly ListenAddress[];
  readonly from?: readonly string[] | undefined;
  readonly connections: number;
  readonly rate?: number | undefined;
  readonly buffer: number;
  readonly 'max-message': number;
  readonly tls?: StationOptions['tls'] | undefined;
  readonly mode?: string;
}): StationOptions {
  return {
    listen: read.listen,
    from: read.from ?? [],
    connections: read.connections,
    buffer: read.buffer,
    maxMessage: read['max-message'],
    mode: parseInt(read.mode ?? '660', 8),
    ...(read.rate === undefined ? {} : { rate: read.rate }),
    ...(read.tls === undefined ? {} : { tls: read.tls }),
  };
}
