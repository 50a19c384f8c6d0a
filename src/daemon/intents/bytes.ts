/**
 * The bytes that a rule's text stands for: one for each character, or UTF-8 where the text holds
 * characters that no byte is.
 */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, isBytes(text) ? 'latin1' : 'utf8');
}

/** The same as text for those parts of Node that take no bytes; what is no UTF-8 becomes U+FFFD. */
export const textOf = (text: string): string => bytesOf(text).toString('utf8');

const isBytes = (text: string): boolean => !/[^\u0000-\u00ff]/.test(text);
