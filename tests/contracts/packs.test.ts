import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createMatchPorts } from '../../src/daemon/node-ports.ts';
import { createEngine } from '../../src/engine/engine.ts';
import type { Effect } from '../../src/model/effect.ts';
import type { AlertAction } from '../../src/model/program.ts';
import { instant, seconds } from '../../src/model/time.ts';
import { createParser } from '../../src/parse/event.ts';
import type { Config, RuleTest } from '../../src/config/config.ts';
import { shippedPacks } from '../../src/config/packs.ts';
import { watchConfig } from '../../src/config/watch.ts';

const match = createMatchPorts();
const receivedAt = instant(Date.parse('2025-12-10T12:00:00Z'));

/** The raises that lines come to, with the whole program at work. */
function raisesOf(config: Config, lines: readonly string[]): Extract<Effect, { type: 'raise' }>[] {
  const engine = createEngine(config.program, { match, limits: config.limits, late: config.late });
  const parser = createParser({ format: 'auto', zone: 'UTC' });
  const head = { source: 'files', receivedAt, reference: receivedAt, position: { stream: 's' } };
  const rules = config.program.rules.map((_, index) => index);
  return lines.flatMap((line, seq) => {
    const { event } = parser.parse(line, head, seq);
    return engine
      .step({ type: 'event', seq, now: receivedAt, event, rules })
      .flatMap((effect) => (effect.type === 'raise' ? [effect] : []));
  });
}

let config: Config;
beforeAll(async () => {
  const loaded = await watchConfig({ files: ['/dev/null'], match, zone: 'UTC' });
  expect(loaded.diagnostics).toEqual([]);
  if (!loaded.ok) throw new Error('the packs do not load');
  config = loaded.value;
});

test('every pack in the folder is on the shelf, and the other way round', () => {
  const files = readdirSync(shippedPacks.folder).map((file) => file.replace(/\.yaml$/, ''));
  expect(files.toSorted()).toEqual(shippedPacks.names.toSorted());
});

test('every rule of every pack has lines on which it fires and lines on which it does not', () => {
  for (const { id } of config.program.rules) {
    const own = config.tests.filter(({ rule }) => rule === id);
    expect(own.filter(({ alerts }) => alerts.length > 0).length, `${id} fires`).toBeGreaterThan(0);
    expect(own.filter(({ alerts }) => alerts.length === 0).length, `${id} stays silent`).toBeGreaterThan(0);
  }
});

test('every rule can be told again only after a while', () => {
  for (const { actions } of config.program.rules) {
    for (const { quiet } of actions satisfies readonly AlertAction[]) {
      expect(quiet).toBeGreaterThanOrEqual(seconds(60));
    }
  }
});

describe('the tests of the packs', () => {
  const check = ({ rule, lines, alerts }: RuleTest): void => {
    const raised = raisesOf(config, lines).filter((effect) => rule === undefined || effect.rule === rule);
    expect(raised).toHaveLength(alerts.length);
    for (const [index, expected] of alerts.entries()) {
      const got = raised[index];
      const { title: _title, ...facts } = expected;
      expect({ ...got, count: got?.occurrence.count }).toMatchObject(facts);
    }
  };

  test('hold', () => {
    for (const entry of config.tests) {
      try {
        check(entry);
      } catch (error) {
        throw new Error(`${entry.rule}: ${entry.lines[0]}`, { cause: error });
      }
    }
    expect(config.tests.length).toBeGreaterThan(20);
  });

  test('would fail if a rule fell silent', () => {
    const fires = config.tests.find(({ alerts }) => alerts.length > 0);
    expect(() => check({ ...(fires as RuleTest), lines: ['nothing of interest'] })).toThrow();
  });
});

test('a user name that looks like an address never changes who is blamed', () => {
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
    (user: string) =>
      `PAM 3 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=${user}`,
  ];
  for (const form of forms) {
    for (const user of users) {
      const lines = Array.from(
        { length: 5 },
        (_, index) => `Dec 10 06:55:4${index} web1 sshd[1]: ${form(`u${index} ${user}`)}`,
      );
      const raised = raisesOf(config, lines);
      expect(raised.map(({ key }) => key)).toEqual([['203.0.113.7']]);
    }
  }
});
