import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Expiry } from '../model/delivery.ts';
import { instant } from '../model/time.ts';

/** How long a server may take to show its certificate. */
const patienceMs = 10_000;

/** A server that speaks TLS; `over`: a connection on which TLS is to begin now. */
export interface TlsServer {
  readonly host: string;
  readonly port: number;
  readonly over?: Socket;
}

/**
 * When the certificate that a server shows ends. It is not asked whether it can be trusted: nothing is sent
 * to that server, and whatever it shows is what messages will meet. Nothing where it cannot be had.
 */
export function serverCertificate(
  { host, port, over }: TlsServer,
  signal: AbortSignal,
): Promise<readonly Expiry[]> {
  return new Promise((resolve) => {
    const end = (found: readonly Expiry[]): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', none);
      socket.destroy();
      resolve(found);
    };
    const none = (): void => end([]);
    const place = over === undefined ? { host, port } : { socket: over };
    // A name sent in the handshake must not be an address (RFC 6066, section 3).
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket: TLSSocket = connect({ ...place, ...name, rejectUnauthorized: false }, () =>
      end(endOf(socket.getPeerCertificate(), `${host}:${port}`)),
    );
    const timer = setTimeout(none, patienceMs);
    socket.on('error', none);
    signal.addEventListener('abort', none);
    if (signal.aborted) none();
  });
}

/** When the first certificate in a PEM file ends; nothing where there is none. */
export async function fileCertificate(path: string): Promise<readonly Expiry[]> {
  try {
    const { validTo } = new X509Certificate(await readFile(path));
    return [{ what: `the certificate in ${path}`, at: instant(Date.parse(validTo)) }];
  } catch {
    // That it cannot be read is told by the attempts that need it.
    return [];
  }
}

/** A server that answers without a certificate gives an object without anything in it. */
function endOf({ valid_to: end }: Partial<PeerCertificate>, place: string): readonly Expiry[] {
  const at = Date.parse(end ?? '');
  return Number.isNaN(at) ? [] : [{ what: `the certificate of ${place}`, at: instant(at) }];
}
