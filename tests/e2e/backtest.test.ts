import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run, site, start } from './program.ts';
import { eventually } from '../peers/eventually.ts';

const example = join(import.meta.dirname, '../../examples/sshd/auth.log');
let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'backtest-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (name: string): string => join(dir, name);

function log(name: string, lines: readonly string[], changed: string): void {
  const text = lines.map((line) => `${line}\n`).join('');
  writeFileSync(at(name), name.endsWith('.gz') ? gzipSync(text) : text);
  const time = new Date(changed);
  utimesSync(at(name), time, time);
}

interface Result {
  readonly from: string;
  readonly to: string;
  readonly read: { readonly lines: number; readonly candidates: number };
  readonly logs: readonly { readonly files: readonly string[]; readonly source: string }[];
  readonly rules: readonly {
    readonly rule: string;
    readonly alerts: number;
    readonly raised: number;
    readonly days: readonly unknown[];
  }[];
  readonly channels: readonly {
    readonly channel: string;
    readonly messages: number;
    readonly cost: number;
    readonly limits: readonly { readonly limit: number; readonly days: readonly unknown[] }[];
  }[];
}

const resultOf = (stdout: string): Result => JSON.parse(stdout) as Result;

describe('backtest', () => {
  test('tells of the example what watch tells of it', async () => {
    const { code, stdout, stderr } = await run(['backtest', example]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('sshd/brute-force');
    expect(stdout).toContain('203.0.113.9');
    const shown = await run(['watch', '--once', '--json', example]);
    const alerts = shown.stdout.split('\n').filter((line) => line.includes('"reason":"first"'));
    const { rules } = resultOf((await run(['backtest', '--json', example])).stdout);
    expect(rules.reduce((sum, rule) => sum + rule.alerts, 0)).toBe(alerts.length);
  });

  test('says why it takes nothing from standard input', async () => {
    const { code, stdout, stderr } = await run(['backtest', '-']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('write it to a file');
  });

  test('finds the rotations of a log, and dates what they lack a year for', async () => {
    const line = (stamp: string): string => `${stamp} web1 app: it broke`;
    log('app.log.2.gz', [line('Dec 30 23:00:00'), line('Dec 31 23:59:59')], '2026-11-20T00:00:00Z');
    log('app.log.1', [line('Jan  1 00:00:00'), line('Feb 29 10:00:00')], '2026-11-20T00:00:00Z');
    log('app.log', [line('Mar  1 00:00:00')], '2024-03-01T00:00:00Z');
    const { stdout } = await run(['backtest', '--json', '--rule', 'it broke', at('app.log')]);
    const result = resultOf(stdout);
    expect(result.logs[0]?.files).toEqual([at('app.log.2.gz'), at('app.log.1'), at('app.log')]);
    expect([result.from, result.to]).toEqual(['2023-12-30T23:00:00.000Z', '2024-03-01T00:00:00.000Z']);
    const days = ['2023-12-30', '2023-12-31', '2024-01-01', '2024-02-29', '2024-03-01'];
    expect(result.rules[0]?.days).toEqual(days.map((day) => ({ day, alerts: 1, raised: 1 })));
    const alone = await run(['backtest', '--json', '--no-rotated', '--rule', 'it broke', at('app.log')]);
    expect(resultOf(alone.stdout).read.lines).toBe(1);
  });

  test('counts messages and money, and names the days on which a limit would have been reached', async () => {
    const place = site();
    place.configure(`
sources: { app: { file: ${at('app.log')} } }
rules: [{ id: broken, match: 'it broke (?<n>\\d+)', key: [n], alert: { severity: critical } }]
accounts: { bot: { x: { api: 'http://127.0.0.1:1' } } }
channels: { phone: { x-dm: { account: bot, to: '@me' } } }
receivers: { admin: { channels: [phone] } }
routes: [{ to: admin }]
budgets: { phone: { per-15m: 5, price: 0.01 } }
`);
    const quiet = ['2026-03-01T10:00:00Z web1 app: it broke 0'];
    const busy = Array.from(
      { length: 20 },
      (_, n) => `2026-03-02T10:00:${10 + n}Z web1 app: it broke ${n + 1}`,
    );
    log('app.log', [...quiet, ...busy, '2026-03-02T23:00:00Z web1 app: all is well'], '2026-03-03T00:00:00Z');
    const { code, stdout, stderr } = await run(place.args('--json', 'backtest', at('app.log')));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [phone] = resultOf(stdout).channels;
    const limit = phone?.limits.find((one) => one.limit === 5);
    expect(limit?.days).toEqual([{ day: '2026-03-02', times: expect.any(Number) }]);
    expect(phone?.messages).toBeLessThan(21);
    expect(phone?.cost).toBeCloseTo(0.01 * (phone?.messages ?? 0), 6);
    expect((await run(place.args('backtest', at('app.log')))).stdout).toContain('LIMIT of 5 in 15m');
    // Nothing was kept of it.
    expect(() => statSync(place.state)).toThrow();
    place.remove();
  });

  test('reads the logs of the configuration by themselves, each as its source', async () => {
    const place = site();
    place.configure(`
sources: { app: { file: ${at('app.log')} }, sys: { file: ${at('sys.log')} } }
rules: [{ id: broken, from: [app], match: 'it broke', alert: {} }]
`);
    log('app.log', ['2026-03-01T10:00:00Z web1 app: it broke'], '2026-03-03T00:00:00Z');
    log('sys.log', ['2026-03-01T10:00:00Z web1 app: it broke'], '2026-03-03T00:00:00Z');
    const { stdout } = await run(place.args('--json', 'backtest'));
    const { logs, rules } = resultOf(stdout);
    expect(logs.map(({ source }) => source)).toEqual(['app', 'sys']);
    expect(rules[0]).toMatchObject({ rule: 'broken', alerts: 1 });
    log('other.log', ['2026-03-01T10:00:00Z web1 app: it broke'], '2026-03-03T00:00:00Z');
    const unknown = await run(place.args('--json', 'backtest', at('other.log')));
    expect(unknown.stderr).toContain('--source says which it is');
    const named = await run(place.args('--json', 'backtest', '--source', 'app', at('other.log')));
    expect(resultOf(named.stdout).rules[0]?.alerts).toBe(1);
    place.remove();
  });

  test('writes a page that needs no network, only for its owner, and in which log text is text', async () => {
    log(
      'app.log',
      ['2026-03-01T10:00:00Z web1 app: it broke <img src=x onerror=alert(1)>'],
      '2026-03-03T00:00:00Z',
    );
    const html = at('report.html');
    const { code } = await run(['backtest', '--rule', 'it broke', '--html', html, at('app.log')]);
    expect(code).toBe(0);
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).not.toMatch(/<img|<script|https?:/);
    expect(page).toContain('<svg');
    expect(statSync(html).mode & 0o777).toBe(0o600);
  });

  test('what cannot be read is said, and the rest counts', async () => {
    const broken = gzipSync(
      Array.from({ length: 20_000 }, (_, n) => `2026-03-01T10:00:00Z web1 app: ${n * 7919}\n`).join(''),
    );
    writeFileSync(at('app.log.1.gz'), broken.subarray(0, 30_000));
    log('app.log', ['2026-03-01T10:00:00Z web1 app: it broke'], '2026-03-03T00:00:00Z');
    const { code, stdout } = await run(['backtest', '--rule', 'it broke', at('app.log')]);
    expect(code).toBe(1);
    expect(stdout).toContain('app.log.1.gz: it is cut off');
    expect(stdout).toContain('rule-1');
    expect((await run(['backtest', at('nowhere.log')])).stderr).toContain('there is no such file');
    expect((await run(['backtest', '--rule', '(', at('app.log')])).code).toBe(78);
  });

  test('an interrupt ends it with what was read so far', async () => {
    const lines = Array.from({ length: 400_000 }, () => '2026-03-01T10:00:00Z web1 app: it broke, once more');
    log('app.log', lines, '2026-03-03T00:00:00Z');
    const running = start(['backtest', '--rule', 'it broke', at('app.log')]);
    let over = false;
    void running.ended.then(() => (over = true));
    // Before it reads, the signal ends it at once.
    await eventually(
      () => Promise.resolve(over || isReading(running.pid, at('app.log'))),
      'it to read the log',
    );
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect([0, 1]).toContain(code);
    if (code === 1) expect(stderr).toContain('stopped before the end');
    expect(stdout).toContain('rule-1');
  });
});

/** Whether a process has a file open. */
function isReading(pid: number, path: string): boolean {
  try {
    const open = readdirSync(`/proc/${pid}/fd`);
    return open.some((number) => readlinkSync(`/proc/${pid}/fd/${number}`) === path);
  } catch {
    return false;
  }
}
