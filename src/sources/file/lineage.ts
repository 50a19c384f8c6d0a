import type { SourceNotice } from '../contract.ts';
import { peekHead, recognise, witnessOf, type Piece } from './generation.ts';
import { headLength, sameFile, type FileFacts } from './identity.ts';
import { lastLineStart, locate, locateCopy, noWitness } from './locate.ts';
import type { FileMark, Fingerprint, Place } from './mark.ts';
import * as notices from '../notices.ts';
import { afterHole, openIfThere } from './opening.ts';
import { openReader, type Reader } from './reader.ts';
import { createStarter, everything, type Reading, type ReadingSetting } from './reading.ts';
import { rotatedSiblings, tickMs, whileStill } from './siblings.ts';
import { openUnseen, sortByAge, whereabouts } from './unseen.ts';

/** What a lineage needs to know. */
export interface LineageSetting extends ReadingSetting {
  readonly path: string;
  /** Named in the configuration, not found by a glob. */
  readonly literal: boolean;
  /** Whether another stream reads a file that stands at the path. */
  readonly isTaken: (file: FileFacts) => Promise<boolean>;
}

/**
 * The files that were and are at one path, oldest first. Methods that open files reject with the system
 * error when the file at the path cannot be opened, and may then be called again.
 */
export interface Lineage {
  readonly readings: readonly Reading[];
  /** The one at the path, if it is there. */
  readonly current: Reading | undefined;
  mark(): FileMark;
  resume(mark: FileMark): Promise<SourceNotice[]>;
  startAtEnd(): Promise<void>;
  startAtBeginning(older: readonly string[]): Promise<void>;
  /** Another file stands at the path. */
  succeed(): Promise<void>;
  /** The file at the path does not hold any more what was read. */
  restart(): Promise<{ readonly notices: SourceNotice[]; readonly last?: Piece }>;
  /**
   * Opens the file at the path anew, and goes on where it was read; false: it does not hold what was read.
   * Where another file is at the path by now, nothing is done.
   */
  reopen(): Promise<boolean>;
  /**
   * Whether a file that was empty when its file system was mounted anew begins as the one at the path does:
   * then it is that one, by a handle from before.
   */
  isTwin(reading: Reading): Promise<boolean>;
  /**
   * To be called before the first bytes of a file that was empty when it was last seen: it may have been
   * filled, copied and truncated since, and its copy is to be read before it.
   */
  lookBehind(): Promise<void>;
  /** Nothing is at the path. */
  detach(): void;
  /** Closes one, with the last record if that has no line ending. */
  retire(reading: Reading): Promise<Piece | undefined>;
  close(): Promise<void>;
}

/** Heads of files read before that are remembered. */
const pastLimit = 8;

