import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callControl } from '../../src/control/client.ts';
import { eventually } from '../peers/eventually.ts';
import { size } from '../size.ts';
import { startHttpPeer, type HttpPeer } from './http-peer.ts';
import { site, type Running, type Site } from './program.ts';

const LINES = size('FLOOD_LINES', 50_000, 1_000_000);
const RULES = 50;
const KEYS = 10_000;
const CRITICAL = 7;
/** Resident memory at its highest, in MiB. */
const MOST_MEMORY = 300;
const BUDGET = 15;
/** What a slow machine may take for all of it. */
const PATIENCE = 60_000 + LINES * 3;
/** Each question takes something of the processor that the flood needs. */
const betweenLooks = 250;

/** What a webhook gets, as far as this test looks at it. */
interface Told {
  readonly reason: string;
  readonly rule: string;
  readonly severity: string;
  readonly joined?: readonly string[];
  readonly total?: number;
  readonly summary?: { readonly cause: string; readonly raises: number; readonly storm?: { joined: number } };
  readonly digest?: Readonly<
    Record<'raised' | 'waited' | 'delivered' | 'joined' | 'held' | 'pending', number>
  >;
}

interface Counted {
  readonly rule: string;
  readonly receiver: string;
  readonly raised: number;
  readonly delivered: number;
  readonly joined: number;
  readonly muted: Readonly<Record<string, number>>;
  readonly held: number;
  readonly pending: number;
  readonly undelivered: number;
}

interface Status {
  readonly sources: readonly { readonly lines: number; readonly candidates: number }[];
  readonly rules: readonly {
    readonly rule: string;
    readonly matched: number;
    readonly raised: number;
    readonly absorbed: Readonly<Record<string, number>>;
  }[];
  readonly receivers: readonly Counted[];
  readonly channels: readonly {
    readonly name: string;
    readonly budgets: readonly { readonly used: number }[];
  }[];
  readonly breaches: readonly unknown[];
}

/** A third of them an alert for each line, a third at most one an hour, a third by the count of their lines. */
const ruleText = (n: number): string => {
  const severity = n === CRITICAL ? 'critical' : 'warning';
  const kind =
    n === CRITICAL || n % 3 === 0 ? '' : n % 3 === 1 ? 'quiet: 1h, ' : 'count: { reach: 2, within: 5m }, ';
  return `  - { id: fault-${n}, match: 'fault ${n} of (?<item>\\S+)', key: [item], ${kind}alert: { severity: ${severity} } }`;
};

