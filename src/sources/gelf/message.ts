import { gunzipSync, inflateSync } from 'node:zlib';
import type { RecordFacts } from '../../model/chunk.ts';
import type { Json } from '../../model/json.ts';
import { instant, type Instant } from '../../model/time.ts';
import { fieldsOf } from '../../parse/fields.ts';
import { severityOfPri } from '../../parse/severity.ts';
import type { Loss } from '../net/losses.ts';
import type { Arrival } from '../net/wire.ts';

/** The text of a message that may be compressed, of `most` bytes at the most. */
export function inflated(bytes: Buffer, most: number): { readonly text: Buffer } | { readonly loss: Loss } {
  const [first, second] = bytes;
  const isGzip = first === 0x1f && second === 0x8b;
  // RFC 1950, 2.2: deflate, and the first two bytes together are a multiple of 31.
  const isZlib = first !== undefined && (first & 0x0f) === 8 && ((first << 8) | (second ?? 0)) % 31 === 0;
  if (!isGzip && !isZlib) return bytes.length > most ? { loss: 'overlong' } : { text: bytes };
  try {
    return { text: (isGzip ? gunzipSync : inflateSync)(bytes, { maxOutputLength: most }) };
  } catch (error) {
    const isBomb = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { loss: isBomb ? 'overlong' : 'malformed' };
  }
}

/** A message of GELF 1.1 as a record: the line that syslog would have written of it, and its members as fields. */
export function arrivalOf(json: Buffer): Arrival | undefined {
  const members = membersIn(json);
  if (members === undefined) return undefined;
  const text =
    wordIn(members, 'short_message') ?? wordIn(members, 'full_message') ?? wordIn(members, 'message');
  if (text === undefined) return undefined;
  const host = wordIn(members, 'host');
  const program = wordIn(members, '_application') ?? wordIn(members, '_app') ?? wordIn(members, 'facility');
  const at = timeOf(members['timestamp']);
  const level = members['level'];
  const severity = typeof level === 'number' && level >= 0 && level <= 7 ? severityOfPri(level) : undefined;
  const stamp = at === undefined ? '-' : new Date(at).toISOString();
  const head = Buffer.from(`${stamp} ${host ?? 'localhost'} ${program === undefined ? '' : `${program}: `}`);
  const facts: RecordFacts = {
    message: head.length,
    ...(at === undefined ? {} : { at }),
    ...(host === undefined ? {} : { host }),
    ...(program === undefined ? {} : { program }),
    ...(severity === undefined ? {} : { severity }),
    fields: withBareNames(members),
  };
  return { record: Buffer.concat([head, Buffer.from(text)]), facts, weight: json.length };
}

/** Additional members begin with an underscore; rules may leave it out. */
function withBareNames(members: { readonly [name: string]: unknown }): Record<string, Json> {
  const fields: Record<string, Json> = Object.assign(Object.create(null), fieldsOf(members));
  for (const [name, value] of Object.entries(fields)) {
    const bare = name.replace(/^_/, '');
    if (bare !== '' && !bare.startsWith('_') && fields[bare] === undefined) fields[bare] = value;
  }
  return fields;
}

function membersIn(json: Buffer): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(json.toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as { readonly [name: string]: unknown };
  } catch {
    return undefined;
  }
}

function wordIn(members: { readonly [name: string]: unknown }, name: string): string | undefined {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Seconds since 1970, with decimals. */
function timeOf(value: unknown): Instant | undefined {
  return typeof value === 'number' && value > 0 && value < 8.64e12
    ? instant(Math.floor(value * 1000))
    : undefined;
}
