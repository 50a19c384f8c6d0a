import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const programs = { tinyproxy: '/usr/bin/tinyproxy', squid: '/usr/sbin/squid' } as const;

/** Proxies from Debian that tunnel by CONNECT for who knows the password. */
export type ProxyName = keyof typeof programs;

export interface ProxyUser {
  readonly user: string;
  readonly password: string;
}

/** A proxy that runs. */
export interface ProxyPeer {
  readonly port: number;
  /** A 0600 file that holds the password alone. */
  readonly passwordFile: string;
  /** What it wrote of the requests it saw. */
  log(): string;
  stop(): Promise<void>;
}

/** Why it cannot run here, or undefined. */
export const whyNoProxy = (program: ProxyName): string | undefined =>
  existsSync(programs[program]) ? undefined : `${program} is not installed`;

/** Starts one on a free port of loopback. */
export async function startProxy(program: ProxyName, access: ProxyUser): Promise<ProxyPeer> {
  const dir = mkdtempSync(join(tmpdir(), `${program}-`));
  chmodSync(dir, 0o777);
  const port = await freePort();
  const config = join(dir, 'proxy.conf');
  const passwordFile = join(dir, 'password');
  writeFileSync(passwordFile, `${access.password}\n`, { mode: 0o600 });
  writeFileSync(config, configurations[program](dir, port, access));
  const args = program === 'tinyproxy' ? ['-d', '-c', config] : ['-N', '-f', config];
  const child = spawn(programs[program], args, { stdio: 'ignore' });
  await eventually(() => answers(port), program);
  return {
    port,
    passwordFile,
    log: () => readFileSync(join(dir, 'access.log'), 'utf8'),
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => {
          rmSync(dir, { recursive: true, force: true });
          resolve();
        });
        child.kill('SIGKILL');
      }),
  };
}

const configurations: {
  readonly [program in ProxyName]: (dir: string, port: number, access: ProxyUser) => string;
} = {
  tinyproxy: (dir, port, { user, password }) => `Port ${port}
Listen 127.0.0.1
LogFile "${dir}/access.log"
LogLevel Connect
Allow 127.0.0.1
BasicAuth ${user} ${password}
`,
  squid(dir, port, { user, password }) {
    const users = join(dir, 'users');
    const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], {
      input: password,
      encoding: 'utf8',
    });
    writeFileSync(users, `${user}:${hash}`, { mode: 0o644 });
    return `http_port 127.0.0.1:${port}
auth_param basic program /usr/lib/squid/basic_ncsa_auth ${users}
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
cache deny all
access_log stdio:${dir}/access.log
cache_log /dev/null
pid_filename ${dir}/squid.pid
coredump_dir ${dir}
`;
  },
};

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

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