/** The log's time is that of the machine, and the whole takes less than a minute of it. */
const lineOf = (n: number, now: number): string => {
  const at = new Date(now - 60_000 + Math.floor((n * 60_000) / LINES)).toISOString();
  return `${at} host${n % 20} app[${n % 1000}]: fault ${n % RULES} of item-${n % KEYS} came up\n`;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const mutedIn = ({ muted }: Counted): number => sum(Object.values(muted));

describe(`a flood of ${LINES} lines of ${RULES} rules and ${KEYS} keys within a minute`, () => {
  let at: Site;
  let narrow: HttpPeer;
  let wide: HttpPeer;
  let daemon: Running;
  let begun = 0;
  let allRead = 0;

  const tellings = (peer: HttpPeer): readonly Told[] =>
    peer.arrivals.map(({ body }) => JSON.parse(body) as Told);
  const statusNow = async (): Promise<Status> => {
    await new Promise((resolve) => setTimeout(resolve, betweenLooks));
    // A daemon in the middle of it, on a slow machine, may take longer than the command would wait.
    const answer = await callControl(at.state, 'status', {}, { timeoutMs: PATIENCE });
    if (!answer.ok) throw new Error(answer.detail);
    // The program's own words: their form is shown by other tests.
    return answer.value as object as Status;
  };
  const countedFor = ({ receivers }: Status, name: string): readonly Counted[] =>
    receivers.filter(({ receiver }) => receiver === name);

  beforeAll(async () => {
    at = site();
    [narrow, wide] = [await startHttpPeer(), await startHttpPeer()];
    writeFileSync(at.path('app.log'), '');
    at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules:
${Array.from({ length: RULES }, (_, n) => ruleText(n)).join('\n')}
channels:
  narrow: { webhook: { url: '${narrow.url}', timeout: 5m } }
  wide: { webhook: { url: '${wide.url}', timeout: 5m } }
receivers:
  admin: { channels: [narrow] }
  team: { channels: [wide] }
budgets: { narrow: { per-day: ${BUDGET}, reserve-for-critical: 20% } }
storm: { above: 30 per 5s, first: 3 }
`);
    daemon = await at.daemon();
  });
  afterAll(async () => {
    await daemon.kill('SIGTERM');
    await Promise.all([narrow.stop(), wide.stop()]);
    at.remove();
  });

  test(
    'is taken, and all of it told to whom no budget keeps from hearing',
    { timeout: 2 * PATIENCE },
    async () => {
      begun = Date.now();
      for (let n = 0; n < LINES; n += 10_000) {
        const block = Array.from({ length: Math.min(10_000, LINES - n) }, (_, i) => lineOf(n + i, begun));
        appendFileSync(at.path('app.log'), block.join(''));
      }
      await eventually(async () => (await statusNow()).sources[0]?.lines === LINES, 'all lines', PATIENCE);
      allRead = Date.now();
      const isTold = async (): Promise<boolean> =>
        countedFor(await statusNow(), 'team').every(({ held, pending }) => held + pending === 0) &&
        tellings(wide).some(({ summary }) => summary?.cause === 'storm-over');
      await eventually(isTold, 'the end of the storm', PATIENCE);
    },
  );

  test('leads to no more messages than the budget leaves', async () => {
    expect(narrow.arrivals.length).toBeGreaterThan(3);
    expect(narrow.arrivals.length).toBeLessThanOrEqual(BUDGET);
    const { channels } = await statusNow();
    expect(channels.find(({ name }) => name === 'narrow')?.budgets[0]?.used).toBe(narrow.arrivals.length);
    // On a machine that starves the program a storm may end and begin anew.
    expect(wide.arrivals.length).toBeLessThan(LINES / 100);
  });

  test.each(['narrow', 'wide'])('tells the first critical ones at once, by %s', (name) => {
    const peer = name === 'narrow' ? narrow : wide;
    const told = tellings(peer);
    const alone = told.flatMap(({ rule, reason }, place) =>
      rule === `fault-${CRITICAL}` && reason === 'first' ? [place] : [],
    );
    expect(alone.length).toBeGreaterThanOrEqual(3);
    const last = alone[2] ?? told.length;
    expect(peer.arrivals[last]?.at).toBeLessThan(allRead);
    const storm = told.findIndex(({ summary }) => summary?.cause === 'storm');
    expect(storm === -1 || last < storm).toBe(true);
  });

  test('is counted, every line: both sums', async () => {
    const status = await statusNow();
    expect(status.breaches).toEqual([]);
    expect(status.rules).toHaveLength(RULES);
    for (const { rule, matched, raised, absorbed } of status.rules) {
      expect([rule, matched]).toEqual([rule, LINES / RULES]);
      expect(matched).toBe(raised + sum(Object.values(absorbed)));
      for (const receiver of ['admin', 'team']) {
        const counted = countedFor(status, receiver).filter((one) => one.rule === rule);
        expect(sum(counted.map((one) => one.raised))).toBe(raised);
      }
    }
    for (const one of status.receivers) {
      const { raised, delivered, joined, held, pending, undelivered } = one;
      expect(raised).toBe(delivered + joined + mutedIn(one) + held + pending + undelivered);
      expect(undelivered).toBe(0);
    }
  });

  test.each(['admin', 'team'])('is told to %s in numbers that add up exactly', async (receiver) => {
    const told = tellings(receiver === 'admin' ? narrow : wide);
    const counted = countedFor(await statusNow(), receiver);
    const joined = told.filter(({ reason }) => reason === 'joined');
    const raises = joined.map(({ summary, joined: others = [] }) => summary?.raises ?? 1 + others.length);
    expect(sum(raises)).toBe(sum(counted.map((one) => one.joined)));
    expect(told.length - joined.length).toBe(sum(counted.map((one) => one.delivered)));
  });

  test('takes a bounded memory', () => {
    const memory = highest(daemon.pid);
    const seconds = (allRead - begun) / 1000;
    const figures = [
      `${LINES} lines in ${seconds.toFixed(1)} s, ${Math.round(LINES / seconds)} a second`,
      `${processorSeconds(daemon.pid).toFixed(1)} s of the processor in all, ${memory} MiB`,
      `${narrow.arrivals.length} messages with a budget of ${BUDGET}, ${wide.arrivals.length} without one`,
    ].join('; ');
    process.stderr.write(`${figures}\n`);
    expect(memory, figures).toBeLessThan(MOST_MEMORY);
  });
});

/** Resident memory of a process at its highest, in MiB. */
function highest(pid: number): number {
  const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}

/** What a process took of the processor so far: user and system time, in ticks of 10 ms (proc(5)). */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
