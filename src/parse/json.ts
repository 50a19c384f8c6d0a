import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import { recordOf, type Members } from './members.ts';

/** One JSON object a line; also after rsyslog's cookie `@cee:`. */
export const json: LineFormat = {
  name: 'json',
  summary: 'one JSON object a line; its text is the member `message`, `msg` or `MESSAGE`',
  escapes: true,
  parse: parseJson,
};

function parseJson(record: string, context: ParseContext): ParsedRecord | undefined {
  const from = record.startsWith('@cee:') ? 5 : 0;
  if (!opensObject(record, from)) return undefined;
  const members = objectIn(from === 0 ? record : record.slice(from));
  return members === undefined ? undefined : recordOf(members, record, context);
}

/** Cheap, so that a line of another form does not cost an exception. */
function opensObject(text: string, from: number): boolean {
  let at = from;
  while (isBlank(text.charCodeAt(at))) at++;
  let last = text.length - 1;
  while (isBlank(text.charCodeAt(last))) last--;
  return text.charCodeAt(at) === 123 && text.charCodeAt(last) === 125;
}

const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 13 || code === 10;

function objectIn(text: string): Members | undefined {
  try {
    // The record was checked to open with a brace, so nothing but an object comes out.
    return JSON.parse(text) as Members;
  } catch {
    return undefined;
  }
}
