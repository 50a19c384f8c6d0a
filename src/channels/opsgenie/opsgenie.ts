import { z } from 'zod';
import { alertKeyOf } from '../alert-key.ts';
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
  type ServiceCall,
  serviceTimeout,
  textIn,
  under,
  withToken,
} from '../http-call.ts';
import { idOf, takenAs } from '../taken-as.ts';
import { httpAddress } from '../http-address.ts';

const options = z.strictObject({
  'key-file': z.string().describe('File (mode 0600) with the key of an API integration.'),
  api: httpAddress
    .default('https://api.opsgenie.com')
    .describe(
      'Where /v2/alerts is: https://api.eu.opsgenie.com in Europe, https://api.atlassian.com/jsm/ops/integration for Jira Service Management.',
    ),
  tags: z.array(z.string().min(1).max(50)).max(10).default([]).describe('Further tags.'),
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

const shape: TextShape = { ...plainShape, limit: 15_000 };

/**
 * Opsgenie, or what speaks its Alert API. By https://docs.opsgenie.com/docs/alert-api (Create Alert, Close
 * Alert) and /docs/response: 130 characters of message, 15,000 of description, 512 of alias; alerts of one
 * alias are one, and ours is the alert's id. What is asked for is answered by 202 and done afterwards.
 */
export const opsgenie: ChannelKind<Options> = {
  kind: 'opsgenie',
  summary: 'An alert of Opsgenie or Jira Service Management, closed there when it is resolved.',
  options,
  concurrency: 2,
  budgets: [],
  resolved: true,
  followUps: 'update',
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) =>
        withToken(options['key-file'], (key) => send({ service, options, ports, key }, attempt)),
      close: () => service.close(),
    };
  },
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly key: string;
}

async function send(
  { service, options, ports, key }: World,
  { message, signal }: Attempt,
): Promise<Delivery> {
  const call = message.payload.reason === 'resolved' ? closing(message) : creation(message, options.tags);
  const url = under(options.api, call.url);
  const headers = { authorization: `GenieKey ${key}` };
  const answer = await service.call(
    { ...call, url, headers },
    { timeoutMs: durationOf(options.timeout), signal },
  );
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [key],
    // It is the key's right, or the body's form: nobody is looked for.
    complaint: (body, { status }) => ({
      words: textIn(body, 'message'),
      ...(status === 404 ? { reason: 'rejected' } : {}),
    }),
    accepted: (body) => takenAs('Opsgenie', idOf(textIn(body, 'requestId'))),
  });
}

function creation(message: Message, tags: readonly string[]): ServiceCall {
  const { payload, severity } = message;
  return {
    url: 'v2/alerts',
    json: {
      message: fitted(message.title === '' ? 'Alert' : message.title, 130),
      alias: alertKeyOf(message),
      description: fitted(message.body, 15_000),
      priority: { critical: 'P1', warning: 'P3', info: 'P5' }[severity],
      source: 'bird-sentinel',
      entity: fitted(payload.host ?? payload.source, 512),
      tags: [severity, ...tags],
      details: { rule: payload.rule, count: String(payload.count), link: payload.link ?? '' },
    },
  };
}

const closing = ({ payload, title }: Message): ServiceCall => ({
  url: `v2/alerts/${encodeURIComponent(payload.id)}/close?identifierType=alias`,
  json: { source: 'bird-sentinel', note: fitted(title, 1000) },
});
