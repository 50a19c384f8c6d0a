import type { Desk } from './desk.ts';
import { decide, keepEpisode } from './desk.ts';

/** Characters of who and why that are kept. */
const LONGEST_AUTHOR = 200;
const LONGEST_NOTE = 1000;

/** Notes that somebody takes care of an open alert; the newest acknowledgement holds. */
export function acknowledge(desk: Desk, id: string, author: string, note: string): void {
  const episode = desk.episodes.get(id);
  if (episode?.alert.status !== 'open') return;
  const ack = {
    author: author.slice(0, LONGEST_AUTHOR),
    note: note.slice(0, LONGEST_NOTE),
    at: desk.now,
  };
  episode.alert = { ...episode.alert, ack };
  desk.outputs.push({ type: 'alert', alert: episode.alert });
  const text = `${ack.author} takes care of it${ack.note === '' ? '' : `: ${ack.note}`}`;
  decide(desk, { alert: id, step: 'acknowledged', text });
  keepEpisode(desk, episode);
}
