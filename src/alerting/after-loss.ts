import { keepEpisode, type Desk } from './desk.ts';

/** Ends alerts that only waited for messages of which nothing is known any more: damage took their rows. */
export function endUnawaited(desk: Desk): void {
  for (const episode of desk.episodes.values()) {
    const isWaited = episode.alone || episode.alert.status === 'resolved';
    if (isWaited && episode.unsettled === 0) keepEpisode(desk, episode);
  }
}
