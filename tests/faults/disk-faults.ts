import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../peers/eventually.ts';

/** A small disk of its own at `path`; undefined: it cannot be had here, and why. */
export function mountDisk(path: string, kibibytes: number): string | undefined {
  mkdirSync(path, { mode: 0o700 });
  const options = `size=${kibibytes}k,mode=0700`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { encoding: 'utf8' });
  return mounted.status === 0 ? undefined : `a tmpfs cannot be mounted here: ${mounted.stderr.trim()}`;
}

export function unmount(path: string): void {
  execFileSync('umount', ['--lazy', path]);
}

/** Takes all room that is left; answers how to give it back. */
export function fillDisk(path: string): () => void {
  const ballast = join(path, 'ballast');
  const file = openSync(ballast, 'w');
  for (const size of [65_536, 4096, 512]) {
    const block = Buffer.alloc(size);
    try {
      for (;;) if (writeSync(file, block) < size) break;
    } catch {
      continue;
    }
  }
  closeSync(file);
  return () => rmSync(ballast);
}

/** Why system calls of another process cannot be made to fail here; undefined: they can. */
export function straceObstacle(): string | undefined {
  const tried = spawnSync('strace', ['-o', '/dev/null', '-e', 'inject=fsync:error=EIO', 'true']);
  return tried.status === 0 ? undefined : 'strace is missing or may not trace here';
}

/**
 * Makes system calls of a running process on `files` fail by strace's `inject` expressions, until the
 * answer is called.
 */
export async function failCalls(
  pid: number,
  inject: string,
  files: readonly string[],
): Promise<() => Promise<void>> {
  const paths = files.flatMap((file) => ['-P', file]);
  const args = ['-f', '-o', '/dev/null', ...paths, '-e', `inject=${inject}`, '-p', String(pid)];
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  strace.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<void>((resolve) => strace.once('close', () => resolve()));
  await eventually(() => /attached/.test(said) || strace.exitCode !== null, `strace to attach: ${said}`);
  if (strace.exitCode !== null) throw new Error(`strace did not attach: ${said}`);
  return async () => {
    strace.kill('SIGINT');
    await ended;
  };
}
