import type { Alert } from '../model/alert.ts';
import { instant, type Instant, type Millis } from '../model/time.ts';
import type { Grouping } from './contract.ts';
import type { Desk } from './desk.ts';
import type { Gathering } from './gathering.ts';
import { fieldText, subjectOfAlert } from './subject.ts';

/** Alerts of one group went out together; until `sentAt + every` further ones wait. */
export interface Group {
  readonly name: string;
  readonly order: number;
  readonly sentAt: Instant;
  readonly every: Millis;
}

/** Most groups that are remembered; beyond, alerts of new groups go alone. */
const MOST_GROUPS = 10_000;
const LONGEST_TITLE = 200;

/** What an alert for a receiver waits in; undefined: it goes alone. */
export function groupOf(
  desk: Desk,
  alert: Alert,
  receiver: string,
  { by, wait, every }: Grouping,
): Gathering | undefined {
  const values = by.map((name) => partOf(alert, name));
  const name = JSON.stringify(['group', receiver, by, values]);
  const before = desk.groups.get(name);
  if (before === undefined && !desk.gatherings.has(name)) {
    if (desk.groups.size + desk.gatherings.size >= MOST_GROUPS) return undefined;
  }
  const until = before === undefined ? desk.now + wait : Math.max(desk.now, before.sentAt + every);
  return {
    name,
    cause: 'group',
    title: values.join(' ').slice(0, LONGEST_TITLE),
    until: instant(until),
    every,
    isSummary: false,
  };
}

/** Notes that a group went out now. */
export function groupSent(desk: Desk, name: string, every: Millis): void {
  const group: Group = { name, order: (desk.made += 1), sentAt: desk.now, every };
  const before = desk.groups.get(name);
  if (before !== undefined) forgetGroup(desk, before);
  desk.groups.put(name, group);
  scheduleGroup(desk, group);
}

/** Sets the time at which a group is forgotten. */
export function scheduleGroup(desk: Desk, group: Group): void {
  const waker = desk.wakers.get(group) ?? { type: 'group', order: group.order, group };
  desk.wakers.set(group, waker);
  desk.agenda.set(waker, group.sentAt + group.every);
}

/** What comes next of this group begins it anew. */
export function forgetGroup(desk: Desk, group: Group): void {
  const waker = desk.wakers.get(group);
  if (waker !== undefined) desk.agenda.set(waker, undefined);
  if (desk.groups.get(group.name) === group) desk.groups.remove(group.name);
}

function partOf(alert: Alert, name: string): string {
  if (name === 'rule' || name === 'severity') return alert[name];
  if (name === 'key') return alert.key.join(' ');
  return fieldText(subjectOfAlert(alert), name) ?? '';
}
