import type { Chunk } from '../../model/chunk.ts';
import type { SourceCondition } from '../../model/effect.ts';
import { earliest } from '../../model/time.ts';
import { createBatch } from '../batch.ts';
import { pullBlocks } from '../blocks.ts';
import { startChild } from '../child.ts';
import type { SourceNotice, SourceOutput, SourcePorts } from '../contract.ts';
import * as common from '../notices.ts';
import { createPatience, pause, type PatienceLimits } from '../pause.ts';
import { journalArguments } from './arguments.ts';
import { askJournal, journalEnvironment, type JournalAnswer } from './ask.ts';
import { recordOf, type JournalRecord } from './entry.ts';
import { createExportReader } from './export.ts';
import { decodeMark, encodeMark, entriesBetween, type JournalMark } from './mark.ts';
import * as notices from './notices.ts';
import type { JournalOptions } from './options.ts';

/** How long things are waited for (ms). */
export interface JournalPace {
  /** For an answer about where the journal begins and ends. */
  readonly answer: number;
  /** A reader that says nothing for so long has come to the end. */
  readonly silence: number;
  readonly restart?: PatienceLimits;
}

const usualPace: JournalPace = { answer: 20_000, silence: 1000 };

/** The stream of every journal. */
const stream = 'journal';

/** Limits of values other than the message, and of fields in one entry. */
const valueLimit = 4096;
const fieldLimit = 512;

/** What ended one run of journalctl: all was read; or it is to be tried again, and why. */
type RunEnd = { readonly type: 'over' } | { readonly type: 'again'; readonly notice: SourceNotice };

const over: RunEnd = { type: 'over' };
const again = (notice: SourceNotice): RunEnd => ({ type: 'again', notice });

function endOf(answer: Exclude<JournalAnswer, { type: 'entry' }>): RunEnd {
  if (answer.type === 'aborted') return over;
  return again(notices.cannotRead(answer.type === 'failed' ? answer.why : 'journalctl does not answer'));
}

type Outputs<T> = AsyncGenerator<SourceOutput, T, undefined>;

