import { z } from 'zod';
import { parseDuration } from '../kit/duration.ts';
import { parseSize } from '../kit/size.ts';
import { millis, type Millis } from '../model/time.ts';
import { compileLinePattern, type LineTest } from './line-pattern.ts';
import type { Multiline } from './records.ts';

const largestRecord = 64 * 1024 * 1024;

/** A length of time such as `2s`. */
export const durationOption: z.ZodType<Millis, string> = z.string().transform((text, context) => {
  const length = parseDuration(text);
  if (length === undefined)
    context.addIssue({ code: 'custom', message: 'not a duration such as 2s or 500ms' });
  return length ?? millis(0);
});

const size: z.ZodType<number, string> = z.string().transform((text, context) => {
  const bytes = parseSize(text);
  if (bytes === undefined || bytes < 1 || bytes > largestRecord) {
    context.addIssue({ code: 'custom', message: 'not a size between 1B and 64MiB, such as 256KiB' });
  }
  return bytes ?? 0;
});

const linePattern: z.ZodType<LineTest, string> = z.string().transform((source, context) => {
  const compiled = compileLinePattern(source);
  if (compiled.ok) return compiled.test;
  for (const message of compiled.mistakes) context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** Options of every source whose records are lines, under the names that stand in the configuration. */
export const recordOptions = {
  multiline: z
    .strictObject({
      start: linePattern.describe(
        'Regular expression: a line that matches begins a record; others belong to it.',
      ),
      wait: durationOption
        .prefault('2s')
        .describe('How long the last record may still be followed by lines that belong to it.'),
    })
    .optional()
    .describe('Makes one record of several lines, such as a stack trace. Without it, a record is a line.'),
  'max-record': size
    .prefault('256KiB')
    .describe('Longest record of several lines; the rest of a longer one is cut off and counted.'),
};

/** The same, as sources use them. `maxRecord` in bytes. */
export interface RecordOptions {
  readonly multiline?: Multiline;
  readonly maxRecord: number;
}

export function recordOptionsOf(read: {
  readonly multiline?: Multiline | undefined;
  readonly 'max-record': number;
}): RecordOptions {
  const { multiline, 'max-record': maxRecord } = read;
  return multiline === undefined ? { maxRecord } : { multiline, maxRecord };
}
