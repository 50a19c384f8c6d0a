import { z } from 'zod';
import type { Readable } from 'node:stream';
import type { SourceCondition } from '../model/effect.ts';
import type { SourceKind, SourceOutput, SourcePorts } from './contract.ts';
import { recordOptions, recordOptionsOf, type RecordOptions } from './record-options.ts';
import { pullBlocks, type Pulled } from './blocks.ts';
import { createCutter, type Ending, type Skip } from './records.ts';
import * as notices from './notices.ts';

/** The stream of standard input. */
const STANDARD_INPUT = 'stdin';

const stdinOptions: z.ZodType<RecordOptions> = z
  .strictObject({
    stdin: z.literal(true).optional().describe('Reads standard input; the value is always `true`.'),
    ...recordOptions,
  })
  .transform((read) => recordOptionsOf(read));

export const stdinKind: SourceKind<RecordOptions> = {
  kind: 'stdin',
  summary: 'Standard input, to its end; what was read is not read again after a restart.',
  options: stdinOptions,
  rewinds: false,
  open: (options, ports) => readStream(process.stdin, options, ports),
};

/** What an opening had taken from a stream and not yielded; offsets count from the first opening. */
interface Leftover {
  readonly carry: Buffer;
  readonly begun: number;
  readonly skip: Skip;
}

/** There is no going back in a pipe: the next opening in this process goes on with these. */
const leftovers = new WeakMap<Readable, Leftover>();

const nothingLeft: Leftover = { carry: Buffer.alloc(0), begun: 0, skip: 'none' };

/** Reads a pipe or terminal until it ends or `ports.signal` aborts; it can then be opened again. */
export async function* readStream(
  input: Readable,
  options: RecordOptions,
  ports: SourcePorts,
  stream = STANDARD_INPUT,
): AsyncGenerator<SourceOutput, void, undefined> {
  const { maxRecord, multiline } = options;
  const limits = { maxLine: ports.maxLine, maxRecord };
  const before = leftovers.get(input) ?? nothingLeft;
  const called = stream === STANDARD_INPUT ? 'standard input' : stream;
  let { carry, begun } = before;
  const cutter = createCutter(limits, multiline, before.skip);
  const blocks = pullBlocks(input, ports.signal);
  let said: SourceCondition | undefined;
  const tally = notices.createTally(ports.now, (count) =>
    multiline === undefined
      ? notices.shortened(called, count, limits.maxLine, 'line')
      : notices.shortened(called, count, maxRecord, 'record'),
  );

  const condition = (next: SourceCondition): SourceOutput[] => {
    if (next === said) return [];
    said = next;
    return [{ type: 'condition', stream, condition: next }];
  };

  const cut = (ending: Ending): SourceOutput[] => {
    const bytes = carry;
    const found = cutter.cut(bytes, ending);
    const position = { stream, begin: begun + found.begin, end: begun + found.end, mark: null };
    begun += found.used;
    carry = Buffer.from(bytes.subarray(found.used));
    tally.add(found.shortened);
    if (found.end === found.begin) return [];
    const receivedAt = ports.now();
    const { records } = found;
    const piece = bytes.subarray(found.begin, found.end);
    const chunk = { source: ports.name, bytes: piece, records, position, receivedAt, reference: receivedAt };
    return [{ type: 'chunk', chunk }];
  };

  const told = (ending: boolean): SourceOutput[] =>
    tally.due(ending).map((notice) => ({ type: 'notice', stream, notice }));

  try {
    yield* condition('reading');
    for (;;) {
      const block = await blocks.next(0);
      const next = block === 'late' ? yield* waitForMore() : block;
      if (next === 'aborted') return;
      if (next === undefined) break;
      if (next !== 'late') carry = carry.length === 0 ? next : Buffer.concat([carry, next]);
      yield* cut(next === 'late' ? 'idle' : 'open');
      yield* told(false);
    }
    yield* cut('closed');
    if (carry.length > 0) yield* cut('closed');
    yield* told(true);
    yield* condition(ports.follow ? 'gone' : 'atEnd');
  } finally {
    blocks.close();
    leftovers.set(input, { carry, begun, skip: cutter.skip });
  }

  /** Nothing is there just now: says so, and waits; for a record that waits for lines not for ever. */
  async function* waitForMore(): AsyncGenerator<SourceOutput, Pulled, undefined> {
    yield* condition('atEnd');
    return await blocks.next(carry.length > 0 && multiline !== undefined ? multiline.wait : undefined);
  }
}
