import { z } from 'zod';
import { byteLength } from '../../kit/text.ts';
import type { Delivery, Message } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  openService,
  serviceTimeout,
  textIn,
  under,
  withToken,
} from '../http-call.ts';
import type { Complaint } from '../http-answer.ts';
import type { JsonObject } from '../http-call.ts';
import { linkIn } from '../link.ts';
import { probeBy } from '../chat-probe.ts';
import { idOf, takenAs } from '../taken-as.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';

const topicName = /^[-_A-Za-z0-9]{1,64}$/;

const options = z
  .strictObject({
    server: httpAddress.default('https://ntfy.sh').describe('The server.'),
    topic: z
      .string()
      .regex(topicName, 'must be a topic: letters, digits, - and _, 64 at most')
      .optional()
      .describe('The topic. On an open server whoever knows it can read along: then use topic-file.'),
    'topic-file': z.string().optional().describe('File (mode 0600) with the topic, instead of topic.'),
    'token-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with an access token (tk_…). Default: none is sent.'),
    tags: z
      .array(z.string().regex(/^[^\s,\p{Cc}]{1,64}$/u))
      .max(5)
      .default([])
      .describe('Further tags; some become emojis.'),
    timeout: serviceTimeout,
  })
  .refine(({ topic, 'topic-file': file }) => (topic === undefined) !== (file === undefined), {
    path: ['topic'],
    message: 'or topic-file: one of them',
  });

type Options = z.infer<typeof options>;

/** More than 4,096 bytes would become an attachment. */
const shape: TextShape = { ...plainShape, limit: 3500, maxParts: 2, measure: byteLength };

/**
 * Push by ntfy. By https://docs.ntfy.sh/publish/ (Publish as JSON, Message priority, Click action,
 * Authentication, Limitations): 4,096 bytes of text; on ntfy.sh 60 requests at once, one more every five
 * seconds, and 250 messages a day.
 */
export const ntfy: ChannelKind<Options> = {
  kind: 'ntfy',
  summary: 'A push message by ntfy, on ntfy.sh or a server of one’s own.',
  options,
  concurrency: 2,
  budgets: [{ window: millis(24 * 3_600_000), limit: 250 }],
  budgetKey: ({ server, 'token-file': token = '' }) => `ntfy ${server} ${token}`,
  resolved: true,
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) => withTopic(options, (topic) => send({ service, options, ports, topic }, attempt)),
      probe: probeBy((signal) => askHealth(service, options, ports, signal)),
      close: () => service.close(),
    };
  },
  expiries: ({ server }, { http }, signal) =>
    webhookExpiries({ url: server, tokenFile: undefined }, http, signal),
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly topic: string;
}

const withTopic = (
  { topic, 'topic-file': file }: Options,
  use: (topic: string) => Promise<Delivery>,
): Promise<Delivery> =>
  file === undefined
    ? use(topic ?? '')
    : withToken(file, async (topic) =>
        topicName.test(topic)
          ? use(topic)
          : { type: 'retry', reason: 'auth', detail: `${file} holds no topic` },
      );

const send = (world: World, attempt: Attempt): Promise<Delivery> => {
  const { 'token-file': file } = world.options;
  return file === undefined
    ? publish(world, attempt, undefined)
    : withToken(file, (token) => publish(world, attempt, token));
};

async function publish(
  { service, options, ports, topic }: World,
  { message, part, signal }: Attempt,
  token: string | undefined,
): Promise<Delivery> {
  const click = linkIn(message);
  const answer = await service.call(
    {
      url: under(options.server, ''),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      json: {
        topic,
        title: message.title,
        message: message.parts.length > 1 ? (message.parts[part] ?? '') : message.body,
        priority: priorityOf(message),
        tags: [...tagsOf(message), ...options.tags],
        ...(click === undefined ? {} : { click }),
      },
    },
    { timeoutMs: durationOf(options.timeout), signal },
  );
  const hidden = [...(token === undefined ? [] : [token]), ...(options.topic === undefined ? [topic] : [])];
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden,
    complaint,
    accepted: (body) => takenAs('ntfy', idOf(textIn(body, 'id'))),
  });
}

/** https://docs.ntfy.sh/config/#health-checks. Whether the token may publish cannot be asked without doing so. */
async function askHealth(
  service: HttpService,
  options: Options,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<Delivery> {
  const call = { method: 'GET', url: under(options.server, 'v1/health') } as const;
  const answer = await service.call(call, { timeoutMs: durationOf(options.timeout), signal });
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [],
    accepted: (body) =>
      body?.['healthy'] === true
        ? { type: 'sent', receipt: 'the server is healthy; the token was not tried' }
        : { words: 'the server is not healthy' },
  });
}

/** 5 rings until somebody looks, 3 is usual, 2 makes no sound. */
const priorityOf = ({ severity, payload }: Message): number =>
  payload.status === 'resolved' ? 2 : { critical: 5, warning: 3, info: 2 }[severity];

const tagsOf = ({ severity, payload }: Message): readonly string[] =>
  payload.status === 'resolved'
    ? ['white_check_mark']
    : { critical: ['rotating_light'], warning: ['warning'], info: [] }[severity];

/** `{"code":42908,"http":429,"error":"limit reached: daily message quota reached"}`. */
function complaint(body: JsonObject | undefined): Complaint {
  const words = textIn(body, 'error');
  // Of the day's quota nothing comes back within the minutes after which others try again.
  return { words, ...(body?.['code'] === 42_908 ? { reason: 'rateLimited', waitMs: 3_600_000 } : {}) };
}
