import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/**
 * The authorities to trust beside `pem`: naming any replaces Node's own, so those are named too, with
 * what NODE_EXTRA_CA_CERTS adds.
 */
export function authoritiesWith(pem: string): string[] {
  const extra = process.env['NODE_EXTRA_CA_CERTS'];
  return [...rootCertificates, ...(extra === undefined ? [] : readable(extra)), pem];
}

function readable(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    // Node itself only warns about a file that cannot be read.
    return [];
  }
}
