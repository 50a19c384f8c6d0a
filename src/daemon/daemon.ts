import { instant } from '../model/time.ts';
import type { LedgerFailure } from '../store/contract.ts';
import { giveUpStrays } from './after-rescue.ts';
import { recordAnswers, type Recording } from './answers.ts';
import { createClock } from './clock.ts';
import type { Current, Daemon, DaemonParts, Offer } from './contract.ts';
import { createDuties } from './duties.ts';
import { createIncoming } from './incoming.ts';
import { internalRaise } from './internal-alerts.ts';
import type { Log } from './log.ts';
import { createLoop } from './loop.ts';
import type { Note } from './machines.ts';
import { createEndpoint } from './metrics/endpoint.ts';
import { gatherMetrics } from './metrics/gather.ts';
import { openAlertsOf } from './metrics/open-alerts.ts';
import { openOnDemand } from './open-channels.ts';
import { openIntents } from './open-intents.ts';
import { createOrders } from './orders.ts';
import { endOrphans } from './orphans.ts';
import { createLedgerAlarm, createOutgoing, portsFor } from './outgoing.ts';
import { recover, type Recovered } from './recovery.ts';
import { createReload } from './reload.ts';
import { statusOf } from './status.ts';
import { untilIdle } from './until-idle.ts';
import { keepUp } from './upkeep.ts';
import { buildOf, prepareWay } from './way.ts';

type Opened =
  | { readonly ok: true; readonly daemon: Daemon; readonly recovered: Recovered }
  | { readonly ok: false; readonly failure: LedgerFailure };

/** Recovers the machines from the ledger and wires the rooms together. */
export async function openDaemon(parts: DaemonParts): Promise<Opened> {
  const { config, ledger, match } = parts;
  if (parts.rescued !== undefined) {
    const stray = giveUpStrays(ledger, instant(parts.now()));
    if ('failure' in stray) return { ok: false, failure: stray.failure };
  }
  const outside = recordAnswers(parts.perl === undefined ? { match } : { match, perl: parts.perl });
  const recovery = recover(ledger, buildOf(config, outside, parts.makeEngine));
  if (!recovery.ok) return recovery;
  const { recovered } = recovery;
  parts.reach('restored');
  const way = (await prepareWay(config, match))(recovered.machines);
  const channels = openOnDemand(config.channels, portsFor(parts, config));
  const daemon = assemble(parts, { config, way, channels }, outside, recovered);
  return { ok: true, daemon, recovered };
}

function assemble(parts: DaemonParts, current: Current, outside: Recording, recovered: Recovered): Daemon {
  const { ledger, log, reach } = parts;
  const startedAt = parts.now();
  // Rooms hand to the loop what the loop hands to rooms: it is there before anything is handed.
  const offer: Offer = (item) => loop.offer(item);
  const clock = createClock(
    parts.mode,
    { wall: parts.now, monotonic: () => performance.now() },
    recovered.now,
  );
  // Until sources are opened and say how far they are, no timer fires on what was not read.
  for (const { name } of parts.config.sources) clock.opened(name);
  const trouble = createLedgerAlarm(parts, current, offer);
  const { deliveries, meter, decided } = createOutgoing(parts, current, offer);
  const incoming = createIncoming(parts, current, clock, offer);
  const intents = openIntents(parts.intents ?? { carryOut: parts.durable }, {
    log,
    reach,
    offer: (report) => offer({ type: 'report', report }),
    inputs: incoming.carry,
  });
  const loop = createLoop(current.way, recovered.nextSeq, {
    ledger,
    clock,
    deliveries,
    intents,
    outside,
    reach,
    durable: parts.durable,
    note: (note) => tellNote(log, note),
    decided,
    trouble: trouble.tell,
    meter,
  });
  const stopUpkeep = parts.durable
    ? keepUp(ledger, () => current.config.limits, parts.now, log, recovered.now)
    : () => undefined;

  /** What status and figures are read from alike. */
  const standing = () => ({
    ...current,
    pumps: incoming.pumps(),
    ledger,
    loop: loop.stats(),
    intents: intents.counts(),
    startedAt,
    now: parts.now(),
  });
  const metrics: Daemon['metrics'] = () =>
    gatherMetrics({ ...standing(), meter, clock, isTroubled: trouble.failure() !== undefined });

  const duties = createDuties({
    log,
    now: parts.now,
    offer,
    isWell: () => trouble.failure() === undefined,
    portsFor: (channel) => portsFor(parts, current.config)(channel),
  });
  const endpoint = createEndpoint({
    metrics,
    ailing: () => whyAiling(trouble.failure(), loop.stats().stalledMs),
    unready: () => (incoming.isOpen() ? undefined : 'the sources are closed: it starts, reloads or stops'),
    log,
  });
  const attend = (): void => {
    // Only who stays and keeps a ledger can be missed.
    if (!parts.durable || !parts.follow) return;
    duties.follow(current.config);
    endpoint.follow(current.config);
  };

  let isEnding = false;
  const reload = createReload(parts, current, {
    outside,
    loop,
    incoming,
    meter,
    trouble,
    replaced: attend,
    isEnding: () => isEnding,
  });
  const stop = async (graceMs: number): Promise<void> => {
    reach('stopping');
    stopUpkeep();
    duties.stop();
    await incoming.close();
    await Promise.all([deliveries.finish(graceMs), intents.finish(graceMs)]);
    await untilIdle(() => loop.idle() || trouble.failure() !== undefined);
    if (trouble.failure() === undefined && parts.durable) loop.checkpoint();
    loop.halt();
    await trouble.finish(graceMs);
    await current.channels.close();
    await endpoint.stop();
  };
  const inTurn = oneAfterTheOther();

  offer({ type: 'decide', input: (now) => ({ type: 'started', now }) });
  endOrphans(parts, current.config, recovered.changed, offer);
  if (parts.rescued !== undefined) {
    offer(internalRaise('ledger', 'sentinel', 'ledger.db', parts.rescued.join('; '), 'critical'));
  }

  return {
    start() {
      intents.resume(recovered.intents);
      reach('resumed');
      incoming.open();
      attend();
    },
    sourcesEnded: incoming.ended,
    quiet: () =>
      loop.idle() &&
      deliveries.underWay() === 0 &&
      intents.unsettled() === 0 &&
      (parts.follow || incoming.adding() === 0),
    ...createOrders(ledger, current, offer),
    signal: intents.signal,
    reload: (next) => inTurn(() => reload(next)),
    status: () => statusOf({ ...standing(), trouble: trouble.failure(), holding: clock.holding() }),
    metrics,
    openAlerts: (limit) => openAlertsOf(current.way, current.config, clock.alerting(), limit),
    trouble: trouble.failure,
    troubledFor: trouble.lasts,
    stop(graceMs) {
      isEnding = true;
      return inTurn(() => stop(graceMs));
    },
  };
}

/** Reloads and the stop, one after the other. */
function oneAfterTheOther(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}

/** A loop that has not turned for so long is stuck: milliseconds. */
const longestTurnMs = 30_000;

function whyAiling(failure: LedgerFailure | undefined, stalledMs: number): string | undefined {
  if (failure !== undefined) return `the ledger cannot be written: ${failure.type}`;
  return stalledMs > longestTurnMs ? 'the loop does not turn' : undefined;
}

function tellNote(log: Log, note: Note): void {
  log.warn(note.code, { ...(note.rule === undefined ? {} : { rule: note.rule }), text: note.text });
}
