import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import { auditHead, withInnerPairs } from './audit.ts';
import { emptyFields, fieldsOf } from './fields.ts';
import { recordOf, type Members } from './members.ts';

const MAX_PAIRS = 512;

/** `key=value key="quoted value"`, as Go programs and Heroku write it. */
export const logfmt: LineFormat = {
  name: 'logfmt',
  summary: '`key=value key="quoted"`; its text is the member `message`, `msg` or `MESSAGE`',
  escapes: true,
  parse: parseLogfmt,
};

function parseLogfmt(record: string, context: ParseContext): ParsedRecord | undefined {
  const audit = auditHead(record);
  const members = membersIn(audit === undefined ? record : withInnerPairs(record), context.declared === true);
  if (members === undefined) return undefined;
  // What it calls `msg` is its number, and `hostname` the one that the other side gave.
  return audit === undefined
    ? recordOf(members, record, context)
    : { text: record, ...audit, fields: fieldsOf(members) };
}

/** Guessed, a line must be two pairs or more and nothing else; declared, one pair and bare words will do. */
function membersIn(record: string, declared: boolean): Members | undefined {
  const members = emptyFields();
  let pairs = 0;
  let at = afterBlanks(record, 0);
  while (at < record.length && pairs < MAX_PAIRS) {
    const keyEnd = afterKey(record, at);
    if (keyEnd === at) return undefined;
    const key = record.slice(at, keyEnd);
    if (record.charCodeAt(keyEnd) !== EQUALS) {
      if (!declared || !endsWord(record, keyEnd)) return undefined;
      members[key] = true;
      at = afterBlanks(record, keyEnd);
      continue;
    }
    const value = valueAt(record, keyEnd + 1);
    if (value === undefined) return undefined;
    members[key] = value.text;
    pairs++;
    at = afterBlanks(record, value.end);
  }
  return pairs >= (declared ? 1 : 2) ? members : undefined;
}

const BLANK = 32;
const QUOTE = 34;
const EQUALS = 61;
const BACKSLASH = 92;

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= BLANK) at++;
  return at;
}

const endsWord = (text: string, at: number): boolean => at >= text.length || text.charCodeAt(at) <= BLANK;

/** A key begins with a letter, `_` or `@`, so that nothing of another format's head is one. */
function afterKey(text: string, from: number): number {
  let at = from;
  while (at < text.length && (at === from ? opensKey(text.charCodeAt(at)) : inKey(text.charCodeAt(at)))) at++;
  return at;
}

const opensKey = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 64 && code <= 90) || code === 95 || code > 127;

const inKey = (code: number): boolean => opensKey(code) || (code >= 45 && code <= 58);

function valueAt(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  if (text.charCodeAt(from) === QUOTE) return quotedAt(text, from + 1);
  let at = from;
  while (!endsWord(text, at)) {
    if (text.charCodeAt(at) === QUOTE) return undefined;
    at++;
  }
  return { text: text.slice(from, at), end: at };
}

/** The escapes of Go's strconv.Quote that loggers really write; another backslash stands for itself. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function quotedAt(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let value = '';
  let copied = from;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      return endsWord(text, at + 1) ? { text: value + text.slice(copied, at), end: at + 1 } : undefined;
    }
    if (code !== BACKSLASH) continue;
    const meant = ESCAPES.get(text.charAt(at + 1));
    if (meant !== undefined) {
      value += text.slice(copied, at) + meant;
      copied = at + 2;
    }
    at++;
  }
  return undefined;
}
