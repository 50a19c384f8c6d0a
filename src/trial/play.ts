import type { Alerting } from '../alerting/alerting.ts';
import type { AlertingOutput } from '../alerting/contract.ts';
import type { Engine } from '../engine/engine.ts';
import type { Notification } from '../model/alert.ts';
import type { Effect, EngineInput, SourceCondition } from '../model/effect.ts';
import type { Event } from '../model/event.ts';
import type { Instant } from '../model/time.ts';

/** Who wants to know what happens. All of it at the time of the events. */
export interface Audience {
  effect(effect: Effect): void;
  /** What alerting decided. */
  decided(output: AlertingOutput, now: Instant): void;
  /** One part is sent; answers with the number of parts that its message has. */
  sent(notification: Notification, now: Instant): number;
}

/** The two machines on the clock of what is played to them; every message arrives at once. */
export interface Play {
  event(event: Event, rules: readonly number[], now: Instant): void;
  source(source: string, condition: SourceCondition, now: Instant): void;
  /** Time passes up to `now`. */
  reach(now: Instant): void;
  now(): Instant;
}

/** Rows that the engine would write out are thrown away after so many inputs: they pile up else. */
const inputsPerSweep = 65_536;

/** Begins at the input number `nextSeq`. */
export function createPlay(engine: Engine, alerting: Alerting, audience: Audience, nextSeq = 0): Play {
  let seq = nextSeq;
  let now = engine.now();
  let untilSweep = inputsPerSweep;
  let isStarted = false;

  const correlate = (input: EngineInput): void => {
    const effects = engine.step(input);
    if (effects.length > 0) for (const effect of effects) heed(effect);
    untilSweep -= 1;
    if (untilSweep > 0) return;
    untilSweep = inputsPerSweep;
    engine.changes();
  };

  const heed = (effect: Effect): void => {
    audience.effect(effect);
    if (effect.type !== 'raise' && effect.type !== 'clear') return;
    wakeAlerting(alerting, effect.now, follow);
    follow(alerting.step({ type: 'effect', now: effect.now, effect }), effect.now);
  };

  const follow = (outputs: readonly AlertingOutput[], at: Instant): void => {
    for (const output of outputs) audience.decided(output, at);
    for (const output of outputs) {
      if (output.type !== 'attempt') continue;
      const { id: notification, part } = output.notification;
      const parts = audience.sent(output.notification, at);
      const delivery = { type: 'sent' } as const;
      follow(alerting.step({ type: 'settled', now: at, notification, part, parts, delivery }), at);
    }
  };

  const reach = (to: Instant): void => {
    if (to > now) now = to;
    // Not before the first time is known: whatever alerting does every day it would do since 1970.
    if (isStarted) return;
    isStarted = true;
    follow(alerting.step({ type: 'started', now }), now);
  };

  return {
    event(event, rules, to) {
      reach(to);
      correlate({ type: 'event', seq: seq++, now, event, rules });
    },
    source(source, condition, to) {
      reach(to);
      correlate({ type: 'sourceState', seq: seq++, now, source, condition });
    },
    reach(to) {
      reach(to);
      const wake = engine.nextWake();
      if (wake !== undefined && wake <= now) correlate({ type: 'tick', seq: seq++, now });
      wakeAlerting(alerting, now, follow);
    },
    now: () => now,
  };
}

/** Lets alerting do what is due, each at its own time. */
export function wakeAlerting(
  alerting: Alerting,
  to: Instant,
  follow: (outputs: readonly AlertingOutput[], at: Instant) => void,
): void {
  let last: Instant | undefined;
  for (let wake = alerting.nextWake(); wake !== undefined && wake <= to; wake = alerting.nextWake()) {
    // One that stays due is due when something else happens.
    if (last !== undefined && wake <= last) break;
    last = wake;
    follow(alerting.step({ type: 'tick', now: wake }), wake);
  }
}
