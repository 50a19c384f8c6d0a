import { constants } from 'node:fs';
import { lstat, open, readlink, stat, type FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { bytesOf } from './bytes.ts';

export type Opening =
  | { readonly ok: true; readonly handle: FileHandle; readonly stats: Stats }
  | { readonly ok: false; readonly why: string };

/** New files are for their owner and its group, less what the umask takes. */
const newFileMode = 0o640;
const mostLinks = 40;

/**
 * Opens a file to append to it, and creates it where it is missing. A FIFO is opened without waiting: one
 * that nobody reads is a refusal. Other kinds of file are refused, and whatever another user could have
 * planted: a symbolic link in a directory that everybody can write in, or a file of somebody else there.
 */
export async function openToAppend(path: string): Promise<Opening> {
  try {
    const planted = await findPlanted(path);
    if (planted !== undefined) return { ok: false, why: planted };
    const before = await stat(bytesOf(path)).catch(() => undefined);
    const unfit = before === undefined ? undefined : complaintAbout(before);
    if (unfit !== undefined) return { ok: false, why: unfit };
    const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOCTTY } = constants;
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY;
    return await judge(await open(bytesOf(path), flags, newFileMode));
  } catch (error) {
    return { ok: false, why: whyNot(error) };
  }
}

/** The words for an error of the file system, without the path: that may be log text. */
export function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return reasons.get(code) ?? code;
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENXIO', 'nobody reads from the FIFO'],
  ['EPIPE', 'nobody reads from the FIFO any more'],
  ['EAGAIN', 'the FIFO is full'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EACCES', 'permission denied'],
  ['ENOENT', 'there is no such directory'],
  ['ENOTDIR', 'a part of its path is no directory'],
  ['EROFS', 'the file system is read-only'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ERR_INVALID_ARG_VALUE', 'its name holds a NUL'],
]);

/** Looks at the very file that is open: the name may have meant another one before. */
async function judge(handle: FileHandle): Promise<Opening> {
  const stats = await handle.stat();
  const unfit = complaintAbout(stats);
  if (unfit === undefined) return { ok: true, handle, stats };
  await handle.close();
  return { ok: false, why: unfit };
}

const complaintAbout = (stats: Stats): string | undefined =>
  stats.isFile() || stats.isFIFO() ? undefined : 'it is neither a regular file nor a FIFO';

/** Follows a path part by part; answers with what another user could have put there. */
async function findPlanted(path: string): Promise<string | undefined> {
  const absolute = path.startsWith('/') ? path : `${latin1(process.cwd())}/${path}`;
  let at = '';
  let left = absolute.split('/').filter(isPart);
  for (let links = 0; ;) {
    const [part, ...rest] = left;
    if (part === undefined) return undefined;
    left = rest;
    const here = part === '..' ? at.slice(0, Math.max(0, at.lastIndexOf('/'))) : `${at}/${part}`;
    const stats = await lstat(bytesOf(here === '' ? '/' : here)).catch(() => undefined);
    if (stats === undefined) return undefined;
    const why = await complaintAboutPart(at, stats, left.length === 0);
    if (why !== undefined) return why;
    if (!stats.isSymbolicLink()) {
      at = here;
      continue;
    }
    links += 1;
    if (links > mostLinks) return 'its path holds too many symbolic links';
    const target = (await readlink(bytesOf(here), 'buffer')).toString('latin1');
    left = [...target.split('/').filter(isPart), ...left];
    if (target.startsWith('/')) at = '';
  }
}

const isPart = (part: string): boolean => part !== '' && part !== '.';

async function complaintAboutPart(
  directory: string,
  stats: Stats,
  isLast: boolean,
): Promise<string | undefined> {
  const isLink = stats.isSymbolicLink();
  if (!isLink && !(isLast && stats.isFile())) return undefined;
  const around = await stat(bytesOf(directory === '' ? '/' : directory));
  if ((around.mode & 0o002) === 0) return undefined;
  if (isLink) return 'a part of its path is a symbolic link in a directory that everybody can write in';
  const isTrusted = [process.geteuid?.(), around.uid].includes(stats.uid);
  return isTrusted ? undefined : 'it belongs to another user, in a directory that everybody can write in';
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
