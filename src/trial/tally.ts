import type { AlertingOutput, AlertingRules } from '../alerting/contract.ts';
import type { RuleCounters } from '../engine/engine.ts';
import type { Alert, Notification } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Program, Severity } from '../model/program.ts';
import type { Instant } from '../model/time.ts';
import { countCommonest, type Commonest } from './commonest.ts';
import type { DayOf } from './days.ts';
import { watchLimits } from './limits.ts';
import type { BacktestResult, ChannelResult, RuleResult } from './result.ts';
import { channelResult, rulesResult } from './tally-results.ts';

/** What is counted while history is played. */
export interface Tally {
  effect(effect: Effect): void;
  decided(output: AlertingOutput, now: Instant): void;
  /** A part was sent, of a message with so many. */
  sent(notification: Notification, now: Instant): void;
  rules(counters: readonly RuleCounters[]): readonly RuleResult[];
  channels(): readonly ChannelResult[];
  notes(): BacktestResult['notes'];
}

/** What is counted of one rule. */
export interface RuleTally {
  severity: Severity | undefined;
  alerts: number;
  actions: number;
  readonly days: Map<number, { alerts: number; raised: number }>;
  readonly keys: Commonest;
  first: Instant | undefined;
  last: Instant | undefined;
  sample: string | undefined;
}

/** What is counted of one channel. */
export interface ChannelTally {
  messages: number;
  parts: number;
  readonly reasons: { [reason: string]: number };
  readonly days: Map<number, { messages: number; parts: number }>;
}

/** A channel as the tally sees it. */
export type TalliedChannel = AlertingRules['channels'][number] & { readonly kind: string };

const longestSample = 1024;
const mostNotes = 1000;

/** Nothing is counted yet. */
export function createTally(program: Program, channels: readonly TalliedChannel[], dayOf: DayOf): Tally {
  const byRule = new Map<string, RuleTally>();
  const byChannel = new Map<string, ChannelTally>();
  const notes = new Map<string, { code: string; text: string; times: number }>();
  const limits = watchLimits(channels);
  let lastAlert: Alert | undefined;

  const ruleTally = (rule: string): RuleTally => {
    const known = byRule.get(rule);
    if (known !== undefined) return known;
    const made: RuleTally = {
      severity: undefined,
      alerts: 0,
      actions: 0,
      days: new Map(),
      keys: countCommonest(),
      first: undefined,
      last: undefined,
      sample: undefined,
    };
    byRule.set(rule, made);
    return made;
  };

  const raised = (effect: Extract<Effect, { type: 'raise' }>): void => {
    const tally = ruleTally(effect.rule);
    dayIn(tally.days, dayOf(effect.now), noAlerts).raised += 1;
    tally.severity = worse(tally.severity, effect.severity);
    tally.first ??= effect.now;
    tally.last = effect.now;
    tally.sample ??= effect.occurrence.line.slice(0, longestSample);
    const { key } = effect;
    if (key.length > 0) tally.keys.add(keyText(key));
  };

  const begun = ({ rule, severity, last }: Alert, now: Instant): void => {
    const tally = ruleTally(rule);
    tally.alerts += 1;
    dayIn(tally.days, dayOf(now), noAlerts).alerts += 1;
    // What alerting itself has to say was raised by no effect.
    tally.severity ??= severity;
    tally.first ??= now;
    tally.last = now;
    tally.sample ??= last.line.slice(0, longestSample);
  };

  const noted = (code: string, text: string): void => {
    const known = notes.get(text);
    if (known !== undefined) known.times += 1;
    else if (notes.size < mostNotes) notes.set(text, { code, text, times: 1 });
  };

  return {
    effect(effect) {
      if (effect.type === 'raise') raised(effect);
      else if (effect.type === 'do') ruleTally(effect.rule).actions += 1;
      else if (effect.type === 'note') noted(effect.code, effect.text);
    },
    decided(output, now) {
      if (output.type === 'alert') lastAlert = output.alert;
      if (output.type !== 'decision' || output.decision.step !== 'raised') return;
      if (lastAlert?.id === output.decision.alert) begun(lastAlert, now);
    },
    sent({ channel, part, reason }, now) {
      const known = byChannel.get(channel);
      const tally: ChannelTally = known ?? { messages: 0, parts: 0, reasons: {}, days: new Map() };
      if (known === undefined) byChannel.set(channel, tally);
      const number = dayOf(now);
      const day = dayIn(tally.days, number, () => ({ messages: 0, parts: 0 }));
      tally.parts += 1;
      day.parts += 1;
      if (part === 0) {
        tally.messages += 1;
        day.messages += 1;
        tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1;
      }
      limits.spent(channel, now, number);
    },
    rules: (counters) => rulesResult(program, counters, byRule),
    channels: () => channels.map((channel) => channelResult(channel, byChannel.get(channel.name), limits)),
    notes: () => [...notes.values()],
  };
}

/** A key in words, no two alike: of several values, those that could be taken for more than one are quoted. */
const keyText = (key: readonly string[]): string =>
  key.length === 1
    ? (key[0] ?? '')
    : key.map((value) => (/^[^\s"]+$/.test(value) ? value : JSON.stringify(value))).join(' ');

const noAlerts = (): { alerts: number; raised: number } => ({ alerts: 0, raised: 0 });

function dayIn<Counts>(days: Map<number, Counts>, day: number, make: () => Counts): Counts {
  const known = days.get(day);
  if (known !== undefined) return known;
  const made = make();
  days.set(day, made);
  return made;
}

const rank: { readonly [Word in Severity]: number } = { info: 0, warning: 1, critical: 2 };

const worse = (a: Severity | undefined, b: Severity): Severity =>
  a !== undefined && rank[a] > rank[b] ? a : b;
