import { decide, keepEpisode, receiverOf, type Desk } from './desk.ts';
import type { Episode } from './episode.ts';
import { namesOf, planFollowUps, type FollowUp } from './follow-up.ts';
import { subjectOfAlert } from './subject.ts';

/**
 * Alerts keep their routes when these change. But what would be told again only to receivers that are not there any
 * more goes to whom the routes name now, when it was due: somebody must still be asked.
 */
export function rerouteFollowUps(desk: Desk): void {
  for (const episode of desk.episodes.values()) {
    const { alert, followUps = [] } = episode;
    if (alert.status !== 'open') continue;
    const gone = followUps.filter((one) => !namesOf(one).some((name) => receiverOf(desk, name)));
    if (gone.length > 0) reroute(desk, episode, gone);
  }
}

function reroute(desk: Desk, episode: Episode, gone: readonly FollowUp[]): void {
  const { alert, followUps = [] } = episode;
  const kept = followUps.filter((one) => !gone.includes(one));
  const planned = planFollowUps(desk, desk.route(subjectOfAlert(alert)));
  const fresh = planned
    .filter((one) => !kept.some((other) => isSame(one, other)))
    .flatMap((one) => {
      const before = gone.find(({ type }) => type === one.type);
      if (before === undefined) return [];
      const { at, mutedBy } = before;
      return [mutedBy === undefined ? { ...one, at } : { ...one, at, mutedBy }];
    });
  episode.followUps = [...kept, ...fresh];
  const text = `there is no receiver ${listOf(gone)} any more: told again to ${listOf(fresh) || 'nobody'} instead`;
  decide(desk, { alert: alert.id, step: 'routed', text });
  keepEpisode(desk, episode);
}

const isSame = (a: FollowUp, b: FollowUp): boolean => a.type === b.type && listOf([a]) === listOf([b]);

const listOf = (all: readonly FollowUp[]): string => [...new Set(all.flatMap(namesOf))].join(', ');
