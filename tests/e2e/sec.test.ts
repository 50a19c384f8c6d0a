import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { run, start } from './program.ts';

let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'sec-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The rule of the articles in which SEC told of failed logins, with what their pages lost. */
const failures = (action: string): string => `type=Single
ptype=RegExp
pattern=\\S+\\s+\\d+\\s+\\S+\\s+(\\S+)\\s+login: (.*?FAILURE.)(.*?ON) (.*)
desc=$0
action=${action}
`;
const lines = [
  'Nov 20 10:00:05 web1 CRON[12]: session opened',
  'Nov 20 10:00:06 web1 login: LOGIN FAILURE FROM 10.0.0.1 ON tty3 root',
  '',
].join('\n');
const toScreen = 'write - $1 $2 ON $4';
const told = 'web1 LOGIN FAILURE  ON tty3 root\n';

const put = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

/** A stand-in for Nagios' script that keeps its arguments, a line a call: calls may overlap. */
function submitScript(): { readonly env: Record<string, string>; readonly seen: () => string[] } {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  const seen = join(dir, 'submitted');
  writeFileSync(
    join(bin, 'submit_check_result'),
    `#!/bin/bash\nprintf -v all '%s|' "$@"\necho "$all" >> ${seen}\n`,
  );
  chmodSync(join(bin, 'submit_check_result'), 0o755);
  return {
    env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    seen: () => (existsSync(seen) ? readFileSync(seen, 'utf8').trim().split('\n').toSorted() : []),
  };
}

describe('the rules of the articles run as they stand there', () => {
  test('with write -, over standard input and over a file', async () => {
    const rules = put('sshd-failures.conf', failures(toScreen));
    const log = put('log', lines);
    const piped = await run(['watch', '--once', '--rules', rules, '-'], { input: lines });
    expect(piped).toMatchObject({ code: 0, stdout: told });
    expect(await run(['watch', '--once', '--rules', rules, log])).toMatchObject({ code: 0, stdout: told });
  });

  test("started with SEC's own arguments, to the end of its input or for as long as it runs", async () => {
    put('sshd-failures.conf', failures(toScreen));
    put('log', lines);
    const args = (line: string): string[] => ['watch', '--sec', line];
    const ended = await run(args('-conf=sshd-failures.conf -input=- -notail'), { input: lines, cwd: dir });
    expect(ended).toMatchObject({ code: 0, stdout: told });
    const file = await run(args('--conf *failures.conf --input=log --notail'), { cwd: dir });
    expect(file).toMatchObject({ code: 0, stdout: told });
    const live = start(args('-conf=sshd-failures.conf -input=-'), { keepInput: true, cwd: dir });
    live.say(lines.split('\n')[1] ?? '');
    await eventually(() => live.output().stdout === told, 'what was written');
    expect((await live.kill('SIGTERM')).code).toBe(0);
  });

  test('with shellcmd submit_check_result: log text is one argument, whatever it holds', async () => {
    const action = 'shellcmd submit_check_result localhost "SSHD Failures" 2 "$1 $2 $4"';
    const rules = put('a.sec', failures(action));
    const { env, seen } = submitScript();
    const evil = `Nov 20 10:00:06 web1 login: LOGIN FAILURE FROM x ON "; touch ${dir}/owned; $(touch ${dir}/owned) '\n`;
    const { code } = await run(['watch', '--once', '--rules', rules, '-'], { input: lines + evil, env });
    expect(code).toBe(0);
    expect(seen()).toEqual([
      `localhost|SSHD Failures|2|web1 LOGIN FAILURE  "; touch ${dir}/owned; $(touch ${dir}/owned) '|`,
      'localhost|SSHD Failures|2|web1 LOGIN FAILURE  tty3 root|',
    ]);
    expect(existsSync(join(dir, 'owned'))).toBe(false);
  });
});

describe('in a configuration', () => {
  const threshold = `type=SingleWithThreshold
ptype=RegExp
pattern=user (\\S+) failed
desc=failures of $1
action=logonly %s: five times; write OUT %s
window=3600
thresh=5
`;
  const configOf = (rules: string, more = ''): string =>
    put(
      'sentinel.yaml',
      `sources: { auth: { file: ${join(dir, 'log')}, start: beginning } }
include: [{ sec: ${rules}, alert: { on: [logonly], severity: critical }${more} }]
channels: { told: { file: { file: ${join(dir, 'told')} } } }
`,
    );
  const told = (): string => (existsSync(join(dir, 'told')) ? readFileSync(join(dir, 'told'), 'utf8') : '');
  const out = (): string => (existsSync(join(dir, 'out')) ? readFileSync(join(dir, 'out'), 'utf8') : '');
  const state = (): string[] => ['--state', join(dir, 'state')];

  test('an operation outlives kill -9: four lines before, the fifth after, one alert', async () => {
    const rules = put('a.sec', threshold.replace('OUT', join(dir, 'out')));
    const config = configOf(rules);
    put('log', 'user eve failed\n'.repeat(4));
    const first = start(['-c', config, ...state(), 'run']);
    const status = async (): Promise<string> =>
      (await run([...state(), '-c', config, 'status', '--json'])).stdout;
    await eventually(async () => /"lines":4\b/.test(await status()), 'four lines');
    await first.kill('SIGKILL');
    expect(told()).toBe('');
    const second = start(['-c', config, ...state(), 'run']);
    appendFileSync(join(dir, 'log'), 'user eve failed\n');
    await eventually(() => told() !== '' && out() !== '', 'the alert and the line');
    await second.kill('SIGTERM');
    expect(told()).toContain('failures of eve');
    expect(told().match(/failures of eve/g)?.length).toBeGreaterThanOrEqual(1);
    expect(out()).toBe('failures of eve\n');
    const { stdout } = await run([...state(), '-c', config, 'alerts', 'list', '--json']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });

  test('a broken rule is an error of check, at its line, and leaves the others at work', async () => {
    const rules = put(
      'a.sec',
      `type=Single\nptype=RegExp\npattern=(\ndesc=x\naction=none\n\n${failures('logonly $0')}`,
    );
    const config = configOf(rules);
    put('log', lines);
    const checked = await run(['check', config]);
    expect(checked.code).toBe(1);
    expect(checked.stderr).toMatch(/a\.sec:3:\d+: error: /);
    const ran = await run(['-c', config, ...state(), 'run', '--once']);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toMatch(/a\.sec:3:\d+: warning: /);
    expect(told()).toContain('LOGIN FAILURE');
  });
});
