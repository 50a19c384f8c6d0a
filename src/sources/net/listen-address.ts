import { isIP } from 'node:net';
import { z } from 'zod';

/** Where something is listened for, and over what. */
export type ListenAddress =
  | { readonly over: 'unix'; readonly path: string }
  | { readonly over: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number };

/**
 * Reads `udp://host:port`, `tcp://…`, `tls://…` or `unix:/path`; undefined for anything else. Without a host
 * only this machine is heard.
 */
export function readListenAddress(text: string): ListenAddress | undefined {
  // The kernel takes names of sockets up to 107 bytes (unix(7)).
  const path = /^unix:(?:\/\/)?(\/[^\0]{1,106})$/.exec(text)?.[1];
  if (path !== undefined) return { over: 'unix', path };
  const found = /^(udp|tcp|tls):\/\/([A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(text);
  const [, over, name = '', digits] = found ?? [];
  if (over !== 'udp' && over !== 'tcp' && over !== 'tls') return undefined;
  const host = name.replace(/^\[|\]$/g, '');
  if (name.startsWith('[') && isIP(host) !== 6) return undefined;
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? { over, host: host === '' ? '127.0.0.1' : host, port } : undefined;
}

/** As it is written in the configuration. */
export const writeListenAddress = (address: ListenAddress): string =>
  address.over === 'unix'
    ? `unix:${address.path}`
    : `${address.over}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${String(address.port)}`;

/** The schema of an address that is `over` one of these. */
export const listenOption = (
  over: readonly ListenAddress['over'][],
  form: string,
): z.ZodType<ListenAddress, string> =>
  z.string().transform((text, context) => {
    const address = readListenAddress(text);
    if (address !== undefined && over.includes(address.over)) return address;
    context.addIssue({ code: 'custom', message: `not an address to listen on, such as ${form}` });
    return z.NEVER;
  });
