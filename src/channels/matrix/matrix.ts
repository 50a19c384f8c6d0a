import { z } from 'zod';
import { byteLength } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { cleanText } from '../../render/x-neutralise.ts';
import { earlierIn, isAside, postedAs } from '../chat-reference.ts';
import { naming, probeBy } from '../chat-probe.ts';
import { type ChatText, chatTextOf } from '../chat-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import { idempotencyKeyOf } from '../envelope.ts';
import type { Complaint } from '../http-answer.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  type JsonObject,
  openService,
  serviceTimeout,
  textIn,
  under,
  withToken,
} from '../http-call.ts';
import type { HttpAnswer } from '../http.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';

const options = z.strictObject({
  server: httpAddress.describe(
    'The address of the homeserver’s client API, such as https://matrix.example.org.',
  ),
  'token-file': z.string().describe('File (mode 0600) with the access token of the user that writes.'),
  room: z
    .string()
    .regex(/^![^\s/]{1,254}$/, 'must be the id of a room, which begins with !')
    .describe('The id of the room, such as !abc:example.org; the user must have joined it.'),
  type: z
    .enum(['text', 'notice'])
    .default('text')
    .describe('Clients make a sound for text; a notice comes quietly.'),
  follow: z
    .enum(['reply', 'thread', 'none'])
    .default('reply')
    .describe(
      'How what follows about an alert refers to its first message. In a thread: ends and further parts.',
    ),
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

/**
 * A room of a Matrix homeserver, in the open (not end-to-end encrypted). By
 * https://spec.matrix.org/latest/client-server-api/ (PUT …/rooms/{roomId}/send/{eventType}/{txnId},
 * "Standard error response", "Rich replies", "Threading", "User and room mentions") and its "Size limits":
 * an event has at most 65,536 bytes. The budget is the default of Synapse's `rc_message`.
 */
export const matrix: ChannelKind<Options> = {
  kind: 'matrix',
  summary: 'A message in a Matrix room, by an access token.',
  options,
  concurrency: 1,
  budgets: [{ window: millis(50_000), limit: 10 }],
  resolved: true,
  followUps: 'thread',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: {
    limit: 60_000,
    maxParts: 2,
    measure: (text) => jsonBytes(text) + jsonBytes(escapeHtml(text)),
    neutralise: cleanText,
    layout: 'block',
  },
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) => send(service, options, ports, attempt),
      probe: probeBy((signal) => askWho(service, options, ports, signal)),
      close: () => service.close(),
    };
  },
  expiries: ({ server }, { http }, signal) =>
    webhookExpiries({ url: server, tokenFile: undefined }, http, signal),
};

const send = (
  service: HttpService,
  options: Options,
  ports: ChannelPorts,
  attempt: Attempt,
): Promise<Delivery> =>
  withToken(options['token-file'], async (token) => {
    const answer = await service.call(
      {
        method: 'PUT',
        url: addressOf(options, attempt),
        headers: { authorization: `Bearer ${token}` },
        json: eventOf(options, attempt),
      },
      { timeoutMs: durationOf(options.timeout), signal: attempt.signal },
    );
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: [token],
      complaint,
      accepted(body) {
        const id = textIn(body, 'event_id');
        if (id === '') return { type: 'unknown', detail: 'HTTP 200, but no event id: not a homeserver?' };
        return eventId.test(id) ? postedAs(id, options.room) : { type: 'sent', receipt: 'taken' };
      },
    });
  });

/** Whose token it is (whoami). */
const askWho = (
  service: HttpService,
  { server, timeout, 'token-file': file }: Options,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<Delivery> =>
  withToken(file, async (token) => {
    const headers = { authorization: `Bearer ${token}` };
    const url = under(server, '_matrix/client/v3/account/whoami');
    const limits = { timeoutMs: durationOf(timeout), signal };
    const answer = await service.call({ method: 'GET', url, headers }, limits);
    const accepted = naming('writes as', (body) => textIn(body, 'user_id'));
    return deliveryOfAnswer(answer, { now: ports.now(), hidden: [token], complaint, accepted });
  });

const eventId = /^\$[\x21-\x7e]{1,200}$/;

/** A repeat has the same transaction id: the homeserver takes it for the same event. */
function addressOf({ server, room }: Options, attempt: Attempt): string {
  const path = ['rooms', room, 'send', 'm.room.message', `bird-${idempotencyKeyOf(attempt)}`];
  return under(server, `_matrix/client/v3/${path.map(encodeURIComponent).join('/')}`);
}

function eventOf({ type, room, follow }: Options, attempt: Attempt): JsonObject {
  const text = chatTextOf(attempt);
  const earlier = follow === 'none' ? undefined : earlierIn(attempt, room, eventId);
  const inThread = follow === 'thread' && isAside(attempt);
  return {
    msgtype: type === 'text' ? 'm.text' : 'm.notice',
    body: [text.head, text.body].filter((part) => part !== '').join('\n'),
    format: 'org.matrix.custom.html',
    formatted_body: htmlOf(text),
    // Said to be empty, so that no client looks for names in the text.
    'm.mentions': {},
    ...(earlier === undefined ? {} : { 'm.relates_to': relation(earlier, inThread) }),
  };
}

const relation = (eventId: string, inThread: boolean): JsonObject => ({
  'm.in_reply_to': { event_id: eventId },
  ...(inThread ? { rel_type: 'm.thread', event_id: eventId, is_falling_back: true } : {}),
});

const htmlOf = ({ head, body }: ChatText): string =>
  [
    head === '' ? '' : `<strong>${escapeHtml(head)}</strong>`,
    body === '' ? '' : `<pre><code>${escapeHtml(body)}</code></pre>`,
  ].join('');

const signs: { readonly [sign: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);

const jsonBytes = (text: string): number => byteLength(JSON.stringify(text)) - 2;

/** By `errcode`; how long to wait is told in milliseconds. */
function complaint(body: JsonObject | undefined, { status }: HttpAnswer): Complaint {
  const code = textIn(body, 'errcode');
  const wait = body?.['retry_after_ms'];
  const words = [code, textIn(body, 'error')].filter((text) => text !== '').join(': ');
  const reason = reasons[code];
  return {
    ...(words === '' ? {} : { words }),
    ...(reason === undefined ? {} : { reason }),
    ...(status === 429 && typeof wait === 'number' ? { waitMs: wait } : {}),
  };
}

const reasons: { readonly [code: string]: NonNullable<Complaint['reason']> | undefined } = {
  M_UNKNOWN_TOKEN: 'auth',
  M_MISSING_TOKEN: 'auth',
  M_USER_DEACTIVATED: 'auth',
  M_USER_LOCKED: 'auth',
  M_USER_SUSPENDED: 'auth',
  // A user that is not in the room, or may not speak there.
  M_FORBIDDEN: 'recipient',
  M_GUEST_ACCESS_FORBIDDEN: 'recipient',
  M_NOT_FOUND: 'recipient',
  M_TOO_LARGE: 'tooLong',
  M_LIMIT_EXCEEDED: 'rateLimited',
  M_RESOURCE_LIMIT_EXCEEDED: 'unavailable',
  // The path is unknown: what answers is no homeserver.
  M_UNRECOGNIZED: 'rejected',
};
