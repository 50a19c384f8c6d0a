import { z } from 'zod';
import { byteLength } from '../../kit/text.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { type ChatText, chatTextOf } from '../chat-text.ts';
import { cleanText } from '../../render/x-neutralise.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import type { Complaint } from '../http-answer.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  isObject,
  type JsonObject,
  openService,
  secretsIn,
  serviceTimeout,
  takenBy,
  textIn,
  withUrl,
} from '../http-call.ts';
import type { HttpAnswer } from '../http.ts';

const options = z.strictObject({
  'url-file': z
    .string()
    .describe('File (mode 0600) with the address of the workflow that posts to the chat or channel.'),
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

/**
 * A chat or channel of Microsoft Teams, by a workflow ("When a Teams webhook request is received"). By
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using (the
 * card, rate limits of 4 requests a second, 60 in 30 seconds, 100 an hour, 150 in two, 1,800 a day) and
 * https://learn.microsoft.com/connectors/teams (about 28 KB for one message, all of it counted).
 */
export const teams: ChannelKind<Options> = {
  kind: 'teams',
  summary: 'An Adaptive Card in a chat or channel of Microsoft Teams, by a workflow.',
  options,
  concurrency: 1,
  budgets: [
    { window: millis(1000), limit: 4 },
    { window: millis(30_000), limit: 60 },
    { window: millis(3_600_000), limit: 100 },
    { window: millis(2 * 3_600_000), limit: 150 },
    { window: millis(24 * 3_600_000), limit: 1800 },
  ],
  resolved: true,
  shownAgainst: 'a stand-in written from the service’s documentation',
  // Cards of less than 28 KB were refused in practice: a margin for how the service writes them itself.
  shape: {
    limit: 18_000,
    maxParts: 3,
    measure: bytesInCard,
    neutralise: cleanText,
    layout: 'block',
  },
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return { send: (attempt) => send(service, options, ports, attempt), close: () => service.close() };
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
    const answer = await service.call({ url, json: cardOf(chatTextOf(attempt)) }, limits);
    return deliveryOfAnswer(answer, {
      now: ports.now(),
      hidden: secretsIn(url),
      complaint,
      accepted: (_body, taken) => reportedWithin(taken),
    });
  });

/**
 * A message with one card. Runs of a RichTextBlock are text and never Markdown
 * (https://adaptivecards.io/explorer/TextRun.html); of TextBlocks and facts Teams reads Markdown
 * (https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format).
 */
function cardOf({ head, body }: ChatText): JsonObject {
  const run = (text: string, more: JsonObject): JsonObject => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, ...more }],
  });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    body: [
      ...(head === '' ? [] : [run(head, { weight: 'bolder', size: 'medium' })]),
      // A run knows no line breaks of its own on every client: one block for each line.
      ...body.split('\n').map((line) => run(line === '' ? ' ' : line, { fontType: 'monospace' })),
    ],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/** Old connectors say 200 and tell in words what Teams itself answered. */
function reportedWithin(answer: HttpAnswer): Delivery | Complaint {
  const inner = /returned HTTP error (\d{3})/.exec(answer.body)?.[1];
  if (inner === undefined) return takenBy(answer);
  const words = `Teams answered the webhook with HTTP ${inner}`;
  if (inner === '429') return { words, reason: 'rateLimited' };
  if (inner === '413') return { words, reason: 'tooLong' };
  return { words, reason: Number(inner) >= 500 ? 'unavailable' : 'rejected' };
}

/** A workflow that was switched off or deleted is a recipient that is gone; a wrong signature is for a human. */
function complaint(body: JsonObject | undefined): Complaint {
  const error = isObject(body?.['error']) ? body['error'] : undefined;
  const code = textIn(error, 'code');
  const words = [code, textIn(error, 'message')].filter((text) => text !== '').join(': ');
  return {
    ...(words === '' ? {} : { words }),
    ...(/NotEnabled|Disabled|Suspended/.test(code) ? { reason: 'recipient' } : {}),
  };
}

/** Each line costs the block around it too. */
function bytesInCard(text: string): number {
  return byteLength(JSON.stringify(text)) - 2 + 96 * (text.split('\n').length - 1);
}
