import { formatDuration } from '../kit/duration.ts';
import type { Alert } from '../model/alert.ts';
import type { Millis } from '../model/time.ts';
import type { Desk } from './desk.ts';
import { alertKey, type Episode } from './episode.ts';
import { isFlapping } from './flap.ts';
import { inhibitorOf } from './inhibit.ts';
import { silenceOf, type Silence } from './silence.ts';
import type { Subject } from './subject.ts';
import { isoTime } from './words.ts';

/** Why something is not told. */
export type Muting =
  | { readonly reason: 'silenced'; readonly silence: Silence }
  | { readonly reason: 'inhibited'; readonly by: Alert }
  | { readonly reason: 'flapping' }
  | { readonly reason: 'acknowledged'; readonly author: string }
  | { readonly reason: 'quiet'; readonly quiet: Millis };

/** The same in the words of `alerts why`: few raises of a flood are told of there. */
export function whyMuted(muting: Muting): string {
  switch (muting.reason) {
    case 'silenced': {
      const { id, author, comment, endsAt } = muting.silence;
      const because = comment === '' ? '' : ` (${comment})`;
      return `silence ${id} by ${author}${because} until ${isoTime(endsAt)}`;
    }
    case 'inhibited':
      return `inhibited by alert ${muting.by.id} (${muting.by.rule})`;
    case 'flapping':
      return 'it begins and ends over and over';
    case 'acknowledged':
      return `${muting.author} takes care of it`;
    case 'quiet':
      return `quiet for ${formatDuration(muting.quiet)} after it was told`;
  }
}

/** What keeps an alert from being told whatever it was before: for raises, repeats and escalations. */
export function mutingOf(desk: Desk, subject: Subject, episode: Episode | undefined): Muting | undefined {
  const silence = silenceOf(desk, subject);
  if (silence !== undefined) return { reason: 'silenced', silence };
  const inhibitor = inhibitorOf(desk, subject, episode);
  return inhibitor === undefined ? undefined : { reason: 'inhibited', by: inhibitor.alert };
}

/** What keeps an open alert from being told as it is now. */
export const mutingOfNews = (desk: Desk, subject: Subject, episode: Episode): Muting | undefined =>
  episode.alert.toldAt === undefined
    ? mutingOfUntold(desk, episode.alert.key, subject, episode)
    : mutingOf(desk, subject, episode);

/** What keeps an alert from being told of which nobody heard so far. */
export function mutingOfUntold(
  desk: Desk,
  key: readonly string[],
  subject: Subject,
  episode: Episode | undefined,
): Muting | undefined {
  const muting = mutingOf(desk, subject, episode);
  if (muting !== undefined || desk.flaps.size === 0) return muting;
  return isFlapping(desk, alertKey(subject.rule, key)) ? { reason: 'flapping' } : undefined;
}

/** What keeps one more raise of an open alert from being told; `rose`: it got worse. */
export function mutingOfRaise(
  desk: Desk,
  episode: Episode,
  subject: Subject,
  rose: boolean,
): Muting | undefined {
  const { alert, quiet } = episode;
  const muting = mutingOfNews(desk, subject, episode);
  if (muting !== undefined || rose) return muting;
  if (alert.ack !== undefined) return { reason: 'acknowledged', author: alert.ack.author };
  if (quiet !== undefined && alert.toldAt !== undefined && desk.now < alert.toldAt + quiet)
    return { reason: 'quiet', quiet };
  return undefined;
}

/** Counts what a silence muted. */
export function countMuted(desk: Desk, muting: Muting): void {
  if (muting.reason !== 'silenced') return;
  const { silence } = muting;
  silence.muted += 1;
  desk.silences.put(silence.id, silence);
}
