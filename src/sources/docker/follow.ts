import type { SourceCondition } from '../../model/effect.ts';
import { createBatch } from '../batch.ts';
import type { SourceNotice, SourceOutput, SourcePorts } from '../contract.ts';
import { createBell } from '../file/bell.ts';
import * as common from '../notices.ts';
import { isChosen } from './choice.ts';
import type { Container, Engine } from './engine.ts';
import { followContainer, type Follower } from './follower.ts';
import { decodeMark, encodeMark } from './mark.ts';
import type { DockerOptions } from './options.ts';

/** How often the engine is asked which containers there are (ms). */
const usualPace = { list: 5000 };

/** Most containers at once. */
const mostContainers = 1000;
const largestChunk = 1024 * 1024;

/** The stream of what is not about one container. */
const engineStream = 'docker';

/** Reads what containers write, those that come later from their beginning. */
export async function* followContainers(
  engine: Engine,
  options: DockerOptions,
  ports: SourcePorts,
  pace: typeof usualPace = usualPace,
): AsyncGenerator<SourceOutput, void, undefined> {
  const { signal, follow, now } = ports;
  const followers = new Map<string, Follower>();
  const said = new Map<string, SourceCondition>();
  /** Those that ended and were read to their end. */
  const done = new Set<string>();
  const seen = new Set(ports.marks.keys());
  const marks = new Map(ports.marks);
  const told = new Map<string, string>();
  const bell = createBell(signal);
  const tally = common.createTally(now, (count) =>
    common.shortened('what containers write', count, ports.maxLine, 'line'),
  );
  let isFirst = true;
  let listAt = 0;

  const say = function* (stream: string, condition: SourceCondition): Generator<SourceOutput> {
    if (said.get(stream) !== condition) yield { type: 'condition', stream, condition };
    said.set(stream, condition);
  };
  /** Trouble is told when it changes; undefined: it is over. */
  const tell = function* (stream: string, text: string | undefined): Generator<SourceOutput> {
    if (text === undefined) told.delete(stream);
    else if (told.get(stream) !== text) {
      told.set(stream, text);
      yield { type: 'notice', stream, notice: unreadable(text) };
    }
  };

  yield* say(engineStream, 'reading');
  try {
    while (!signal.aborted) {
      if (performance.now() >= listAt) {
        yield* list();
        listAt = performance.now() + pace.list;
      }
      let some = false;
      for (const follower of followers.values()) some = (yield* passOn(follower)) || some;
      if (some) continue;
      if (!follow && followers.size === 0) return;
      const isWaiting = [...followers.values()].some(({ container }) => said.get(container.id) === 'reading');
      await bell.wait(Math.max(1, Math.min(isWaiting ? 100 : pace.list, listAt - performance.now())));
    }
  } finally {
    bell.close();
    for (const follower of followers.values()) follower.stop();
  }

  async function* list(): AsyncGenerator<SourceOutput> {
    if (!follow && !isFirst) return;
    let all: readonly Container[];
    try {
      all = await engine.containers(signal);
    } catch (error) {
      if (signal.aborted) return;
      yield* tell(engineStream, `the engine cannot be asked: ${reasonOf(error)}`);
      yield* say(engineStream, 'unreadable');
      if (!follow) isFirst = false;
      return;
    }
    yield* tell(engineStream, undefined);
    const chosen = all.filter(({ name }) => isChosen(options, name));
    for (const container of chosen.slice(0, mostContainers))
      if (isToBeRead(container)) yield* begin(container);
    if (chosen.length > mostContainers)
      yield* tell('', `there are more than ${String(mostContainers)} containers; the others are not read`);
    for (const id of seen) if (all.every((container) => container.id !== id)) yield* forget(id);
    isFirst = false;
    yield* say(engineStream, 'atEnd');
  }

  function isToBeRead({ id, isRunning }: Container): boolean {
    if (followers.has(id)) return false;
    if (isRunning) done.delete(id);
    if (done.has(id)) return false;
    return isRunning || marks.has(id) || !isFirst || options.start === 'beginning';
  }

  function* begin(container: Container): Generator<SourceOutput> {
    const { id } = container;
    const isNew = !seen.has(id);
    seen.add(id);
    yield* say(id, 'reading');
    if (isNew && isFirst && options.start === 'end' && ports.marks.size === 0) yield beginningNow(id);
    const follower = followContainer(engine, container, {
      source: ports.name,
      maxLine: ports.maxLine,
      follow,
      mark: decodeMark(marks.get(id)),
      now,
      changed: bell.ring,
    });
    followers.set(id, follower);
  }

  /** What it wrote before is left out, also if it writes nothing until the next start of ours. */
  function beginningNow(id: string): SourceOutput {
    const receivedAt = now();
    const mark = encodeMark({
      stamp: `${new Date(receivedAt).toISOString().slice(0, 23)}000000Z`,
      offset: 0,
    });
    marks.set(id, mark);
    const position = { stream: id, begin: 0, end: 0, mark };
    const nothing = createBatch().take();
    return {
      type: 'chunk',
      chunk: { source: ports.name, ...nothing, position, receivedAt, reference: receivedAt },
    };
  }

  function* forget(id: string): Generator<SourceOutput> {
    if (followers.has(id)) return;
    for (const known of [seen, done, marks, said, told]) known.delete(id);
    yield { type: 'forget', stream: id };
  }

  /** Whether there was something. */
  function* passOn(follower: Follower): Generator<SourceOutput, boolean> {
    const { id, name, isRunning } = follower.container;
    const isAtEnd = said.get(id) === 'atEnd';
    const most = Math.min(largestChunk, ports.mostBytes?.() ?? largestChunk);
    const chunk = signal.aborted ? undefined : follower.take(most, isAtEnd);
    if (chunk !== undefined) {
      marks.set(id, chunk.position.mark);
      yield { type: 'chunk', chunk };
      tally.add(follower.shortened());
      for (const notice of tally.due(false)) yield { type: 'notice', stream: id, notice };
      return true;
    }
    if (follower.isOver) {
      followers.delete(id);
      yield* tell(
        id,
        follower.trouble === undefined ? undefined : `${name} cannot be read: ${follower.trouble}`,
      );
      if (follower.trouble === undefined && !isRunning) done.add(id);
      yield* say(id, follower.trouble === undefined ? (follow ? 'gone' : 'atEnd') : 'unreadable');
      return true;
    }
    if (follower.isQuiet) yield* say(id, 'atEnd');
    return false;
  }
}

const unreadable = (text: string): SourceNotice => ({
  code: 'source.unreadable',
  severity: 'error',
  text,
  alert: false,
});

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes('EACCES'))
    return `${text}; membership of the group docker would help, which is as good as root`;
  return text;
}
