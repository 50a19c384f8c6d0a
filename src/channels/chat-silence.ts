import { z } from 'zod';
import type { Message } from '../model/delivery.ts';
import { isEnd } from './chat-text.ts';

/** The option `silent` of chats that can bring a message without a sound. */
export const silentOption = z
  .array(z.enum(['info', 'warning', 'critical', 'resolved']))
  .default([])
  .describe('What comes without a sound: severities, and resolved.');

/** Whether a message is to come without one; its end is only `resolved`, whatever it was. */
export const isSilent = (silent: z.infer<typeof silentOption>, message: Message): boolean =>
  silent.includes(isEnd(message) ? 'resolved' : message.severity);
