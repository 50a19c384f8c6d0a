import { z } from 'zod';
import { safeForTerminal } from '../../kit/terminal.ts';
import type { Channel, ChannelKind } from '../contract.ts';
import { plainShape } from '../../render/x-text.ts';

const options = z.strictObject({});

/** The terminal (or the log) of whoever runs the program. */
export const screen: ChannelKind<z.infer<typeof options>> = {
  kind: 'screen',
  summary: 'Printed where the program runs.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  shape: plainShape,
  open: async (_options, ports): Promise<Channel> => ({
    send: async ({ message, part }) => {
      ports.print(safeForTerminal(message.parts[part] ?? ''));
      return { type: 'sent' };
    },
    close: async () => undefined,
  }),
};
