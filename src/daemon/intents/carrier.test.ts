import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineInput } from '../../model/effect.ts';
import type { Intent, Signal } from '../../model/intent.ts';
import { instant } from '../../model/time.ts';
import type { IntentRow } from '../../store/contract.ts';
import { createCarrier, type Carried, type Carrier } from './carrier.ts';
import { done, lost, type Report } from './contract.ts';
import { defaultLimits } from './limits.ts';
import { createShownOnly } from './shown-only.ts';
import { createStdout } from './stdout.ts';

let dir: string;
let carrier: Carrier;
let said: string[];
let asked: Signal[];
let printed: string;
let reports: Report[];

const now = instant(1);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'carrier-'));
  said = [];
  printed = '';
  asked = [];
  reports = [];
  carrier = createCarrier({
    limits: defaultLimits,
    say: (rule, text) => void said.push(`${rule} ${text}`),
    environment: { PATH: process.env['PATH'] ?? '' },
    stdout: async (text) => {
      printed += text;
      return done;
    },
    asked: (signal) => void asked.push(signal),
    inputs: async (_, { file }) => lost(`no input ${file}`),
    offer: (report) => {
      reports.push(report);
      report.committed?.();
    },
  });
});
afterEach(async () => {
  await carrier.stop(0);
  rmSync(dir, { recursive: true, force: true });
});

const rowOf = (intent: Intent): IntentRow => ({
  id: '1.0',
  rule: 'r',
  action: 'a',
  desc: 'd',
  intent,
  state: 'pending',
  createdAt: now,
});
const carry = (intent: Intent): Promise<Carried | undefined> => carrier.carry(rowOf(intent));
const inputOf = (carried: Carried | undefined): EngineInput | undefined => carried?.make?.(now, 7);

test('each kind goes its way', async () => {
  const file = join(dir, 'f');
  await carry({ type: 'write', file, how: 'line', text: 'to a file' });
  await carry({ type: 'write', file: '-', how: 'line', text: 'to the screen' });
  await carry({ type: 'write', file: '-', how: 'text', text: '.' });
  expect(readFileSync(file, 'utf8')).toBe('to a file\n');
  expect(printed).toBe('to the screen\n.');
  expect(await carry({ type: 'closeFile', file })).toEqual({ outcome: done });
  expect(await carry({ type: 'watch', file: '/x', offset: 'end' })).toEqual({ outcome: lost('no input /x') });
  expect(await carry({ type: 'hangUp', network: 'tcp', address: 'nowhere:1' })).toEqual({ outcome: done });
  expect(await carry({ type: 'send', network: 'udp', address: 'none', text: 'x' })).toMatchObject({
    outcome: { type: 'lost' },
  });
});

test('a line for the log holds nothing that a terminal obeys', async () => {
  await carry({ type: 'log', text: '\u001b[2J\u009b31m gr\u00c3\u00bcn\r\nnext \u00e2\u0080\u00ae' });
  expect(said).toEqual(['r \\x1b[2J\ufffd31m gr\u00fcn\\r\\nnext \\u202e']);
});

test('a command: its lines and its end are inputs, when they are wanted', async () => {
  const run: Intent = {
    type: 'run',
    child: 'c',
    command: { type: 'shell', text: 'echo out; echo bad >&2; exit 4' },
    outputs: true,
    reports: true,
  };
  const carried = await carry(run);
  expect(carried?.outcome).toEqual({ type: 'done', text: 'exit 4: bad' });
  expect(inputOf(carried)).toEqual({ type: 'commandFinished', seq: 7, now, child: 'c', rule: 'r', exit: 4 });
  expect(reports.map(({ make }) => make?.(now, 8))).toEqual([
    { type: 'commandOutput', seq: 8, now, child: 'c', rule: 'r', text: 'out' },
  ]);
  expect(await carry({ ...run, outputs: false, reports: false })).not.toHaveProperty('make');
  expect(reports).toHaveLength(1);
});

test('of a script that was killed its rule hears what SEC would: that it said yes', async () => {
  const killed = { type: 'shell', text: 'kill -9 $$' } as const;
  const carried = await carry({ type: 'run', child: 'c', command: killed, outputs: false, reports: true });
  expect(carried?.outcome).toEqual({ type: 'done', text: 'exit 137' });
  expect(inputOf(carried)).toMatchObject({ type: 'commandFinished', exit: 0 });
});

test('a signal is an input; those that ask for it open the outputs anew', async () => {
  const file = join(dir, 'f');
  const write = (text: string) => carry({ type: 'write', file, how: 'line', text });
  await write('1');
  renameSync(file, `${file}.1`);
  const signalled = await carry({ type: 'signal', signal: 'USR2' });
  expect(inputOf(signalled)).toEqual({ type: 'control', seq: 7, now, signal: 'USR2', rule: 'r' });
  expect(asked).toEqual([]);
  signalled?.committed?.();
  expect(asked).toEqual(['USR2']);
  await write('2');
  expect(readFileSync(file, 'utf8')).toBe('2\n');
  expect((await carrier.signal('USR1'))(now, 3)).toMatchObject({ type: 'control', signal: 'USR1' });
});

test('for trials nothing is done, all is shown, and no rule waits for ever', async () => {
  const say = (message: string, members: object = {}): void =>
    void said.push(`${message} ${JSON.stringify(members)}`);
  const trial = createShownOnly({ debug: say, info: say, warn: say, error: say });
  const command = { type: 'shell', text: `touch ${dir}/done` } as const;
  const carried = await trial.carry(
    rowOf({ type: 'run', child: 'c', command, outputs: false, reports: true }),
  );
  expect(said[0]).toContain('touch');
  expect(inputOf(carried)).toEqual({ type: 'commandFinished', seq: 7, now, child: 'c', rule: 'r' });
  expect(inputOf(await trial.carry(rowOf({ type: 'signal', signal: 'TERM' })))).toMatchObject({
    signal: 'TERM',
  });
});

test('standard output gets bytes, a terminal only what it does not obey, and neither more than may wait', async () => {
  const stream = (isTTY: boolean) => {
    const got: Buffer[] = [];
    const to = {
      isTTY,
      writableLength: 0,
      write(bytes: Uint8Array, done: () => void) {
        got.push(Buffer.from(bytes));
        done();
        return true;
      },
      on: () => undefined,
    };
    return { to, text: () => Buffer.concat(got).toString('latin1') };
  };
  const pipe = stream(false);
  expect(await createStdout(pipe.to, 10)('\u001b\u00ff')).toEqual(done);
  expect(pipe.text()).toBe('\u001b\u00ff');
  expect(await createStdout(pipe.to, 10)('x'.repeat(11))).toMatchObject({ type: 'lost' });
  const terminal = stream(true);
  await createStdout(terminal.to, 100)('\u001b[2Jx\n');
  expect(terminal.text()).toBe('\\x1b[2Jx\n');
});
