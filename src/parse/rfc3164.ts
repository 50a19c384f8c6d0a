import type { Instant } from '../model/time.ts';
import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import { emptyFields } from './fields.ts';
import { parseRfc5424 } from './rfc5424.ts';
import { facilityOfPri, isShoutedLevel, severityOfPri } from './severity.ts';
import { bsdStamp, isoStamp } from './stamp.ts';
import { afterWord, looksLikeHost, priAt, tagAt } from './syslog-head.ts';

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
  const stamp = isDigit ? isoStamp(record, from, context) : bsdStamp(record, from, context);
  if (stamp === undefined) {
    if (head === undefined || parseRfc5424(record, context) !== undefined) return undefined;
    return withPri(head.pri, fromTag(record, from, undefined));
  }
  if (record.charCodeAt(stamp.end) === 58)
    return withPri(head?.pri, fromTag(record, stamp.end + 1, stamp.at));
  if (stamp.end < record.length && record.charCodeAt(stamp.end) !== 32) return undefined;
  const parsed = isDigit
    ? afterIsoStamp(record, stamp.end + 1, stamp.at)
    : afterBsdStamp(record, stamp.end + 1, stamp.at);
  return parsed === undefined ? undefined : withPri(head?.pri, parsed);
}

/** Many programs write ISO stamps: only host and tag together make such a line syslog. */
function afterIsoStamp(record: string, from: number, at: Instant): ParsedRecord | undefined {
  const end = afterWord(record, from);
  if (!looksLikeHost(record, from, end) || isShoutedLevel(record.slice(from, end))) return undefined;
  const tag = tagAt(record, end + 1);
  if (tag === undefined) return undefined;
  return { ...fromTag(record, end + 1, at), host: record.slice(from, end) };
}

function afterBsdStamp(record: string, from: number, at: Instant): ParsedRecord {
  const start = record.charCodeAt(from) === 32 ? from + 1 : from;
  const end = afterWord(record, start);
  // A line without a host has its tag at once.
  const noHost =
    tagAt(record, start) !== undefined ||
    !looksLikeHost(record, start, end) ||
    isShoutedLevel(record.slice(start, end));
  if (noHost) return fromTag(record, start, at);
  return { ...fromTag(record, end + 1, at), host: record.slice(start, end) };
}

function fromTag(record: string, from: number, at: Instant | undefined): ParsedRecord {
  const start = record.charCodeAt(from) === 32 ? from + 1 : from;
  const tag = tagAt(record, start);
  return {
    text: record.slice(tag?.end ?? start),
    ...(at === undefined ? {} : { at }),
    ...(tag === undefined ? {} : { program: tag.program }),
    ...(tag?.pid === undefined ? {} : { pid: tag.pid }),
    fields: emptyFields(),
  };
}

function withPri(pri: number | undefined, parsed: ParsedRecord): ParsedRecord {
  if (pri === undefined) return parsed;
  const severity = severityOfPri(pri);
  const fields = emptyFields();
  fields['facility'] = facilityOfPri(pri) ?? String(pri >> 3);
  return { ...parsed, ...(severity === undefined ? {} : { severity }), fields };
}
