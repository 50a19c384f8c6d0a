import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Why a path cannot be read, in words that say what to do about it. */
export async function explainFailure(path: string, failure: unknown): Promise<string> {
  const code = codeOf(failure);
  if (code !== 'EACCES' && code !== 'EPERM') {
    return reasons[code ?? ''] ?? (failure instanceof Error ? failure.message : String(failure));
  }
  const barrier = await nearestVisible(path);
  if (barrier === undefined) return 'permission denied';
  const [owner, group] = await Promise.all([
    nameOf('/etc/passwd', barrier.uid),
    nameOf('/etc/group', barrier.gid),
  ]);
  const mode = (barrier.mode & 0o7777).toString(8).padStart(4, '0');
  const what = barrier.path === path ? '' : ` at ${barrier.path}`;
  return `permission denied${what} (owner ${owner}, group ${group}, mode ${mode}); ${remedy(barrier, group, path)}`;
}

export function codeOf(failure: unknown): string | undefined {
  return failure instanceof Error && 'code' in failure && typeof failure.code === 'string'
    ? failure.code
    : undefined;
}

const reasons: { readonly [code: string]: string } = {
  EMFILE: 'this process has too many open files (raise LimitNOFILE)',
  ENFILE: 'the system has too many open files',
  EIO: 'input/output error of the disk',
  ESTALE: 'the server of this network file system does not know the file any more',
  ELOOP: 'too many symbolic links',
};

interface Barrier {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly directory: boolean;
}

/** The path itself, or the directory on the way to it that does not let us look inside. */
async function nearestVisible(path: string): Promise<Barrier | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const seen = await stat(at).catch(() => undefined);
    if (seen !== undefined) {
      return { path: at, uid: seen.uid, gid: seen.gid, mode: seen.mode, directory: seen.isDirectory() };
    }
    if (at === dirname(at)) return undefined;
  }
}

function remedy(barrier: Barrier, group: string, path: string): string {
  const needed = barrier.directory ? 0o050 : 0o040;
  const user = process.geteuid?.() ?? 0;
  if (user === 0) return 'even root is refused: look at the mount, SELinux or AppArmor';
  if ((barrier.mode & needed) === needed) {
    return `membership of group ${group} would help: usermod -aG ${group} USER, then restart`;
  }
  return `its group may not read it either: setfacl -m u:USER:r${barrier.directory ? 'x' : ''} ${barrier.directory ? barrier.path : path}`;
}

/** The name of an id in passwd(5) or group(5); the number itself where there is none. */
async function nameOf(database: string, id: number): Promise<string> {
  const text = await readFile(database, 'utf8').catch(() => '');
  const line = text.split('\n').find((entry) => entry.split(':')[2] === String(id));
  return line?.split(':')[0] ?? String(id);
}