/** Reads the journal as it is written; ends when `ports.signal` aborts, or, without `follow`, at its end. */
export async function* followJournal(
  options: JournalOptions,
  ports: SourcePorts,
  pace: JournalPace = usualPace,
): Outputs<void> {
  const { signal, follow, now, name } = ports;
  const kept = ports.marks.get(stream);
  let mark = decodeMark(kept);
  let said: SourceCondition | undefined;
  const told = new Set<string>();
  const patience = createPatience(pace.restart);
  const tally = common.createTally(now, (count) =>
    common.shortened('the journal', count, options.maxRecord, 'record'),
  );

  const say = function* (condition: SourceCondition): Generator<SourceOutput> {
    if (condition !== said) yield { type: 'condition', stream, condition };
    said = condition;
  };
  const tell = (notice: SourceNotice): SourceOutput => ({ type: 'notice', stream, notice });
  /** Says it once for as long as it does not change. */
  const tellOnce = function* (notice: SourceNotice): Generator<SourceOutput> {
    if (!told.has(notice.text)) yield tell(notice);
    told.add(notice.text);
  };

  yield* say('reading');
  if (kept !== undefined && mark === undefined) yield tell(notices.badMark);
  for (;;) {
    const begun = performance.now();
    const end = yield* run();
    if (signal.aborted || end.type === 'over') return;
    yield* tellOnce(end.notice);
    yield* say('unreadable');
    if (!follow) return;
    await pause(patience.next(performance.now() - begun), signal);
    if (signal.aborted) return;
  }

  async function* run(): Outputs<RunEnd> {
    const placed = mark === undefined ? yield* findStart() : yield* findMark(mark);
    if (placed !== undefined) return placed;
    const newest = await askJournal(options, { type: 'newest', filtered: true }, signal, pace.answer);
    if (newest.type === 'aborted' || newest.type === 'failed') return endOf(newest);
    const goal = newest.type === 'entry' ? (newest.entry?.cursor ?? mark?.cursor) : 'not known';
    return yield* read(goal);
  }

  /** Where reading begins when it never began before; undefined when that is known. */
  async function* findStart(): Outputs<RunEnd | undefined> {
    if (options.start === 'beginning') return undefined;
    const newest = await askJournal(options, { type: 'newest', filtered: false }, signal, pace.answer);
    if (newest.type !== 'entry') return endOf(newest);
    const { cursor, at } = newest.entry ?? {};
    mark = {
      offset: 0,
      ...(cursor === undefined ? {} : { cursor }),
      ...(at === undefined ? {} : { at }),
    };
    yield { type: 'chunk', chunk: chunkOf(createBatch().take(), mark, mark) };
    return undefined;
  }

  /** Whether what was read last is still there. */
  async function* findMark({ cursor, at }: JournalMark): Outputs<RunEnd | undefined> {
    if (cursor === undefined) return undefined;
    const found = await askJournal(options, { type: 'at', cursor }, signal, pace.answer);
    if (found.type !== 'entry') return endOf(found);
    if (found.entry?.cursor === cursor) return undefined;
    const entries = found.entry === undefined ? undefined : entriesBetween(cursor, found.entry.cursor);
    // The next one follows it at once: only what was read is gone.
    if (entries !== 0) yield* tellOnce(notices.vacuumed(at, found.entry?.at, entries));
    return undefined;
  }

  /** Reads on from the mark; `goal`: the cursor at which it has caught up. */
  async function* read(goal: string | undefined): Outputs<RunEnd> {
    const from = mark?.cursor;
    const child = startChild(
      journalArguments(options, { type: 'from', cursor: from, follow }),
      journalEnvironment,
    );
    if (child.output === undefined) return again(notices.cannotRead((await child.ended).how));
    const blocks = pullBlocks(child.output, signal);
    const reader = createExportReader({ message: options.maxRecord, value: valueLimit, fields: fieldLimit });
    let caughtUp = goal === undefined || goal === from;
    yield* say(caughtUp ? 'atEnd' : 'reading');
    try {
      for (;;) {
        const block = await blocks.next(caughtUp ? undefined : pace.silence);
        if (block === 'aborted') return over;
        if (block === undefined) break;
        const entries = block === 'late' ? [] : reader.read(block);
        if (entries === undefined) return again(notices.stopped('what it wrote is no export format', ''));
        tally.add(entries.filter(({ shortened }) => shortened).length);
        const records = entries
          .flatMap((entry) => recordOf(entry) ?? [])
          .filter(({ cursor }) => cursor !== from);
        if (records.length > 0) yield chunkOfRecords(records, caughtUp);
        yield* tally.due(false).map(tell);
        if (caughtUp || (block !== 'late' && records.every(({ cursor }) => cursor !== goal))) continue;
        caughtUp = true;
        if (child.complaints().includes('not seeing messages')) yield* tellOnce(notices.partial);
        yield* say('atEnd');
      }
      const { how, code, complaint } = await child.ended;
      if (follow || code !== 0) return again(notices.stopped(how, complaint));
      yield* tally.due(true).map(tell);
      yield* say('atEnd');
      return over;
    } finally {
      blocks.close();
      await child.stop();
    }
  }

  function chunkOfRecords(records: readonly JournalRecord[], caughtUp: boolean): SourceOutput {
    const batch = createBatch();
    for (const { bytes, facts } of records) batch.add(bytes, facts);
    const last = records.at(-1);
    const before = mark ?? { offset: 0 };
    const at = last?.at ?? before.at;
    mark = {
      offset: before.offset + batch.bytes,
      ...(last === undefined ? {} : { cursor: last.cursor }),
      ...(at === undefined ? {} : { at }),
    };
    return { type: 'chunk', chunk: chunkOf(batch.take(), before, mark, caughtUp ? undefined : at) };
  }

  function chunkOf(
    taken: Pick<Chunk, 'bytes' | 'records' | 'facts'>,
    before: JournalMark,
    after: JournalMark,
    history?: JournalMark['at'],
  ): Chunk {
    const receivedAt = now();
    const reference = (history === undefined ? undefined : earliest(receivedAt, history)) ?? receivedAt;
    const position = { stream, begin: before.offset, end: after.offset, mark: encodeMark(after) };
    return { source: name, ...taken, position, receivedAt, reference };
  }
}
