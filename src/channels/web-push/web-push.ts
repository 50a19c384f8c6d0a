import type { generateRequestDetails } from 'web-push';
import { z } from 'zod';
import { byteLength, cutBytes } from '../../kit/text.ts';
import type { Delivery, Message } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { alertKeyOf } from '../alert-key.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { type Http, openHttp } from '../http.ts';
import { deliveryOfAnswer, serviceTimeout, withToken } from '../http-call.ts';
import { linkIn } from '../link.ts';
import { optionalPeer } from '../optional-peer.ts';
import { readSubscription, type Subscription } from './subscription.ts';

const options = z.strictObject({
  'subscription-file': z
    .string()
    .describe('File (mode 0600) with what the browser gave: {"endpoint":…,"keys":{…}}.'),
  'vapid-public-key': z
    .string()
    .regex(/^[A-Za-z0-9_-]{87}$/, 'must be 87 letters of base64url')
    .describe('The public key that the browser subscribed with.'),
  'vapid-key-file': z.string().describe('File (mode 0600) with the private key to it.'),
  subject: z
    .string()
    .regex(/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'must be a mailto: or https: address')
    .describe('How the push service reaches you when something is wrong.'),
  ttl: durationOption(millis(28 * 24 * 3_600_000))
    .default('1d')
    .describe('How long the push service keeps a message for a browser that is not there.'),
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

const sizeInJson = (text: string): number => byteLength(JSON.stringify(text));

/** A push service takes at least 4,096 bytes, of which encryption needs 103 (RFC 8030, 7.2; RFC 8291, 4). */
const mostBytes = 3900;
const shape: TextShape = { ...plainShape, limit: 2500, measure: sizeInJson };

/**
 * A notification in a browser, by whatever push service it is subscribed to: RFC 8030 (the request, its TTL
 * and Urgency), RFC 8291 (the text is encrypted for the browser), RFC 8292 (who sends it). A service worker
 * has to show it.
 */
export const webPush: ChannelKind<Options> = {
  kind: 'web-push',
  summary: 'A notification in a browser, by its own push service (Web Push).',
  options,
  concurrency: 4,
  budgets: [],
  resolved: true,
  needs: 'npm package web-push',
  shownAgainst: 'a push service and a browser written from RFC 8030, 8188, 8291 and 8292',
  shape,
  async open(options, ports): Promise<Channel> {
    const encrypt = await loadEncryption();
    const http = openHttp(ports.http);
    return {
      send: (attempt) => push({ http, options, ports, encrypt }, attempt),
      close: () => http.close(),
    };
  },
};

type Encrypt = typeof generateRequestDetails;

const loadEncryption = async (): Promise<Encrypt> =>
  (await optionalPeer('web-push', () => import('web-push'))).default.generateRequestDetails;

interface World {
  readonly http: Http;
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly encrypt: Encrypt;
}

const push = (world: World, attempt: Attempt): Promise<Delivery> =>
  withToken(world.options['vapid-key-file'], async (privateKey) => {
    const read = await readSubscription(world.options['subscription-file']);
    if (!read.ok) return unusable(read.detail);
    const request = requestOf(world, read.value, privateKey, attempt);
    if (request === undefined)
      return unusable('the VAPID keys or those of the subscription are no keys of P-256');
    const limits = { totalMs: durationOf(world.options.timeout), signal: attempt.signal };
    const answer = await world.http.exchange(request, limits);
    const hidden = [privateKey, read.value.endpoint, read.value.keys.auth];
    return deliveryOfAnswer(answer, { now: world.ports.now(), hidden });
  });

/** Somebody must change a file before it can go on. */
const unusable = (detail: string): Delivery => ({
  type: 'retry',
  reason: 'auth',
  detail,
  afterMs: millis(5 * 60_000),
});

type PushRequest = Parameters<Http['exchange']>[0];

function requestOf(
  { options, encrypt }: World,
  { endpoint, keys }: Subscription,
  privateKey: string,
  { message }: Attempt,
): PushRequest | undefined {
  const vapidDetails = { subject: options.subject, publicKey: options['vapid-public-key'], privateKey };
  const TTL = Math.floor(durationOf(options.ttl) / 1000);
  try {
    const { headers, body } = encrypt({ endpoint, keys }, contentOf(message), {
      vapidDetails,
      TTL,
      urgency: urgencyOf(message),
    });
    const named = Object.entries<unknown>(headers).map(([name, value]) => [
      name.toLowerCase(),
      String(value),
    ]);
    return { method: 'POST', url: endpoint, headers: Object.fromEntries(named), body };
  } catch {
    return undefined;
  }
}

/** What the service worker gets. */
function contentOf(message: Message): string {
  const { payload, severity } = message;
  const url = linkIn(message);
  const known = {
    id: alertKeyOf(message),
    severity,
    status: payload.status,
    title: cutBytes(message.title, 400),
    ...(url === undefined ? {} : { url }),
  };
  const room = mostBytes - byteLength(JSON.stringify(known));
  let body = cutBytes(message.body, room);
  // Signs that JSON escapes take more room than bytes.
  while (sizeInJson(body) + 8 > room) body = cutBytes(body, byteLength(body) >> 1);
  return JSON.stringify({ ...known, body });
}

/** What a phone with an empty battery may put off (RFC 8030, 5.3). */
const urgencyOf = ({ severity, payload }: Message): 'high' | 'normal' | 'low' =>
  payload.status === 'resolved'
    ? 'low'
    : ({ critical: 'high', warning: 'normal', info: 'low' } as const)[severity];
