import type { HttpAnswer } from '../http.ts';
import { type Secret, secret } from '../secret.ts';
import type { OAuth1Keys, Parameter } from './oauth1.ts';
import { type PinFailure, pinFailureOf, pinFailureWithout, wrongPin } from './pin-failure.ts';
import { withoutKeys } from './redact.ts';
import type { SignedHttp } from './signed.ts';
import type { XKeys } from './tokens.ts';

/** The application in whose name an account is connected. */
export interface XApplication {
  /** `https://api.x.com`, without a slash at its end. */
  readonly api: string;
  readonly consumerKey: string;
  readonly consumerSecret: Secret;
}

/** What a person is asked to approve; works once, for some minutes. */
export interface RequestToken {
  readonly token: string;
  readonly tokenSecret: Secret;
}

export type PinResult<T> = { readonly ok: true; readonly value: T } | PinFailure;

const exchangeMs = 30_000;

/** First step: asks X for a token that a person can approve by a PIN ("out of band"). */
export async function requestToken(
  signed: SignedHttp,
  application: XApplication,
  signal: AbortSignal,
): Promise<PinResult<RequestToken>> {
  const keys = { consumerKey: application.consumerKey, consumerSecret: application.consumerSecret.reveal() };
  const asked = await ask(
    signed,
    application.api,
    'request_token',
    keys,
    [['oauth_callback', 'oob']],
    signal,
  );
  if (!asked.ok) return asked;
  const { form, answer } = asked.value;
  const token = form.get('oauth_token') ?? '';
  const tokenSecret = form.get('oauth_token_secret') ?? '';
  if (token === '' || tokenSecret === '' || form.get('oauth_callback_confirmed') !== 'true') {
    return pinFailureOf(answer, 'request_token');
  }
  return { ok: true, value: { token, tokenSecret: secret(tokenSecret) } };
}

/** Second step: the page on which the person approves and is shown the PIN. */
export const authorizeUrl = (api: string, request: RequestToken): string =>
  `${api}/oauth/authorize?oauth_token=${encodeURIComponent(request.token)}`;

/** Third step: gives the PIN back and gets what lets the account speak. */
export async function accessToken(
  signed: SignedHttp,
  application: XApplication,
  request: RequestToken,
  pin: string,
  signal: AbortSignal,
): Promise<PinResult<XKeys>> {
  const digits = pin.replace(/\s/g, '');
  if (!/^\d{1,12}$/.test(digits)) return wrongPin('a PIN has digits only');
  const keys = {
    consumerKey: application.consumerKey,
    consumerSecret: application.consumerSecret.reveal(),
    token: request.token,
    tokenSecret: request.tokenSecret.reveal(),
  };
  const asked = await ask(
    signed,
    application.api,
    'access_token',
    keys,
    [['oauth_verifier', digits]],
    signal,
  );
  if (!asked.ok) return asked;
  const credentials = credentialsOf(asked.value.form, application);
  return credentials === undefined
    ? pinFailureOf(asked.value.answer, 'access_token')
    : { ok: true, value: credentials };
}

interface Asked {
  readonly form: URLSearchParams;
  readonly answer: HttpAnswer;
}

async function ask(
  signed: SignedHttp,
  api: string,
  step: 'request_token' | 'access_token',
  keys: OAuth1Keys,
  oauth: readonly Parameter[],
  signal: AbortSignal,
): Promise<PinResult<Asked>> {
  const call = { method: 'POST', url: `${api}/oauth/${step}`, oauth } as const;
  const reply = await signed.call(call, keys, { totalMs: exchangeMs, signal });
  if (reply.type === 'failure') return pinFailureWithout(reply);
  if (reply.status !== 200) return pinFailureOf({ ...reply, body: withoutKeys(reply.body, keys) }, step);
  // A body that is no form may hold anything, so that nothing of it is repeated.
  return { ok: true, value: { form: new URLSearchParams(reply.body), answer: { ...reply, body: '' } } };
}

function credentialsOf(form: URLSearchParams, application: XApplication): XKeys | undefined {
  const [token, tokenSecret, userId, screenName] = [
    'oauth_token',
    'oauth_token_secret',
    'user_id',
    'screen_name',
  ].map((name) => form.get(name) ?? '');
  if (!token || !tokenSecret || userId === undefined || !/^\d{1,19}$/.test(userId)) return undefined;
  return {
    type: 'oauth1',
    ...application,
    userId,
    screenName: (screenName ?? '').replace(/[^A-Za-z0-9_]/g, ''),
    token,
    tokenSecret: secret(tokenSecret),
  };
}
