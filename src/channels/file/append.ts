import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { safeLine } from '../../kit/terminal.ts';
import type { ProbeResult } from '../contract.ts';
import { codeOf } from '../private-file.ts';
import { findPlace } from './place.ts';

/** How adding a line ended. `torn`: a piece of it stands there and could not be taken back. */
export type Append =
  | { readonly type: 'written'; readonly bytes: number }
  | { readonly type: 'failed' | 'torn' | 'unsynced'; readonly detail: string }
  | { readonly type: 'refused'; readonly detail: string };

/** How a file is written: mode of a new one, and whether the disk must have it. */
export interface AppendOptions {
  readonly mode: number;
  readonly fsync: boolean;
}

/** What is done with an open file; tests give one whose disk is full. */
export interface OpenFile {
  stat(): Promise<{ isFile(): boolean; readonly size: number }>;
  read(into: Buffer, at: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
  write(from: Buffer, at: number, length: number): Promise<{ readonly bytesWritten: number }>;
  truncate(size: number): Promise<void>;
  sync(): Promise<void>;
}

/**
 * Adds one line to a file. The file is opened by its name each time, so that after a rotation the line
 * goes to the new one. Never rejects.
 */
export async function appendLine(path: string, line: string, options: AppendOptions): Promise<Append> {
  const place = await findPlace(path);
  if (!place.ok) return { type: place.code === 'unsafe' ? 'refused' : 'failed', detail: place.detail };
  try {
    const file = await openToAppend(place.path, options.mode);
    try {
      return await appendTo(file, path, line, options.fsync);
    } finally {
      await file.close();
    }
  } catch (error) {
    return { type: 'failed', detail: `${path} could not be used (${codeOf(error)})` };
  }
}

/** Whether a line could be added, without adding one and without making the file. Never rejects. */
export async function mayAppend(path: string): Promise<ProbeResult> {
  const shown = safeLine(path);
  const place = await findPlace(path);
  if (!place.ok) return { ok: false, detail: safeLine(place.detail) };
  try {
    const file = await openThere(place.path);
    if (file === undefined) return await mayMake(place.path);
    const found = await file.stat();
    await file.close();
    return found.isFile()
      ? { ok: true, detail: `${shown} can be written` }
      : { ok: false, detail: `${shown} is not a plain file` };
  } catch (error) {
    return { ok: false, detail: `${shown} could not be used (${codeOf(error)})` };
  }
}

async function mayMake(path: string): Promise<ProbeResult> {
  await access(dirname(path), constants.W_OK | constants.X_OK);
  return { ok: true, detail: `${safeLine(path)} is not there yet and can be made` };
}

/** Adds one line to an open file, whole or, if the file lets itself be cut again, not at all. */
export async function appendTo(file: OpenFile, path: string, line: string, fsync: boolean): Promise<Append> {
  const before = await file.stat();
  if (!before.isFile()) return { type: 'refused', detail: `${path} is not a plain file` };
  // A line that a crash or a full disk left unfinished must not swallow this one.
  const bytes = Buffer.from((await endsWithinLine(file, before.size)) ? `\n${line}\n` : `${line}\n`);
  const { written, code } = await writeAll(file, bytes);
  if (code !== undefined) return takeBack(file, path, before.size, written, code);
  if (!fsync) return { type: 'written', bytes: bytes.length };
  try {
    await file.sync();
    return { type: 'written', bytes: bytes.length };
  } catch (error) {
    return { type: 'unsynced', detail: `${path} was written but not to the disk (${codeOf(error)})` };
  }
}

// O_NONBLOCK: opening a FIFO somebody put there must not hang.
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a file that is there; nothing where there is none. */
async function openThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

async function openToAppend(path: string, mode: number): Promise<FileHandle> {
  const there = await openThere(path);
  if (there !== undefined) return there;
  try {
    const file = await open(path, flags | constants.O_CREAT | constants.O_EXCL, mode);
    // What is asked for counts, whatever the umask.
    await file.chmod(mode);
    await syncDirectory(dirname(path));
    return file;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return open(path, flags);
  }
}

/** As far as the directory lets itself be opened. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, constants.O_RDONLY).catch(() => undefined);
  try {
    await directory?.sync();
  } finally {
    await directory?.close();
  }
}

async function endsWithinLine(file: OpenFile, size: number): Promise<boolean> {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  const { bytesRead } = await file.read(last, 0, 1, size - 1);
  return bytesRead === 1 && last[0] !== 0x0a;
}

async function writeAll(file: OpenFile, bytes: Buffer): Promise<{ written: number; code?: string }> {
  let written = 0;
  try {
    while (written < bytes.length) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written);
      written += bytesWritten;
    }
    return { written };
  } catch (error) {
    return { written, code: codeOf(error) };
  }
}

async function takeBack(
  file: OpenFile,
  path: string,
  before: number,
  written: number,
  code: string,
): Promise<Append> {
  const detail = `${path} could not be written (${code})`;
  if (written === 0) return { type: 'failed', detail };
  try {
    // Only what is ours: somebody else may have added a line since.
    const { size } = await file.stat();
    if (size !== before + written) return { type: 'torn', detail: `${detail}: a piece of a line stays` };
    await file.truncate(before);
    return { type: 'failed', detail };
  } catch {
    return { type: 'torn', detail: `${detail}: a piece of a line stays` };
  }
}
