import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A real NSCA daemon. */
export interface NscaPeer {
  readonly port: number;
  /** A file of mode 0600 with the daemon's password. */
  readonly passwordFile: string;
  /** What it wrote for Nagios so far, without the time stamps. */
  commands(): readonly string[];
  /** The same result by Debian's own client; its exit code. */
  sendNsca(fields: readonly string[], options?: readonly string[]): number | null;
  stop(): Promise<void>;
}

export interface NscaSettings {
  readonly method: number;
  readonly password: string;
  /** `daemon` forks for every connection, `single` does not. */
  readonly mode?: 'daemon' | 'single';
  /** A FIFO of Nagios; absent: a plain file, which `commands` reads. */
  readonly commandFile?: string;
}

const daemon = '/usr/sbin/nsca';
const client = '/usr/sbin/send_nsca';

/** Why the peer cannot be had here, or undefined. */
export function whyNoNsca(): string | undefined {
  const missing = [daemon, client].filter((file) => !existsSync(file));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(' ')}`;
}

/** Starts a daemon on loopback. */
export async function startNsca({ method, password, mode, commandFile }: NscaSettings): Promise<NscaPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'nsca-'));
  const port = await freePort();
  const passwordFile = join(dir, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const written = commandFile ?? join(dir, 'nsca.cmd');
  if (commandFile === undefined) writeFileSync(written, '');
  const config = join(dir, 'nsca.cfg');
  writeFileSync(
    config,
    `server_address=127.0.0.1
server_port=${port}
nsca_user=root
nsca_group=root
pid_file=${dir}/own.pid
debug=1
command_file=${written}
alternate_dump_file=${dir}/dump
append_to_file=${commandFile === undefined ? 1 : 0}
aggregate_writes=0
max_packet_age=30
password=${password}
decryption_method=${method}
`,
  );
  const sendConfig = join(dir, 'send_nsca.cfg');
  writeFileSync(sendConfig, `password=${password}\nencryption_method=${method}\n`);
  const child = spawn(daemon, ['-f', '-c', config, `--${mode ?? 'single'}`], {
    stdio: 'ignore',
    detached: true,
  });
  await eventually(() => listens(port), 'nsca');
  return {
    port,
    passwordFile,
    commands: () =>
      readFileSync(written, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => line.replace(/^\[\d+\] /, '')),
    sendNsca: (fields, options = []) =>
      spawnSync(client, ['-H', '127.0.0.1', '-p', String(port), '-c', sendConfig, ...options], {
        input: `${fields.join('\t')}\n`,
      }).status,
    async stop() {
      await end(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The daemon and what it forked. */
function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return Promise.resolve();
  const { pid } = child;
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    process.kill(-pid, 'SIGKILL');
  });
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

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const say = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    // A daemon without forks serves one after the other: it must be done with this one.
    socket.once('data', () => say(true));
    socket.once('error', () => say(false));
    socket.once('close', () => resolve(false));
  });
}
