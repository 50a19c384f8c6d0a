import { after, type Instant, instant, millis } from '../../model/time.ts';
import { readPrivate } from '../private-file.ts';
import { secret } from '../secret.ts';
import { isToken } from './oauth2.ts';
import type { XCredentials } from './tokens.ts';

/** What a person copied from the console, or why it cannot be used; without any of it. */
export type TokenFileRead =
  | { readonly ok: true; readonly credentials: XCredentials }
  | { readonly ok: false; readonly detail: string };

/** The console's words, and those of RFC 5849 and 6749, for one thing each. */
const names: Readonly<Record<string, Name>> = {
  api_key: 'consumerKey',
  consumer_key: 'consumerKey',
  api_key_secret: 'consumerSecret',
  api_secret: 'consumerSecret',
  consumer_secret: 'consumerSecret',
  access_token: 'token',
  token: 'token',
  access_token_secret: 'tokenSecret',
  token_secret: 'tokenSecret',
  client_id: 'clientId',
  client_secret: 'clientSecret',
  refresh_token: 'refreshToken',
  expires_at: 'expiresAt',
  bearer_token: 'bearer',
};

type Name =
  | 'consumerKey'
  | 'consumerSecret'
  | 'token'
  | 'tokenSecret'
  | 'clientId'
  | 'clientSecret'
  | 'refreshToken'
  | 'expiresAt'
  | 'bearer';
type Values = { readonly [name in Name]?: string };

const unknownLife = millis(2 * 3_600_000);

/**
 * Reads `name = value` or `name: value`, one a line: the four values of OAuth 1.0a, or the tokens of
 * OAuth 2.0. The file must be private (0600), as must the one that is made of it.
 */
export async function readTokenFile(path: string, api: string, now: Instant): Promise<TokenFileRead> {
  const read = await readPrivate(path);
  if (!read.ok) return { ok: false, detail: read.detail };
  const values: { [name in Name]?: string } = {};
  for (const [index, line] of read.text.split(/\r?\n/).entries()) {
    const found = readLine(line);
    if (found === undefined) return { ok: false, detail: `${path}:${index + 1} is not 'name = value'` };
    if (found !== 'nothing') values[found.name] = found.value;
  }
  const credentials = credentialsOf(values, api, now);
  return typeof credentials === 'string'
    ? { ok: false, detail: `${path} ${credentials}` }
    : { ok: true, credentials };
}

function readLine(line: string): { readonly name: Name; readonly value: string } | 'nothing' | undefined {
  if (/^\s*(?:#|$)/.test(line)) return 'nothing';
  const cut = line.search(/[=:]/);
  const word = line.slice(0, Math.max(cut, 0)).trim().toLowerCase();
  const name = names[word.replaceAll(/[ -]/g, '_').replace(/^x_/, '')];
  const value = line.slice(cut + 1).trim();
  const unquoted = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return name === undefined || unquoted === '' ? undefined : { name, value: unquoted };
}

/** A text says what is missing. */
function credentialsOf(values: Values, api: string, now: Instant): XCredentials | string {
  const { token, tokenSecret, consumerKey, consumerSecret } = values;
  if (token === undefined) {
    return values.bearer === undefined
      ? 'has no access_token'
      : 'has a bearer token of the application, which can neither write messages nor post: it needs the four values of OAuth 1.0a, or log in by --oauth2';
  }
  if (tokenSecret === undefined) return grantOf(values, token, api, now);
  if (consumerKey === undefined || consumerSecret === undefined) return 'has not api_key and api_key_secret';
  const userId = /^(\d{1,19})-/.exec(token)?.[1];
  if (userId === undefined) return 'has an access_token that does not name its user';
  return {
    type: 'oauth1',
    api,
    userId,
    screenName: '',
    consumerKey,
    consumerSecret: secret(consumerSecret),
    token,
    tokenSecret: secret(tokenSecret),
  };
}

function grantOf(values: Values, token: string, api: string, now: Instant): XCredentials | string {
  const { clientId = '', clientSecret, refreshToken, expiresAt } = values;
  if (!isToken(token) || (refreshToken !== undefined && !isToken(refreshToken))) {
    return 'has an access_token or refresh_token that cannot be one';
  }
  if (refreshToken !== undefined && clientId === '') return 'has a refresh_token without client_id';
  const told = expiresAt === undefined ? Number.NaN : Date.parse(expiresAt);
  if (expiresAt !== undefined && Number.isNaN(told)) return 'has an expires_at that is not a time';
  // Where it is not told and can be found out, the first use finds out.
  const guess = refreshToken === undefined ? after(now, unknownLife) : now;
  return {
    type: 'oauth2',
    api,
    userId: '',
    screenName: '',
    clientId,
    ...(clientSecret === undefined ? {} : { clientSecret: secret(clientSecret) }),
    accessToken: secret(token),
    ...(refreshToken === undefined ? {} : { refreshToken: secret(refreshToken) }),
    obtainedAt: now,
    expiresAt: Number.isNaN(told) ? guess : instant(told),
    scopes: [],
  };
}
