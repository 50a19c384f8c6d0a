import type { SourceOutput, SourcePorts } from '../contract.ts';
import { createBell } from './bell.ts';
import { createBlockShelf } from './block-shelf.ts';
import type { FileOptions } from './options.ts';
import * as notices from '../notices.ts';
import { createRoster, type Roster } from './roster.ts';
import type { FileStream } from './stream.ts';
import { createWalks } from './walks.ts';
import { createWatch, type Watch } from './watch.ts';

/** How often files are looked at when the kernel tells nothing (ms). */
export interface Pace {
  /** Where the kernel tells of changes: only a safety net. */
  readonly watched: number;
  /** On network file systems and when there are no watches left. */
  readonly unwatched: number;
  /** Directories are walked anew every so many looks. */
  readonly looksPerWalk: number;
  /** Most files looked at in one go while the kernel tells of changes. */
  readonly filesPerLook: number;
  /** Least time between two walks while there is something to read (ms). */
  readonly walkInterval: number;
  /** Called at each look, and at each walk; for tests. */
  readonly looked?: () => void;
  readonly walked?: () => void;
}

export const usualPace: Pace = {
  watched: 6000,
  unwatched: 250,
  looksPerWalk: 10,
  filesPerLook: 1000,
  walkInterval: 200,
};

/** Reads files as they are written; ends when `ports.signal` aborts, or, without `follow`, at their end. */
export async function* followFiles(
  options: FileOptions,
  ports: SourcePorts,
  pace: Pace = usualPace,
): AsyncGenerator<SourceOutput, void, undefined> {
  const bell = createBell(ports.signal);
  const due = new Set<FileStream>();
  const told: SourceOutput[] = [];
  const monotonic = (): number => performance.now();
  const shelf = createBlockShelf();
  const walks = createWalks(pace, monotonic);
  const moved = (): void => {
    ports.moved?.();
    // Perhaps a directory above was renamed, of which the watch of the one below tells nothing.
    if (ports.follow) walks.ask();
  };
  const roster = createRoster(options, { ...ports, moved }, monotonic, shelf);

  const watch = createWatch({
    changed(path, moved) {
      for (const stream of roster.touchedBy(path)) due.add(stream);
      if (moved) walks.consider(path, roster.mayChangeBy(path));
      if (walks.asked() || due.size > 0) bell.ring();
    },
    limited: (code) => told.push({ type: 'notice', stream: '', notice: notices.watchLimit(code) }),
  });
  const look = createLook(roster, watch, pace, monotonic);

  const walk = async (): Promise<readonly FileStream[]> => {
    const walked = await walks.time(() => roster.walk());
    for (const stream of walked.added) due.add(stream);
    for (const stream of walked.removed) due.delete(stream);
    // What happened between the walk and the watch nobody told.
    if (ports.follow && (await watch.set(walked.watched))) {
      walks.ask();
      for (const stream of roster.streams()) due.add(stream);
    }
    told.push(...walked.outputs);
    return walked.added;
  };

  const step = async (stream: FileStream): Promise<void> => {
    due.delete(stream);
    const taken = await stream.step();
    told.push(...taken.outputs);
    // What it still reads may be found by another path.
    if (ports.follow && taken.outputs.some(saysGone)) walks.ask();
    if (taken.more) due.add(stream);
    else if (taken.over || roster.isSurplus(stream)) {
      told.push(...(await roster.remove(stream, taken.over)));
      // Whether its glob still matches anything.
      if (ports.follow) walks.ask();
    }
  };

  /** Every stream says how it stands, those that are behind first, before anything is read. */
  const open = async (): Promise<void> => {
    for (const stream of await walk()) if (!ports.signal.aborted) await step(stream);
    told.sort((a, b) => Number(saysReading(b)) - Number(saysReading(a)));
  };

  try {
    await open();
    while (!ports.signal.aborted) {
      if (await walks.due(due.size > 0)) await walk();
      const [stream] = due;
      if (stream !== undefined) await step(stream);
      while (told.length > 0 && !ports.signal.aborted) {
        const [output] = told.splice(0, 1);
        if (output !== undefined) yield output;
      }
      // All that was yielded was taken.
      if (!ports.signal.aborted) shelf.giveBack();
      if (due.size > 0) continue;
      if (!ports.follow) return;
      await bell.wait(Math.min(look.wait(), walks.wait()));
      for (const waiting of look.take()) due.add(waiting);
      if (look.walkDue()) walks.ask();
    }
  } finally {
    bell.close();
    watch.close();
    await roster.close();
  }
}

const saysReading = (output: SourceOutput): boolean =>
  output.type === 'condition' && output.condition === 'reading';

const saysGone = (output: SourceOutput): boolean =>
  output.type === 'condition' && output.condition === 'gone';

/** The safety net: which streams are to be looked at though nobody told of a change. */
function createLook(
  roster: Roster,
  watch: Watch,
  pace: Pace,
  monotonic: () => number,
): { wait(): number; take(): FileStream[]; walkDue(): boolean } {
  let lookedAt = monotonic();
  let looks = 0;
  let next = 0;
  let walk = false;

  const interval = (): number => (watch.reliable ? pace.watched : pace.unwatched);
  const deadlines = (): FileStream[] =>
    roster.streams().filter((stream) => (stream.deadline() ?? Infinity) <= monotonic());

  const share = (streams: readonly FileStream[]): FileStream[] => {
    if (!watch.reliable || streams.length <= pace.filesPerLook) return [...streams];
    const from = next % streams.length;
    next = from + pace.filesPerLook;
    return streams.slice(from, next);
  };

  return {
    wait() {
      const first = Math.min(
        lookedAt + interval(),
        ...roster.streams().map((stream) => stream.deadline() ?? Infinity),
      );
      return Math.max(0, first - monotonic());
    },
    take() {
      if (monotonic() - lookedAt < interval() - 1) return deadlines();
      pace.looked?.();
      lookedAt = monotonic();
      looks += 1;
      walk = looks % pace.looksPerWalk === 0;
      return [...share(roster.streams()), ...deadlines()];
    },
    walkDue() {
      const due = walk;
      walk = false;
      return due;
    },
  };
}
