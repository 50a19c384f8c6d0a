import { createAlerting } from '../alerting/alerting.ts';
import type { Config, SourceConfig } from '../config/config.ts';
import { alertingRules } from '../daemon/alerting-rules.ts';
import { scannerFor } from '../daemon/intake.ts';
import { localTime } from '../daemon/local-time.ts';
import { createEngine } from '../engine/engine.ts';
import type { MatchPorts } from '../match/contract.ts';
import type { Instant } from '../model/time.ts';
import type { ArchiveSet } from '../sources/archive/sets.ts';
import type { RecordOptions } from '../sources/record-options.ts';
import { daysIn } from './days.ts';
import { openHistory, type HistoryStream } from './history.ts';
import { createLearner } from './learn.ts';
import { mergeStreams } from './merge.ts';
import { countParts } from './parts.ts';
import { createPlay } from './play.ts';
import type { BacktestResult, LogResult } from './result.ts';
import { createHistoryParser } from './stamps.ts';
import { survey } from './survey.ts';
import { receiversResult } from './tally-results.ts';
import { createTally, type TalliedChannel } from './tally.ts';

/** One log with its rotations, and as what it is read. */
export interface BacktestLog {
  readonly set: ArchiveSet;
  readonly source: Pick<SourceConfig, 'name' | 'format'>;
  readonly records: RecordOptions;
}

export interface BacktestParts {
  readonly config: Config;
  readonly logs: readonly BacktestLog[];
  readonly match: MatchPorts;
  readonly now: Instant;
  /** Whether proposals are made. */
  readonly learns?: boolean;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** Called now and then with the share of bytes on disk that was read; true: stop. */
  readonly progress: (share: number) => boolean | Promise<boolean>;
}

/**
 * Plays logs through the rules and alerting by the time of their records. Nothing is delivered: each message
 * counts as sent at once, and spends from its channel's budget. The ledger is left alone.
 */
export async function runBacktest(parts: BacktestParts): Promise<BacktestResult> {
  const { config, match } = parts;
  const begun = parts.monotonic();
  const dayOf = daysIn(config.zone);
  const channels = talliedChannels(config);
  const tally = createTally(config.program, channels, dayOf);
  const messageParts = await countParts(config, match);
  const names = [...new Set(parts.logs.map(({ source }) => source.name))];
  const engine = createEngine(config.program, {
    match,
    localTime,
    limits: { keysPerRule: config.limits.keysPerRule },
    late: config.late,
    sources: names,
  });
  const alerting = createAlerting(alertingRules(config));
  const learner = parts.learns === true ? createLearner(config.program) : undefined;
  const play = createPlay(engine, alerting, {
    effect(effect) {
      tally.effect(effect);
      learner?.effect(effect);
    },
    decided(output, now) {
      tally.decided(output, now);
      messageParts.saw(output);
    },
    sent(notification, now) {
      tally.sent(notification, now);
      return messageParts.of(notification, now);
    },
  });

  const failures = new Map<string, { file: string; why: string }[]>();
  const streams: HistoryStream[] = [];
  for (const log of parts.logs) {
    const failed = (file: string, why: string): void => void failuresOf(failures, log).push({ file, why });
    streams.push(await openLog(log, parts, failed));
  }
  const presence = watchPresence(streams);
  const size = parts.logs.flatMap(({ set }) => set.files).reduce((sum, file) => sum + file.size, 0);
  await mergeStreams(streams, {
    begins: (stream, at) => {
      if (presence.begins(stream)) play.source(stream.source, 'atEnd', at);
    },
    ends: (stream, at) => {
      if (presence.ends(stream)) play.source(stream.source, 'gone', at);
    },
    step: ({ event, rules }, at) => play.event(event, rules, at),
    passes: play.reach,
    pause: () => parts.progress(streams.reduce((sum, stream) => sum + stream.taken(), 0) / Math.max(1, size)),
  });
  for (const stream of streams) stream.close();

  const logs = parts.logs.map((log, index) =>
    logResult(log, streams[index], failures.get(log.set.log) ?? []),
  );
  return {
    version: 1,
    zone: config.zone,
    ...spanOf(streams),
    read: { ...readSums(streams), seconds: (parts.monotonic() - begun) / 1000 },
    logs,
    rules: tally.rules(engine.counters()),
    channels: tally.channels(),
    receivers: receiversResult(alerting.counters()),
    notes: tally.notes(),
    ...(learner === undefined ? {} : { proposals: learner.proposals() }),
  };
}

const talliedChannels = (config: Config): readonly TalliedChannel[] => {
  const kinds = new Map(config.channels.map(({ name, kind }) => [name, kind.kind]));
  return alertingRules(config).channels.map((channel) => ({
    ...channel,
    kind: kinds.get(channel.name) ?? '',
  }));
};

function failuresOf<Failure>(failures: Map<string, Failure[]>, { set }: BacktestLog): Failure[] {
  const known = failures.get(set.log) ?? [];
  failures.set(set.log, known);
  return known;
}

async function openLog(
  { set, source, records }: BacktestLog,
  { config, match, now }: BacktestParts,
  failed: (file: string, why: string) => void,
): Promise<HistoryStream> {
  const parser = createHistoryParser(source.format, config.zone, now);
  const spans = await survey(set, parser.stamp, now);
  const byteRules = new Set(
    config.program.rules.flatMap(({ origin }, index) => (origin.dialect === 'native' ? [] : [index])),
  );
  return openHistory(set, {
    source: source.name,
    scanner: scannerFor(source, config.program, match),
    parser,
    ports: match,
    records,
    maxLine: config.limits.maxLine,
    byteRules,
    spans,
    failed,
  });
}

/** A source is there from the beginning of its first log to the end of its last. */
function watchPresence(streams: readonly HistoryStream[]) {
  const left = new Map<string, number>();
  const begun = new Set<string>();
  for (const { source } of streams) left.set(source, (left.get(source) ?? 0) + 1);
  return {
    begins({ source }: HistoryStream): boolean {
      const isFirst = !begun.has(source);
      begun.add(source);
      return isFirst;
    },
    ends({ source }: HistoryStream): boolean {
      const rest = (left.get(source) ?? 1) - 1;
      left.set(source, rest);
      return rest === 0;
    },
  };
}

function logResult(
  { set, source }: BacktestLog,
  stream: HistoryStream | undefined,
  failures: LogResult['failures'],
): LogResult {
  return {
    log: set.log,
    source: source.name,
    files: set.files.map(({ path }) => path),
    lines: stream?.counts.lines ?? 0,
    bytes: stream?.counts.bytes ?? 0,
    ...spanOf(stream === undefined ? [] : [stream]),
    failures,
  };
}

function readSums(streams: readonly HistoryStream[]) {
  const sum = (of: (counts: HistoryStream['counts']) => number): number =>
    streams.reduce((total, { counts }) => total + of(counts), 0);
  return {
    lines: sum(({ lines }) => lines),
    bytes: sum(({ bytes }) => bytes),
    candidates: sum(({ candidates }) => candidates),
    shortened: sum(({ shortened }) => shortened),
  };
}

function spanOf(streams: readonly HistoryStream[]): { readonly from?: string; readonly to?: string } {
  const firsts = streams.flatMap(({ counts }) => counts.first ?? []);
  const lasts = streams.flatMap(({ counts }) => counts.last ?? []);
  if (firsts.length === 0 || lasts.length === 0) return {};
  return { from: iso(Math.min(...firsts)), to: iso(Math.max(...lasts)) };
}

const iso = (at: number): string => new Date(at).toISOString();
