import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { earlierIn, isAside, postedAs } from '../chat-reference.ts';
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
  parseObject,
  secretsIn,
  serviceTimeout,
  textIn,
  under,
  withToken,
  withUrl,
} from '../http-call.ts';
import type { HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';

const options = z
  .strictObject({
    'url-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with the address of an incoming webhook, instead of a bot.'),
    server: httpAddress.optional().describe('The address of the server, for a bot.'),
    'token-file': z.string().optional().describe('File (mode 0600) with the access token of the bot.'),
    channel: z
      .string()
      .regex(/^[a-z0-9]{26}$/, 'must be the id of a channel: 26 letters and digits')
      .optional()
      .describe('The id of the channel the bot writes to ("View Info" shows it).'),
    thread: z
      .boolean()
      .default(true)
      .describe('Whether the end of an alert is put below its first message (bots only).'),
    timeout: serviceTimeout,
  })
  .superRefine(({ 'url-file': url, server, 'token-file': token, channel }, context) => {
    const bot = [server, token, channel].filter((given) => given !== undefined).length;
    const isWhole = url === undefined ? bot === 3 : bot === 0;
    if (isWhole) return;
    const message = 'either url-file, or all of server, token-file and channel';
    context.addIssue({ code: 'custom', path: [url === undefined ? 'server' : 'url-file'], message });
  });

type Options = z.infer<typeof options>;

/**
 * A Mattermost channel, by a bot or an incoming webhook. By https://api.mattermost.com/#tag/posts (Create a
 * post), https://api.mattermost.com/#tag/errors, …/#tag/rate-limiting and
 * https://developers.mattermost.com/integrate/webhooks/incoming: 16,383 code points; ten requests a second
 * where the server limits at all.
 */
export const mattermost: ChannelKind<Options> = {
  kind: 'mattermost',
  summary: 'A message in a Mattermost channel, by a bot or an incoming webhook.',
  options,
  concurrency: 1,
  budgets: [{ window: millis(1000), limit: 10 }],
  resolved: true,
  followUps: 'thread',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: chatShape(16_383, codePoints),
  open: async (options, ports): Promise<Channel> => {
    const world = { service: openService(ports.http), options, ports };
    return {
      send: (attempt) => (options['url-file'] === undefined ? byBot : byWebhook)(world, attempt),
      ...(options['url-file'] === undefined ? { probe: probeBy((signal) => askChannel(world, signal)) } : {}),
      close: () => world.service.close(),
    };
  },
  expiries: async ({ server }, { http }, signal) =>
    server === undefined ? [] : webhookExpiries({ url: server, tokenFile: undefined }, http, signal),
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
}

const byWebhook = ({ service, options, ports }: World, attempt: Attempt): Promise<Delivery> =>
  withUrl(options['url-file'] ?? '', async (url) => {
    const limits = { timeoutMs: durationOf(options.timeout), signal: attempt.signal };
    const answer = await service.call({ url, json: { text: markdownOf(attempt) } }, limits);
    return deliveryOfAnswer(answer, { now: ports.now(), hidden: secretsIn(url), complaint });
  });

const byBot = (world: World, attempt: Attempt): Promise<Delivery> =>
  withToken(world.options['token-file'] ?? '', async (token) => {
    const { thread, channel = '' } = world.options;
    // What is news stands in the channel itself, where people look.
    const isBelow = thread && isAside(attempt);
    const root = isBelow ? earlierIn(attempt, channel, /^[a-z0-9]{26}$/) : undefined;
    let answer = await post(world, attempt, token, root);
    if (root !== undefined && isGone(answer)) answer = await post(world, attempt, token, undefined);
    return deliveryOfAnswer(answer, {
      now: world.ports.now(),
      hidden: [token],
      complaint,
      accepted(body) {
        const id = textIn(body, 'id');
        if (id === '') return { type: 'unknown', detail: 'taken, but no post was named: not a Mattermost?' };
        return /^[a-z0-9]{26}$/.test(id) ? postedAs(id, channel) : { type: 'sent', receipt: 'taken' };
      },
    });
  });

const post = (
  { service, options }: World,
  attempt: Attempt,
  token: string,
  root: string | undefined,
): Promise<HttpAnswer | HttpFailure> =>
  service.call(
    {
      url: under(options.server ?? '', 'api/v4/posts'),
      headers: { authorization: `Bearer ${token}` },
      json: {
        channel_id: options.channel,
        message: markdownOf(attempt),
        ...(root === undefined ? {} : { root_id: root }),
      },
    },
    { timeoutMs: durationOf(options.timeout), signal: attempt.signal },
  );

/** "Get a channel": whether the token is known, and the bot may see the channel. */
const askChannel = ({ service, options, ports }: World, signal: AbortSignal): Promise<Delivery> =>
  withToken(options['token-file'] ?? '', async (token) => {
    const headers = { authorization: `Bearer ${token}` };
    const url = under(options.server ?? '', `api/v4/channels/${options.channel ?? ''}`);
    const limits = { timeoutMs: durationOf(options.timeout), signal };
    const answer = await service.call({ method: 'GET', url, headers }, limits);
    const accepted = naming('the channel', (body) => textIn(body, 'display_name') || textIn(body, 'name'));
    return deliveryOfAnswer(answer, { now: ports.now(), hidden: [token], complaint, accepted });
  });

/** The message to answer was deleted, or never was in this channel. */
const isGone = (answer: HttpAnswer | HttpFailure): boolean =>
  answer.type === 'answer' && /root_id|channel_root_id/.test(textIn(parseObject(answer.body), 'id'));

/** By the id of the error; a limit of requests tells in a header how many seconds are left. */
function complaint(body: JsonObject | undefined, { status, headers }: HttpAnswer): Complaint {
  const id = textIn(body, 'id');
  const reset = Number(headers['x-ratelimit-reset'] ?? '');
  const words = [id, textIn(body, 'message')].filter((text) => text !== '').join(': ');
  const isLong = /is_valid\.msg|message_length|max_length|text_too_long/.test(id);
  // A post or hook that is refused for the place where it should go, and not for who asks.
  const isPlace = status === 403 && /permissions|channel|archived|deleted/.test(id);
  return {
    ...(words === '' ? {} : { words }),
    ...(isLong ? { reason: 'tooLong' } : isPlace ? { reason: 'recipient' } : {}),
    ...(/incoming_webhook\.invalid|invalid_webhook/.test(id) ? { reason: 'auth' } : {}),
    ...(status === 429 && reset > 0 && reset < 86_400 ? { waitMs: reset * 1000 } : {}),
  };
}
