import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Config } from '../../config/config.ts';
import { createMatchPorts } from '../../daemon/node-ports.ts';
import { instant } from '../../model/time.ts';
import { archivePlaces } from '../../sources/archive/places.ts';
import { findArchives } from '../../sources/archive/sets.ts';
import { runBacktest, type BacktestLog } from '../../trial/backtest.ts';
import { assignLog } from '../../trial/logs.ts';
import { reportLines } from '../../trial/report-text.ts';
import type { BacktestResult } from '../../trial/result.ts';
import { exit, type ExitCode } from '../exit.ts';
import { createProgress } from '../progress.ts';
import { readConfig, readWatchConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { complain, print, printJson } from '../terminal.ts';

/** What `backtest` is told. */
export interface BacktestFlags {
  readonly source?: string;
  readonly rule?: readonly string[];
  readonly rules?: readonly string[];
  /** False: only the files named, without their rotations. */
  readonly rotated?: boolean;
  readonly html?: string;
  readonly learn?: boolean;
}

/** `backtest FILE…`: history through the rules on its own time; nothing is delivered, no position moves. */
export async function backtest(
  settings: Settings,
  args: readonly string[],
  flags: BacktestFlags,
): Promise<ExitCode> {
  const config = await configFor(settings, flags);
  if (config === undefined) return exit.badConfiguration;
  if (flags.source !== undefined && !config.sources.some(({ name }) => name === flags.source)) {
    complain(
      `there is no source ${flags.source}; there are ${config.sources.map(({ name }) => name).join(' ')}`,
    );
    return exit.usage;
  }
  const logs = await logsFor(args.length > 0 ? args : logsOf(config), config, flags);
  if (logs === undefined) return exit.failed;
  if (config.perl) complain('rules that ask Perl get no answer here: what they depend on does not match');

  let isStopped = false;
  const stop = (): void => void (isStopped = true);
  process.once('SIGINT', stop);
  const progress = createProgress(settings);
  const result = await runBacktest({
    config,
    logs,
    match: createMatchPorts(),
    now: instant(Date.now()),
    learns: flags.learn === true,
    monotonic: () => performance.now(),
    progress: (share) => (isStopped ? true : progress.show(share)),
  });
  progress.end();
  process.off('SIGINT', stop);
  if (isStopped) complain('stopped before the end: this is what was read so far');
  return show(result, settings, flags, isStopped);
}

async function show(
  result: BacktestResult,
  settings: Settings,
  { html }: BacktestFlags,
  isStopped: boolean,
): Promise<ExitCode> {
  if (settings.json) printJson(result);
  else for (const line of reportLines(result)) print(line);
  if (html !== undefined) {
    const { reportHtml } = await import('../../trial/report-html.ts');
    try {
      // It holds text of logs, which not everybody may read.
      await writeFile(html, reportHtml(result), { mode: 0o600 });
    } catch (error) {
      complain(`cannot write ${html}: ${error instanceof Error ? error.message : String(error)}`);
      return exit.failed;
    }
  }
  const isWhole = !isStopped && result.logs.every(({ failures }) => failures.length === 0);
  return isWhole ? exit.done : exit.failed;
}

/** The rules named, or the configuration, or where there is none the shipped packs. */
async function configFor(
  settings: Settings,
  { rule = [], rules = [] }: BacktestFlags,
): Promise<Config | undefined> {
  const isConfigured = !settings.configIsDefault || settings.config.some((path) => existsSync(path));
  if (isConfigured && rule.length + rules.length === 0) return readConfig(settings, { onScreen: false });
  return readWatchConfig({ files: ['-'], once: true, rules: rule, ruleFiles: rules });
}

const logsOf = (config: Config): readonly string[] =>
  config.sources.flatMap(({ kind, options }) => archivePlaces(kind, options)?.logs ?? []);

/** The logs with their sources; undefined when there is nothing to read. Says what cannot be read. */
async function logsFor(
  paths: readonly string[],
  config: Config,
  { source, rotated = true }: BacktestFlags,
): Promise<readonly BacktestLog[] | undefined> {
  if (paths.includes('-')) {
    complain(
      'history is read twice, which standard input cannot be: write it to a file and name that (or ./-)',
    );
    return undefined;
  }
  const { sets, failures } = await findArchives(paths, rotated);
  for (const { path, detail } of failures) complain(`cannot read ${path}: ${detail}`);
  if (failures.length > 0) return undefined;
  if (sets.length === 0) {
    complain('name a file: the configuration has no source of files whose history could be read');
    return undefined;
  }
  return sets.map((set) => {
    const { log, leftOut } = assignLog(set, config, source);
    if (leftOut.length > 0) {
      complain(
        `${set.log} is of no source that is configured: rules bound to sources are not tried on it (${leftOut.join(' ')}); --source says which it is`,
      );
    }
    return log;
  });
}
