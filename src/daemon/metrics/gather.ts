import { mutedIn } from '../../alerting/counters.ts';
import type { Config, SourceConfig } from '../../config/config.ts';
import type { RuleCounters } from '../../engine/engine.ts';
import type { Alert } from '../../model/alert.ts';
import type { Instant } from '../../model/time.ts';
import type { Ledger } from '../../store/contract.ts';
import type { Clock } from '../clock.ts';
import type { IntentCounts } from '../intents/intents.ts';
import type { LoopStats, Way } from '../loop.ts';
import { overall, type SourcePump } from '../source-pump.ts';
import { channelsOf, median } from '../status.ts';
import type { ChannelMeter, LedgerFigures, Metrics, RaiseFigures, SourceFigures } from './contract.ts';
import { createHistogram } from './histogram.ts';
import type { Meter, SourceTotals } from './meter.ts';
import { processFigures } from './process.ts';

/** What figures are read from. */
export interface Gathered {
  readonly config: Config;
  readonly way: Way;
  readonly meter: Meter;
  readonly pumps: readonly SourcePump[];
  readonly ledger: Pick<Ledger, 'counts' | 'marks'>;
  readonly clock: Pick<Clock, 'holding' | 'reachedBy'>;
  readonly loop: LoopStats;
  readonly intents: IntentCounts;
  readonly startedAt: number;
  readonly now: number;
  readonly isTroubled: boolean;
}

/** Rules that are told of one by one; the others are summed up. */
const mostRules = 1000;
/** Stands for several things where names do; no configured name has brackets. */
export const otherRules = '(others)';
const addedSources = '(added)';

/** Everything that can be told in figures, now. */
export async function gatherMetrics(from: Gathered): Promise<Metrics> {
  const { way, meter, loop } = from;
  // What is there of files is asked for first: nothing that is read meanwhile can seem not to be there.
  const unread = await unreadBySource(from);
  const figures = await processFigures();
  return {
    version: 1,
    at: from.now,
    startedAt: from.startedAt,
    pid: process.pid,
    sources: sourcesOf(from, unread),
    catchingUp: from.clock.holding().filter((name) => isConfigured(name, from.config)),
    rules: fewer(rulesOf(way, from.config)),
    alerts: { raised: meter.raised(), open: bySeverity(way.machines.alerting.openAlerts()) },
    raises: raisesOf(way),
    channels: channelsOf(way.machines.alerting.channels(), from.config).map((channel) => ({
      ...channel,
      ...(meter.channels().get(channel.name) ?? silent),
    })),
    silences: way.machines.alerting.silences().length,
    breaches: way.machines.alerting.breaches().length,
    intents: from.intents,
    ledger: ledgerOf(from, loop),
    process: figures,
  };
}

const silent: ChannelMeter = { outcomes: [], latency: createHistogram().spread() };

const isConfigured = (name: string, { sources }: Config): boolean =>
  sources.some((source) => source.name === name);

/** The counters of rules that the configuration names: those of others have no place to end. */
function rulesOf(way: Way, { program }: Config): readonly RuleCounters[] {
  const ids = new Set(program.rules.map(({ id }) => id));
  return way.machines.engine.counters().filter(({ rule }) => ids.has(rule));
}

/** At most a thousand, and one that stands for those beyond. */
function fewer(rules: readonly RuleCounters[]): readonly RuleCounters[] {
  if (rules.length <= mostRules) return rules;
  const none = {
    rule: otherRules,
    matched: 0,
    raised: 0,
    absorbed: {},
    timedOut: 0,
    skipped: 0,
    evicted: 0,
  };
  const others = rules.slice(mostRules).reduce<RuleCounters>(
    (sum, rule) => ({
      ...sum,
      matched: sum.matched + rule.matched,
      raised: sum.raised + rule.raised,
      timedOut: sum.timedOut + rule.timedOut,
      skipped: sum.skipped + rule.skipped,
      evicted: sum.evicted + rule.evicted,
    }),
    none,
  );
  return [...rules.slice(0, mostRules), others];
}

function bySeverity(alerts: readonly Alert[]): Metrics['alerts']['open'] {
  const counts = { info: 0, warning: 0, critical: 0 };
  for (const { severity } of alerts) counts[severity] += 1;
  return counts;
}

