import { createHash } from 'node:crypto';
import { after, type Instant, millis } from '../../model/time.ts';
import type { ExchangeLimits, Http, HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import { type Secret, secret } from '../secret.ts';
import { parseObject } from './problem.ts';
import { withoutTexts } from './redact.ts';
import type { XGrant } from './tokens.ts';

/** The application by OAuth 2.0; without a secret it is a public client (RFC 6749, section 2.1). */
export interface XClient {
  /** `https://api.x.com`, without a slash at its end. */
  readonly api: string;
  readonly clientId: string;
  readonly clientSecret?: Secret;
}

/** What is kept from the authorize address until the answer: PKCE (RFC 7636) and the state. */
export interface XLogin {
  /** Exactly as registered in the console. */
  readonly redirect: string;
  readonly state: string;
  readonly verifier: Secret;
}

/** A pair of tokens, as the token endpoint gives it. */
export type XTokens = Pick<XGrant, 'accessToken' | 'refreshToken' | 'obtainedAt' | 'expiresAt' | 'scopes'>;

/** Tokens, or an answer that is none, or none at all. Answers hold no token and no secret. */
export type TokensAsked =
  | { readonly type: 'tokens'; readonly tokens: XTokens }
  /** `refused`: X said that this code or refresh token is not valid, so that it never will be. */
  | { readonly type: 'refusal'; readonly refused: boolean; readonly answer: HttpAnswer }
  | HttpFailure;

/** What alerts need, and no more; `offline.access` gives the refresh token. */
export const loginScopes = [
  'tweet.read',
  'tweet.write',
  'users.read',
  'dm.read',
  'dm.write',
  'offline.access',
] as const;

/** An access token lives two hours unless the answer says otherwise. */
const usualLifeSeconds = 7200;

/** Begins a login: 256 bits each for the state and the verifier (RFC 7636, section 4.1). */
export function beginLogin(redirect: string, randomBytes: (length: number) => Uint8Array): XLogin {
  const random = (): string => Buffer.from(randomBytes(32)).toString('base64url');
  return { redirect, state: random(), verifier: secret(random()) };
}

/** The page on which the person approves. It lies at x.com, not at its API; elsewhere both are one. */
export function authorizePage(client: XClient, login: XLogin): string {
  const page = client.api === 'https://api.x.com' ? 'https://x.com' : client.api;
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: login.redirect,
    scope: loginScopes.join(' '),
    state: login.state,
    code_challenge: challengeOf(login.verifier),
    code_challenge_method: 'S256',
  });
  // A blank as + is not understood everywhere in a query.
  return `${page}/i/oauth2/authorize?${query.toString().replaceAll('+', '%20')}`;
}

/** `S256` of RFC 7636, section 4.2. */
export const challengeOf = (verifier: Secret): string =>
  createHash('sha256').update(verifier.reveal()).digest('base64url');

/** Exchanges the code of the redirect for the first pair of tokens. X takes a code for 30 seconds, once. */
export const redeemCode = (
  http: Http,
  client: XClient,
  login: XLogin,
  code: Secret,
  limits: TokenLimits,
): Promise<TokensAsked> =>
  ask(http, client, limits, {
    grant_type: 'authorization_code',
    code: code.reveal(),
    redirect_uri: login.redirect,
    code_verifier: login.verifier.reveal(),
  });

/** Exchanges a refresh token for the next pair: it is spent as soon as X has seen it. */
export const redeemRefresh = (
  http: Http,
  client: XClient,
  refreshToken: Secret,
  limits: TokenLimits,
): Promise<TokensAsked> =>
  ask(http, client, limits, { grant_type: 'refresh_token', refresh_token: refreshToken.reveal() });

/** The limits of one exchange, and the clock by which tokens end. */
export interface TokenLimits extends ExchangeLimits {
  readonly now: () => Instant;
}

async function ask(
  http: Http,
  client: XClient,
  limits: TokenLimits,
  form: { readonly [name: string]: string },
): Promise<TokensAsked> {
  // By the time before the question: a token must not seem to live longer than it does.
  const obtainedAt = limits.now();
  const isPublic = client.clientSecret === undefined;
  const body = new URLSearchParams(isPublic ? { ...form, client_id: client.clientId } : form).toString();
  const reply = await http.exchange(
    { method: 'POST', url: `${client.api}/2/oauth2/token`, headers: headersOf(client), body },
    limits,
  );
  if (reply.type === 'failure') return reply;
  const tokens = reply.status === 200 ? tokensOf(reply, obtainedAt) : undefined;
  if (tokens !== undefined) return { type: 'tokens', tokens };
  const { grant_type: _, ...kept } = form;
  const told = withoutTexts(reply.body, [...secretsOf(client), ...Object.values(kept)]);
  // What a success holds that is not understood may be a token.
  const answer = { ...reply, body: reply.status === 200 ? '' : told };
  return { type: 'refusal', refused: isDead(reply), answer };
}

/** In all the ways in which an answer that repeats the request could hold it. */
const secretsOf = ({ clientId, clientSecret }: XClient): readonly string[] =>
  clientSecret === undefined
    ? []
    : [clientSecret.reveal(), basic(clientId, clientSecret).replace('Basic ', '')];

function headersOf(client: XClient): { readonly [name: string]: string } {
  const plain = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    'user-agent': 'bird-sentinel',
  };
  return client.clientSecret === undefined
    ? plain
    : { ...plain, authorization: basic(client.clientId, client.clientSecret) };
}

/** RFC 6749, section 2.3.1: both are form-encoded before they are joined. */
function basic(id: string, password: Secret): string {
  const part = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${part(id)}:${part(password.reveal())}`).toString('base64')}`;
}

function tokensOf(answer: HttpAnswer, obtainedAt: Instant): XTokens | undefined {
  const body = answer.bodyState === 'whole' ? parseObject(answer.body) : undefined;
  const access = body?.['access_token'];
  const refresh = body?.['refresh_token'];
  const [life, scope] = [body?.['expires_in'], body?.['scope']];
  if (typeof access !== 'string' || !isToken(access)) return undefined;
  const seconds = typeof life === 'number' && life > 0 && life < 1e9 ? life : usualLifeSeconds;
  return {
    accessToken: secret(access),
    ...(typeof refresh === 'string' && isToken(refresh) ? { refreshToken: secret(refresh) } : {}),
    obtainedAt,
    expiresAt: after(obtainedAt, millis(Math.floor(seconds * 1000))),
    scopes: typeof scope === 'string' ? scope.split(' ').filter(Boolean).slice(0, 50) : [],
  };
}

/** What can stand in a header (RFC 6750, section 2.1). */
export const isToken = (text: string): boolean => /^[A-Za-z0-9._~+/:%-]{1,4096}=*$/.test(text);

/**
 * X says 400 `invalid_request` with "Value passed for the token was invalid." of a spent refresh token,
 * where RFC 6749, section 5.2, has `invalid_grant`. A 401 is about the client, or X's own trouble.
 */
function isDead({ status, body }: HttpAnswer): boolean {
  const said = parseObject(body);
  const words = said?.['error_description'];
  if (status !== 400) return false;
  if (said?.['error'] === 'invalid_grant') return true;
  return said?.['error'] === 'invalid_request' && typeof words === 'string' && /token|code/i.test(words);
}
