import type { Log } from '../log.ts';

/** Tells the operator of what was not done. */
export interface Sayings {
  lost(rule: string, action: string, why: string): void;
}

const everyMs = 60_000;
const most = 500;

/** Each rule's trouble is said at once, then once a minute with how often it came; `now` is any clock in ms. */
export function createSayings(log: Log, now: () => number = () => performance.now()): Sayings {
  const said = new Map<string, { readonly at: number; since: number }>();
  return {
    lost(rule, action, why) {
      const key = JSON.stringify([rule, action, why]);
      const before = said.get(key);
      if (before !== undefined && now() - before.at < everyMs) {
        before.since += 1;
        return;
      }
      said.delete(key);
      said.set(key, { at: now(), since: 0 });
      const [oldest] = said.keys();
      if (said.size > most && oldest !== undefined) said.delete(oldest);
      const times = before === undefined || before.since === 0 ? {} : { times: before.since + 1 };
      log.warn('an action of a rule was not carried out', { rule, action, ...times, text: why });
    },
  };
}
