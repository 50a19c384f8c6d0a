import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shippedPacks } from '../../src/config/packs.ts';
import { proposalText, readWay } from '../../src/install/proposal.ts';
import { knownPacks, survey, type FoundLog, type Machine } from '../../src/install/survey.ts';
import { configOf } from '../contracts/config-texts.ts';
import { run, type Ended } from './program.ts';
import { lacksTerminal, openTerminal } from './terminal.ts';

const machine = (there: readonly string[], sources = ['file', 'journal']): Machine => ({
  isThere: (path) => there.includes(path),
  canRead: (path) => there.includes(path) && !path.endsWith('auth.log'),
  hasSource: (kind) => sources.includes(kind),
});

describe('what a machine has', () => {
  test('every shipped pack is proposed somewhere', () => {
    expect(knownPacks.toSorted()).toEqual(shippedPacks.names.toSorted());
  });

  test('Debian with rsyslog: the kernel is heard once, by syslog', () => {
    const { logs, packs } = survey(
      machine([
        '/var/log/auth.log',
        '/var/log/syslog',
        '/var/log/kern.log',
        '/usr/sbin/sshd',
        '/var/log/journal',
      ]),
    );
    expect(logs.map(({ name }) => name)).toEqual(['auth', 'syslog']);
    expect(logs.map(({ isReadable }) => isReadable)).toEqual([false, true]);
    expect(packs).toContain('sshd');
    expect(packs).not.toContain('nginx');
  });

  test('Debian without rsyslog: the journal, and what nginx writes by itself', () => {
    const there = ['/var/log/journal', '/var/log/nginx/error.log'];
    expect(survey(machine(there)).logs.map(({ name }) => name)).toEqual(['journal', 'nginx']);
    expect(survey(machine(there, ['file'])).logs.map(({ name }) => name)).toEqual(['nginx']);
  });

  test('Red Hat', () => {
    const { logs } = survey(machine(['/var/log/secure', '/var/log/messages', '/var/log/maillog']));
    expect(logs.map(({ path }) => path)).toEqual([
      '/var/log/secure',
      '/var/log/messages',
      '/var/log/maillog',
    ]);
  });
});

describe('what is written', () => {
  const logs: readonly FoundLog[] = [
    { name: 'auth', source: 'file', path: "/var/log/it's.log", isReadable: true },
  ];
  const ways = [
    ['none', '', 'file', undefined],
    ['x-dm', 'night_admin', 'x-dm', { account: 'bot', to: '@night_admin' }],
    ['x-dm', '', 'x-dm', { to: '@me' }],
    ['email', 'ops@example.org', 'email', { to: ['ops@example.org'], server: 'smtp://localhost' }],
    ['email', 'ops@example.org smtps://mx', 'email', { server: 'smtps://mx' }],
    ['webhook', 'https://example.org/?a=b#c', 'webhook', { url: 'https://example.org/?a=b#c' }],
    ['exec', "/usr/bin/page it's: # {}", 'exec', { command: ['/usr/bin/page', "it's:", '#', '{}'] }],
  ] as const;
  test.each(ways)('loads, tells by %s %s', async (by, where, kind, options) => {
    const read = readWay(by, where, 'a@b');
    if (!read.ok) throw new Error('it is a way');
    const way = read.way === undefined ? {} : { way: read.way };
    const text = proposalText({ logs, packs: knownPacks, ...way, alertLog: '/var/log/alerts.log' });
    const config = await configOf(text, {});
    expect(config.channels[0]?.kind.kind).toBe(kind);
    if (options !== undefined) expect(config.channels[0]?.options).toMatchObject(options);
    expect(config.channels.at(-1)?.kind.kind).toBe('file');
    expect(config.program.rules.length).toBeGreaterThan(100);
    expect(config.routes.at(-1)?.to).toContain('admin');
  });

  test('the journal, where there are no files', async () => {
    const journal = {
      name: 'journal',
      source: 'journal',
      path: '/var/log/journal',
      isReadable: true,
    } as const;
    const config = await configOf(proposalText({ logs: [journal], packs: ['sshd'] }), {});
    expect(config.sources.map(({ kind }) => kind.kind)).toEqual(['journal']);
    expect(config.channels.map(({ kind }) => kind.kind)).toEqual(['screen']);
  });

  test.each([
    ['email', ''],
    ['pigeon', 'coop'],
    ['constructor', 'x'],
    ['webhook', 'https://x\n- y'],
  ])('no way: %s %j', (by, where) => {
    expect(readWay(by, where, 'a@b')).toEqual({ ok: false });
  });
});

