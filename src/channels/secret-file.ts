import { readPrivate } from './private-file.ts';
import { type Secret, secret } from './secret.ts';

/** A secret from a file, or why there is none; `seen`: there is such a file. `detail` begins with its path. */
export type SecretRead =
  | { readonly ok: true; readonly secret: Secret }
  | { readonly ok: false; readonly seen: boolean; readonly detail: string };

/** Reads a secret from a file of mode 0600; one line ending at its end does not belong to it. */
export async function readSecret(path: string): Promise<SecretRead> {
  const directory = process.env['CREDENTIALS_DIRECTORY'];
  const isCredential = directory !== undefined && directory !== '' && path.startsWith(`${directory}/`);
  const read = await readPrivate(path, isCredential ? 'credential' : 'own');
  if (!read.ok) return { ok: false, seen: read.cause === 'unsafe', detail: read.detail };
  const text = read.text.replace(/\r?\n$/, '');
  return text === ''
    ? { ok: false, seen: true, detail: `${path} is empty` }
    : { ok: true, secret: secret(text) };
}
