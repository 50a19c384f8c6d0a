import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAccounts } from '../../src/install/accounts.ts';
import { unitText } from '../../src/install/setup/unit.ts';
import { usualPlaces } from '../../src/install/setup/program.ts';
import { whyUnreachable } from '../../src/install/setup/program-place.ts';
import { startMachine, whyNoMachine, type Machine } from '../peers/machine.ts';
import { main, run } from './program.ts';

const isRoot = process.geteuid?.() === 0;
const hasProgram = (name: string): boolean => spawnSync('which', [name]).status === 0;

describe('setup below another root', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'setup-'));
    mkdirSync(join(root, 'etc'));
    for (const name of ['passwd', 'group', 'shadow', 'gshadow', 'login.defs'])
      if (existsSync(join('/etc', name))) copyFileSync(join('/etc', name), join(root, 'etc', name));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const setup = (...args: readonly string[]) => run(['setup', '--root', root, ...args]);
  const modeOf = (path: string): string => (statSync(join(root, path)).mode & 0o7777).toString(8);

  test('a user without a shell in the groups of the logs, directories with modes, once and again', async ({
    skip,
  }) => {
    skip(!isRoot, 'users are made by root');
    const first = await setup('--starter', 'systemd');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const user = readAccounts(root).user('bird-sentinel');
    const journal = readAccounts(root).groupId('systemd-journal');
    expect(user?.groups).toEqual(
      expect.arrayContaining([
        readAccounts(root).groupId('adm'),
        ...(journal === undefined ? [] : [journal]),
      ]),
    );
    expect(readFileSync(join(root, 'etc/passwd'), 'utf8')).toMatch(
      /^bird-sentinel:.*:\/usr\/sbin\/nologin$/m,
    );
    expect([modeOf('etc/bird-sentinel'), modeOf('etc/bird-sentinel/secrets')]).toEqual(['750', '700']);
    expect([modeOf('var/lib/bird-sentinel'), modeOf('var/log/bird-sentinel'), modeOf('var/lib')]).toEqual([
      '700',
      '750',
      '755',
    ]);
    expect(statSync(join(root, 'var/lib/bird-sentinel')).uid).toBe(user?.uid);
    const second = await setup('--starter', 'systemd');
    expect(second.code).toBe(0);
    expect(second.stdout.split('\n').filter((line) => line !== '' && !line.endsWith('(as it was)'))).toEqual(
      [],
    );
  });

  test('what root made before belongs to the user afterwards; a changed file is kept beside', async ({
    skip,
  }) => {
    skip(!isRoot, 'users are made by root');
    mkdirSync(join(root, 'var/lib/bird-sentinel'), { recursive: true });
    writeFileSync(join(root, 'var/lib/bird-sentinel/ledger.db'), '');
    mkdirSync(join(root, 'etc/bird-sentinel'));
    writeFileSync(join(root, 'etc/bird-sentinel/sentinel.yaml'), '', { mode: 0o600 });
    mkdirSync(join(root, 'etc/logrotate.d'));
    writeFileSync(join(root, 'etc/logrotate.d/bird-sentinel'), 'mine');
    expect((await setup('--starter', 'lsb')).code).toBe(0);
    const { uid, gid } = readAccounts(root).user('bird-sentinel') ?? {};
    const configuration = statSync(join(root, 'etc/bird-sentinel/sentinel.yaml'));
    expect([configuration.uid, configuration.gid, configuration.mode & 0o777]).toEqual([0, gid, 0o640]);
    expect(statSync(join(root, 'var/lib/bird-sentinel/ledger.db')).uid).toBe(uid);
    expect(readFileSync(join(root, 'etc/logrotate.d/bird-sentinel.~1~'), 'utf8')).toBe('mine');
    expect(spawnSync('sh', ['-n', join(root, 'etc/init.d/bird-sentinel')]).status).toBe(0);
    expect(modeOf('etc/init.d/bird-sentinel')).toBe('755');
    expect(existsSync(join(root, 'etc/systemd/system/bird-sentinel.service'))).toBe(false);
  });

  test('what is kept of a changed file is never written over, and nothing else reads it', async ({
    skip,
  }) => {
    skip(!isRoot, 'users are made by root');
    const own = join(root, 'etc/logrotate.d/bird-sentinel');
    mkdirSync(join(root, 'etc/logrotate.d'));
    for (const text of ['mine', 'of an older version']) {
      writeFileSync(own, text);
      expect((await setup('--starter', 'lsb')).code).toBe(0);
    }
    const kept = [1, 2].map((count) => readFileSync(`${own}.~${count}~`, 'utf8'));
    expect(kept).toEqual(['mine', 'of an older version']);
    skip(!hasProgram('logrotate'), 'logrotate is not installed');
    const log = join(root, 'app.log');
    writeFileSync(log, '');
    for (const path of [own, `${own}.~1~`]) writeFileSync(path, `${log} {\n  weekly\n}\n`, { mode: 0o644 });
    rmSync(`${own}.~2~`);
    writeFileSync(join(root, 'logrotate.conf'), `include ${join(root, 'etc/logrotate.d')}\n`, {
      mode: 0o644,
    });
    const rotated = spawnSync('logrotate', ['--debug', join(root, 'logrotate.conf')], { encoding: 'utf8' });
    expect(rotated.stderr).not.toContain('duplicate');
    expect(rotated.status).toBe(0);
  });

  test('--print does nothing and shows all; --uninstall leaves data', async ({ skip }) => {
    const printed = await setup('--print', '--starter', 'systemd');
    expect(printed.code).toBe(0);
    for (const words of ['ProtectSystem=strict', '# user bird-sentinel, without a shell', '# directory'])
      expect(printed.stdout).toContain(words);
    expect(existsSync(join(root, 'etc/systemd'))).toBe(false);
    expect((await setup('--uninstall', '--starter', 'systemd')).stdout).toBe('nothing is installed\n');
    skip(!isRoot, 'users are made by root');
    await setup('--starter', 'systemd');
    writeFileSync(join(root, 'etc/bird-sentinel/sentinel.yaml'), '');
    const unit = join(root, 'etc/systemd/system/bird-sentinel.service');
    const announced = await setup('--print', '--uninstall', '--starter', 'systemd');
    expect(announced.stdout).toContain(`# deleted ${unit}\n`);
    expect(announced.stdout).not.toMatch(/^# (?:file|user|directory)/m);
    expect(existsSync(unit)).toBe(true);
    const { code, stdout } = await setup('--uninstall', '--starter', 'systemd');
    expect(code).toBe(0);
    expect(stdout).toContain('left as they are: /etc/bird-sentinel');
    expect(existsSync(join(root, 'etc/systemd/system/bird-sentinel.service'))).toBe(false);
    expect(existsSync(join(root, 'etc/bird-sentinel/sentinel.yaml'))).toBe(true);
  });

  test('--package needs a place that is not the machine itself', async () => {
    const { code, stderr, stdout } = await run(['setup', '--package', '--print']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('--root');
  });

  test('--print works for those who may not look into the configuration', async ({ skip }) => {
    skip(!isRoot || !hasProgram('setpriv'), 'only root may become somebody else');
    mkdirSync(join(root, 'etc/bird-sentinel'), { mode: 0o700 });
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const mayRun = ['sh', '-c', 'test -x "$1" && test -r "$2"', 'sh', process.execPath, main];
    skip(spawnSync('setpriv', [...nobody, ...mayRun]).status !== 0, 'others may not read this checkout');
    const args = ['setup', '--print', '--root', root, '--starter', 'lsb', '--program', '/usr/bin/x'];
    chmodSync(root, 0o755);
    const { status, stderr, stdout } = spawnSync('setpriv', [...nobody, process.execPath, main, ...args], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('# directory');
  });

  test('a program in a home is refused', async () => {
    expect(whyUnreachable(['/usr/bin/node', '/opt/bird-sentinel/dist/cli/main.js'])).toBeUndefined();
    const { code, stderr } = await setup('--program', '/home/me/bin/bird-sentinel');
    expect(code).toBe(1);
    expect(stderr).toContain('install the program, and Node, for all users');
    // Without it npm links to the checkout, and the advice would lead back to here.
    expect(stderr).toContain('--install-links');
  });
});

describe('the unit', () => {
  let dir = '';
  const unit = (): string => join(dir, 'bird-sentinel.service');
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'unit-'));
    writeFileSync(unit(), unitText({ command: [process.execPath, '/usr/bin/env'], ...usualPlaces }));
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('systemd finds nothing wrong with it', ({ skip }) => {
    skip(!hasProgram('systemd-analyze'), 'systemd is not installed');
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit()], {
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  test('systemd calls its exposure OK', ({ skip }) => {
    skip(!hasProgram('systemd-analyze'), 'systemd is not installed');
    const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', unit()], {
      encoding: 'utf8',
    });
    const [, level = ''] = /Overall exposure level for bird-sentinel\.service: ([\d.]+)/.exec(stdout) ?? [];
    console.log(`unit: exposure ${level}`);
    expect(Number(level)).toBeLessThanOrEqual(2);
  });

  test('words that mean something to systemd are escaped', () => {
    const text = unitText({ command: ['/opt/a b/100%$x'], ...usualPlaces, state: '/srv/state' });
    expect(text).toContain('ExecStart="/opt/a b/100%%$$x" run');
    expect(text).toContain('ReadWritePaths=/srv/state');
  });
});

