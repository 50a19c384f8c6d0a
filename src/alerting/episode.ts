import { shortHash } from '../kit/hash.ts';
import type { Alert, Occurrence } from '../model/alert.ts';
import type { Severity } from '../model/program.ts';
import { instant, millis, type Instant, type Millis } from '../model/time.ts';
import type { Waker } from './desk.ts';
import type { FollowUp } from './follow-up.ts';

/** An alert in memory: while it is open, and until all its notifications are settled. */
export interface Episode {
  readonly order: number;
  alert: Alert;
  /** Nothing will ever say that it is over: it ends when everyone was told. */
  readonly alone: boolean;
  /** Length of silence after which it is over; absent: it ends otherwise. */
  readonly quiet: Millis | undefined;
  /** The rule says itself when it is over. */
  readonly clears: boolean;
  /** Somebody is asked to acknowledge it: while nobody did, silence does not end it before this long. */
  patience: Millis | undefined;
  /** What happens if nobody acknowledges. */
  followUps: readonly FollowUp[] | undefined;
  /** How bad it was when it was last told, or when somebody took care of it. */
  heard: Severity | undefined;
  /** When the first raise was muted since it was last told. */
  mutedSince: Instant | undefined;
  /** Receiver and channel of each place where a message about it arrived. */
  told: readonly (readonly [receiver: string, channel: string])[];
  /** By channel, where its first message about this alert is, as the channel said. */
  references: readonly (readonly [channel: string, reference: string])[] | undefined;
  /** Notifications under way that list it. */
  unsettled: number;
  /** Its end is told where it was told, once; where that was begun. */
  endIsTold: boolean;
  endToldTo: readonly (readonly [receiver: string, channel: string])[];
  /** Its timer, made when it is first set; no part of its row. */
  waker: Waker | undefined;
}

/** An episode as JSON; what is undefined is left out there. */
export const episodeRow = (episode: Episode): object => ({
  order: episode.order,
  alert: episode.alert,
  alone: episode.alone,
  quiet: episode.quiet,
  clears: episode.clears,
  patience: episode.patience,
  followUps: episode.followUps,
  heard: episode.heard,
  mutedSince: episode.mutedSince,
  told: episode.told,
  references: episode.references,
  unsettled: episode.unsettled,
  endIsTold: episode.endIsTold,
  endToldTo: episode.endToldTo,
});

/** The inverse of `episodeRow`: of one shape whatever the row leaves out. */
export function episodeOf(row: object): Episode {
  const episode = episodeRow(row as Episode) as Episode;
  return { ...episode, alert: ofOneShape(whole(episode.alert)), waker: undefined };
}

const MOST_SAMPLES = 3;
const LONGEST_SAMPLE = 1024;

/** Ten characters that name an alert, from what raised it. */
export const alertId = (rule: string, key: readonly string[], seq: number, ordinal: number): string =>
  shortHash(JSON.stringify([rule, key, seq, ordinal]));

/** What an alert is known by while it is open. */
export const alertKey = (rule: string, key: readonly string[]): string => JSON.stringify([rule, key]);

/** Whether a list of places holds this one. */
export const holdsPlace = (places: Episode['told'], receiver: string, channel: string): boolean =>
  places.some(([r, c]) => r === receiver && c === channel);

/** What begins an alert. */
export interface Beginning {
  readonly id: string;
  readonly rule: string;
  readonly key: readonly string[];
  readonly severity: Severity;
  readonly occurrence: Occurrence;
  readonly now: Instant;
}

/** A new alert; `told`: a message about it is made. */
export const beginAlert = ({ id, rule, key, severity, occurrence, now }: Beginning, told: boolean): Alert =>
  ofOneShape({
    id,
    rule,
    key,
    severity,
    status: 'open',
    raises: 1,
    mutedSinceTold: told ? 0 : 1,
    firstAt: now,
    lastAt: now,
    toldAt: told ? now : undefined,
    resolvedAt: undefined,
    ack: undefined,
    last: occurrence,
    samples: withSample([], occurrence),
  });

/** The alert after one more raise; `muted`: raises since it was last told. */
export function raiseAgain(
  alert: Alert,
  { severity, occurrence }: { readonly severity: Severity; readonly occurrence: Occurrence },
  now: Instant,
  muted: number,
): Alert {
  const again = whole(alert);
  if (isWorse(severity, alert.severity)) again.severity = severity;
  again.raises += 1;
  again.mutedSinceTold = muted;
  again.lastAt = now;
  again.last = occurrence;
  again.samples = withSample(alert.samples, occurrence);
  return ofOneShape(again);
}

/** The alert when it is over. */
export const resolveAlert = (alert: Alert, at: Instant): Alert => {
  const over = whole(alert);
  over.status = 'resolved';
  over.resolvedAt = at;
  return ofOneShape(over);
};

/** A copy with every member, also of an alert that was read from JSON. */
const whole = (alert: Alert): WholeAlert => ({
  id: alert.id,
  rule: alert.rule,
  key: alert.key,
  severity: alert.severity,
  status: alert.status,
  raises: alert.raises,
  mutedSinceTold: alert.mutedSinceTold,
  firstAt: alert.firstAt,
  lastAt: alert.lastAt,
  toldAt: alert.toldAt,
  resolvedAt: alert.resolvedAt,
  ack: alert.ack,
  last: alert.last,
  samples: alert.samples,
});

/** An alert in the making: members that may be absent are undefined. */
type WholeAlert = { -readonly [Name in keyof Alert]-?: Alert[Name] } extends infer All
  ? { [Name in keyof All]: Name extends Absent ? All[Name] | undefined : All[Name] }
  : never;
type Absent = 'toldAt' | 'resolvedAt' | 'ack';

/**
 * Alerts have the same members in the same order, so that machines that were restored say the same byte for
 * byte; and there is a new one at every raise, which takes ten times as long to spread as to write out. What
 * is undefined is absent as far as JSON goes.
 */
const ofOneShape = (alert: WholeAlert): Alert => alert as Alert;

/** An acknowledgement holds for what was acknowledged: not once it got worse. */
export const withoutAck = (alert: Alert): Alert => ofOneShape({ ...whole(alert), ack: undefined });

/** Whether it is worse than anybody knows who heard of it: raises that were muted made it so. */
export const isWorseThanHeard = ({ alert, heard }: Episode): boolean =>
  heard !== undefined && isWorse(alert.severity, heard);

/** Whether people are to hear of it once nothing mutes it, though it may never be raised again. */
export const isNews = (episode: Episode): boolean =>
  episode.alert.status === 'open' && (episode.alert.toldAt === undefined || isWorseThanHeard(episode));

/** When it is over because it was not raised again; undefined: not by that alone. */
export function endsBySilence({ alert, quiet, clears, patience }: Episode): Instant | undefined {
  if (alert.status !== 'open' || clears) return undefined;
  const waits = alert.ack === undefined ? patience : patience && millis(0);
  const longest = waits === undefined ? quiet : millis(Math.max(waits, quiet ?? 0));
  return longest === undefined ? undefined : instant(Math.max(alert.lastAt + longest, alert.ack?.at ?? 0));
}

export const severityRank: { readonly [Name in Severity]: number } = { info: 0, warning: 1, critical: 2 };

export const worstOf = (a: Severity, b: Severity): Severity => (isWorse(b, a) ? b : a);

export const isWorse = (a: Severity, b: Severity): boolean => severityRank[a] > severityRank[b];

function withSample(samples: readonly string[], { line }: Occurrence): readonly string[] {
  return samples.length >= MOST_SAMPLES ? samples : [...samples, line.slice(0, LONGEST_SAMPLE)];
}
