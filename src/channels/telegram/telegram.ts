import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { neutraliseForPost } from '../../render/x-neutralise.ts';
import { earlierIn, postedAs } from '../chat-reference.ts';
import { naming, probeBy } from '../chat-probe.ts';
import { isSilent, silentOption } from '../chat-silence.ts';
import { chatShape, type ChatText, chatTextOf } from '../chat-text.ts';
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
  serviceTimeout,
  textIn,
  under,
  withToken,
} from '../http-call.ts';
import type { HttpAnswer } from '../http.ts';
import type { HttpFailure } from '../http-failure.ts';
import { httpAddress } from '../http-address.ts';

const options = z.strictObject({
  'token-file': z.string().describe('File (mode 0600) with the token that @BotFather gave for the bot.'),
  chat: z
    .string()
    .regex(/^(?:-?\d{1,20}|@[A-Za-z0-9_]{3,40})$/, "must be the number of a chat in quotes, or '@channel'")
    .describe('The number of the chat, in quotes; groups have negative ones. Or @name of a public channel.'),
  topic: z.int().positive().optional().describe('The topic (message_thread_id) of a group that has topics.'),
  reply: z.boolean().default(true).describe('Whether what follows about an alert answers its first message.'),
  silent: silentOption,
  api: httpAddress
    .default('https://api.telegram.org')
    .describe('Where the Bot API is; another one for a Bot API server of your own.'),
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

/**
 * A Telegram chat, by a bot. By https://core.telegram.org/bots/api (sendMessage, MessageEntity, "Making
 * requests") and https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: 4,096
 * UTF-16 code units; one message a second in a chat, 20 a minute in a group.
 */
export const telegram: ChannelKind<Options> = {
  kind: 'telegram',
  summary: 'A message in a Telegram chat, by a bot.',
  options,
  concurrency: 1,
  budgets: [{ window: millis(60_000), limit: 20 }],
  resolved: true,
  followUps: 'thread',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: chatShape(4096),
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) => send(service, options, ports, attempt),
      probe: probeBy((signal) => askChat(service, options, ports, signal)),
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
  withToken(options['token-file'], async (token) => {
    const url = under(options.api, `bot${token}/sendMessage`);
    const limits = { timeoutMs: durationOf(options.timeout), signal: attempt.signal };
    const call = (words: JsonObject) =>
      service.call({ url, json: { ...envelopeOf(options, attempt), ...words } }, limits);
    const text = chatTextOf(attempt);
    let answer = await call(marked(text));
    if (refusesMarkup(answer)) answer = await call(plain(text));
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: [token],
      complaint,
      accepted: posted(options),
    });
  });

/** getChat: whether the token is known, and the chat to the bot. */
const askChat = (
  service: HttpService,
  { api, chat, timeout, 'token-file': file }: Options,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<Delivery> =>
  withToken(file, async (token) => {
    const url = under(api, `bot${token}/getChat`);
    const limits = { timeoutMs: durationOf(timeout), signal };
    const answer = await service.call({ url, json: { chat_id: chatId(chat) } }, limits);
    const accepted = naming('the chat', (body) => {
      const found = isObject(body?.['result']) ? body['result'] : undefined;
      return textIn(found, 'title') || textIn(found, 'username') || textIn(found, 'first_name');
    });
    return deliveryOfAnswer(answer, { now: ports.now(), hidden: [token], complaint, accepted });
  });

const chatId = (chat: string): string | number => (chat.startsWith('@') ? chat : Number(chat));

function envelopeOf({ chat, topic, reply, silent }: Options, attempt: Attempt): JsonObject {
  const earlier = reply ? earlierIn(attempt, chat, /^\d{1,15}$/) : undefined;
  return {
    chat_id: chatId(chat),
    ...(topic === undefined ? {} : { message_thread_id: topic }),
    ...(earlier === undefined
      ? {}
      : { reply_parameters: { message_id: Number(earlier), allow_sending_without_reply: true } }),
    ...(isSilent(silent, attempt.message) ? { disable_notification: true } : {}),
    link_preview_options: { is_disabled: true },
  };
}

/**
 * The text with its markup beside it, in UTF-16 code units: nothing of it can be read as markup, and within
 * `pre` Telegram finds no mentions, links, commands or numbers.
 */
function marked({ head, body }: ChatText): JsonObject {
  const from = head === '' || body === '' ? head.length : head.length + 1;
  const entities = [
    ...(head === '' ? [] : [{ type: 'bold', offset: 0, length: head.length }]),
    ...(body === '' ? [] : [{ type: 'pre', offset: from, length: body.length }]),
  ];
  return { text: [head, body].filter((text) => text !== '').join('\n'), entities };
}

/** What Telegram takes in any case: words that name nobody and lead nowhere, perhaps cut. */
const plain = ({ head, body }: ChatText): JsonObject => ({
  text: neutraliseForPost(`${head}\n${body}`.trim())
    .slice(0, 4096)
    .replace(/[\ud800-\udbff]$/, ''),
});

const refusesMarkup = (answer: HttpAnswer | HttpFailure): boolean =>
  answer.type === 'answer' &&
  answer.status === 400 &&
  /can't parse entities|ENTITY|ENTITIES/.test(textIn(parseObject(answer.body), 'description'));

const posted =
  ({ chat }: Options) =>
  (body: JsonObject | undefined): Delivery | Complaint => {
    if (body === undefined) return { type: 'unknown', detail: 'HTTP 200, but not an answer of Telegram' };
    if (body['ok'] !== true) return complaint(body);
    const id = isObject(body['result']) ? body['result']['message_id'] : undefined;
    return typeof id === 'number' && Number.isSafeInteger(id) && id > 0
      ? postedAs(String(id), chat)
      : { type: 'sent', receipt: 'ok' };
  };

const recipientWords =
  /chat not found|blocked by the user|bot was kicked|not a member|user is deactivated|can't initiate|have no rights|not enough rights|CHAT_WRITE_FORBIDDEN|thread not found|TOPIC_CLOSED|upgraded to a supergroup|bot can't send messages to (?:bots|the user)|PEER_ID_INVALID/i;

/** Telegram tells what is wrong in words; a token that it does not know is "Unauthorized" or "Not Found". */
function complaint(body: JsonObject | undefined): Complaint {
  const words = textIn(body, 'description');
  const parameters = isObject(body?.['parameters']) ? body['parameters'] : {};
  const wait = parameters['retry_after'];
  const moved = parameters['migrate_to_chat_id'];
  const told = typeof moved === 'number' ? `${words}: its number is now ${moved}` : words;
  const code = body?.['error_code'];
  const isToken = code === 401 || (code === 404 && words === 'Not Found');
  // What is forbidden is this chat: a token that may do nothing is 401.
  const isPlace = code === 403 || recipientWords.test(words);
  return {
    ...(told === '' ? {} : { words: told }),
    ...(isToken ? { reason: 'auth' } : isPlace ? { reason: 'recipient' } : {}),
    ...(/message is too long/i.test(words) ? { reason: 'tooLong' } : {}),
    ...(typeof wait === 'number' ? { waitMs: wait * 1000 } : {}),
  };
}
