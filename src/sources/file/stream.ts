import { stat } from 'node:fs/promises';
import type { Instant } from '../../model/time.ts';
import type { SourceOutput } from '../contract.ts';
import { blindMark } from './blind.ts';
import { factsOf, sameFile, type FileFacts } from './identity.ts';
import { createLineage, type LineageSetting } from './lineage.ts';
import type { Reading } from './reading.ts';
import type { FileMark, Place } from './mark.ts';
import type { Piece } from './generation.ts';
import * as notices from '../notices.ts';
import { codeOf, explainFailure } from './permission.ts';
import { isMissing } from './opening.ts';
import { createReport } from './report.ts';
import { createRetirement } from './retirement.ts';
import type { Ending } from '../records.ts';

/** How a stream begins: at a mark, at the end or beginning of a file seen first, or with a new file. */
export type Beginning =
  | { readonly type: 'mark'; readonly mark: FileMark }
  | { readonly type: 'end' }
  /** `older`: paths of its rotated files, oldest first. */
  | { readonly type: 'beginning'; readonly older: readonly string[] }
  | { readonly type: 'new' };

export interface StreamSetting extends Omit<LineageSetting, 'isTaken'> {
  readonly source: string;
  readonly beginning: Beginning;
  /** What the path led to when it was found. */
  readonly found: FileFacts | undefined;
  /** The path whose stream reads this file, too; `isNamed`: as the one that it leads to. */
  readonly twinOf: (file: FileFacts) => Promise<Twin | undefined>;
  /** Whether the source finds a file by another path than that of the stream that reads it. */
  readonly isShared: (file: FileFacts) => boolean;
  readonly follow: boolean;
  /** No later opening reads on: what is unfinished counts as finished. */
  readonly last: boolean;
  readonly now: () => Instant;
  /** Called when the path leads to another file than before. */
  readonly moved: (() => void) | undefined;
  /** Most bytes of the next chunk. */
  readonly mostBytes: () => number;
}

/** The stream that reads the file at another one's path. */
export interface Twin {
  readonly path: string;
  /** Its path leads to the file; else the file was rotated away from it. */
  readonly isNamed: boolean;
}

/** What one step of a stream gave. `more`: another step at once is worth while. */
export interface Step {
  readonly outputs: readonly SourceOutput[];
  readonly more: boolean;
  /** It will never yield again. */
  readonly over: boolean;
}

/** One path, followed through its rotations. */
export interface FileStream {
  readonly path: string;
  /** The file it reads, as last seen; undefined: nothing is at the path. */
  file(): FileFacts | undefined;
  /** The file at its path that it leaves to another stream. */
  left(): FileFacts | undefined;
  /** Whether it reads this file, wherever that is by now. */
  holds(file: FileFacts): boolean;
  /** Whether nothing is at its path any more, and nothing must be. */
  isGone(): boolean;
  /** Where it will go on when it begins; none: it has begun, or was not there before. */
  places(): readonly Place[];
  /** How another stream has to begin to go on where this one is. */
  goOn(): Beginning;
  /**
   * Looks at the path and reads at most one block; the first step of a stream that is behind only says so.
   * Never rejects for a failure of the world.
   */
  step(): Promise<Step>;
  /** When it wants a step though no file changed (monotonic, ms). */
  deadline(): number | undefined;
  close(): Promise<void>;
}

/** A path is missing for so long between the two halves of an ordinary rotation (ms). */
const rotationGap = 2000;

/** How often rotated files are looked at for late writers (ms). */
const lateInterval = 200;

