import { close } from './close.ts';
import { decide, keepEpisode, type Desk } from './desk.ts';
import { withdrawReminders } from './follow-up.ts';

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
  episode.heard = episode.alert.severity;
  desk.outputs.push({ type: 'alert', alert: episode.alert });
  const text = `${ack.author} takes care of it${ack.note === '' ? '' : `: ${ack.note}`}`;
  decide(desk, { alert: id, step: 'acknowledged', text });
  withdrawReminders(desk, episode, `${ack.author} takes care of it`);
  episode.followUps = undefined;
  const { patience, quiet, clears } = episode;
  if (patience !== undefined && quiet === undefined && !clears)
    return close(desk, episode, desk.now, 'acknowledged; nothing else would say that it is over');
  keepEpisode(desk, episode);
}