describe('init', () => {
  let dir = '';
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'init-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const init = (args: readonly string[], input = ''): Promise<Ended> =>
    run(['-c', join(dir, 'etc'), '--state', join(dir, 'state'), 'init', ...args], { input });
  const file = (): string => join(dir, 'etc/sentinel.yaml');
  /** Whether this machine has anything to watch. */
  const hasLogs =
    survey({ isThere: existsSync, canRead: () => true, hasSource: (kind) => kind === 'file' }).logs.length >
    0;

  test('--yes writes a configuration that is right, tries it, and never writes over one', async ({
    skip,
  }) => {
    skip(!hasLogs, 'this machine has none of the logs that init knows');
    const page = join(dir, 'paged');
    const { code, stdout, stderr } = await init(['--yes', `--tell`, `exec=/usr/bin/tee ${page}`]);
    expect(stderr.replaceAll(/.*may not be read by.*\n/g, '')).toBe('');
    expect(stdout).toContain(`wrote ${file()}`);
    expect(stdout).toContain('admin: sent by phone');
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(page, 'utf8'))).toMatchObject({ severity: 'warning' });
    expect(statSync(file()).mode & 0o007).toBe(0);
    const before = readFileSync(file(), 'utf8');
    const again = await init(['--yes']);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('is there already');
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  test('asks, and takes what is answered', async ({ skip }) => {
    skip(!hasLogs, 'this machine has none of the logs that init knows');
    const { code, stdout } = await init(['--no-drill'], '\nsshd, su\nwebhook\nhttps://example.org/hook\n');
    expect(stdout).toContain('next: ');
    expect(code).toBe(0);
    const text = readFileSync(file(), 'utf8');
    expect(text).toContain("webhook: { url: 'https://example.org/hook' }");
    expect([...text.matchAll(/^ {2}- \{ pack: (\S+) \}/gm)].map(([, name]) => name)).toEqual(['sshd', 'su']);
  });

  test.each([
    ['a pack that is not there', '\npigeons\n', 'not among them: pigeons'],
    ['a way that is none', '\n\npigeon\n', 'that is no way'],
    ['the end of the input', '\n', 'nothing was written (--yes asks nothing)'],
  ])('%s: writes nothing', async (_, input, words) => {
    if (!hasLogs) return;
    const { code, stderr } = await init([], input);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
    expect(existsSync(file())).toBe(false);
  });

  test('asks a person again', async ({ skip }) => {
    skip(!hasLogs, 'this machine has none of the logs that init knows');
    skip(lacksTerminal !== undefined, lacksTerminal);
    const terminal = openTerminal([
      '-c',
      join(dir, 'etc'),
      '--state',
      join(dir, 'state'),
      'init',
      '--no-drill',
    ]);
    const says = (words: string, times = 1) =>
      terminal.until(({ raw }) => raw.split(words).length > times, `"${words}", ${times}`);
    try {
      await says('name those to take: ');
      await terminal.order({ keys: '\r' });
      await says('name those to take: ', 2);
      await terminal.order({ keys: 'all\r' });
      await says('not among them: all');
      await says('name those to take: ', 3);
      await terminal.order({ keys: 'sshd\r' });
      await says('How shall it tell you?');
      await terminal.order({ keys: 'pigeon\r' });
      await says('that is no way');
      await says('How shall it tell you?', 2);
      await terminal.order({ keys: 'none\r' });
      const { code } = await terminal.until((shown) => shown.code !== null, 'the end');
      expect(code).toBe(0);
      expect(readFileSync(file(), 'utf8')).toContain('{ pack: sshd }');
    } finally {
      await terminal.end();
    }
  });

  test('a file that cannot be written is said', async () => {
    writeFileSync(join(dir, 'etc'), '');
    const { code, stderr } = await init(['--yes']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be written|no log that is known/);
  });
});
