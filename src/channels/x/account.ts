import type { Delivery } from '../../model/delivery.ts';
import { between, type Instant, millis } from '../../model/time.ts';
import type { ChannelPorts } from '../contract.ts';
import { type ExchangeLimits, type HttpAnswer, openHttp } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import { callByGrant } from './bearer.ts';
import { type GrantPorts, openGrants } from './grant.ts';
import { withoutKeys } from './redact.ts';
import { openSigned, type XCall } from './signed.ts';
import { keysOf, readCredentials, type XCredentials } from './tokens.ts';

/** What an account's file gives, whether or not its token is still good. */
type Ready = { readonly ok: true; readonly credentials: XCredentials; readonly given: boolean } | NotReady;

/** An answer of X with whose credentials it was asked for, or what the lack of either means. */
export type XReply =
  | { readonly ok: true; readonly answer: HttpAnswer; readonly credentials: XCredentials }
  | { readonly ok: false; readonly failure: HttpFailure }
  | { readonly ok: false; readonly delivery: Delivery };

/** A path below the account's API. */
export interface AccountCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly json?: { readonly [name: string]: unknown };
}

/** One of the configuration's X accounts. */
export interface XAccount {
  readonly name: string;
  readonly api: string;
  readonly now: () => Instant;
  credentials(): Promise<Ready>;
  call(call: AccountCall, signal: AbortSignal): Promise<XReply>;
  /** Renews a login by OAuth 2.0 that nothing has renewed for a week: one that is never used ends. */
  keepAlive(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The account cannot be used for now, and what that means for an attempt. */
interface NotReady {
  readonly ok: false;
  readonly delivery: Delivery;
}

const exchangeMs = 30_000;
const idleMs = 7 * 24 * 3_600_000;

/**
 * Opens an account. Its token file is read anew for every call, so that a login takes effect at once
 * and a missing one is an answer rather than an end.
 */
export function openAccount(name: string, ports: ChannelPorts & GrantPorts): XAccount {
  const http = openHttp(ports.http);
  const signed = openSigned(http, ports);
  const grants = openGrants(name, ports);
  const settings = ports.accounts.get(name);
  const api = (settings?.api ?? '').replace(/\/+$/, '');
  const credentials = async (): Promise<Ready> => {
    if (settings === undefined) return notReady(`there is no account ${name} in the configuration`);
    const read = await readCredentials(ports.stateDirectory, name);
    if (!read.ok)
      return notReady(read.absent ? `${read.detail}: run auth login x --account ${name}` : read.detail);
    if (read.credentials.api === api) return read;
    return notReady(
      `account ${name} logged in at ${read.credentials.api}, but the configuration says ${api}`,
    );
  };
  const exchange = async (
    { credentials, given }: Extract<Ready, { ok: true }>,
    call: XCall,
    limits: ExchangeLimits,
  ): Promise<HttpAnswer | HttpFailure | NotReady> => {
    if (credentials.type === 'oauth2') {
      return callByGrant({ http, grants, ports }, { credentials, given }, call, limits);
    }
    const reply = await signed.call(call, keysOf(credentials), limits);
    return reply.type === 'answer' ? { ...reply, body: withoutKeys(reply.body, keysOf(credentials)) } : reply;
  };
  return {
    name,
    api,
    now: ports.now,
    credentials,
    async call({ path, ...call }, signal) {
      const ready = await credentials();
      if (!ready.ok) return ready;
      const limits = { totalMs: exchangeMs, signal };
      const xCall = { ...call, url: api + path };
      const reply = await exchange(ready, xCall, limits);
      if (!('type' in reply)) return reply;
      if (reply.type === 'failure') return { ok: false, failure: reply };
      return { ok: true, answer: reply, credentials: ready.credentials };
    },
    async keepAlive(signal) {
      const ready = await credentials();
      if (!ready.ok || ready.given || ready.credentials.type !== 'oauth2') return;
      if (between(ready.credentials.obtainedAt, ports.now()) >= idleMs) await grants.renew(signal);
    },
    async close() {
      await grants.close();
      await http.close();
    },
  };
}

const notReady = (detail: string): NotReady => ({
  ok: false,
  delivery: { type: 'retry', reason: 'auth', detail, afterMs: millis(5 * 60_000) },
});
