import type { TextShape } from './shape.ts';
import { bitsOf, smsBits } from './sms-alphabet.ts';
import { transliterate } from './sms-transliterate.ts';
import { cleanText } from './x-neutralise.ts';

/** How texts become SMS. */
export interface SmsWords {
  /** Most SMS of one message. */
  readonly maxSegments: number;
  /** Whether letters that cost more become ones that look like them. */
  readonly transliterate: boolean;
}

/**
 * SMS: each part is one, of 160 letters in the GSM alphabet or 70 in UCS-2, with its ` (1/2)` if there are
 * several. So a part costs what the network charges for one, budgets count what is paid, one that was lost
 * is sent again alone, and no gateway has to know how to join them.
 */
export const smsShape = (words: SmsWords): TextShape => ({
  limit: smsBits,
  maxParts: words.maxSegments,
  measure: bitsOf,
  // The GSM alphabet has no tab, and one alone would make everything dearer.
  neutralise: (text) => spell(cleanText(text).replaceAll('\t', ' '), words),
  layout: 'block',
  ellipsis: '...',
});

const spell = (text: string, words: SmsWords): string => (words.transliterate ? transliterate(text) : text);
