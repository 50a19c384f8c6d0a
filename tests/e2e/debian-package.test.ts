import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMachine, whyNoMachine, type Machine } from '../peers/machine.ts';

const project = join(import.meta.dirname, '../..');
/** 2.5 MB measured, most of it SQLite and zod. */
const bytesAtMost = 4_000_000;

const hasProgram = (name: string): boolean => spawnSync('which', [name]).status === 0;
const noDpkg = hasProgram('dpkg-deb') ? undefined : 'this is no Debian: there is no dpkg-deb';

let dir = '';
let packagePath = '';
const build = (into: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const env = { ...process.env, DEBEMAIL: 'sentinel@debian.org' };
    const script = join(project, 'tools/debian-package.sh');
    execFile(script, [join(dir, into)], { cwd: project, env }, (error, stdout) =>
      error === null ? resolve(stdout.trim()) : reject(error),
    );
  });

beforeAll(async () => {
  if (noDpkg !== undefined) return;
  dir = mkdtempSync(join(tmpdir(), 'deb-'));
  packagePath = await build('first');
}, 300_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('holds the program, its pages and units, and nothing for developers', ({ skip }) => {
  skip(noDpkg !== undefined, noDpkg);
  const { stdout } = spawnSync('dpkg-deb', ['--contents', packagePath], { encoding: 'utf8' });
  for (const path of [
    './usr/bin/bird-sentinel',
    './usr/lib/bird-sentinel/packs/sshd.yaml',
    './lib/systemd/system/bird-sentinel.service',
    './etc/init.d/bird-sentinel',
    './usr/share/man/man1/bird-sentinel.1.gz',
    './usr/share/zsh/vendor-completions/_bird-sentinel',
  ])
    expect(stdout).toContain(` ${path}\n`);
  expect(stdout).not.toMatch(/\.map$|\.d\.ts$|darwin|win32|vitest|typescript/m);
  const bytes = statSync(packagePath).size;
  console.log(`Debian package: ${Math.round(bytes / 1000)} kB`);
  expect(bytes).toBeLessThan(bytesAtMost);
  const control = spawnSync('dpkg-deb', ['--field', packagePath, 'Depends'], { encoding: 'utf8' });
  expect(control.stdout).toContain('nodejs (>= 20.19)');
});

test('lintian finds nothing', { timeout: 300_000 }, ({ skip }) => {
  skip(noDpkg !== undefined, noDpkg);
  skip(process.env['FULL'] !== '1', 'lintian thinks long: only with FULL=1');
  skip(!hasProgram('lintian'), 'lintian is not installed');
  const { stdout } = spawnSync('lintian', ['--allow-root', packagePath], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

describe('on a machine with systemd', () => {
  let machine: Machine | undefined;
  const obstacle = noDpkg ?? whyNoMachine('systemd');
  beforeAll(async () => {
    if (obstacle === undefined) machine = await startMachine('systemd');
  });
  afterAll(() => machine?.stop());

  test('installed, started, upgraded, removed, purged', { timeout: 300_000 }, async ({ skip }) => {
    skip(obstacle !== undefined, obstacle);
    if (machine === undefined) return;
    const { run: on, until } = machine;
    await on('rm -f /usr/sbin/policy-rc.d; cat > /root/sentinel.deb', readFileSync(packagePath));
    // The Node of this machine may have come otherwise than as a package.
    const install = () => on('dpkg --force-depends --install /root/sentinel.deb');
    const installed = await install();
    expect(installed.code, installed.stderr).toBe(0);
    expect(await on('bird-sentinel --version')).toMatchObject({ code: 0, stderr: '' });
    expect((await on('id bird-sentinel')).stdout).toMatch(/\(adm\)/);
    expect((await on('stat -c %U:%G:%a /etc/bird-sentinel /var/lib/bird-sentinel')).stdout).toBe(
      'root:bird-sentinel:750\nbird-sentinel:bird-sentinel:700\n',
    );
    expect((await on('systemctl is-enabled bird-sentinel')).stdout.trim()).toBe('enabled');
    expect((await on('systemctl is-active bird-sentinel')).stdout.trim()).toBe('inactive');

    await on('touch /var/log/auth.log; chown root:adm /var/log/auth.log; chmod 640 /var/log/auth.log');
    const begun = await on('bird-sentinel init --yes --tell none');
    expect(begun.stderr).not.toContain('error');
    expect(begun.stdout).toContain('admin: sent by log');
    expect(
      (await on('systemctl start bird-sentinel')).code,
      (await on('journalctl -u bird-sentinel')).stdout,
    ).toBe(0);
    await on('echo "$(date \'+%b %e %T\') web1 root: bird_alert : one" >> /var/log/auth.log');
    await until(
      'grep -q "bird_alert : one\\|bird alert: one" /var/log/bird-sentinel/alerts.log',
      'the alert',
    );

    const before = (await on('systemctl show bird-sentinel -p MainPID --value')).stdout;
    const upgraded = await install();
    expect(upgraded.code, upgraded.stderr).toBe(0);
    expect((await on('systemctl is-active bird-sentinel')).stdout.trim()).toBe('active');
    expect((await on('systemctl show bird-sentinel -p MainPID --value')).stdout).not.toBe(before);

    expect(await on('dpkg --remove bird-sentinel')).toMatchObject({ code: 0, stderr: '' });
    expect((await on('systemctl is-active bird-sentinel')).stdout.trim()).toBe('inactive');
    expect((await on('ls /usr/bin/bird-sentinel /usr/lib/bird-sentinel')).stdout).toBe('');
    expect(
      (await on('test -e /var/lib/bird-sentinel/ledger.db && test -e /etc/bird-sentinel/sentinel.yaml')).code,
    ).toBe(0);
    const purged = await on('dpkg --purge bird-sentinel');
    expect(purged.code, purged.stderr).toBe(0);
    const places =
      '/etc/bird-sentinel /var/lib/bird-sentinel /var/log/bird-sentinel /etc/init.d/bird-sentinel';
    expect((await on(`ls -d ${places}`)).stdout).toBe('');
  });
});

test('the same checkout gives the same bytes', { timeout: 300_000 }, async ({ skip }) => {
  skip(noDpkg !== undefined, noDpkg);
  skip(process.env['FULL'] !== '1', 'takes as long as making it: only with FULL=1');
  const digest = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  expect(digest(await build('second'))).toBe(digest(packagePath));
});
