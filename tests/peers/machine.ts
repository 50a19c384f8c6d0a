import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const project = join(import.meta.dirname, '../..');
/** Long, for a machine under load starts a Node in seconds. */
const patienceMs = 120_000;
/** No command takes this long. */
const hangMs = 240_000;

/** What a command in the machine said. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine that may be broken. */
export interface Machine {
  /** Runs a script of bash as its root. */
  run(script: string, input?: string | Buffer): Promise<Said>;
  /** Waits until a script ends with 0. */
  until(script: string, what: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why there can be none here. */
export function whyNoMachine(kind: 'systemd' | 'plain'): string | undefined {
  if (process.geteuid?.() !== 0) return 'a throw-away machine needs root';
  const tried = spawnSync('unshare', [
    '--mount',
    '--pid',
    '--fork',
    '--net',
    'mount',
    '--make-rprivate',
    '/',
  ]);
  if (tried.status !== 0) return 'namespaces are not allowed here';
  if (!readFileSync('/proc/filesystems', 'utf8').includes('\toverlay')) return 'there is no overlayfs';
  if (kind === 'systemd' && !existsSync('/lib/systemd/systemd')) return 'systemd is not installed';
  return undefined;
}

/** Starts one; nothing of what is done in it remains. */
export async function startMachine(kind: 'systemd' | 'plain'): Promise<Machine> {
  const name = `throwaway-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const namespaces = ['--mount', '--pid', '--fork', '--net', '--ipc', '--uts', '--kill-child'];
  const child = spawn('unshare', [...namespaces, join(import.meta.dirname, 'machine.sh'), kind, project], {
    env: { PATH: process.env['PATH'], THROWAWAY: name },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const first = (): string => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const enter = (script: string, input: string | Buffer = ''): Promise<Said> =>
    new Promise((resolve) => {
      const spaces = ['-m', '-p', '-n', '-i', '-u', '-C', '-r', '-w'];
      const inside = execFile(
        'nsenter',
        ['-t', first(), ...spaces, 'env', '-i', `PATH=${searchPath}`, 'HOME=/root', 'bash', '-c', script],
        { cwd: '/', timeout: hangMs, maxBuffer: 16 * 1024 * 1024 },
        (_, stdout, stderr) => resolve({ code: inside.exitCode, stdout, stderr }),
      );
      inside.stdin?.on('error', () => undefined);
      inside.stdin?.end(input);
    });
  const machine: Machine = {
    run: enter,
    until: (script, what) => eventually(async () => (await enter(script)).code === 0, what, patienceMs),
    async stop() {
      child.kill('SIGKILL');
      await ended;
      for (const tree of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'])
        await eventually(() => removeGroups(join(tree, name)), 'the groups of the machine to be empty');
    },
  };
  const isUp = kind === 'systemd' ? 'systemctl is-system-running | grep -qE "running|degraded"' : 'true';
  try {
    await eventually(
      async () => {
        if (child.exitCode !== null) throw new Error(`the machine does not start: ${said}`);
        return (await enter(`test "$(hostname)" = throwaway && mountpoint -q /run && ${isUp}`)).code === 0;
      },
      'the throw-away machine',
      patienceMs,
    );
  } catch (error) {
    await machine.stop();
    throw error;
  }
  return machine;
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Deletes control groups from the innermost out; false: some process is still in one. */
function removeGroups(path: string): boolean {
  if (!existsSync(path)) return true;
  try {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroups(join(path, entry.name));
    rmdirSync(path);
    return true;
  } catch {
    return false;
  }
}
