import type { ChannelPorts } from '../channels/contract.ts';
import type { Config } from '../config/config.ts';
import type { MatchPorts } from '../match/contract.ts';
import { present } from '../kit/assert.ts';
import type { Notification } from '../model/alert.ts';
import type { Severity } from '../model/program.ts';
import type { Ledger, LedgerFailure } from '../store/contract.ts';
import { alertingRules } from './alerting-rules.ts';
import { createClock, type ClockMode } from './clock.ts';
import type { Decided, Note } from './core.ts';
import type { Reach } from './crash-points.ts';
import { createDeliveries } from './deliveries.ts';
import { createIntake, type Intake } from './intake.ts';
import type { Log } from './log.ts';
import { createLoop, type Way } from './loop.ts';
import { openOnDemand } from './open-channels.ts';
import { recover, ruleHashes, type Build, type Recovered } from './recovery.ts';
import { internalRaise } from './internal-alerts.ts';
import { pumpSource, type SourcePump } from './source-pump.ts';
import { statusOf, type Status } from './status.ts';
import { createWording } from './wording.ts';
import { sourcesOf } from './sources-of.ts';

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
  readonly now: () => number;
  readonly channelPorts: (config: Config) => Omit<ChannelPorts, 'name'>;
  readonly log: Log;
  readonly reach: Reach;
}

/** A running Bird Sentinel. */
export interface Daemon {
  /** Opens the sources. */
  start(): void;
  /** Settles when every source has ended by itself. */
  sourcesEnded(): Promise<void>;
  /** Nothing queued, nothing under way. */
  quiet(): boolean;
  /** Takes a human's message; answers with its alerts' ids once it is safe in the ledger. */
  send(message: OutgoingText): Promise<readonly string[]>;
  /** What became of the messages of these alerts: per receiver the newest of its chain. */
  outcome(alerts: readonly string[]): readonly Notification[];
  /** Messages that are neither delivered nor given up. */
  undelivered(): number;
  resolve(alert: string, why: string): Promise<boolean>;
  reload(config: Config): Promise<LedgerFailure | undefined>;
  status(): Status;
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
}

export type Opened =
  | { readonly ok: true; readonly daemon: Daemon; readonly recovered: Recovered }
  | { readonly ok: false; readonly failure: LedgerFailure };

