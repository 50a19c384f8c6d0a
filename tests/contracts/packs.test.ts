import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { shippedPacks } from '../../src/config/packs.ts';
import { watchConfig } from '../../src/config/watch.ts';
import { compilePattern } from '../../src/match/matcher.ts';
import { seconds } from '../../src/model/time.ts';
import type { Rule } from '../../src/model/program.ts';
import type { RuleTest, Stage } from '../../src/rehearsal/contract.ts';
import { runTests } from '../../src/rehearsal/run.ts';
import { packPage } from './pack-page.ts';
import { checkCoverage, checkRuleTests, match, stageOf, toldOf } from './rule-tests.ts';

const path = (pack: string): string => `${shippedPacks.folder}/${pack}.yaml`;

async function packAlone(pack: string): Promise<Config> {
  const loaded = await loadConfig({ files: [path(pack)], match, zone: 'UTC' });
  expect(loaded.diagnostics).toEqual([]);
  if (!loaded.ok) throw new Error(`the pack ${pack} does not load`);
  return loaded.value;
}

test('every pack in the folder is on the shelf, and the other way round', () => {
  const files = readdirSync(shippedPacks.folder).map((file) => file.replace(/\.yaml$/, ''));
  expect(shippedPacks.names).toEqual(files.toSorted());
});

test('tests are the last part of a pack: a start leaves them unread', () => {
  for (const pack of shippedPacks.names) {
    const keys = [...readFileSync(path(pack), 'utf8').matchAll(/^(\w+):/gm)].map(([, key]) => key);
    expect(keys, pack).toEqual(['summary', 'rules', 'tests']);
  }
});

const isHeard = ({ actions }: Rule): boolean => actions.length > 0;

const textsOf = ({ lines }: RuleTest): readonly string[] =>
  lines.flatMap((item) => (typeof item === 'string' ? item : (item.line ?? [])));

/** Who comes to any of several machines is told of once; all else is the machine's own. */
const whoComes = ['ip', 'client', 'mac'];

