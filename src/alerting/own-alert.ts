import type { Occurrence } from '../model/alert.ts';
import type { Severity } from '../model/program.ts';
import type { Desk } from './desk.ts';
import { alertId } from './episode.ts';
import { beginAlone } from './keep.ts';
import { routeOf, type Routing } from './route.ts';

/** Something that alerting itself has to say; `code` becomes the rule `sentinel/CODE`. */
export interface OwnWords {
  readonly code: string;
  readonly key: readonly string[];
  readonly severity: Severity;
  readonly text: string;
}

/** Tells humans something about alerting itself: an alert like every other, but no silence mutes it. */
export function tellOwn(desk: Desk, { code, key, severity, text }: OwnWords, routing?: Routing): void {
  const { now } = desk;
  const rule = `sentinel/${code}`;
  const id = alertId(rule, key, (desk.made += 1), 0);
  const beginning = { id, rule, key, severity, occurrence: ownOccurrence(desk, text), now };
  const to = routing ?? routeOf(desk.rules, { rule, severity, fields: {}, source: 'sentinel' });
  beginAlone(desk, beginning, to);
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
