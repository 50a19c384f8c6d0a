import { join } from 'node:path';
import type { Delivery } from '../../model/delivery.ts';
import { type Instant, type Millis, millis } from '../../model/time.ts';
import type { ChannelPorts } from '../contract.ts';
import { openHttp } from '../http.ts';
import type { Secret } from '../secret.ts';
import { deliveryOfFailure, deliveryOfProblem } from './classify.ts';
import { redeemRefresh, type TokensAsked } from './oauth2.ts';
import { keptText, readCredentials, readKept, writeCredentials, type XGrant } from './tokens.ts';

/** What a renewal needs of the machine. */
export interface GrantPorts extends Pick<
  ChannelPorts,
  'now' | 'stateDirectory' | 'http' | 'exclusive' | 'unsaved'
> {
  /** For tests, which end the process between two steps. */
  readonly reach?: (step: RenewalStep) => void;
}

/** The steps of a renewal, each before what follows it. */
export const renewalSteps = ['locked', 'noted', 'asked', 'saved', 'released'] as const;
type RenewalStep = (typeof renewalSteps)[number];

/** A grant whose access token may be used now, or what the lack of one means for an attempt. */
export type GrantReady =
  | { readonly ok: true; readonly grant: XGrant }
  | { readonly ok: false; readonly delivery: Delivery };

/** The logins by OAuth 2.0 of one account. */
export interface Grants {
  /**
   * The same grant, or the next one if it is about to end. `instead`: an access token that X refused.
   * A renewal that has begun is finished whatever becomes of `signal`: its answer cannot be had twice.
   */
  ready(read: GrantRead, signal: AbortSignal, instead?: string): Promise<GrantReady>;
  /** Renews though nothing ends yet: a login that is never used ends, too. */
  renew(signal: AbortSignal): Promise<GrantReady>;
  /** Waits for a renewal that is under way, and tries once more to write what could not be written. */
  close(): Promise<void>;
}

interface GrantRead {
  readonly credentials: XGrant;
  /** By systemd, where nothing can be written. */
  readonly given: boolean;
}

/** A token is not used in its last minutes: the request may arrive when it is over. */
const margin = millis(2 * 60_000);
const exchangeMs = 20_000;
const lockMs = 45_000;
const closingMs = 2_000;
const slowly = millis(15 * 60_000);
const soon = millis(5000);

/**
 * A refresh token works once, and of two that use it at the same time one loses the login for both. So
 * reading, asking and writing happen under one lock of the machine, the file is read again once the lock is
 * held, and the next pair is on disk before it is used; one that the disk does not take waits in `ports.unsaved`, where
 * the channels of the next configuration find it. Before X is asked the file says so: a process that
 * dies before it could write the answer leaves word of what happened, and a disk that is full is found
 * while nothing is lost yet.
 */
