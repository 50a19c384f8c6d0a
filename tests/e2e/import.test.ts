import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { start } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test.each([
  ['sec', 'type=Single\nptype=RegExp\npattern=user (\\S+) is bad\ndesc=$1\naction=logonly %s was bad\n'],
  ['fail2ban', '[Definition]\nfailregex = user <F-USER>\\S+</F-USER> is bad(?: from <ADDR>)?$\n'],
])('import %s: what it prints is a configuration that check takes', async (dialect, text) => {
  const rules = file(`rules.${dialect}`, text);
  const imported = await start(['import', dialect, rules]).ended;
  expect(imported).toMatchObject({
    code: 0,
    stderr: 'bird-sentinel: 1 rule; nothing was lost\n',
  });
  const config = file(`${dialect}.yaml`, imported.stdout);
  expect(await start(['check', config]).ended).toMatchObject({ code: 0 });
  const json = await start(['import', dialect, rules, '--json']).ended;
  expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, rules: 1, left: 0 });
});

test('what cannot be imported is told', async () => {
  expect(await start(['import', 'sec', join(folder, 'none')]).ended).toMatchObject({ code: 1, stdout: '' });
  expect(await start(['import', 'awk', file('x', '')]).ended).toMatchObject({ code: 2, stdout: '' });
  for (const dialect of ['sec', 'swatch', 'fail2ban']) {
    const { code, stderr } = await start(['import', dialect, file('no-rules', 'root:x:0\n')]).ended;
    expect(code, dialect).toBe(1);
    expect(stderr, dialect).toMatch(/no rule of \S+no-rules could be carried over/);
  }
});

test('an imported rule does in watch what it says', async () => {
  const rules = file(
    'r.sec',
    'type=Single\nptype=RegExp\npattern=user (\\S+) is bad\ndesc=$1\naction=logonly %s was bad\n',
  );
  const config = file('r.yaml', (await start(['import', 'sec', rules, '-q']).ended).stdout);
  const log = file(
    'log',
    'Nov 20 10:00:00 web1 app: user eve is bad\nNov 20 10:00:01 web1 app: user ann is good\n',
  );
  const { stdout } = await start(['watch', '--once', '--rules', config, log]).ended;
  expect(stdout).toContain('eve was bad');
  expect(stdout).not.toContain('ann');
});
