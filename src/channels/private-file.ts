import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

/** The text of a private file, or why it was not taken; `detail` names the file and never its content. */
export type PrivateText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly cause: 'absent' | 'unsafe' | 'unreadable'; readonly detail: string };

/** Whether a private file was written. */
export type PrivateWrite = { readonly ok: true } | { readonly ok: false; readonly detail: string };

/**
 * Who may own a private file and see it. `own`: this user, mode 0600 or narrower. `credential`: what
 * systemd puts in `$CREDENTIALS_DIRECTORY`: owned by root or this user, and the group bits are the mask
 * of an access list there.
 */
export type Privacy = 'own' | 'credential';

const maxBytes = 64 * 1024;

/** Reads a file that holds secrets. Symbolic links, other owners and modes wider than `privacy` are refused. */
export async function readPrivate(path: string, privacy: Privacy = 'own'): Promise<PrivateText> {
  let file: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a FIFO somebody put there must not hang.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const objection = objectionTo(await file.stat(), await ownersOf(path, privacy), privacy);
    if (objection !== undefined) return { ok: false, cause: 'unsafe', detail: `${path} ${objection}` };
    return { ok: true, text: await file.readFile('utf8') };
  } catch (error) {
    return refusal(path, codeOf(error));
  } finally {
    await file?.close();
  }
}

/** Writes a file that only this user can read: whole or not at all, and on disk when this returns. */
export async function writePrivate(path: string, text: string): Promise<PrivateWrite> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeSynced(temporary, text);
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return { ok: true };
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return { ok: false, detail: `${path} could not be written (${codeOf(error)})` };
  }
}

type Owners = (uid: number) => boolean;

/**
 * Root also takes what belongs to the owner of the directory, for it acts for the program's own user there; and
 * whatever lies in a directory that root alone writes into, for root put it there: for the service, mostly.
 */
async function ownersOf(path: string, privacy: Privacy): Promise<Owners> {
  const me = process.geteuid?.() ?? -1;
  if (me !== 0) return (uid) => uid === me || (privacy === 'credential' && uid === 0);
  const directory = await stat(dirname(path));
  const isRoots = directory.uid === 0 && (directory.mode & 0o022) === 0;
  return (uid) => isRoots || uid === 0 || uid === directory.uid;
}

function objectionTo(
  stat: { isFile(): boolean; uid: number; mode: number; size: number },
  owns: Owners,
  privacy: Privacy,
): string | undefined {
  const tooWide = stat.mode & (privacy === 'credential' ? 0o027 : 0o077);
  if (!stat.isFile()) return 'is not a plain file';
  if (!owns(stat.uid)) return 'belongs to another user';
  if (tooWide !== 0) return `can be read by others (mode ${mode(stat.mode)}): chmod 600 it`;
  if (stat.size > maxBytes) return `is larger than ${maxBytes} bytes`;
  return undefined;
}

const mode = (bits: number): string => (bits & 0o777).toString(8).padStart(4, '0');

function refusal(path: string, code: string): PrivateText {
  if (code === 'ENOENT') return { ok: false, cause: 'absent', detail: `${path} does not exist` };
  if (code === 'ELOOP') return { ok: false, cause: 'unsafe', detail: `${path} is a symbolic link` };
  return { ok: false, cause: 'unreadable', detail: `${path} could not be read (${code})` };
}

async function writeSynced(path: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(text);
    await handOver(file, dirname(path));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What root writes into the state directory of another user must be that user's to read. */
async function handOver(file: FileHandle, directory: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = await stat(directory);
  if (uid !== 0) await file.chown(uid, gid);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The error code of something thrown by Node, such as `EACCES`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
