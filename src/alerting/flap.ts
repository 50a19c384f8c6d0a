import { formatDuration } from '../kit/duration.ts';
import { instant, type Instant } from '../model/time.ts';
import type { Desk } from './desk.ts';
import { alertKey } from './episode.ts';

/** An alert that began lately, by its rule and key: it may have ended and begun again. */
export interface Flap {
  readonly name: string;
  readonly order: number;
  /** The newest beginnings, one more than are told. */
  times: readonly Instant[];
  isSaid: boolean;
}

/** Most alerts whose beginnings are counted; beyond, the oldest is forgotten. */
const MOST_FLAPS = 10_000;

/** Notes that an alert begins whose rule says when it is over. */
export function noteBeginning(desk: Desk, rule: string, key: readonly string[]): void {
  const { flapping } = desk.rules;
  if (flapping === undefined) return;
  const name = alertKey(rule, key);
  const known = desk.flaps.get(name);
  if (known === undefined) makeRoom(desk);
  const flap = known ?? { name, order: (desk.made += 1), times: [], isSaid: false };
  if (known === undefined) desk.flapsByAge.add(flap);
  flap.times = [...flap.times, desk.now].slice(-(flapping.above + 1));
  if (isFlapping(desk, name, flap) && !flap.isSaid) {
    flap.isSaid = true;
    const title = [rule, ...key].join(' ');
    const text = `${title} began ${flap.times.length} times within ${formatDuration(flapping.within)}: it is told again when it stays, or after a pause`;
    desk.toSay.push({ code: 'flapping', key: [title], severity: 'info', text });
  }
  desk.flaps.put(name, flap);
  scheduleFlap(desk, flap);
}

/** Whether an alert ends and begins so often that nobody wants to hear of it each time. */
export function isFlapping(desk: Desk, name: string, flap = desk.flaps.get(name)): boolean {
  const { flapping } = desk.rules;
  const [oldest] = flap?.times ?? [];
  if (flapping === undefined || flap === undefined || oldest === undefined) return false;
  return flap.times.length > flapping.above && oldest > desk.now - flapping.within;
}

/** An alert's beginnings lie further back: it may be told again, or is forgotten. */
export function reviewFlap(desk: Desk, flap: Flap): void {
  const within = desk.rules.flapping?.within ?? 0;
  const recent = flap.times.filter((at) => at > desk.now - within);
  if (flap.isSaid && !isFlapping(desk, flap.name, flap)) {
    flap.isSaid = false;
    desk.toReveal = 'it does not begin and end so often any more';
  }
  if (recent.length === 0) return forgetFlap(desk, flap);
  flap.times = recent;
  desk.flaps.put(flap.name, flap);
  scheduleFlap(desk, flap);
}

/** Sets the time at which its oldest beginning does not count any more. */
export function scheduleFlap(desk: Desk, flap: Flap): void {
  const waker = desk.wakers.get(flap) ?? { type: 'flap', order: flap.order, flap };
  desk.wakers.set(flap, waker);
  const [oldest = desk.now] = flap.times;
  desk.agenda.set(waker, instant(oldest + (desk.rules.flapping?.within ?? 0)));
}

function makeRoom(desk: Desk): void {
  while (desk.flaps.size >= MOST_FLAPS) {
    const oldest = desk.flapsByAge.oldest();
    if (oldest === undefined) return;
    if (oldest.isSaid) desk.toReveal = 'it is not watched for flapping any more';
    forgetFlap(desk, oldest);
  }
}

function forgetFlap(desk: Desk, flap: Flap): void {
  desk.flaps.remove(flap.name);
  const waker = desk.wakers.get(flap);
  if (waker !== undefined) desk.agenda.set(waker, undefined);
}
