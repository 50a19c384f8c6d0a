import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { z } from 'zod';
import { isHalfLogin, type LoginOptions } from './login-option.ts';

/** How a server is spoken to that is named by a scheme: its usual port, and whether TLS begins at once. */
export interface Scheme {
  readonly port: number;
  readonly encrypted: boolean;
}

export interface Schemes {
  readonly [scheme: string]: Scheme;
}

/** Where a server listens. */
export interface ServerAddress {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
}

/**
 * Reads `scheme://host[:port]`; undefined for anything else, also for addresses with a user, a path or a
 * query in them.
 */
export function readAddress(text: string, schemes: Schemes): ServerAddress | undefined {
  const found = /^([a-z]+):\/\/([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?\/?$/.exec(text);
  const [, name = '', place = '', given] = found ?? [];
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined;
  if (scheme === undefined) return undefined;
  const host = place.replace(/^\[|\]$/g, '').toLowerCase();
  if (place.startsWith('[') && isIP(host) !== 6) return undefined;
  const port = Number(given ?? scheme.port);
  return port >= 1 && port <= 65_535 ? { host, port, encrypted: scheme.encrypted } : undefined;
}

/** Whether what is sent there never leaves this machine. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Our own certificate, for servers that ask for one. */
export const certificateOptions = {
  'cert-file': z.string().optional().describe('PEM file of our own certificate, where TLS is spoken.'),
  'key-file': z.string().optional().describe('PEM file (mode 0600) of its key.'),
};

interface ServerOptions extends LoginOptions {
  readonly server: string;
  readonly 'cert-file'?: string | undefined;
  readonly 'key-file'?: string | undefined;
}

/** What is wrong with where and as whom to connect, as the option and the words for it. */
export function serverObjections(
  options: ServerOptions,
  schemes: Schemes,
): readonly (readonly [option: string, message: string])[] {
  const { server, 'cert-file': cert, 'key-file': key } = options;
  const address = readAddress(server, schemes);
  const forms = Object.keys(schemes).map((scheme) => `${scheme}://host`);
  if (address === undefined) return [['server', `must be ${forms.join(' or ')}, perhaps with a port`]];
  const isOpen = !address.encrypted && !isLoopback(address.host);
  return [
    ...objection(isHalfLogin(options), 'user', 'needs password-file, and the other way round'),
    ...objection((cert === undefined) !== (key === undefined), 'cert-file', 'needs key-file too, or neither'),
    ...objection(cert !== undefined && !address.encrypted, 'cert-file', 'means nothing without TLS'),
    ...objection(isOpen && options.user !== undefined, 'server', openLogin),
  ];
}

const openLogin = 'the password would go over the network in the open: name the server by its TLS scheme';

const objection = (applies: boolean, option: string, message: string) =>
  applies ? ([[option, message]] as const) : [];

/** Begins a connection; its certificate is checked against the name of the server. */
export function connectTo({ host, port, encrypted }: ServerAddress, context?: SecureContext): Socket {
  if (!encrypted) return connect({ host, port });
  // A name sent in the handshake must not be an address (RFC 6066, section 3).
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ host, port, ...name, ...(context === undefined ? {} : { secureContext: context }) });
}
