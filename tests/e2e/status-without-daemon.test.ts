import { appendFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { run, site, type Site } from './program.ts';

let at: Site;
/** Nine hours before UTC’s clocks; POSIX counts the other way round. */
const inJapan = { TZ: 'Etc/GMT-9' };

const config = (): string => `
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules:
  - { id: disk, match: 'disk (?<name>\\w+)', key: [name], alert: {} }
  - { id: often, match: 'often', count: { reach: 3, within: 5m }, alert: { severity: critical } }
  - { id: broken, match: 'broken', alert: {} }
channels:
  book: { file: { file: ${at.path('book.log')} } }
  bad: { exec: { command: [/bin/false] } }
receivers: { me: { channels: [book] }, lost: { channels: [bad] } }
budgets: { book: { per-day: 3, price: 0.5 } }
routes: [{ when: { rule: broken }, to: lost }, { to: me }]
`;

beforeEach(() => {
  at = site();
  writeFileSync(at.path('app.log'), '');
  at.configure(config());
});
afterEach(() => at.remove());

/** What a status says that does not depend on when it is asked: a spent budget ends now, whenever that is. */
const facts = (status: Record<string, unknown> | undefined): unknown => {
  const { rules, receivers, channels, silences, breaches } = status ?? {};
  const all = { rules, receivers, channels, silences, breaches };
  return JSON.parse(JSON.stringify(all, (name, value: unknown) => (name === 'endsAt' ? undefined : value)));
};

test('status tells from the ledger what a daemon told that was killed', async () => {
  const daemon = await at.daemon();
  const lines = [
    'disk sda',
    'often',
    'often',
    'often',
    'broken',
    'nothing',
    'disk sdb',
    'disk sdc',
    'disk sdd',
  ];
  appendFileSync(at.path('app.log'), lines.map((line) => `${line}\n`).join(''));
  let before: Record<string, unknown> | undefined;
  await eventually(async () => {
    [before] = await at.json('status');
    const text = JSON.stringify(before);
    return text.includes('"undelivered":1') && text.includes('"used":3') && !text.includes('"underWay":1');
  }, 'all but what the budget keeps back');
  await daemon.kill('SIGKILL');

  const [kept] = await at.json('status');
  expect(kept).toMatchObject({ version: 1, running: false, silences: 0, breaches: [] });
  expect(facts(kept)).toEqual(facts(before));
  const { code, stdout } = await run(at.args('status'));
  expect(code).toBe(1);
  const text = stdout.split('\n');
  expect(text[0]).toBe('no daemon runs; this is what the ledger knows');
  expect(text).toContain('  often   3 = 1 + 2');
  expect(text).toContain('  lost  broken  1 = 0 + 0 + 0 + 0 + 0 + 1');
  expect(text).toContain('    3 of 3 in 1d: spent');
  expect(text.find((line) => line.startsWith('  book (file): '))).toMatch(
    /its budget is spent until .*, \$1\.50 in 24 hours$/,
  );
  expect(text).toContain('  1 message(s) given up: see alerts list --undelivered');

  at.configure('channels: { book: { file: {} }, }\nrules: 7\n');
  const broken = await run(at.args('status'));
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain(
    'the configuration cannot be used: rules and budgets are left out (see check)',
  );
  expect(broken.stdout).toContain('  lost  broken  1 = 0 + 0 + 0 + 0 + 0 + 1\n');
});

test('status says that there is no ledger', async () => {
  const { code, stderr } = await run(at.args('status'));
  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/no daemon runs, and there is no ledger at [^:]+: nothing has run with this/),
  ]);
});

test('the times of a status are those of this machine’s clocks', async () => {
  const daemon = await at.daemon();
  const [told] = await at.json('status');
  const { stdout } = await run(at.args('status'), { env: inJapan });
  await daemon.kill('SIGTERM');
  const inTokyo = new Date(Date.parse(String(told?.['startedAt'])) + 9 * 3_600_000).toISOString();
  expect(stdout).toContain(`running since ${inTokyo.slice(11, 16)}, process`);
  expect(stdout.split('\n')[1]).toBe('times of Etc/GMT-9');
});

test('the times of alerts and silences are those of this machine’s clocks too, and JSON’s are not', async () => {
  await run(at.args('silences', 'add', 'rule=often', '--for', '2h', '--comment', 'moving'));
  appendFileSync(at.path('app.log'), 'disk sda\ndisk sdb\ndisk sdc\ndisk sdd\n');
  await run(at.args('run', '--once'), { env: inJapan });
  const shown = async (...args: readonly string[]): Promise<string> =>
    (await run(at.args(...args), { env: inJapan })).stdout;
  const inTokyo = (ms: unknown): string =>
    new Date(Number(ms) + 9 * 3_600_000).toISOString().slice(0, -1).replace('T', ' ');

  const [newest] = await at.json('alerts', 'list');
  const id = String(newest?.['id']);
  const list = (await shown('alerts', 'list')).split('\n');
  expect(list[0]).toBe('times of Etc/GMT-9');
  expect(list[1]).toMatch(new RegExp(`^${id}  ${inTokyo(newest?.['firstAt'])}  warning  \\w+  1x`));

  const [raised] = await at.json('alerts', 'why', id);
  const why = await shown('alerts', 'why', id);
  expect(why).toMatch(/^times of Etc\/GMT-9\n/);
  expect(why).toContain(`\n${inTokyo(raised?.['at'])}  raised `);
  const show = await shown('alerts', 'show', id);
  expect(show).toMatch(/^times of Etc\/GMT-9\n/);
  expect(show).toContain(inTokyo(newest?.['firstAt']));

  const [silence] = await at.json('silences', 'list');
  const silences = await shown('silences', 'list');
  expect(silences).toMatch(/^times of Etc\/GMT-9\n/);
  expect(silences).toContain(`until ${inTokyo(silence?.['endsAt'])}  `);
  expect(await shown('silences', 'add', 'rule=x', '--for', '1h', '--comment', 'y')).toMatch(
    /^\S+ until [\d-]+ [\d:.]+ \(times of Etc\/GMT-9\)\n$/,
  );
  for (const text of [list.join('\n'), why, show, silences]) expect(text).not.toMatch(/T[\d:.]+Z/);
});