export function openGrants(account: string, ports: GrantPorts): Grants {
  // A pair that could not be written: the only copy, kept for the next try, of whichever channel of the account.
  const kept = ports.unsaved ?? new Map<string, Secret>();
  const keptAs = `x ${account}`;
  let underWay: Promise<unknown> = Promise.resolve();
  const write = (grant: XGrant) => writeCredentials(ports.stateDirectory, account, grant);
  const reach = ports.reach ?? (() => undefined);
  const logInAgain = `run auth login x --oauth2 --account ${account}`;

  const exchange = async (grant: XGrant): Promise<TokensAsked> => {
    const http = openHttp(ports.http);
    const limits = { totalMs: exchangeMs, signal: new AbortController().signal, now: ports.now };
    const refreshToken = grant.refreshToken ?? grant.accessToken;
    try {
      return await redeemRefresh(http, grant, refreshToken, limits);
    } finally {
      await http.close();
    }
  };

  const renewLocked = async (grant: XGrant): Promise<GrantReady> => {
    const noted = await write({ ...grant, renewingSince: grant.renewingSince ?? ports.now() });
    if (!noted.ok) return notReady('unavailable', `the login was not renewed: ${noted.detail}`, slowly);
    reach('noted');
    const asked = await exchange(grant);
    reach('asked');
    if (asked.type === 'tokens') return save(grant, nextOf(grant, asked.tokens));
    if (!mayBeSpent(asked)) await write(refusalNoted(grant, asked, ports.now()));
    return { ok: false, delivery: deliveryWithout(asked, grant, ports.now()) };
  };

  const save = async (before: XGrant, grant: XGrant): Promise<GrantReady> => {
    const written = await write(grant);
    if (written.ok) kept.delete(keptAs);
    else kept.set(keptAs, keptText({ replaces: refreshOf(before), grant }));
    if (!written.ok) return notReady('unavailable', `the new login cannot be kept: ${written.detail}`, soon);
    reach('saved');
    return { ok: true, grant };
  };

  const underLock = async (isNeeded: (grant: XGrant) => boolean): Promise<GrantReady> => {
    const read = await readCredentials(ports.stateDirectory, account);
    if (!read.ok || read.given || read.credentials.type !== 'oauth2') {
      return notReady('auth', `the login of account ${account} was changed meanwhile`, soon);
    }
    const { credentials: grant } = read;
    const unsaved = readKept(kept.get(keptAs));
    if (unsaved !== undefined && unsaved.replaces === refreshOf(grant)) return save(grant, unsaved.grant);
    // Somebody logged in meanwhile: the pair is nobody's any more.
    kept.delete(keptAs);
    return isNeeded(grant) ? renewLocked(grant) : { ok: true, grant };
  };

  const renewIf = async (isNeeded: (grant: XGrant) => boolean, signal: AbortSignal): Promise<GrantReady> => {
    const until = AbortSignal.any([signal, AbortSignal.timeout(lockMs)]);
    const held = await ports.exclusive?.(lockOf(ports.stateDirectory, account), until);
    if (held === undefined)
      return notReady('unavailable', 'a login by OAuth 2.0 needs a state directory', slowly);
    if (!held.ok) return notReady('unavailable', `the login was not renewed: ${held.detail}`, soon);
    reach('locked');
    try {
      return await underLock(isNeeded);
    } finally {
      held.release();
      reach('released');
    }
  };

  const renewWhere = (isNeeded: (grant: XGrant) => boolean, signal: AbortSignal): Promise<GrantReady> => {
    const renewal = renewIf(isNeeded, signal);
    underWay = Promise.allSettled([underWay, renewal]);
    return renewal;
  };

  return {
    async ready({ credentials: grant, given }, signal, instead) {
      const isOver = (one: XGrant): boolean =>
        one.accessToken.reveal() === instead || ports.now() >= one.expiresAt - margin;
      const isUsable = grant.accessToken.reveal() !== instead && ports.now() < grant.expiresAt;
      // Its next pair waits for the disk: each use is a try.
      const isReplaced = !given && readKept(kept.get(keptAs))?.replaces === refreshOf(grant);
      if (!isOver(grant) && !isReplaced) return { ok: true, grant };
      if (grant.refreshToken === undefined || given) {
        if (isUsable) return { ok: true, grant };
        const why = given ? 'what systemd gives cannot be renewed' : 'it cannot be renewed';
        return notReady(
          'auth',
          `the access token of account ${account} is over, and ${why}: ${logInAgain}`,
          slowly,
        );
      }
      const renewed = await renewWhere(isOver, signal);
      return !renewed.ok && isUsable ? { ok: true, grant } : renewed;
    },
    renew(signal) {
      return renewWhere((grant) => grant.refreshToken !== undefined, signal);
    },
    async close() {
      await underWay;
      // A last try before the process may end: nothing is asked of X.
      if (kept.has(keptAs)) await renewIf(() => false, AbortSignal.timeout(closingMs));
    },
  };

  function deliveryWithout(asked: NotTokens, grant: XGrant, now: Instant): Delivery {
    if (asked.type === 'failure') return asAuth(deliveryOfFailure(asked));
    if (!asked.refused) return asAuth(deliveryOfProblem(asked.answer, { now, mayHaveArrived: false }));
    const cut =
      grant.renewingSince === undefined
        ? ''
        : `; a renewal that began at ${new Date(grant.renewingSince).toISOString()} was cut off, and may have spent it`;
    const detail = `X does not accept the refresh token of account ${account}${cut}: ${logInAgain}`;
    return { type: 'retry', reason: 'auth', detail, afterMs: slowly };
  }
}

/** What stands for an account's token file while it is changed. */
export const lockOf = (stateDirectory: string, account: string): string =>
  join(stateDirectory, `x-${account}.lock`);

type NotTokens = Exclude<TokensAsked, { readonly type: 'tokens' }>;

/** After an answer that never came, or a server's own failure, nobody knows whether the token was spent. */
const mayBeSpent = (asked: NotTokens): boolean =>
  asked.type === 'failure'
    ? asked.reached === 'unknown'
    : asked.answer.status >= 500 || asked.answer.status === 200;

/** The file as it was before the question, with what is known now. */
const refusalNoted = (grant: XGrant, asked: NotTokens, now: Instant): XGrant =>
  asked.type === 'refusal' && asked.refused ? { ...grant, refusedAt: now } : grant;

function nextOf(grant: XGrant, tokens: Extract<TokensAsked, { type: 'tokens' }>['tokens']): XGrant {
  const { renewingSince: _, refusedAt: __, ...kept } = grant;
  const scopes = tokens.scopes.length > 0 ? tokens.scopes : grant.scopes;
  return { ...kept, ...tokens, scopes };
}

const refreshOf = (grant: XGrant): string => grant.refreshToken?.reveal() ?? '';

/** Nothing was sent to anybody, whatever became of the question for tokens. */
function asAuth(delivery: Delivery): Delivery {
  if (delivery.type === 'unknown') return { type: 'retry', reason: 'unavailable', detail: delivery.detail };
  if (delivery.type !== 'failed') return delivery;
  return { type: 'retry', reason: 'auth', detail: delivery.detail, afterMs: slowly };
}

const notReady = (
  reason: 'auth' | 'unavailable',
  detail: string,
  afterMs: Millis,
): { readonly ok: false; readonly delivery: Delivery } => ({
  ok: false,
  delivery: { type: 'retry', reason, detail, afterMs },
});
