import { shortHash } from '../kit/hash.ts';
import { instant, millis, type Instant, type Millis } from '../model/time.ts';
import type { SilenceRequest } from './contract.ts';
import type { Desk } from './desk.ts';
import { matches, type Subject } from './subject.ts';

/** A silence as alerting keeps it until it ends. */
export interface Silence extends SilenceRequest {
  readonly id: string;
  readonly createdAt: Instant;
  readonly order: number;
  /** Raises that it muted. */
  muted: number;
  /** That it is about to end was told. */
  isReminded: boolean;
}

/** Most silences where the configuration does not say. */
const MOST_SILENCES = 1000;
/** Characters of who and why that are kept. */
const LONGEST_AUTHOR = 200;
const LONGEST_COMMENT = 1000;
/** A reminder that nobody asked for: this long before the end of what lasts this long. */
const REMINDED_FROM = 3_600_000;
const REMIND_BEFORE = millis(900_000);

/** Ten characters that name a silence, from the number of the input that added it. */
export const silenceId = (seq: number): string => shortHash(JSON.stringify(['silence', seq]));

/** Adds a silence, unless there are too many or it would never hold; says whether it did. */
export function addSilence(desk: Desk, seq: number, request: SilenceRequest): boolean {
  const { startsAt, endsAt, author, comment } = request;
  if (desk.silences.size >= (desk.rules.maxSilences ?? MOST_SILENCES)) return false;
  if (!(endsAt > startsAt) || endsAt <= desk.now) return false;
  const order = (desk.made += 1);
  keepSilence(desk, {
    ...request,
    author: author.slice(0, LONGEST_AUTHOR),
    comment: comment.slice(0, LONGEST_COMMENT),
    remind: reminderOf(request),
    id: silenceId(seq),
    createdAt: desk.now,
    order,
    muted: 0,
    isReminded: false,
  });
  return true;
}

/** Writes a silence down and sets its timer. */
export function keepSilence(desk: Desk, silence: Silence): void {
  desk.silences.put(silence.id, silence);
  scheduleSilence(desk, silence);
}

/** Takes a silence away; what it kept from being told is the caller's. */
export function dropSilence(desk: Desk, silence: Silence): void {
  desk.silences.remove(silence.id);
  const waker = desk.wakers.get(silence);
  if (waker !== undefined) desk.agenda.set(waker, undefined);
}

/** Sets the timer of a silence: its reminder, then its end. */
export function scheduleSilence(desk: Desk, silence: Silence): void {
  const waker = desk.wakers.get(silence) ?? { type: 'silence', order: silence.order, silence };
  desk.wakers.set(silence, waker);
  desk.agenda.set(waker, silence.isReminded ? silence.endsAt : remindsAt(silence));
}

/** When it is told that a silence ends; its end itself if that is not told before. */
export const remindsAt = ({ startsAt, endsAt, remind = millis(0) }: Silence): Instant =>
  instant(Math.max(startsAt, endsAt - remind));

/** The oldest silence that is in force for something. */
export function silenceOf(desk: Desk, subject: Subject): Silence | undefined {
  if (desk.silences.size === 0) return undefined;
  for (const silence of desk.silences.values()) {
    const { startsAt, endsAt, when } = silence;
    if (startsAt <= desk.now && desk.now < endsAt && matches(when, subject)) return silence;
  }
  return undefined;
}

function reminderOf({ startsAt, endsAt, remind }: SilenceRequest): Millis {
  const lasts = endsAt - startsAt;
  if (remind !== undefined) return millis(Math.max(0, Math.min(remind, lasts)));
  return lasts >= REMINDED_FROM ? REMIND_BEFORE : millis(0);
}
