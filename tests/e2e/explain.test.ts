import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, site, type Site } from './program.ts';

let place: Site;
beforeAll(() => {
  place = site();
  place.configure(`
sources: { auth: { file: ${place.path('auth.log')} } }
rules:
  - id: failures
    match: 'Failed password for (?<user>\\S+) from (?<ip>\\S+)'
    key: [ip]
    count: { reach: 3, within: 5m }
    quiet: 1h
    alert: { severity: critical }
channels: { tool: { exec: { command: [/bin/true] } } }
receivers: { admin: { channels: [tool] } }
routes: [{ to: admin }]
`);
});
afterAll(() => place.remove());

const line = 'Nov 20 23:00:06 web1 sshd[7]: Failed password for root from 192.0.2.1';

describe('explain', () => {
  test('without a configuration explains by the shipped packs', async () => {
    const { code, stdout } = await run([
      'explain',
      'Nov 20 10:00:06 web1 root: bird_alert : this is an alert',
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('bird-alert');
    expect(stdout).toContain('a new alert');
  });

  test('explains lines of standard input one after the other', async () => {
    const { stdout } = await run(place.args('--json', 'explain', '-'), {
      input: `${line}\n${line}\n${line}\n`,
    });
    const explanations = stdout
      .trim()
      .split('\n')
      .map(
        (text) => JSON.parse(text) as { matched: { outcome: string; more?: number }[]; alerts: unknown[] },
      );
    expect(explanations.map(({ matched }) => matched[0]?.more)).toEqual([2, 1, undefined]);
    expect(explanations.map(({ alerts }) => alerts.length)).toEqual([0, 0, 1]);
  });

  test('takes lines that end with CR LF as a source does', async () => {
    const { stdout } = await run(place.args('--json', 'explain', '-'), {
      input: `${line}\r\n${line}\r\n`,
    });
    const explanations = stdout.trim().split('\n');
    expect(explanations.map((text) => (JSON.parse(text) as { line: string }).line)).toEqual([line, line]);
  });

  test('goes on from what the ledger knows, and leaves nothing in it', async () => {
    const daemon = await place.daemon();
    await run(place.args('silences', 'add', 'rule=failures', '--for', '2h', '--comment', 'a drill'));
    const { stdout } = await run(place.args('explain', '-'), { input: `${line}\n${line}\n${line}\n` });
    expect(stdout).toMatch(/admin: not told: muted by silence .*: a drill/);
    const fresh = await run(place.args('explain', '--fresh', '-'), { input: `${line}\n${line}\n${line}\n` });
    expect(fresh.stdout).toContain('by tool (exec), sent at once');
    await daemon.kill('SIGTERM');
    expect((await run(place.args('alerts', 'list'))).stdout).not.toContain('failures');
  });

  test('says what is missing, and asks for nothing that is not there', async () => {
    const { stdout } = await run(place.args('explain', line.replace(' from ', ' of ')));
    expect(stdout).toContain('no rule matches');
    expect(stdout).toMatch(/failures: it fits up to «.*», then «from » is missing/);
    expect((await run(place.args('explain', '--source', 'nowhere', line))).code).toBe(2);
    expect((await run(place.args('explain'))).code).toBe(2);
  });
});
