import type { Instant } from '../../model/time.ts';
import { fingerprintOf, type FileFacts } from './identity.ts';
import { emptyMark, type FileMark } from './mark.ts';

/** The mark of a path whose bytes before `offset` are not to be read. */
export function markAt(path: string, seen: FileFacts, offset: number, at: Instant): FileMark {
  const { dev, ino, size, mtimeMs } = seen;
  const none = fingerprintOf(new Uint8Array(0));
  const place = {
    path,
    dev,
    ino,
    head: none,
    tail: none,
    offset,
    size,
    mtimeMs,
    skip: 'none',
    done: false,
  } as const;
  return { ...emptyMark(at), files: [place] };
}

/** The mark of a path that could not be opened: begins at the size it had, if that could be seen. */
export function blindMark(path: string, seen: FileFacts | undefined, at: Instant): FileMark {
  if (seen === undefined || !seen.regular) return emptyMark(at);
  return markAt(path, seen, seen.size, at);
}
