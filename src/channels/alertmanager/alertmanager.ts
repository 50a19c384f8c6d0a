import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { plainShape } from '../../render/x-text.ts';
import { notAuthorised } from '../attempt-course.ts';
import { probeBy } from '../chat-probe.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  openService,
  serviceTimeout,
  textIn,
  under,
} from '../http-call.ts';
import { isHalfLogin, loginOptions, readLogin } from '../login-option.ts';
import { readSecret } from '../secret-file.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';
import { alertsOf } from './alerts.ts';

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]{0,60}$/;

const options = z
  .strictObject({
    url: httpAddress.describe(
      'The Alertmanager, with its path if it has one: https://alerts.example.org:9093.',
    ),
    keep: durationOption(millis(366 * 86_400_000))
      .default('1d')
      .describe('How long an alert fires there if nothing more is heard of it. Its end is told at once.'),
    labels: z
      .record(z.string().regex(labelName, 'must be a name of a label'), z.string().min(1).max(200))
      .default({})
      .describe('Further labels, the same for all alerts, such as team or site.'),
    ...loginOptions,
    'token-file': z.string().optional().describe('File (mode 0600) whose content is sent as bearer token.'),
    timeout: serviceTimeout,
  })
  .superRefine((given, context) => {
    const refuse = (option: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [option], message });
    if (isHalfLogin(given)) refuse('user', 'needs password-file, and the other way round');
    if (given['token-file'] !== undefined && given.user !== undefined)
      refuse('token-file', 'takes the place of user and password-file');
    for (const name of Object.keys(given.labels))
      if (['alertname', 'severity', 'key'].includes(name)) refuse('labels', `${name} is given by the alert`);
  });

type Options = z.infer<typeof options>;

/** An Alertmanager, by version 2 of its API (api/v2/openapi.yaml of prometheus/alertmanager, postAlerts). */
export const alertmanager: ChannelKind<Options> = {
  kind: 'alertmanager',
  summary: 'An alert for Prometheus’ Alertmanager, which decides who hears of it.',
  options,
  // An end must not overtake its beginning.
  concurrency: 1,
  budgets: [],
  resolved: true,
  followUps: 'update',
  needs: 'an Alertmanager',
  shownAgainst: 'Alertmanager 0.25',
  isSilent: true,
  shape: { ...plainShape, limit: 10_000 },
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    const world: World = { service, options, ports };
    return {
      send: (attempt) => send(world, attempt),
      probe: probeBy((signal) => exchange(world, 'api/v2/status', undefined, signal)),
      close: () => service.close(),
    };
  },
  expiries: ({ url, 'token-file': tokenFile }, { http }, signal) =>
    webhookExpiries({ url, tokenFile }, http, signal),
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
}

function send(world: World, { message, part, signal }: Attempt): Promise<Delivery> {
  const { keep, labels } = world.options;
  const alerts = alertsOf(message, part, { now: world.ports.now(), keep: durationOf(keep), labels });
  return exchange(world, 'api/v2/alerts', alerts, signal);
}

async function exchange(
  { service, options, ports }: World,
  path: string,
  json: ReturnType<typeof alertsOf> | undefined,
  signal: AbortSignal,
): Promise<Delivery> {
  const proof = await proofOf(options);
  if ('detail' in proof) return notAuthorised(proof.detail);
  const { scheme, word } = proof;
  const answer = await service.call(
    {
      method: json === undefined ? 'GET' : 'POST',
      url: under(options.url, path),
      headers: word === '' ? {} : { authorization: `${scheme} ${word}` },
      ...(json === undefined ? {} : { json }),
    },
    { timeoutMs: durationOf(options.timeout), signal },
  );
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [word, proof.password],
    // Errors are a JSON string, or an object with a message where the request has not the form of the API.
    complaint: (body, { body: text }) => ({ words: textIn(body, 'message') || text.slice(0, 300) }),
  });
}

interface Proof {
  readonly scheme: 'Basic' | 'Bearer';
  /** Empty: there is none. */
  readonly word: string;
  readonly password: string;
}

async function proofOf(options: Options): Promise<Proof | { readonly detail: string }> {
  const file = options['token-file'];
  if (file !== undefined) {
    const token = await readSecret(file);
    if (!token.ok) return token;
    const word = token.secret.reveal();
    return /^[\x21-\x7e]+$/.test(word)
      ? { scheme: 'Bearer', word, password: '' }
      : { detail: `${file} holds no token` };
  }
  const read = await readLogin(options);
  if (!read.ok) return read;
  if (read.login === undefined) return { scheme: 'Basic', word: '', password: '' };
  const { user, password } = read.login;
  return { scheme: 'Basic', word: Buffer.from(`${user}:${password}`).toString('base64'), password };
}
