import * as fc from 'fast-check';
import { createAlerting, type Alerting } from '../../src/alerting/alerting.ts';
import type {
  AlertingInput,
  AlertingOutput,
  AlertingRules,
  Route,
  SilenceRequest,
} from '../../src/alerting/contract.ts';
import { silenceId } from '../../src/alerting/silence.ts';
import type { Notification } from '../../src/model/alert.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import type { Row } from '../../src/model/machine.ts';
import { instant, millis } from '../../src/model/time.ts';
import {
  channelOf,
  clearAt,
  failed,
  minute,
  raiseAt,
  retry,
  rulesOf,
  settledAt,
  startedAt,
  tickAt,
  unknown,
} from './alerting-samples.ts';

const hour = 60 * minute;
export const day = 24 * hour;

/** A reload may bring longer windows as well as shorter ones. */
const shortWindows = fc.constantFrom(minute, 10 * minute, hour).map(millis);
const longWindows = fc.constantFrom(3 * hour, day).map(millis);

const grouping = fc.record({
  by: fc.constantFrom(['rule'], ['severity', 'key'], ['host']),
  wait: fc.constantFrom(0, 30_000, 5 * minute).map(millis),
  every: fc.constantFrom(minute, hour).map(millis),
});

const followed = fc.record(
  {
    repeat: fc.constantFrom(minute, hour).map(millis),
    escalate: fc.record({
      after: fc.constantFrom(minute, 15 * minute).map(millis),
      to: fc.constantFrom(['team'], ['wall', 'nobody']),
    }),
    group: grouping,
  },
  { requiredKeys: [] },
);

const routes: fc.Arbitrary<readonly Route[]> = fc.oneof(
  fc.constant([]),
  fc.tuple(followed, followed, fc.boolean()).map(([urgent, rest, continues]): readonly Route[] => [
    { when: { severity: ['critical'], fields: {} }, to: ['admin', 'wall'], continues, ...urgent },
    { when: { rule: ['r*'], fields: {} }, to: ['team', 'wall'], continues: false, ...rest },
  ]),
);

/** Every way in which a configuration can ask for less, later or more. */
export const fullRules: fc.Arbitrary<AlertingRules> = fc
  .record({
    short: shortWindows,
    long: longWindows,
    budgeted: fc.constantFrom('both', 'both', 'long', 'none'),
    limit: fc.integer({ min: 1, max: 5 }),
    reserve: fc.nat(2),
    concurrency: fc.integer({ min: 1, max: 3 }),
    maxWaiting: fc.integer({ min: 1, max: 6 }),
    nextAfter: fc.integer({ min: 1000, max: 5 * minute }),
    giveUpAfter: fc.integer({ min: hour, max: 3 * hour }),
    maxOpen: fc.integer({ min: 1, max: 6 }),
    maxSilences: fc.integer({ min: 1, max: 3 }),
    routes,
    quiet: fc.option(fc.record({ from: fc.nat(23), to: fc.nat(23) }), { nil: undefined }),
    digest: fc.option(fc.nat(23), { nil: undefined }),
    storm: fc.option(fc.record({ above: fc.integer({ min: 1, max: 5 }), first: fc.nat(2) }), {
      nil: undefined,
    }),
    flapping: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    inhibits: fc.boolean(),
  })
  .map(
    ({
      short,
      long,
      budgeted,
      limit,
      reserve,
      concurrency,
      quiet,
      digest,
      storm,
      flapping,
      inhibits,
      maxSilences,
      ...more
    }) => {
      const budgets = [
        ...(budgeted === 'both' ? [{ window: short, limit, reserve: Math.min(reserve, limit) }] : []),
        ...(budgeted === 'none' ? [] : [{ window: long, limit: limit * 3 }]),
      ];
      const rules = rulesOf({
        ...more,
        channels: [
          channelOf('phone', { budgets, concurrency, budgetKey: 'account' }),
          channelOf('mail', { resolved: true, concurrency }),
          channelOf('board', { budgets, resolved: true, budgetKey: 'account' }),
        ],
        receivers: { admin: ['phone', 'mail', 'board'], team: ['mail'], wall: ['board', 'phone'] },
      });
      const hours =
        quiet === undefined
          ? {}
          : {
              quietHours: {
                name: 'nights',
                from: quiet.from * hour,
                to: quiet.to * hour,
                zone: 'Europe/Paris',
                hold: ['info', 'warning'] as const,
                exempt: ['phone'],
              },
            };
      return {
        ...rules,
        maxSilences,
        receivers: rules.receivers.map((receiver) => ({
          ...receiver,
          ...hours,
          ...(digest === undefined || receiver.name === 'wall'
            ? {}
            : { digest: { at: digest * hour, zone: 'UTC' } }),
        })),
        inhibit: inhibits
          ? [
              {
                source: { severity: ['critical'], fields: {} },
                target: { severity: ['info', 'warning'], fields: {} },
                equal: ['host'],
              },
            ]
          : [],
        ...(storm === undefined ? {} : { storm: { ...storm, within: millis(5 * minute) } }),
        ...(flapping === undefined ? {} : { flapping: { above: flapping, within: millis(hour) } }),
      };
    },
  );

