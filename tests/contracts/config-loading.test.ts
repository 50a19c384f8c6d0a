import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { registries } from '../../src/config/registries.ts';
import { onScreenOnly, watchConfig } from '../../src/config/watch.ts';
import { configOf, portsOf, written } from './config-texts.ts';
import { match } from './rule-tests.ts';

const minute = 60_000;

test('an empty configuration has every default', async () => {
  const config = await configOf('');
  expect(config).toMatchObject({
    sources: [],
    program: { rules: [] },
    channels: [{ name: 'screen', kind: { kind: 'screen' } }],
    receivers: [{ name: 'screen', channels: ['screen'] }],
    routes: [],
    accounts: [],
    http: {},
    late: 10 * minute,
    zone: 'UTC',
    limits: {
      maxLine: 65_536,
      keysPerRule: 100_000,
      ledger: 2 ** 31,
      keep: 90 * 24 * 60 * minute,
      maxWaiting: 1000,
      giveUpAfter: 3 * 24 * 60 * minute,
    },
  });
});

test('sources keep their order, their format, and paths relative to their file', async () => {
  const config = await configOf('', {});
  expect(config.sources).toEqual([]);
  const loaded = await loadConfig({
    files: ['/etc/b/c.yaml'],
    match,
    ports: portsOf({
      '/etc/b/c.yaml': 'sources: { z: { file: [a.log, /b.log], format: json }, a: { file: ../c.log } }',
    }),
  });
  if (!loaded.ok) throw new Error('does not load');
  const facts = loaded.value.sources.map(({ name, format, options }) => ({ name, format, options }));
  expect(facts).toMatchObject([
    { name: 'z', format: 'json', options: { paths: ['/etc/b/a.log', '/b.log'], start: 'end' } },
    { name: 'a', format: 'auto', options: { paths: ['/etc/c.log'] } },
  ]);
});

describe('who is told', () => {
  const channels = 'channels:\n  a: { screen: {} }\n  b: { exec: { command: [/bin/b] } }\n';
  const names = (config: Awaited<ReturnType<typeof configOf>>) => config.receivers.map(({ name }) => name);

  test('beside receivers that have a name every channel is one for who names it', async () => {
    const config = await configOf(
      `${channels}receivers: { me: { channels: [a, b], next-after: 5m } }\nroutes: [{ to: [me, b] }]`,
    );
    expect(config.receivers).toMatchObject([
      { name: 'me', channels: ['a', 'b'], nextAfter: 5 * minute },
      { name: 'a', channels: ['a'], nextAfter: 2 * minute, onlyByName: true },
      { name: 'b', channels: ['b'], nextAfter: 2 * minute, onlyByName: true },
    ]);
  });

  test('without receivers every channel is one', async () => {
    expect(names(await configOf(channels))).toEqual(['a', 'b']);
    expect((await configOf(channels)).receivers.some(({ onlyByName }) => onlyByName)).toBe(false);
  });

  test('routes keep their order; when is what alerting matches', async () => {
    const { routes } = await configOf(
      `${channels}routes:\n  - { when: { severity: [critical, warning], rule: 'x*', host: db1, port: 22 }, to: a, continue: true }\n  - { to: [b] }\nrules: [{ id: x1, match: y, alert: {} }]`,
    );
    expect(routes).toEqual([
      {
        when: { severity: ['critical', 'warning'], rule: ['x*'], fields: { host: ['db1'], port: ['22'] } },
        to: ['a'],
        continues: true,
      },
      { when: { fields: {} }, to: ['b'], continues: false },
    ]);
  });
});

