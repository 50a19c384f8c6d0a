import type { AlertingOutput } from '../../alerting/contract.ts';
import type { Notification } from '../../model/alert.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { Severity } from '../../model/program.ts';
import type { Instant } from '../../model/time.ts';
import type { Settlement } from '../deliveries.ts';
import type { IntakeCounts } from '../intake.ts';
import type { ChannelMeter } from './contract.ts';
import { createHistogram, type Histogram } from './histogram.ts';

/** What comes through one source, as counters that a reload does not set back. */
export type SourceTotals = Pick<IntakeCounts, 'lines' | 'bytes' | 'candidates' | 'implausible'>;

/**
 * Counts what no other part of the program counts. Nothing of it is done for a line: only for a chunk, an
 * alert, a message and an attempt.
 */
export interface Meter {
  /** A chunk that was received at that time is being taken; undefined: it is done. */
  reading(receivedAt: Instant | undefined): void;
  /** What alerting decided. */
  decided(outputs: readonly AlertingOutput[]): void;
  /** A channel answered an attempt. */
  answered(channel: string, delivery: Delivery): void;
  /** An attempt ended, at that time. */
  settled(settlement: Settlement, at: Instant): void;
  /** These intakes count no more: others come in their place. */
  retired(intakes: Iterable<readonly [source: string, intake: { counts(): IntakeCounts }]>): void;
  /** What the intakes before the present one counted. */
  before(source: string): SourceTotals;
  raised(): { readonly [Word in Severity]: number };
  channels(): ReadonlyMap<string, ChannelMeter>;
}

/** Most messages on their way whose beginning is remembered. */
const mostBegun = 20_000;
const nothing: SourceTotals = { lines: 0, bytes: 0, candidates: 0, implausible: 0 };

/** A meter at zero. */
export function createMeter(): Meter {
  const raised = { info: 0, warning: 0, critical: 0 };
  const former = new Map<string, SourceTotals>();
  const outcomes = new Map<string, Map<string, number>>();
  const latencies = new Map<string, Histogram>();
  /** Messages on their way: by which channel, and when what they tell of was received. */
  const begun = new Map<string, { readonly channel: string; readonly at: Instant }>();
  let receivedAt: Instant | undefined;

  const begin = ({ id, channel, createdAt, by, state }: Notification): void => {
    const known = begun.get(id);
    if (state === 'passed' && by !== undefined && known !== undefined) {
      // The next channel of the chain goes on with what was received then.
      begun.set(by, { channel: begun.get(by)?.channel ?? '', at: known.at });
    }
    if (isOver.has(state)) begun.delete(id);
    else if (known === undefined) {
      begun.set(id, { channel, at: receivedAt ?? createdAt });
      if (begun.size > mostBegun) begun.delete(begun.keys().next().value ?? '');
    } else if (known.channel !== channel) begun.set(id, { channel, at: known.at });
  };

  return {
    reading: (at) => void (receivedAt = at),
    decided(outputs) {
      let severity: Severity | undefined;
      for (const output of outputs) {
        if (output.type === 'alert') severity = output.alert.severity;
        else if (output.type === 'notification') begin(output.notification);
        else if (output.type === 'decision' && output.decision.step === 'raised' && severity !== undefined)
          raised[severity] += 1;
      }
    },
    answered(channel, delivery) {
      const reason = 'reason' in delivery ? delivery.reason : '';
      const name = `${delivery.type} ${reason}`;
      const counts = outcomes.get(channel) ?? new Map<string, number>();
      outcomes.set(channel, counts.set(name, (counts.get(name) ?? 0) + 1));
    },
    settled({ notification, part, parts, delivery }, at) {
      const start = begun.get(notification);
      if (start === undefined || delivery.type !== 'sent' || part < parts - 1) return;
      begun.delete(notification);
      const histogram = latencies.get(start.channel) ?? createHistogram();
      latencies.set(start.channel, histogram);
      histogram.observe((at - start.at) / 1000);
    },
    retired(intakes) {
      for (const [source, intake] of intakes) former.set(source, sum(former.get(source), intake.counts()));
    },
    before: (source) => former.get(source) ?? nothing,
    raised: () => ({ ...raised }),
    channels: () =>
      new Map(
        [...outcomes].map(([channel, counts]) => [
          channel,
          {
            outcomes: [...counts].map(([name, count]) => {
              const [outcome = '', reason = ''] = name.split(' ');
              return { outcome, reason, count };
            }),
            latency: (latencies.get(channel) ?? createHistogram()).spread(),
          },
        ]),
      ),
  };
}

/** States that a message does not leave. */
const isOver: ReadonlySet<Notification['state']> = new Set(['sent', 'dead', 'joined', 'muted', 'passed']);

const sum = (a: SourceTotals = nothing, b: SourceTotals): SourceTotals => ({
  lines: a.lines + b.lines,
  bytes: a.bytes + b.bytes,
  candidates: a.candidates + b.candidates,
  implausible: a.implausible + b.implausible,
});