const deliveries: fc.Arbitrary<Delivery> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Delivery>({ type: 'sent', receipt: 'ok' }) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'unavailable',
          'timeout',
          'rateLimited',
          'auth',
          'outOfCredit',
          'recipient',
          'rejected',
        ),
        fc.option(fc.nat(10 * minute), { nil: undefined }),
      )
      .map(([reason, afterMs]) => retry(reason, afterMs)),
  },
  { weight: 1, arbitrary: fc.constant(unknown) },
  { weight: 1, arbitrary: fc.constant(failed) },
);

/** What happens next; `pick` says to which of the things that are there. */
export interface Move {
  readonly ahead: number;
  readonly what:
    | 'raise'
    | 'clear'
    | 'settle'
    | 'tick'
    | 'restart'
    | 'reload'
    | 'send'
    | 'resolve'
    | 'ack'
    | 'silence'
    | 'expire';
  readonly rule: string;
  readonly key: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly quiet: number | undefined;
  readonly clears: boolean;
  readonly pick: number;
  readonly delivery: Delivery;
}

const often: Move['what'][] = ['raise', 'raise', 'raise', 'raise', 'raise', 'settle', 'settle', 'settle'];

/** Lives of sixty moves. */
export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    ahead: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { weight: 4, arbitrary: fc.nat(2000) },
      { weight: 2, arbitrary: fc.nat(10 * minute) },
      { weight: 1, arbitrary: fc.nat(8 * hour) },
    ),
    what: fc.constantFrom<Move['what'][]>(
      ...often,
      'clear',
      'clear',
      'tick',
      'restart',
      'reload',
      'send',
      'resolve',
      'ack',
      'silence',
      'expire',
    ),
    rule: fc.constantFrom('r1', 'r2', 'other'),
    key: fc.constantFrom('a', 'b', 'c'),
    severity: fc.constantFrom('info', 'warning', 'critical'),
    quiet: fc.constantFrom(undefined, 5000, 10 * minute),
    clears: fc.boolean(),
    pick: fc.nat(20),
    delivery: deliveries,
  }),
  { maxLength: 60 },
);

/** A shell in miniature: commits everything at once, carries attempts out, may die and come back. */
export interface World {
  readonly alerting: () => Alerting;
  readonly now: () => number;
  readonly rules: () => AlertingRules;
  readonly rows: ReadonlyMap<string, Row>;
  /** Of the rows those of one scope. */
  readonly rowsOf: (scope: string) => Iterable<Row>;
  readonly notifications: ReadonlyMap<string, Notification>;
  readonly attempts: readonly { readonly now: number; readonly attempt: Notification }[];
  readonly sentParts: readonly string[];
  readonly transcript: readonly string[];
  play(move: Move): void;
  /** Puts a machine with the same rows in the place of this one. */
  restore(): void;
  /** The program starts again while the machine's clock shows this. */
  startAt(at: number): void;
  /** Lets time pass until then, and answers every attempt. */
  run(until: number, answer?: (attempt: Notification, now: number) => Delivery): void;
  step(input: AlertingInput): AlertingOutput[];
}

