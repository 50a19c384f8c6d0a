import type { Instant } from '../model/time.ts';
import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import type { Draft } from '../kit/draft.ts';
import { emptyFields, noFields } from './fields.ts';
import { parseRfc5424 } from './rfc5424.ts';
import { facilityOfPri, isShoutedLevel, severityOfPri } from './severity.ts';
import { bsdStamp, isoStamp } from './stamp.ts';
import { afterBlank, afterWord, looksLikeHost, priAt, tagAt, type Tag } from './syslog-head.ts';

/** BSD syslog (RFC 3164) as it is really written, with `time host program pid` and the facility of a PRI. */
export const rfc3164: LineFormat = {
  name: 'rfc3164',
  summary: 'BSD syslog: `Nov 20 10:00:06 host program[123]: text`, also with a year or an RFC 3339 stamp',
  escapes: false,
  parse: parseRfc3164,
};

function parseRfc3164(record: string, context: ParseContext): ParsedRecord | undefined {
  const head = priAt(record);
  const from = head?.end ?? 0;
  const first = record.charCodeAt(from);
  const isDigit = first >= 48 && first <= 57;
  const stamp = isDigit ? rsyslogStamp(record, from, context) : bsdStamp(record, from, context);
  if (stamp === undefined) {
    if (head === undefined || parseRfc5424(record, context) !== undefined) return undefined;
    return withPri(head.pri, afterSequence(record, from, context) ?? fromTag(record, from));
  }
  if (record.charCodeAt(stamp.end) === 58)
    return withPri(head?.pri, fromTag(record, stamp.end + 1, stamp.at));
  if (stamp.end < record.length && record.charCodeAt(stamp.end) !== 32) return undefined;
  const parsed = isDigit
    ? afterIsoStamp(record, stamp.end + 1, stamp.at)
    : afterBsdStamp(record, stamp.end + 1, stamp.at);
  return parsed === undefined ? undefined : withPri(head?.pri, parsed);
}

/**
 * Cisco's way: `45: router1: *Nov 20 10:00:06.123 UTC: %SYS-5-CONFIG_I: text`, a sequence number, perhaps a
 * name, a sign for a clock that nobody set, and a zone.
 */
function afterSequence(record: string, from: number, context: ParseContext): ParsedRecord | undefined {
  const [head, host] = /^(?:\d{1,10}: )?(?:([\w.-]{1,255}): )?[*.]?(?=[A-Z][a-z]{2} )/.exec(
    record.slice(from, from + longestSequence),
  ) ?? [''];
  const [, zone] =
    /^\D{3} +\d{1,2} (?:\d{4} )?[\d:.]+ (UTC|GMT):/.exec(
      record.slice(from + head.length, from + head.length + longestSequence),
    ) ?? [];
  const stamp =
    head === ''
      ? undefined
      : bsdStamp(record, from + head.length, zone === undefined ? context : { ...context, zone: 'UTC' });
  const end = stamp === undefined ? -1 : record.indexOf(':', stamp.end);
  if (stamp === undefined || !/^(?: [A-Z]{2,5})?$/.test(record.slice(stamp.end, end))) return undefined;
  return fromTag(record, end + 1, stamp.at, host);
}

const longestSequence = 300;

/** With the `T`: those with a blank are written by programs, not by syslog. */
function rsyslogStamp(record: string, from: number, context: ParseContext) {
  return record.charCodeAt(from + 10) === LETTER_T ? isoStamp(record, from, context) : undefined;
}

/** Many programs write ISO stamps: only host and tag together make such a line syslog. */
function afterIsoStamp(record: string, from: number, at: Instant): ParsedRecord | undefined {
  const end = afterWord(record, from);
  if (!isHost(record, from, end) || record.charCodeAt(end - 1) === COLON) return undefined;
  const tag = tagAt(record, end + 1);
  return tag === undefined || isShoutedLevel(tag.program)
    ? undefined
    : recordOf(record, tag.end, at, tag, record.slice(from, end));
}

function afterBsdStamp(record: string, from: number, at: Instant): ParsedRecord {
  const start = afterBlank(record, from);
  const end = afterWord(record, start);
  // A line without a host has its tag at once.
  const host = isHost(record, start, end) && record.charCodeAt(end - 1) !== COLON;
  return host ? fromTag(record, end + 1, at, record.slice(start, end)) : fromTag(record, start, at);
}

const COLON = 58;
const LETTER_T = 84;

const isHost = (record: string, from: number, end: number): boolean =>
  looksLikeHost(record, from, end) && !isShoutedLevel(record.slice(from, end));

function fromTag(record: string, from: number, at?: Instant, host?: string): ParsedRecord {
  const start = afterBlank(record, from);
  const tag = tagAt(record, start);
  return recordOf(record, tag?.end ?? start, at, tag, host);
}

function recordOf(record: string, text: number, at?: Instant, tag?: Tag, host?: string): ParsedRecord {
  // Spreading what is there would take longer than all of the scanning.
  const parsed: Draft<ParsedRecord> = { text: record.slice(text), fields: noFields };
  if (at !== undefined) parsed.at = at;
  if (host !== undefined) parsed.host = host;
  if (tag !== undefined) parsed.program = tag.program;
  if (tag?.pid !== undefined) parsed.pid = tag.pid;
  return parsed;
}

function withPri(pri: number | undefined, parsed: ParsedRecord): ParsedRecord {
  if (pri === undefined) return parsed;
  const severity = severityOfPri(pri);
  const fields = emptyFields();
  fields['facility'] = facilityOfPri(pri);
  return severity === undefined ? { ...parsed, fields } : { ...parsed, severity, fields };
}
