import { z } from 'zod';
import { recordOptions, recordOptionsOf, type RecordOptions } from '../record-options.ts';

/** What the kind `file` needs to know. */
export interface FileOptions extends RecordOptions {
  /** Paths and globs, as written. */
  readonly paths: readonly string[];
  readonly start: 'end' | 'beginning';
}

const path = z.string().min(1);

export const fileOptions: z.ZodType<FileOptions> = z
  .strictObject({
    file: z
      .union([path, z.array(path).min(1)])
      .describe('A path, a glob (`*`, `?`, `[a-z]`, `**`) or a list of them.'),
    start: z
      .enum(['end', 'beginning'])
      .prefault('end')
      .describe(
        'Where reading begins in a file that is there when the source is seen for the first time. Files that appear later are read from their beginning.',
      ),
    ...recordOptions,
  })
  .transform(({ file, start, ...records }) => ({
    paths: typeof file === 'string' ? [file] : file,
    start,
    ...recordOptionsOf(records),
  }));
