import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { probeBy } from '../chat-probe.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import type { Complaint } from '../http-answer.ts';
import {
  deliveryOfAnswer,
  type HttpService,
  isObject,
  type JsonObject,
  openService,
  serviceTimeout,
  textIn,
  withSecret,
} from '../http-call.ts';
import {
  type Addressing,
  addressingOptions,
  addressingTemplates,
  openAddressing,
} from '../nagios/addressing.ts';
import { type CheckResult, fitOutput, hostStateOf, nagiosShape } from '../nagios/check-result.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';

const options = z.strictObject({
  url: httpAddress.describe(
    'Where NRDP answers: https://nagios.example.org/nrdp/. By http:// the token goes in the open.',
  ),
  'token-file': z.string().describe('File (mode 0600) with a token of NRDP’s authorized_tokens.'),
  timeout: serviceTimeout,
  ...addressingOptions,
});

type Options = z.infer<typeof options>;

/**
 * A Nagios on another machine, behind NRDP 2. By its source (https://github.com/NagiosEnterprises/nrdp, 2.0.3:
 * server/plugins/nagioscorepassivecheck and server/includes); no server of it was at hand.
 */
export const nrdp: ChannelKind<Options> = {
  kind: 'nrdp',
  summary: 'A passive check result for a Nagios on another machine, by NRDP over HTTP.',
  options,
  // The last result is the state: an end must not overtake its beginning.
  concurrency: 1,
  budgets: [],
  resolved: true,
  followUps: 'update',
  needs: 'a server of NRDP',
  shownAgainst: 'a stand-in of ours; no NRDP was tried',
  isSilent: true,
  templates: addressingTemplates,
  shape: nagiosShape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    const addressing = await openAddressing(options);
    return {
      send: (attempt) =>
        withSecret(options['token-file'], (token) =>
          send({ service, addressing, options, ports, token }, attempt),
        ),
      probe: probeBy((signal) => hello(service, options, ports, signal)),
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
  readonly token: string;
}

async function send(world: World, { message, part, signal }: Attempt): Promise<Delivery> {
  const { service, addressing, options, ports, token } = world;
  const addressed = addressing.resultOf(message, part, ports.now());
  if (!addressed.ok) return { type: 'failed', reason: 'recipient', detail: addressed.detail };
  const json = JSON.stringify({ checkresults: [checkOf(addressed.result)] });
  const answer = await service.call(
    { url: options.url, form: { token, cmd: 'submitcheck', json } },
    { timeoutMs: durationOf(options.timeout), signal },
  );
  const note = addressed.note === undefined ? '' : `, ${addressed.note}`;
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [token],
    bodyDecides: true,
    accepted: (body) => meaning(body, note),
  });
}

/** Nagios Core keeps 8 KiB. */
const longestOutput = 4096;

function checkOf({ host, service, code, output }: CheckResult): JsonObject {
  const check = { checkresult: { type: service === undefined ? 'host' : 'service', checktype: '1' } };
  const state = String(service === undefined ? hostStateOf(code) : code);
  return {
    ...check,
    hostname: host,
    ...(service === undefined ? {} : { servicename: service }),
    state,
    // It makes \n of newlines for Nagios, but leaves backslashes, which Nagios undoes too.
    output: fitOutput(output, longestOutput).replaceAll('\\', '\\\\'),
  };
}

/** NRDP says all it says under status 200: `status` 0, or -1 with a message in capitals. */
function meaning(body: JsonObject | undefined, note = ''): Delivery | Complaint {
  const result = isObject(body?.['result']) ? body['result'] : undefined;
  const words = textIn(result, 'message');
  const meta = isObject(result?.['meta']) ? result['meta'] : undefined;
  const processed = /^\d+ checks? processed/i.exec(textIn(meta, 'output'))?.[0];
  if (result?.['status'] === 0 && processed !== undefined && !processed.startsWith('0 '))
    return { type: 'sent', receipt: `${processed}${note}` };
  if (result === undefined) return { words: 'what answers there is not NRDP', reason: 'unavailable' };
  return { words: words === '' ? 'it took no result' : words, reason: reasonOf(words) };
}

/** Its errors by their texts (server/includes/constants.inc.php): who we are, what it lacks now, else the result. */
function reasonOf(words: string): NonNullable<Complaint['reason']> {
  if (/TOKEN|AUTH|USER|HTTPS/i.test(words)) return 'auth';
  return /WRIT|OPEN|DIR|FILE/i.test(words) ? 'unavailable' : 'rejected';
}

/** The command that needs no token. */
async function hello(
  service: HttpService,
  { url, timeout }: Options,
  ports: ChannelPorts,
  signal: AbortSignal,
): Promise<Delivery> {
  const limits = { timeoutMs: durationOf(timeout), signal };
  const answer = await service.call({ url, form: { cmd: 'hello', json: '{}' } }, limits);
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: [],
    accepted: (body) =>
      body === undefined
        ? { words: 'what answers there is not NRDP' }
        : { type: 'sent', receipt: 'NRDP answers; the token cannot be tried without a result' },
  });
}
