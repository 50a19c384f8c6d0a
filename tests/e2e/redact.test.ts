import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { type HttpPeer, startHttpPeer } from './http-peer.ts';
import { run, type Site, site } from './program.ts';

let at: Site;
let hook: HttpPeer;
beforeEach(async () => {
  at = site();
  hook = await startHttpPeer();
});
afterEach(async () => {
  await hook.stop();
  at.remove();
});

const line =
  'Nov 20 10:00:06 web1 app: login user=robert password=hunter22 from 203.0.113.9 via https://u:s3cret@proxy/';

test(
  'secrets leave the machine by no channel, and stay in what is kept here',
  { timeout: 120_000 },
  async () => {
    at.configure(`
sources: { app: { file: ${at.path('app.log')}, start: beginning } }
rules: [{ id: login, match: 'login user=(?<user>\\w+) password=(?<pw>\\w+)', key: [pw], alert: { severity: critical, title: 'login of {{ user }} with {{ pw }}' } }]
redact: [secrets, addresses]
channels:
  usual: { webhook: { url: '${hook.url}/usual' } }
  names: { webhook: { url: '${hook.url}/names' }, redact: [names] }
  whole: { webhook: { url: '${hook.url}/whole' }, redact: off }
  board: { file: { file: ${at.path('board')} } }
  careful: { file: { file: ${at.path('careful')} }, redact: secrets }
routes: [{ when: {}, to: [usual, names, whole, board, careful] }]
`);
    writeFileSync(at.path('app.log'), `${line}\n`);
    const ended = await run(at.args('run', '--once'));
    expect(ended.stderr).not.toMatch(/hunter22|s3cret/);
    await eventually(() => hook.arrivals.length === 3, 'three messages', 60_000);
    const bodies = new Map(hook.arrivals.map(({ path, body }) => [path.split('/').at(-1), body]));

    const usual = bodies.get('usual') ?? '';
    expect(usual).not.toMatch(/hunter22|s3cret|203\.0\.113\.9/);
    expect(JSON.parse(usual)).toMatchObject({
      title: 'login of robert with [secret]',
      line: 'Nov 20 10:00:06 web1 app: login user=robert password=[secret] from [address] via https://u:[secret]@proxy/',
      key: ['[secret]'],
      groups: { user: 'robert', pw: '[secret]' },
      redacted: { secrets: 2, addresses: 1 },
    });
    const names = bodies.get('names') ?? '';
    expect(names).toContain('hunter22');
    expect(names).not.toContain('robert');
    const whole = bodies.get('whole') ?? '';
    expect(JSON.parse(whole)).toMatchObject({ line, title: 'login of robert with hunter22' });
    expect(whole).not.toContain('redacted');

    expect(readFileSync(at.path('board'), 'utf8')).toContain(line);
    const careful = readFileSync(at.path('careful'), 'utf8');
    expect(careful).toMatch(/\(2 secrets redacted\)/);
    expect(careful).not.toMatch(/hunter22|s3cret/);

    const [alert] = await at.json('alerts', 'list');
    const shown = await run(at.args('alerts', 'show', String(alert?.['id'])));
    expect(shown.stdout).toContain(line);
  },
);

test('send --dry-run shows what would be sent', { timeout: 60_000 }, async () => {
  at.configure(`channels: { usual: { webhook: { url: '${hook.url}' } }, here: { screen: {} } }`);
  const shown = await run(at.args('send', '--dry-run', '--to', 'usual', '--to', 'here', 'the token=abcdef0'));
  expect(shown.stdout).toMatch(/by usual[^]*the token=\[secret\][^]*\(1 secret redacted\)/);
  expect(shown.stdout).toMatch(/by here[^]*the token=abcdef0/);
});

test('check says what redact cannot be', { timeout: 60_000 }, async () => {
  at.configure('redact: [passwords]\nchannels: { here: { screen: {}, redact: on } }');
  const { code, stdout, stderr } = await run(at.args('check'));
  expect(code).not.toBe(0);
  expect(stdout + stderr).toMatch(
    /1:10: error: redact\[0\]: must be secrets, addresses or names[^]*channels\.here\.redact: must be off, secrets or a list/,
  );
});
