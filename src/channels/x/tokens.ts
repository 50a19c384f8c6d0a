import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Instant, instant } from '../../model/time.ts';
import { codeOf, type PrivateWrite, readPrivate, writePrivate } from '../private-file.ts';
import { type Secret, secret } from '../secret.ts';
import type { OAuth1Keys } from './oauth1.ts';

/** Whose credentials they are. */
interface XIdentity {
  /** The API the token was made at, such as `https://api.x.com`. */
  readonly api: string;
  /** Empty: X was not asked yet. */
  readonly userId: string;
  readonly screenName: string;
}

/** OAuth 1.0a: keys that sign each call, and do not end. */
export interface XKeys extends XIdentity {
  readonly type: 'oauth1';
  readonly consumerKey: string;
  readonly consumerSecret: Secret;
  readonly token: string;
  readonly tokenSecret: Secret;
}

/** OAuth 2.0: a token that ends after hours, and one that gets the next pair, once. */
export interface XGrant extends XIdentity {
  readonly type: 'oauth2';
  readonly clientId: string;
  /** Absent: a public client, which has none. */
  readonly clientSecret?: Secret;
  readonly accessToken: Secret;
  /** Absent: when the access token ends somebody must log in again. */
  readonly refreshToken?: Secret;
  readonly obtainedAt: Instant;
  readonly expiresAt: Instant;
  readonly scopes: readonly string[];
  /** When a renewal began of which no end is known: X may have spent the refresh token in it. */
  readonly renewingSince?: Instant;
  /** When X last refused the refresh token. */
  readonly refusedAt?: Instant;
}

/** What lets an account speak. */
export type XCredentials = XKeys | XGrant;

/** Credentials, or why there are none. `absent`: nobody logged in yet. `given`: by systemd, read only. */
export type CredentialsRead =
  | {
      readonly ok: true;
      readonly credentials: XCredentials;
      readonly path: string;
      readonly given: boolean;
    }
  | { readonly ok: false; readonly absent: boolean; readonly detail: string };

const keysFile = z.strictObject({
  version: z.literal(1),
  api: z.string().min(1),
  userId: z.string().regex(/^\d{1,19}$/),
  screenName: z.string(),
  consumerKey: z.string().min(1),
  consumerSecret: z.string().min(1),
  token: z.string().min(1),
  tokenSecret: z.string().min(1),
});

const time = z.int().transform((ms) => instant(ms));

const grantFile = z.strictObject({
  version: z.literal(2),
  api: z.string().min(1),
  userId: z.string().regex(/^\d{0,19}$/),
  screenName: z.string(),
  clientId: z.string(),
  clientSecret: z.string().min(1).optional(),
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1).optional(),
  obtainedAt: time,
  expiresAt: time,
  scopes: z.array(z.string()),
  renewingSince: time.optional(),
  refusedAt: time.optional(),
});

/** `x-NAME.json`, as it lies on disk. */
const tokenFile = z.discriminatedUnion('version', [keysFile, grantFile]);

const keptForm = z.object({ replaces: z.string(), file: grantFile });

/** Whether an account can have this name: it becomes part of a file's. */
export const isAccountName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name);

/** The keys a signature needs, in the open: not to be kept. */
export const keysOf = (credentials: XKeys): OAuth1Keys => ({
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
  return writePrivate(join(stateDirectory, fileName(account)), textOf(credentials));
}

const textOf = (credentials: XCredentials): string => {
  const file = credentials.type === 'oauth1' ? fileOfKeys(credentials) : fileOfGrant(credentials);
  return `${JSON.stringify(file, null, 2)}\n`;
};

/** What the token file could not take: the pair, and the refresh token that was spent for it. */
export interface UnsavedGrant {
  readonly replaces: string;
  readonly grant: XGrant;
}

/** As one text, which must not be shown. */
export const keptText = ({ replaces, grant }: UnsavedGrant): Secret =>
  secret(JSON.stringify({ replaces, file: fileOfGrant(grant) }));

/** What `keptText` made; undefined: it is something else. */
export function readKept(kept: Secret | undefined): UnsavedGrant | undefined {
  const parsed = keptForm.safeParse(kept === undefined ? undefined : jsonOf(kept.reveal()));
  if (!parsed.success) return undefined;
  const grant = credentialsOf(parsed.data.file);
  return grant.type === 'oauth2' ? { replaces: parsed.data.replaces, grant } : undefined;
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

function fileOfKeys(credentials: XKeys): z.input<typeof keysFile> {
  const { type: _, consumerSecret, tokenSecret, ...open } = credentials;
  return {
    version: 1,
    ...open,
    consumerSecret: consumerSecret.reveal(),
    tokenSecret: tokenSecret.reveal(),
  };
}

function fileOfGrant(credentials: XGrant): z.input<typeof grantFile> {
  const { type: _, clientSecret, accessToken, refreshToken, ...open } = credentials;
  return {
    version: 2,
    ...open,
    scopes: [...open.scopes],
    clientSecret: clientSecret?.reveal(),
    accessToken: accessToken.reveal(),
    refreshToken: refreshToken?.reveal(),
  };
}

async function readTokenFile(path: string, privacy: 'own' | 'credential'): Promise<CredentialsRead> {
  const read = await readPrivate(path, privacy);
  if (!read.ok) return { ok: false, absent: read.cause === 'absent', detail: read.detail };
  const parsed = tokenFile.safeParse(jsonOf(read.text));
  // The issues of the schema would quote what stands in the file.
  if (!parsed.success)
    return { ok: false, absent: false, detail: `${path} is not a token file: log in anew` };
  return { ok: true, credentials: credentialsOf(parsed.data), path, given: privacy === 'credential' };
}

function credentialsOf(file: z.output<typeof tokenFile>): XCredentials {
  if (file.version === 1) {
    const { consumerSecret, tokenSecret, version: _, ...open } = file;
    return {
      type: 'oauth1',
      ...open,
      consumerSecret: secret(consumerSecret),
      tokenSecret: secret(tokenSecret),
    };
  }
  const { clientSecret, accessToken, refreshToken, version: _, renewingSince, refusedAt, ...open } = file;
  return {
    type: 'oauth2',
    ...open,
    accessToken: secret(accessToken),
    ...(clientSecret === undefined ? {} : { clientSecret: secret(clientSecret) }),
    ...(refreshToken === undefined ? {} : { refreshToken: secret(refreshToken) }),
    ...(renewingSince === undefined ? {} : { renewingSince }),
    ...(refusedAt === undefined ? {} : { refusedAt }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
