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
  under,
  withToken,
} from '../http-call.ts';
import { linkIn } from '../link.ts';
import { probeBy } from '../chat-probe.ts';
import { takenAs } from '../taken-as.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';

const priority = (what: string) => z.int().min(0).max(10).optional().describe(`The priority of ${what}.`);

const options = z.strictObject({
  server: httpAddress.describe('The server, with its path if it has one.'),
  'token-file': z.string().describe('File (mode 0600) with the token of an application (A…).'),
  priorities: z
    .strictObject({
      critical: priority('critical alerts. Default: 8'),
      warning: priority('warnings. Default: 5'),
      info: priority('the rest, and of what is resolved. Default: 2'),
    })
    .prefault({})
    .describe('From 0 to 10; from 8 on phones ring, from 4 on they make a sound.'),
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
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) =>
        withToken(options['token-file'], (token) => send({ service, options, ports, token }, attempt)),
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
      url: under(options.server, 'message'),
      headers: { 'x-gotify-key': token },
      json: {
        title: fitted(message.title, 500),
        // An empty message is refused.
        message:
          message.body.trim() === ''
            ? fitted(message.title, 500) || 'Alert'
            : fitted(message.body, shape.limit),
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
    accepted: (body) =>
      takenAs('Gotify', Number.isSafeInteger(body?.['id']) ? `message ${String(body?.['id'])}` : ''),
  });
}

/** The API's getHealth. Whether the token may publish cannot be asked without doing so. */
async function askHealth(
  service: HttpService,
  options: Options,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<Delivery> {
  const call = { method: 'GET', url: under(options.server, 'health') } as const;
  const answer = await service.call(call, { timeoutMs: durationOf(options.timeout), signal });
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [],
    accepted: (body) =>
      body?.['health'] === 'green'
        ? { type: 'sent', receipt: 'the server is healthy; the token was not tried' }
        : { words: 'the server is not healthy' },
  });
}

function priorityOf({ severity, payload }: Message, priorities: Options['priorities']): number {
  const { critical = 8, warning = 5, info = 2 } = priorities;
  return payload.status === 'resolved' ? info : { critical, warning, info }[severity];
}
