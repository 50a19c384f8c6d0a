import { z } from 'zod';
import { fitted } from '../fitted-text.ts';
import type { Delivery, Message } from '../../model/delivery.ts';
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
  withToken,
} from '../http-call.ts';
import { linkIn } from '../link.ts';

const priority = (what: string) => z.int().min(0).max(10).optional().describe(`The priority of ${what}.`);

const options = z.strictObject({
  server: z.url({ protocol: /^https?$/ }).describe('The server, with its path if it has one.'),
  'token-file': z.string().describe('File (mode 0600) with the token of an application (A…).'),
  priorities: z
    .strictObject({
      critical: priority('critical alerts. Default: 8'),
      warning: priority('warnings. Default: 5'),
      info: priority('the rest, and of what is resolved. Default: 2'),
    })
    .prefault({})
    .describe('0 to 10; from 8 on phones ring, from 4 on they make a sound.'),
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

const shape: TextShape = { ...plainShape, limit: 8000 };

/**
 * Push by a Gotify server. By https://gotify.net/docs/pushmsg, /docs/msgextras (client::notification) and
 * the API's description (createMessage): no limit of length is told.
 */
export const gotify: ChannelKind<Options> = {
  kind: 'gotify',
  summary: 'A push message by a Gotify server.',
  options,
  concurrency: 4,
  budgets: [],
  resolved: true,
  shape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) =>
        withToken(options['token-file'], (token) => send({ service, options, ports, token }, attempt)),
      close: () => service.close(),
    };
  },
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly token: string;
}

async function send(
  { service, options, ports, token }: World,
  { message, signal }: Attempt,
): Promise<Delivery> {
  const link = linkIn(message);
  const extras = link === undefined ? {} : { extras: { 'client::notification': { click: { url: link } } } };
  const answer = await service.call(
    {
      url: `${options.server.replace(/\/+$/, '')}/message`,
      headers: { 'x-gotify-key': token },
      json: {
        title: message.title,
        // An empty message is refused.
        message: message.body.trim() === '' ? message.title || 'Alert' : fitted(message.body, shape.limit),
        priority: priorityOf(message, options.priorities),
        ...extras,
      },
    },
    { timeoutMs: durationOf(options.timeout), signal },
  );
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [token],
    complaint: (body) => ({ words: textIn(body, 'errorDescription') }),
    accepted: (body) => ({ type: 'sent', receipt: `message ${Number(body?.['id'] ?? 0)}` }),
  });
}

function priorityOf({ severity, payload }: Message, priorities: Options['priorities']): number {
  const { critical = 8, warning = 5, info = 2 } = priorities;
  return payload.status === 'resolved' ? info : { critical, warning, info }[severity];
}
