import type { Instant } from '../model/time.ts';
import { mergeCarried, mutedIn, type Carried, type ReceiverCounters } from './counters.ts';
import type { Desk } from './desk.ts';

/** What was matched by one rule and what became of it, as the engine counts it. */
export interface RuleSum {
  readonly rule: string;
  readonly matched: number;
  readonly raised: number;
  /** By reason. */
  readonly absorbed: { readonly [reason: string]: number };
}

/** A sum that does not hold: something was lost, or counted twice. */
export interface Breach {
  readonly rule: string;
  /** Absent: it is the rule's own sum. */
  readonly receiver?: string;
  readonly at: Instant;
  readonly text: string;
}

/** Most breaches that are kept and told. */
const MOST_BREACHES = 100;
/** How often all that waits is counted anew, in milliseconds, if anything happens. */
const RECOUNT_EVERY = 60_000;

/** Checks the sums that this step touched, and now and then whether all that is counted as waiting waits. */
export function checkSums(desk: Desk): void {
  for (const counted of desk.counters.touched()) {
    const wrong = wrongIn(counted);
    if (wrong !== undefined) tellBreach(desk, counted, wrong);
  }
  if (Math.abs(desk.now - desk.recountedAt) < RECOUNT_EVERY) return;
  desk.recountedAt = desk.now;
  recount(desk);
}

/** Checks the sums of the engine: matched = raised + absorbed. */
export function checkRuleSums(desk: Desk, sums: readonly RuleSum[]): void {
  for (const { rule, matched, raised, absorbed } of sums) {
    const parts = Object.values(absorbed);
    const all = parts.reduce((sum, part) => sum + part, raised);
    const isWrong = matched !== all || raised < 0 || parts.some((part) => part < 0);
    const text = `${matched} matched, but ${raised} raised and ${all - raised} absorbed`;
    if (isWrong) tellBreach(desk, { rule }, text);
  }
}

/** Whether each notification that waits is counted as such, and nothing else is. */
function recount(desk: Desk): void {
  const found = new Map<string, { held: Carried; pending: Carried }>();
  for (const { carried, gathering, notification } of desk.notices.values()) {
    const { receiver } = notification;
    const before = found.get(receiver) ?? { held: {}, pending: {} };
    const kind = gathering === undefined ? 'pending' : 'held';
    found.set(receiver, { ...before, [kind]: mergeCarried([before[kind], carried]) });
  }
  for (const counted of desk.counters.all()) {
    const { rule, receiver, held, pending } = counted;
    const waits = found.get(receiver);
    const [nowHeld, nowPending] = [waits?.held[rule] ?? 0, waits?.pending[rule] ?? 0];
    if (held === nowHeld && pending === nowPending) continue;
    const text = `${held} counted as held and ${pending} as pending, but ${nowHeld} are held and ${nowPending} pending`;
    tellBreach(desk, counted, text);
  }
}

function wrongIn(counted: ReceiverCounters): string | undefined {
  const { raised, delivered, joined, held, pending, undelivered } = counted;
  const muted = mutedIn(counted);
  const least = Math.min(delivered, joined, muted, held, pending, undelivered);
  if (raised === delivered + joined + muted + held + pending + undelivered && least >= 0) return undefined;
  return `${raised} raised, but ${delivered} delivered, ${joined} joined, ${muted} muted, ${held} held, ${pending} pending, ${undelivered} undelivered`;
}

/** Each once: a sum that is wrong stays so. */
function tellBreach(desk: Desk, of: { rule: string; receiver?: string }, text: string): void {
  const { rule, receiver } = of;
  const name = JSON.stringify([rule, receiver ?? '']);
  if (desk.breaches.get(name) !== undefined || desk.breaches.size >= MOST_BREACHES) return;
  const place = receiver === undefined ? { rule } : { rule, receiver };
  desk.breaches.put(name, { ...place, at: desk.now, text });
  const whose = receiver === undefined ? `of rule ${rule}` : `of rule ${rule} for ${receiver}`;
  desk.toSay.push({
    code: 'sums',
    key: receiver === undefined ? [rule] : [rule, receiver],
    severity: 'critical',
    text: `the sum ${whose} does not hold: ${text}. Something was lost or counted twice: please report it`,
    isUrgent: true,
  });
}
