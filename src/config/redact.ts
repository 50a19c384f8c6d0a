import { z } from 'zod';
import type { ChannelKind } from '../channels/contract.ts';
import { redactable, type Redactable } from '../render/redactable.ts';

/** `redact`, of the configuration and of a channel. */
const redact = z.union([z.enum(['off', 'secrets']), z.array(z.enum(redactable)).min(1)]);

/** The schema of the key for all channels. */
export const redactAllSchema = redact
  .optional()
  .describe(
    'What is taken out of messages that leave this machine: off, secrets, or a list. Default: secrets.',
  );

/** The schema of the key of one channel. */
export const redactSchema = redact
  .optional()
  .describe(
    'What is taken out of its messages: off, secrets, or a list. Default: as `redact` says; off where messages stay on this machine.',
  );

export type WrittenRedact = z.infer<typeof redact>;

/** What is taken out of a channel's messages: its own key counts, then that of all that leave the machine. */
export function redactOf(
  own: WrittenRedact | undefined,
  all: WrittenRedact | undefined,
  kind: Pick<ChannelKind<unknown>, 'local'>,
): readonly Redactable[] {
  const asked = own ?? (kind.local === true ? 'off' : (all ?? 'secrets'));
  if (asked === 'off') return [];
  return asked === 'secrets' ? ['secrets'] : [...new Set(asked)];
}
