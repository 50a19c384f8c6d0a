import { z } from 'zod';
import { jsonForTerminal, safeForTerminal } from '../../kit/terminal.ts';
import type { Channel, ChannelKind } from '../contract.ts';
import { plainShape } from '../../render/x-text.ts';

const options = z.strictObject({
  json: z.boolean().default(false).describe('Alerts as JSON, one a line, instead of words.'),
});

/** The terminal (or the log) of whoever runs the program. */
export const screen: ChannelKind<z.infer<typeof options>> = {
  kind: 'screen',
  summary: 'Printed where the program runs.',
  options,
  concurrency: 1,
  budgets: [],
  resolved: true,
  shownAgainst: 'what it prints',
  local: true,
  isSilent: true,
  shape: plainShape,
  open: async ({ json }, ports): Promise<Channel> => ({
    send: async ({ message, part }) => {
      if (json && part > 0) return { type: 'sent' };
      const text = json ? jsonForTerminal(message.payload) : safeForTerminal(message.parts[part] ?? '');
      const trouble = await ports.print(text);
      if (trouble === undefined) return { type: 'sent' };
      const detail = `standard output cannot be written (${trouble})`;
      return { type: 'retry', reason: 'unavailable', detail };
    },
    close: async () => undefined,
  }),
};
