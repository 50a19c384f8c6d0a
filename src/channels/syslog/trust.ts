import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { authoritiesWith } from '../authorities.ts';
import { codeOf } from '../private-file.ts';
import { readSecret } from '../secret-file.ts';

/** Whom to trust in a TLS connection, and who we are in it. */
export interface TrustFiles {
  /** PEM text of further authorities. */
  readonly ca: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** What a TLS connection needs, or why it cannot be had; `context` absent: the machine's own authorities do. */
export type Trust =
  | { readonly ok: true; readonly context?: SecureContext }
  | { readonly ok: false; readonly detail: string };

/**
 * Gives the context for each connection. The certificate's files are read each time, so that a renewed
 * one counts at once; the context, which takes a tenth of a second, is made anew only when they changed.
 */
export function openTrust({ ca, certFile, keyFile }: TrustFiles): () => Promise<Trust> {
  const authorities = ca === undefined ? {} : { ca: authoritiesWith(ca) };
  let made: { readonly of: string; readonly context: SecureContext } | undefined;
  const make = (of: string, own: { cert: string; key: string } | undefined): Trust => {
    try {
      if (made?.of !== of) made = { of, context: createSecureContext({ ...authorities, ...own }) };
      return { ok: true, context: made.context };
    } catch {
      // Its error could repeat a piece of the key.
      return {
        ok: false,
        detail: `not PEM: ${own === undefined ? 'tls.ca-file' : `${certFile}, ${keyFile}`}`,
      };
    }
  };
  return async () => {
    if (certFile === undefined || keyFile === undefined)
      return ca === undefined ? { ok: true } : make('', undefined);
    const cert = await readFile(certFile, 'utf8').catch((error: unknown) => ({ code: codeOf(error) }));
    if (typeof cert !== 'string')
      return { ok: false, detail: `${certFile} could not be read (${cert.code})` };
    const key = await readSecret(keyFile);
    if (!key.ok) return key;
    const pem = { cert, key: key.secret.reveal() };
    return make(`${pem.cert}\0${pem.key}`, pem);
  };
}
