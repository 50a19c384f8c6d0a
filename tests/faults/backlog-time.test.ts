import { utimesSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Daemon } from '../../src/daemon/contract.ts';
import { eventually } from '../peers/eventually.ts';
import { stage, type Stage } from './daemon-in-process.ts';

let at: Stage;
beforeEach(async () => {
  at = await stage();
});
afterEach(() => at.remove());

const hour = 3_600_000;
const ago = (ms: number, text: string): string =>
  `${new Date(Date.now() - ms).toISOString()} web1 app[1]: ${text}`;

/** Reads what is there, to its end, as something that was written some time ago. */
async function read(daemon: Daemon, lines: readonly string[]): Promise<void> {
  at.write(...lines);
  utimesSync(at.log, new Date(Date.now() - hour), new Date(Date.now() - hour));
  daemon.start();
  await eventually(
    () => daemon.quiet() && daemon.status().catchingUp.length === 0 && linesOf(daemon) >= lines.length,
    'the end of what is there',
  );
}

const linesOf = (daemon: Daemon): number =>
  daemon.status().sources.reduce((sum, source) => sum + source.lines, 0);

const raised = (daemon: Daemon): readonly string[] =>
  daemon
    .status()
    .rules.filter((rule) => rule.raised > 0)
    .map(({ rule }) => rule);

const rules = `rules:
  - { id: maint, match: maintenance, set: { context: maint, for: 1h } }
  - { id: disk, match: 'I/O error', unless: maint, alert: { severity: critical } }
  - { id: backup, match: backup started, expect: { match: backup finished, within: 1h }, alert: {} }
  - { id: any, match: Exception, alert: { severity: info } }
`;

test('at the very first start, too, the backlog has its own time: contexts of old are over, what did not come is told', async () => {
  const daemon = await at.open(await at.config(rules));
  await read(daemon, [
    ago(72 * hour, 'maintenance begins'),
    ago(72 * hour, 'backup started'),
    ago(48 * hour, 'backup finished'),
    ago(24 * hour, 'I/O error, dev sda'),
  ]);
  expect(raised(daemon)).toEqual(['maint', 'disk', 'backup']);
  await daemon.stop(1000);
});

test('a line of the backlog that names no time, or one that cannot be true, was written after the one before it', async () => {
  const config = await at.config(rules);
  const before = await at.open(config, { now: () => Date.now() - 60 * hour });
  await read(before, [ago(61 * hour, 'something')]);
  await before.stop(1000);
  const daemon = await at.open(config);
  await read(daemon, [
    ago(48 * hour, 'backup started'),
    'java.lang.Exception: boo',
    ago(-2 * hour, 'Exception: of a clock that is wrong'),
    ago(47.5 * hour, 'backup finished'),
    ago(40 * hour, 'something else'),
  ]);
  expect(raised(daemon)).toEqual(['any']);
  await daemon.stop(1000);
});
