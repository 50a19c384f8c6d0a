import { isIP } from 'node:net';
import { z } from 'zod';

/** Where figures are given out, once read. */
export type MetricsPlace =
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  /** `mode`: who may connect, as the permissions of the socket. */
  | { readonly type: 'unix'; readonly path: string; readonly mode: number };

const listening = z.strictObject({
  listen: z
    .string()
    .refine((text) => addressOf(text) !== undefined, {
      error: 'must be an address and a port such as 127.0.0.1:9199, [::1]:9199 or localhost:9199',
    })
    .describe('Address and port: 127.0.0.1:9199. Port 0 takes a free one, which the log tells.'),
  'beyond-loopback': z
    .boolean()
    .default(false)
    .describe('Allows an address that other machines reach: nothing is encrypted or asked for. Default: no.'),
});

const socket = z.strictObject({
  socket: z
    .string()
    .refine((path) => path.startsWith('/') && Buffer.byteLength(path) <= longestPath, {
      error: 'must be an absolute path of at most 107 bytes',
    })
    .describe('Path of a UNIX socket: /run/bird-sentinel/metrics.sock.'),
  mode: z
    .enum(['0600', '0660', '0666'])
    .default('0600')
    .describe('Who may connect to it, as permissions. Default: 0600, this user alone.'),
});

/** `sun_path` holds 108 bytes with the NUL (unix(7)). */
const longestPath = 107;

/** `metrics`. */
export const metrics = z
  .union([listening, socket])
  .refine((value) => 'socket' in value || value['beyond-loopback'] || isLoopback(addressOf(value.listen)), {
    error:
      'other machines could reach this address: listen on 127.0.0.1 or ::1, or say beyond-loopback: true',
    path: ['listen'],
  });

/** Where to listen, of a `metrics` that is free of mistakes. */
export function metricsPlace(value: z.output<typeof metrics>): MetricsPlace {
  if ('socket' in value) {
    return { type: 'unix', path: value.socket, mode: Number.parseInt(value.mode, 8) };
  }
  const { host, port } = addressOf(value.listen) ?? { host: '127.0.0.1', port: 0 };
  return { type: 'tcp', host, port };
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressOf(text: string): Address | undefined {
  const [, v6, v4, digits = ''] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+|localhost)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? (v4 === 'localhost' ? '127.0.0.1' : v4);
  const port = Number(digits);
  if (host === undefined || port > 65_535) return undefined;
  return isIP(host) === (v6 === undefined ? 4 : 6) ? { host, port } : undefined;
}

/** Whether only this machine reaches an address: 127.0.0.0/8 and ::1 (RFC 6890, 2.2.2 and 2.2.3). */
export const isLoopback = (address: Pick<Address, 'host'> | undefined): boolean =>
  address !== undefined && (address.host.startsWith('127.') || /^(?:0*:)+0*1$/.test(address.host));
