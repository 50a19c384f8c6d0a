import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { run, start } from './program.ts';

let dir = '';
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'rule-tests-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const rule = "rules:\n  - { id: full, match: 'disk (?<disk>\\S+) is full', key: [disk], alert: {} }\n";
const right = "tests:\n  - { rule: full, lines: ['disk sda is full'], alerts: [{ key: [sda] }] }\n";

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

test('tests that pass end with 0, and are counted', async () => {
  const { code, stdout } = await run(['test', file('right.yaml', rule + right)]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '1 test, 0 failed; 1 of 1 rules fire in one\n' });
});

test('one that fails ends with 1 and names its place; JUnit and JSON say the same', async () => {
  const path = file('wrong.yaml', rule + right.replace('[sda]', '[sdb]'));
  const junit = join(dir, 'junit.xml');
  const { code, stdout } = await run(['test', '--junit', junit, path]);
  expect(code).toBe(1);
  expect(stdout).toContain(`${path}:4: FAILED 1: full, 1 alert: disk sda is full`);
  expect(stdout).toContain('key should be ["sdb"] and is ["sda"]');
  expect(readFileSync(junit, 'utf8')).toContain('failures="1"');
  const json = await run(['--json', 'test', path]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    ok: false,
    tests: [{ rule: 'full', ok: false }],
  });
});

test('no tests are a failure, a wrong file is one of the configuration, a wrong pack one of usage', async () => {
  expect((await run(['test', file('none.yaml', rule)])).code).toBe(1);
  const broken = await run(['test', file('broken.yaml', 'rules: [{ id: x }]')]);
  expect(broken).toMatchObject({ code: 78, stdout: '' });
  const lost = await run(['test', '--junit', join(dir, 'no', 'junit.xml'), file('fine.yaml', rule + right)]);
  expect(lost.code).toBe(1);
  expect(lost.stderr).toMatch(/^bird-sentinel: cannot write \S+junit\.xml: ENOENT[^\n]*\n$/);
  const { code, stderr } = await run(['test', '--pack', 'sshdd']);
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean "sshd"?');
});

test('a wrong configuration is no success in JSON and JUnit either, beside tests that pass', async () => {
  const path = file('wrong-config.yaml', 'rules: [{ id: x }]');
  const junit = join(dir, 'errors.xml');
  const { code, stdout } = await run(['--json', 'test', '--junit', junit, '--pack', 'sudo', path]);
  expect(code).toBe(78);
  const data = JSON.parse(stdout) as { ok: boolean; tests: { ok: boolean }[]; broken: { files: string[] }[] };
  expect(data.tests.length).toBeGreaterThan(0);
  expect(data).toMatchObject({ ok: false, broken: [{ files: [path] }] });
  expect(readFileSync(junit, 'utf8')).toMatch(/failures="0" errors="1"[^]*<error message="[^"]*wrong-config/);
});

test('packs are tested by name, and coverage names what no test tries', async () => {
  const { code, stdout } = await run(['test', '--pack', 'sudo', '--coverage']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^broken-sudoers: fires in \d+, silent in \d+, (\d+) of \1 patterns$/m);
  const half = file('half.yaml', rule + right);
  expect((await run(['test', '--coverage', half])).stdout).toContain('no test in which it must be silent');
});

test('--watch plays again when the file changes', async () => {
  const path = file('watched.yaml', rule + right.replace('[sda]', '[sdb]'));
  const watching = start(['test', '--watch', path]);
  await eventually(() => watching.output().stdout.includes('1 failed'), 'the first run');
  await eventually(() => {
    writeFileSync(path, rule + right);
    return watching.output().stdout.includes('0 failed');
  }, 'the second run');
  expect((await watching.kill('SIGINT')).code).toBe(0);
});
