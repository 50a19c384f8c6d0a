import type {
  AlertingInput,
  AlertingOutput,
  AlertingRules,
  ChannelRules,
} from '../../src/alerting/contract.ts';
import type { Notification } from '../../src/model/alert.ts';
import type { Delivery, Outcome } from '../../src/model/delivery.ts';
import type { Effect } from '../../src/model/effect.ts';
import type { Severity } from '../../src/model/program.ts';
import { instant, millis } from '../../src/model/time.ts';

export const minute = 60_000;

export const channelOf = (name: string, more: Partial<ChannelRules> = {}): ChannelRules => ({
  name,
  concurrency: 1,
  budgets: [],
  resolved: false,
  ...more,
});

export const budget = (limit: number, window: number): ChannelRules['budgets'] => [
  { window: millis(window), limit },
];

interface RulesSketch {
  readonly channels: readonly ChannelRules[];
  /** Receiver → chain of channels; absent: one receiver `admin` with the first channel. */
  readonly receivers?: { readonly [name: string]: readonly string[] };
  readonly routes?: AlertingRules['routes'];
  readonly nextAfter?: number;
  readonly giveUpAfter?: number;
  readonly maxWaiting?: number;
  readonly maxOpen?: number;
}

export const rulesOf = (sketch: RulesSketch): AlertingRules => {
  const receivers = sketch.receivers ?? { admin: [sketch.channels[0]?.name ?? 'none'] };
  return {
    receivers: Object.entries(receivers).map(([name, channels]) => ({
      name,
      channels,
      nextAfter: millis(sketch.nextAfter ?? 2 * minute),
    })),
    routes: sketch.routes ?? [],
    channels: sketch.channels,
    giveUpAfter: millis(sketch.giveUpAfter ?? 24 * 60 * minute),
    maxWaiting: sketch.maxWaiting ?? 100,
    ...(sketch.maxOpen === undefined ? {} : { maxOpen: sketch.maxOpen }),
  };
};

interface RaiseSketch {
  readonly rule?: string;
  readonly key?: readonly string[];
  readonly severity?: Severity;
  readonly quiet?: number;
  readonly clears?: boolean;
  readonly fields?: Extract<Effect, { type: 'raise' }>['occurrence']['fields'];
  readonly line?: string;
  readonly seq?: number;
  readonly ordinal?: number;
}

let inputs = 0;

export function raiseAt(now: number, sketch: RaiseSketch = {}): AlertingInput {
  const { rule = 'r', key = [], severity = 'warning', quiet, clears, fields = {}, line = 'a line' } = sketch;
  inputs += 1;
  const effect: Effect = {
    type: 'raise',
    rule,
    key,
    severity,
    occurrence: {
      count: 1,
      first: instant(now),
      last: instant(now),
      fields,
      source: 'app',
      stream: '/var/log/app.log',
      offset: 0,
      line,
    },
    ...(quiet === undefined ? {} : { quiet: millis(quiet) }),
    ...(clears === undefined ? {} : { clears }),
    now: instant(now),
    seq: sketch.seq ?? inputs,
    ordinal: sketch.ordinal ?? 0,
  };
  return { type: 'effect', now: instant(now), effect };
}

export const clearAt = (now: number, rule = 'r', key: readonly string[] = []): AlertingInput => ({
  type: 'effect',
  now: instant(now),
  effect: { type: 'clear', rule, key, now: instant(now), why: 'no match for 1m' },
});

export const tickAt = (now: number): AlertingInput => ({ type: 'tick', now: instant(now) });

export const startedAt = (now: number): AlertingInput => ({ type: 'started', now: instant(now) });

export const settledAt = (
  now: number,
  { id, part }: Pick<Notification, 'id' | 'part'>,
  delivery: Outcome = { type: 'sent' },
  parts = 1,
): AlertingInput => ({ type: 'settled', now: instant(now), notification: id, part, parts, delivery });

export const retry = (
  reason: Extract<Delivery, { type: 'retry' }>['reason'] = 'unavailable',
  afterMs?: number,
): Delivery => ({
  type: 'retry',
  reason,
  detail: 'said the test',
  ...(afterMs === undefined ? {} : { afterMs: millis(afterMs) }),
});

export const failed: Delivery = { type: 'failed', reason: 'rejected', detail: 'said the test' };

export const unknown: Delivery = { type: 'unknown', detail: 'said the test' };

/** The attempts among outputs, in order. */
export const attemptsOf = (outputs: readonly AlertingOutput[]): Notification[] =>
  outputs.flatMap((output) => (output.type === 'attempt' ? [output.notification] : []));

/** The last state of each notification among outputs. */
export const notificationsOf = (outputs: readonly AlertingOutput[]): Notification[] => [
  ...new Map(
    outputs.flatMap((output) =>
      output.type === 'notification' ? [[output.notification.id, output.notification]] : [],
    ),
  ).values(),
];