/** A fresh world; `variants`: the rules it has, then those that reloads bring. */
export function createWorld(variants: readonly AlertingRules[]): World {
  const rows = new Map<string, Row>();
  const byScope = new Map<string, Map<string, Row>>();
  const notifications = new Map<string, Notification>();
  const attempts: { now: number; attempt: Notification }[] = [];
  const sentParts: string[] = [];
  const transcript: string[] = [];
  let now = 1_000_000;
  let seq = 0;
  let variant = 0;
  let underWay: Notification[] = [];
  const rules = (): AlertingRules => variants[variant % variants.length] as AlertingRules;
  let alerting = createAlerting(rules());

  const step = (input: AlertingInput): AlertingOutput[] => {
    const outputs = alerting.step(input);
    transcript.push(JSON.stringify(outputs));
    for (const row of alerting.changes()) {
      const name = JSON.stringify([row.scope, row.key]);
      const kept = row.value === undefined ? undefined : (JSON.parse(JSON.stringify(row)) as Row);
      const ofScope = byScope.get(row.scope) ?? new Map<string, Row>();
      byScope.set(row.scope, ofScope);
      for (const map of [rows, ofScope]) {
        if (kept === undefined) map.delete(name);
        else map.set(name, kept);
      }
    }
    for (const output of outputs) {
      if (output.type === 'notification') notifications.set(output.notification.id, output.notification);
      if (output.type !== 'attempt') continue;
      underWay.push(output.notification);
      attempts.push({ now, attempt: output.notification });
    }
    return outputs;
  };

  const restore = (): void => {
    alerting = createAlerting(rules());
    alerting.restore([...rows].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, row]) => row));
  };

  const settle = (attempt: Notification, delivery: Delivery): void => {
    underWay = underWay.filter((other) => other !== attempt);
    if (delivery.type === 'sent') sentParts.push(`${attempt.id} ${attempt.part}`);
    step(settledAt(now, attempt, delivery, 1 + ((attempt.id.codePointAt(0) ?? 0) % 2)));
  };

  const alertAt = (pick: number): string | undefined => {
    const ids = [...notifications.values()].flatMap(({ alerts }) => alerts);
    return ids[pick % Math.max(1, ids.length)];
  };

  const silenceAt = ({ rule, pick, key }: Move): SilenceRequest => ({
    when: pick % 2 === 0 ? { rule: [rule], fields: {} } : { fields: { host: [key] } },
    author: 'ada',
    comment: '',
    startsAt: instant(now + (pick % 3) * minute),
    endsAt: instant(now + (1 + (pick % 5)) * 30 * minute),
  });

  const play = (move: Move): void => {
    now += move.ahead;
    seq += 1;
    const { rule, key, severity, quiet, clears, pick } = move;
    switch (move.what) {
      case 'raise': {
        const more = quiet === undefined ? {} : { quiet };
        step(raiseAt(now, { rule, key: [key], severity, clears, seq, fields: { host: key }, ...more }));
        return;
      }
      case 'clear':
        step(clearAt(now, rule, [key]));
        return;
      case 'settle': {
        const attempt = underWay[pick % Math.max(1, underWay.length)];
        if (attempt !== undefined) settle(attempt, move.delivery);
        return;
      }
      case 'tick':
        step(tickAt(now));
        return;
      case 'restart':
        underWay = [];
        restore();
        step(startedAt(now));
        return;
      case 'reload':
        variant += 1;
        restore();
        step(tickAt(now));
        return;
      case 'send':
        step({ type: 'send', now: instant(now), seq, to: ['team'], text: 'hello', severity: 'info' });
        return;
      case 'resolve': {
        const alert = alertAt(pick);
        if (alert !== undefined) step({ type: 'resolve', now: instant(now), alert, why: 'by hand' });
        return;
      }
      case 'ack': {
        const alert = alertAt(pick);
        if (alert !== undefined)
          step({ type: 'ack', now: instant(now), alert, author: 'ada', note: 'on it' });
        return;
      }
      case 'silence':
        step({ type: 'silence-add', now: instant(now), seq, silence: silenceAt(move) });
        return;
      case 'expire':
        step({ type: 'silence-expire', now: instant(now), silence: silenceId(Math.max(1, seq - pick)) });
    }
  };

  const startAt = (at: number): void => {
    now = at;
    underWay = [];
    restore();
    step(startedAt(now));
  };

  const run: World['run'] = (until, answer = () => ({ type: 'sent' })) => {
    for (let round = 0; round < 50_000; round += 1) {
      const [attempt] = underWay;
      const wake = alerting.nextWake();
      if (attempt !== undefined) settle(attempt, answer(attempt, now));
      else if (wake === undefined || wake > until) {
        now = Math.max(now, until);
        return;
      } else {
        now = Math.max(now, wake);
        step(tickAt(now));
      }
    }
    throw new Error('never comes to rest');
  };

  return {
    alerting: () => alerting,
    now: () => now,
    rules,
    rows,
    rowsOf: (scope) => byScope.get(scope)?.values() ?? [],
    notifications,
    attempts,
    sentParts,
    transcript,
    play,
    restore,
    startAt,
    run,
    step,
  };
}
