import { appendFileSync, existsSync, openSync, readFileSync, closeSync } from 'node:fs';
import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { main, run, type Site, site, start } from './program.ts';

let at: Site;
let child: ChildProcess | undefined;
beforeEach(() => {
  at = site();
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules: [{ id: boom, match: 'boom (?<n>\\d+)', key: [n], alert: { severity: critical } }]
channels: { here: { screen: {} }, board: { file: { file: ${at.path('board')} } } }
receivers: { a: { channels: [here] }, b: { channels: [board] } }
`);
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  at.remove();
});

const board = (): string => (existsSync(at.path('board')) ? readFileSync(at.path('board'), 'utf8') : '');
const told = (n: number): Promise<void> => {
  appendFileSync(at.path('app.log'), `boom ${n}\n`);
  return eventually(() => board().includes(`boom ${n}`), `boom ${n} on the board`);
};

/** A daemon whose outputs are what the test says. */
function daemonWith(stdout: number | 'pipe', stderr: number | 'ignore'): ChildProcess {
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', TZ: 'UTC' };
  child = spawn(process.execPath, [main, ...at.args('run')], { env, stdio: ['ignore', stdout, stderr] });
  return child;
}

describe('a daemon whose outputs cannot be written', () => {
  test('goes on when both are on a full disk; what the screen did not take is tried again', async () => {
    const full = openSync('/dev/full', 'w');
    const daemon = daemonWith(full, full);
    closeSync(full);
    await told(1);
    await told(2);
    expect(daemon.exitCode).toBeNull();
    expect(await at.decided('boom', 'standard output cannot be written (ENOSPC)')).not.toBe('');
  });

  test('goes on when nobody reads its screen any more', async () => {
    const daemon = daemonWith('pipe', 'ignore');
    await told(1);
    daemon.stdout?.destroy();
    await told(2);
    await told(3);
    expect(daemon.exitCode).toBeNull();
  });
});

test('a command whose output cannot be written says so, and ends with 1', async () => {
  const full = openSync('/dev/full', 'w');
  const ended = new Promise<readonly [number | null, string]>((resolve) => {
    const told = spawn(process.execPath, [main, 'completion', 'bash'], { stdio: ['ignore', full, 'pipe'] });
    let stderr = '';
    told.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    told.once('close', (code) => resolve([code, stderr]));
  });
  closeSync(full);
  expect(await ended).toEqual([
    1,
    expect.stringMatching(/^bird-sentinel: standard output cannot be written: ENOSPC.*\n$/),
  ]);
  expect((await run(['completion', 'bash'])).code).toBe(0);
});

/** By the mask of signals that a process catches (proc(5)): HUP is its lowest bit. */
function catchesHangup(pid: number): boolean {
  const [, mask = '0'] = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}

test.each(['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)(
  'a daemon that has just been started is not ended by %s, nor opened to debuggers',
  async (signal) => {
    const daemon = start(at.args('run'));
    await eventually(() => catchesHangup(daemon.pid), 'a process that takes signals');
    daemon.child.kill(signal);
    await eventually(async () => (await at.status()) !== undefined, 'a daemon that answers');
    daemon.child.kill(signal);
    await told(1);
    const ended = await daemon.kill('SIGTERM');
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stderr).not.toContain('Debugger');
  },
);