const sentinel = 'node /opt/bird-sentinel/dist/cli/main.js';
const rule =
  'sources: { app: { file: /var/log/app.log } }\\nrules: [{ id: boom, match: boom, alert: { title: "boom {{ line }}" } }]\\nchannels: { log: { file: { file: /var/log/bird-sentinel/alerts.log } } }\\n';
/** A configuration, and a log that adm may read and nobody else. */
const furnish = `
  touch /var/log/app.log; chown root:adm /var/log/app.log; chmod 640 /var/log/app.log
  printf '${rule}' > /etc/bird-sentinel/sentinel.yaml`;
const obstacleTo = (kind: 'systemd' | 'plain'): string | undefined =>
  whyNoMachine(kind) ?? whyUnreachable([process.execPath]);

describe('on a machine with systemd', () => {
  let machine: Machine | undefined;
  const obstacle = obstacleTo('systemd');
  beforeAll(async () => {
    if (obstacle === undefined) machine = await startMachine('systemd');
  });
  afterAll(() => machine?.stop());

  test('setup, start, alert, reload, watchdog, stop, uninstall', { timeout: 300_000 }, async ({ skip }) => {
    skip(obstacle !== undefined, obstacle);
    if (machine === undefined) return;
    const { run: on, until } = machine;
    const first = await on(`${sentinel} setup`);
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain('next: bird-sentinel init');
    expect((await on(furnish)).code).toBe(0);
    // Restarted with a short watchdog, to see it bite.
    await on(
      'mkdir -p /etc/systemd/system/bird-sentinel.service.d; printf "[Service]\\nWatchdogSec=6s\\nTimeoutAbortSec=2s\\nLoadCredential=mail.pw:/etc/bird-sentinel/secrets/mail.pw\\n" > /etc/systemd/system/bird-sentinel.service.d/test.conf; echo secret > /etc/bird-sentinel/secrets/mail.pw',
    );
    const again = await on(`${sentinel} setup`);
    expect(again.stderr, (await on('journalctl -u bird-sentinel --no-pager')).stdout).toBe('');
    expect(again.code).toBe(0);
    // Type=notify: a restart ends well only when READY=1 came.
    const show = async (property: string): Promise<string> =>
      (await on(`systemctl show bird-sentinel -p ${property} --value`)).stdout.trim();
    expect(await show('ActiveState')).toBe('active');
    const pid = await show('MainPID');
    expect((await on(`grep -E '^(Uid|CapEff|NoNewPrivs)' /proc/${pid}/status`)).stdout).toMatch(
      /CapEff:\s+0+\n.*NoNewPrivs:\s+1/s,
    );

    await on('echo "boom 1" >> /var/log/app.log');
    await until('grep -q "boom 1" /var/log/bird-sentinel/alerts.log', 'the alert');
    expect((await on('stat -c %U:%a /var/lib/bird-sentinel/ledger.db')).stdout.trim()).toBe(
      'bird-sentinel:600',
    );
    await until(
      'systemctl show bird-sentinel -p StatusText --value | grep -Eq "[0-9] lines? read"',
      'the watchdog to be fed',
    );

    await on("sed -i 's/match: boom/match: crash/' /etc/bird-sentinel/sentinel.yaml");
    expect(await on('systemctl reload bird-sentinel')).toMatchObject({ code: 0, stderr: '' });
    await on('echo "crash 2" >> /var/log/app.log');
    await until('grep -q "crash 2" /var/log/bird-sentinel/alerts.log', 'the alert of the changed rule');
    await on(
      "cp /etc/bird-sentinel/sentinel.yaml /root/; echo 'sources: 5' > /etc/bird-sentinel/sentinel.yaml",
    );
    expect((await on('systemctl reload bird-sentinel')).code).not.toBe(0);
    expect(await show('MainPID')).toBe(pid);
    await on('cp /root/sentinel.yaml /etc/bird-sentinel/');

    await on(`kill -STOP ${pid}`);
    await until(
      'test "$(systemctl show bird-sentinel -p NRestarts --value)" = 1',
      'systemd to start it anew',
    );
    await until('systemctl is-active -q bird-sentinel', 'the new one');
    await on('echo "crash 3" >> /var/log/app.log');
    await until('grep -q "crash 3" /var/log/bird-sentinel/alerts.log', 'the alert of the new one');
    expect((await on('grep -c "crash 2" /var/log/bird-sentinel/alerts.log')).stdout.trim()).toBe('1');

    expect((await on(`${sentinel} doctor`)).stdout).toMatch(/^ok +daemon: runs and answers$/m);
    expect((await on('systemctl stop bird-sentinel')).code).toBe(0);
    expect(await show('Result')).toBe('success');
    const gone = await on(`${sentinel} setup --uninstall`);
    expect(gone.stderr).toBe('');
    expect((await on('systemctl cat bird-sentinel')).code).not.toBe(0);
    expect((await on('test -e /var/lib/bird-sentinel/ledger.db')).code).toBe(0);
  });

  test('a wrong configuration is not started again and again', { timeout: 120_000 }, async ({ skip }) => {
    skip(obstacle !== undefined, obstacle);
    if (machine === undefined) return;
    const { run: on } = machine;
    await on("mkdir -p /etc/bird-sentinel; echo 'sources: 5' > /etc/bird-sentinel/sentinel.yaml");
    const { code, stderr } = await on(`${sentinel} setup`);
    expect(code).toBe(1);
    expect(stderr).toContain('systemctl restart');
    expect(
      (await on('systemctl show bird-sentinel -p ExecMainStatus -p NRestarts --value')).stdout
        .trim()
        .split('\n')
        .toSorted(),
    ).toEqual(['0', '78']);
  });
});