/** A BSD head and what follows it. */
const bsdLine = /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (\S+) ([^\s:[]+)(?:\[(\d+)\])?: (.*)$/s;

/** A line as another program would write it that took its text from somebody: nobody is to be blamed. */
const quoted = (line: string): string => {
  const [, , , , message = line] = bsdLine.exec(line) ?? [];
  return `Nov 20 10:00:06 web1 app[7]: somebody wrote: ${message}`;
};

/** The same line in RFC 5424, as rsyslog forwards it. */
function asRfc5424(line: string): string {
  const found = bsdLine.exec(line);
  if (found === null) return line;
  const [, host = '', program = '', pid = '-', message = ''] = found;
  const stamp = new Date(`${line.slice(0, 15)} 2024 UTC`).toISOString();
  return `<38>1 ${stamp} ${host} ${program} ${pid} - - ${message}`;
}

/** The same line as the journal exports it. */
function asJournal(line: string): string {
  const found = bsdLine.exec(line);
  if (found === null) return line;
  const [, host = '', program = '', pid, message = ''] = found;
  const at = Date.parse(`${line.slice(0, 15)} 2024 UTC`) * 1000;
  return JSON.stringify({
    __REALTIME_TIMESTAMP: String(at),
    _HOSTNAME: host,
    SYSLOG_IDENTIFIER: program,
    ...(pid === undefined ? {} : { _PID: pid }),
    MESSAGE: message,
  });
}

describe.each(shippedPacks.names)('the pack %s', (pack) => {
  let config: Config;
  let stage: Stage;
  beforeAll(async () => {
    config = await packAlone(pack);
    stage = await stageOf(config);
  });

  test('has tests that pass, and for every rule lines on which it fires and lines on which it does not', async () => {
    const report = await checkRuleTests(config);
    checkCoverage(
      report,
      config.program.rules.filter(isHeard).map(({ id }) => id),
    );
    const untried = report.coverage.flatMap(({ rule, patterns }) =>
      patterns.filter(({ isMatched }) => !isMatched).map(({ source }) => `${rule}: ${source}`),
    );
    expect(untried).toEqual([]);
  });

  test('has tests that fail if a rule falls silent, or speaks when it should not', () => {
    const nothing = ['Nov 20 10:00:06 web1 app: nothing of interest'];
    const spoilt = config.tests.map((entry) =>
      entry.alerts.length > 0 ? { ...entry, lines: nothing } : { ...entry, alerts: [{}] },
    );
    for (const { problems } of runTests(spoilt, stage).results) expect(problems).not.toEqual([]);
  });

  test('means the same in RFC 5424 and in the journal as in RFC 3164', () => {
    for (const form of [asRfc5424, asJournal]) {
      const tests = config.tests.map((entry) => ({
        ...entry,
        lines: entry.lines.map((item) => (typeof item === 'string' ? form(item) : item)),
      }));
      for (const { test: entry, problems } of runTests(tests, stage).results) {
        expect(problems, JSON.stringify(entry.lines)).toEqual([]);
      }
    }
  });

  test.skipIf(pack === 'bird-alert')('blames nobody for what another program quotes', () => {
    const lines = config.tests.flatMap((entry) => textsOf(entry).map(quoted));
    expect(toldOf(stage, lines)).toEqual([]);
  });

  test('says of every alert how bad it is, in which words, and where that is explained', () => {
    for (const { id, actions } of config.program.rules.filter(isHeard)) {
      for (const { title = '', text = '', link = '', quiet } of actions) {
        expect(title.length, id).toBeGreaterThan(5);
        expect(text.length, id).toBeGreaterThan(5);
        expect(link, id).toMatch(/^https:\/\//);
        expect(quiet, id).toBeGreaterThanOrEqual(seconds(60));
      }
    }
  });

  test('looks at no record without a reason: each pattern has a literal of some length, and runs in linear time', () => {
    for (const { id, pattern } of config.program.rules) {
      const compiled = compilePattern(pattern, match);
      if (!compiled.ok) throw new Error(id);
      const { literals, regimes } = compiled.value;
      const texts = literals?.literals.map(({ text }) => text) ?? [];
      expect(texts.length, id).toBeGreaterThan(0);
      expect(
        Math.min(...texts.map(({ length }) => length)),
        `${id}: ${texts.join(' ')}`,
      ).toBeGreaterThanOrEqual(4);
      expect(regimes.map(({ regime }) => regime).filter((regime) => regime !== 'linear')).toEqual([]);
    }
  });
});

test.each(shippedPacks.names)(
  'in the pack %s no machine silences another: a key has the host, or the address of who comes to any of them',
  async (pack) => {
    const { program } = await packAlone(pack);
    const mute = program.rules
      .filter(isHeard)
      .filter(({ key }) => !key.some((field) => field === 'host' || whoComes.includes(field)));
    expect(mute.map(({ id }) => id)).toEqual([]);
  },
);

test('all packs together are what is watched without a configuration', async () => {
  const watched = await watchConfig({ files: ['/dev/null'], match, zone: 'UTC' });
  expect(watched.diagnostics).toEqual([]);
  const alone = await Promise.all(
    shippedPacks.names.map(async (pack) =>
      (await packAlone(pack)).program.rules.map(({ id }) => `${pack}/${id}`),
    ),
  );
  expect(watched.ok && watched.value.program.rules.map(({ id }) => id)).toEqual(alone.flat());
});

test('one line is the business of one rule: no event is told of by two packs', async () => {
  const watched = await watchConfig({ files: ['/dev/null'], match, zone: 'UTC' });
  if (!watched.ok) throw new Error('the packs do not load together');
  const stage = await stageOf(watched.value);
  for (const pack of shippedPacks.names) {
    const { tests } = await packAlone(pack);
    for (const { rule, lines } of tests.filter(({ alerts }) => alerts.length > 0)) {
      const packs = new Set(toldOf(stage, lines).map((alert) => alert.rule.split('/')[0]));
      packs.delete(pack);
      expect([...packs], `${pack}/${rule}`).toEqual([]);
    }
  }
});

test('a user name that looks like an address never changes who is blamed', async () => {
  const stage = await stageOf(await packAlone('sshd'));
  const users = [
    'x from 192.0.2.1 port 22 ssh2',
    'root from 192.0.2.1',
    '',
    ' from 192.0.2.1 port 1',
    'rhost=192.0.2.1',
  ];
  const forms = [
    (user: string) => `Failed password for invalid user ${user} from 203.0.113.7 port 5 ssh2`,
    (user: string) => `Failed password for ${user} from 203.0.113.7 port 5 ssh2`,
    (user: string) => `Invalid user ${user} from 203.0.113.7 port 5`,
    (user: string) => `Invalid user ${user} from 203.0.113.7`,
    (user: string) => `Disconnected from invalid user ${user} 203.0.113.7 port 5 [preauth]`,
    (user: string) =>
      `PAM 3 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=${user}`,
  ];
  for (const form of forms) {
    for (const user of users) {
      const lines = [0, 1, 2, 3, 4].map((n) => `Dec 10 06:55:4${n} web1 sshd[1]: ${form(`u${n} ${user}`)}`);
      expect(toldOf(stage, lines).map(({ key }) => key)).toEqual([['203.0.113.7']]);
    }
  }
});

test('docs/packs.md says what is in them (UPDATE_PACKS=1 npx vitest run tests/contracts/packs writes it anew)', () => {
  const page = new URL('../../docs/packs.md', import.meta.url);
  const written = packPage(shippedPacks.names.map((name) => ({ name, path: path(name) })));
  if (process.env['UPDATE_PACKS'] === '1') writeFileSync(page, written);
  expect(readFileSync(page, 'utf8')).toBe(written);
});
