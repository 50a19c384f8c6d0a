import { formatDuration } from '../kit/duration.ts';
import type { MuteReason } from './counters.ts';
import type { Desk } from './desk.ts';
import { alertKey, type Episode } from './episode.ts';
import { isFlapping } from './flap.ts';
import { inhibitorOf } from './inhibit.ts';
import { silenceOf, type Silence } from './silence.ts';
import type { Subject } from './subject.ts';
import { isoTime } from './words.ts';

/** Why something is not told, in a word and in the words of `alerts why`. */
export interface Muting {
  readonly reason: MuteReason;
  readonly why: string;
  readonly silence?: Silence;
}

/** What keeps an alert from being told whatever it was before: for raises, repeats and escalations. */
export function mutingOf(desk: Desk, subject: Subject, episode: Episode | undefined): Muting | undefined {
  const silence = silenceOf(desk, subject);
  if (silence !== undefined) {
    const { id, author, comment, endsAt } = silence;
    const because = comment === '' ? '' : ` (${comment})`;
    const why = `silence ${id} by ${author}${because} until ${isoTime(endsAt)}`;
    return { reason: 'silenced', why, silence };
  }
  const inhibitor = inhibitorOf(desk, subject, episode);
  if (inhibitor === undefined) return undefined;
  const { id, rule } = inhibitor.alert;
  return { reason: 'inhibited', why: `inhibited by alert ${id} (${rule})` };
}

/** What keeps an alert from being told of which nobody heard so far. */
export function mutingOfUntold(
  desk: Desk,
  name: string,
  subject: Subject,
  episode: Episode | undefined,
): Muting | undefined {
  const muting = mutingOf(desk, subject, episode);
  if (muting !== undefined || !isFlapping(desk, name)) return muting;
  return { reason: 'flapping', why: 'it begins and ends over and over' };
}

/** What keeps one more raise of an open alert from being told; `rose`: it got worse. */
export function mutingOfRaise(
  desk: Desk,
  episode: Episode,
  subject: Subject,
  rose: boolean,
): Muting | undefined {
  const { alert, quiet } = episode;
  const isUntold = alert.toldAt === undefined;
  const muting = isUntold
    ? mutingOfUntold(desk, alertKey(alert.rule, alert.key), subject, episode)
    : mutingOf(desk, subject, episode);
  if (muting !== undefined || rose) return muting;
  if (alert.ack !== undefined) return { reason: 'acknowledged', why: `${alert.ack.author} takes care of it` };
  if (quiet !== undefined && alert.toldAt !== undefined && desk.now < alert.toldAt + quiet)
    return { reason: 'quiet', why: `quiet for ${formatDuration(quiet)} after it was told` };
  return undefined;
}

/** Counts what a silence muted. */
export function countMuted(desk: Desk, { silence }: Muting): void {
  if (silence === undefined) return;
  silence.muted += 1;
  desk.silences.put(silence.id, silence);
}
