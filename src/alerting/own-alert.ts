import type { Occurrence } from '../model/alert.ts';
import type { Severity } from '../model/program.ts';
import type { Receiver } from './contract.ts';
import { laneOf, type Desk } from './desk.ts';
import { alertId } from './episode.ts';
import { beginAlone } from './keep.ts';
import { blockOf } from './lane.ts';
import type { Routing } from './route.ts';

/** Something that alerting itself has to say; `code` becomes the rule `sentinel/CODE`. */
export interface OwnWords {
  readonly code: string;
  readonly key: readonly string[];
  readonly severity: Severity;
  readonly text: string;
  /** Some human must hear of it: by channels that work, whoever it would go to otherwise. */
  readonly isUrgent?: true;
  /** A channel that may not carry it any more: others are used, as long as there are any that work. */
  readonly notBy?: string;
}

/** Tells humans something about alerting itself: an alert like every other, but no silence mutes it. */
export function tellOwn(desk: Desk, { code, key, severity, text, isUrgent, notBy }: OwnWords): void {
  const { now } = desk;
  const rule = `sentinel/${code}`;
  const id = alertId(rule, key, (desk.made += 1), 0);
  const beginning = { id, rule, key, severity, occurrence: ownOccurrence(desk, text), now };
  const routing = desk.route({ rule, severity, fields: {}, source: 'sentinel' });
  const around = isUrgent === true ? aroundTrouble(desk, routing) : routing;
  beginAlone(desk, beginning, notBy === undefined ? around : besides(desk, notBy, routing));
}

/** The same receivers without the channel; those who have no other are left out while anybody has. */
function besides(desk: Desk, notBy: string, routing: Routing): Routing {
  const reach = (receivers: readonly Receiver[]): readonly Receiver[] =>
    receivers
      .map((one) => ({
        ...one,
        channels: one.channels.filter((name) => name !== notBy && isWorking(desk, name)),
      }))
      .filter(({ channels }) => channels.length > 0);
  const reached = reach(routing.receivers);
  if (reached.length > 0) return { ...routing, receivers: reached };
  const others = reach(desk.rules.receivers);
  if (others.length === 0) return routing;
  return { receivers: others, why: `${routing.why}; by ${notBy} alone: to all whom another channel reaches` };
}

function isWorking(desk: Desk, name: string): boolean {
  const lane = laneOf(desk, name);
  return lane.isConfigured && blockOf(lane) === undefined;
}

/** Those of the routing whom a working channel reaches; if none, everybody whom one reaches. */
function aroundTrouble(desk: Desk, routing: Routing): Routing {
  const isReached = ({ channels }: Receiver): boolean => channels.some((name) => isWorking(desk, name));
  const reached = routing.receivers.filter(isReached);
  if (reached.length > 0) return { ...routing, receivers: reached };
  const others = desk.rules.receivers.filter(isReached);
  if (others.length === 0) return routing;
  return { receivers: others, why: `${routing.why}; no channel of theirs works: to all whom one reaches` };
}

/** What stands for the line of an alert that no line raised. */
export const ownOccurrence = ({ now }: Desk, line: string): Occurrence => ({
  count: 1,
  first: now,
  last: now,
  fields: {},
  source: 'sentinel',
  stream: '',
  offset: 0,
  line,
});
