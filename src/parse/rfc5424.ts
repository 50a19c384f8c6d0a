import type { Json } from '../model/json.ts';
import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import { emptyFields, fieldsOf } from './fields.ts';
import { facilityOfPri, severityOfPri } from './severity.ts';
import { isoStamp } from './stamp.ts';
import { afterWord, priAt, versionAt } from './syslog-head.ts';

/** RFC 5424, with `facility`, `msgid` and its structured data as `sd.ID.NAME`. */
export const rfc5424: LineFormat = {
  name: 'rfc5424',
  summary: 'syslog of RFC 5424: `<34>1 2026-11-20T10:00:06Z host program 123 ID [sd a="b"] text`',
  escapes: true,
  parse: parseRfc5424,
};

/** Exported for RFC 3164, which would otherwise take a PRI alone for one of its own lines. */
export function parseRfc5424(record: string, context: ParseContext): ParsedRecord | undefined {
  const head = priAt(record);
  const version = head === undefined ? -1 : versionAt(record, head.end);
  if (head === undefined || version < 0) return undefined;

  const nil = record.startsWith('- ', version);
  const stamp = nil ? { at: undefined, end: version + 1 } : isoStamp(record, version, context);
  if (stamp === undefined || record.charCodeAt(stamp.end) !== 32) return undefined;

  const words = wordsAt(record, stamp.end + 1, 4);
  if (words === undefined) return undefined;
  const data = structuredData(record, words.end);
  if (data === undefined) return undefined;

  const [host, program, pid, msgid] = words.values;
  const severity = severityOfPri(head.pri);
  return {
    text: messageAt(record, data.end),
    ...(stamp.at === undefined ? {} : { at: stamp.at }),
    ...(host === undefined ? {} : { host }),
    ...(program === undefined ? {} : { program }),
    ...(pid === undefined ? {} : { pid }),
    ...(severity === undefined ? {} : { severity }),
    fields: fieldsOf({
      facility: facilityOfPri(head.pri),
      ...(msgid === undefined ? {} : { msgid }),
      ...(data.elements === undefined ? {} : { sd: data.elements }),
    }),
  };
}

/** `count` words each followed by a blank; NILVALUE is undefined. */
function wordsAt(text: string, from: number, count: number) {
  const values: (string | undefined)[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    const end = afterWord(text, at);
    if (end === at || end === text.length) return undefined;
    const word = text.slice(at, end);
    values.push(word === '-' ? undefined : word);
    at = end + 1;
  }
  return { values, end: at };
}

interface StructuredData {
  readonly elements?: Record<string, Json>;
  readonly end: number;
}

/** `-` or one or more `[id name="value" …]`; undefined when it is neither. */
function structuredData(text: string, from: number): StructuredData | undefined {
  if (text[from] === '-') return { end: from + 1 };
  const elements = emptyFields();
  let at = from;
  while (text[at] === '[') {
    const element = elementAt(text, at + 1);
    if (element === undefined) return undefined;
    elements[element.id] = element.params;
    at = element.end;
  }
  return at === from ? undefined : { elements, end: at };
}

function elementAt(text: string, from: number) {
  let at = from;
  while (at < text.length && !' ]="'.includes(text.charAt(at))) at++;
  if (at === from) return undefined;
  const id = text.slice(from, at);
  const params = emptyFields();
  while (text[at] === ' ') {
    const equals = text.indexOf('="', at);
    if (equals < 0) return undefined;
    const value = quotedAt(text, equals + 2);
    if (value === undefined) return undefined;
    params[text.slice(at + 1, equals)] = value.text;
    at = value.end;
  }
  return text[at] === ']' ? { id, params, end: at + 1 } : undefined;
}

/** A value up to its closing quote; a backslash only escapes `"`, `\` and `]` (RFC 5424, 6.3.3). */
function quotedAt(text: string, from: number): { readonly text: string; readonly end: number } | undefined {
  let value = '';
  let copied = from;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === '"') return { text: value + text.slice(copied, at), end: at + 1 };
    if (char === '\\' && '"\\]'.includes(text.charAt(at + 1)) && at + 1 < text.length) {
      value += text.slice(copied, at);
      copied = at + 1;
      at++;
    }
  }
  return undefined;
}

/** The message: without its byte order mark, and without the second blank that rsyslog writes. */
function messageAt(text: string, from: number): string {
  let at = text[from] === ' ' ? from + 1 : from;
  if (text[at] === ' ') at++;
  if (text.charCodeAt(at) === 0xfeff) at++;
  return text.slice(at);
}
