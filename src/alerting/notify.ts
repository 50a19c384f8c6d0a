import { decide, type Desk } from './desk.ts';
import type { Episode } from './episode.ts';
import { gather, type Gathering, type Telling } from './gathering.ts';
import { groupOf } from './group.ts';
import { enqueue, tell } from './outbox.ts';
import type { Receiver } from './contract.ts';
import type { Plan, Routing } from './route.ts';
import { stormTakes } from './storm.ts';

/** One telling for each receiver; none waits for another. `isDirect`: it is not gathered with others. */
export function notify(
  desk: Desk,
  episode: Episode,
  { receivers, why, plans }: Routing,
  telling: Telling,
  isDirect: boolean,
): void {
  const { alert } = episode;
  decide(desk, { alert: alert.id, step: 'routed', text: routedTo(receivers, why) });
  for (const receiver of receivers) {
    const [channel] = receiver.channels;
    if (channel === undefined) continue;
    desk.counters.pending(telling.carried, receiver.name);
    const gathering = isDirect ? undefined : gatheringFor(desk, episode, receiver, plans?.get(receiver.name));
    const place = { receiver: receiver.name, channel, hop: 0 };
    if (gathering === undefined) tellAt(desk, episode, place, telling, why);
    else gather(desk, gathering, episode, telling, place);
  }
}

/** Tells receivers of an open alert once more, whatever was raised. */
export function remind(
  desk: Desk,
  episode: Episode,
  receivers: readonly Receiver[],
  telling: Telling,
  why: string,
): void {
  for (const receiver of receivers) {
    const [channel] = receiver.channels;
    if (channel !== undefined)
      tellAt(desk, episode, { receiver: receiver.name, channel, hop: 0 }, telling, why);
  }
}

function tellAt(
  desk: Desk,
  { alert }: Episode,
  place: { readonly receiver: string; readonly channel: string; readonly hop: number },
  { carried, reason, suppressed }: Telling,
  why: string,
): void {
  const { receiver, channel, hop } = place;
  const { id, severity } = alert;
  const draft = { alerts: [id], severity, receiver, channel, hop, reason, suppressed };
  const notice = enqueue(desk, draft, carried, why);
  tell(desk, notice, 'queued', `for ${receiver} by ${channel}`);
}

/** What a raise waits in before this receiver hears of it, if it does. */
function gatheringFor(
  desk: Desk,
  { alert }: Episode,
  { name }: Receiver,
  plan: Plan | undefined,
): Gathering | undefined {
  const storm = stormTakes(desk, alert.rule, name);
  if (storm !== undefined) return storm;
  return plan?.group === undefined ? undefined : groupOf(desk, alert, name, plan.group);
}

const routedTo = (receivers: readonly Receiver[], why: string): string =>
  receivers.length === 0
    ? `nobody hears of it (${why})`
    : `to ${receivers.map(({ name }) => name).join(', ')} (${why})`;
