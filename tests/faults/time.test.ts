import { existsSync, appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startHttpPeer, type HttpPeer } from '../e2e/http-peer.ts';
import { run, site, start, type Running, type Site } from '../e2e/program.ts';
import { eventually } from '../peers/eventually.ts';

const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const obstacle = existsSync(library) ? undefined : `not installed: faketime (${library})`;

let at: Site;
let peer: HttpPeer;
let daemon: Running | undefined;
beforeEach(async () => {
  at = site();
  peer = await startHttpPeer();
  writeFileSync(at.path('app.log'), '');
});
afterEach(async () => {
  daemon?.child.kill('SIGCONT');
  await daemon?.kill('SIGKILL');
  daemon = undefined;
  await peer.stop();
  at.remove();
});

const configure = (rules: string, more = ''): void =>
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules:
${rules}
channels: { hook: { webhook: { url: '${peer.url}' } } }
receivers: { all: { channels: [hook] } }
${more}`);

/** What the wall clock of the program shows: `2026-06-01 12:00:00` stands, `+3600.0` runs an hour ahead. */
function setClock(text: string): void {
  writeFileSync(at.path('clock'), `${text}\n`);
}

/** Moves the clock of the program by hours against that of this machine. */
const shift = (hours: number): void => setClock(`${hours < 0 ? '-' : '+'}${Math.abs(hours * 3600)}`);

const zone = { TZ: 'Europe/Berlin' };
const faked = (): Record<string, string> => ({
  ...zone,
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: at.path('clock'),
  FAKETIME_NO_CACHE: '1',
  // As where somebody sets the clock: only the wall jumps.
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
  NO_FAKE_STAT: '1',
});

async function startDaemon(): Promise<Running> {
  const running = start(at.args('run'), { env: faked() });
  daemon = running;
  await eventually(() => running.output().stderr.includes('"watching"'), 'the daemon');
  return running;
}

const bodies = (): { rule: string; key: string[]; last: string; line: string; count: number }[] =>
  peer.arrivals.map(({ body }) => JSON.parse(body) as ReturnType<typeof bodies>[number]);
const told = (rule: string): number[] =>
  bodies()
    .filter((body) => body.rule === rule)
    .map(({ key }) => Number(key[0]));

let written = 0;
beforeEach(() => void (written = 0));
const write = (): number => {
  appendFileSync(at.path('app.log'), `needle ${written}\n`);
  return written++;
};
const writeAndHear = async (what: string): Promise<void> => {
  const number = write();
  await eventually(() => told('needle').includes(number), `the alert ${what}`, 90_000);
};

async function expectWhole(): Promise<void> {
  expect(told('needle').toSorted((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, n) => n));
  const alerts = await at.json('alerts', 'list', '--rule', 'needle', '--limit', '1000');
  expect(alerts).toHaveLength(written);
}

const needle = "  - { id: needle, match: 'needle (?<n>\\d+)', key: [n], alert: {} }";

describe('a clock that is set', () => {
  test('forward and back by hours, also between two runs: each line once, within seconds, and no sum breaks', async ({
    skip,
  }) => {
    skip(obstacle !== undefined, obstacle);
    configure(needle, 'budgets: { hook: { per-15m: 12, per-day: 1000 } }');
    shift(0);
    await startDaemon();
    await writeAndHear('before');
    for (const hours of [1, 0, -1, 0, 24, 0]) {
      shift(hours);
      await writeAndHear(`after the jump to ${hours} h`);
    }
    for (const hours of [3, -1, 0]) {
      await daemon?.kill('SIGTERM');
      shift(hours);
      await startDaemon();
      await writeAndHear(`of the run at ${hours} h`);
    }
    const { stdout } = await run(at.args('--json', 'status'));
    expect((JSON.parse(stdout) as { breaches: unknown[] }).breaches).toEqual([]);
    await expectWhole();
  }, 120_000);

  test('a clock that stands: lines are told, failed attempts are tried again, a stop is clean', async ({
    skip,
  }) => {
    skip(obstacle !== undefined, obstacle);
    configure(needle);
    setClock('2026-06-01 12:00:00');
    await startDaemon();
    await writeAndHear('while the clock stands');
    let refusals = 0;
    peer.answer((_request, response) => {
      refusals += 1;
      if (refusals <= 2) response.writeHead(503).end();
      else response.end('ok');
    });
    await eventually(() => peer.arrivals.length >= 1, 'the first');
    write();
    await eventually(() => refusals >= 3, 'the third attempt', 90_000);
    const ended = await daemon?.kill('SIGTERM');
    expect(ended?.code).toBe(0);
    expect(new Set(told('needle')).size).toBe(2);
  }, 90_000);
});

describe('the two nights of daylight saving', () => {
  const stamp = (text: string, number: number): string => `${text} web1 app[7]: login failed ${number}\n`;
  const burst =
    "  - { id: burst, match: 'login failed (?<n>\\d+)', key: [n], count: { reach: 3, within: 5m }, alert: {} }";
  const stay =
    "  - { id: gone, match: 'begin (?<n>\\d+)', key: [n], expect: { match: 'end (?<n>\\d+)', within: 10m }, alert: {} }";

  const changes: readonly { name: string; change: string; stamps: [string, string, string] }[] = [
    {
      name: 'in spring, when 01:59:59 is followed by 03:00:00',
      change: '2026-03-29T01:00:00Z',
      stamps: ['Mar 29 01:59:51', 'Mar 29 01:59:52', 'Mar 29 03:00:00'],
    },
    {
      name: 'in autumn, when 02:59:59 is followed by 02:00:00',
      change: '2026-10-25T01:00:00Z',
      stamps: ['Oct 25 02:59:51', 'Oct 25 02:59:52', 'Oct 25 02:00:00'],
    },
  ];
  test.for(changes)(
    '$name: three lines within seconds are a burst, no timer fires an hour early',
    { timeout: 60_000 },
    async ({ change, stamps }, { skip }) => {
      skip(obstacle !== undefined, obstacle);
      configure(`${needle}\n${burst}\n${stay}`);
      const ahead = Date.parse(change) - 8000 - Date.now();
      setClock(`${ahead < 0 ? '' : '+'}${(ahead / 1000).toFixed(1)}`);
      await startDaemon();
      appendFileSync(at.path('app.log'), `begin 1\n`);
      await writeAndHear('before the change');
      for (const text of stamps.slice(0, 2)) appendFileSync(at.path('app.log'), stamp(text, 7));
      await eventually(() => Date.now() + ahead > Date.parse(change), 'the change');
      appendFileSync(at.path('app.log'), stamp(stamps[2], 7));
      await writeAndHear('after the change');
      await eventually(() => told('burst').includes(7), 'the burst');
      expect(told('gone')).toEqual([]);
      await expectWhole();
    },
  );
});

describe('a suspend', () => {
  test('of an hour: what was written meanwhile is told, what should have come by then is missed', async ({
    skip,
  }) => {
    skip(obstacle !== undefined, obstacle);
    configure(
      `${needle}\n  - { id: gone, match: 'begin (?<n>\\d+)', key: [n], expect: { match: 'end (?<n>\\d+)', within: 30m }, alert: {} }`,
    );
    shift(0);
    const { child } = await startDaemon();
    await writeAndHear('before');
    appendFileSync(at.path('app.log'), 'begin 1\nbegin 2\n');
    await writeAndHear('after the beginnings');
    child.kill('SIGSTOP');
    write();
    write();
    appendFileSync(at.path('app.log'), 'end 2\n');
    shift(1);
    utimesSync(at.path('app.log'), new Date(), new Date());
    child.kill('SIGCONT');
    await eventually(() => told('needle').length === written, 'what was written meanwhile');
    await eventually(() => told('gone').includes(1), 'what is missing');
    await writeAndHear('after it');
    await expectWhole();
    expect(readFileSync(at.path('app.log'), 'utf8')).toContain('end 2');
  }, 60_000);
});
