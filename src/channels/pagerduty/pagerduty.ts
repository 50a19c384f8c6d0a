import { hostname } from 'node:os';
import { z } from 'zod';
import { alertKeyOf } from '../alert-key.ts';
import { fitted } from '../fitted-text.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import type { HttpAnswer } from '../http.ts';
import type { Complaint } from '../http-answer.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  type JsonObject,
  openService,
  serviceTimeout,
  textIn,
  under,
  withToken,
} from '../http-call.ts';
import { linkIn } from '../link.ts';
import { takenAs } from '../taken-as.ts';
import { httpAddress } from '../http-address.ts';

const options = z.strictObject({
  'routing-key-file': z
    .string()
    .describe('File (mode 0600) with the integration key of a service (Events API v2), 32 characters.'),
  api: httpAddress
    .default('https://events.pagerduty.com')
    .describe('Where the API is; https://events.eu.pagerduty.com for accounts in Europe.'),
  component: z.string().min(1).max(255).optional().describe('The part of a machine that is concerned.'),
  group: z.string().min(1).max(255).optional().describe('What the machines belong to.'),
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

/** An event may have 512 KB; people read less. */
const shape: TextShape = { ...plainShape, limit: 8000 };

/**
 * PagerDuty's Events API v2. By https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ (and
 * …/overview, "Response Codes & Retry Logic"): what has one `dedup_key` is one alert there, and ours is the
 * alert's id, so a repeat changes nothing and the end of the alert is its end there.
 */
export const pagerduty: ChannelKind<Options> = {
  kind: 'pagerduty',
  summary: 'An event for PagerDuty, which is resolved there when the alert is.',
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
        withToken(options['routing-key-file'], (key) => send({ service, options, ports, key }, attempt)),
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

async function send({ service, options, ports, key }: World, attempt: Attempt): Promise<Delivery> {
  const answer = await service.call(
    {
      url: under(options.api, 'v2/enqueue'),
      json: { routing_key: key, ...eventOf(attempt, options) },
    },
    { timeoutMs: durationOf(options.timeout), signal: attempt.signal },
  );
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [key],
    complaint,
    accepted: (body) => takenAs('PagerDuty', textIn(body, 'status') === 'success' ? 'taken' : ''),
  });
}

/** What resolves needs the key alone. */
function eventOf({ message }: Attempt, { component, group }: Options): JsonObject {
  const { payload } = message;
  const dedup_key = alertKeyOf(message);
  if (payload.reason === 'resolved') return { event_action: 'resolve', dedup_key };
  const link = linkIn(message);
  return {
    event_action: 'trigger',
    dedup_key,
    client: 'Bird Sentinel',
    payload: {
      summary: fitted(message.title === '' ? 'Alert' : message.title, 1000),
      source: fitted(payload.host || payload.source || hostname(), 255),
      severity: message.severity,
      timestamp: payload.last,
      ...(payload.rule === '' ? {} : { class: fitted(payload.rule, 255) }),
      ...(component === undefined ? {} : { component }),
      ...(group === undefined ? {} : { group }),
      custom_details: {
        text: fitted(message.body, shape.limit),
        count: payload.count,
        key: payload.key,
        line: fitted(payload.line, 2000),
      },
    },
    ...(link === undefined ? {} : { links: [{ href: link, text: 'What it means' }] }),
  };
}

/** `{"status":"invalid event","message":"Event object is invalid","errors":["…"]}`. */
function complaint(body: JsonObject | undefined, { status }: HttpAnswer): Complaint {
  const errors = Array.isArray(body?.['errors']) ? body['errors'] : [];
  const words = [textIn(body, 'message'), ...errors.filter((each) => typeof each === 'string')].join('; ');
  const isKey = status === 400 && /routing_key|routing key/i.test(words);
  return { words, ...(isKey ? { reason: 'auth' } : {}) };
}
