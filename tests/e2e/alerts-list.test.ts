import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, site, type Site } from './program.ts';

let at: Site;

beforeAll(async () => {
  at = site();
  const lines = Array.from({ length: 53 }, (_, index) => `${index < 2 ? 'grave' : 'plain'} n${index}`);
  writeFileSync(at.path('app.log'), lines.map((line) => `${line}\n`).join(''));
  at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules:
  - { id: plain, match: 'plain (?<name>\\w+)', key: [name], alert: {} }
  - { id: grave, match: 'grave (?<name>\\w+)', key: [name], alert: { severity: critical } }
channels: { out: { file: { file: ${at.path('out.log')} } } }
receivers: { me: { channels: [out] } }
routes: [{ to: me }]
`);
  expect(await run(at.args('run', '--once'))).toMatchObject({ code: 0 });
});
afterAll(() => at.remove());

describe('alerts list', () => {
  const list = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(at.args(...args));
    return { code, lines: stdout.trimEnd().split('\n').length, stderr };
  };
  const more = (count: number): string =>
    `bird-sentinel: ${count} more fit and are not shown: --limit N shows more, --all all of them\n`;

  test('says how many more there are, on standard error', async () => {
    expect(await list('alerts', 'list')).toEqual({ code: 0, lines: 51, stderr: more(3) });
    expect(await list('--json', 'alerts', 'list')).toEqual({ code: 0, lines: 50, stderr: more(3) });
    expect(await list('--quiet', 'alerts', 'list')).toEqual({ code: 0, lines: 51, stderr: '' });
  });

  test('counts only what fits', async () => {
    const rule = ['alerts', 'list', '--rule', 'plain'];
    expect(await list(...rule)).toEqual({ code: 0, lines: 51, stderr: more(1) });
    expect(await list(...rule, '--limit', '51')).toEqual({ code: 0, lines: 52, stderr: '' });
    const severe = ['alerts', 'list', '--severity', 'critical', '--limit', '1'];
    expect(await list(...severe)).toEqual({ code: 0, lines: 2, stderr: more(1) });
  });

  test('shows all where it is asked to', async () => {
    expect(await list('alerts', 'list', '--all')).toEqual({ code: 0, lines: 54, stderr: '' });
    const both = await list('alerts', 'list', '--all', '--limit', '3');
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("'--all' cannot be used with") });
  });
});

test('a silence of what is not known is kept, with a warning', async () => {
  const args = ['silences', 'add', 'rule=plian', '--for', '1h', '--comment', 'x'];
  expect(await run(at.args(...args))).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\w+ until /),
    stderr: "bird-sentinel: warning: no rule 'plian' is known to the configuration; did you mean 'plain'?\n",
  });
});

describe('an empty id, as a script leaves it', () => {
  test.each([
    ['alerts', 'show'],
    ['alerts', 'why'],
    ['alerts', 'ack'],
    ['alerts', 'resolve'],
    ['silences', 'expire'],
  ])('is no id for %s %s', async (...command) => {
    for (const id of ['', '#', ' ']) {
      const { code, stderr } = await run(at.args(...command, id));
      expect(code, stderr).toBe(2);
      expect(stderr).toContain('It must hold an id or its beginning.');
    }
  });
});