describe('channels', () => {
  const x = 'accounts: { bot: { x: {} } }\nchannels: { p: { x-dm: { account: bot, to: "@me" } } }\n';
  const windows = (config: Awaited<ReturnType<typeof configOf>>) =>
    Object.fromEntries(
      config.channels[0]?.budgets.map(({ window, limit }) => [window / minute, limit]) ?? [],
    );

  test('have the limits of their service, and those of the user for the same windows instead', async () => {
    expect(windows(await configOf(x))).toEqual({ 15: 15, 1440: 1440 });
    expect(windows(await configOf(`${x}budgets: { p: { per-15m: 3, per-hour: 9 } }`))).toEqual({
      15: 3,
      60: 9,
      1440: 1440,
    });
  });

  test('tell "resolved" as their kind does, unless the user says otherwise', async () => {
    expect((await configOf(x)).channels[0]?.resolved).toBe(false);
    const told = x.replace('"@me" } }', '"@me" }, resolved: true }');
    expect((await configOf(told)).channels[0]?.resolved).toBe(true);
  });

  test('a kind without options needs none', async () => {
    expect((await configOf('channels: { s: { screen: } }')).channels).toMatchObject([{ name: 's' }]);
  });

  test('accounts know their API', async () => {
    const config = await configOf('accounts: { a: { x: {} }, b: { x: { api: "http://127.0.0.1:1" } } }');
    expect(config.accounts).toEqual([
      { name: 'a', api: 'https://api.x.com' },
      { name: 'b', api: 'http://127.0.0.1:1' },
    ]);
  });
});

test('the password of a proxy is given only when asked for, and never written', async () => {
  const { http } = await configOf('proxy: { https: "http://u@p:1", password-file: pw }', { pw: 'hush' });
  expect(http.proxy).toMatchObject({ url: 'http://u@p:1', noProxy: [] });
  expect(http.proxy?.password?.()).toBe('hush');
  expect(JSON.stringify(http)).not.toContain('hush');
});

test('an overlay changes a rule of a pack and may switch it off', async () => {
  const config = await configOf(
    'include: [{ pack: sshd }]\nrules:\n  - { id: sshd/brute-force, count: { reach: 9 }, alert: { severity: info } }\n  - { id: sshd/throttled, enabled: false }',
  );
  const ids = config.program.rules.map(({ id }) => id);
  const whole = (await configOf('include: [{ pack: sshd }]')).program.rules.map(({ id }) => id);
  expect(whole).toContain('sshd/throttled');
  expect(ids).toEqual(whole.filter((id) => id !== 'sshd/throttled'));
  const rule = config.program.rules.find(({ id }) => id === 'sshd/brute-force');
  expect(rule).toMatchObject({ options: { reach: 9, within: 10 * minute }, actions: [{ severity: 'info' }] });
  expect(rule?.actions[0]?.title).toContain('{{ ip }}');
});

test('a Config is the same every time it is loaded', async () => {
  const text = 'include: [{ pack: kernel }]\nrules: [{ id: r, match: x, alert: {} }]';
  expect(JSON.stringify(await configOf(text))).toBe(JSON.stringify(await configOf(text)));
});

describe('on a real disk', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bird-config-'));
    writeFileSync(join(folder, 'hook.key'), 'hush\n');
    const hook = 'channels: { h: { webhook: { url: "https://example.org/h", secret-file: hook.key } } }';
    writeFileSync(join(folder, 'sentinel.yaml'), hook);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('a secret is taken from a file of mode 0600 and refused from one that others can read', async () => {
    chmodSync(join(folder, 'hook.key'), 0o600);
    expect((await loadConfig({ files: [folder], match })).diagnostics).toEqual([]);
    chmodSync(join(folder, 'hook.key'), 0o640);
    const { diagnostics } = await loadConfig({ files: [folder], match });
    expect(diagnostics.map(({ code, line, column }) => ({ code, line, column }))).toEqual([
      { code: 'config.secret', line: 1, column: 72 },
    ]);
  });

  test('a file that is not there, and a folder in its place', async () => {
    const { diagnostics } = await loadConfig({ files: [join(folder, 'gone.yaml')], match });
    expect(diagnostics.map(written)).toEqual([
      `config.unreadable ${join(folder, 'gone.yaml')} does not exist`,
    ]);
  });

  test('a FIFO, a socket or a device is refused at once, by name or in a folder, and a link to a file read', async () => {
    const odd = mkdtempSync(join(tmpdir(), 'bird-config-'));
    const at = (name: string): string => join(odd, name);
    execFileSync('mkfifo', [at('fifo.yaml')]);
    symlinkSync('/dev/zero', at('zero.yaml'));
    symlinkSync(join(folder, 'sentinel.yaml'), at('sentinel.yaml'));
    const server = createServer().listen(at('socket.yaml'));
    await once(server, 'listening');
    const refused = (name: string): string =>
      `config.unreadable ${at(name)} is not a regular file (a FIFO, a socket or a device is not read as a configuration: write its text into a file)`;
    const told = async (file: string) =>
      (await loadConfig({ files: [file], match })).diagnostics.map(written);
    chmodSync(join(folder, 'hook.key'), 0o600);
    copyFileSync(join(folder, 'hook.key'), at('hook.key'));
    expect(await told(odd)).toEqual(['fifo.yaml', 'socket.yaml', 'zero.yaml'].map(refused));
    expect(await told(at('fifo.yaml'))).toEqual([refused('fifo.yaml')]);
    server.close();
    rmSync(odd, { recursive: true });
  });
});

