import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { cleanText } from '../../render/x-neutralise.ts';
import { earlierIn, isAside, postedAs } from '../chat-reference.ts';
import { naming, probeBy } from '../chat-probe.ts';
import { chatShape, markdownOf } from '../chat-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import type { Complaint } from '../http-answer.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  isObject,
  type JsonObject,
  openService,
  parseObject,
  secretsIn,
  serviceTimeout,
  takenBy,
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
      .describe('File (mode 0600) with the address of an incoming integration, instead of a user.'),
    server: httpAddress.optional().describe('The address of the workspace, for a user.'),
    'user-id': z
      .string()
      .regex(/^[A-Za-z0-9]{1,40}$/, 'must be the id of a user, as shown beside its token')
      .optional()
      .describe('The id of the user that writes.'),
    'token-file': z
      .string()
      .optional()
      .describe('File (mode 0600) with a personal access token of that user.'),
    room: z
      .string()
      .regex(/^\S{1,100}$/, 'must be #channel, @user or the id of a room')
      .optional()
      .describe('Where the user writes: #channel, @user or the id of a room.'),
    thread: z
      .boolean()
      .default(true)
      .describe('Whether the end of an alert is put below its first message (users only).'),
    timeout: serviceTimeout,
  })
  .superRefine(({ 'url-file': url, server, 'user-id': user, 'token-file': token, room }, context) => {
    const given = [server, user, token, room].filter((value) => value !== undefined).length;
    if (url === undefined ? given === 4 : given === 0) return;
    const message = 'either url-file, or all of server, user-id, token-file and room';
    context.addIssue({ code: 'custom', path: [url === undefined ? 'server' : 'url-file'], message });
  });

type Options = z.infer<typeof options>;

/**
 * A room of Rocket.Chat, by a user or an incoming integration. By
 * https://developer.rocket.chat/apidocs/post-message (chat.postMessage), …/apidocs/rocketchat-api (errors) and
 * https://docs.rocket.chat/docs/rate-limiter: ten calls a minute of one method, 5,000 characters
 * (Message_MaxAllowedSize) where the workspace does not say otherwise.
 */
export const rocketchat: ChannelKind<Options> = {
  kind: 'rocketchat',
  summary: 'A message in a room of Rocket.Chat, by a user or an incoming integration.',
  options,
  concurrency: 1,
  budgets: [{ window: millis(60_000), limit: 10 }],
  resolved: true,
  followUps: 'thread',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: { ...chatShape(5000), neutralise: withoutMentions },
  open: async (options, ports): Promise<Channel> => {
    const world = { service: openService(ports.http), options, ports };
    return {
      send: (attempt) => (options['url-file'] === undefined ? byUser : byIntegration)(world, attempt),
      ...(options['url-file'] === undefined ? { probe: probeBy((signal) => askWho(world, signal)) } : {}),
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

const byIntegration = ({ service, options, ports }: World, attempt: Attempt): Promise<Delivery> =>
  withUrl(options['url-file'] ?? '', async (url) => {
    const limits = { timeoutMs: durationOf(options.timeout), signal: attempt.signal };
    const answer = await service.call(
      { url, json: { text: markdownOf(attempt, '*'), parseUrls: false } },
      limits,
    );
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: secretsIn(url),
      bodyDecides: true,
      complaint,
      accepted: (body, taken) => (body?.['success'] === false ? complaint(body) : takenBy(taken)),
    });
  });

const byUser = (world: World, attempt: Attempt): Promise<Delivery> =>
  withToken(world.options['token-file'] ?? '', async (token) => {
    const { thread, room = '' } = world.options;
    const isBelow = thread && isAside(attempt);
    const root = isBelow ? earlierIn(attempt, room, messageId) : undefined;
    let answer = await post(world, attempt, token, root);
    if (root !== undefined && isGone(answer)) answer = await post(world, attempt, token, undefined);
    return deliveryOfAnswer(answer, {
      now: world.ports.now(),
      hidden: [token],
      bodyDecides: true,
      complaint,
      accepted(body) {
        if (body === undefined)
          return { type: 'unknown', detail: 'HTTP 200, but not an answer of Rocket.Chat' };
        if (body['success'] !== true) return complaint(body);
        const id = textIn(isObject(body['message']) ? body['message'] : undefined, '_id');
        return messageId.test(id) ? postedAs(id, room) : { type: 'sent', receipt: 'taken' };
      },
    });
  });

/** Whose token it is (me). */
const askWho = ({ service, options, ports }: World, signal: AbortSignal): Promise<Delivery> =>
  withToken(options['token-file'] ?? '', async (token) => {
    const headers = { 'x-auth-token': token, 'x-user-id': options['user-id'] ?? '' };
    const url = under(options.server ?? '', 'api/v1/me');
    const limits = { timeoutMs: durationOf(options.timeout), signal };
    const answer = await service.call({ method: 'GET', url, headers }, limits);
    const accepted = naming('writes as', (body) => textIn(body, 'username'));
    return deliveryOfAnswer(answer, { now: ports.now(), hidden: [token], complaint, accepted });
  });

const messageId = /^[A-Za-z0-9-]{1,60}$/;

function post(
  { service, options }: World,
  attempt: Attempt,
  token: string,
  root: string | undefined,
): Promise<HttpAnswer | HttpFailure> {
  const { server = '', room = '', 'user-id': user = '' } = options;
  const to = /^[#@]/.test(room) ? { channel: room } : { roomId: room };
  return service.call(
    {
      url: under(server, 'api/v1/chat.postMessage'),
      headers: { 'x-auth-token': token, 'x-user-id': user },
      json: {
        ...to,
        text: markdownOf(attempt, '*'),
        parseUrls: false,
        ...(root === undefined ? {} : { tmid: root }),
      },
    },
    { timeoutMs: durationOf(options.timeout), signal: attempt.signal },
  );
}

const isGone = (answer: HttpAnswer | HttpFailure): boolean =>
  answer.type === 'answer' &&
  /thread|tmid|message-not-found|invalid-message/i.test(wordsOf(parseObject(answer.body)));

const wordsOf = (body: JsonObject | undefined): string =>
  [textIn(body, 'errorType'), textIn(body, 'error') || textIn(body, 'message')]
    .filter((text) => text !== '')
    .join(': ');

/** Rocket.Chat says most refusals with status 400 and a name in the error; a wait stands there in words. */
function complaint(body: JsonObject | undefined): Complaint {
  const words = wordsOf(body);
  const wait = /wait (\d{1,6}) seconds/.exec(words)?.[1];
  const [, reason] = meanings.find(([pattern]) => pattern.test(words)) ?? [];
  return {
    ...(words === '' ? {} : { words }),
    ...(reason === undefined ? {} : { reason }),
    ...(wait === undefined ? {} : { waitMs: Number(wait) * 1000 }),
  };
}

const meanings: readonly (readonly [RegExp, NonNullable<Complaint['reason']>])[] = [
  [/too-many-requests/, 'rateLimited'],
  [/message-size-exceeded|too-long/, 'tooLong'],
  [/totp-required|must be logged in|unauthorized|invalid-user\b|user-not-active/i, 'auth'],
  [
    /room-not-found|invalid-channel|invalid-room|not-allowed|user_is_muted|archived|read-only|no-such-room/i,
    'recipient',
  ],
];

/** Older servers look for names in blocks of code too, even within an address: a blank keeps them from it. */
function withoutMentions(text: string): string {
  return cleanText(text).replace(/@(?=[\w.-])/g, '@ ');
}
