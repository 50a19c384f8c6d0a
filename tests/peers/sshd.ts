import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A real sshd whose words a real rsyslog writes to a real file. */
export interface SshdPeer {
  /** What rsyslog writes. */
  readonly log: string;
  /** A login with a wrong password; settles when ssh has given up. */
  failedLogin(user: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why the peer cannot be had here, or undefined. */
export function whyNoSshd(): string | undefined {
  if (process.getuid?.() !== 0) return 'sshd and /dev/log need root';
  const missing = ['/usr/sbin/sshd', '/usr/sbin/rsyslogd', '/usr/bin/ssh'].filter(
    (file) => !existsSync(file),
  );
  if (missing.length > 0) return `not installed: ${missing.join(' ')}`;
  return existsSync('/dev/log') ? '/dev/log belongs to this machine' : undefined;
}

/** Starts rsyslog, then sshd on loopback, with their own folder, keys and configuration. */
export async function startSshd(): Promise<SshdPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'sshd-'));
  chmodSync(dir, 0o755);
  const socket = join(dir, 'log.sock');
  const log = join(dir, 'auth.log');
  const port = await freePort();
  const rsyslog = startRsyslog(dir, socket, log);
  await eventually(() => existsSync(socket), 'the socket of rsyslog');
  symlinkSync(socket, '/dev/log');
  const sshd = startDaemon(dir, port);
  await eventually(() => listens(port), 'sshd');
  const askpass = join(dir, 'askpass');
  writeFileSync(askpass, '#!/bin/sh\necho wrong\n', { mode: 0o755 });
  return {
    log,
    failedLogin: (user) => login(user, port, askpass),
    async stop() {
      await Promise.all([end(sshd), end(rsyslog)]);
      unlinkSync('/dev/log');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function startRsyslog(dir: string, socket: string, log: string): ChildProcess {
  mkdirSync(join(dir, 'work'));
  const config = join(dir, 'rsyslog.conf');
  writeFileSync(
    config,
    `global(workDirectory="${dir}/work" net.enableDNS="off" localHostname="web1")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${socket}" RateLimit.Interval="0")
action(type="omfile" file="${log}" fileCreateMode="0640" template="RSYSLOG_TraditionalFileFormat")
`,
  );
  return spawn('/usr/sbin/rsyslogd', ['-n', '-iNONE', '-f', config], { stdio: 'ignore' });
}

function startDaemon(dir: string, port: number): ChildProcess {
  mkdirSync('/run/sshd', { recursive: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'host')]);
  const config = join(dir, 'sshd_config');
  writeFileSync(
    config,
    `Port ${port}
ListenAddress 127.0.0.1
HostKey ${dir}/host
PidFile none
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
SyslogFacility AUTH
`,
  );
  return spawn('/usr/sbin/sshd', ['-D', '-f', config], { stdio: 'ignore' });
}

function login(user: string, port: number, askpass: string): Promise<void> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'NumberOfPasswordPrompts=1'];
  const ssh = spawn(
    'ssh',
    [
      ...options.flatMap((option) => ['-o', option]),
      '-o',
      'PubkeyAuthentication=no',
      '-p',
      String(port),
      `${user}@127.0.0.1`,
      'true',
    ],
    {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' },
    },
  );
  return new Promise((resolve) => ssh.once('close', () => resolve()));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function listens(port: number): boolean {
  try {
    execFileSync('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGTERM');
  });
}
