/** Stands in templates for a value: a number, an address, an identifier, a quoted text. */
export const VALUE = '<*>';

/** Most of a line that is looked at, in UTF-16 code units, and most words of it. */
const LONGEST_TEXT = 1024;
const MOST_WORDS = 40;

/** Runs of letters longer than this are no word of a language. */
const LONGEST_WORD = 48;

/** Stands for all words after the last one that is looked at. */
const REST = '…';

/**
 * The template of a message: its words, joined by single blanks, with `<*>` for what differs from line to line.
 * A function of the text alone: one pass, without regular expressions, over at most a kibibyte.
 * `Failed password for ann from 192.0.2.7 port 22` gives `Failed password for ann from <*> port <*>`. Names are
 * words like others: the rule kind `novel` finds out by itself where they change.
 */
export function lineTemplate(text: string): string {
  const end = Math.min(text.length, LONGEST_TEXT);
  let out = '';
  let words = 0;
  let from = 0;
  let isPlain = true;
  for (let at = 0; at <= end; at += 1) {
    const code = at < end ? text.charCodeAt(at) : 0;
    // Words are parted by blanks and control characters; a quoted text is part of its word.
    if (code > 0x20) {
      if (code === QUOTE) at = endOfQuoted(text, at, end);
      if (code === QUOTE || isDigitCode(code)) isPlain = false;
      continue;
    }
    if (at > from) {
      if (words === MOST_WORDS) return `${out} ${REST}`;
      const word = text.slice(from, at);
      const written = isPlain && word.length <= LONGEST_WORD ? word : templateOfWord(word);
      out = words === 0 ? written : `${out} ${written}`;
      words += 1;
    }
    from = at + 1;
    isPlain = true;
  }
  return out;
}

const QUOTE = 0x22;

/** Where a quoted text ends; at its beginning when nothing closes it. */
function endOfQuoted(text: string, at: number, limit: number): number {
  const end = text.indexOf('"', at + 1);
  return end < 0 || end >= limit ? at : end;
}

function templateOfWord(word: string): string {
  if (isHexadecimal(word)) return VALUE;
  let out = '';
  for (let at = 0; at < word.length;) {
    const end = endOfPiece(word, at);
    const piece = word.slice(at, end);
    if (word.charAt(at) === '"' && end - at > 1) out = `${out}"${VALUE}"`;
    else if (isValue(piece)) out = joinedValue(out);
    else out += piece;
    at = end;
  }
  return out;
}

/** A piece is a run of letters and digits, a quoted text, or one other character. */
function endOfPiece(word: string, from: number): number {
  if (word.charAt(from) === '"') return endOfQuoted(word, from, word.length) + 1;
  let at = from;
  while (at < word.length && isWordCode(word.charCodeAt(at))) at += 1;
  return Math.max(at, from + 1);
}

const isDigitCode = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isWordCode = (code: number): boolean =>
  isDigitCode(code) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  code > 0x7f;

function isValue(piece: string): boolean {
  if (piece.length > LONGEST_WORD) return true;
  for (let at = 0; at < piece.length; at += 1) if (isDigitCode(piece.charCodeAt(at))) return true;
  return false;
}

/** `12:30:01` and `10.0.0.1:22` are one value each. */
function joinedValue(before: string): string {
  let end = before.length;
  while (end > 0 && '.:-/,+'.includes(before.charAt(end - 1))) end -= 1;
  return end < before.length && before.slice(0, end).endsWith(VALUE) ? before.slice(0, end) : before + VALUE;
}

/** What has hexadecimal digits and the signs of addresses and identifiers alone, and a digit or a colon pair. */
function isHexadecimal(word: string): boolean {
  let digits = 0;
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at);
    const letter = code | 0x20;
    if (isDigitCode(code)) digits += 1;
    else if (!(letter >= 0x61 && letter <= 0x66) && code !== 0x3a && code !== 0x2d && code !== 0x2e)
      return false;
  }
  return digits > 0;
}
