import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { probeBy } from '../chat-probe.ts';
import type { Attempt, Channel, ChannelKind } from '../contract.ts';
import { idempotencyKeyOf } from '../envelope.ts';
import { defaultSmsShape, phoneNumber, smsOptions, smsShapeFor } from '../sms-options.ts';
import { leaveFile, objectionNow } from './leave-file.ts';
import { spoolFile } from './spool-file.ts';

const options = z.strictObject({
  to: phoneNumber.describe('Whose phone it is.'),
  spool: z
    .string()
    .startsWith('/')
    .default('/var/spool/sms/outgoing')
    .describe('The folder that smsd sends from: `outgoing` of its configuration.'),
  queue: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/)
    .optional()
    .describe('Which of smsd’s queues, and so which modem. Default: as smsd finds by the number.'),
  'max-waiting': z
    .int()
    .min(1)
    .max(100_000)
    .default(1000)
    .describe('With so many files in the folder nothing more is left there: smsd does not take them.'),
  ...smsOptions,
});

type Options = z.infer<typeof options>;

/** SMS by SMS Server Tools 3: each is a file in the folder that its daemon sends from. */
export const smstools: ChannelKind<Options> = {
  kind: 'smstools',
  summary: 'SMS by a modem at this machine, through the spool folder of SMS Server Tools.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: false,
  needs: 'smsd of SMS Server Tools and a modem',
  shownAgainst: 'smsd 3.1.21 with a stand-in of a modem',
  shape: defaultSmsShape,
  shapeFor: smsShapeFor,
  open: async (options): Promise<Channel> => ({
    send: (attempt) => leave(options, attempt),
    probe: probeBy(async (signal) => {
      const { spool, 'max-waiting': maxWaiting } = options;
      const objection = await objectionNow({ folder: spool, name: '', maxWaiting, signal });
      return objection ?? { type: 'sent', receipt: `${spool} can be written` };
    }),
    close: async () => undefined,
  }),
};

function leave(options: Options, attempt: Attempt): Promise<Delivery> {
  const { to, queue, spool, 'max-waiting': maxWaiting } = options;
  const content = spoolFile(attempt.message.parts[attempt.part] ?? '', { to, queue });
  // A repeat takes the place of what still lies there of the first attempt.
  const name = createHash('sha256')
    .update(`${idempotencyKeyOf(attempt)} ${to}`)
    .digest('hex')
    .slice(0, 20);
  return leaveFile(
    { folder: spool, name: `bird-sentinel-${name}`, maxWaiting, signal: attempt.signal },
    content,
  );
}
