import { z } from 'zod';
import { smsShape } from '../render/sms-text.ts';
import type { TextShape } from '../render/shape.ts';

/** A phone number: `+` and country code, or as the network at hand takes it. */
export const phoneNumber = z
  .string()
  .regex(/^\+?[0-9]{2,15}$/, 'must be a phone number such as +491701234567, digits only');

/** What every kind that sends SMS can be told about its texts. */
export const smsOptions = {
  'max-segments': z
    .int()
    .min(1)
    .max(10)
    .default(2)
    .describe('Most SMS of one message; each counts and is paid for. What is over is left out.'),
  transliterate: z
    .boolean()
    .default(true)
    .describe('Whether letters that make an SMS hold 70 instead of 160 become ones that look like them.'),
};

interface Words {
  readonly 'max-segments': number;
  readonly transliterate: boolean;
}

/** The shape that these options ask for. */
export const smsShapeFor = (options: Words): TextShape =>
  smsShape({ maxSegments: options['max-segments'], transliterate: options.transliterate });

/** The shape while nothing else is asked for. */
export const defaultSmsShape: TextShape = smsShape({ maxSegments: 2, transliterate: true });
