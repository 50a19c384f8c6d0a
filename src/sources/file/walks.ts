import { stat } from 'node:fs/promises';

/** When the directories are walked anew: when something in them changed, but not all the time. */
export interface Walks {
  ask(): void;
  /** `path` appeared or disappeared; `matters`: whether a walk may find something else by that. */
  consider(path: string, matters: boolean | 'ifDirectory'): void;
  /** Whether a walk may have been asked for. */
  asked(): boolean;
  /** Whether one is to be made now. `busy`: there is something to read meanwhile. */
  due(busy: boolean): Promise<boolean>;
  /** How long the one that was asked for has to wait when nothing is read (ms). */
  wait(): number;
  /** Makes one. */
  time<T>(walk: () => Promise<T>): Promise<T>;
}

/** Names that are looked at one by one before a walk is the cheaper way. */
const doubtfulLimit = 100;

/** Walking takes at most one part in so many of the time, unless that would be a long wait (ms). */
const share = 5;
const longestRest = 1000;

export function createWalks(
  pace: { readonly walkInterval: number; readonly walked?: () => void },
  monotonic: () => number,
): Walks {
  let wanted = false;
  const doubtful = new Set<string>();
  let endedAt = Number.NEGATIVE_INFINITY;
  let took = 0;

  const rest = (): number => Math.max(0, endedAt + Math.min(took * (share - 1), longestRest) - monotonic());

  const settleDoubts = async (): Promise<void> => {
    const paths = [...doubtful];
    doubtful.clear();
    for (const path of paths) wanted ||= (await stat(path).catch(() => undefined))?.isDirectory() === true;
  };

  return {
    ask() {
      wanted = true;
    },
    consider(path, matters) {
      if (matters === 'ifDirectory') doubtful.add(path);
      wanted ||= matters === true || doubtful.size > doubtfulLimit;
    },
    asked: () => wanted || doubtful.size > 0,
    async due(busy) {
      if (!wanted) await settleDoubts();
      const since = monotonic() - endedAt;
      return wanted && rest() === 0 && (!busy || since >= pace.walkInterval);
    },
    wait: () => (wanted || doubtful.size > 0 ? rest() : Number.POSITIVE_INFINITY),
    async time(walk) {
      wanted = false;
      doubtful.clear();
      pace.walked?.();
      const from = monotonic();
      const found = await walk();
      endedAt = monotonic();
      took = endedAt - from;
      return found;
    },
  };
}
