import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAccounts, type Accounts, type UserAccount } from '../../src/install/accounts.ts';
import { checkClock } from '../../src/install/doctor/clock.ts';
import type { Bedside } from '../../src/install/doctor/finding.ts';
import { checkDisk, checkInotify, checkNode } from '../../src/install/doctor/machine.ts';
import {
  checkAuthorities,
  checkNames,
  checkProxy,
  proxyOf,
  serversOf,
} from '../../src/install/doctor/reach.ts';
import { checkLog, checkSecretFile, checkShared } from '../../src/install/doctor/readable.ts';
import { checkState } from '../../src/install/doctor/state.ts';
import { configOf } from '../contracts/config-texts.ts';
import { run, site, type Site } from './program.ts';

const noon = Date.parse('2026-03-01T12:00:00Z');
const bedside = (
  answers: { readonly [program: string]: string },
  files: { readonly [path: string]: string } = {},
): Bedside => ({
  ask: async (program) => answers[program],
  read: (path) => files[path],
  now: () => noon,
});
const date = (text: string) => async () => ({ host: 'api.x.com', date: text });
const silent = async () => undefined;

let dir = '';
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'doctor-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the clock', () => {
  const cases = [
    ['chrony in step', { chronyc: 'Leap status     : Normal\n' }, silent, 'ok', 'in step'],
    ['timesyncd in step', { timedatectl: 'yes\n' }, silent, 'ok', 'in step'],
    ['not kept, nobody to ask', { timedatectl: 'no\n' }, silent, 'bad', 'not kept in step'],
    ['chrony out of step', { chronyc: 'Leap status     : Not synchronised\n' }, silent, 'bad', 'not kept'],
    ['nothing known', {}, silent, 'note', 'nothing here says'],
    [
      'not kept, but right',
      { timedatectl: 'no\n' },
      date('Sun, 01 Mar 2026 12:00:05 GMT'),
      'note',
      '5 s behind api.x.com',
    ],
    ['wrong by six minutes', {}, date('Sun, 01 Mar 2026 11:54:00 GMT'), 'bad', '360 s ahead of api.x.com'],
    ['right', {}, date('Sun, 01 Mar 2026 12:00:00 GMT'), 'ok', '0 s'],
    ['a server that talks nonsense', {}, date('yesterday'), 'note', 'nothing here says'],
  ] as const;
  test.each(cases)('%s', async (_, answers, server, state, text) => {
    const finding = await checkClock(bedside(answers), server);
    expect(finding.state).toBe(state);
    expect(finding.text).toContain(text);
    expect(finding.todo === undefined).toBe(state === 'ok');
  });
});

describe('this machine', () => {
  test.each([
    ['20.20.2', 'ok'],
    ['20.18.0', 'bad'],
    ['18.20.0', 'bad'],
    ['24.0.0', 'ok'],
  ])('Node %s is %s', (version, state) => {
    expect(checkNode(version, '>=20.19').state).toBe(state);
  });

  test('inotify: the limits, and what is used of them', async () => {
    const files = (instances: number) => ({
      '/proc/sys/fs/inotify/max_user_instances': `${instances}\n`,
      '/proc/sys/fs/inotify/max_user_watches': '100000\n',
    });
    expect((await checkInotify(bedside({}, files(100_000)), process.geteuid?.() ?? 0)).state).toBe('ok');
    const tight = await checkInotify(bedside({}, files(0)), process.geteuid?.() ?? 0);
    expect(tight.state).toBe('note');
    expect(tight.todo).toContain('sysctl');
  });

  test('the disk of a directory that is not there yet', () => {
    expect(checkDisk(join(dir, 'a/b/c'), undefined)).toMatchObject({ state: 'ok' });
    expect(checkDisk(dir, 2 ** 60).text).toContain('the ledger may grow to');
  });
});