/** Opens nothing yet: the first step does. */
export function createStream(setting: StreamSetting): FileStream {
  const { path, follow, now, monotonic, multiline } = setting;
  /** By which other path the file here is read, and which file that is. */
  let twin: (Twin & { readonly file: FileFacts }) | undefined;
  const isTaken = async (file: FileFacts): Promise<boolean> => {
    const found = await setting.twinOf(file);
    twin = found === undefined ? undefined : { ...found, file };
    return twin !== undefined;
  };
  const lineage = createLineage({ ...setting, isTaken }, now());
  const retirement = createRetirement(setting);
  let beginning: Beginning | undefined = setting.beginning;
  /** What is wrong with the path, and with reading what is open: said once per change. */
  const trouble: { path?: string; read?: string } = {};
  /** The one that could not be read. */
  let failing: Reading | undefined;
  /** When a rotated file that was passed over is to be looked at (monotonic, ms). */
  let lateAt: number | undefined;
  let missingSince: number | undefined;
  let everSeen = false;
  let finished = false;
  const report = createReport(setting);
  const { notice, condition } = report;
  /** Whether it was said that the text cannot be understood. */
  let isWide = false;

  const take = (reading: Reading, piece: Piece | undefined): void => {
    if (piece !== undefined) report.chunk(reading, piece, lineage.mark());
  };

  const begin = async (how: Beginning): Promise<void> => {
    if (how.type === 'mark') {
      for (const text of await lineage.resume(how.mark)) notice(text);
    } else if (how.type === 'end') {
      await lineage.startAtEnd();
      report.emptyChunk(lineage.mark(), lineage.current?.generation.position ?? 0);
    } else if (how.type === 'beginning') {
      await lineage.startAtBeginning(how.older);
    } else {
      await lineage.succeed();
    }
    beginning = undefined;
  };

  const look = async (): Promise<void> => {
    const seen = factsOf(await stat(path, { bigint: true }));
    const { current } = lineage;
    if (current === undefined || !sameFile(current.generation.facts, seen)) {
      if (await isTaken(seen)) return lineage.detach();
      await lineage.succeed();
      setting.moved?.();
      return;
    }
    const { generation } = current;
    const wasEmpty = generation.position === 0 && generation.head().length === 0;
    if (wasEmpty && seen.size > 0) await lineage.lookBehind();
    if (!current.settled && seen.size < generation.position) await restart();
    else if (seen.size !== generation.facts.size) current.atEnd = false;
  };

  const restart = async (): Promise<void> => {
    const former = lineage.current;
    const told = await lineage.restart();
    setting.moved?.();
    if (former !== undefined) take(former, told.last);
    for (const text of told.notices) notice(text);
  };

  /** A rotated file does not hold any more what was read of it: the places are looked for anew. */
  const regain = async (reading: Reading): Promise<void> => {
    if (reading.settled) await lineage.retire(reading);
    else for (const text of await lineage.resume(lineage.mark())) notice(text);
  };

  /** Looks at the path; what is wrong with it is said once per change. */
  const arrive = async (): Promise<void> => {
    try {
      if (beginning !== undefined) await begin(beginning);
      else if (follow) await look();
      everSeen ||= lineage.current !== undefined;
      if (lineage.current === undefined) return absent();
      delete trouble.path;
      missingSince = undefined;
    } catch (error) {
      if (isMissing(error)) return absent();
      missingSince = undefined;
      await say('path', error);
      if (beginning?.type === 'end')
        noteBlind(await stat(path, { bigint: true }).then(factsOf, () => undefined));
    }
  };

  const absent = (): void => {
    lineage.detach();
    if (beginning?.type === 'end') noteBlind(undefined);
    missingSince ??= monotonic();
    const sure = !follow || !everSeen || monotonic() - missingSince >= rotationGap;
    if (!sure || trouble.path === 'missing') return;
    trouble.path = 'missing';
    if (twin === undefined && setting.literal) notice(notices.missing(path));
    else if (twin?.isNamed === true) notice(notices.sameFile(path, twin.path));
  };

  /** What is missing or forbidden at first sight is remembered as such: nothing written later is skipped. */
  const noteBlind = (seen: FileFacts | undefined): void => {
    const mark = blindMark(path, seen, now());
    beginning = { type: 'mark', mark };
    report.emptyChunk(mark, mark.files[0]?.offset ?? 0);
  };

  const say = async (what: 'path' | 'read', error: unknown): Promise<void> => {
    const kind = systemError(error);
    if (trouble[what] === kind) return;
    trouble[what] = kind;
    const text =
      kind === 'ENOTREG'
        ? notices.notAFile(path)
        : notices.unreadable(path, await explainFailure(path, error));
    notice(text);
  };

  /** Reads a block of the oldest file that has one. */
  const readOn = async (): Promise<boolean> => {
    lateAt = undefined;
    for (const reading of lineage.readings) {
      if (isTooSoon(reading)) continue;
      reading.lookedAt = monotonic();
      try {
        const grown = await readOne(reading);
        if (reading === failing) delete trouble.read;
        if (grown) return true;
      } catch (error) {
        failing = reading;
        await failToRead(reading, error);
        return false;
      }
    }
    if (!lineage.readings.some((reading) => reading === failing)) delete trouble.read;
    return false;
  };

  const isTooSoon = (reading: Reading): boolean => {
    if (!follow || reading === lineage.current || !reading.atEnd) return false;
    // Just rotated: what its writer still adds comes before what it writes into the new file.
    if (monotonic() - reading.grownAt < rotationGap) return false;
    const next = reading.lookedAt + lateInterval;
    if (monotonic() >= next) return false;
    lateAt = Math.min(lateAt ?? next, next);
    return true;
  };

  const readOne = async (reading: Reading): Promise<boolean> => {
    const { generation } = reading;
    if (await lineage.isTwin(reading)) {
      await lineage.retire(reading);
      return false;
    }
    const history = generation.position < reading.historyEnd;
    const limit = history || !(follow || generation.partial) ? reading.historyEnd : undefined;
    const read = await generation.advance(limit, setting.mostBytes());
    if (!isWide && generation.isUtf16()) {
      isWide = true;
      notice(notices.utf16(path));
    }
    if (read.type === 'rewritten') {
      await (reading === lineage.current ? restart() : regain(reading));
      return true;
    }
    if (read.type === 'stale' && reading === lineage.current && !reading.settled) {
      if (!(await lineage.reopen())) await restart();
      return lineage.current !== reading;
    }
    if (read.type === 'grown') {
      reading.atEnd = false;
      reading.grownAt = monotonic();
      take(reading, read.piece);
      if (read.more) condition('reading');
      return true;
    }
    await atEnd(reading);
    return false;
  };

  const atEnd = async (reading: Reading): Promise<void> => {
    const { generation } = reading;
    reading.atEnd = true;
    if (!follow && reading === lineage.readings.at(-1)) {
      finished = true;
      // Not retired: the mark has to keep its place, also that of what the next opening finds whole.
      take(reading, generation.settle(endingOf(reading)));
      return;
    }
    const waited = multiline !== undefined && monotonic() - reading.grownAt >= multiline.wait;
    if (waited) take(reading, generation.settle('idle'));
    if (retirement.dueAt(reading, lineage) <= monotonic()) take(reading, await lineage.retire(reading));
  };

  /** What may follow the end of what was there, where it is not waited for. */
  const endingOf = ({ settled, generation }: Reading): Ending => {
    if (setting.last || settled) return 'closed';
    const quiet = now() - generation.facts.mtimeMs;
    return multiline !== undefined && quiet >= multiline.wait ? 'idle' : 'open';
  };

  const failToRead = async (reading: Reading, error: unknown): Promise<void> => {
    const kind = systemError(error);
    const { facts, position, reader } = reading.generation;
    const isGone = goneHandles.has(kind);
    if (lineage.current !== reading && (reading.settled || isGone)) {
      if (reading.settled || facts.size > position)
        notice(notices.lost(path, 0, `${reader.path} could not be read to its end (${kind})`));
      await lineage.retire(reading);
      return;
    }
    if (!isGone) return say('read', error);
    beginning = { type: 'mark', mark: lineage.mark() };
    await lineage.close();
  };

  const settleCondition = (more: boolean): void => {
    if (trouble.read !== undefined || (trouble.path !== undefined && trouble.path !== 'missing'))
      condition('unreadable');
    else if (more || lineage.readings.some((reading) => !reading.atEnd)) return;
    else if (trouble.path === 'missing') condition('gone');
    else if (lineage.current !== undefined || report.said() === 'reading') condition('atEnd');
  };

  /** When something is to be done about a file that was read to its end. */
  const nextStepFor = (reading: Reading): number => {
    const { generation, grownAt, lookedAt } = reading;
    const settled = multiline !== undefined && generation.unsettled ? grownAt + multiline.wait : Infinity;
    const next = Math.min(settled, retirement.dueAt(reading, lineage));
    return reading === lineage.current ? next : Math.max(next, lookedAt + lateInterval);
  };

  const isOver = (): boolean => {
    if (!follow) return finished || lineage.readings.length === 0;
    return !setting.literal && trouble.path === 'missing' && lineage.readings.length === 0;
  };

  return {
    path,
    file: () => (beginning === undefined ? lineage.current?.generation.facts : setting.found),
    left: () => (lineage.current === undefined ? twin?.file : undefined),
    holds: (file) => lineage.readings.some(({ generation }) => sameFile(generation.facts, file)),
    isGone: () => !setting.literal && trouble.path === 'missing' && twin === undefined,
    places: () => (beginning?.type === 'mark' ? beginning.mark.files : []),
    goOn: () => beginning ?? { type: 'mark', mark: lineage.mark() },
    async step() {
      await arrive();
      if (report.said() === undefined && lineage.readings.some(isBehind)) {
        // Where every stream stands is known before anything of one is read.
        condition('reading');
        return { outputs: report.taken(false), more: true, over: false };
      }
      const more = await readOn();
      settleCondition(more);
      const over = !more && isOver();
      return { outputs: report.taken(over), more, over };
    },
    deadline() {
      // What cannot be read is tried again when files are looked at anyway.
      if (trouble.read !== undefined) return undefined;
      const times = lineage.readings.filter(({ atEnd }) => atEnd).map(nextStepFor);
      if (lateAt !== undefined) times.push(lateAt);
      if (missingSince !== undefined && trouble.path !== 'missing') times.push(missingSince + rotationGap);
      const first = Math.min(...times);
      return Number.isFinite(first) ? first : undefined;
    },
    close: () => lineage.close(),
  };
}

/** The handle is of no use any more, for its file system is not the one that it was: the path may be. */
const goneHandles: ReadonlySet<string> = new Set(['ENOENT', 'ESTALE', 'ENOTCONN', 'ENODEV', 'ENXIO']);

/** The code of a system error; anything else is a bug of ours and goes on its way. */
function systemError(error: unknown): string {
  const code = codeOf(error);
  if (code === undefined) throw error;
  return code;
}

const isBehind = ({ generation }: Reading): boolean =>
  generation.reader.compressed || generation.facts.size > generation.position;
