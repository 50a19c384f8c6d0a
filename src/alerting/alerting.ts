import { formatDuration } from '../kit/duration.ts';
import { drillRule, sendRule, type Alert } from '../model/alert.ts';
import type { Effect } from '../model/effect.ts';
import type { Machine } from '../model/machine.ts';
import { between, instant, latest, type Instant } from '../model/time.ts';
import { acknowledge } from './acknowledge.ts';
import { endUnawaited } from './after-loss.ts';
import { checkRuleSums, checkSums, type Breach } from './check-sums.ts';
import { channelStatuses, type ChannelStatus } from './channel-status.ts';
import type { AlertingInput, AlertingOutput, AlertingRules } from './contract.ts';
import type { ReceiverCounters } from './counters.ts';
import { beginDigests, tellDigest } from './digest.ts';
import { createDesk, type Desk, type Waker } from './desk.ts';
import { alertId, endsBySilence } from './episode.ts';
import { close } from './close.ts';
import { followUp } from './follow-up.ts';
import { forgetExpiries, takeExpiries } from './expiry.ts';
import { forgetGroup } from './group.ts';
import { forgiveSleep } from './oversleep.ts';
import { beginAlone, raise } from './keep.ts';
import { ownOccurrence } from './own-alert.ts';
import { pump } from './release.ts';
import { rerouteFollowUps } from './reroute.ts';
import { tellWhatIsLeft } from './reveal.ts';
import { forgetStorms, reviewStorm } from './storm.ts';
import { reviewFlap } from './flap.ts';
import type { Routing } from './route.ts';
import { deskChanges, restoreDesk } from './rows.ts';
import { setBack } from './set-back.ts';
import { repeatUnsettled, review, settle } from './settle.ts';
import { addSilence, type Silence } from './silence.ts';
import { endSilence, reviewSilence } from './silence-end.ts';

/**
 * Decides who hears of what, when, and what is joined or muted. Reads no clock and sends nothing.
 *
 * Its clock is the newest `now` of its inputs, so it does not go back, with one exception: a `started`
 * that it lies more than a minute ahead of sets it back, because the clock of the machine was wrong before.
 */
export interface Alerting extends Machine<AlertingInput, AlertingOutput> {
  /** One for each rule and receiver that had to do with each other. */
  counters(): readonly ReceiverCounters[];
  /** Sums that do not hold: there should be none. */
  breaches(): readonly Breach[];
  /** How every channel stands, with what its budgets come to; `at`: if that is later than the last input. */
  channels(at?: Instant): readonly ChannelStatus[];
  /** Those that have not ended, oldest first. */
  silences(): readonly Silence[];
  /** Those that are open now, oldest first. */
  openAlerts(): readonly Alert[];
}

export function createAlerting(rules: AlertingRules): Alerting {
  const desk = createDesk(rules);
  return {
    step(input) {
      desk.outputs = [];
      if (input.type === 'started') setBack(desk, input.now);
      forgiveSleep(desk, input.now);
      desk.now = latest(desk.now, input.now);
      if (!desk.isBegun) begin(desk);
      for (let due = desk.agenda.take(desk.now); due !== undefined; due = desk.agenda.take(desk.now)) {
        wake(desk, due.item, instant(due.due));
      }
      take(desk, input);
      tellWhatIsLeft(desk);
      pumpStirred(desk);
      checkSums(desk);
      tellWhatIsLeft(desk);
      pumpStirred(desk);
      return desk.outputs;
    },
    nextWake: () => {
      const due = desk.agenda.next();
      return due === undefined ? undefined : instant(due);
    },
    changes: () => deskChanges(desk),
    restore: (rows) => restoreDesk(desk, rows),
    counters: () => desk.counters.all(),
    breaches: () => [...desk.breaches.values()],
    channels: (at = desk.now) => channelStatuses(desk, latest(desk.now, at)),
    silences: () => [...desk.silences.values()].map((silence) => ({ ...silence })).sort(byOrder),
    openAlerts: () =>
      [...desk.episodes.values()]
        .toSorted((a, b) => a.order - b.order)
        .flatMap(({ alert }) => (alert.status === 'open' ? [alert] : [])),
  };
}

