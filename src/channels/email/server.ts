import { isIP } from 'node:net';

/** Where mail is handed in. */
export interface MailServer {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte (RFC 8314); `starttls`: begun in the open, refused if it stays so. */
  readonly security: 'implicit' | 'starttls' | 'none';
}

/**
 * Reads `smtps://host[:port]` or `smtp://host[:port]`; undefined for anything else. Ports are 465 and 587
 * (RFC 8314), on this very machine 25; `smtp://` asks for STARTTLS but there.
 */
export function readServer(text: string, starttls?: 'required' | 'never'): MailServer | undefined {
  const found = /^(smtps?):\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/.exec(text);
  const [, scheme, name = '', port] = found ?? [];
  const host = name.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === '' || (name.startsWith('[') && isIP(host) !== 6)) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  const near = isLoopback(host);
  if (scheme === 'smtps') return { host, port: Number(port ?? 465), security: 'implicit' };
  const encrypted = (starttls ?? (near ? 'never' : 'required')) === 'required';
  return { host, port: Number(port ?? (near ? 25 : 587)), security: encrypted ? 'starttls' : 'none' };
}

/** Whether what is sent there never leaves this machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
