import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Config } from '../../src/config/config.ts';
import { watchConfig } from '../../src/config/watch.ts';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { instant, type Instant } from '../../src/model/time.ts';
import { findArchives } from '../../src/sources/archive/sets.ts';
import { plainRecords } from '../../src/sources/archive/places.ts';
import { runBacktest, type BacktestLog } from '../../src/trial/backtest.ts';
import type { BacktestResult } from '../../src/trial/result.ts';

export const match = createMatchPorts();
export const present: Instant = instant(Date.parse('2026-11-21T12:00:00Z'));
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** The head of a syslog line as written at a time: without its year. */
export function stamp(time: number): string {
  const date = new Date(time);
  const month = months.slice(date.getUTCMonth() * 3, date.getUTCMonth() * 3 + 3);
  return `${month} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 19)}`;
}

/** A folder for one case. */
export function folder(): { readonly path: (name: string) => string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'backtest-'));
  return { path: (name) => join(dir, name), remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Writes a log, packed if its name says so, as last changed at `changedAt`. */
export function writeLog(path: string, text: string, changedAt: number): void {
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
  utimesSync(path, changedAt / 1000, changedAt / 1000);
}

/** A configuration that consists of rules, with the zone UTC. */
export async function configOf(rules: string, path: string): Promise<Config> {
  writeFileSync(path, rules);
  const checked = await watchConfig({ files: ['-'], ruleFiles: [path], once: true, match, zone: 'UTC' });
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.value;
}

/** The logs of these paths, each as a source of its own name. */
export async function logsOf(
  paths: readonly (readonly [source: string, path: string])[],
  rotated = true,
): Promise<readonly BacktestLog[]> {
  const logs: BacktestLog[] = [];
  for (const [name, path] of paths) {
    const { sets, failures } = await findArchives([path], rotated);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    logs.push(...sets.map((set) => ({ set, source: { name, format: 'auto' }, records: plainRecords })));
  }
  return logs;
}

/** Runs a backtest as of `present`. */
export const backtestOf = (config: Config, logs: readonly BacktestLog[]): Promise<BacktestResult> =>
  runBacktest({ config, logs, match, now: present, monotonic: () => 0, progress: () => false });
