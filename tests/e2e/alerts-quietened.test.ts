import { appendFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { run, site, type Running, type Site } from './program.ts';

let at: Site;
let hook: HttpPeer;
let daemon: Running | undefined;

beforeEach(async () => {
  at = site();
  hook = await startHttpPeer();
  writeFileSync(at.path('app.log'), '');
});
afterEach(async () => {
  await daemon?.kill('SIGTERM');
  await hook.stop();
  at.remove();
});

/** What a webhook gets, as far as these tests look at it. */
interface Told {
  readonly rule: string;
  readonly key: readonly string[];
  readonly status: string;
  readonly reason: string;
  readonly line: string;
  readonly message: { readonly text: string };
  readonly suppressed?: number;
  readonly summary?: {
    readonly cause: string;
    readonly raises: number;
    readonly storm?: { readonly joined: number };
  };
}

const told = (): readonly Told[] => hook.arrivals.map(({ body }) => JSON.parse(body) as Told);
const arrived = (count: number) => eventually(() => hook.arrivals.length >= count, `${count} messages`);
const write = (...lines: readonly string[]): void =>
  appendFileSync(at.path('app.log'), lines.map((line) => `${line}\n`).join(''));

async function begin(rest: string): Promise<void> {
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
channels: { hook: { webhook: { url: '${hook.url}' } } }
receivers: { me: { channels: [hook] } }
${rest}`);
  daemon = await at.daemon();
}

/** The newest alert of a rule, once `alerts why` says this of it. */
async function untilWhy(rule: string, text: string): Promise<string> {
  const id = await at.decided(rule, text);
  expect((await run(at.args('alerts', 'why', id))).stdout).toContain(text);
  return id;
}

const mutedBy = async (rule: string): Promise<unknown> =>
  (await at.status())?.receivers.find((one) => one.rule === rule)?.muted;

describe('inhibition', () => {
  test('mutes what follows from another alert, and tells it when that is over', async () => {
    await begin(`
rules:
  - { id: host-down, match: 'down (?<name>\\w+)', key: [name], quiet: 1h, alert: { severity: critical } }
  - { id: no-answer, match: 'silent (?<name>\\w+)', key: [name], quiet: 1h, alert: {} }
inhibit: [{ source: { rule: host-down }, target: { rule: no-answer }, equal: [name] }]
`);
    write('down web1');
    await arrived(1);
    write('silent web1', 'silent web1', 'silent web2');
    await arrived(2);
    expect(told().map(({ rule, key }) => `${rule} ${key.join()}`)).toEqual([
      'host-down web1',
      'no-answer web2',
    ]);
    expect(await mutedBy('no-answer')).toEqual({ inhibited: 2 });
    const down = await untilWhy('host-down', 'sent by hook');
    await run(at.args('alerts', 'resolve', down));
    await arrived(4);
    const [end, revealed] = told()
      .slice(2)
      .toSorted((a, b) => (a.rule < b.rule ? -1 : 1));
    expect(end).toMatchObject({ rule: 'host-down', status: 'resolved' });
    expect(revealed).toMatchObject({ rule: 'no-answer', key: ['web1'], suppressed: 2 });
  });
});

describe('flapping', () => {
  test('is told once, and what flaps is not told each time', async () => {
    await begin(`
rules:
  - { id: link, match: 'link (?<name>\\w+)', key: [name], alert: { clear: { below: 1, within: 100ms } } }
flapping: { above: 2 per 1h }
`);
    for (const ends of [2, 4]) {
      write('link eth0');
      await arrived(ends);
    }
    expect(told().map(({ rule, status }) => `${rule} ${status}`)).toEqual([
      'link open',
      'link resolved',
      'link open',
      'link resolved',
    ]);
    write('link eth0');
    await arrived(5);
    expect(told()[4]).toMatchObject({ rule: 'sentinel/flapping', key: ['link eth0'] });
    await untilWhy('link', 'resolved');
    write('link eth0', 'link eth1');
    await arrived(7);
    await eventually(
      async () => JSON.stringify(await mutedBy('link')) === '{"flapping":2}',
      'two muted raises',
    );
    expect(
      told()
        .slice(5)
        .map(({ key }) => key),
    ).toEqual([['eth1'], ['eth1']]);
  });
});

describe('a storm', () => {
  test('tells the first of each rule at once, joins the rest, and says when it is over', async () => {
    await begin(`
rules:
  - { id: disk, match: 'disk (?<name>\\w+)', key: [name], alert: {} }
  - { id: login, match: 'login (?<name>\\w+)', key: [name], alert: { severity: critical } }
storm: { above: 4 per 2s, first: 2 }
`);
    const disks = Array.from({ length: 40 }, (_, n) => `disk d${n % 8}`);
    write(...disks, 'login ada', 'login bob', 'login eve', 'login dan');
    await eventually(
      () => told().some(({ summary }) => summary?.cause === 'storm-over'),
      'the end of the storm',
    );
    const alone = told().filter(({ summary }) => summary === undefined);
    expect(alone.map(({ rule, key }) => `${rule} ${key.join()}`).toSorted()).toEqual([
      'disk d0',
      'disk d1',
      'disk d2',
      'disk d3',
      'login ada',
      'login bob',
    ]);
    const joined = told().filter(({ summary }) => summary !== undefined);
    expect(joined.reduce((sum, { summary }) => sum + (summary?.raises ?? 0), 0)).toBe(38);
    expect(joined[0]?.message.text).toMatch(/38/);
    expect(joined.at(-1)?.summary?.storm).toMatchObject({ joined: 38 });
    await untilWhy('login', 'joins others that wait for me (storm)');
  });
});
