import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { main, run, start } from './program.ts';

const example = join(import.meta.dirname, '../../examples/sshd/auth.log');
let dir = '';
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'watch-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('watch --once', () => {
  test('shows what a sysadmin wants to know of the example, and nothing of the normal lines', async () => {
    const { code, stdout } = await run(['watch', '--once', example]);
    expect(code).toBe(0);
    expect(stdout).toContain('203.0.113.9');
    expect(stdout).toContain('bird_alert : the backup disk is 97% full');
    expect(stdout).not.toContain('Accepted publickey');
    expect(stdout).not.toContain('session opened');
  });

  test('a user name made to look like an address changes nothing of who is blamed', async () => {
    const { stdout } = await run(['watch', '--once', '--json', example]);
    expect(stdout).toContain('"key":["203.0.113.9"]');
    expect(stdout).not.toMatch(/"key":\["198\.51\.100\.200"\]/);
  });

  test('shows the same alerts twice', async () => {
    const first = await run(['watch', '--once', example]);
    const second = await run(['watch', '--once', example]);
    expect(second.stdout).toBe(first.stdout);
    expect(first.stdout.length).toBeGreaterThan(100);
  });

  test('says on standard error how much was read, so that silence is not taken for a failure', async () => {
    const { code, stdout, stderr } = await run(['watch', '--once', '-', '--rule', 'needle'], {
      input: 'hay\nhay\n',
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('read 2 lines with 1 rule: 0 alerts');
    expect((await run(['watch', '--once', tmpdir()])).code).toBe(1);
  });

  test('reads standard input', async () => {
    const { code, stdout } = await run(['watch', '--once', '-', '--rule', 'needle'], {
      input: 'hay\nhay needle hay\nhay\nlast needle without newline',
    });
    expect(code).toBe(0);
    expect(stdout).toContain('hay needle hay');
    expect(stdout).toContain('last needle without newline');
  });

  test('a last line of a file needs no ending', async () => {
    const log = join(dir, 'unfinished.log');
    writeFileSync(log, 'hay\nlast needle without newline');
    const { stdout } = await run(['watch', '--once', '--rule', 'needle', log]);
    expect(stdout).toContain('last needle without newline');
  });

  test('a missing file is said and ends with 1', async () => {
    const { code, stderr } = await run(['watch', '--once', join(dir, 'nowhere.log')]);
    expect(code).toBe(1);
    expect(stderr).toContain('there is no such file');
  });

  test('a pipe by name is read to its end, whenever its writer comes', async () => {
    const fifo = join(dir, 'pipe');
    execFileSync('mkfifo', [fifo]);
    const watching = start(['watch', '--once', '--rule', 'needle', 'pipe', example], { cwd: dir });
    // Long enough that nobody writes yet when it is opened: it is waited for.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    spawn('/bin/sh', ['-c', '(echo hay needle; sleep 0.3; printf "last needle") > "$0"', fifo]);
    const { code, stdout, stderr } = await watching.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('hay needle');
    expect(stdout).toContain('last needle');
  });

  test('a pipe that nobody writes into is waited for, until somebody interrupts', async () => {
    const fifo = join(dir, 'silent');
    execFileSync('mkfifo', [fifo]);
    const watching = start(['watch', '--once', '--rule', 'needle', fifo]);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const { code, stderr } = await watching.kill('SIGINT');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('read 0 lines') as string });
  });

  test.each([
    ['<(printf "hay needle\\nlast needle")', 'read 2 lines'],
    ['<(true)', 'read 0 lines'],
  ])("the shell's %s is read to its end", (words, summary) => {
    const { status, stderr } = spawnSync(
      '/bin/bash',
      ['-c', `"$@" ${words}`, 'bash', process.execPath, main, 'watch', '--once', '--rule', 'needle'],
      { encoding: 'utf8', timeout: 30_000 },
    );
    expect(status).toBe(0);
    expect(stderr).toContain(summary);
  });

  test('what is neither a file nor a pipe is said, with the way to have it read, and ends with 1', async () => {
    const { code, stderr } = await run(['watch', '--once', '/dev/null']);
    expect(code).toBe(1);
    expect(stderr).toContain('| bird-sentinel watch --once -');
  });

  test('a broken expression is said with its column and ends with 78', async () => {
    const { code, stderr } = await run(['watch', '--once', '--rule', 'a(b', example]);
    expect(code).toBe(78);
    expect(stderr).toContain('error:');
  });

  test('an unknown flag is a matter of usage', async () => {
    const { code, stderr } = await run(['watch', '--onse', example]);
    expect(code).toBe(2);
    expect(stderr).toContain('--once');
  });
});

describe('watch', () => {
  test('shows a line within a moment after it was written', async () => {
    const log = join(dir, 'live.log');
    writeFileSync(log, 'old needle\n');
    const watching = start(['watch', log, '--rule', 'needle']);
    await eventually(() => {
      appendFileSync(log, 'new needle\n');
      return watching.output().stdout.includes('new needle');
    }, 'the new line on the screen');
    const { code, stdout } = await watching.kill('SIGTERM');
    expect(code).toBe(0);
    expect(stdout).not.toContain('old needle');
  });

  test('an unreadable file is a warning, retried', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root can read everything');
    const log = join(dir, 'secret.log');
    writeFileSync(log, '');
    chmodSync(log, 0);
    const watching = start(['watch', log, '--rule', 'needle']);
    await eventually(() => watching.output().stderr.includes('permission'), 'the warning');
    chmodSync(log, 0o600);
    appendFileSync(log, 'a needle\n');
    await eventually(() => watching.output().stdout.includes('a needle'), 'the line');
    await watching.kill('SIGTERM');
  });
});

test('time passes by lines that no rule wants: what did not come in a file is told at its end', async () => {
  const [rules, log] = [join(dir, 'backup.yaml'), join(dir, 'backup.log')];
  writeFileSync(
    rules,
    `rules: [{ id: backup, match: backup started, expect: { match: backup finished, within: 2h }, alert: {} }]\n`,
  );
  writeFileSync(
    log,
    '2026-03-01T10:00:00Z web1 CRON[1]: backup started\n2026-03-01T13:00:00Z web1 app[1]: something else\n',
  );
  const ended = await run(['watch', '--once', '--rules', rules, log]);
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('WARNING: backup') });
});
