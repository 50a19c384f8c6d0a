import { expect, test } from 'vitest';
import type { RuleTest } from '../../src/rehearsal/contract.ts';
import { runTests } from '../../src/rehearsal/run.ts';
import { configOf } from './config-texts.ts';
import { stageOf, toldOf } from './rule-tests.ts';

const rules = `
rules:
  - id: guessing
    program: sshd
    match: 'Failed password for (?<user>\\S+) from (?<ip>\\S+) port \\d+$'
    key: [ip]
    count: { reach: 3, within: 1m }
    alert: { severity: critical, title: 'guessing from {{ ip }}' }
  - { id: full, match: 'disk (?<disk>\\S+) is full', key: [disk], quiet: 1h, alert: {} }
  - { id: either, match: ['link down', 'no carrier'], alert: { severity: info } }
`;

const failed = (second: number, rest = '203.0.113.7 port 5'): string =>
  `Nov 20 10:00:0${second} web1 sshd[1]: Failed password for root from ${rest}`;

async function problemsOf(entry: RuleTest): Promise<string> {
  const { results } = runTests([entry], await stageOf(await configOf(rules)));
  return results.flatMap(({ problems }) => problems).join('\n');
}

test('what is as expected has no problems', async () => {
  const alerts = [{ rule: 'guessing', severity: 'critical', key: ['203.0.113.7'], count: 3 } as const];
  expect(await problemsOf({ rule: 'guessing', lines: [1, 2, 3, 4].map((n) => failed(n)), alerts })).toBe('');
});

test('an alert is told once while it is quiet, and again afterwards', async () => {
  const stage = await stageOf(await configOf(rules));
  const minute = { after: 60_000 as never };
  const line = 'disk sda is full';
  expect(toldOf(stage, [line, line, line])).toHaveLength(1);
  expect(toldOf(stage, [line, ...Array.from({ length: 61 }, () => minute), line])).toHaveLength(2);
});

test('a rule that goes by receipt counts lines when the clock has come to them', async () => {
  const text = 'rules: [{ id: hot, match: hot, time: received, count: { reach: 2, within: 1m }, alert: {} }]';
  const stage = await stageOf(await configOf(text));
  const at = (time: string): string => `2026-11-20T${time}Z web1 app: hot`;
  expect(toldOf(stage, [at('10:00:00'), at('10:05:00')])).toEqual([]);
  expect(toldOf(stage, [at('10:00:00'), at('10:05:00'), at('10:05:30')])).toHaveLength(1);
});

test('nothing of one test is left for the next', async () => {
  const lines = ['disk sda is full'];
  const entry: RuleTest = { rule: 'full', lines, alerts: [{}] };
  const { results } = runTests([entry, entry], await stageOf(await configOf(rules)));
  expect(results.map(({ problems }) => problems)).toEqual([[], []]);
});

test('a wrong member says what it should be and what it is', async () => {
  const problems = await problemsOf({
    rule: 'full',
    lines: ['disk sda is full'],
    alerts: [{ key: ['sdb'] }],
  });
  expect(problems).toBe('alert 1: key should be ["sdb"] and is ["sda"] (line 1)');
});

test('an alert that did not come says what its rule waits for', async () => {
  const problems = await problemsOf({ rule: 'guessing', lines: [failed(1), failed(2)], alerts: [{}] });
  expect(problems).toContain('did not come: guessing');
  expect(problems).toContain(
    'guessing matched 2 of 2 lines: 2 too few in the window yet; count wants 3 within 1m',
  );
});

test('an alert that did not come because its rule was quiet says so', async () => {
  const lines = [1, 2, 3, 4, 5].map((n) => failed(n));
  const problems = await problemsOf({ rule: 'guessing', lines, alerts: [{ count: 3 }, { count: 4 }] });
  expect(problems).toContain('did not come: guessing, count 4');
  expect(problems).toContain('3 raised (2 of them muted by quiet: 1m), 2 too few in the window yet');
});

test('an alert that did not come says how far the nearest line fits', async () => {
  const lines = ['Nov 20 10:00:00 web1 cron[1]: nothing', failed(1, '203.0.113.7 port x')];
  const problems = await problemsOf({ rule: 'guessing', lines, alerts: [{}] });
  expect(problems).toContain('line 2 is no match of guessing: it fits as far as «Failed password');
  expect(problems).toContain('port » and then not «\\d+$»');
  expect(problems).toContain('line 1 is no match of guessing: its program is "cron"');
});

test('an alert of another rule is named where it came instead', async () => {
  const problems = await problemsOf({ rule: 'either', lines: ['disk sda is full'], alerts: [{}] });
  expect(problems).toContain('instead came: full, warning, key ["sda"]');
});

test('what came and was not expected is named', async () => {
  const problems = await problemsOf({ rule: 'full', lines: ['disk sda is full'], alerts: [] });
  expect(problems).toContain('came and was not expected: full, warning, key ["sda"], count 1');
});

test('a rule that there is not is named, with the nearest', async () => {
  expect(await problemsOf({ rule: 'ful', lines: ['x'], alerts: [] })).toContain('did you mean "full"?');
});

test('coverage counts tests of a rule, and each of its alternatives', async () => {
  const tests: RuleTest[] = [
    { rule: 'either', lines: ['link down'], alerts: [{}] },
    { rule: 'either', lines: ['link up'], alerts: [] },
    { rule: 'full', lines: ['disk sda is full'], alerts: [{}] },
  ];
  const { coverage } = runTests(tests, await stageOf(await configOf(rules)));
  expect(coverage.map(({ rule, fired, silent }) => [rule, fired, silent])).toEqual([
    ['guessing', 0, 0],
    ['full', 1, 0],
    ['either', 1, 1],
  ]);
  const either = coverage.find(({ rule }) => rule === 'either');
  expect(either?.patterns.map(({ isMatched }) => isMatched)).toEqual([true, false]);
});

test('a rule without an alert fires when it raises', async () => {
  const text = "rules: [{ id: begin, match: 'work begins', set: { context: work, for: 1h } }]";
  const tests: RuleTest[] = [
    { rule: 'begin', lines: ['work begins'], alerts: [] },
    { rule: 'begin', lines: ['work ends'], alerts: [] },
  ];
  const { coverage } = runTests(tests, await stageOf(await configOf(text)));
  expect(coverage).toMatchObject([{ rule: 'begin', fired: 1, silent: 1 }]);
});