/** Recovers the machines from the ledger and wires the rooms together. */
export async function openDaemon(parts: DaemonParts): Promise<Opened> {
  const { ledger, log } = parts;
  const recovery = recover(ledger, buildOf(parts.config, parts.match));
  if (!recovery.ok) return recovery;
  const { recovered } = recovery;
  parts.reach('restored');
  const startedAt = parts.now();
  const clock = createClock(parts.mode, parts.now, recovered.now);
  let config = parts.config;
  let trouble: LedgerFailure | undefined;
  let troubleSince: number | undefined;
  let sources = new AbortController();
  let pumps: readonly SourcePump[] = [];
  let channels = openOnDemand(config.channels, portsFor(parts, config));

  const deliveries = createDeliveries(
    (name) => channels.open(name),
    (settlement) => loop.offer({ type: 'decide', input: (now) => ({ type: 'settled', now, ...settlement }) }),
    parts.reach,
  );
  let way = await wayOf(config, recovered, parts.match);
  const loop = createLoop(way, recovered.nextSeq, {
    ledger,
    clock,
    deliveries,
    reach: parts.reach,
    durable: parts.durable,
    note: (note) => tellNote(log, note),
    trouble(failure) {
      if (failure !== undefined)
        log.error('the ledger cannot be written; reading waits', { text: failure.detail });
      else log.warn('the ledger can be written again');
      troubleSince = failure === undefined ? undefined : (troubleSince ?? performance.now());
      trouble = failure;
    },
  });

  const decide = (input: Parameters<typeof loop.offer>[0] & { type: 'decide' }): Promise<Decided> =>
    new Promise((committed) => loop.offer({ ...input, committed }));

  const openSources = (): void => {
    sources = new AbortController();
    const opened = sourcesOf(config, ledger.restore().marks, {
      now: () => clock.wall(),
      follow: parts.follow,
      signal: sources.signal,
    });
    pumps = opened.map(({ name, source }) =>
      pumpSource(name, source, sources.signal, loop.offer, (stream, notice) => {
        log[notice.severity === 'error' ? 'error' : 'warn'](notice.code, {
          source: name,
          stream,
          text: notice.text,
        });
        if (notice.alert) loop.offer(internalRaise(notice.code, name, stream, notice.text));
      }),
    );
    for (const pump of pumps) {
      pump.ended.catch((error: unknown) =>
        log.error('source ended by a bug', { source: pump.name, text: String(error) }),
      );
    }
  };

  const closeSources = async (): Promise<void> => {
    sources.abort();
    await Promise.allSettled(pumps.map((pump) => pump.ended));
  };

  if (recovered.changed.length > 0) {
    log.warn('rules changed: their state starts afresh', { rules: recovered.changed });
  }
  loop.offer({ type: 'decide', input: (now) => ({ type: 'started', now }) });

  const daemon: Daemon = {
    start: openSources,
    sourcesEnded: async () => void (await Promise.all(pumps.map((pump) => pump.ended))),
    quiet: () => loop.idle() && deliveries.underWay() === 0,
    async send(message) {
      const decided = await decide({
        type: 'decide',
        input: (now, seq) => ({ type: 'send', now, seq, ...message }),
      });
      return [
        ...new Set(decided.outputs.flatMap((output) => (output.type === 'alert' ? [output.alert.id] : []))),
      ];
    },
    outcome: (alerts) =>
      alerts.flatMap((id) => ledger.notificationsOf(id)).filter(({ state }) => state !== 'passed'),
    undelivered: () => ledger.unsettled(1000).length,
    async resolve(alert, why) {
      const decided = await decide({
        type: 'decide',
        input: (now) => ({ type: 'resolve', now, alert, why }),
      });
      return decided.outputs.some((output) => output.type === 'alert');
    },
    async reload(next) {
      await closeSources();
      await untilIdle(loop.idle);
      const failed = loop.checkpoint();
      if (failed !== undefined) {
        openSources();
        return failed;
      }
      const again = recover(ledger, buildOf(next, parts.match));
      if (!again.ok) {
        openSources();
        return again.failure;
      }
      const before = channels;
      config = next;
      channels = openOnDemand(next.channels, portsFor(parts, next));
      way = await wayOf(next, again.recovered, parts.match);
      loop.swap(way);
      await before.closeAll();
      openSources();
      if (again.recovered.changed.length > 0) {
        log.warn('rules changed: their state starts afresh', { rules: again.recovered.changed });
      }
      return undefined;
    },
    status: () =>
      statusOf({
        config,
        way,
        pumps,
        ledger,
        loop: loop.stats(),
        startedAt,
        now: parts.now(),
        trouble,
        holding: clock.holding(),
      }),
    trouble: () => trouble,
    troubledFor: () => (troubleSince === undefined ? 0 : performance.now() - troubleSince),
    async stop(graceMs) {
      parts.reach('stopping');
      await closeSources();
      await deliveries.finish(graceMs);
      if (trouble === undefined) await untilIdle(loop.idle);
      if (trouble === undefined && parts.durable) loop.checkpoint();
      loop.halt();
      await channels.closeAll();
    },
  };
  return { ok: true, daemon, recovered };
}

const buildOf = (config: Config, match: MatchPorts): Build => ({
  program: config.program,
  alerting: alertingRules(config),
  match,
  keysPerRule: config.limits.keysPerRule,
  late: config.late,
});

async function wayOf(config: Config, recovered: Recovered, match: MatchPorts): Promise<Way> {
  const shapes = new Map(config.channels.map((channel) => [channel.name, channel.kind.shape]));
  const intakes = new Map<string, Intake>(
    config.sources.map((source) => [source.name, createIntake(source, config.program, config.zone, match)]),
  );
  return {
    core: recovered.core,
    intakes,
    wording: await createWording(
      config.program,
      (channel) => present(shapes.get(channel), `shape of channel ${channel}`),
      config.zone,
      match,
    ),
    rules: ruleHashes(config.program),
  };
}

const portsFor =
  (parts: DaemonParts, config: Config) =>
  (name: string): ChannelPorts => ({ ...parts.channelPorts(config), name });

function tellNote(log: Log, note: Note): void {
  log.warn(note.code, { ...(note.rule === undefined ? {} : { rule: note.rule }), text: note.text });
}

/** The loop drains itself; this only waits for it, without a clock of its own. */
async function untilIdle(idle: () => boolean): Promise<void> {
  while (!idle()) await new Promise((resolve) => setImmediate(resolve));
}
