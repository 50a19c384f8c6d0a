import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { shippedPacks } from '../../src/config/packs.ts';
import { watchConfig } from '../../src/config/watch.ts';
import { seconds } from '../../src/model/time.ts';
import { checkCoverage, checkRuleTest, match, raisesOf } from './rule-tests.ts';

const path = (pack: string): string => `${shippedPacks.folder}/${pack}.yaml`;

async function packAlone(pack: string): Promise<Config> {
  const loaded = await loadConfig({ files: [path(pack)], match, zone: 'UTC' });
  expect(loaded.diagnostics).toEqual([]);
  if (!loaded.ok) throw new Error(`the pack ${pack} does not load`);
  return loaded.value;
}

test('every pack in the folder is on the shelf, and the other way round', () => {
  const files = readdirSync(shippedPacks.folder).map((file) => file.replace(/\.yaml$/, ''));
  expect(files.toSorted()).toEqual(shippedPacks.names.toSorted());
});

describe.each(shippedPacks.names)('the pack %s', (pack) => {
  let config: Config;
  beforeAll(async () => {
    config = await packAlone(pack);
  });

  test('has for every rule lines on which it fires and lines on which it does not', () => {
    checkCoverage(
      config,
      config.program.rules.map(({ id }) => id),
    );
  });

  test('does what its tests say', () => {
    for (const entry of config.tests) checkRuleTest(config, entry);
  });

  test('has tests that fail if a rule falls silent, or speaks when it should not', () => {
    const quietLines = ['Nov 20 10:00:06 web1 app: nothing of interest'];
    for (const entry of config.tests) {
      if (entry.alerts.length > 0)
        expect(() => checkRuleTest(config, { ...entry, lines: quietLines })).toThrow();
      else expect(() => checkRuleTest(config, { ...entry, alerts: [{}] })).toThrow();
    }
  });

  test('tells nothing twice within a minute', () => {
    for (const { actions } of config.program.rules) {
      for (const { quiet } of actions) expect(quiet).toBeGreaterThanOrEqual(seconds(60));
    }
  });
});

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

test('a user name that looks like an address never changes who is blamed', async () => {
  const config = await packAlone('sshd');
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
      const lines = [0, 1, 2, 3, 4].map((n) => `Dec 10 06:55:4${n} web1 sshd[1]: ${form(`u${n} ${user}`)}`);
      expect(raisesOf(config, lines).map(({ key }) => key)).toEqual([['203.0.113.7']]);
    }
  }
});
