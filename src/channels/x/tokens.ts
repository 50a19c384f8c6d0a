import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf, type PrivateWrite, readPrivate, writePrivate } from '../private-file.ts';
import { type Secret, secret } from '../secret.ts';
import type { OAuth1Keys } from './oauth1.ts';

/** What lets an account speak. */
export interface XCredentials {
  /** The API the token was made at, such as `https://api.x.com`. */
  readonly api: string;
  readonly userId: string;
  readonly screenName: string;
  readonly consumerKey: string;
  readonly consumerSecret: Secret;
  readonly token: string;
  readonly tokenSecret: Secret;
}

/** Credentials, or why there are none. `absent`: nobody logged in yet. */
export type CredentialsRead =
  | { readonly ok: true; readonly credentials: XCredentials; readonly path: string }
  | { readonly ok: false; readonly absent: boolean; readonly detail: string };

/** `x-NAME.json`, as it lies on disk. */
const tokenFile = z.strictObject({
  version: z.literal(1),
  api: z.string().min(1),
  userId: z.string().regex(/^\d{1,19}$/),
  screenName: z.string(),
  consumerKey: z.string().min(1),
  consumerSecret: z.string().min(1),
  token: z.string().min(1),
  tokenSecret: z.string().min(1),
});

/** Whether an account can have this name: it becomes part of a file's. */
export const isAccountName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name);

/** The keys a signature needs, in the open: not to be kept. */
export const keysOf = (credentials: XCredentials): OAuth1Keys => ({
  consumerKey: credentials.consumerKey,
  consumerSecret: credentials.consumerSecret.reveal(),
  token: credentials.token,
  tokenSecret: credentials.tokenSecret.reveal(),
});

/** Looks in `$CREDENTIALS_DIRECTORY` (read only, filled by systemd) and then in the state directory. */
export async function readCredentials(stateDirectory: string, account: string): Promise<CredentialsRead> {
  if (!isAccountName(account)) return { ok: false, absent: false, detail: 'not a name an account can have' };
  const given = process.env['CREDENTIALS_DIRECTORY'];
  if (given !== undefined && given !== '') {
    const read = await readTokenFile(join(given, fileName(account)), 'credential');
    if (read.ok || !read.absent) return read;
  }
  return readTokenFile(join(stateDirectory, fileName(account)), 'own');
}

/** Writes `x-NAME.json` into the state directory: whole or not at all, 0600. */
export async function writeCredentials(
  stateDirectory: string,
  account: string,
  credentials: XCredentials,
): Promise<PrivateWrite> {
  if (!isAccountName(account)) return { ok: false, detail: 'not a name an account can have' };
  const file: z.infer<typeof tokenFile> = {
    version: 1,
    api: credentials.api,
    userId: credentials.userId,
    screenName: credentials.screenName,
    consumerKey: credentials.consumerKey,
    consumerSecret: credentials.consumerSecret.reveal(),
    token: credentials.token,
    tokenSecret: credentials.tokenSecret.reveal(),
  };
  return writePrivate(join(stateDirectory, fileName(account)), `${JSON.stringify(file, null, 2)}\n`);
}

/** Forgets an account's credentials here; the token itself stays valid until it is revoked at X. */
export async function removeCredentials(stateDirectory: string, account: string): Promise<PrivateWrite> {
  if (!isAccountName(account)) return { ok: false, detail: 'not a name an account can have' };
  const path = join(stateDirectory, fileName(account));
  try {
    await rm(path);
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: `${path} could not be removed (${codeOf(error)})` };
  }
}

const fileName = (account: string): string => `x-${account}.json`;

async function readTokenFile(path: string, privacy: 'own' | 'credential'): Promise<CredentialsRead> {
  const read = await readPrivate(path, privacy);
  if (!read.ok) return { ok: false, absent: read.cause === 'absent', detail: read.detail };
  const parsed = tokenFile.safeParse(jsonOf(read.text));
  // The issues of the schema would quote what stands in the file.
  if (!parsed.success)
    return { ok: false, absent: false, detail: `${path} is not a token file: log in anew` };
  const { consumerSecret, tokenSecret, version: _, ...open } = parsed.data;
  const credentials = { ...open, consumerSecret: secret(consumerSecret), tokenSecret: secret(tokenSecret) };
  return { ok: true, credentials, path };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
