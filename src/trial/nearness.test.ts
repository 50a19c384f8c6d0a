import { expect, test } from 'vitest';
import { createMatchPorts } from '../daemon/node-ports.ts';
import type { Event } from '../model/event.ts';
import type { Pattern } from '../model/program.ts';
import { instant } from '../model/time.ts';
import { nearnessOf } from './nearness.ts';

const ports = createMatchPorts();

const eventOf = (text: string, program = 'sshd'): Event => ({
  at: instant(0),
  receivedAt: instant(0),
  source: 's',
  stream: 's',
  offset: 0,
  line: `Nov 20 10:00:06 web1 ${program}[1]: ${text}`,
  text,
  program,
  fields: {},
});

const regex = (source: string): Pattern => ({
  type: 'regex',
  source,
  scope: 'message',
  origin: { dialect: 'native', file: 'f', line: 1, column: 1 },
});

const failed = regex(String.raw`^Failed password for (?<user>.*) from (?<ip>\S+) port \d+$`);
const near = (pattern: Pattern, text: string, program?: string) =>
  nearnessOf(pattern, eventOf(text, program), ports);

test('what fits lacks nothing', () => {
  expect(near(failed, 'Failed password for root from 192.0.2.1 port 22')).toEqual({ share: 1, missing: [] });
});

test('names the text that is missing, and what comes before it', () => {
  const { share, missing } = near(failed, 'Failed password for root on 192.0.2.1 port 22');
  expect(missing).toEqual(['it fits up to «^Failed password for (?<user>.*) », then «from » is missing']);
  expect(share).toBeGreaterThan(0.5);
  expect(share).toBeLessThan(1);
});

test('names the end that is not where it should be', () => {
  const { missing } = near(failed, 'Failed password for root from 192.0.2.1 port 22 ssh2');
  expect(missing[0]).toContain('then «$» is missing');
});

test('names the group that does not fit', () => {
  expect(near(failed, 'Failed password for root from 192.0.2.1 port x').missing[0]).toContain(
    String.raw`then «\d+» is missing`,
  );
});

test('a line of something else is not near', () => {
  expect(near(failed, 'session opened for user root').share).toBe(0);
});

test('one condition that fails is named, and the rule is near; a text that is not there is not made near by others', () => {
  const pattern: Pattern = {
    type: 'all',
    of: [{ type: 'field', field: 'program', test: { op: 'in', values: ['sshd', 'sshd-session'] } }, failed],
  };
  const other = near(pattern, 'Failed password for root from 192.0.2.1 port 22', 'cron');
  expect(other.missing).toEqual(['program is "cron", which is none of "sshd", "sshd-session"']);
  expect(other.share).toBeGreaterThan(0.8);
  expect(near(pattern, 'session opened').share).toBe(0);
});

test('of several alternatives the nearest counts', () => {
  const pattern: Pattern = { type: 'any', of: [regex('^panic: (?<why>.*)'), failed] };
  expect(near(pattern, 'Failed password for root').missing[0]).toContain('« from »');
});

test('of a long expression the end of what fits is shown, for that is where the line leaves it', () => {
  const long = regex(
    String.raw`^(?:\[ *\d+\.\d+\](?:\[ *[CT]\d+\])? )?(?:mce: |edac: |pcieport \S+: )?(?:Out of memory|Low on memory): Killed process (?<pid>\d+) \((?<name>[^()]+)\)$`,
  );
  const { missing } = near(long, 'Out of memory: Killed process 812 mysqld');
  expect(missing[0]).toMatch(/^it fits up to «….*Killed process \(\?<pid>\\d\+\) », then «\\\(» is missing$/);
});
