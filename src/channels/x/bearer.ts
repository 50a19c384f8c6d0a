import { between } from '../../model/time.ts';
import type { ChannelPorts } from '../contract.ts';
import type { ExchangeLimits, Http, HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import type { Grants, GrantReady } from './grant.ts';
import { withoutTexts } from './redact.ts';
import type { XCall } from './signed.ts';
import type { XGrant } from './tokens.ts';

/** An answer to a call, or why there was nothing to call with. */
type BearerReply = HttpAnswer | HttpFailure | Extract<GrantReady, { ok: false }>;

/** A token that is refused when it is younger than this is not the cause: X is in trouble, or it is revoked. */
const youngMs = 10 * 60_000;

/**
 * Calls with the access token of a grant (RFC 6750), renewed if it is about to end. A call that X refuses
 * by 401 is made again, once, with a renewed token: nothing was done by then, so both are one exchange.
 */
export async function callByGrant(
  { http, grants, ports }: { http: Http; grants: Grants; ports: Pick<ChannelPorts, 'now'> },
  read: Parameters<Grants['ready']>[0],
  call: XCall,
  limits: ExchangeLimits,
): Promise<BearerReply> {
  const first = await grants.ready(read, limits.signal);
  if (!first.ok) return first;
  const reply = await once(http, first.grant, call, limits);
  if (reply.type !== 'answer' || reply.status !== 401 || !isRenewable(first.grant)) return reply;
  if (between(first.grant.obtainedAt, ports.now()) < youngMs) return reply;
  const second = await grants.ready(read, limits.signal, first.grant.accessToken.reveal());
  return second.ok ? once(http, second.grant, call, limits) : second;
}

const isRenewable = (grant: XGrant): boolean => grant.refreshToken !== undefined;

async function once(
  http: Http,
  { accessToken }: XGrant,
  { method, url, json }: XCall,
  limits: ExchangeLimits,
): Promise<HttpAnswer | HttpFailure> {
  const token = accessToken.reveal();
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    'user-agent': 'bird-sentinel',
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const reply = await http.exchange({ method, url, headers, ...body }, limits);
  return reply.type === 'answer' ? { ...reply, body: withoutTexts(reply.body, [token]) } : reply;
}
