import { createAlerting } from '../alerting/alerting.ts';
import type { AlertingInput, AlertingRules } from '../alerting/contract.ts';
import { createEngine, type Engine, type RuleCounters } from '../engine/engine.ts';
import { present } from '../kit/assert.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { EngineInput } from '../model/effect.ts';
import type { Event } from '../model/event.ts';
import { after, instant, latest, millis, type Instant } from '../model/time.ts';
import type { RuleTest, Stage, ToldAlert } from './contract.ts';
import { createReader } from './reader.ts';

/** What came of the lines of a test. */
export interface Played {
  readonly told: readonly ToldAlert[];
  readonly events: readonly Event[];
  readonly counters: readonly RuleCounters[];
  /** What the engine wanted to be known beside alerts: matches that were cut off, and the like. */
  readonly notes: readonly string[];
}

const patience = millis(86_400_000);

/** One receiver on one channel that takes everything: what is told is what `quiet` lets through. */
const everybody: AlertingRules = {
  receivers: [{ name: 'test', channels: ['test'], nextAfter: patience }],
  routes: [],
  channels: [{ name: 'test', concurrency: 1, budgets: [], resolved: false }],
  giveUpAfter: patience,
  maxWaiting: 100_000,
};

/**
 * Plays the lines of a test through the rules and what decides who hears of it, on a clock that goes with
 * the lines. Nothing of one test is left for the next.
 */
export function play(test: RuleTest, stage: Stage): Played {
  const { program, match, limits, late, localTime, perl } = stage;
  const source = sourceOf(test, stage);
  const engine = createEngine(program, {
    match,
    limits,
    late,
    sources: stage.sources.length === 0 ? [source.name] : stage.sources.map(({ name }) => name),
    ...(localTime === undefined ? {} : { localTime }),
    ...(perl === undefined ? {} : { perl }),
  });
  const rules = program.rules.flatMap(({ from }, index) =>
    from === undefined || from.includes(source.name) ? [index] : [],
  );
  const audience = createAudience(engine, stage);
  const reader = createReader(test.lines, source, stage.zone);
  const events: Event[] = [];
  let now: Instant | undefined;
  let seq = 0;
  for (const [index, item] of test.lines.entries()) {
    audience.lineIs(index + 1);
    const wait = typeof item === 'string' ? millis(0) : item.after;
    const line = typeof item === 'string' ? item : item.line;
    const earliestNow = now === undefined ? undefined : after(now, wait);
    const event = line === undefined ? undefined : reader.event(line, earliestNow, index);
    const at = latest(earliestNow ?? event?.at ?? reader.start, event?.at ?? instant(0));
    if (now === undefined) {
      for (const name of stage.sources.length === 0 ? [source.name] : stage.sources.map((one) => one.name)) {
        audience.take({ type: 'sourceState', seq: seq++, now: at, source: name, condition: 'atEnd' });
      }
    }
    now = at;
    if (event === undefined) audience.take({ type: 'tick', seq: seq++, now });
    else {
      events.push(event);
      audience.take({ type: 'event', seq: seq++, now, event, rules });
    }
  }
  return { told: audience.told, events, counters: engine.counters(), notes: audience.notes };
}

/** The source that the rule under test is bound to; else the first. */
function sourceOf({ rule: id }: RuleTest, { program, sources }: Stage): Stage['sources'][number] {
  const bound = program.rules.find((rule) => rule.id === id)?.from?.[0];
  return sources.find(({ name }) => name === bound) ?? sources[0] ?? { name: 'test', format: 'auto' };
}

interface Audience {
  readonly told: ToldAlert[];
  readonly notes: string[];
  lineIs(line: number): void;
  take(input: EngineInput): void;
}

/** The engine, alerting behind it, and who hears of it: every message arrives at once. */
function createAudience(engine: Engine, { title }: Stage): Audience {
  const alerting = createAlerting(everybody);
  const alerts = new Map<string, Alert>();
  const told: ToldAlert[] = [];
  const notes: string[] = [];
  let line = 0;

  const decide = (input: AlertingInput): void => {
    for (const output of alerting.step(input)) {
      if (output.type === 'alert') alerts.set(output.alert.id, output.alert);
      if (output.type !== 'attempt') continue;
      const { notification } = output;
      hear(notification, input.now);
      decide({
        type: 'settled',
        now: input.now,
        notification: notification.id,
        part: 0,
        parts: 1,
        delivery: { type: 'sent' },
      });
    }
  };

  const hear = (notification: Notification, now: Instant): void => {
    for (const id of notification.alerts) {
      const alert = present(alerts.get(id), 'the alert of a notification');
      const { rule, severity, key, last } = alert;
      told.push({
        rule,
        severity,
        key,
        count: last.count,
        title: title(notification, alert, now),
        at: now,
        after: line,
      });
    }
  };

  return {
    told,
    notes,
    lineIs: (number) => void (line = number),
    take(input) {
      for (const effect of engine.step(input)) {
        if (effect.type === 'raise' || effect.type === 'clear')
          decide({ type: 'effect', now: effect.now, effect });
        else if (effect.type === 'note') notes.push(effect.text);
      }
      decide({ type: 'tick', now: input.now });
    },
  };
}
