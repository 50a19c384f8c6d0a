import type { Digest } from '../model/alert.ts';
import type { Instant } from '../model/time.ts';
import type { Receiver } from './contract.ts';
import type { ReceiverCounters } from './counters.ts';
import { nextDaily } from './daily.ts';
import { receiverOf, type Desk } from './desk.ts';
import { enqueue, tell } from './outbox.ts';

/** From when on the next summary of a receiver counts, and what was counted until then. */
export interface DigestState {
  readonly receiver: string;
  readonly since: Instant;
  readonly base: readonly ReceiverCounters[];
}

/** Rules that a summary names. */
const MOST_RULES = 10;

/** Begins to count for receivers that want a summary and have none begun; forgets those that want none. */
export function beginDigests(desk: Desk): void {
  for (const { receiver } of desk.digests.values()) {
    if (receiverOf(desk, receiver)?.digest === undefined) desk.digests.remove(receiver);
  }
  for (const { name, digest } of desk.rules.receivers) {
    if (digest !== undefined && desk.digests.get(name) === undefined) countFrom(desk, name);
  }
  scheduleDigests(desk);
}

/** Sets the time of every receiver's next summary. */
export function scheduleDigests(desk: Desk): void {
  for (const [index, receiver] of desk.rules.receivers.entries()) scheduleDigest(desk, receiver, index);
}

/** Tells a receiver what happened since the last summary, also when that is nothing. */
export function tellDigest(desk: Desk, receiver: Receiver): void {
  const state = desk.digests.get(receiver.name);
  const [channel] = receiver.channels;
  if (state === undefined || channel === undefined) return;
  const digest = digestOf(desk, state);
  countFrom(desk, receiver.name);
  const place = { receiver: receiver.name, channel, hop: 0 };
  const draft = { alerts: [], severity: 'info', ...place, reason: 'digest', digest } as const;
  tell(
    desk,
    enqueue(desk, draft, {}, 'the summary of the day'),
    'queued',
    `the summary for ${receiver.name}`,
  );
  scheduleDigests(desk);
}

function scheduleDigest(desk: Desk, receiver: Receiver, index: number): void {
  const state = desk.digests.get(receiver.name);
  // Before the timers of channels, alerts and notifications.
  const order = index - 2_000_000;
  const waker = desk.wakers.get(receiver) ?? { type: 'digest', order, receiver };
  desk.wakers.set(receiver, waker);
  const { digest } = receiver;
  const due = digest === undefined || state === undefined ? undefined : nextDaily(digest, state.since);
  desk.agenda.set(waker, due);
}

function countFrom(desk: Desk, receiver: string): void {
  const base = desk.counters.all().filter((counted) => counted.receiver === receiver);
  desk.digests.put(receiver, { receiver, since: desk.now, base });
}

/** Both sides of its sum are equal: what was raised or waited before, and what became of it. */
function digestOf(desk: Desk, { receiver, since, base }: DigestState): Digest {
  const before = new Map(base.map((counted) => [counted.rule, counted]));
  const sums = { raised: 0, waited: 0, delivered: 0, joined: 0, held: 0, pending: 0, undelivered: 0 };
  const muted: { [reason: string]: number } = {};
  const rules: [string, number][] = [];
  for (const now of desk.counters.all()) {
    if (now.receiver !== receiver) continue;
    const old = before.get(now.rule);
    const raised = now.raised - (old?.raised ?? 0);
    if (raised > 0) rules.push([now.rule, raised]);
    sums.raised += raised;
    sums.waited += (old?.held ?? 0) + (old?.pending ?? 0);
    sums.held += now.held;
    sums.pending += now.pending;
    for (const ending of ['delivered', 'joined', 'undelivered'] as const)
      sums[ending] += now[ending] - (old?.[ending] ?? 0);
    for (const [reason, count] of Object.entries(now.muted)) {
      const more = count - (old?.muted[reason as keyof typeof old.muted] ?? 0);
      if (more !== 0) muted[reason] = (muted[reason] ?? 0) + more;
    }
  }
  const ordered = rules.toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return {
    since,
    until: desk.now,
    ...sums,
    muted,
    rules: ordered.slice(0, MOST_RULES),
    ruleCount: ordered.length,
    open: desk.open.size,
  };
}
