import { createHmac } from 'node:crypto';
import type { Instant } from '../../model/time.ts';
import type { ExchangeLimits, Http, HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import { serverTime } from './limits.ts';
import { authorization, type HmacSha1, type OAuth1Keys, type Parameter } from './oauth1.ts';
import { readProblem } from './problem.ts';

/** A call of X's API. `json` is sent as the body and, as the rules are, not signed. */
export interface XCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly json?: { readonly [name: string]: unknown };
  readonly oauth?: readonly Parameter[];
}

/** The machine's part in a signature. */
export interface SigningPorts {
  readonly now: () => Instant;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Exchanges signed calls; remembers how far X's clock is from ours. */
export interface SignedHttp {
  call(call: XCall, keys: OAuth1Keys, limits: ExchangeLimits): Promise<HttpAnswer | HttpFailure>;
  /** Milliseconds to add to our clock to get X's. 0 until X refused a timestamp. */
  clockOffset(): number;
}

/**
 * A call that X refuses because of its timestamp (code 135) is signed again, once, with the time of the
 * refusing answer: nothing was done by then, so both are one exchange.
 */
export function openSigned(http: Http, ports: SigningPorts): SignedHttp {
  let offset = 0;
  const once = (call: XCall, keys: OAuth1Keys, limits: ExchangeLimits): Promise<HttpAnswer | HttpFailure> => {
    const nonce = Buffer.from(ports.randomBytes(16)).toString('hex');
    const timestamp = Math.floor((ports.now() + offset) / 1000);
    const header = authorization(call, keys, { nonce, timestamp }, hmacSha1);
    return http.exchange(requestOf(call, header), limits);
  };
  return {
    async call(call, keys, limits) {
      const startedAt = ports.now();
      const first = await once(call, keys, limits);
      const theirs = first.type === 'answer' && isClockRefusal(first) ? serverTime(first) : undefined;
      if (theirs === undefined) return first;
      offset = theirs - ports.now();
      // What was spent on the refusal does not come on top of the time the caller allowed.
      const left = Math.max(1, limits.totalMs - (ports.now() - startedAt));
      return once(call, keys, { ...limits, totalMs: left });
    },
    clockOffset: () => offset,
  };
}

const isClockRefusal = (answer: HttpAnswer): boolean =>
  answer.status >= 400 && readProblem(answer).codes.includes(135);

function requestOf(call: XCall, header: string): Parameters<Http['exchange']>[0] {
  const body = call.json === undefined ? undefined : JSON.stringify(call.json);
  const type: { [name: string]: string } = body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    method: call.method,
    url: call.url,
    headers: { authorization: header, accept: 'application/json', 'user-agent': 'bird-sentinel', ...type },
    ...(body === undefined ? {} : { body }),
  };
}

const hmacSha1: HmacSha1 = (key, text) => createHmac('sha1', key).update(text).digest('base64');
