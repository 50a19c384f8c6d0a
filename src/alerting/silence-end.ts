import { isoTime } from './words.ts';
import type { Desk } from './desk.ts';
import { resumeFollowUps } from './follow-up.ts';
import { revealUntold } from './keep.ts';
import { tellOwn } from './own-alert.ts';
import { dropSilence, keepSilence, remindsAt, type Silence } from './silence.ts';

/** A silence's time has come: it is about to end, or it ends. */
export function reviewSilence(desk: Desk, silence: Silence): void {
  const { id, muted, endsAt, isReminded } = silence;
  if (endsAt <= desk.now) {
    const text = `${titleOf(silence)} ended at ${isoTime(endsAt)} and muted nothing: was it meant for something else?`;
    if (muted === 0) tellOwn(desk, { code: 'silence-unused', key: [id], severity: 'info', text });
    return endSilence(desk, silence);
  }
  if (!isReminded && remindsAt(silence) <= desk.now) {
    silence.isReminded = true;
    const text = `${titleOf(silence)} ends at ${isoTime(endsAt)}; it muted ${muted} raises so far`;
    tellOwn(desk, { code: 'silence-ending', key: [id], severity: 'info', text });
  }
  keepSilence(desk, silence);
}

/** Ends a silence: what nobody heard of because of it and is still open is told now, and what it put off is due. */
export function endSilence(desk: Desk, silence: Silence): void {
  dropSilence(desk, silence);
  resumeFollowUps(desk, silence.id);
  revealUntold(desk, `silence ${silence.id} is over`);
}

const titleOf = ({ id, author, comment }: Silence): string =>
  `silence ${id} by ${author}${comment === '' ? '' : ` (${comment})`}`;
