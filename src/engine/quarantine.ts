import type { Json } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import { after, instant, millis, type Instant } from '../model/time.ts';

/** Matches cut off within `window` that set a rule aside for `rest`. */
const most = 10;
const window = millis(60_000);
const rest = millis(10 * 60_000);

/** The key of its row in the scope of its rule. */
export const QUARANTINE_KEY = 'quarantine';

/**
 * Sets a rule aside whose matches run away again and again: each of them holds up everything else for as
 * long as the time limit lets it. After a rest it is tried again.
 */
export interface Quarantine {
  /** A match was cut off; the answer is the end of the rest that begins with it, if one does. */
  cutOff(now: Instant): Instant | undefined;
  isOn(now: Instant): boolean;
  /** Adds its row if it differs since the last call. */
  writeChanges(to: Row[], scope: string, hash: string): void;
  restore(value: Json): void;
}

export function createQuarantine(): Quarantine {
  let cutOffs: number[] = [];
  let until = 0;
  let dirty = false;
  return {
    cutOff(now) {
      dirty = true;
      cutOffs = [...cutOffs.filter((at) => at > now - window), now];
      if (cutOffs.length < most) return undefined;
      cutOffs = [];
      until = after(now, rest);
      return instant(until);
    },
    isOn: (now) => now < until,
    writeChanges(to, scope, hash) {
      if (!dirty) return;
      dirty = false;
      to.push({ scope, key: QUARANTINE_KEY, hash, value: [until, ...cutOffs] });
    },
    restore(value) {
      [until = 0, ...cutOffs] = value as readonly number[];
    },
  };
}
