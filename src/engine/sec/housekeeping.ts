import type { Calendar } from './calendar.ts';
import type { Contexts } from './contexts.ts';
import type { Events } from './events.ts';
import type { Operations } from './operations.ts';

/** What housekeeping looks after. */
export interface Household {
  readonly contexts: Contexts;
  readonly events: Events;
  readonly calendar: Calendar;
  readonly operations: Operations;
}

/** What comes due with time: contexts, delayed events, Calendar rules, operations, in this order. */
export function keepHouse({ contexts, events, calendar, operations }: Household): void {
  contexts.expire();
  events.expire();
  calendar.check();
  operations.expire();
}

/** The second from `from` on at which housekeeping has something to do; undefined: none in sight. */
export function nextDue(
  { contexts, events, calendar, operations }: Household,
  from: number,
): number | undefined {
  const all = [contexts.next(), events.next(), operations.next(), calendar.next(from)];
  const due = all.filter((second) => second !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}
