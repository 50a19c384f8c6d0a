import type { SourceOutput, SourcePorts } from '../contract.ts';
import { createBell } from './bell.ts';
import type { FileOptions } from './options.ts';
import * as notices from '../notices.ts';
import { createRoster, type Roster } from './roster.ts';
import type { FileStream } from './stream.ts';
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
  /** Called at each look; for tests. */
  readonly looked?: () => void;
}

export const usualPace: Pace = { watched: 6000, unwatched: 250, looksPerWalk: 4, filesPerLook: 1000 };

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
  const roster = createRoster(options, ports, monotonic);
  let walkDue = true;

  const watch = createWatch({
    changed(path, moved) {
      for (const stream of roster.touchedBy(path)) due.add(stream);
      if (moved && roster.mayChangeBy(path)) walkDue = true;
      if (walkDue || due.size > 0) bell.ring();
    },
    limited: (code) => told.push({ type: 'notice', stream: '', notice: notices.watchLimit(code) }),
  });
  const look = createLook(roster, watch, pace, monotonic);

  try {
    while (!ports.signal.aborted) {
      if (walkDue) {
        walkDue = false;
        const walked = await roster.walk();
        for (const stream of walked.added) due.add(stream);
        // What happened between the walk and the watch nobody told.
        if (ports.follow && (await watch.set(walked.watched))) {
          walkDue = true;
          for (const stream of roster.streams()) due.add(stream);
        }
        told.push(...walked.outputs);
      }
      const [stream] = due;
      if (stream !== undefined) {
        due.delete(stream);
        const step = await stream.step();
        told.push(...step.outputs);
        if (step.more) due.add(stream);
        else if (step.over || roster.isSurplus(stream))
          told.push(...(await roster.remove(stream, step.over)));
      }
      while (told.length > 0 && !ports.signal.aborted) {
        const [output] = told.splice(0, 1);
        if (output !== undefined) yield output;
      }
      if (walkDue || due.size > 0) continue;
      if (!ports.follow) return;
      await bell.wait(look.wait());
      for (const waiting of look.take()) due.add(waiting);
      walkDue ||= look.walkDue();
    }
  } finally {
    bell.close();
    watch.close();
    await roster.close();
  }
}

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
