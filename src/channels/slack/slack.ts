import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { earlierIn, isAside, mayReplace, postedAs } from '../chat-reference.ts';
import { naming, probeBy } from '../chat-probe.ts';
import { chatShape, chatTextOf } from '../chat-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
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
import { httpAddress } from '../http-address.ts';
import { slackComplaint, isGone } from './errors.ts';
import { slackMessage } from './message.ts';

const options = z
  .strictObject({
    'token-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with the token of a bot (xoxb-…) that may chat:write. Needs channel.'),
    channel: z
      .string()
      .regex(/^\S{1,80}$/, 'must be a channel id such as C012AB3CD, or #name')
      .optional()
      .describe('Where the bot writes: the id of a channel, or its #name.'),
    'url-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with the address of an incoming webhook, instead of a bot.'),
    thread: z
      .boolean()
      .default(true)
      .describe('Whether what follows about an alert is put below its first message (bots only).'),
    'resolve-by': z
      .enum(['reply', 'edit'])
      .default('reply')
      .describe('Whether the end of an alert is a message, or takes the place of the first one (bots only).'),
    api: httpAddress
      .default('https://slack.com/api')
      .describe('Where the Web API is; https://slack-gov.com/api for GovSlack.'),
    timeout: serviceTimeout,
  })
  .superRefine(({ 'token-file': token, 'url-file': url, channel }, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((token === undefined) === (url === undefined)) refuse('token-file', 'or url-file: one of them');
    else if (token !== undefined && channel === undefined) refuse('channel', 'must be given with token-file');
    else if (url !== undefined && channel !== undefined)
      refuse('channel', 'is what the webhook was made for');
  });

type Options = z.infer<typeof options>;

/**
 * Slack, by a bot or an incoming webhook. By https://docs.slack.dev/reference/methods/chat.postMessage,
 * …/chat.update, /messaging/sending-messages-using-incoming-webhooks and /apis/web-api/rate-limits: text of
 * 4,000 characters is shown as it is (40,000 cut), one message a second and channel, short bursts allowed.
 */
export const slack: ChannelKind<Options> = {
  kind: 'slack',
  summary: 'A message in a Slack channel, by a bot or an incoming webhook.',
  options,
  concurrency: 1,
  budgets: [{ window: millis(60_000), limit: 60 }],
  resolved: true,
  followUps: 'thread',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: chatShape(4000),
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    const world: World = { service, options, ports };
    return {
      send: (attempt) => (options['url-file'] === undefined ? byBot : byWebhook)(world, attempt),
      ...(options['token-file'] === undefined ? {} : { probe: probeBy((signal) => askWho(world, signal)) }),
      close: () => service.close(),
    };
  },
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
}

const byWebhook = ({ service, options, ports }: World, attempt: Attempt): Promise<Delivery> =>
  withUrl(options['url-file'] ?? '', async (url) => {
    const limits = { timeoutMs: durationOf(options.timeout), signal: attempt.signal };
    const answer = await service.call({ url, json: slackMessage(chatTextOf(attempt)) }, limits);
    const complaint = (_body: JsonObject | undefined, { body }: HttpAnswer) => slackComplaint(body.trim());
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: secretsIn(url),
      complaint,
    });
  });

const byBot = (world: World, attempt: Attempt): Promise<Delivery> =>
  withToken(world.options['token-file'] ?? '', async (token) => {
    const earlier = earlierOf(world.options, attempt);
    const answer = await post(world, attempt, token, earlier);
    // What it refers to was deleted, or may not be changed any more: the message itself was not posted.
    const again = earlier !== undefined && isGone(errorIn(answer));
    return deliveryOfPost(world, again ? await post(world, attempt, token, undefined) : answer, token);
  });

/** `channel/ts` of the first message, as chat.update needs both. */
const earlierOf = (
  { channel = '', thread, 'resolve-by': by }: Options,
  attempt: Attempt,
): Earlier | undefined => {
  const isEdit = by === 'edit' && mayReplace(attempt);
  const id =
    thread || isEdit ? earlierIn(attempt, channel, /^[A-Z0-9]{1,30}\/\d{1,15}\.\d{1,9}$/) : undefined;
  const [place = '', ts = ''] = id?.split('/') ?? [];
  return id === undefined ? undefined : { place, ts, isEdit };
};

interface Earlier {
  readonly place: string;
  readonly ts: string;
  readonly isEdit: boolean;
}

function post(
  { service, options }: World,
  attempt: Attempt,
  token: string,
  earlier: Earlier | undefined,
): Promise<HttpAnswer | HttpFailure> {
  const method = earlier?.isEdit === true ? 'chat.update' : 'chat.postMessage';
  // Nobody is called to a thread: what is news is shown in the channel too.
  const below = (ts: string): JsonObject => ({ thread_ts: ts, reply_broadcast: !isAside(attempt) });
  const to =
    earlier === undefined
      ? { channel: options.channel }
      : earlier.isEdit
        ? { channel: earlier.place, ts: earlier.ts }
        : { channel: options.channel, ...below(earlier.ts) };
  return service.call(
    {
      url: under(options.api, method),
      headers: { authorization: `Bearer ${token}` },
      json: { ...to, ...slackMessage(chatTextOf(attempt)) },
    },
    { timeoutMs: durationOf(options.timeout), signal: attempt.signal },
  );
}

/** Whose token it is (auth.test); whether the bot is in the channel only a message would tell. */
const askWho = ({ service, options, ports }: World, signal: AbortSignal): Promise<Delivery> =>
  withToken(options['token-file'] ?? '', async (token) => {
    const headers = { authorization: `Bearer ${token}` };
    const url = under(options.api, 'auth.test');
    const answer = await service.call({ url, headers }, { timeoutMs: durationOf(options.timeout), signal });
    const named = naming('writes as', (body) => textIn(body, 'user'));
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: [token],
      accepted: (body) => (body?.['ok'] === true ? named(body) : slackComplaint(textIn(body, 'error'))),
    });
  });

const errorIn = (answer: HttpAnswer | HttpFailure): string =>
  answer.type === 'answer' ? textIn(parseObject(answer.body), 'error') : '';

const deliveryOfPost = (
  { options, ports }: World,
  answer: HttpAnswer | HttpFailure,
  token: string,
): Delivery =>
  deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [token],
    bodyDecides: true,
    complaint: (body) => slackComplaint(textIn(body, 'error')),
    accepted(body) {
      if (body === undefined) return { type: 'unknown', detail: 'HTTP 200, but not an answer of Slack' };
      if (body['ok'] !== true) return slackComplaint(textIn(body, 'error'));
      const [channel, ts] = [textIn(body, 'channel'), textIn(body, 'ts')];
      return channel === '' || ts === ''
        ? { type: 'sent', receipt: 'ok' }
        : postedAs(
            `${channel.replace(/[^A-Z0-9]/g, '')}/${ts.replace(/[^\d.]/g, '')}`,
            options.channel ?? '',
          );
    },
  });
