import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { isGsm } from '../../render/sms-alphabet.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf } from '../duration-option.ts';
import { deliveryOfAnswer, type HttpService, openService, serviceTimeout, withSecret } from '../http-call.ts';
import { defaultSmsShape, phoneNumber, smsOptions, smsShapeFor } from '../sms-options.ts';
import { webhookExpiries } from '../webhook/expiries.ts';
import { httpAddress } from '../http-address.ts';
import { callOf, type Filling, hiddenForms, unknownPlaces } from './request.ts';

const name = z.string().regex(/^[A-Za-z0-9_.[\]-]{1,64}$/, 'must be the name of a parameter');
const value = z
  .string()
  .max(1000)
  .regex(/^\P{Cc}*$/u, 'must not hold controls');
const parameters = z.record(name, value).refine((all) => unknownPlaces(all).length === 0, {
  error: ({ input }) =>
    `only {to}, {text}, {password} and {key} can be filled in, not ${unknownPlaces(Object(input)).join(', ')}`,
});

const options = z.strictObject({
  url: httpAddress
    .refine((url) => !/[{}]/.test(url), 'must not have {…} in it')
    .describe('Where the gateway takes messages. What changes stands in parameters.'),
  method: z.enum(['GET', 'POST']).default('POST').describe('GET has the parameters in the address.'),
  format: z
    .enum(['form', 'json'])
    .default('form')
    .describe('How POST carries the parameters: as a form, or as an object of JSON.'),
  to: phoneNumber.describe('Whose phone it is, as the gateway wants it.'),
  parameters: parameters.describe(
    'What the gateway is told, by name. {to}, {text}, {password} and {key} (the same for each attempt) are filled in.',
  ),
  'unicode-parameters': parameters
    .default({})
    .describe('What it is told beside that when the text needs more than the GSM alphabet: coding: 2.'),
  user: z
    .string()
    .regex(/^[^:\p{Cc}]{1,200}$/u)
    .optional()
    .describe('Whom to log in as by HTTP (Basic), with the password of password-file.'),
  'password-file': z
    .string()
    .optional()
    .describe('File (mode 0600) with the password: for user, or for {password}.'),
  accepted: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('What an answer of status 2xx must contain, else it is a refusal. Default: nothing.'),
  ...smsOptions,
  timeout: serviceTimeout,
});

type Options = z.infer<typeof options>;

/** SMS by any gateway that takes them by HTTP, such as Kannel (its User's Guide, "Using the HTTP interface"). */
export const smsHttp: ChannelKind<Options> = {
  kind: 'sms-http',
  summary: 'SMS by a gateway that takes them by HTTP.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: false,
  needs: 'a gateway',
  shownAgainst: 'Kannel 1.4.5',
  shape: defaultSmsShape,
  shapeFor: smsShapeFor,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) => send({ service, options, ports }, attempt),
      close: () => service.close(),
    };
  },
  expiries: ({ url }, { http }, signal) => webhookExpiries({ url, tokenFile: undefined }, http, signal),
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
}

const send = (world: World, attempt: Attempt): Promise<Delivery> => {
  const { 'password-file': file } = world.options;
  return file === undefined
    ? submit(world, attempt, '')
    : withSecret(file, (password) => submit(world, attempt, password));
};

async function submit(
  { service, options, ports }: World,
  { message, part, signal }: Attempt,
  password: string,
): Promise<Delivery> {
  const text = message.parts[part] ?? '';
  const key = message.parts.length > 1 ? `${message.idempotencyKey}-${part + 1}` : message.idempotencyKey;
  const filling: Filling = { to: options.to, text, password, key };
  const written = { ...options.parameters, ...(isGsm(text) ? {} : options['unicode-parameters']) };
  const answer = await service.call(callOf(options, written, filling), {
    timeoutMs: durationOf(options.timeout),
    signal,
  });
  return deliveryOfAnswer(answer, {
    now: ports.now(),
    hidden: hiddenForms(options.user, password),
    bodyDecides: answer.type === 'answer' && !saysYes(options, answer.body),
    complaint: (_body, { body, status }) => ({
      words: body.slice(0, 300),
      ...(status === 404 ? { reason: 'rejected' } : {}),
    }),
    accepted: (_body, { body, status }) =>
      saysYes(options, body) ? { type: 'sent', receipt: `HTTP ${status}` } : { words: body.slice(0, 300) },
  });
}

const saysYes = ({ accepted }: Options, body: string): boolean =>
  accepted === undefined || body.includes(accepted);
