import type { IncomingMessage } from 'node:http';
import type { Chunk } from '../../model/chunk.ts';
import { earliest, type Instant } from '../../model/time.ts';
import { createBatch } from '../batch.ts';
import type { Engine, Container } from './engine.ts';
import { createFrameReader } from './frames.ts';
import { createLineReader, timeOfStamp, type LogLine } from './lines.ts';
import { encodeMark, sinceOf, type ContainerMark } from './mark.ts';
import { recordOf } from './record.ts';

/** One container whose output is read. */
export interface Follower {
  readonly container: Container;
  /** Why it could not be read; undefined: it is read, or was to its end. */
  readonly trouble: string | undefined;
  readonly isOver: boolean;
  /** Nothing came for a while: it has caught up. */
  readonly isQuiet: boolean;
  /** How many lines were cut since the last call. */
  shortened(): number;
  /** `caughtUp`: what comes is not of the past. */
  take(most: number, caughtUp: boolean): Chunk | undefined;
  stop(): void;
}

export interface FollowerSetting {
  readonly source: string;
  readonly maxLine: number;
  readonly follow: boolean;
  /** Read from here on; absent: from the beginning. */
  readonly mark: ContainerMark | undefined;
  readonly now: () => Instant;
  /** Something came, or it ended. */
  readonly changed: () => void;
}

/** Bytes of lines that wait; the engine's connection is paused at them. */
const bufferLimit = 512 * 1024;

/** It has caught up when nothing came for so long (ms). */
const quietMs = 500;

export function followContainer(engine: Engine, container: Container, setting: FollowerSetting): Follower {
  const { source, maxLine, follow, now, changed } = setting;
  const stop = new AbortController();
  const resumedAt = setting.mark?.stamp;
  let mark = setting.mark ?? { offset: 0 };
  let waiting: LogLine[] = [];
  let bytes = 0;
  let cut = 0;
  let answer: IncomingMessage | undefined;
  let trouble: string | undefined;
  let isOver = false;
  let heardAt = performance.now();

  const keep = (lines: readonly LogLine[]): void => {
    // The engine gives the line at that time once more.
    for (const line of lines) {
      if (resumedAt !== undefined && line.stamp !== undefined && line.stamp <= resumedAt) continue;
      waiting.push(line);
      bytes += line.text.length + 100;
      if (line.shortened) cut += 1;
    }
  };

  const read = async (): Promise<void> => {
    const since = mark.stamp === undefined ? {} : { since: sinceOf(mark.stamp) };
    const frames = createFrameReader(await engine.hasTerminal(container.id, stop.signal));
    answer = await engine.logs(container.id, { follow, ...since }, stop.signal);
    const lines = createLineReader(maxLine);
    for await (const block of answer) {
      const pieces = frames.read(block as Buffer);
      if (pieces === undefined) throw new Error('what the engine sends is not of the form that it documents');
      keep(pieces.flatMap((piece) => lines.read(piece)));
      heardAt = performance.now();
      changed();
      while (bytes > bufferLimit && !stop.signal.aborted) await new Promise((resolve) => (wake = resolve));
    }
    keep(lines.end());
  };
  let wake: (value: unknown) => void = () => undefined;

  const run = async (): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!stop.signal.aborted) trouble = error instanceof Error ? error.message : String(error);
    }
    isOver = true;
    changed();
  };
  void run();

  return {
    container,
    get trouble() {
      return trouble;
    },
    get isOver() {
      return isOver && waiting.length === 0;
    },
    get isQuiet() {
      return waiting.length === 0 && (isOver || performance.now() - heardAt >= quietMs);
    },
    shortened() {
      const count = cut;
      cut = 0;
      return count;
    },
    take(most, caughtUp) {
      const batch = createBatch();
      const taken: LogLine[] = [];
      while (batch.bytes < most) {
        const line = waiting[taken.length];
        if (line === undefined) break;
        const { record, facts } = recordOf(line, container);
        batch.add(record, facts);
        taken.push(line);
      }
      if (taken.length === 0) return undefined;
      waiting = waiting.slice(taken.length);
      bytes = waiting.reduce((sum, { text }) => sum + text.length + 100, 0);
      wake(undefined);
      const stamp = taken.findLast((line) => line.stamp !== undefined)?.stamp ?? mark.stamp;
      const begin = mark.offset;
      mark = { offset: begin + batch.bytes, ...(stamp === undefined ? {} : { stamp }) };
      const position = { stream: container.id, begin, end: mark.offset, mark: encodeMark(mark) };
      const receivedAt = now();
      const written = caughtUp || stamp === undefined ? undefined : timeOfStamp(stamp);
      const reference = earliest(receivedAt, written) ?? receivedAt;
      return { source, ...batch.take(), position, receivedAt, reference };
    },
    stop() {
      stop.abort();
      answer?.destroy();
      wake(undefined);
    },
  };
}
