import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { startJournal, whyNoJournal, type JournalPeer } from '../peers/journal-peer.ts';
import { freePort } from '../peers/smtp-peers.ts';
import { run, start, type Running } from './program.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let dir = '';
let running: Running | undefined;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'sources-'))));
afterEach(async () => {
  await running?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

/** Starts the daemon with these sources; every line with "needle" is an alert on the screen. */
async function daemon(sources: string): Promise<Running> {
  const config = join(dir, 'sentinel.yaml');
  writeFileSync(
    config,
    `sources:\n${sources}\nrules:\n  - { id: found, match: 'needle (?<n>\\d+)', key: [n], alert: { title: 'found {{ n }} of {{ program }}' } }\n`,
  );
  const started = start(['run', '--config', config, '--state', join(dir, 'state')]);
  running = started;
  return started;
}

const shows = (text: string): Promise<void> =>
  eventually(() => running?.output().stdout.includes(text) === true, text, 60_000);

async function connected(port: number): Promise<Socket> {
  let socket: Socket | undefined;
  await eventually(
    async () => {
      const tried = connect(port, '127.0.0.1');
      const isOpen = (await once(tried, 'connect').catch(() => undefined)) !== undefined;
      if (isOpen) socket = tried;
      return isOpen;
    },
    'somebody who listens',
    60_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${running?.output().stderr ?? ''}`);
  });
  if (socket === undefined) throw new Error('not connected');
  return socket;
}

test('run --once leaves a line that is being written to the next run', async () => {
  const log = join(dir, 'app.log');
  const config = join(dir, 'sentinel.yaml');
  writeFileSync(
    config,
    `sources: { app: { file: ${log} } }\nrules:\n  - { id: found, match: 'open (?<n>\\d+)', alert: { title: 'found {{ n }}' } }\n`,
  );
  const runOnce = async (): Promise<string> =>
    (await run(['run', '--once', '--config', config, '--state', join(dir, 'state')])).stdout;
  writeFileSync(log, '');
  await runOnce();
  appendFileSync(log, 'open 1');
  expect(await runOnce()).not.toContain('found');
  appendFileSync(log, '23\n');
  expect(await runOnce()).toContain('found 123');
});

test('syslog over a connection that stays up through a reload', async () => {
  const port = await freePort();
  const { child } = await daemon(`  net: { syslog: { listen: 'tcp://127.0.0.1:${String(port)}' } }`);
  const socket = await connected(port);
  let isClosed = false;
  socket.on('close', () => (isClosed = true));
  socket.write('<13>Nov 20 10:00:06 web1 app[7]: needle 1\n');
  await shows('found 1 of app');
  child.kill('SIGHUP');
  for (let n = 2; n <= 30; n += 1) {
    socket.write(`<13>Nov 20 10:00:06 web1 app[7]: needle ${String(n)}\n`);
    // Some come before the sources are closed, some while they are, some after it.
    if (n % 10 === 0) await shows(`found ${String(n - 9)} of app`);
  }
  await shows('found 30 of app');
  for (let n = 2; n <= 30; n += 1) expect(running?.output().stdout).toContain(`found ${String(n)} of app`);
  expect(isClosed).toBe(false);
  socket.destroy();
});

/** The ids of the alerts with this title that were shown. */
const idsOf = (title: string, shown = ''): string[] =>
  [...shown.matchAll(new RegExp(`${title} of app\\n\\[#(\\w+)\\]`, 'g'))].map(([, id = '']) => id);

const missing = whyNoJournal();

test.skipIf(missing !== undefined)(
  `the journal goes on where it was after kill -9${missing === undefined ? '' : ` (${missing})`}`,
  async () => {
    const journal: JournalPeer = startJournal();
    try {
      const entry = (n: number) => ({
        MESSAGE: `needle ${String(n)}`,
        SYSLOG_IDENTIFIER: 'app',
        _HOSTNAME: 'web1',
      });
      journal.add(entry(1));
      await journal.untilWritten(1);
      const sources = `  sys: { journal: { directory: ${journal.directory} }, start: beginning }`;
      const config = (await daemon(sources)) && join(dir, 'sentinel.yaml');
      await shows('found 1 of app\n[#');
      const before = idsOf('found 1', running?.output().stdout);
      await running?.kill('SIGKILL');
      journal.add(entry(2));
      await journal.untilWritten(2);
      running = start(['run', '--config', config, '--state', join(dir, 'state')]);
      await shows('found 2 of app');
      // The message may come once more, as nobody knows whether it had arrived; the alert does not.
      const again = idsOf('found 1', running.output().stdout);
      expect(before).toHaveLength(1);
      expect(again.every((id) => before.includes(id))).toBe(true);
    } finally {
      await journal.close();
    }
  },
);
