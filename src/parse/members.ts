import type { SyslogSeverity } from '../model/event.ts';
import { instant, type Instant } from '../model/time.ts';
import type { ParseContext, ParsedRecord } from './contract.ts';
import { fieldsOf } from './fields.ts';
import { severityOfLevel } from './severity.ts';
import { clfStamp, isoStamp } from './stamp.ts';

/** A record's members by name, as JSON and logfmt give them. */
export interface Members {
  readonly [name: string]: unknown;
}

// In order of trust: the first that is there and can be read wins.
const TEXT = ['message', 'msg', 'MESSAGE'];
const TIME = ['time', 'timestamp', 'ts', '@timestamp', 't', 'datetime', '__REALTIME_TIMESTAMP'];
const LEVEL = ['level', 'severity', 'lvl', 'loglevel', 'log.level', 'PRIORITY'];
const HOST = ['host', 'hostname', '_HOSTNAME'];
const PROGRAM = ['program', 'app', 'appname', 'service', 'SYSLOG_IDENTIFIER', '_COMM', 'logger'];
const PID = ['pid', '_PID', 'SYSLOG_PID'];

/** What is known of a record from the names of its members. All members are fields as well. */
export function recordOf(members: Members, line: string, context: ParseContext): ParsedRecord {
  const at = first(members, TIME, (value) => timeOf(value, context));
  const severity = first(members, LEVEL, severityOf);
  const host = first(members, HOST, wordOf);
  const program = first(members, PROGRAM, wordOf);
  const pid = first(members, PID, wordOf);
  return {
    text: first(members, TEXT, textOf) ?? line,
    ...(at === undefined ? {} : { at }),
    ...(host === undefined ? {} : { host }),
    ...(program === undefined ? {} : { program }),
    ...(pid === undefined ? {} : { pid }),
    ...(severity === undefined ? {} : { severity }),
    fields: fieldsOf(members),
  };
}

function first<T>(members: Members, names: readonly string[], read: (value: unknown) => T | undefined) {
  for (const name of names) {
    if (!Object.hasOwn(members, name)) continue;
    const value = read(members[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

const severityOf = (value: unknown): SyslogSeverity | undefined => severityOfLevel(value);

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number') return String(value);
  // Elastic's common schema nests: host.name, service.name.
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'
    ? value.name
    : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return textOfBytes(value);
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

/** journald writes a message that is not text as a list of its bytes. */
function textOfBytes(bytes: readonly unknown[]): string | undefined {
  let escaped = '';
  let latin1 = '';
  for (const byte of bytes) {
    if (typeof byte !== 'number' || !Number.isInteger(byte) || byte < 0 || byte > 255) return undefined;
    escaped += `%${byte.toString(16).padStart(2, '0')}`;
    latin1 += String.fromCharCode(byte);
  }
  try {
    return decodeURIComponent(escaped);
  } catch {
    return latin1;
  }
}

/** ISO text, or a number since the epoch whose size tells its unit: s, ms, µs or ns. */
function timeOf(value: unknown, context: ParseContext): Instant | undefined {
  if (typeof value === 'number') return epochTime(value);
  // MongoDB nests it, as MongoDB Extended JSON has it.
  if (typeof value === 'object' && value !== null && '$date' in value && typeof value.$date === 'string')
    return timeOf(value.$date, context);
  if (typeof value !== 'string') return undefined;
  if (/^\d{9,19}(?:\.\d{1,9})?$/.test(value)) return epochTime(Number(value));
  return (isoStamp(value, 0, context) ?? clfStamp(value, 0, context))?.at;
}

function epochTime(value: number): Instant | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const ms = value < 1e11 ? value * 1000 : value < 1e14 ? value : value < 1e17 ? value / 1000 : value / 1e6;
  return ms < 1e14 ? instant(Math.floor(ms)) : undefined;
}