const byOrder = (a: Silence, b: Silence): number => a.order - b.order;

function pumpStirred(desk: Desk): void {
  if (desk.stirred.size === 0) return;
  // A channel that passes something on may stir one that had its turn.
  for (const lane of desk.stirred) {
    desk.stirred.delete(lane);
    pump(desk, lane);
  }
}

/** What rules that were not there before want from now on. */
function begin(desk: Desk): void {
  desk.isBegun = true;
  endUnawaited(desk);
  beginDigests(desk);
  forgetStorms(desk);
  forgetExpiries(desk);
  rerouteFollowUps(desk);
  desk.toReveal ??= 'the configuration changed';
}

function take(desk: Desk, input: AlertingInput): void {
  switch (input.type) {
    case 'effect':
      return takeEffect(desk, input.effect);
    case 'settled':
      return settle(desk, input);
    case 'started':
      return repeatUnsettled(desk);
    case 'send':
      return send(desk, input);
    case 'resolve': {
      const episode = desk.episodes.get(input.alert);
      if (episode?.alert.status !== 'open' || (input.isOrphan === true && episode.alone)) return;
      return close(desk, episode, desk.now, input.why);
    }
    case 'ack':
      return acknowledge(desk, input.alert, input.author, input.note);
    case 'rule-sums':
      return checkRuleSums(desk, input.rules);
    case 'expiries':
      return takeExpiries(desk, input.channel, input.expiries);
    case 'silence-add':
      addSilence(desk, input.seq, input.silence);
      return;
    case 'silence-expire': {
      const silence = desk.silences.get(input.silence);
      if (silence !== undefined) endSilence(desk, silence);
      return;
    }
    case 'tick':
      return;
  }
}

function takeEffect(desk: Desk, effect: Effect): void {
  if (effect.type === 'raise') return raise(desk, effect);
  if (effect.type !== 'clear') return;
  const episode = desk.open.get(effect.rule, effect.key);
  if (episode !== undefined) close(desk, episode, desk.now, `over: ${effect.why}`);
}

/** `due` is when it should have been; a late step does not make a silence longer. */
function wake(desk: Desk, waker: Waker, due: Instant): void {
  switch (waker.type) {
    case 'notice':
      return review(desk, waker.notice);
    case 'lane':
      desk.stirred.add(waker.lane);
      return;
    case 'silence':
      return reviewSilence(desk, waker.silence);
    case 'episode': {
      const { episode } = waker;
      const ends = endsBySilence(episode);
      if (ends === undefined || ends > due) return followUp(desk, episode);
      const silence = formatDuration(between(episode.alert.lastAt, ends));
      return close(desk, episode, ends, `over: not raised for ${silence}`);
    }
    case 'storm':
      return reviewStorm(desk, waker.storm);
    case 'flap':
      return reviewFlap(desk, waker.flap);
    case 'digest':
      return tellDigest(desk, waker.receiver);
    case 'group':
      return forgetGroup(desk, waker.group);
  }
}

/** A human's own message. */
function send(
  desk: Desk,
  { seq, to, text, severity, fields = {}, isDrill = false }: Extract<AlertingInput, { type: 'send' }>,
): void {
  const { now } = desk;
  const occurrence = { ...ownOccurrence(desk, text), fields };
  const rule = isDrill ? drillRule : sendRule;
  const routing: Routing =
    to.length === 0 ? desk.route({ rule, severity, fields, source: 'sentinel' }) : named(desk, to);
  const id = alertId(rule, [], seq, 0);
  beginAlone(desk, { id, rule, key: [], severity, occurrence, now }, routing, isDrill ? 'test' : 'first');
}

function named(desk: Desk, names: readonly string[]): Routing {
  const receivers = desk.rules.receivers.filter(({ name }) => names.includes(name));
  const unknown = names.filter((name) => !receivers.some((receiver) => receiver.name === name));
  const missing = unknown.length === 0 ? '' : `; there is no receiver ${unknown.join(', ')}`;
  return { receivers, why: `sent by hand${missing}` };
}
