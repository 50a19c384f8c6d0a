import * as fc from 'fast-check';
import type { Alert, Decision, Notification } from '../../src/model/alert.ts';
import type { Message } from '../../src/model/delivery.ts';
import type { Json } from '../../src/model/json.ts';
import type { Row } from '../../src/model/machine.ts';
import { instant, type Instant } from '../../src/model/time.ts';
import type { Checkpoint, IntentRow, Round } from '../../src/store/contract.ts';

/** Strings as hostile logs make them: NUL, lone surrogates, control characters, quotes. */
export const hostileText = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', '\0', '\u0001', '\ud800', '\udc00', '😀', '"', '\\', "'", '\n', 'é'),
  }),
  fc.string({ unit: 'binary' }),
);

const json: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json); // -0 is not JSON's

const time = fc.integer({ min: 0, max: 4_000_000_000_000 }).map(instant);

const row: fc.Arbitrary<Row> = fc.record(
  {
    scope: fc.constantFrom('a', 'b', '\ud800'),
    key: hostileText,
    hash: fc.constantFrom('h1', 'h2'),
    value: json,
  },
  { requiredKeys: ['scope', 'key'] },
);

const alertId = fc.constantFrom('A000000001', 'A000000002', 'B000000001', 'B0');
const notificationId = fc.constantFrom('N1', 'N2', 'N3');

const alert: fc.Arbitrary<Alert> = fc
  .record({
    id: alertId,
    rule: fc.constantFrom('ssh', 'disk'),
    key: fc.array(hostileText, { maxLength: 2 }),
    status: fc.constantFrom('open' as const, 'resolved' as const),
    at: time,
    line: hostileText,
  })
  .map(({ id, rule, key, status, at, line }) =>
    sampleAlert(id, { rule, key, status, firstAt: at, lastAt: at }, line),
  );

/** An alert with everything that must be there. */
export function sampleAlert(id: string, more: Partial<Alert> = {}, line = 'bird_alert'): Alert {
  const at = more.lastAt ?? instant(1);
  return {
    id,
    rule: 'ssh',
    key: [],
    severity: 'warning',
    status: 'open',
    raises: 1,
    mutedSinceTold: 0,
    firstAt: at,
    lastAt: at,
    last: { count: 1, first: at, last: at, fields: {}, source: 's', stream: 'f', offset: 0, line },
    samples: [line],
    ...more,
  };
}

/** A notification with everything that must be there. */
export function sampleNotification(id: string, more: Partial<Notification> = {}): Notification {
  return {
    id,
    alerts: [],
    severity: 'warning',
    receiver: 'night',
    channel: 'phone',
    hop: 0,
    reason: 'first',
    state: 'pending',
    createdAt: instant(1),
    dueAt: instant(1),
    attempt: 0,
    part: 0,
    ...more,
  };
}

export function sampleMessage(body: string): Message {
  return {
    title: 't',
    body,
    parts: [body],
    severity: 'info',
    idempotencyKey: 'k',
    payload: {
      version: 1,
      id: 'A1',
      status: 'open',
      reason: 'first',
      rule: 'ssh',
      key: [],
      severity: 'info',
      title: 't',
      text: body,
      count: 1,
      first: '',
      last: '',
      source: 's',
      line: body,
      fields: {},
      groups: {},
    },
  };
}

const notification: fc.Arbitrary<Notification> = fc
  .record({
    id: notificationId,
    state: fc.constantFrom(
      'pending' as const,
      'sending' as const,
      'sent' as const,
      'dead' as const,
      'held' as const,
    ),
    createdAt: time,
    why: hostileText,
  })
  .map(({ id, ...more }) => sampleNotification(id, { ...more, alerts: ['A000000001'] }));

const decision: fc.Arbitrary<Decision> = fc.record(
  {
    at: time,
    alert: alertId,
    notification: notificationId,
    step: fc.constantFrom('raised' as const, 'sent' as const),
    text: hostileText,
  },
  { requiredKeys: ['at', 'alert', 'step', 'text'] },
);

const intent: fc.Arbitrary<IntentRow> = fc.record(
  {
    id: fc.constantFrom('1.0', '1.1', '2.0'),
    rule: fc.constant('sec'),
    action: fc.constantFrom('write', 'shellcmd'),
    desc: hostileText,
    intent: hostileText.map((text) => ({ type: 'log' as const, text })),
    state: fc.constantFrom('pending' as const, 'running' as const, 'done' as const, 'unknown' as const),
    createdAt: time,
    outcome: hostileText,
  },
  { requiredKeys: ['id', 'rule', 'action', 'desc', 'intent', 'state', 'createdAt'] },
);

/** What a round may hold; sequence numbers are given when it is made. */
export const roundContent: fc.Arbitrary<RoundContent> = fc.record({
  inputs: fc.array(json, { maxLength: 4 }),
  marks: fc.array(
    fc.record(
      { source: fc.constantFrom('s', 't'), stream: hostileText, mark: json },
      { requiredKeys: ['source', 'stream'] },
    ),
    { maxLength: 3 },
  ),
  alerts: fc.array(alert, { maxLength: 2 }),
  notifications: fc.array(notification, { maxLength: 2 }),
  texts: fc.array(hostileText, { maxLength: 1 }),
  decisions: fc.array(decision, { maxLength: 3 }),
  intents: fc.array(intent, { maxLength: 3 }),
  alertingRows: fc.array(row, { maxLength: 3 }),
});

export interface RoundContent extends Pick<
  Round,
  'marks' | 'alerts' | 'notifications' | 'decisions' | 'alertingRows'
> {
  readonly inputs: readonly Json[];
  readonly intents: readonly IntentRow[];
  readonly texts: readonly string[];
}

export const checkpointContent: fc.Arbitrary<CheckpointContent> = fc.record({
  now: time,
  engineRows: fc.array(row, { maxLength: 4 }),
  rules: fc.array(fc.tuple(hostileText, fc.constantFrom('h1', 'h2')), { maxLength: 3 }),
  /** How many of the newest inputs it does not cover. */
  behind: fc.integer({ min: 0, max: 2 }),
});

interface CheckpointContent {
  readonly now: Instant;
  readonly engineRows: readonly Row[];
  readonly rules: readonly [string, string][];
  readonly behind: number;
}

/** A round that begins at input number `seq`. */
export function roundAt(seq: number, content: RoundContent): Round {
  const first = content.notifications[0];
  const text = content.texts[0];
  return {
    at: instant(seq),
    nextSeq: seq + content.inputs.length,
    journal: content.inputs.map((input, index) => ({
      seq: seq + index,
      input,
      ...(index % 2 === 1 && { answers: [input, index] }),
    })),
    marks: content.marks,
    alerts: content.alerts,
    notifications: content.notifications,
    messages: new Map(first && text !== undefined ? [[first.id, sampleMessage(text)]] : []),
    decisions: content.decisions,
    intents: content.intents,
    alertingRows: content.alertingRows,
  };
}

/** A round of nothing, to be filled by `more`. */
export function emptyRound(more: Partial<Round> = {}): Round {
  return {
    at: instant(1),
    nextSeq: 0,
    journal: [],
    marks: [],
    alerts: [],
    notifications: [],
    messages: new Map(),
    decisions: [],
    intents: [],
    alertingRows: [],
    ...more,
  };
}

export function checkpointAt(seq: number, more: Partial<Checkpoint> = {}): Checkpoint {
  return { nextSeq: seq, now: instant(1), engineRows: [], rules: new Map(), ...more };
}
