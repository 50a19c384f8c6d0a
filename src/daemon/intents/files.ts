import { stat, type FileHandle } from 'node:fs/promises';
import type { Intent } from '../../model/intent.ts';
import { bytesOf } from './bytes.ts';
import { done, lost, type IntentLimits, type Outcome } from './contract.ts';
import { openToAppend, whyNot } from './file-opening.ts';

type Write = Extract<Intent, { readonly type: 'write' }>;

/** The files that rules write to: each in the order in which the lines were decided. */
export interface Files {
  write(intent: Write): Promise<Outcome>;
  /** Closes the file behind whatever was to be written to it before. */
  close(file: string): Promise<Outcome>;
  /** Closes all, likewise. */
  closeAll(): Promise<void>;
}

interface Entry {
  /** Absent: the file is to be closed. */
  readonly bytes?: Buffer;
  readonly keepOpen: boolean;
  readonly settle: (outcome: Outcome) => void;
}

/** One file that is open, or has something waiting. */
interface Place {
  readonly path: string;
  readonly queue: Entry[];
  queued: number;
  /** Somebody works at the queue. */
  busy: boolean;
  kept: boolean;
  open?: { readonly handle: FileHandle; readonly identity: string };
}

/** What is written in one go, at most. */
const batchBytes = 1024 * 1024;

/** No file open yet. */
export function createFiles(limits: Pick<IntentLimits, 'files' | 'fileQueued'>): Files {
  const places = new Map<string, Place>();

  const placeOf = (path: string): Place => {
    const known = places.get(path) ?? { path, queue: [], queued: 0, busy: false, kept: false };
    // Newest last, so that the one that was used longest ago is closed first.
    places.delete(path);
    places.set(path, known);
    return known;
  };

  const enter = (path: string, entry: Omit<Entry, 'settle'>): Promise<Outcome> => {
    const place = placeOf(path);
    const length = entry.bytes?.length ?? 0;
    if (place.queued + length > limits.fileQueued)
      return Promise.resolve(lost('too much waits for this file'));
    place.queued += length;
    return new Promise((settle) => {
      place.queue.push({ ...entry, settle });
      if (!place.busy) void work(place);
    });
  };

  const work = async (place: Place): Promise<void> => {
    place.busy = true;
    while (place.queue.length > 0) {
      const batch = nextBatch(place.queue);
      await (batch[0]?.bytes === undefined ? shut(place, batch) : append(place, batch));
    }
    place.busy = false;
    if (place.open === undefined) places.delete(place.path);
    await closeOldest();
  };

  const closeOldest = async (): Promise<void> => {
    for (const place of places.values()) {
      if (places.size <= limits.files) return;
      if (!place.busy) {
        places.delete(place.path);
        await closeHandle(place);
      }
    }
  };

  return {
    write: ({ file, how, text }) =>
      enter(file, { bytes: bytesOf(how === 'line' ? `${text}\n` : text), keepOpen: how !== 'once' }),
    close: (file) => enter(file, { keepOpen: false }),
    async closeAll() {
      await Promise.all([...places.keys()].map((path) => enter(path, { keepOpen: false })));
    },
  };
}

/** A closing by itself, or writings up to the next closing, as many as go together. */
function nextBatch(queue: Entry[]): readonly Entry[] {
  let bytes = 0;
  let count = 0;
  for (const entry of queue) {
    const length = entry.bytes?.length;
    if (count > 0 && (length === undefined || bytes + length > batchBytes)) break;
    count += 1;
    if (length === undefined) break;
    bytes += length;
  }
  return queue.splice(0, count);
}

async function shut(place: Place, [entry]: readonly Entry[]): Promise<void> {
  place.kept = false;
  await closeHandle(place);
  entry?.settle(done);
}

async function append(place: Place, batch: readonly Entry[]): Promise<void> {
  const bytes = Buffer.concat(batch.flatMap((entry) => entry.bytes ?? []));
  if (batch.some(({ keepOpen }) => keepOpen)) place.kept = true;
  const { written, why } = await writeAll(place, bytes);
  place.queued -= bytes.length;
  if (!place.kept) await closeHandle(place);
  let end = 0;
  for (const entry of batch) {
    end += entry.bytes?.length ?? 0;
    entry.settle(end <= written ? done : lost(why ?? 'it was cut off'));
  }
}

/** Bytes that arrived, and why the others did not. */
async function writeAll(
  place: Place,
  bytes: Buffer,
): Promise<{ readonly written: number; readonly why?: string }> {
  let written = 0;
  try {
    const opened = await openAnew(place);
    if (typeof opened === 'string') return { written, why: opened };
    while (written < bytes.length) {
      const { bytesWritten } = await opened.write(bytes, written, bytes.length - written);
      written += bytesWritten;
    }
    return { written };
  } catch (error) {
    await closeHandle(place);
    return { written, why: whyNot(error) };
  }
}

/** The open file, or the one that has taken its place: rotated and deleted files are left alone. */
async function openAnew(place: Place): Promise<FileHandle | string> {
  if (place.open !== undefined) {
    const now = await stat(bytesOf(place.path)).catch(() => undefined);
    if (now !== undefined && identityOf(now) === place.open.identity) return place.open.handle;
    await closeHandle(place);
  }
  const opening = await openToAppend(place.path);
  if (!opening.ok) return opening.why;
  const { handle, stats } = opening;
  place.open = { handle, identity: identityOf(stats) };
  return handle;
}

const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`;

async function closeHandle(place: Place): Promise<void> {
  const { open } = place;
  delete place.open;
  await open?.handle.close().catch(() => undefined);
}
