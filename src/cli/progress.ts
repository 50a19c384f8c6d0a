import type { Settings } from './settings.ts';

/** How far long work is, on standard error and only where that is a terminal. */
export interface Progress {
  /** Shows the share that is done, from time to time; lets signals in. Answers with false. */
  show(share: number): boolean | Promise<boolean>;
  end(): void;
}

const everyMs = 100;
const width = 30;

/** A bar of its own line, which is gone at the end. */
export function createProgress({ quiet }: Pick<Settings, 'quiet'>): Progress {
  const isShown = process.stderr.isTTY && !quiet;
  let next = performance.now() + everyMs;
  let isThere = false;
  const breathe = (): Promise<boolean> => new Promise((resolve) => setImmediate(resolve, false));
  return {
    show(share) {
      const now = performance.now();
      if (now < next) return false;
      next = now + everyMs;
      if (isShown) {
        const done = Math.round(Math.min(1, share) * width);
        const bar = `${'█'.repeat(done)}${'░'.repeat(width - done)}`;
        process.stderr.write(`\r${bar} ${Math.floor(100 * Math.min(1, share))} %`);
        isThere = true;
      }
      return breathe();
    },
    end() {
      if (isThere) process.stderr.write(`\r${' '.repeat(width + 8)}\r`);
      isThere = false;
    },
  };
}
