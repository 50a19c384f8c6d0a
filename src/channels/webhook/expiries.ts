import type { Expiry } from '../../model/delivery.ts';
import { instant } from '../../model/time.ts';
import { serverCertificate } from '../certificate.ts';
import type { HttpSettings } from '../contract.ts';
import { readSecret } from '../secret-file.ts';

/** What ends of a webhook: its server's certificate, and its token where that says when. */
export async function webhookExpiries(
  { url, tokenFile }: { readonly url: string; readonly tokenFile: string | undefined },
  http: HttpSettings,
  signal: AbortSignal,
): Promise<readonly Expiry[]> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  // Behind a proxy the server cannot be reached straight.
  const isAsked = protocol === 'https:' && !isProxied(http);
  const server = isAsked ? await serverCertificate({ host, port: Number(port || 443) }, signal) : [];
  return [...server, ...(tokenFile === undefined ? [] : await tokenEnd(tokenFile))];
}

const isProxied = ({ proxy }: HttpSettings): boolean =>
  proxy !== undefined || ['HTTPS_PROXY', 'https_proxy'].some((name) => (process.env[name] ?? '') !== '');

/** A JSON Web Token says when it ends: `exp`, in seconds (RFC 7519, section 4.1.4). Other tokens do not. */
async function tokenEnd(path: string): Promise<readonly Expiry[]> {
  const token = await readSecret(path);
  if (!token.ok) return [];
  const [, claims, signature] = token.secret.reveal().split('.');
  if (claims === undefined || signature === undefined) return [];
  try {
    const said: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'));
    const end = typeof said === 'object' && said !== null && 'exp' in said ? said.exp : undefined;
    return typeof end === 'number' && Math.abs(end) < 8.64e12
      ? [{ what: `the token in ${path}`, at: instant(end * 1000) }]
      : [];
  } catch {
    return [];
  }
}
