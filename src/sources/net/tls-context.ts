import { readFile, stat } from 'node:fs/promises';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { z } from 'zod';

/** How connections are encrypted, and whose certificates are taken. */
export interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
  /** Clients must have a certificate of one of these authorities. */
  readonly caFile?: string;
  /** Names of which a client's certificate must have one; empty: any that the authorities vouch for. */
  readonly names: readonly string[];
  /** SHA-256 of certificates that are taken, in capitals with colons; empty: no matter. */
  readonly fingerprints: readonly string[];
}

const path = z.string().min(1);
const fingerprint = z
  .string()
  .regex(
    /^(?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/,
    'not a SHA-256 fingerprint as openssl x509 -fingerprint -sha256 writes it',
  )
  .transform((text) => text.toUpperCase());

/** `tls` of a source that listens. */
export const tlsOption = z
  .strictObject({
    'cert-file': path.describe('PEM file with the certificate, and those between it and its authority.'),
    'key-file': path.describe('PEM file with its key; nobody else may be able to read it.'),
    'ca-file': path
      .optional()
      .describe('PEM file of authorities: clients must have a certificate of one of them.'),
    names: z
      .array(z.string().min(1).max(255))
      .max(1000)
      .optional()
      .describe(
        'With `ca-file`: names (DNS, or the common name) of which a client must have one. Default: any.',
      ),
    fingerprints: z
      .array(fingerprint)
      .max(1000)
      .optional()
      .describe('SHA-256 fingerprints of client certificates that are taken, whoever signed them.'),
  })
  .refine((tls) => tls.names === undefined || tls['ca-file'] !== undefined, {
    message: '"names" needs "ca-file": without it anybody can have any name',
  })
  .transform((tls): TlsSettings => ({
    certFile: tls['cert-file'],
    keyFile: tls['key-file'],
    names: tls.names ?? [],
    fingerprints: tls.fingerprints ?? [],
    ...(tls['ca-file'] === undefined ? {} : { caFile: tls['ca-file'] }),
  }));

/** Reads the files. Rejects with what is wrong with them. */
export async function tlsOptionsOf(tls: TlsSettings): Promise<TlsOptions> {
  const seen = await stat(tls.keyFile);
  if ((seen.mode & 0o007) !== 0) throw new Error(`${tls.keyFile} can be read by everybody; chmod o= it`);
  const [cert, key, ca] = await Promise.all([
    readFile(tls.certFile),
    readFile(tls.keyFile),
    tls.caFile === undefined ? undefined : readFile(tls.caFile),
  ]);
  const asks = ca !== undefined || tls.fingerprints.length > 0;
  return {
    cert,
    key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 20_000,
    requestCert: asks,
    // Fingerprints are trust enough; they are looked at when the connection is there.
    rejectUnauthorized: ca !== undefined && tls.fingerprints.length === 0,
    ...(ca === undefined ? {} : { ca }),
  };
}

/** Who is at the other end, or why it may not be: RFC 5425, 5.2. */
export function clientOf(
  socket: TLSSocket,
  tls: TlsSettings,
): { readonly allowed: true; readonly name?: string } | { readonly allowed: false; readonly why: string } {
  if (tls.caFile === undefined && tls.fingerprints.length === 0) return { allowed: true };
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { allowed: false, why: 'no certificate' };
  const names = namesOf(certificate.subject, certificate.subjectAltName);
  const [name = certificate.fingerprint256] = names;
  if (tls.fingerprints.includes(certificate.fingerprint256)) return { allowed: true, name };
  if (!socket.authorized) return { allowed: false, why: `certificate of ${name}: not trusted` };
  if (tls.names.length === 0 || names.some((known) => tls.names.includes(known)))
    return { allowed: true, name };
  return { allowed: false, why: `certificate of ${name}: not an allowed name` };
}

/** DNS names, or, where there are none, the common name (RFC 6125, 6.4.4). */
function namesOf(subject: string | undefined, alternatives: string | undefined): string[] {
  const dns = [...(alternatives ?? '').matchAll(/(?:^|, )DNS:([^,"\s]+)/g)].flatMap(([, name]) => name ?? []);
  if (dns.length > 0) return dns;
  return [...(subject ?? '').matchAll(/^CN=(.+)$/gm)].flatMap(([, name]) => name ?? []);
}