describe('watch', () => {
  const watch = (options: Partial<Parameters<typeof watchConfig>[0]>) =>
    watchConfig({ files: ['/var/log/a.log'], match, ports: portsOf(files), zone: 'UTC', ...options });
  const files = {
    'r.yaml':
      'sources: { auth: { file: /x } }\nchannels: { t: { exec: { command: [/bin/t] } } }\nrules: [{ id: mine, from: [auth], match: y, alert: {} }]',
  };

  test('follows files and standard input, with the screen as the only channel', async () => {
    const watched = await watch({ files: ['/var/log/a.log', '-'] });
    expect(watched.diagnostics).toEqual([]);
    expect(watched.ok && watched.value.sources).toMatchObject([
      { name: 'files', kind: { kind: 'file' }, options: { paths: ['/var/log/a.log'], start: 'end' } },
      { name: 'stdin', kind: { kind: 'stdin' } },
    ]);
    expect(watched.ok && watched.value).toMatchObject({
      channels: [{ name: 'screen' }],
      receivers: [{ channels: ['screen'] }],
    });
  });

  test("reads the system's journal where it is asked to", async () => {
    const watched = await watch({ files: [], journal: true, once: true });
    expect(watched.ok && watched.value.sources).toMatchObject([
      { name: 'journal', kind: { kind: 'journal' }, options: { units: [], start: 'beginning' } },
    ]);
  });

  test('reads from the beginning when it is to stop at the end', async () => {
    const watched = await watch({ once: true });
    expect(watched.ok && watched.value.sources).toMatchObject([{ options: { start: 'beginning' } }]);
  });

  test('has the rules of the command line and of files in place of the packs, bound to no source', async () => {
    const watched = await watch({ rules: ['a b'], ruleFiles: ['r.yaml'] });
    expect(watched.diagnostics).toEqual([]);
    expect(watched.ok && watched.value.program.rules).toMatchObject([{ id: 'rule-1' }, { id: 'mine' }]);
    expect(watched.ok && watched.value.program.rules.every(({ from }) => from === undefined)).toBe(true);
    expect(watched.ok && watched.value.channels.map(({ kind }) => kind.kind)).toEqual(['screen']);
  });

  test('writes JSON just when the screen can', async () => {
    const screen = await registries.fallback.load();
    const watched = await watch({ json: true });
    expect(watched.ok).toBe(screen.options.safeParse({ json: true }).success);
    if (!watched.ok)
      expect(watched.diagnostics.map(written)).toEqual([
        'config.screen the screen cannot write alerts as JSON yet',
      ]);
  });

  test('tells mistakes of the command line without a place, those of files with theirs', async () => {
    const watched = await watch({ rules: ['(a'], ruleFiles: ['gone.yaml'] });
    expect(watched.ok).toBe(false);
    expect(watched.diagnostics.map(({ code, file }) => ({ code, file }))).toEqual([
      { code: 'config.unreadable', file: undefined },
      { code: 'pattern.syntax', file: undefined },
    ]);
  });
});

test('a dry run keeps who is told and replaces how', async () => {
  const config = await configOf(
    'channels: { t: { exec: { command: [/bin/t] }, resolved: false } }\nreceivers: { me: { channels: [t] } }',
  );
  const dry = await onScreenOnly(config);
  expect(dry.channels).toMatchObject([{ name: 't', kind: { kind: 'screen' }, budgets: [], resolved: false }]);
  expect(dry.receivers).toEqual(config.receivers);
});
