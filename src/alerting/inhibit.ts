import type { Inhibition } from './contract.ts';
import type { Desk } from './desk.ts';
import type { Episode } from './episode.ts';
import { fieldText, matches, subjectOfAlert, type Subject } from './subject.ts';

/** Takes an alert into account as what may inhibit others while it is open. */
export function noteInhibitor(desk: Desk, episode: Episode): void {
  const { inhibit = [] } = desk.rules;
  if (inhibit.length === 0 || episode.alone) return;
  const isOpen = episode.alert.status === 'open';
  const before = desk.inhibits.get(episode) ?? [];
  const now = isOpen ? keysOf(inhibit, subjectOfAlert(episode.alert), 'source') : [];
  for (const key of before.filter((key) => !now.includes(key))) leave(desk, key, episode);
  for (const key of now) {
    const together = desk.inhibitors.get(key);
    if (together === undefined) desk.inhibitors.set(key, new Set([episode]));
    else together.add(episode);
  }
  if (isOpen) desk.inhibits.set(episode, now);
  else desk.inhibits.delete(episode);
}

/**
 * The open alert because of which this is not told. Of two that are both source and target neither
 * inhibits the other.
 */
export function inhibitorOf(desk: Desk, subject: Subject, episode: Episode | undefined): Episode | undefined {
  const { inhibit = [] } = desk.rules;
  for (const [index, inhibition] of inhibit.entries()) {
    const key = keyOf(inhibition, index, subject, 'target');
    if (key === undefined) continue;
    const isBoth = matches(inhibition.source, subject);
    for (const inhibitor of desk.inhibitors.get(key) ?? []) {
      if (inhibitor === episode) continue;
      if (!isBoth || !matches(inhibition.target, subjectOfAlert(inhibitor.alert))) return inhibitor;
    }
  }
  return undefined;
}

function leave(desk: Desk, key: string, episode: Episode): void {
  const together = desk.inhibitors.get(key);
  if (together === undefined) return;
  together.delete(episode);
  if (together.size === 0) desk.inhibitors.delete(key);
  // Those that are left inhibit the others still, but perhaps not one of themselves.
  else if (![...together].some((other) => desk.untold.has(other))) return;
  desk.toReveal = `alert ${episode.alert.id} (${episode.alert.rule}) does not inhibit it any more`;
}

const keysOf = (
  inhibit: readonly Inhibition[],
  subject: Subject,
  side: 'source' | 'target',
): readonly string[] => inhibit.flatMap((inhibition, index) => keyOf(inhibition, index, subject, side) ?? []);

/** What source and target must have in common; a field that is missing is equal to nothing. */
function keyOf(
  inhibition: Inhibition,
  index: number,
  subject: Subject,
  side: 'source' | 'target',
): string | undefined {
  if (!matches(inhibition[side], subject)) return undefined;
  const values = inhibition.equal.map((name) => fieldText(subject, name));
  return values.includes(undefined) ? undefined : JSON.stringify([index, ...values]);
}
