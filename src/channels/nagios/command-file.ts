import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Delivery } from '../../model/delivery.ts';
import { codeOf } from '../private-file.ts';
import { away, forbidden, ownershipObjection, type Refusal, refusalOf } from './place.ts';

/** Hands one command over. Never rejects and never waits for a reader. */
export async function writeCommand(path: string, line: string): Promise<Delivery> {
  const opened = await openCommandFile(path);
  if ('type' in opened) return opened;
  const bytes = Buffer.from(line);
  try {
    // A write of at most PIPE_BUF bytes to a FIFO is all or nothing (POSIX, write).
    const { bytesWritten } = await opened.write(bytes);
    if (bytesWritten === bytes.length) return { type: 'sent', receipt: 'taken by the command file' };
    return { type: 'unknown', detail: `only ${bytesWritten} of ${bytes.length} bytes went into ${path}` };
  } catch (error) {
    return refusalOf(path, codeOf(error));
  } finally {
    await closeQuietly(opened);
  }
}

/** Whether Nagios would take a command now; writes none. */
export async function probeCommandFile(path: string): Promise<Refusal | undefined> {
  const opened = await openCommandFile(path);
  if ('type' in opened) return opened;
  await closeQuietly(opened);
  return undefined;
}

/**
 * Opens the FIFO without waiting for a reader and without ever making a file: a plain file in its place
 * keeps Nagios from making its FIFO.
 */
async function openCommandFile(path: string): Promise<FileHandle | Refusal> {
  let file: FileHandle | undefined;
  try {
    const real = await realpath(path);
    const around = await stat(dirname(real));
    // Opening a device may already do something.
    if (!(await stat(real)).isFIFO()) return notFifo(path);
    file = await open(real, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const own = await file.stat();
    const objection = own.isFIFO() ? ownershipObjection(own, around) : undefined;
    if (own.isFIFO() && objection === undefined) return file;
    await closeQuietly(file);
    return objection === undefined ? notFifo(path) : forbidden(`${path} ${objection}`);
  } catch (error) {
    if (file !== undefined) await closeQuietly(file);
    return refusalOf(path, codeOf(error));
  }
}

const notFifo = (path: string): Refusal =>
  away(`${path} is not a FIFO: remove it and start Nagios again, which makes one`);

async function closeQuietly(file: FileHandle): Promise<void> {
  // What was written is written; a failing close changes nothing.
  await file.close().catch(() => undefined);
}
