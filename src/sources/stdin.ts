import { z } from 'zod';
import type { Readable } from 'node:stream';
import type { SourceCondition } from '../model/effect.ts';
import type { SourceKind, SourceOutput, SourcePorts } from './contract.ts';
import { recordOptions, recordOptionsOf, type RecordOptions } from './record-options.ts';
import { createCutter, type Ending } from './records.ts';
import * as notices from './notices.ts';

const stream = 'stdin';

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

/** Reads a pipe or terminal until it ends or `ports.signal` aborts. */
export async function* readStream(
  input: Readable,
  options: RecordOptions,
  ports: SourcePorts,
): AsyncGenerator<SourceOutput, void, undefined> {
  const { maxRecord, multiline } = options;
  const limits = { maxLine: ports.maxLine, maxRecord };
  const cutter = createCutter(limits, multiline);
  const blocks = pull(input, ports.signal);
  let said: SourceCondition | undefined;
  let carry: Buffer = Buffer.alloc(0);
  let begun = 0;
  const tally = notices.createTally(ports.now, (count) =>
    multiline === undefined
      ? notices.shortened('standard input', count, limits.maxLine, 'line')
      : notices.shortened('standard input', count, maxRecord, 'record'),
  );

  const condition = (next: SourceCondition): SourceOutput[] => {
    if (next === said) return [];
    said = next;
    return [{ type: 'condition', stream, condition: next }];
  };

  const cut = (bytes: Buffer, ending: Ending): SourceOutput[] => {
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

  yield* condition('reading');
  for (;;) {
    const block = await blocks.next(0);
    const next = block === 'late' ? yield* waitForMore() : block;
    if (ports.signal.aborted || next === 'aborted') return;
    if (next === undefined) break;
    if (next === 'late') yield* cut(carry, 'idle');
    else yield* cut(carry.length === 0 ? next : Buffer.concat([carry, next]), 'open');
    yield* told(false);
  }
  yield* cut(carry, 'closed');
  if (carry.length > 0) yield* cut(carry, 'closed');
  yield* told(true);
  yield* condition(ports.follow ? 'gone' : 'atEnd');

  /** Nothing is there just now: says so, and waits; for a record that waits for lines not for ever. */
  async function* waitForMore(): AsyncGenerator<SourceOutput, Pulled, undefined> {
    yield* condition('atEnd');
    return await blocks.next(carry.length > 0 && multiline !== undefined ? multiline.wait : undefined);
  }
}

type Pulled = Buffer | undefined | 'late' | 'aborted';

/** Takes blocks from a stream with a time limit (ms); a block that comes late is kept for the next call. */
function pull(input: Readable, signal: AbortSignal): { next(limit: number | undefined): Promise<Pulled> } {
  const blocks: AsyncIterator<Buffer | string> = input[Symbol.asyncIterator]();
  let pending: Promise<Pulled> | undefined;
  const aborted = new Promise<'aborted'>((resolve) => {
    const stop = (): void => {
      resolve('aborted');
      input.destroy();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const take = async (): Promise<Pulled> => {
    try {
      const block = await blocks.next();
      return block.done === true ? undefined : Buffer.from(block.value);
    } catch {
      return undefined;
    }
  };
  return {
    async next(limit) {
      pending ??= take();
      let timer: NodeJS.Timeout | undefined;
      const waiting: Promise<Pulled>[] = [pending, aborted];
      if (limit !== undefined) {
        waiting.push(
          new Promise((resolve) => {
            timer = setTimeout(() => resolve('late'), limit);
          }),
        );
      }
      const first = await Promise.race(waiting);
      clearTimeout(timer);
      if (first !== 'late') pending = undefined;
      return first;
    },
  };
}
