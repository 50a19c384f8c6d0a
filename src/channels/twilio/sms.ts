import { z } from 'zod';
import type { Channel, ChannelKind } from '../contract.ts';
import { openService } from '../http-call.ts';
import { defaultSmsShape, smsOptions, smsShapeFor } from '../sms-options.ts';
import { accountOptions, askAccount, create, e164 } from './account.ts';

const options = z
  .strictObject({
    ...accountOptions,
    to: e164.describe('Whose phone it is.'),
    from: z
      .string()
      .regex(/^(?:\+[1-9][0-9]{5,14}|[0-9]{3,6}|[A-Za-z0-9 ]{1,11})$/, 'must be a number or a name')
      .optional()
      .describe('The number (or short code, or name) of the account that it comes from.'),
    'messaging-service': z
      .string()
      .regex(/^MG[0-9a-f]{32}$/, 'must be MG…')
      .optional()
      .describe('The SID of a messaging service, which chooses the number. Instead of from.'),
    ...smsOptions,
  })
  .refine(({ from, 'messaging-service': pool }) => (from === undefined) !== (pool === undefined), {
    path: ['from'],
    message: 'or messaging-service: one of them',
  });

type Options = z.infer<typeof options>;

/**
 * SMS by Twilio. `price`: $0.0083 for one to the United States, carrier fees apart, by
 * https://www.twilio.com/en-us/sms/pricing/us; elsewhere it may be ten times that.
 */
export const twilio: ChannelKind<Options> = {
  kind: 'twilio',
  summary: 'SMS by Twilio.',
  options,
  concurrency: 1,
  budgets: [],
  price: 0.0083,
  resolved: false,
  shownAgainst: 'a stand-in written from the service’s documentation',
  shape: defaultSmsShape,
  shapeFor: smsShapeFor,
  open: async (options, ports): Promise<Channel> => {
    const service = openService(ports.http);
    const { to, from = '', 'messaging-service': pool } = options;
    const sender = pool === undefined ? { From: from } : { MessagingServiceSid: pool };
    return {
      send: (attempt) => {
        const Body = attempt.message.parts[attempt.part] ?? '';
        return create({ service, account: options, ports }, 'Messages', { To: to, ...sender, Body }, attempt);
      },
      probe: askAccount({ service, account: options, ports }),
      close: () => service.close(),
    };
  },
};
