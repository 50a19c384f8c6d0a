import type { Config } from '../config/config.ts';
import { nextTime, parseCron } from '../engine/kinds/cron.ts';
import { instant } from '../model/time.ts';

/** Begins drills at the times of the configuration. What would have been while nothing ran is not made up for. */
export interface DrillTimer {
  /** In the place of what was before. */
  follow(config: Pick<Config, 'drill'>): void;
  stop(): void;
}

/** Node's timers take no longer; then it is looked at anew. */
const longestTimer = 2 ** 31 - 1;

/** `now` in milliseconds since the epoch; `begin` is given whom to tell. */
export function createDrillTimer(now: () => number, begin: (to: readonly string[]) => void): DrillTimer {
  let timer: NodeJS.Timeout | undefined;

  const waitFor = (drill: NonNullable<Config['drill']>): void => {
    const cron = parseCron(drill.schedule);
    const due = cron.ok ? nextTime(cron.value, drill.zone, instant(now())) : undefined;
    if (due === undefined) return;
    const look = (): void => {
      const left = due - now();
      if (left > 0) {
        timer = setTimeout(look, Math.min(left, longestTimer));
        return;
      }
      begin(drill.receivers);
      waitFor(drill);
    };
    look();
  };

  return {
    follow({ drill }) {
      clearTimeout(timer);
      if (drill !== undefined) waitFor(drill);
    },
    stop: () => clearTimeout(timer),
  };
}
