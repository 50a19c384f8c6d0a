import { z } from 'zod';
import { truncate } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { cleanText } from '../../render/x-neutralise.ts';
import { naming, probeBy } from '../chat-probe.ts';
import { chatShape, codePoints, markdownOf } from '../chat-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
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

const options = z
  .strictObject({
    server: httpAddress.describe('The address of the organisation, such as https://example.zulipchat.com.'),
    user: z.email().describe('The e-mail address of the bot.'),
    'token-file': z.string().describe('File (mode 0600) with the API key of the bot.'),
    channel: z.string().min(1).max(60).optional().describe('The channel (stream) the bot writes to.'),
    topic: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .describe('One topic for everything. Default: one for each rule and key.'),
    to: z
      .array(z.email())
      .min(1)
      .max(20)
      .optional()
      .describe('People who get a direct message, by their e-mail addresses, instead of a channel.'),
    timeout: serviceTimeout,
  })
  .superRefine(({ channel, topic, to }, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((channel === undefined) === (to === undefined)) refuse('channel', 'or to: one of them');
    else if (topic !== undefined && channel === undefined) refuse('topic', 'is for a channel');
  });

type Options = z.infer<typeof options>;

/**
 * A Zulip channel or direct message, by a bot. By https://zulip.com/api/send-message,
 * https://zulip.com/api/rest-error-handling and https://zulip.com/api/http-headers (rate limits): 10,000 code
 * points, topics of 60; 200 requests a minute.
 */
export const zulip: ChannelKind<Options> = {
  kind: 'zulip',
  summary: 'A message in a Zulip channel, in a topic for each rule and key, or a direct one.',
  options,
  concurrency: 1,
  budgets: [{ window: millis(60_000), limit: 200 }],
  resolved: true,
  followUps: 'thread',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: chatShape(10_000, codePoints),
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
  withToken(options['token-file'], async (key) => {
    const login = loginOf(options, key);
    const answer = await service.call(
      {
        url: under(options.server, 'api/v1/messages'),
        headers: { authorization: `Basic ${login}` },
        form: { ...placeOf(options, attempt), content: markdownOf(attempt) },
      },
      { timeoutMs: durationOf(options.timeout), signal: attempt.signal },
    );
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: [key, login],
      complaint,
      accepted(body) {
        if (body?.['result'] === 'error') return complaint(body);
        const id = body?.['id'];
        if (typeof id === 'number' && Number.isSafeInteger(id))
          return { type: 'sent', receipt: `message ${id}` };
        return { type: 'unknown', detail: 'taken, but no message was named: not a Zulip?' };
      },
    });
  });

const loginOf = ({ user }: Options, key: string): string => Buffer.from(`${user}:${key}`).toString('base64');

/** Whose key it is ("Get own user"). */
const askWho = (
  service: HttpService,
  options: Options,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<Delivery> =>
  withToken(options['token-file'], async (key) => {
    const login = loginOf(options, key);
    const headers = { authorization: `Basic ${login}` };
    const url = under(options.server, 'api/v1/users/me');
    const limits = { timeoutMs: durationOf(options.timeout), signal };
    const answer = await service.call({ method: 'GET', url, headers }, limits);
    const accepted = naming('writes as', (body) => textIn(body, 'full_name') || textIn(body, 'email'));
    return deliveryOfAnswer(answer, { now: ports.now(), hidden: [key, login], complaint, accepted });
  });

/** A channel is `stream` for servers before 9.0, and for newer ones too. */
function placeOf(
  { channel = '', topic, to }: Options,
  { message }: Attempt,
): { readonly [name: string]: string } {
  if (to !== undefined) return { type: 'private', to: JSON.stringify(to) };
  return { type: 'stream', to: channel, topic: topic ?? topicOf(message.payload) };
}

const longestTopic = 60;

/** What belongs together: all that is told about one rule and key; topics are text without markup. */
function topicOf({ rule, key, total }: Attempt['message']['payload']): string {
  const words = rule === '' || total !== undefined ? 'alerts' : [rule, ...key].join(' ');
  const text = cleanText(words).replace(/\s+/g, ' ').trim();
  return text === '' ? 'alerts' : cutPoints(truncate(text, longestTopic));
}

/** Graphemes of several code points can make a text of 60 of them too long. */
function cutPoints(text: string): string {
  if (codePoints(text) <= longestTopic) return text;
  return [...text].slice(0, longestTopic).join('');
}

/** By `code`; how long to wait is told in seconds, in the body and in the header. */
function complaint(body: JsonObject | undefined, answer?: HttpAnswer): Complaint {
  const code = textIn(body, 'code');
  const msg = textIn(body, 'msg');
  const words = [code, msg].filter((text) => text !== '').join(': ');
  const wait = body?.['retry-after'];
  const isPlace =
    code === 'STREAM_DOES_NOT_EXIST' ||
    /not authorized to (?:send|post)|you do not have permission to post|invalid (?:email|user)/i.test(msg);
  return {
    ...(words === '' ? {} : { words }),
    ...(isPlace ? { reason: 'recipient' } : {}),
    ...(code === 'RATE_LIMIT_HIT' ? { reason: 'rateLimited' } : {}),
    ...(/INVALID_API_KEY|UNAUTHORIZED|DEACTIVATED/.test(code) ? { reason: 'auth' } : {}),
    ...(answer?.status === 429 && typeof wait === 'number' ? { waitMs: wait * 1000 } : {}),
  };
}
