import { formatDuration } from '../kit/duration.ts';
import type { MuteReason } from './counters.ts';
import type { Desk } from './desk.ts';
import type { Episode } from './episode.ts';
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
export function mutingOf(desk: Desk, subject: Subject): Muting | undefined {
  const silence = silenceOf(desk, subject);
  if (silence === undefined) return undefined;
  const { id, author, endsAt } = silence;
  return { reason: 'silenced', why: `silence ${id} by ${author} until ${isoTime(endsAt)}`, silence };
}

/** What keeps one more raise of an open alert from being told; `rose`: it got worse. */
export function mutingOfRaise(
  desk: Desk,
  episode: Episode,
  subject: Subject,
  rose: boolean,
): Muting | undefined {
  const muting = mutingOf(desk, subject);
  const { alert, quiet } = episode;
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
