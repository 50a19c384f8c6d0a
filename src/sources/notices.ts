import { formatSize } from '../kit/size.ts';
import type { SourceNotice } from './contract.ts';
import type { Instant } from '../model/time.ts';

const warning = (code: string, text: string, alert = false): SourceNotice => ({
  code,
  severity: 'warning',
  text,
  alert,
});

const error = (code: string, text: string, alert = false): SourceNotice => ({
  code,
  severity: 'error',
  text,
  alert,
});

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const missing = (path: string): SourceNotice =>
  warning('source.missing', `${path} does not exist; it will be read from its beginning when it appears`);

export const noMatch = (pattern: string): SourceNotice =>
  warning(
    'source.missing',
    `no file matches ${pattern}; files that appear will be read from their beginning`,
  );

export const unreadable = (path: string, why: string): SourceNotice =>
  error('source.unreadable', `cannot read ${path}: ${why}`);

export const sameFile = (path: string, other: string): SourceNotice =>
  warning('source.same-file', `${path} leads to the same file as ${other}; it is read once, as ${other}`);

export const notAFile = (path: string): SourceNotice =>
  error('source.not-a-file', `${path} is not a regular file; it is not read`);

/** `unread`: bytes known to have been there and not read. */
export function lost(path: string, unread: number, why: string): SourceNotice {
  const what =
    unread > 0
      ? `at least ${counted(unread, 'byte', 'bytes')} (${formatSize(unread)}) were not read`
      : 'what was written to it after it was last seen is not known';
  return error('source.lost', `${path}: ${why}; ${what}`, true);
}

export const truncated = (path: string): SourceNotice =>
  warning(
    'source.truncated',
    `${path} was truncated; it is read from its beginning. What was written shortly before may be lost: rotate by renaming (logrotate "create") to be safe`,
  );

export const rewritten = (path: string): SourceNotice =>
  warning(
    'source.rewritten',
    `${path} holds other text than what was read from it; it is read from its beginning`,
  );

export const sparse = (path: string, bytes: number): SourceNotice =>
  warning(
    'source.sparse',
    `${path} begins with ${formatSize(bytes)} of NUL bytes, which are left out: its writer does not open it for appending (O_APPEND), as truncation needs`,
  );

export const utf16 = (path: string): SourceNotice =>
  warning(
    'source.utf-16',
    `${path} looks like UTF-16, in which no rule finds anything; let its program write UTF-8, or convert it (iconv -f UTF-16 -t UTF-8)`,
  );

export const shortened = (path: string, count: number, limit: number, what: string): SourceNotice =>
  warning(
    'source.too-long',
    `${path}: ${counted(count, `${what} was`, `${what}s were`)} longer than ${formatSize(limit)} and cut to that length`,
  );

export const damaged = (path: string, why: string): SourceNotice =>
  warning('source.mark-damaged', `${path}: ${why}`);

export const watchLimit = (code: string): SourceNotice =>
  warning(
    'source.watch-limit',
    `the system's limit of watched files is reached (${code}); files are looked at four times a second instead. Raise fs.inotify.max_user_watches or fs.inotify.max_user_instances`,
  );

/** `what`: which limit, and what is not read for it. */
export const tooManyFiles = (pattern: string, what: string): SourceNotice =>
  error('source.too-many-files', `${pattern} ${what}`);

/** Counts what happens often, and tells it at most once a minute. */
export interface Tally {
  add(count: number): void;
  /** What is to be told now; `last`: there will be no later occasion. */
  due(last: boolean): SourceNotice[];
}

const tallyInterval = 60_000;

export function createTally(now: () => Instant, tell: (count: number) => SourceNotice): Tally {
  let count = 0;
  let toldAt: Instant | undefined;
  return {
    add(more) {
      count += more;
    },
    due(last) {
      const soon = toldAt !== undefined && Math.abs(now() - toldAt) < tallyInterval;
      if (count === 0 || (soon && !last)) return [];
      const notice = tell(count);
      count = 0;
      toldAt = now();
      return [notice];
    },
  };
}
