import type { RecordFacts } from '../../model/chunk.ts';
import type { Json } from '../../model/json.ts';
import { instant, type Instant } from '../../model/time.ts';
import { facilityOfPri, severityOfPri } from '../../parse/severity.ts';
import type { JournalEntry } from './export.ts';

/** An entry as a record: the line that syslog would have written of it, and what is known beside it. */
export interface JournalRecord {
  readonly cursor: string;
  readonly at: Instant | undefined;
  readonly bytes: Buffer;
  readonly facts: RecordFacts;
}

/** Undefined for an entry that has no cursor: nothing could go on after it. */
export function recordOf({ fields }: JournalEntry): JournalRecord | undefined {
  const values = new Map(fields.map(([name, value]) => [name, value]));
  const word = (name: string): string | undefined => {
    const value = values.get(name);
    return value === undefined || value.length === 0 ? undefined : value.toString('utf8');
  };
  const cursor = word('__CURSOR');
  if (cursor === undefined) return undefined;
  const at = timeOf(word('__REALTIME_TIMESTAMP'));
  const host = word('_HOSTNAME');
  const program = word('SYSLOG_IDENTIFIER') ?? word('_COMM');
  const pid = word('_PID') ?? word('SYSLOG_PID');
  const head = Buffer.from(headOf(word('__REALTIME_TIMESTAMP'), host, program, pid));
  const severity = severityOfPri(numberOf(word('PRIORITY')) ?? NaN);
  const message = fields.find(([name]) => name === 'MESSAGE')?.[1] ?? Buffer.alloc(0);
  return {
    cursor,
    at,
    bytes: Buffer.concat([head, message]),
    facts: {
      message: head.length,
      ...(at === undefined ? {} : { at }),
      ...(host === undefined ? {} : { host }),
      ...(program === undefined ? {} : { program }),
      ...(pid === undefined ? {} : { pid }),
      ...(severity === undefined || word('PRIORITY') === undefined ? {} : { severity }),
      fields: fieldsOf(fields, word),
    },
  };
}

/**
 * A line's head as rsyslog writes it to files by default from Debian 12 on (RSYSLOG_FileFormat), in UTC, so
 * that one rule serves a file and the journal.
 */
function headOf(
  microseconds: string | undefined,
  host: string | undefined,
  program: string | undefined,
  pid: string | undefined,
): string {
  const tag = program === undefined ? '' : `${program}${pid === undefined ? '' : `[${pid}]`}: `;
  return `${stampOf(microseconds)} ${host ?? 'localhost'} ${tag}`;
}

function stampOf(microseconds: string | undefined): string {
  const at = timeOf(microseconds);
  if (at === undefined) return '-';
  const fraction = (microseconds ?? '').slice(-6).padStart(6, '0');
  return `${new Date(at).toISOString().slice(0, 19)}.${fraction}+00:00`;
}

function timeOf(microseconds: string | undefined): Instant | undefined {
  if (microseconds === undefined || !/^\d{1,17}$/.test(microseconds)) return undefined;
  const ms = Math.floor(Number(microseconds) / 1000);
  // The last millisecond that ECMAScript can write.
  return ms <= 8.64e15 ? instant(ms) : undefined;
}

const numberOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined;

/** Bytes of names and values that become fields of one entry: whoever may log may add any number. */
const mostOfFields = 64 * 1024;

/** Every field by its own name, several values as a list, and `unit` and `facility` by the words people use. */
function fieldsOf(
  entry: JournalEntry['fields'],
  word: (name: string) => string | undefined,
): Record<string, Json> {
  const fields: Record<string, Json> = Object.create(null);
  const unit = unitOf(word);
  const facility = numberOf(word('SYSLOG_FACILITY'));
  if (unit !== undefined) fields['unit'] = unit;
  if (facility !== undefined) fields['facility'] = facilityOfPri(facility * 8);
  let room = mostOfFields;
  for (const [name, bytes] of entry) {
    if (name === 'MESSAGE' || name === '__CURSOR' || name === '__proto__') continue;
    room -= bytes.length + name.length;
    if (room < 0) break;
    const value = bytes.toString('utf8');
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  return fields;
}

/** What systemd itself says of a unit belongs to that unit, as in `journalctl -u`. */
const unitOf = (word: (name: string) => string | undefined): string | undefined =>
  (word('_PID') === '1' ? word('UNIT') : undefined) ?? word('_SYSTEMD_UNIT') ?? word('_SYSTEMD_USER_UNIT');
