import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { counted } from '../../kit/count.ts';
import type { Delivery } from '../../model/delivery.ts';
import { millis } from '../../model/time.ts';
import { codeOf } from '../private-file.ts';

/** Where a file is left for a daemon that takes all files of a folder. */
export interface Drop {
  readonly folder: string;
  readonly name: string;
  readonly maxWaiting: number;
  readonly signal: AbortSignal;
}

/**
 * Leaves a file whole or not at all: smsd passes over names that end in `.LOCK`, so it is written under
 * one and renamed. Never rejects.
 */
export async function leaveFile(drop: Drop, content: Buffer): Promise<Delivery> {
  // Not NAME.LOCK: that is smsd's own, which says that it is sending NAME.
  const unfinished = join(drop.folder, `${drop.name}.part.LOCK`);
  try {
    const around = await stat(drop.folder);
    const objection = await objectionTo(drop, around);
    if (objection !== undefined) return objection;
    await place(unfinished, join(drop.folder, drop.name), content, around);
    return { type: 'sent', receipt: `left for smsd as ${drop.name}` };
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    return refusalOf(drop.folder, codeOf(error));
  }
}

async function place(unfinished: string, path: string, content: Buffer, around: Stats): Promise<void> {
  for (let startsLeft = 1; ; startsLeft -= 1) {
    await rm(unfinished, { force: true });
    await writeNew(unfinished, content, around);
    try {
      return await rename(unfinished, path);
    } catch (error) {
      // smsd, when it starts, takes all locks of the folder for its predecessor's and removes them.
      if (codeOf(error) !== 'ENOENT' || startsLeft === 0) throw error;
    }
  }
}

/** Whether a file could be left now; leaves none. */
export async function objectionNow(drop: Drop): Promise<Delivery | undefined> {
  try {
    return await objectionTo(drop, await stat(drop.folder));
  } catch (error) {
    return refusalOf(drop.folder, codeOf(error));
  }
}

async function objectionTo(drop: Drop, around: Stats): Promise<Delivery | undefined> {
  const { folder, maxWaiting, signal } = drop;
  if (signal.aborted) return away('stopped');
  if (!around.isDirectory()) return away(`${folder} is not a folder`);
  if ((around.mode & 0o002) !== 0) return forbidden(`${folder} can be written by everybody`);
  await access(folder, constants.W_OK | constants.X_OK);
  if (await hasRoom(folder, maxWaiting)) return undefined;
  return away(
    `${counted(maxWaiting, 'file')} ${maxWaiting === 1 ? 'waits' : 'wait'} in ${folder}: smsd does not take them`,
  );
}

async function hasRoom(folder: string, most: number): Promise<boolean> {
  let room = most;
  for await (const { name } of await opendir(folder)) {
    if (!name.endsWith('.LOCK')) room -= 1;
    if (room <= 0) return false;
  }
  return true;
}

async function writeNew(path: string, content: Buffer, around: Stats): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(content);
    await giveTo(file, around);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** smsd writes into the file when it was sent: it must own it, or be of its group. */
async function giveTo(file: FileHandle, { uid, gid }: Stats): Promise<void> {
  const me = process.geteuid?.() ?? -1;
  if (me === 0) return file.chown(uid, gid);
  if (me === uid) return;
  const own = await file.stat();
  // A folder with the setgid bit has done so already.
  if (own.gid !== gid) await file.chown(me, gid);
  await file.chmod(0o660);
}

const away = (detail: string): Delivery => ({ type: 'retry', reason: 'unavailable', detail });

/** Somebody must change a mode or an owner before it can go on. */
const forbidden = (detail: string): Delivery => ({
  type: 'retry',
  reason: 'auth',
  detail,
  afterMs: millis(5 * 60_000),
});

function refusalOf(folder: string, code: string): Delivery {
  if (code === 'ENOENT' || code === 'ENOTDIR') return away(`${folder} does not exist`);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return forbidden(`${folder} must not be written by this user (${code})`);
  return away(`nothing could be left in ${folder} (${code})`);
}
