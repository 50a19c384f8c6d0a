import type { LineFormat, ParseContext, ParsedRecord } from './contract.ts';
import { noFields } from './fields.ts';
import { auditHead } from './audit.ts';
import { clfStamp, ctimeStamp, epochStamp, isoStamp, type Stamp } from './stamp.ts';

/** How far into a line a stamp is looked for: an access log has an address and a user before it. */
const STAMP_WITHIN = 96;

/** Any line. The text is the whole line; a time stamp at or near its beginning is its time. */
export const plain: LineFormat = {
  name: 'plain',
  summary: 'any text; a time stamp of the usual forms near the beginning is understood',
  escapes: false,
  parse(record, context): ParsedRecord {
    const stamp = stampIn(record, context);
    return stamp === undefined
      ? { text: record, fields: noFields }
      : { text: record, at: stamp.at, fields: noFields };
  },
};

/** At the very beginning, or after the first bracket near it, or in the head of the audit system. */
function stampIn(line: string, context: ParseContext): Pick<Stamp, 'at'> | undefined {
  const atStart = stampAt(line, 0, context) ?? epochStamp(line);
  if (atStart !== undefined) return atStart;
  for (let at = 0; at < line.length && at < STAMP_WITHIN; at++) {
    if (line.charCodeAt(at) !== 91) continue;
    const stamp = stampAt(line, at + 1, context);
    if (stamp !== undefined) return stamp;
  }
  return auditHead(line);
}

function stampAt(line: string, at: number, context: ParseContext): Stamp | undefined {
  const code = line.charCodeAt(at);
  if (code >= 48 && code <= 57) return isoStamp(line, at, context) ?? clfStamp(line, at, context);
  return code >= 65 && code <= 90 ? ctimeStamp(line, at, context) : undefined;
}