describe('logs', () => {
  const accounts: Accounts = {
    user: () => undefined,
    groupId: () => 4,
    groupName: (gid) => (gid === process.getegid?.() ? 'adm' : undefined),
  };
  const stranger: UserAccount = { name: 'bird-sentinel', uid: 54321, gid: 54321, groups: [54321] };
  const member = { ...stranger, groups: [54321, process.getegid?.() ?? 0] };
  const log = (mode: number): string => {
    const path = join(dir, 'auth.log');
    writeFileSync(path, '');
    chmodSync(dir, 0o755);
    chmodSync(path, mode);
    return path;
  };

  test('the group that helps is named', () => {
    const finding = checkLog(log(0o640), { user: stranger, isSelf: false }, accounts);
    expect(finding).toMatchObject({ state: 'bad' });
    expect(finding.todo).toContain('usermod --append --groups adm bird-sentinel');
    expect(checkLog(log(0o640), { user: member, isSelf: false }, accounts).state).toBe('ok');
    expect(checkLog(log(0o644), { user: stranger, isSelf: false }, accounts).state).toBe('ok');
  });

  test('where no group helps, an access list does', () => {
    const finding = checkLog(log(0o600), { user: member, isSelf: false }, accounts);
    expect(finding.todo).toContain('setfacl -m u:bird-sentinel:r');
  });

  test('a folder on the way is named', () => {
    const path = log(0o644);
    chmodSync(dir, 0o700);
    const finding = checkLog(path, { user: stranger, isSelf: false }, accounts);
    expect(finding.text).toContain(`${dir} has mode 0700`);
    expect(finding.todo).toContain(`u:bird-sentinel:x '${dir}'`);
  });

  test('one that is not there is only noted', () => {
    chmodSync(dir, 0o755);
    for (const isSelf of [true, false])
      expect(checkLog(join(dir, 'none.log'), { user: stranger, isSelf }, accounts).state).toBe('note');
  });

  test('a file of the configuration that only root can read is not the service’s', () => {
    const service = { user: stranger, isSelf: false };
    const closed = checkShared(log(0o600), service, accounts);
    expect(closed).toMatchObject({
      check: 'config',
      state: 'bad',
      text: expect.stringContaining('mode 0600'),
    });
    expect(closed?.todo).toContain('chgrp bird-sentinel');
    expect(checkShared(log(0o640), { user: member, isSelf: false }, accounts)).toBeUndefined();
    expect(checkShared(log(0o600), { user: stranger, isSelf: true }, accounts)).toBeUndefined();
  });

  test('a secret must be the service’s own, not only in its reach', () => {
    const own = { ...stranger, uid: process.geteuid?.() ?? 0 };
    expect(checkSecretFile(log(0o600), { user: own, isSelf: false }, dir)).toBeUndefined();
    const foreign = checkSecretFile(log(0o644), { user: stranger, isSelf: false }, dir);
    expect(foreign).toMatchObject({ check: 'secret', state: 'bad' });
    expect(foreign?.todo).toContain(`-m 700 ${dir}/secrets`);
    expect(checkSecretFile(join(dir, 'none'), { user: stranger, isSelf: false }, dir)).toBeUndefined();
  });

  test('root is known, with its groups', () => {
    const root = readAccounts().user('root');
    expect(root).toMatchObject({ uid: 0, gid: 0 });
    expect(readAccounts('/nonexistent').user('root')).toBeUndefined();
  });
});

describe('the state directory', () => {
  const me: UserAccount = { name: 'me', uid: process.geteuid?.() ?? 0, gid: 0, groups: [] };
  test('what others can see or write, and what belongs to somebody else', () => {
    const state = join(dir, 'state');
    expect(checkState(state, me)[0]?.state).toBe('ok');
    mkdirSync(state, { mode: 0o700 });
    writeFileSync(join(state, 'x-bot.json'), '', { mode: 0o600 });
    expect(checkState(state, me)).toMatchObject([{ state: 'ok' }]);
    chmodSync(join(state, 'x-bot.json'), 0o644);
    expect(checkState(state, me)).toMatchObject([{ state: 'bad', todo: `chmod go= ${state}/x-bot.json` }]);
    chmodSync(state, 0o777);
    expect(checkState(state, me)[0]).toMatchObject({ state: 'bad' });
    chmodSync(state, 0o700);
    const other = checkState(state, { ...me, uid: 54321, name: 'bird-sentinel' });
    expect(other.at(-1)?.todo).toBe(`chown -R bird-sentinel: ${state}`);
  });
});

