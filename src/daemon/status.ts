import type { Config } from '../config/config.ts';
import type { RuleCounters } from '../engine/engine.ts';
import type { ChannelStatus } from '../alerting/channel-status.ts';
import type { Breach } from '../alerting/check-sums.ts';
import type { ReceiverCounters } from '../alerting/counters.ts';
import type { Instant } from '../model/time.ts';
import type { Ledger, LedgerCounts, LedgerFailure } from '../store/contract.ts';
import type { IntakeCounts } from './intake.ts';
import type { IntentCounts } from './intents/intents.ts';
import type { LoopStats, Way } from './loop.ts';
import type { SourcePump } from './source-pump.ts';

/** One source as `status` shows it. */
export interface SourceStatus extends IntakeCounts {
  readonly name: string;
  readonly streams: readonly { readonly stream: string; readonly condition: string }[];
}

/** One channel as `status` shows it; times as ISO 8601 has them, lengths in milliseconds. */
export interface ShownChannel extends Omit<ChannelStatus, 'since' | 'until' | 'budgets'> {
  /** Absent: it is not configured any more. */
  readonly kind?: string;
  readonly since?: string;
  readonly until?: string;
  readonly budgets: readonly (Omit<ChannelStatus['budgets'][number], 'endsAt'> & {
    /** When it is spent if sending goes on as in the last hour; absent: not within its window. */
    readonly endsAt?: string;
  })[];
}

/** What `status` tells; `version` changes with its form. */
export interface Status {
  readonly version: 1;
  readonly pid: number;
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly rssBytes: number;
  readonly sources: readonly SourceStatus[];
  /** Sources that are behind and hold the clock back. */
  readonly catchingUp: readonly string[];
  readonly rules: readonly RuleCounters[];
  readonly receivers: readonly ReceiverCounters[];
  readonly channels: readonly ShownChannel[];
  /** Silences that have not ended. */
  readonly silences: number;
  /** Sums that do not hold: there should be none. */
  readonly breaches: readonly (Omit<Breach, 'at'> & { readonly at: string })[];
  /** What rules wanted done in the world, since the start; absent: nothing. */
  readonly intents?: IntentCounts;
  readonly ledger: LedgerCounts & { readonly trouble?: string; readonly commitMedianMs?: number };
}

/** What a status is read from. */
export interface StatusInputs {
  readonly config: Config;
  readonly way: Way;
  readonly pumps: readonly SourcePump[];
  readonly ledger: Ledger;
  readonly loop: LoopStats;
  readonly intents: IntentCounts;
  readonly startedAt: number;
  readonly now: number;
  readonly trouble: LedgerFailure | undefined;
  readonly holding: readonly string[];
}

/** Reads the state of everything at this moment. */
export function statusOf(inputs: StatusInputs): Status {
  const { way, ledger, trouble } = inputs;
  const commitMedianMs = median(inputs.loop.commitMs);
  return {
    version: 1,
    pid: process.pid,
    startedAt: new Date(inputs.startedAt).toISOString(),
    uptimeSeconds: Math.round((inputs.now - inputs.startedAt) / 1000),
    rssBytes: process.memoryUsage.rss(),
    sources: inputs.pumps.map((pump) => sourceStatus(pump, way)),
    catchingUp: inputs.holding,
    rules: way.machines.engine.counters(),
    receivers: way.machines.alerting.counters(),
    channels: channelsOf(way.machines.alerting.channels(), inputs.config),
    silences: way.machines.alerting.silences().length,
    breaches: breachesOf(way.machines.alerting.breaches()),
    ...(isNothing(inputs.intents) ? {} : { intents: inputs.intents }),
    ledger: {
      ...ledger.counts(),
      ...(trouble === undefined ? {} : { trouble: trouble.detail }),
      ...(commitMedianMs === undefined ? {} : { commitMedianMs }),
    },
  };
}

/** Breaches as people and programs see them. */
export const breachesOf = (breaches: readonly Breach[]): Status['breaches'] =>
  breaches.map((breach) => ({ ...breach, at: isoTime(breach.at) }));

/** Channels of alerting as people and programs see them. */
export function channelsOf(
  channels: readonly ChannelStatus[],
  config: Pick<Config, 'channels'>,
): readonly ShownChannel[] {
  const kinds = new Map(config.channels.map(({ name, kind }) => [name, kind.kind]));
  return channels.map(({ since, until, budgets, ...channel }) => {
    const kind = kinds.get(channel.name);
    return {
      ...(kind === undefined ? {} : { kind }),
      ...channel,
      ...(since === undefined ? {} : { since: isoTime(since) }),
      ...(until === undefined ? {} : { until: isoTime(until) }),
      budgets: budgets.map(({ endsAt, ...budget }) => ({
        ...budget,
        ...(endsAt === undefined ? {} : { endsAt: isoTime(endsAt) }),
      })),
    };
  });
}

/** A clock that was far ahead, or was never told, is no reason to fail. */
const isoTime = (at: Instant): string => new Date(Math.max(0, Math.min(at, 8.64e15))).toISOString();

const isNothing = ({ done, lost, running, waiting }: IntentCounts): boolean =>
  done + lost + running + waiting === 0;

function sourceStatus(pump: SourcePump, way: Way): SourceStatus {
  const counts = way.intakes.get(pump.name)?.counts();
  return {
    name: pump.name,
    streams: [...pump.conditions()].map(([stream, condition]) => ({ stream, condition })),
    ...(counts ?? { lines: 0, bytes: 0, candidates: 0, implausible: 0 }),
  };
}

/** The middle one; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