describe('on a machine without systemd', () => {
  let machine: Machine | undefined;
  const obstacle =
    obstacleTo('plain') ?? (hasProgram('start-stop-daemon') ? undefined : 'there is no start-stop-daemon');
  beforeAll(async () => {
    if (obstacle === undefined) machine = await startMachine('plain');
  });
  afterAll(() => machine?.stop());

  test('setup, start, alert, status, restart, stop, uninstall', { timeout: 300_000 }, async ({ skip }) => {
    skip(obstacle !== undefined, obstacle);
    if (machine === undefined) return;
    const { run: on, until } = machine;
    expect(await on(`${sentinel} setup`)).toMatchObject({ code: 0, stderr: '' });
    expect((await on('ls /etc/rc2.d')).stdout).toMatch(/S\d\dbird-sentinel/);
    const script = '/etc/init.d/bird-sentinel';
    await on("echo 'sources: 5' > /etc/bird-sentinel/sentinel.yaml");
    const refused = await on(`${script} start`);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('sentinel.yaml:1');
    expect((await on(furnish)).code).toBe(0);
    // A secret that belongs to the service, as it must; root would not take it for its own.
    await on(
      `cd /etc/bird-sentinel; install -o bird-sentinel -m 600 /dev/null hook.key; echo secret > hook.key
      sed -i 's/^channels: {/& hook: { webhook: { url: "https:\\/\\/127.0.0.1:1\\/", secret-file: hook.key } },/' sentinel.yaml`,
    );
    expect((await on('cat /etc/bird-sentinel/sentinel.yaml')).stdout).toContain('secret-file: hook.key');
    expect(await on(`${script} start`)).toMatchObject({ code: 0, stderr: '' });
    await until(`${sentinel} status`, 'the daemon');
    expect(await on(`${script} status`)).toMatchObject({ code: 0, stdout: 'bird-sentinel runs\n' });
    expect((await on('ps -o user= -p $(cat /run/bird-sentinel.pid)')).stdout.trim()).toMatch(/^bird-se/);
    await on('echo "boom 1" >> /var/log/app.log');
    await until('grep -q "boom 1" /var/log/bird-sentinel/alerts.log', 'the alert');
    expect(await on(`${script} restart`)).toMatchObject({ code: 0, stderr: '' });
    await until(`${sentinel} status`, 'the new daemon');
    expect((await on(`${script} reload`)).code).toBe(0);
    expect(await on(`${script} stop`)).toMatchObject({ code: 0, stderr: '' });
    expect((await on(`${script} status`)).code).toBe(3);
    expect((await on('grep -c "stopping" /var/log/bird-sentinel/daemon.log')).stdout.trim()).toBe('2');
    expect(await on(`${sentinel} setup --uninstall`)).toMatchObject({ code: 0, stderr: '' });
    expect((await on('ls /etc/rc2.d')).stdout).not.toContain('bird-sentinel');
  });
});
