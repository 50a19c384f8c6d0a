import { type Secret, secret } from '../secret.ts';

/** The code that X gave, or why what was pasted is none. `detail` repeats nothing of it. */
export type Pasted =
  | { readonly ok: true; readonly code: Secret }
  | { readonly ok: false; readonly detail: string };

/**
 * Takes the address to which X sent the browser, or the code alone. An address must bring back `state`
 * (RFC 6749, section 10.12): otherwise it belongs to another login, perhaps to somebody else's. A code
 * alone is bound to this login by PKCE.
 */
export function readPasted(text: string, state: string): Pasted {
  const pasted = text.trim();
  const query = queryOf(pasted);
  if (query === undefined) return codeOf(pasted);
  const refusal = query.get('error');
  if (refusal !== null) return { ok: false, detail: refusalOf(refusal) };
  if (query.get('state') !== state) {
    return {
      ok: false,
      detail: 'this address belongs to another login (its state is not the one asked for)',
    };
  }
  return codeOf(query.get('code') ?? '');
}

function queryOf(text: string): URLSearchParams | undefined {
  const cut = text.indexOf('?');
  if (cut >= 0) return new URLSearchParams(text.slice(cut + 1).replace(/#.*$/s, ''));
  return /(?:^|&)(?:code|error|state)=/.test(text) ? new URLSearchParams(text) : undefined;
}

const codeOf = (text: string): Pasted =>
  /^[A-Za-z0-9._~+/:%=-]{8,1000}$/.test(text)
    ? { ok: true, code: secret(text) }
    : { ok: false, detail: 'no code is in what was pasted: copy the whole address from the browser' };

const refusalOf = (error: string): string =>
  error === 'access_denied'
    ? 'the access was not approved'
    : `X refused: ${error.replace(/[^a-z_]/gi, '').slice(0, 60)}`;
