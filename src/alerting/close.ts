import type { Instant } from '../model/time.ts';
import { decide, keepEpisode, laneOf, receiverOf, type Desk } from './desk.ts';
import { holdsPlace, resolveAlert, type Episode } from './episode.ts';
import { enqueue, tell } from './outbox.ts';

/** Most open alerts in memory where the configuration does not say. */
const MOST_OPEN = 20_000;

/** Ends an alert; where its end can be told and its beginning was, it is. */
export function close(desk: Desk, episode: Episode, at: Instant, why: string, isTold = true): void {
  episode.alert = resolveAlert(episode.alert, at);
  episode.endIsTold = isTold;
  const { alert, told } = episode;
  desk.outputs.push({ type: 'alert', alert });
  decide(desk, { alert: alert.id, step: 'resolved', text: why });
  if (isTold) for (const [receiver, channel] of told) tellResolved(desk, episode, receiver, channel);
  keepEpisode(desk, episode);
}

/** Tells the end of an alert at one place where the alert was told. */
export function tellResolved(desk: Desk, episode: Episode, receiver: string, channel: string): void {
  if (!laneOf(desk, channel).rules.resolved || holdsPlace(episode.endToldTo, receiver, channel)) return;
  episode.endToldTo = [...episode.endToldTo, [receiver, channel]];
  const { id, severity } = episode.alert;
  const hop = Math.max(0, receiverOf(desk, receiver)?.channels.indexOf(channel) ?? 0);
  const draft = { alerts: [id], severity, receiver, channel, hop, reason: 'resolved' } as const;
  const notice = enqueue(desk, draft, {}, 'the alert is over');
  tell(desk, notice, 'queued', `its end, for ${receiver} by ${channel}`);
}

/** There is room for one more open alert afterwards. */
export function closeOldest(desk: Desk): void {
  while (desk.open.size >= (desk.rules.maxOpen ?? MOST_OPEN)) {
    const oldest = desk.openByAge.oldest();
    if (oldest === undefined) return;
    close(desk, oldest, desk.now, 'closed because too many alerts are open', false);
  }
}
