import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A real program that runs in the foreground, in a folder of its own that `stop` takes away. */
export interface RealDaemon {
  readonly dir: string;
  readonly pid: number;
  /** All it wrote to standard output and standard error so far. */
  output(): string;
  /** Ends it at once and leaves its folder. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface DaemonSettings {
  /** The folder, made by `daemonFolder`. */
  readonly dir: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether it is there for others. */
  readonly ready: (output: string) => boolean | Promise<boolean>;
}

/** Why programs cannot be had here, or undefined. */
export function whyNot(...programs: readonly string[]): string | undefined {
  const missing = programs.filter((file) => !existsSync(file));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(' ')}`;
}

/** A folder that also a program may enter that gives up being root. */
export function daemonFolder(files: { readonly [name: string]: string } = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'bird-peer-'));
  chmodSync(dir, 0o755);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

/** Starts a program and waits until it is there; one that ends instead shows what it said. */
export async function startDaemon({ dir, command, env, ready }: DaemonSettings): Promise<RealDaemon> {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    cwd: dir,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  let over = false;
  void ended.then(() => (over = true));
  const kill = async (): Promise<void> => {
    if (!over && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  };
  const stop = async (): Promise<void> => {
    await kill();
    rmSync(dir, { recursive: true, force: true });
  };
  const begun = async (): Promise<boolean> => {
    if (over) throw new Error(`${program} ended: ${said}`);
    return ready(said);
  };
  try {
    await eventually(begun, program, 60_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { dir, pid: child.pid ?? 0, output: () => said, kill, stop };
}

/** A port of loopback that nobody uses. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Whether somebody accepts connections there. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const say = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => say(true));
    socket.once('error', () => say(false));
  });
}

/** A certificate authority and a certificate of localhost in a folder; its authority as PEM text. */
export function makeCertificates(dir: string): string {
  const made = spawnSync('bash', [join(import.meta.dirname, 'mkca.sh'), dir]);
  if (made.status !== 0) throw new Error(`mkca.sh: ${made.stderr.toString()}`);
  chmodSync(join(dir, 'server.key'), 0o644);
  return readFileSync(join(dir, 'ca.pem'), 'utf8');
}

/** A file of mode 0600 with a secret in it. */
export function secretFile(dir: string, name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
