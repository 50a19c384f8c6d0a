import { z } from 'zod';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { isGsm } from '../../render/sms-alphabet.ts';
import type { Attempt, Channel, ChannelKind } from '../contract.ts';
import { durationOf, durationOption } from '../duration-option.ts';
import { exitDetail, runProgram } from '../local-program.ts';
import { defaultSmsShape, phoneNumber, smsOptions, smsShapeFor } from '../sms-options.ts';

const options = z.strictObject({
  to: phoneNumber.describe('Whose phone it is.'),
  'config-file': z
    .string()
    .startsWith('/')
    .default('/etc/gammu-smsdrc')
    .describe('The configuration of gammu-smsd, which says where its queue is.'),
  program: z.string().min(1).default('gammu-smsd-inject').describe('The program that queues an SMS.'),
  ...smsOptions,
  timeout: durationOption(millis(10 * 60_000))
    .default('30s')
    .describe('How long queueing one SMS may take.'),
});

type Options = z.infer<typeof options>;

/**
 * SMS by gammu's daemon: each is queued by `gammu-smsd-inject TEXT` (its man page and that of gammu, under
 * savesms), which reads the text from standard input.
 */
export const gammu: ChannelKind<Options> = {
  kind: 'gammu',
  summary: 'SMS by a modem at this machine, through gammu-smsd.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: false,
  needs: 'gammu-smsd and a modem',
  shownAgainst: 'gammu-smsd 1.42 with its dummy phone',
  shape: defaultSmsShape,
  shapeFor: smsShapeFor,
  open: async (options): Promise<Channel> => ({
    send: (attempt) => inject(options, attempt),
    close: async () => undefined,
  }),
};

function inject(options: Options, { message, part, signal }: Attempt): Promise<Delivery> {
  const { program, to, 'config-file': configFile } = options;
  const text = message.parts[part] ?? '';
  const argv = [program, '-c', configFile, 'TEXT', to, ...(isGsm(text) ? [] : ['-unicode'])];
  return runProgram({ argv, stdin: text, timeout: durationOf(options.timeout), signal }, (code, lastLine) =>
    code === 0
      ? { type: 'sent', receipt: 'queued by gammu-smsd' }
      : // Its codes tell how its queue or its settings failed: nothing that the message could help.
        { type: 'retry', reason: 'unavailable', detail: exitDetail(program, code, lastLine) },
  );
}
