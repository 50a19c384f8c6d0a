import type { Message } from '../model/delivery.ts';
import type { TextShape } from '../render/shape.ts';
import { cleanText } from '../render/x-neutralise.ts';
import type { Attempt } from './contract.ts';

/** A part of a message as a chat shows it. */
export interface ChatText {
  /** One line of words in which no service finds markup, a link or a mention; only the first part has one. */
  readonly head: string;
  /** Everything else, to be shown as it is; may be empty. */
  readonly body: string;
}

/**
 * The part of a message that is sent now. Its title becomes the head where it is made of plain words only;
 * else the head is the severity, and the title stands in the body.
 */
export function chatTextOf({ message, part }: Pick<Attempt, 'message' | 'part'>): ChatText {
  const text = cleanText(message.parts[part] ?? '');
  if (part > 0) return { head: '', body: text };
  const mark = isEnd(message) ? '✅' : marks[message.severity];
  const title = cleanText(message.title);
  if (text === title && isPlain(title)) return { head: `${mark} ${title}`, body: '' };
  if (text.startsWith(`${title}\n`) && isPlain(title))
    return { head: `${mark} ${title}`, body: text.slice(title.length + 1) };
  return { head: `${mark} ${isEnd(message) ? 'RESOLVED' : message.severity.toUpperCase()}`, body: text };
}

const marks: Readonly<Record<Message['severity'], string>> = { critical: '🔴', warning: '🟠', info: '🔵' };

/** Whether a message says that an alert is over. */
export const isEnd = ({ payload }: Message): boolean => payload.reason === 'resolved';

/**
 * Letters and digits, blanks, and signs that no chat takes for markup. Dots and colons only before a blank,
 * as within a word they make addresses and emoji; no long numbers, which are linked as telephones.
 */
const isPlain = (text: string): boolean =>
  text.length <= 300 &&
  /^(?:[\p{L}\p{M}\p{N} ,;%'"?!+-]|[.:](?= |$))+$/u.test(text) &&
  !/\d{5}|--/.test(text);

/**
 * A body as a block of code in Markdown, where nothing is formatted, linked or mentioned; empty for an empty
 * one. Three backticks in it would end it: they become three apostrophes.
 */
const codeBlock = (body: string): string =>
  body === '' ? '' : `\`\`\`\n${body.replaceAll('```', "'''")}\n\`\`\``;

/** A part as Markdown: the head in `bold`, everything else as code. */
export function markdownOf(attempt: Pick<Attempt, 'message' | 'part'>, bold = '**'): string {
  const { head, body } = chatTextOf(attempt);
  return [head === '' ? '' : `${bold}${head}${bold}`, codeBlock(body)]
    .filter((text) => text !== '')
    .join('\n');
}

/** What of a service's limit is not for the text: the mark and word of the head, and the block around the rest. */
export const frameLength = 48;

/** The shape of text for a chat that shows at most `limit` of what `measure` counts. */
export const chatShape = (
  limit: number,
  measure: TextShape['measure'] = (text) => text.length,
): TextShape => ({
  limit: limit - frameLength,
  maxParts: 3,
  measure,
  neutralise: cleanText,
  layout: 'block',
});

/** The number of Unicode code points, as services count that are written in Go or Python. */
export function codePoints(text: string): number {
  let pairs = 0;
  for (let at = 1; at < text.length; at++) {
    if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) pairs++;
  }
  return text.length - pairs;
}

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
