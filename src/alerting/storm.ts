import type { Summary } from '../model/alert.ts';
import { instant, millis, type Instant, type Millis } from '../model/time.ts';
import type { StormRules } from './contract.ts';
import { receiverOf, type Desk } from './desk.ts';
import { letGo, type Gathering } from './gathering.ts';
import { enqueue, tell } from './outbox.ts';

/** How much one receiver was to be told lately. */
export interface Storm {
  readonly receiver: string;
  readonly order: number;
  /** The newest tellings, one more than is not yet a storm. */
  recent: [at: Instant, rule: string][];
  /** While there is a storm. */
  since?: Instant;
  /** What was told at once in it, by rule. */
  kinds: { [rule: string]: number };
  /** What was joined in it. */
  joined: number;
  /** How long the next message of the joined waits. */
  every: Millis;
}

/** The longest time between two messages of one storm; it doubles from message to message. */
const LONGEST_EVERY = millis(900_000);
/** Rules of one storm whose first alerts go at once. */
const MOST_KINDS = 1000;

/** What a telling waits in because its receiver is told too much; undefined: it goes at once. */
export function stormTakes(desk: Desk, rule: string, receiver: string): Gathering | undefined {
  const { storm: rules } = desk.rules;
  if (rules === undefined) return undefined;
  const storm = desk.storms.get(receiver) ?? calm(desk, receiver, rules);
  storm.recent.push([desk.now, rule]);
  storm.recent.splice(0, Math.max(0, storm.recent.length - rules.above - 1));
  if (storm.since === undefined && calmsAt(desk, storm) > desk.now) breakOut(storm, rules);
  const gathering = storm.since === undefined ? undefined : joinIn(desk, storm, rule, rules);
  desk.storms.put(receiver, storm);
  scheduleStorm(desk, storm);
  return gathering;
}

/** The storm may be over. */
export function reviewStorm(desk: Desk, storm: Storm): void {
  if (storm.since !== undefined && calmsAt(desk, storm) <= desk.now) endStorm(desk, storm);
  scheduleStorm(desk, storm);
}

/** Storms that the rules do not know any more are over. */
export function forgetStorms(desk: Desk): void {
  for (const storm of desk.storms.values()) {
    if (desk.rules.storm !== undefined && receiverOf(desk, storm.receiver) !== undefined) continue;
    endStorm(desk, storm);
    desk.storms.remove(storm.receiver);
    const waker = desk.wakers.get(storm);
    if (waker !== undefined) desk.agenda.set(waker, undefined);
  }
}

/** Sets the time at which a storm is over if nothing more comes. */
export function scheduleStorm(desk: Desk, storm: Storm): void {
  const waker = desk.wakers.get(storm) ?? { type: 'storm', order: storm.order, storm };
  desk.wakers.set(storm, waker);
  desk.agenda.set(waker, storm.since === undefined ? undefined : calmsAt(desk, storm));
}

const stormName = (receiver: string): string => JSON.stringify(['storm', receiver]);

const calm = (desk: Desk, receiver: string, { within }: StormRules): Storm => ({
  receiver,
  order: (desk.made += 1),
  recent: [],
  kinds: {},
  joined: 0,
  every: within,
});

/** When there will be no more tellings within the time than are allowed; now if there are not. */
function calmsAt(desk: Desk, { recent }: Storm): Instant {
  const { storm: rules } = desk.rules;
  const [oldest] = recent;
  if (rules === undefined || oldest === undefined || recent.length <= rules.above) return desk.now;
  return instant(Math.max(desk.now, oldest[0] + rules.within));
}

/** What was told within the time before counts as told at once. */
function breakOut(storm: Storm, { within }: StormRules): void {
  const [oldest] = storm.recent;
  storm.since = oldest?.[0] ?? instant(0);
  storm.kinds = {};
  storm.joined = 0;
  storm.every = within;
  for (const [, rule] of storm.recent.slice(0, -1)) storm.kinds[rule] = (storm.kinds[rule] ?? 0) + 1;
}

function joinIn(desk: Desk, storm: Storm, rule: string, { first }: StormRules): Gathering | undefined {
  const told = storm.kinds[rule] ?? 0;
  if (told < first && (told > 0 || Object.keys(storm.kinds).length < MOST_KINDS)) {
    storm.kinds[rule] = told + 1;
    return undefined;
  }
  storm.joined += 1;
  const name = stormName(storm.receiver);
  const until = instant(desk.now + storm.every);
  if (!desk.gatherings.has(name)) storm.every = millis(Math.min(LONGEST_EVERY, storm.every * 2));
  return { name, cause: 'storm', until, isSummary: true };
}

/** Tells what is left, and that it is over. */
function endStorm(desk: Desk, storm: Storm): void {
  const { receiver, since, joined } = storm;
  delete storm.since;
  desk.storms.put(receiver, storm);
  if (since === undefined || joined === 0) return;
  const last = storm.recent.at(-1)?.[0] ?? desk.now;
  const rest = desk.gatherings.get(stormName(receiver));
  const storms = { cause: 'storm-over', storm: { since, joined } } as const;
  if (rest !== undefined) return letGo(desk, rest, storms);
  const [channel] = receiverOf(desk, receiver)?.channels ?? [];
  if (channel === undefined) return;
  const nothing = { raises: 0, kinds: [], kindCount: 0, keys: [], keysAreExact: true, first: since, last };
  const summary: Summary = { ...storms, ...nothing };
  const draft = {
    alerts: [],
    severity: 'info',
    receiver,
    channel,
    hop: 0,
    reason: 'joined',
    summary,
  } as const;
  tell(desk, enqueue(desk, draft, {}, 'the storm is over'), 'queued', `the end of a storm, for ${receiver}`);
}
