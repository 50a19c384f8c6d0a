import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { notAuthorised } from '../attempt-course.ts';
import { probeBy } from '../chat-probe.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import type { Complaint } from '../http-answer.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  isObject,
  type JsonObject,
  openService,
  serviceTimeout,
  textIn,
  under,
} from '../http-call.ts';
import { readLogin } from '../login-option.ts';
import {
  type Addressing,
  addressingOptions,
  addressingTemplates,
  openAddressing,
} from '../nagios/addressing.ts';
import { type CheckResult, fitOutput, hostStateOf, nagiosShape } from '../nagios/check-result.ts';
import { isLoopback } from '../server-address.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';

const options = z
  .strictObject({
    url: httpAddress.describe('The API of Icinga 2: https://icinga.example.org:5665.'),
    user: z.string().min(1).max(250).describe('An ApiUser with the permission actions/process-check-result.'),
    'password-file': z.string().describe('File (mode 0600) that holds its password.'),
    ttl: durationOption(millis(30 * 86_400_000))
      .optional()
      .describe('When the state counts as stale, so that Icinga 2 makes a check of its own (freshness).'),
    timeout: serviceTimeout,
    ...addressingOptions,
  })
  .refine(({ url }) => url.startsWith('https:') || isLoopback(new URL(url).hostname), {
    path: ['url'],
    message: 'must be https://: the password would go over the network in the open',
  });

type Options = z.infer<typeof options>;

/** An Icinga 2, by its API: by "Icinga 2 API", Actions, process-check-result. */
export const icinga2: ChannelKind<Options> = {
  kind: 'icinga2',
  summary: 'A passive check result for Icinga 2, by its API.',
  options,
  // The last result is the state: an end must not overtake its beginning.
  concurrency: 1,
  budgets: [],
  resolved: true,
  followUps: 'update',
  needs: 'the API of Icinga 2',
  shownAgainst: 'Icinga 2.13.6',
  isSilent: true,
  templates: addressingTemplates,
  shape: nagiosShape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    const world: World = { service, addressing: await openAddressing(options), options, ports };
    return {
      send: (attempt) => send(world, attempt),
      probe: probeBy((signal) => ask(world, signal)),
      close: () => service.close(),
    };
  },
  expiries: ({ url }, { http }, signal) => webhookExpiries({ url, tokenFile: undefined }, http, signal),
};

interface World {
  readonly service: HttpService;
  readonly addressing: Addressing;
  readonly options: Options;
  readonly ports: ChannelPorts;
}

async function send(world: World, { message, part, signal }: Attempt): Promise<Delivery> {
  const { addressing, ports, options } = world;
  const addressed = addressing.resultOf(message, part, ports.now());
  if (!addressed.ok) return { type: 'failed', reason: 'recipient', detail: addressed.detail };
  const note = addressed.note === undefined ? '' : `, ${addressed.note}`;
  const call = { path: 'v1/actions/process-check-result', json: actionOf(addressed.result, options.ttl) };
  return exchange(world, call, signal, (body) => meaning(body, note));
}

const longestOutput = 4096;

/** Names stand beside the filter and never in it: the filter is a program to Icinga 2. */
function actionOf({ host, service, code, output }: CheckResult, ttl: string | undefined): JsonObject {
  const [first = '', ...more] = fitOutput(output, longestOutput).split('\n');
  const bar = first.indexOf('|');
  const text = [bar === -1 ? first : first.slice(0, bar), ...more].join('\n');
  const data = bar === -1 ? {} : { performance_data: first.slice(bar + 1) };
  const whose =
    service === undefined
      ? { type: 'Host', filter: 'host.name == h', filter_vars: { h: host }, exit_status: hostStateOf(code) }
      : {
          type: 'Service',
          filter: 'host.name == h && service.name == s',
          filter_vars: { h: host, s: service },
          exit_status: code,
        };
  return {
    ...whose,
    plugin_output: text,
    ...data,
    check_source: 'bird-sentinel',
    ...(ttl === undefined ? {} : { ttl: durationOf(ttl) / 1000 }),
  };
}

/** Each object that the filter found has an answer of its own. */
function meaning(body: JsonObject | undefined, note: string): Delivery | Complaint {
  const results = resultsIn(body) ?? [];
  if (results.length === 0 || results.some(({ code }) => typeof code !== 'number' || code >= 300))
    return complaintOf(body);
  return { type: 'sent', receipt: `processed by ${results.length === 1 ? 'one object' : 'several'}${note}` };
}

/** Nothing found is a status 404, or (2.13) a status 500 with no results in it. */
function complaintOf(body: JsonObject | undefined): Complaint {
  const results = resultsIn(body);
  if (results === undefined) return { words: textIn(body, 'status') };
  const [first] = results.filter(({ code }) => typeof code !== 'number' || code >= 300);
  if (first === undefined) return { words: 'no such host or service', reason: 'recipient' };
  // Of the object, not of the request: 503 while it is inactive or Icinga 2 reloads.
  const isIll = typeof first['code'] === 'number' && first['code'] >= 500;
  return { words: textIn(first, 'status'), reason: isIll ? 'unavailable' : 'rejected' };
}

const resultsIn = (body: JsonObject | undefined): readonly JsonObject[] | undefined =>
  Array.isArray(body?.['results']) ? body['results'].filter(isObject) : undefined;

/** Whether the API lets this user in. */
const ask = (world: World, signal: AbortSignal): Promise<Delivery> =>
  exchange(world, { path: 'v1' }, signal, () => ({ type: 'sent', receipt: 'the API lets us in' }));

async function exchange(
  { service, options, ports }: World,
  { path, json }: { readonly path: string; readonly json?: JsonObject },
  signal: AbortSignal,
  accepted: (body: JsonObject | undefined) => Delivery | Complaint,
): Promise<Delivery> {
  const login = await readLogin(options);
  if (!login.ok) return notAuthorised(login.detail);
  const { user = '', password = '' } = login.login ?? {};
  const proof = Buffer.from(`${user}:${password}`).toString('base64');
  const answer = await service.call(
    {
      method: json === undefined ? 'GET' : 'POST',
      url: under(options.url, path),
      headers: { authorization: `Basic ${proof}` },
      ...(json === undefined ? {} : { json }),
    },
    { timeoutMs: durationOf(options.timeout), signal },
  );
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [proof, password],
    bodyDecides: true,
    complaint: complaintOf,
    accepted,
  });
}
