import { hostname } from 'node:os';
import type { RecordFacts } from '../../model/chunk.ts';
import { timeOfStamp, type LogLine } from './lines.ts';

/** What is known of whoever wrote a line. */
export interface Writer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
}

/** The line that syslog would have written, in UTC, with the container in the place of the program. */
export function recordOf(
  { stream, stamp, text }: LogLine,
  { id, name, image }: Writer,
): { readonly record: Buffer; readonly facts: RecordFacts } {
  const host = hostname();
  const at = stamp === undefined ? undefined : timeOfStamp(stamp);
  const head = Buffer.from(`${stamp === undefined ? '-' : `${stamp.slice(0, 26)}+00:00`} ${host} ${name}: `);
  const facts = {
    message: head.length,
    host,
    program: name,
    ...(at === undefined ? {} : { at }),
    fields: { container: name, container_id: id.slice(0, 12), image, stream },
  };
  return { record: Buffer.concat([head, text]), facts };
}
