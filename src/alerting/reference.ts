import { byteLength } from '../kit/text.ts';
import type { Notification } from '../model/alert.ts';
import { keepEpisode, type Desk } from './desk.ts';

/** Bytes of a channel's reference; a longer one is not kept. */
const LONGEST_REFERENCE = 200;

/** Remembers where a channel put the first message about an alert: what follows can then refer to it. */
export function keepReference(
  desk: Desk,
  { channel, alerts }: Pick<Notification, 'channel' | 'alerts'>,
  reference: string | undefined,
): void {
  if (reference === undefined || reference === '' || byteLength(reference) > LONGEST_REFERENCE) return;
  for (const id of alerts) {
    const episode = desk.episodes.get(id);
    if (episode === undefined || referenceOf(desk, id, channel) !== undefined) continue;
    episode.references = [...(episode.references ?? []), [channel, reference]];
    keepEpisode(desk, episode);
  }
}

/** The channel's first message about what a notification tells of, if that is one and the same for all of it. */
export function earlierOf(
  desk: Desk,
  { channel, alerts }: Pick<Notification, 'channel' | 'alerts'>,
): string | undefined {
  const [first, ...others] = alerts.map((id) => referenceOf(desk, id, channel));
  return others.every((other) => other === first) ? first : undefined;
}

const referenceOf = (desk: Desk, alert: string, channel: string): string | undefined =>
  desk.episodes.get(alert)?.references?.find(([name]) => name === channel)?.[1];
