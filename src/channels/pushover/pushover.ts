import { z } from 'zod';
import { alertKeyOf } from '../alert-key.ts';
import { fitted } from '../fitted-text.ts';
import type { Delivery, Message } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import type { TextShape } from '../../render/shape.ts';
import { plainShape } from '../../render/x-text.ts';
import type { Attempt, Channel, ChannelKind, ChannelPorts } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { type HttpService, openService, serviceTimeout, under, withToken } from '../http-call.ts';
import { linkIn } from '../link.ts';
import { probeBy } from '../chat-probe.ts';
import { idOf } from '../taken-as.ts';
import { httpAddress } from '../http-address.ts';
import { deliveryOfPushover } from './answer.ts';

const options = z
  .strictObject({
    'token-file': z.string().describe('File (mode 0600) with the API token of an application.'),
    'user-key-file': z.string().describe('File (mode 0600) with the key of the user or group.'),
    device: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,25}$/)
      .optional()
      .describe('Only this device of theirs.'),
    sound: z
      .string()
      .regex(/^[a-z0-9_-]{1,20}$/)
      .optional()
      .describe('The sound, as Pushover names it.'),
    emergency: z
      .boolean()
      .default(true)
      .describe('Whether critical alerts ring until somebody acknowledges them (priority 2).'),
    retry: durationOption(millis(3 * 3_600_000))
      .default('1m')
      .describe('How often an emergency rings again: 30s or more.'),
    expire: durationOption(millis(3 * 3_600_000))
      .default('1h')
      .describe('How long it does so: 3h at most.'),
    api: httpAddress.default('https://api.pushover.net').describe('Where the API is.'),
    timeout: serviceTimeout,
  })
  .refine(({ retry }) => durationOf(retry) >= 30_000, { path: ['retry'], message: 'must be 30s or more' });

type Options = z.infer<typeof options>;

const shape: TextShape = { ...plainShape, limit: 1024, maxParts: 2 };

/**
 * Push by Pushover. By https://pushover.net/api (Limitations, Message Priority, Being Friendly to our API)
 * and https://pushover.net/api/receipts: 1,024 characters of text and 250 of title, 10,000 messages a month
 * and application, two connections at once, and `retry` and `expire` with priority 2.
 */
export const pushover: ChannelKind<Options> = {
  kind: 'pushover',
  summary: 'A push message by Pushover; critical ones ring until they are acknowledged.',
  options,
  concurrency: 2,
  budgets: [{ window: millis(31 * 24 * 3_600_000), limit: 10_000 }],
  budgetKey: ({ 'token-file': token }) => `pushover ${token}`,
  resolved: true,
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    return {
      send: (attempt) =>
        withToken(options['token-file'], (token) =>
          withToken(options['user-key-file'], (user) =>
            send({ service, options, ports, token, user }, attempt),
          ),
        ),
      probe: probeBy((signal) =>
        withToken(options['token-file'], (token) =>
          withToken(options['user-key-file'], (user) =>
            validate({ service, options, ports, token, user }, signal),
          ),
        ),
      ),
      close: () => service.close(),
    };
  },
};

interface World {
  readonly service: HttpService;
  readonly options: Options;
  readonly ports: ChannelPorts;
  readonly token: string;
  readonly user: string;
}

async function send(world: World, attempt: Attempt): Promise<Delivery> {
  const { service, options, ports, token, user } = world;
  await silence(world, attempt);
  const limits = { timeoutMs: durationOf(options.timeout), signal: attempt.signal };
  const url = under(options.api, '1/messages.json');
  const answer = await service.call({ url, form: { token, user, ...formOf(attempt, options) } }, limits);
  return deliveryOfPushover(answer, ports.now(), [token, user]);
}

/**
 * What is over need not ring any more, however often it was told and in however many parts (Cancelling by tag,
 * https://pushover.net/api/receipts#cancel_by_tag). How that goes counts for nothing: the ringing ends by itself,
 * and the message is what matters.
 */
async function silence({ service, options, token }: World, attempt: Attempt): Promise<void> {
  const { earlier = '', message, signal } = attempt;
  // Emergencies may have been told before the configuration was changed.
  if (message.payload.reason !== 'resolved' || !(options.emergency || earlier !== '')) return;
  const url = under(options.api, `1/receipts/cancel_by_tag/${tagOf(message)}.json`);
  await service.call({ url, form: { token } }, { timeoutMs: millis(5000), signal });
}

/** By what the ringing of an alert is ended. */
const tagOf = (message: Message): string => idOf(alertKeyOf(message));

/** Whether the application may write to the user (User/Group Verification of https://pushover.net/api). */
async function validate(
  { service, options, ports, token, user }: World,
  signal: AbortSignal,
): Promise<Delivery> {
  const device = options.device === undefined ? {} : { device: options.device };
  const call = { url: under(options.api, '1/users/validate.json'), form: { token, user, ...device } };
  const answer = await service.call(call, { timeoutMs: durationOf(options.timeout), signal });
  return deliveryOfPushover(answer, ports.now(), [token, user]);
}

function formOf({ message, part }: Attempt, options: Options): { readonly [name: string]: string } {
  const text = message.parts.length > 1 ? (message.parts[part] ?? '') : message.body;
  const link = linkIn(message);
  const priority = priorityOf(message, options.emergency);
  const seconds = (text: string): string => String(Math.floor(durationOf(text) / 1000));
  return {
    title: fitted(message.title, 250),
    // An empty message is refused.
    message: text.trim() === '' ? message.title || 'Alert' : text,
    priority: String(priority),
    ...(priority === 2
      ? { retry: seconds(options.retry), expire: seconds(options.expire), tags: tagOf(message) }
      : {}),
    ...(link === undefined ? {} : { url: link }),
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(options.sound === undefined ? {} : { sound: options.sound }),
  };
}

/** 2 rings until it is acknowledged, 1 passes the quiet hours of the phone, -1 makes no sound. */
function priorityOf({ severity, payload }: Message, emergency: boolean): number {
  if (payload.status === 'resolved') return -1;
  return { critical: emergency ? 2 : 1, warning: 0, info: -1 }[severity];
}