describe('the way out', () => {
  const yaml = `
sources: { auth: { file: /var/log/auth.log } }
rules: [{ id: a, match: x, alert: {} }]
accounts: { bot: { x: { api: 'https://x.test' } } }
channels:
  hook: { webhook: { url: 'https://hook.test:8443/secret' } }
  mail: { email: { to: [a@b.test], from: c@d.test, server: 'smtps://mail.test' } }
`;
  test('the servers that a configuration names', async () => {
    const names = serversOf(await configOf(yaml, {})).map(({ host }) => host);
    expect(names.toSorted()).toEqual(['hook.test:8443', 'mail.test', 'x.test']);
  });

  test('behind a proxy its own name must be known, and those of mail servers', async () => {
    const servers = serversOf(await configOf(yaml, {}));
    const names = await checkNames(servers, new URL('http://localhost:3128'));
    expect(names.map(({ text }) => text.split(' ')[0])).toEqual(['mail.test', 'localhost']);
    expect(names.map(({ state }) => state)).toEqual(['bad', 'ok']);
    expect(proxyOf({}, { HTTPS_PROXY: 'http://u:p4ss@proxy.test:3128' })?.host).toBe('proxy.test:3128');
    expect(proxyOf({}, {})).toBeUndefined();
  });

  test('a proxy that answers, and one that does not', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect((await checkProxy(new URL(`http://u:p4ss@127.0.0.1:${port}`))).state).toBe('ok');
    await new Promise((resolve) => server.close(resolve));
    const gone = await checkProxy(new URL(`http://u:p4ss@127.0.0.1:${port}`));
    expect(gone).toMatchObject({
      state: 'bad',
      text: `127.0.0.1:${port} takes no connection (ECONNREFUSED)`,
    });
    expect(JSON.stringify(gone)).not.toContain('p4ss');
  });

  test('authorities that cannot be read, are none, or have ended', () => {
    const key = join(dir, 'key.pem');
    const pem = execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        key,
        '-subj',
        '/CN=ca',
        '-days',
        '1',
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const judge = (ca: string, now: number) => checkAuthorities({ ca }, {}, now)[0]?.state;
    expect(judge(pem, Date.now())).toBe('ok');
    expect(judge(pem, Date.now() + 3 * 86_400_000)).toBe('bad');
    expect(judge('nothing', Date.now())).toBe('bad');
    expect(checkAuthorities({}, { NODE_EXTRA_CA_CERTS: join(dir, 'no.pem') }, 0)[0]?.state).toBe('bad');
    expect(checkAuthorities({}, {}, 0)).toMatchObject([{ state: 'ok' }]);
  });
});

describe('doctor', () => {
  let at: Site;
  beforeAll(() => (at = site()));
  afterAll(() => at.remove());
  const clean = { NO_PROXY: '' };

  test('one line each, what to do behind what is wrong, exit 1', async () => {
    const log = at.path('a.log');
    writeFileSync(log, '');
    at.configure(`
sources: { a: { file: [${log}, ${at.path('none.log')}] } }
rules: [{ id: a, match: x, alert: {} }]
channels: { mail: { email: { to: [a@b.test], from: c@d.test, server: 'smtp://127.0.0.1:1' } } }
`);
    const { code, stdout, stderr } = await run(at.args('doctor'), { env: clean });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ok +node: version/m);
    expect(stdout).toMatch(/^ok +sqlite: works$/m);
    expect(stdout).toContain(`ok    log: ${log} can be read`);
    expect(stdout).toMatch(/^note +log: .*none\.log is not there/m);
    expect(stdout).toMatch(/^BAD +channel mail: .*ECONNREFUSED.*docs\/channels\.md/m);
    expect(code).toBe(1);
    const findings = await at.json('doctor');
    expect(findings.length).toBe(stdout.trimEnd().split('\n').length);
    expect(findings.filter(({ state }) => state === 'bad')).toMatchObject([{ check: 'channel mail' }]);
  });

  test('a configuration with mistakes is one finding; nothing wrong is exit 0', async () => {
    at.configure('sources: 5\n');
    const wrong = await run(at.args('doctor'), { env: clean });
    expect(wrong.stdout).toMatch(/^BAD +config: \d+ mistake/m);
    expect(wrong.code).toBe(1);
    at.configure(`sources: { a: { file: ${at.path('a.log')} } }\nrules: [{ id: a, match: x, alert: {} }]\n`);
    const right = await run(at.args('doctor', '-q'), { env: clean });
    expect(right.code, right.stdout).toBe(0);
  });
});
