import type { SilenceRequest } from '../alerting/contract.ts';
import { silenceId, type Silence } from '../alerting/silence.ts';
import type { ChannelPorts } from '../channels/contract.ts';
import type { Config } from '../config/config.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Notification } from '../model/alert.ts';
import type { Signal } from '../model/intent.ts';
import type { Fields, Severity } from '../model/program.ts';
import { instant } from '../model/time.ts';
import type { Ledger, LedgerFailure } from '../store/contract.ts';
import { giveUpStrays } from './after-rescue.ts';
import { createAddedInputs } from './added-inputs.ts';
import { recordAnswers, type Outside } from './answers.ts';
import { createClock, type ClockMode } from './clock.ts';
import type { Machines, Decided, Note } from './machines.ts';
import type { Reach } from './crash-points.ts';
import { createDeliveries } from './deliveries.ts';
import { createDeliveryLog } from './delivery-log.ts';
import { openIntents, type IntentSettings } from './open-intents.ts';
import { createIntake } from './intake.ts';
import { createDrillTimer } from './drill-timer.ts';
import { createEmergency, type EmergencyPace } from './emergency.ts';
import { createExpiryWatch } from './expiry-watch.ts';
import { createHeartbeat } from './heartbeat.ts';
import { internalRaise } from './internal-alerts.ts';
import { watchLedger } from './ledger-trouble.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/contract.ts';
import { createEndpoint } from './metrics/endpoint.ts';
import { gatherMetrics } from './metrics/gather.ts';
import { createMeter } from './metrics/meter.ts';
import { openAlertsOf, type OpenAlerts } from './metrics/open-alerts.ts';
import { createLoop, type Item, type Way } from './loop.ts';
import { openOnDemand } from './open-channels.ts';
import { recover, type MakeEngine, type Recovered } from './recovery.ts';
import { createSourceGroup } from './source-group.ts';
import { statusOf, type Status } from './status.ts';
import { keepUp } from './upkeep.ts';
import { buildOf, prepareWay } from './way.ts';

/** What a daemon is made of. */
export interface DaemonParts {
  readonly config: Config;
  readonly ledger: Ledger;
  /** False where the ledger is in memory. */
  readonly durable: boolean;
  readonly mode: ClockMode;
  /** False: sources end when they are read (`--once`). */
  readonly follow: boolean;
  readonly match: MatchPorts;
  /** Absent: rules cannot ask Perl. */
  readonly perl?: NonNullable<Outside['perl']>;
  /** Absent: the engine of this house. */
  readonly makeEngine?: MakeEngine;
  /** How what rules want done is carried out; absent: only shown where nothing is kept, else carried out. */
  readonly intents?: IntentSettings;
  readonly now: () => number;
  readonly channelPorts: (config: Config) => Omit<ChannelPorts, 'name'>;
  readonly log: Log;
  readonly reach: Reach;
  /** When people hear of a ledger that cannot be written; absent: the usual. */
  readonly emergencyPace?: Partial<EmergencyPace>;
  /** The ledger was damaged: what was carried over, in sentences. */
  readonly rescued?: readonly string[];
}

/** A running Bird Sentinel. */
export interface Daemon {
  /** Goes on with what rules wanted done, and opens the sources. */
  start(): void;
  /** Settles when every source has ended by itself. */
  sourcesEnded(): Promise<void>;
  /** Nothing queued, nothing under way. */
  quiet(): boolean;
  /** Settles when an input that asks for nothing has gone the whole way into the ledger. */
  pulse(): Promise<void>;
  /** Takes a human's message; answers with its alerts' ids once it is safe in the ledger. */
  send(message: OutgoingText): Promise<readonly string[]>;
  /** What became of the messages of these alerts: per receiver the newest of its chain. */
  outcome(alerts: readonly string[]): readonly Notification[];
  /** Messages that are neither delivered nor given up. */
  undelivered(): number;
  /** Ids of the alerts that begin so. */
  find(prefix: string): readonly string[];
  /** Ends an alert by hand; false: it is not open. */
  resolve(alert: string, why: string): Promise<boolean>;
  /** Somebody takes care of an alert; false: it is not open. */
  acknowledge(alert: string, author: string, note: string): Promise<boolean>;
  /** Adds a silence and answers with its id; undefined: alerting refused it. */
  silence(request: SilenceRequest): Promise<string | undefined>;
  /** Ends a silence before its time. */
  expire(silence: string): Promise<void>;
  /** Those that have not ended, oldest first. */
  silences(): readonly Silence[];
  /** Tells the rules of a signal, and opens their outputs anew when it asks for that; settles when that is safe. */
  signal(signal: Signal): Promise<void>;
  reload(config: Config): Promise<LedgerFailure | undefined>;
  status(): Status;
  /** Everything that is told in figures. */
  metrics(): Promise<Metrics>;
  /** Open alerts, the worst first. */
  openAlerts(limit: number): OpenAlerts;
  /** The ledger's trouble, while it lasts. */
  trouble(): LedgerFailure | undefined;
  /** Milliseconds since it began; 0 when there is none. */
  troubledFor(): number;
  /** Closes sources, finishes sends under way (at most `graceMs`), writes a checkpoint. */
  stop(graceMs: number): Promise<void>;
}

