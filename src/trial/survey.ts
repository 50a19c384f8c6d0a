import { sampleLines } from '../sources/archive/sample.ts';
import type { ArchiveSet } from '../sources/archive/sets.ts';
import { instant, type Instant } from '../model/time.ts';
import { datesOf, type FileSpan, type ReadStamp } from './years.ts';

/** Lines further apart than this are looked between. */
const far = 45 * 86_400_000;
/** A file that was last written before this has lost its time. */
const earliestTrue = Date.UTC(2000, 0, 1);

/** Between which times the files of a set lie, whatever their stamps lack. */
export async function survey(
  { files }: ArchiveSet,
  read: ReadStamp,
  now: Instant,
): Promise<readonly FileSpan[]> {
  const isFar = (earlier: string, later: string): boolean => {
    const [a, b] = [read(earlier, now), read(later, now)];
    return a !== undefined && b !== undefined && Math.abs(a - b) > far;
  };
  const samples = await Promise.all(
    files.map(async (file) => ({
      records: await sampleLines(file, isFar),
      until: endOf(file.changedAt, file.datedUntil, now),
    })),
  );
  return datesOf(samples, read);
}

function endOf(changedAt: Instant, dated: Instant | undefined, now: Instant): Instant {
  const changed = changedAt < earliestTrue ? now : changedAt;
  return instant(Math.min(changed, dated ?? changed, now));
}
