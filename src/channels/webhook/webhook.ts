import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { envelopeOf, idempotencyKeyOf } from '../envelope.ts';
import { type Http, openHttp } from '../http.ts';
import { tokenObjection } from '../http-call.ts';
import { readSecret } from '../secret-file.ts';
import { httpAddress } from '../http-address.ts';
import { plainShape } from '../../render/x-text.ts';
import { deliveryOf } from './answer.ts';
import { webhookExpiries } from './expiries.ts';
import { signatureOf } from './sign.ts';

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
/** They frame the request or belong to its connection (RFC 9110, sections 7.6.1 and 10.1.1): none could be made with them. */
const framing: readonly string[] = ['content-length', 'expect', 'keep-alive', 'transfer-encoding', 'upgrade'];
const headerValue = /^[\t\x20-\x7e]{0,4096}$/;

const framingIn = (headers: object): string | undefined =>
  Object.keys(headers).find((name) => framing.includes(name.toLowerCase()));

const options = z.strictObject({
  url: httpAddress.describe('Where the alert is posted. An http:// address carries it in the open.'),
  'secret-file': z
    .string()
    .optional()
    .describe('File (mode 0600) whose content signs each request: header Bird-Signature: t=…,v1=….'),
  'token-file': z
    .string()
    .optional()
    .describe('File (mode 0600) whose content is sent as Authorization: Bearer ….'),
  headers: z
    .record(
      z
        .string()
        .regex(
          headerName,
          'must be the name of a header, without blanks and colons (100 characters at most)',
        ),
      z.string().regex(headerValue, 'must be one line of printable ASCII (4096 characters at most)'),
    )
    .refine((all) => framingIn(all) === undefined, {
      error: ({ input }) => `${framingIn(Object(input)) ?? ''} is not for you to set`,
    })
    .optional()
    .describe('Further headers. Not for secrets: they stand in the configuration.'),
  timeout: durationOption(millis(5 * 60_000))
    .default('10s')
    .describe('How long one request may take as a whole.'),
});

type Options = z.infer<typeof options>;

/** A POST of the alert as JSON. */
export const webhook: ChannelKind<Options> = {
  kind: 'webhook',
  summary: 'A POST of the alert as JSON, signed if wanted.',
  options,
  concurrency: 64,
  budgets: [],
  resolved: true,
  shownAgainst: 'a server of Node’s, in each status',
  shape: plainShape,
  open: async (options, ports): Promise<Channel> => {
    const http = openHttp(ports.http);
    return { send: (attempt) => send(http, options, ports, attempt), close: () => http.close() };
  },
  expiries: ({ url, 'token-file': tokenFile }, { http }, signal) =>
    webhookExpiries({ url, tokenFile }, http, signal),
};

async function send(http: Http, options: Options, ports: ChannelPorts, attempt: Attempt): Promise<Delivery> {
  const body = JSON.stringify(envelopeOf(attempt));
  const headers = await headersOf(options, ports, attempt, body);
  if (!headers.ok)
    return { type: 'retry', reason: 'auth', detail: headers.detail, afterMs: millis(5 * 60_000) };
  const request = { method: 'POST', url: options.url, headers: headers.headers, body } as const;
  const limits = { totalMs: durationOf(options.timeout), signal: attempt.signal };
  return deliveryOf(await http.exchange(request, limits), ports.now(), attempt);
}

type Headers =
  | { readonly ok: true; readonly headers: { readonly [name: string]: string } }
  | { readonly ok: false; readonly detail: string };

/** Secrets are read for every request, so that a changed file counts at once. */
async function headersOf(
  options: Options,
  ports: ChannelPorts,
  attempt: Attempt,
  body: string,
): Promise<Headers> {
  const headers: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value;
  headers['content-type'] = 'application/json';
  headers['user-agent'] ??= 'bird-sentinel';
  headers['idempotency-key'] = idempotencyKeyOf(attempt);
  if (options['token-file'] !== undefined) {
    const token = await readSecret(options['token-file']);
    if (!token.ok) return token;
    const objection = tokenObjection(options['token-file'], token.secret.reveal());
    if (objection !== undefined) return { ok: false, detail: objection };
    headers['authorization'] = `Bearer ${token.secret.reveal()}`;
  }
  if (options['secret-file'] !== undefined) {
    const key = await readSecret(options['secret-file']);
    if (!key.ok) return key;
    headers['bird-signature'] = signatureOf(body, key.secret, ports.now());
  }
  return { ok: true, headers };
}
