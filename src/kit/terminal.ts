/**
 * C0 and C1 controls but tab and newline, DEL, line and paragraph separators, the controls of writing
 * direction, and what is never shown but can hide text. All that a terminal might obey.
 */
const HOSTILE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu;

/**
 * Text that a terminal shows and does not obey: controls stand there as `\x1b` or `\u202e`, a carriage
 * return as `\r`. Tabs and newlines stay.
 */
export function safeForTerminal(text: string): string {
  return text.replace(HOSTILE, visible);
}

/** As `safeForTerminal`, and on one line: a newline stands there as `\n`. */
export function safeLine(text: string): string {
  return safeForTerminal(text).replaceAll('\n', '\\n');
}

/**
 * One line of JSON that a terminal does not obey: what `safeForTerminal` makes visible stands in its
 * strings as `\u009b`, so that it is still JSON and of the same value (RFC 8259, 7).
 */
export function jsonForTerminal(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(HOSTILE, escaped);
}

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

function visible(char: string): string {
  const code = char.charCodeAt(0);
  if (code === 13) return '\\r';
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
