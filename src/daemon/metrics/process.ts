import { readdir, readFile } from 'node:fs/promises';

/** What the process takes of its machine. */
export interface ProcessFigures {
  /** User and system time together. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Absent where there is no /proc. */
  readonly openFds?: number;
  readonly maxFds?: number;
}

/** Reads them now. Never rejects. */
export async function processFigures(): Promise<ProcessFigures> {
  const { user, system } = process.cpuUsage();
  const [openFds, maxFds] = await Promise.all([countFds(), readMostFds()]);
  return {
    cpuSeconds: (user + system) / 1e6,
    rssBytes: process.memoryUsage.rss(),
    ...(openFds === undefined ? {} : { openFds }),
    ...(maxFds === undefined ? {} : { maxFds }),
  };
}

const countFds = (): Promise<number | undefined> =>
  readdir('/proc/self/fd').then(
    // Less the one that lists them.
    (names) => Math.max(0, names.length - 1),
    () => undefined,
  );

/** The soft limit, as proc(5) shows it. */
async function readMostFds(): Promise<number | undefined> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '');
  const [, soft] = /^Max open files\s+(\d+)/m.exec(text) ?? [];
  return soft === undefined ? undefined : Number(soft);
}
