import { isIPv6 } from 'node:net';

/** Where a packet goes over the network. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Reads `host:port`; the port is after the last colon, so that IPv6 needs no brackets. */
export function hostPortOf(address: string): HostPort | undefined {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  const digits = address.slice(colon + 1);
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  // Whatever is neither a name nor an address must not reach the resolver: it may be log text.
  const isHost = isIPv6(host) || /^[A-Za-z0-9._-]{1,253}$/.test(host);
  return colon > 0 && isHost && port > 0 && port < 65_536 ? { host, port } : undefined;
}
