import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { differences } from '../oracle/swatch/differences.ts';
import { readOutcome, withoutColours } from '../oracle/swatch/scenario.ts';
import { eventually } from '../peers/eventually.ts';
import { run, start } from './program.ts';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'swatch-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const cases = join(import.meta.dirname, '../oracle/swatch/cases');
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** A case folder as a user has it. */
function lay(name: string): void {
  cpSync(join(cases, name), dir, { recursive: true });
  for (const file of readdirSync(dir)) chmodSync(join(dir, file), 0o755);
}

const recorded = (name: string): ReturnType<typeof readOutcome> =>
  readOutcome(
    readFileSync(
      join(cases, name, Object.hasOwn(differences, name) ? 'ours.txt' : 'expected.txt'),
      'latin1',
    ).replace(/^(?!exit)/, 'exit: 0\n'),
  );

describe('watch --rules swatch.conf --once', () => {
  test.each([
    '01-echo-default',
    '09-ignore-before',
    '18-exec-dollar-zero-in-double-quotes',
    '20-exec-dollar-underscore-SHELL-INJECTION',
    '29-pipe-keep_open-equals-1',
    '31-mail',
    '46-throttle-records-are-global-across-blocks',
    '67-include-takes-its-place-before-a-pending-block',
    '79-old-style-config',
    '92-seed-sevagas-configuration',
    '93-seed-snort-priority-1',
  ])('%s', async (name) => {
    lay(name);
    const { code, stdout } = await run(['-q', 'watch', '--rules', 'swatch.conf', '--once', 'input.log'], {
      cwd: dir,
      env,
    });
    const { stdout: told, files } = recorded(name);
    expect(code).toBe(0);
    expect(withoutColours(stdout)).toBe(told);
    for (const [file, text] of files) expect(readFileSync(join(dir, file), 'latin1').trimEnd()).toBe(text);
    expect(existsSync(join(dir, 'PWNED1'))).toBe(false);
  });

  test("with swatch's own arguments", async () => {
    lay('21-exec-awk-fields');
    const args = '-c swatch.conf --awk-field-syntax --examine=input.log';
    const { code, stdout } = await run(['-q', 'watch', '--swatch', args], { cwd: dir, env });
    expect({ code, stdout: stdout.trimEnd() }).toEqual({
      code: 0,
      stdout: recorded('21-exec-awk-fields').stdout,
    });
  });

  test('a log that is not there, rules that are not there or are broken are told by the exit code', async () => {
    writeFileSync(join(dir, 'swatch.conf'), 'watchfor /a/\n  echo\n');
    writeFileSync(join(dir, 'broken.conf'), 'watchfor /un(closed/\n  echo\n');
    writeFileSync(join(dir, 'input.log'), 'a\n');
    const watch = (rules: string, log: string) =>
      run(['watch', '--rules', rules, '--once', log], { cwd: dir, env });
    expect(await watch('swatch.conf', 'nosuch.log')).toMatchObject({ code: 1 });
    expect(await watch('nosuch.conf', 'input.log')).toMatchObject({ code: 78 });
    const broken = await watch('broken.conf', 'input.log');
    expect(broken.code).toBe(78);
    expect(broken.stderr).toContain('broken.conf:1:');
  });
});

test('in the daemon echo becomes an alert that is kept, and exec runs with the line as its argument', async () => {
  const seen = join(dir, 'seen');
  writeFileSync(
    join(dir, 'swatch.conf'),
    `watchfor /bird_alert/\n    throttle 10:00,key=bird\n    echo\n    exec ${join(dir, 'page')} $0\n`,
  );
  writeFileSync(join(dir, 'page'), `#!/bin/sh\nprintf '%s\\n' "$#" "$1" >> ${seen}\n`, { mode: 0o755 });
  writeFileSync(join(dir, 'log'), '');
  writeFileSync(
    join(dir, 'sentinel.yaml'),
    `sources: { app: { file: ${join(dir, 'log')}, start: beginning } }\ninclude: [{ swatch: swatch.conf, alert: { on: echo, severity: critical } }]\n`,
  );
  const state = join(dir, 'state');
  const program = ['-c', join(dir, 'sentinel.yaml'), '--state', state];
  const line = 'Nov 20 10:00:05 web1 root: bird_alert : $(touch x); "quoted"';
  const first = start([...program, 'run'], { cwd: dir, env });
  await eventually(() => first.output().stderr.includes('watching'), 'the daemon');
  writeFileSync(join(dir, 'log'), `${line}\n`, { flag: 'a' });
  await eventually(() => existsSync(seen) && readFileSync(seen, 'utf8').endsWith('\n'), 'the command');
  expect(readFileSync(seen, 'utf8')).toBe(`1\n${line}\n`);
  await first.kill('SIGTERM');
  // The throttle is remembered: the same again is not told after a restart.
  writeFileSync(join(dir, 'log'), `${line}\n`, { flag: 'a' });
  const again = await run([...program, 'run', '--once'], { cwd: dir, env });
  expect(again.code).toBe(0);
  const alerts = await run([...program, '--json', 'alerts', 'list'], { cwd: dir, env });
  expect(alerts.stdout).toContain('"rule":"swatch"');
  expect(alerts.stdout).toContain('swatch.conf:1');
  expect(readFileSync(seen, 'utf8')).toBe(`1\n${line}\n`);
});

test('import swatch writes rules that load', async () => {
  lay('91-dump-script');
  const made = await run(['import', 'swatch', 'swatch.conf'], { cwd: dir, env });
  expect(made.code).toBe(0);
  expect(made.stdout).toContain('(?<v1>\\S+)');
  writeFileSync(join(dir, 'rules.yaml'), made.stdout);
  expect(await run(['check', 'rules.yaml'], { cwd: dir, env })).toMatchObject({ code: 0 });
});
