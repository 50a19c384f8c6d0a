import { isIP } from 'node:net';

/** Where messages go, and over what. */
export type SyslogServer =
  | { readonly over: 'unix'; readonly path: string }
  | { readonly over: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number };

/** The ports of RFC 5426, RFC 6587 and RFC 5425; 601 is that of syslog-conn (RFC 3195), which servers use for TCP. */
const ports = { udp: 514, tcp: 601, tls: 6514 } as const;

/** Reads `unix:/path` or `udp|tcp|tls://host[:port]`; undefined for anything else. */
export function readServer(text: string): SyslogServer | undefined {
  // The kernel takes names of sockets up to 107 bytes (unix(7)).
  const path = /^unix:(?:\/\/)?(\/[^\0]{1,106})$/.exec(text)?.[1];
  if (path !== undefined) return { over: 'unix', path };
  const found = /^(udp|tcp|tls):\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/.exec(text);
  const [, over, name = '', given] = found ?? [];
  if (over !== 'udp' && over !== 'tcp' && over !== 'tls') return undefined;
  const host = name.replace(/^\[|\]$/g, '');
  if (name.startsWith('[') && isIP(host) !== 6) return undefined;
  const port = Number(given ?? ports[over]);
  return port >= 1 && port <= 65_535 ? { over, host, port } : undefined;
}
