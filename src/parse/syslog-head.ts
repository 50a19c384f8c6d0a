import { afterDigits, digitAt, digitsAt } from './digits.ts';

const MAX_TAG = 128;
const BLANK = 32;
const OPEN = 91;
const CLOSE = 93;
const COLON = 58;

/** `<34>`: the value and the offset after it. */
export function priAt(text: string): { readonly pri: number; readonly end: number } | undefined {
  if (text.charCodeAt(0) !== 60) return undefined;
  const end = afterDigits(text, 1);
  if (end === 1 || end > 4 || text.charCodeAt(end) !== 62) return undefined;
  const pri = digitsAt(text, 1, end - 1);
  return pri > 191 ? undefined : { pri, end: end + 1 };
}

/** Who wrote a line, and where its message begins. */
export interface Tag {
  readonly program: string;
  readonly pid?: string;
  readonly end: number;
}

/**
 * `prog[123]: `, `prog: ` or `prog[123] `, as syslog(3) puts it before the message. A colon counts only
 * before a blank or the end, so that `http://…` is no tag. Exactly one blank after it is taken.
 */
export function tagAt(text: string, from: number): Tag | undefined {
  const limit = Math.min(text.length, from + MAX_TAG);
  for (let at = from; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code <= BLANK) return undefined;
    if (at === from) continue;
    if (code === COLON && endsWord(text, at + 1)) {
      return { program: text.slice(from, at), end: afterBlank(text, at + 1) };
    }
    if (code === OPEN) {
      const tag = tagWithPid(text, from, at);
      if (tag !== undefined) return tag;
    }
  }
  return undefined;
}

function tagWithPid(text: string, from: number, open: number): Tag | undefined {
  const close = afterDigits(text, open + 1);
  if (close === open + 1 || close > open + 11 || text.charCodeAt(close) !== CLOSE) return undefined;
  const program = text.slice(from, open);
  const pid = text.slice(open + 1, close);
  const after = close + 1;
  if (text.charCodeAt(after) === COLON) return { program, pid, end: afterBlank(text, after + 1) };
  return endsWord(text, after) ? { program, pid, end: afterBlank(text, after) } : undefined;
}

/** The offset after the word at `from`. */
export function afterWord(text: string, from: number): number {
  const blank = text.indexOf(' ', from);
  return blank < 0 ? text.length : blank;
}

/** Whether a word can be a host: a name, an address, perhaps with a relay's slash. Levels are not. */
export function looksLikeHost(text: string, from: number, end: number): boolean {
  if (end === from || end - from > 255) return false;
  for (let at = from; at < end; at++) {
    if (!isHostCode(text.charCodeAt(at))) return false;
  }
  return true;
}

const isHostCode = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 45 && code <= 58) ||
  code === 95 ||
  code === 64 ||
  code > 127;

const endsWord = (text: string, at: number): boolean => at >= text.length || text.charCodeAt(at) === BLANK;

/** The offset after the blank at `at`, if there is one. */
export const afterBlank = (text: string, at: number): number => (text.charCodeAt(at) === BLANK ? at + 1 : at);

/** Whether a version number and a blank stand at `at`, as in RFC 5424's head. */
export function versionAt(text: string, at: number): number {
  const end = afterDigits(text, at);
  if (end === at || end > at + 3 || digitAt(text, at) === 0) return -1;
  return text.charCodeAt(end) === BLANK ? end + 1 : -1;
}
