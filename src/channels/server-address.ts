import { isIP } from 'node:net';

/** Where a server listens, and how it is spoken to. */
export interface ServerAddress<Scheme extends string> {
  readonly scheme: Scheme;
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `scheme://host[:port]` with one of the schemes that have a usual port; undefined for anything else,
 * also for addresses with a user, a path or a query in them.
 */
export function readAddress<Scheme extends string>(
  text: string,
  ports: { readonly [scheme in Scheme]: number },
): ServerAddress<Scheme> | undefined {
  const found = /^([a-z]+):\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/.exec(text);
  const [, scheme = '', name = '', given] = found ?? [];
  if (!isOneOf(scheme, ports)) return undefined;
  const host = name.replace(/^\[|\]$/g, '').toLowerCase();
  if (name.startsWith('[') && isIP(host) !== 6) return undefined;
  const port = Number(given ?? ports[scheme]);
  return port >= 1 && port <= 65_535 ? { scheme, host, port } : undefined;
}

const isOneOf = <Name extends string>(
  name: string,
  names: { readonly [name in Name]: unknown },
): name is Name => Object.hasOwn(names, name);

/** Whether what is sent there never leaves this machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