/** A message that a human sends. */
export interface OutgoingText {
  readonly to: readonly string[];
  readonly text: string;
  readonly severity: Severity;
  readonly fields?: Fields;
  /** It only tries the way, and says so. */
  readonly isDrill?: boolean;
}

export type Opened =
  | { readonly ok: true; readonly daemon: Daemon; readonly recovered: Recovered }
  | { readonly ok: false; readonly failure: LedgerFailure };

/** Recovers the machines from the ledger and wires the rooms together. */
export async function openDaemon(parts: DaemonParts): Promise<Opened> {
  const { ledger, log, match } = parts;
  if (parts.rescued !== undefined) {
    const stray = giveUpStrays(ledger, instant(parts.now()));
    if ('failure' in stray) return { ok: false, failure: stray.failure };
  }
  const outside = recordAnswers(parts.perl === undefined ? { match } : { match, perl: parts.perl });
  const recovery = recover(ledger, buildOf(parts.config, outside, parts.makeEngine));
  if (!recovery.ok) return recovery;
  const { recovered } = recovery;
  parts.reach('restored');
  const startedAt = parts.now();
  const clock = createClock(
    parts.mode,
    { wall: parts.now, monotonic: () => performance.now() },
    recovered.now,
  );
  // Until sources are opened and say how far they are, no timer fires on what was not read.
  for (const { name } of parts.config.sources) clock.opened(name);
  const trouble = watchLedger(log);
  const tellTrouble = (failure: LedgerFailure | undefined): void => {
    trouble.tell(failure);
    // A run that ends says it by its exit code.
    if (parts.durable && parts.follow) emergency.tell(failure);
  };
  let config = parts.config;
  let channels = openOnDemand(config.channels, portsFor(parts, config));
  const deliveryLog = createDeliveryLog(log);
  const meter = createMeter();
  const deliveries = createDeliveries(
    async (name, attempt) => {
      const delivery = await channels.send(name, attempt);
      deliveryLog.answered(name, delivery);
      meter.answered(name, delivery);
      return delivery;
    },
    (settlement) => {
      meter.settled(settlement, instant(parts.now()));
      loop.offer({ type: 'decide', input: (now) => ({ type: 'settled', now, ...settlement }) });
    },
    parts.reach,
  );
  const emergency = createEmergency({
    config: () => config,
    match,
    now: parts.now,
    send: (name, attempt) => channels.send(name, attempt),
    log,
    meanwhile: 'files are read no further and nothing else is told until it can be',
    ended: (text) => loop.offer(internalRaise('ledger', 'sentinel', 'ledger.db', text)),
    ...(parts.emergencyPace === undefined ? {} : { pace: parts.emergencyPace }),
  });
  const intents = openIntents(parts.intents ?? { carryOut: parts.durable }, {
    log,
    reach: parts.reach,
    offer: (report) => loop.offer({ type: 'report', report }),
    inputs: (rule, intent) => added.carry(rule, intent),
  });
  let way = (await prepareWay(config, match))(recovered.machines);
  const loop = createLoop(way, recovered.nextSeq, {
    ledger,
    clock,
    deliveries,
    intents,
    outside,
    reach: parts.reach,
    durable: parts.durable,
    note: (note) => tellNote(log, note),
    decided: deliveryLog.decided,
    trouble: tellTrouble,
    meter,
  });
  const sources = createSourceGroup({
    marks: ledger.marks,
    now: clock.wall,
    follow: parts.follow,
    log,
    offer: loop.offer,
    moved: () => parts.reach('rotated'),
    opening: (source) => {
      clock.opened(source);
      // Whatever the engine knew of it before is no longer so: until it says more, no silence counts.
      loop.offer({ type: 'condition', source, condition: 'reading' });
    },
    closed: clock.released,
  });
  const added = createAddedInputs({
    sources,
    now: clock.wall,
    bind: (name, rule) => {
      const source = { name, format: 'auto', rule };
      way.intakes.set(name, createIntake(source, config.program, config.zone, match));
    },
  });
  const openSources = (): void => {
    sources.open(config);
    added.reopen(way.machines.engine.inputs());
  };
  const stopUpkeep = parts.durable ? keepUp(ledger, () => config.limits, parts.now, log) : () => undefined;
  const heartbeat = createHeartbeat({
    isWell: () => trouble.failure() === undefined,
    failed: (place, detail) => {
      log.warn('the heartbeat does not arrive', { place, text: detail });
      loop.offer(
        internalRaise('heartbeat', 'sentinel', place, `the heartbeat does not reach ${place}: ${detail}`),
      );
    },
    works: (place) => log.info('the heartbeat arrives again', { place }),
  });
  const drills = createDrillTimer(parts.now, (to) => {
    const text = 'This is a test by the calendar: nothing happened, and nothing needs to be done.';
    const drill = { to, text, severity: 'warning', isDrill: true } as const;
    loop.offer({ type: 'decide', input: (now, seq) => ({ type: 'send', now, seq, ...drill }) });
  });
  const expiries = createExpiryWatch({
    portsFor: (channel) => portsFor(parts, config)(channel),
    found: (channel, found) =>
      loop.offer({
        type: 'decide',
        input: (now) => ({ type: 'expiries', now, channel, expiries: found }),
      }),
  });
  const metrics = (): Promise<Metrics> =>
    gatherMetrics({
      config,
      way,
      meter,
      pumps: sources.pumps(),
      ledger,
      clock,
      loop: loop.stats(),
      intents: intents.counts(),
      startedAt,
      now: parts.now(),
      isTroubled: trouble.failure() !== undefined,
    });
  const endpoint = createEndpoint({
    metrics,
    ailing: () => whyAiling(trouble.failure(), loop.stats().stalledMs),
    unready: () => (sources.isOpen() ? undefined : 'the sources are closed: it starts, reloads or stops'),
    log,
  });
  const decide = (input: DecideItem['input']): Promise<Decided> =>
    new Promise((committed) => loop.offer({ type: 'decide', input, committed }));

  /** Alerts of rules that are not what they were have nobody left who could end them. */
  const endOrphans = (changed: readonly string[]): void => {
    if (changed.length > 0) log.warn('rules changed: their state starts afresh', { rules: changed });
    const rules = new Set(config.program.rules.map(({ id }) => id));
    const isOrphan = ({ rule }: { readonly rule: string }): boolean =>
      changed.includes(rule) || (!rules.has(rule) && !rule.startsWith('sentinel/'));
    for (const { id } of ledger.openAlerts().filter(isOrphan)) {
      loop.offer({
        type: 'decide',
        input: (now) => ({ type: 'resolve', now, alert: id, why: 'its rule changed' }),
      });
    }
  };

  /** Between two turns, with every source closed and everything committed. */
  const swap = (next: Config, join: (machines: Machines) => Way): LedgerFailure | undefined => {
    const failed = loop.checkpoint();
    if (failed !== undefined) return failed;
    const again = recover(ledger, buildOf(next, outside, parts.makeEngine));
    if (!again.ok) return again.failure;
    parts.reach('during-reload');
    const before = channels;
    meter.retired(way.intakes);
    config = next;
    channels = openOnDemand(next.channels, portsFor(parts, next));
    way = join(again.recovered.machines);
    loop.swap(way);
    parts.reach('after-reload');
    endOrphans(again.recovered.changed);
    if (beats) followTimes(next);
    before
      .close()
      .catch((error: unknown) => log.warn('a channel could not be closed', { text: String(error) }));
    return undefined;
  };

  /** What is written from here on is unread: no timer fires on it until they are open again. */
  const closeSources = async (): Promise<void> => {
    clock.opened(closed);
    await sources.close();
  };

  const reload = async (next: Config): Promise<LedgerFailure | undefined> => {
    const inTrouble = trouble.failure();
    if (inTrouble !== undefined) return inTrouble;
    const join = await prepareWay(next, match);
    await closeSources();
    parts.reach('before-reload');
    try {
      // Only what is committed may be left behind: the sources go on from their marks.
      await untilIdle(loop.idle, () => trouble.failure() !== undefined);
      return swap(next, join);
    } catch (error) {
      return { type: 'io', detail: String(error) };
    } finally {
      openSources();
      clock.released(closed);
    }
  };

  /** Reloads and the stop, one after the other. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };

  // Only who stays and keeps a ledger can be missed.
  const beats = parts.durable && parts.follow;
  const followTimes = (next: Config): void => {
    heartbeat.follow(next);
    drills.follow(next);
    expiries.follow(next);
    endpoint.follow(next);
  };
  loop.offer({ type: 'decide', input: (now) => ({ type: 'started', now }) });
  endOrphans(recovered.changed);
  if (parts.rescued !== undefined) {
    loop.offer(internalRaise('ledger', 'sentinel', 'ledger.db', parts.rescued.join('; '), 'critical'));
  }

  const daemon: Daemon = {
    start() {
      intents.resume(recovered.intents);
      parts.reach('resumed');
      openSources();
      if (beats) followTimes(config);
    },
    sourcesEnded: sources.ended,
    quiet: () =>
      loop.idle() &&
      deliveries.underWay() === 0 &&
      intents.unsettled() === 0 &&
      (parts.follow || sources.adding() === 0),
    pulse: async () => void (await decide((now) => ({ type: 'tick', now }))),
    send: async (message) => alertsIn(await decide((now, seq) => ({ type: 'send', now, seq, ...message }))),
    outcome: (alerts) =>
      alerts.flatMap((id) => ledger.notificationsOf(id)).filter(({ state }) => state !== 'passed'),
    undelivered: ledger.countUnsettled,
    resolve: async (alert, why) =>
      alertsIn(await decide((now) => ({ type: 'resolve', now, alert, why }))).length > 0,
    find: (prefix) => ledger.findAlerts(prefix).map(({ id }) => id),
    acknowledge: async (alert, author, note) =>
      alertsIn(await decide((now) => ({ type: 'ack', now, alert, author, note }))).length > 0,
    async silence(silence) {
      let id = '';
      await decide((now, seq) => {
        id = silenceId(seq);
        return { type: 'silence-add', now, seq, silence };
      });
      return way.machines.alerting.silences().find((one) => one.id === id)?.id;
    },
    expire: async (silence) => void (await decide((now) => ({ type: 'silence-expire', now, silence }))),
    silences: () => way.machines.alerting.silences(),
    signal: intents.signal,
    reload: (next) => inTurn(() => reload(next)),
    status: () =>
      statusOf({
        config,
        way,
        pumps: sources.pumps(),
        ledger,
        loop: loop.stats(),
        startedAt,
        now: parts.now(),
        intents: intents.counts(),
        trouble: trouble.failure(),
        holding: clock.holding(),
      }),
    metrics,
    openAlerts: (limit) => openAlertsOf(way, config, clock.alerting(), limit),
    trouble: trouble.failure,
    troubledFor: trouble.lasts,
    stop: (graceMs) =>
      inTurn(async () => {
        parts.reach('stopping');
        stopUpkeep();
        heartbeat.stop();
        drills.stop();
        expiries.stop();
        await closeSources();
        await Promise.all([deliveries.finish(graceMs), intents.finish(graceMs)]);
        await untilIdle(() => loop.idle() || trouble.failure() !== undefined);
        if (trouble.failure() === undefined && parts.durable) loop.checkpoint();
        loop.halt();
        await emergency.finish(graceMs);
        await channels.close();
        await endpoint.stop();
      }),
  };
  return { ok: true, daemon, recovered };
}

/** Stands among the sources that hold the clock back while all of them are closed. */
const closed = 'all are closed';

type DecideItem = Extract<Item, { readonly type: 'decide' }>;

/** A loop that has not turned for so long is stuck: milliseconds. */
const longestTurnMs = 30_000;

function whyAiling(failure: LedgerFailure | undefined, stalledMs: number): string | undefined {
  if (failure !== undefined) return `the ledger cannot be written: ${failure.type}`;
  return stalledMs > longestTurnMs ? 'the loop does not turn' : undefined;
}

const portsFor =
  (parts: DaemonParts, config: Config) =>
  (name: string): ChannelPorts => ({ ...parts.channelPorts(config), name });

const alertsIn = (decided: Decided): readonly string[] => [
  ...new Set(decided.outputs.flatMap((output) => (output.type === 'alert' ? [output.alert.id] : []))),
];

function tellNote(log: Log, note: Note): void {
  log.warn(note.code, { ...(note.rule === undefined ? {} : { rule: note.rule }), text: note.text });
}

/** The loop drains itself; this only waits for it: at its own pace, while it is `stuck` at the disk's. */
async function untilIdle(idle: () => boolean, stuck = (): boolean => false): Promise<void> {
  while (!idle()) {
    await new Promise((resolve) => (stuck() ? setTimeout(resolve, stuckMs) : setImmediate(resolve)));
  }
}

const stuckMs = 100;
