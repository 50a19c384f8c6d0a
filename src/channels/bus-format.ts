import { z } from 'zod';
import type { Attempt } from './contract.ts';
import { envelopeOf } from './envelope.ts';

/** What goes over a bus of messages. */
export const formatOption = z
  .enum(['json', 'text'])
  .default('json')
  .describe('Either json: what webhook posts, or text: the words of the message alone.');

/** The bytes of a message on a bus, as text. */
export const payloadOf = (format: 'json' | 'text', attempt: Attempt): string =>
  format === 'json' ? JSON.stringify(envelopeOf(attempt)) : (attempt.message.parts[attempt.part] ?? '');
