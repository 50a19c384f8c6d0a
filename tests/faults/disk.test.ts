import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startHttpPeer, type HttpPeer } from '../e2e/http-peer.ts';
import { run, site, start, type Running, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';
import { failCalls, fillDisk, mountDisk, straceObstacle, unmount } from './disk-faults.ts';

let at: Site;
let peer: HttpPeer;
let daemon: Running | undefined;
let undo: (() => void)[] = [];

beforeEach(async () => {
  at = site();
  peer = await startHttpPeer();
  writeFileSync(at.path('app.log'), '');
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules: [{ id: numbered, match: 'numbered (?<n>\\d+) end', key: [n], alert: {} }]
channels: { hook: { webhook: { url: '${peer.url}' } } }
receivers: { all: { channels: [hook] } }
`);
});
afterEach(async () => {
  daemon?.child.kill('SIGCONT');
  await daemon?.kill('SIGKILL');
  daemon = undefined;
  for (const each of undo.toReversed()) each();
  undo = [];
  await peer.stop();
  at.remove();
});

const line = (number: number): string => `Nov 20 10:00:00 web1 app[7]: numbered ${number} end\n`;
let written = 0;
const write = (count: number): void => {
  const lines = Array.from({ length: count }, (_, index) => line(written + index));
  written += count;
  appendFileSync(at.path('app.log'), lines.join(''));
};
beforeEach(() => void (written = 0));

/** What was told, in order: the line's number, or the words of an alert of Bird Sentinel's own. */
const told = (): readonly (number | string)[] =>
  peer.arrivals.map(({ body }) => {
    const { rule, key, line: words } = JSON.parse(body) as { rule: string; key: string[]; line: string };
    return rule === 'numbered' ? Number(key[0]) : words;
  });
const toldOfLedger = (): readonly string[] => told().filter((each) => typeof each === 'string');
const numbersTold = (): readonly number[] =>
  told()
    .filter((each) => typeof each === 'number')
    .toSorted((a, b) => a - b);
const everyNumber = (): readonly number[] => Array.from({ length: written }, (_, number) => number);

async function numbersInLedger(): Promise<readonly number[]> {
  const alerts = await at.json('alerts', 'list', '--limit', '10000', '--rule', 'numbered');
  return alerts.map((alert) => Number((alert['key'] as readonly string[])[0])).toSorted((a, b) => a - b);
}

const rssOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

describe('a disk that fills', () => {
  test('a running daemon tells people, keeps what it holds, reads no further, and goes on by itself', async ({
    skip,
  }) => {
    const obstacle = mountDisk(at.state, 1024);
    skip(obstacle !== undefined, obstacle);
    undo.push(() => unmount(at.state));
    daemon = await at.daemon();
    write(5);
    await eventually(() => peer.arrivals.length === 5, 'the first alerts');
    const free = fillDisk(at.state);
    // More than a round and the chunks behind it can take: 12 MB.
    const filler = `${'x'.repeat(999)}\n`.repeat(3000);
    for (let block = 0; block < 4; block++) {
      write(100);
      appendFileSync(at.path('app.log'), filler);
    }
    const { pid } = daemon;
    await eventually(() => toldOfLedger().length === 1, 'the emergency alert', 90_000);
    expect(toldOfLedger()[0]).toMatch(/ledger cannot be written: .*full/);
    const status = JSON.parse((await run(at.args('--json', 'status'))).stdout) as {
      ledger: { trouble?: string };
      sources: { lines: number }[];
    };
    expect(status.ledger.trouble).toMatch(/full/);
    expect(status.sources[0]?.lines).toBeLessThan(10_000);
    const refused = await run(at.args('send', '--to', 'all', 'hello'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/ledger cannot be written, so nothing was done/);
    const before = rssOf(pid);
    for (let block = 0; block < 4; block++) appendFileSync(at.path('app.log'), filler);
    write(1);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(rssOf(pid) - before).toBeLessThan(30);
    expect(numbersTold()).toEqual([0, 1, 2, 3, 4]);

    free();
    execFileSync('mount', ['-o', 'remount,size=64m', at.state]);
    await eventually(() => numbersTold().length >= written, 'all alerts', 60_000);
    await eventually(() => toldOfLedger().length === 2, 'the end of the trouble');
    expect(toldOfLedger()[1]).toMatch(/can be written again, after \d+s/);
    expect((await daemon.kill('SIGTERM')).code).toBe(0);
    expect(numbersTold()).toEqual(everyNumber());
    expect(await numbersInLedger()).toEqual(everyNumber());
  });

  test('a start on a full disk tells people and waits for room', async ({ skip }) => {
    const obstacle = mountDisk(at.state, 1024);
    skip(obstacle !== undefined, obstacle);
    undo.push(() => unmount(at.state));
    const free = fillDisk(at.state);
    write(3);
    daemon = start(at.args('run'));
    await eventually(() => toldOfLedger().length === 1, 'the emergency alert', 90_000);
    expect(toldOfLedger()[0]).toMatch(/ledger cannot be written: .*(full|no space)/i);
    free();
    await eventually(() => numbersTold().length === 3, 'the lines that waited', 90_000);
    expect((await daemon.kill('SIGTERM')).code).toBe(0);
    expect(await numbersInLedger()).toEqual([0, 1, 2]);
  });
});

/** What the kernel answers to system calls on the ledger's files while the fault lasts. */
const faults = [
  { name: 'every write EIO', inject: 'pwrite64:error=EIO', notices: true },
  { name: 'every write ENOSPC', inject: 'pwrite64:error=ENOSPC', notices: true },
  { name: 'every third write EIO', inject: 'pwrite64:error=EIO:when=1+3', notices: false },
  { name: 'every sync EIO', inject: 'fsync,fdatasync:error=EIO', notices: true },
  { name: 'every second sync EIO', inject: 'fsync,fdatasync:error=EIO:when=1+2', notices: false },
] as const;

/** Each takes ten seconds; one of writing and one of syncing stand for all. */
const tried = faults.filter(({ notices }) => process.env['FULL'] === '1' || !notices).toReversed();

describe(`a disk that fails under a running daemon (${tried.length} of ${faults.length} faults)`, () => {
  test.for(tried)('$name: nothing lost, nothing twice, and it goes on by itself', async (fault, { skip }) => {
    const obstacle = straceObstacle();
    skip(obstacle !== undefined, obstacle);
    daemon = await at.daemon();
    write(5);
    await eventually(() => peer.arrivals.length === 5, 'the first alerts');
    const ledger = join(at.state, 'ledger.db');
    const stop = await failCalls(daemon.pid, fault.inject, [ledger, `${ledger}-wal`]);
    for (let turn = 0; turn < 8; turn++) {
      write(5);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const trouble = (): boolean => daemon?.output().stderr.includes('ledger cannot be written') === true;
    if (fault.notices) await eventually(trouble, 'the trouble', 90_000);
    await stop();
    write(5);
    await eventually(() => numbersTold().length >= written, 'all alerts', 90_000);
    expect((await daemon.kill('SIGTERM')).code).toBe(0);
    expect(numbersTold()).toEqual(everyNumber());
    expect(await numbersInLedger()).toEqual(everyNumber());
    const again = await at.daemon();
    expect(again.output().stderr).not.toContain('damaged');
    await again.kill('SIGTERM');
  });

  test('a write that is cut short at a limit: nothing lost, nothing twice', async ({ skip }) => {
    skip(process.platform !== 'linux', 'prlimit is Linux’s');
    daemon = await at.daemon();
    write(5);
    await eventually(() => peer.arrivals.length === 5, 'the first alerts');
    const limit = (soft: string): void => {
      execFileSync('prlimit', ['--pid', String(daemon?.pid), `--fsize=${soft}:unlimited`]);
    };
    // In the midst of a page: the first write beyond is short, the next fails.
    limit(String(statSync(join(at.state, 'ledger.db-wal')).size + 2_500));
    write(40);
    await eventually(
      () => daemon?.output().stderr.includes('ledger cannot be written') === true,
      'the trouble',
    );
    limit('unlimited');
    await eventually(() => numbersTold().length >= written, 'all alerts', 90_000);
    expect((await daemon.kill('SIGTERM')).code).toBe(0);
    expect(numbersTold()).toEqual(everyNumber());
    expect(await numbersInLedger()).toEqual(everyNumber());
  });

  test('writes that are lost although the kernel said they were done: the ledger still has each line once', async ({
    skip,
  }) => {
    const obstacle = straceObstacle();
    skip(obstacle !== undefined, obstacle);
    daemon = await at.daemon();
    write(5);
    await eventually(() => peer.arrivals.length === 5, 'the first alerts');
    const wal = join(at.state, 'ledger.db-wal');
    const stop = await failCalls(daemon.pid, 'pwrite64:retval=100:when=2', [wal]);
    write(20);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await stop();
    // As after a power cut: nothing but the files is left.
    await daemon.kill('SIGKILL');
    write(5);
    daemon = await at.daemon();
    await eventually(async () => (await numbersInLedger()).length >= written, 'every line', 90_000);
    await eventually(() => new Set(numbersTold()).size === written, 'every line to be told', 90_000);
    expect(await numbersInLedger()).toEqual(everyNumber());
    // The ledger may have lost that it was told.
    expect(numbersTold().length).toBeLessThanOrEqual(2 * written);
  });
});