function raisesOf(way: Way): RaiseFigures {
  const sum = { delivered: 0, joined: 0, muted: 0, undelivered: 0, held: 0, pending: 0 };
  for (const counters of way.machines.alerting.counters()) {
    sum.delivered += counters.delivered;
    sum.joined += counters.joined;
    sum.muted += mutedIn(counters);
    sum.undelivered += counters.undelivered;
    sum.held += counters.held;
    sum.pending += counters.pending;
  }
  return sum;
}

/** By source; absent: its kind cannot tell. */
async function unreadBySource({ config, ledger }: Gathered): Promise<ReadonlyMap<string, number>> {
  const marks = ledger.marks();
  const of = async ({ name, kind }: SourceConfig): Promise<readonly (readonly [string, number])[]> => {
    const bytes = await kind.unread?.(marks?.get(name) ?? new Map());
    return bytes === undefined ? [] : [[name, bytes]];
  };
  return new Map((await Promise.all(config.sources.map(of))).flat());
}

function sourcesOf(from: Gathered, unread: ReadonlyMap<string, number>): readonly SourceFigures[] {
  const { config, pumps } = from;
  const own = config.sources.map(({ name }) => {
    const pump = pumps.find((each) => each.name === name);
    const bytes = unread.get(name);
    const lag = pump && lagOf(pump, from);
    return {
      name,
      ...totalsOf([name], from),
      streams: streamsOf(pump === undefined ? [] : [pump]),
      ...(lag === undefined ? {} : { lagSeconds: lag }),
      ...(bytes === undefined ? {} : { lagBytes: bytes }),
    };
  });
  const added = pumps.filter(({ name }) => !isConfigured(name, config));
  if (added.length === 0) return own;
  const lags = added.flatMap((pump) => lagOf(pump, from) ?? []);
  const names = added.map(({ name }) => name);
  const lag = lags.length === 0 ? {} : { lagSeconds: Math.max(...lags) };
  return [...own, { name: addedSources, ...totalsOf(names, from), streams: streamsOf(added), ...lag }];
}

/**
 * Seconds by which a source is behind: while it catches up, the age of the event time it has reached; else
 * that of the chunk which is not committed yet.
 */
function lagOf(pump: SourcePump, { clock, now }: Gathered): number | undefined {
  const condition = overall(pump.conditions());
  if (condition === 'unreadable' || condition === 'gone') return undefined;
  const { openedAt, waiting } = pump.progress();
  const since: Instant | undefined =
    condition === 'reading' ? (clock.reachedBy(pump.name) ?? openedAt) : waiting;
  return since === undefined ? 0 : Math.max(0, now - since) / 1000;
}

function streamsOf(pumps: readonly SourcePump[]): SourceFigures['streams'] {
  const counts: { [condition: string]: number } = { reading: 0, atEnd: 0, unreadable: 0, gone: 0 };
  for (const pump of pumps)
    for (const condition of pump.conditions().values()) counts[condition] = (counts[condition] ?? 0) + 1;
  return counts;
}

function totalsOf(names: readonly string[], { meter, way }: Gathered): SourceTotals {
  const sum = { lines: 0, bytes: 0, candidates: 0, implausible: 0 };
  for (const name of names)
    for (const part of [meter.before(name), way.intakes.get(name)?.counts()]) {
      sum.lines += part?.lines ?? 0;
      sum.bytes += part?.bytes ?? 0;
      sum.candidates += part?.candidates ?? 0;
      sum.implausible += part?.implausible ?? 0;
    }
  return sum;
}

function ledgerOf({ ledger, isTroubled }: Gathered, loop: LoopStats): LedgerFigures {
  const { bytes, alerts, openAlerts, byState } = ledger.counts();
  const commitMs = median(loop.commitMs);
  return {
    bytes,
    alerts,
    openAlerts,
    messages: byState,
    commits: loop.rounds,
    ...(commitMs === undefined ? {} : { commitMedianSeconds: commitMs / 1000 }),
    checkpoints: loop.checkpoints,
    ...(loop.checkpointMs === undefined ? {} : { checkpointSeconds: loop.checkpointMs / 1000 }),
    ...(loop.checkpointAt === undefined ? {} : { checkpointAt: loop.checkpointAt / 1000 }),
    writable: !isTroubled,
  };
}