export function createLineage(setting: LineageSetting, since: number): Lineage {
  const { path } = setting;
  let readings: Reading[] = [];
  let current: Reading | undefined;
  let past: Fingerprint[] = [];
  let unseenBound = since;

  const { start, fromBeginning } = createStarter(setting);

  const noteAge = (facts: FileFacts): void => {
    unseenBound = Math.max(unseenBound, facts.mtimeMs - tickMs);
  };

  const forget = async (reading: Reading): Promise<void> => {
    readings = readings.filter((other) => other !== reading);
    if (current === reading) current = undefined;
    noteAge(reading.generation.facts);
    const head = reading.generation.head();
    if (head.length > 0) past = [...past, head].slice(-pastLimit);
    await reading.generation.reader.close();
  };

  const close = async (): Promise<void> => {
    const open = readings;
    readings = [];
    current = undefined;
    await Promise.all(open.map((reading) => reading.generation.reader.close()));
  };

  /**
   * Takes up files that were rotated away before they were ever seen at the path: those newer than what
   * `from` reads, or not older than the time `from`; without it, newer than the newest one known.
   */
  const takeUnseen = async (atPath: Reader | undefined, from?: Reading | number): Promise<number> => {
    let found = 0;
    // What is taken is known the next time, also under another name.
    await whileStill(path, async () => void (found += await takeUnseenOnce(atPath, from)));
    return found;
  };

  const takeUnseenOnce = async (atPath: Reader | undefined, from?: Reading | number): Promise<number> => {
    const last = from ?? readings.findLast((reading) => reading !== current);
    const where = typeof last === 'object' ? await whereabouts(path, last) : undefined;
    if (where !== undefined) noteAge(where.facts);
    const since = typeof from === 'number' ? from : unseenBound;
    const bound = where?.named === undefined ? { since } : { after: where.named };
    const readers = await openUnseen(path, { readings, past, atPath }, bound);
    const found: Reading[] = [];
    for (const reader of readers) found.push(await fromBeginning(reader, everything));
    if (found.length > 0) await insertByAge(found);
    return found.length;
  };

  const insertByAge = async (found: readonly Reading[]): Promise<void> => {
    const older = [...readings.filter((reading) => reading !== current), ...found];
    const sorted = await sortByAge(path, older);
    for (const { facts } of sorted) noteAge(facts);
    const inOrder = sorted.map(({ reading }) => reading);
    readings = current === undefined ? inOrder : [...inOrder, current];
  };

  /** It was renamed while it was empty, and a writer may still have it open. */
  const isEmptyRotation = async (reader: Reader): Promise<boolean> =>
    reader.opened.size === 0 && (await rotatedSiblings(path)).some((sibling) => sibling.path === reader.path);

  const resumePlace = async (place: Place): Promise<Reading | undefined> => {
    const empty = place.head.length === 0;
    const located = await locate(place, path);
    if (located === undefined) return undefined;
    const { reader, atPath } = located;
    const same = readings.find((reading) => sameFile(reading.generation.facts, reader.opened));
    if (same !== undefined) {
      await reader.close();
      return same;
    }
    // Of an empty file there is only the inode, which may be another file's by now.
    if (empty && !atPath && !(await isEmptyRotation(reader))) {
      await reader.close();
      return undefined;
    }
    const blind = empty && place.offset > 0;
    const offset = blind ? await lastLineStart(reader, place.offset, setting.limits.maxLine) : place.offset;
    const witness = blind ? ((await witnessOf(reader, offset)) ?? noWitness) : located.witness;
    const reading = start(
      reader,
      { offset, witness, skip: place.skip },
      {
        historyEnd: reader.compressed ? everything : reader.opened.size,
        settled: reader.compressed || (!atPath && reader.opened.ino !== place.ino),
      },
    );
    readings.push(reading);
    if (atPath) current = reading;
    return reading;
  };

  const resume = async (mark: FileMark): Promise<SourceNotice[]> => {
    const first = await resumeOnce(mark);
    if (!first.unclear) return first.notices;
    // A rotation under way may have moved a file between the look at the directory and its opening.
    return whileStill(path, async () => (await resumeOnce(mark)).notices);
  };

  /** `unclear`: it depended on what lies beside the path. */
  const resumeOnce = async (
    mark: FileMark,
  ): Promise<{ readonly notices: SourceNotice[]; readonly unclear: boolean }> => {
    // The file at the path has to be readable: without it, what is renamed and what is lost cannot be told.
    let atPath = await openIfThere(path);
    try {
      await close();
      const heads = mark.files.map((place) => place.head).filter((head) => head.length > 0);
      past = [...mark.past, ...heads].slice(-pastLimit);
      unseenBound = mark.since;
      const missing: Place[] = [];
      let unclear = mark.files.at(-1)?.head.length === 0;
      let from: Reading | number | undefined;
      for (const place of mark.files) {
        const found = await resumePlace(place);
        if (found === undefined && !place.done) missing.push(place);
        if ((place.done && place.head.length > 0) || found?.generation.facts.ino === place.ino) continue;
        unclear = true;
        // What was written into the original after it was copied is newer than its copy.
        from ??= found ?? place.mtimeMs - tickMs;
      }
      unclear ||= current === undefined;
      const unseen = unclear ? await takeUnseen(atPath, from) : 0;
      if (current === undefined && atPath !== undefined && !(await setting.isTaken(atPath.opened))) {
        // Opened anew it might be another one by now, and this one would be nobody's.
        adopt(await fromBeginning(atPath, atPath.opened.size));
        atPath = undefined;
      }
      const told = missing
        .filter((place) => setting.literal || place.size > place.offset)
        .filter((place) => place.head.length > 0 || (place.size > 0 && unseen === 0))
        .map((place) =>
          notices.lost(path, place.size - place.offset, 'the file that was being read is gone'),
        );
      return { notices: told, unclear: unclear || missing.length > 0 };
    } finally {
      await atPath?.close();
    }
  };

  const adopt = (reading: Reading): void => {
    readings.push(reading);
    current = reading;
  };

  const startAtEnd = async (): Promise<void> => {
    const reader = await openReader(path);
    const offset = await lastLineStart(reader, reader.opened.size, setting.limits.maxLine);
    const witness = (await witnessOf(reader, offset)) ?? noWitness;
    unseenBound = reader.opened.mtimeMs - tickMs;
    adopt(start(reader, { offset, witness, skip: 'none' }, { historyEnd: 0, settled: reader.compressed }));
  };

  const startAtBeginning = async (older: readonly string[]): Promise<void> => {
    const reader = await openReader(path);
    for (const name of older) {
      const rotated = await openReader(name).catch(() => undefined);
      if (rotated !== undefined) readings.push(await fromBeginning(rotated, everything));
    }
    adopt(await fromBeginning(reader, reader.compressed ? everything : reader.opened.size));
  };

  const succeed = async (): Promise<void> => {
    const reader = await openReader(path);
    const back = readings.find((reading) => sameFile(reading.generation.facts, reader.opened));
    if (back !== undefined) {
      current = back;
      await reader.close();
      return;
    }
    const former = current;
    const copied = former === undefined ? undefined : await replacement(former, reader);
    if (former !== undefined && copied !== undefined) return exchange(former, copied);
    if (await comeBack(reader)) return;
    current = undefined;
    for (const reading of readings) reading.atEnd = false;
    await takeUnseen(reader);
    adopt(await fromBeginning(reader, 0));
  };

  const exchange = async (former: Reading, next: Reading): Promise<void> => {
    readings = readings.filter((reading) => reading !== former);
    await former.generation.reader.close();
    adopt(next);
  };

  /** The same place in the same text by another handle; undefined: it is another text. */
  const transfer = async (former: Reading, reader: Reader): Promise<Reading | undefined> => {
    const place = former.generation.place(false);
    const witness = await recognise(reader, place);
    if (witness === undefined) return undefined;
    const { historyEnd, settled } = former;
    return start(reader, { offset: place.offset, witness, skip: place.skip }, { historyEnd, settled });
  };

  /** A file system was gone and is mounted again: its number is another one, and perhaps all its inodes. */
  const comeBack = async (reader: Reader): Promise<boolean> => {
    for (const former of readings.toReversed()) {
      const { facts, head } = former.generation;
      if (former.settled || facts.dev === reader.opened.dev || head().length === 0) continue;
      const next = await transfer(former, reader);
      if (next === undefined) continue;
      await exchange(former, next);
      return true;
    }
    return false;
  };

  const isTwin = async ({ generation }: Reading): Promise<boolean> => {
    const here = current?.generation;
    if (here === undefined || here === generation || generation.position > 0) return false;
    if (here.facts.dev === generation.facts.dev) return false;
    const [one, other] = [await peekHead(generation.reader), await peekHead(here.reader)];
    const length = Math.min(one.length, other.length);
    return length > 0 && one.subarray(0, length).equals(other.subarray(0, length));
  };

  const reopen = async (): Promise<boolean> => {
    const former = current;
    const reader = await openReader(path);
    const isSame = former !== undefined && sameFile(former.generation.facts, reader.opened);
    const next = isSame ? await transfer(former, reader) : undefined;
    if (isSame && next !== undefined) await exchange(former, next);
    else await reader.close();
    return !isSame || next !== undefined;
  };

  /** A mirror or an editor puts a copy in the file's place: the same text goes on, in another file. */
  const replacement = async (former: Reading, reader: Reader): Promise<Reading | undefined> => {
    const { generation } = former;
    if (generation.head().length < headLength || (await generation.reader.facts()).links > 0)
      return undefined;
    return transfer(former, reader);
  };

  const restart: Lineage['restart'] = async () => {
    const former = current;
    if (former === undefined) return { notices: [] };
    const { generation } = former;
    const place = generation.place(false);
    const unread = Math.max(0, generation.facts.size - generation.position);
    const reader = await openReader(path);
    const copy = await locateCopy(place, path);
    const last = copy === undefined ? generation.settle('closed') : undefined;
    await forget(former);
    if (copy !== undefined) {
      const { offset, skip } = place;
      const about = { historyEnd: former.historyEnd, settled: true };
      readings.push(start(copy.reader, { offset, witness: copy.witness, skip }, about));
    }
    await takeUnseen(reader);
    const begin = await afterHole(reader, generation.position);
    if (begin === 0) adopt(await fromBeginning(reader, 0));
    else {
      const witness = (await witnessOf(reader, begin)) ?? noWitness;
      adopt(start(reader, { offset: begin, witness, skip: 'none' }, { historyEnd: 0, settled: false }));
    }
    const shrunk = reader.opened.size < generation.position;
    const told = [shrunk || begin > 0 ? notices.truncated(path) : notices.rewritten(path)];
    if (begin > 0) told.push(notices.sparse(path, begin));
    if (copy === undefined && unread > 0)
      told.push(notices.lost(path, unread, 'it was truncated before it was read to its end'));
    return { notices: told, ...(last === undefined ? {} : { last }) };
  };

  return {
    get readings() {
      return readings;
    },
    get current() {
      return current;
    },
    mark: () => ({
      v: 1,
      files: readings.map((reading) =>
        reading.generation.place(reading !== readings.at(-1) && reading.atEnd),
      ),
      past,
      since: unseenBound,
    }),
    resume,
    isTwin,
    reopen,
    startAtEnd,
    startAtBeginning,
    succeed,
    restart,
    async lookBehind() {
      await takeUnseen(undefined);
    },
    detach: () => {
      current = undefined;
    },
    async retire(reading) {
      const last = reading.generation.settle('closed');
      await forget(reading);
      return last;
    },
    close,
  };
}
