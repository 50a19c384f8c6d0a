import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { earlierIn, mayReplace, postedAs } from '../chat-reference.ts';
import { naming, probeBy } from '../chat-probe.ts';
import { isSilent, silentOption } from '../chat-silence.ts';
import { chatShape, markdownOf } from '../chat-text.ts';
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
  type ServiceCall,
  serviceTimeout,
  textIn,
  withUrl,
} from '../http-call.ts';
import type { HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';

const options = z.strictObject({
  'url-file': z
    .string()
    .describe('File (mode 0600) with the address of the webhook: https://discord.com/api/webhooks/ID/TOKEN.'),
  'thread-id': z
    .string()
    .regex(/^\d{1,20}$/, 'must be the id of a thread')
    .optional()
    .describe('A thread of the channel to write to.'),
  username: z
    .string()
    .min(1)
    .max(80)
    .optional()
    .describe('The name shown as the sender. Default: the name of the webhook.'),
  'resolve-by': z
    .enum(['post', 'edit'])
    .default('post')
    .describe('Whether the end of an alert is a message, or takes the place of the first one, unheard.'),
  silent: silentOption,
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

/**
 * A Discord channel, by a webhook. By https://docs.discord.com/developers/resources/webhook (Execute Webhook,
 * Edit Webhook Message), …/topics/rate-limits and …/topics/opcodes-and-status-codes: 2,000 characters; five
 * requests in two seconds and thirty in a minute for each webhook.
 */
export const discord: ChannelKind<Options> = {
  kind: 'discord',
  summary: 'A message in a Discord channel, by a webhook.',
  options,
  concurrency: 1,
  budgets: [
    { window: millis(2000), limit: 5 },
    { window: millis(60_000), limit: 30 },
  ],
  resolved: true,
  followUps: 'update',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: chatShape(2000),
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) => send(service, options, ports, attempt),
      probe: probeBy((signal) => askWho(service, options, ports, signal)),
      close: () => service.close(),
    };
  },
};

const send = (
  service: HttpService,
  options: Options,
  ports: ChannelPorts,
  attempt: Attempt,
): Promise<Delivery> =>
  withUrl(options['url-file'], async (url) => {
    const limits = { timeoutMs: durationOf(options.timeout), signal: attempt.signal };
    const place = placeOf(url);
    const replaces = options['resolve-by'] === 'edit' && mayReplace(attempt);
    const earlier = replaces ? earlierIn(attempt, place, snowflake) : undefined;
    const fresh = posting(url, options, attempt);
    const first = earlier === undefined ? fresh : editing(url, earlier, options, attempt);
    const answered = await service.call(first, limits);
    const again = earlier !== undefined && isGone(answered);
    const answer = again ? await service.call(fresh, limits) : answered;
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: secretsIn(url),
      complaint,
      accepted: (body) => {
        const id = textIn(body, 'id');
        return snowflake.test(id) ? postedAs(id, place) : { type: 'sent', receipt: 'taken' };
      },
    });
  });

const snowflake = /^\d{1,20}$/;

/** "Execute Webhook"; with `wait` it names the message. */
const posting = (url: string, options: Options, attempt: Attempt): ServiceCall => ({
  url: address(url, '', { wait: 'true', thread_id: options['thread-id'] }),
  json: contentOf(options, attempt),
});

/** "Edit Webhook Message": of the flags only that of previews can be changed, and the name not at all. */
const editing = (url: string, id: string, options: Options, attempt: Attempt): ServiceCall => ({
  method: 'PATCH',
  url: address(url, `/messages/${id}`, { thread_id: options['thread-id'] }),
  json: { ...contentOf(options, attempt), username: undefined, flags: suppress.embeds },
});

/** "Get Webhook with Token". */
const askWho = (
  service: HttpService,
  options: Options,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<Delivery> =>
  withUrl(options['url-file'], async (url) => {
    const limits = { timeoutMs: durationOf(options.timeout), signal };
    const answer = await service.call({ method: 'GET', url }, limits);
    const accepted = naming('the webhook', (body) => textIn(body, 'name') || textIn(body, 'id'));
    return deliveryOfAnswer(answer, { now: ports.now(), hidden: secretsIn(url), complaint, accepted });
  });

/** What a webhook is known by without its token. */
const placeOf = (url: string): string => /\/webhooks\/(\d{1,20})\//.exec(url)?.[1] ?? 'webhook';

function address(url: string, path: string, query: { readonly [name: string]: string | undefined }): string {
  const whole = new URL(url);
  whole.pathname = `${whole.pathname.replace(/\/+$/, '')}${path}`;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) whole.searchParams.set(name, value);
  }
  return whole.href;
}

/** SUPPRESS_EMBEDS and SUPPRESS_NOTIFICATIONS of a message's flags. */
const suppress = { embeds: 1 << 2, notifications: 1 << 12 } as const;

/** Nobody is mentioned, whatever the text says (`allowed_mentions`), and no address is opened for a preview. */
const contentOf = ({ username, silent }: Options, attempt: Attempt): JsonObject => ({
  content: markdownOf(attempt),
  username,
  allowed_mentions: { parse: [] },
  flags: suppress.embeds | (isSilent(silent, attempt.message) ? suppress.notifications : 0),
});

/** Unknown Message; maximum number of edits to messages older than an hour. */
function isGone(answer: HttpAnswer | HttpFailure): boolean {
  const code = answer.type === 'answer' ? parseObject(answer.body)?.['code'] : undefined;
  return code === 10_008 || code === 30_046;
}

/** Missing access, missing permissions, a forum that wants a thread. */
const deniedCodes: readonly unknown[] = [50_001, 50_013, 220_001];

/** A deleted webhook, channel or guild is a recipient that is gone; Discord says how long to wait in seconds. */
function complaint(body: JsonObject | undefined, { status }: HttpAnswer): Complaint {
  const words = textIn(body, 'message');
  const code = body?.['code'];
  const wait = body?.['retry_after'];
  const isLong = code === 50_035 && /BASE_TYPE_MAX_LENGTH|2000 or fewer/.test(JSON.stringify(body));
  const isDenied = deniedCodes.includes(code);
  return {
    ...(words === '' ? {} : { words }),
    ...(isLong ? { reason: 'tooLong' } : isDenied ? { reason: 'recipient' } : {}),
    ...(status === 429 && typeof wait === 'number' ? { waitMs: wait * 1000 } : {}),
  };
}
