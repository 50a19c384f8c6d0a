import type { Chunk, RecordFacts } from '../../src/model/chunk.ts';
import type { Json } from '../../src/model/json.ts';
import { instant } from '../../src/model/time.ts';
import type { Source, SourceNotice, SourceOutput, SourcePorts } from '../../src/sources/contract.ts';
import { eventually } from './eventually.ts';

/** One record as a rule would get it. */
export interface SeenRecord {
  readonly text: string;
  readonly bytes: Buffer;
  readonly facts: RecordFacts | undefined;
  readonly chunk: Chunk;
}

/** A source that is open, and all that came of it so far. */
export interface SourceSession {
  readonly outputs: readonly SourceOutput[];
  readonly marks: ReadonlyMap<string, Json>;
  /** Settles when the source has ended. */
  readonly ended: Promise<void>;
  records(): readonly SeenRecord[];
  texts(): readonly string[];
  notices(): readonly SourceNotice[];
  conditions(): readonly string[];
  /** Waits until something is so; what came so far stands in the failure. */
  until(condition: () => boolean, what: string): Promise<void>;
  untilRecords(count: number): Promise<void>;
  untilCondition(condition: string): Promise<void>;
  stop(): Promise<void>;
}

const limitMs = 60_000;

/** Opens a source and takes all that it yields. */
export function openSession(
  open: (ports: SourcePorts) => Source,
  options: {
    readonly marks?: ReadonlyMap<string, Json>;
    readonly follow?: boolean;
    readonly maxLine?: number;
    /** Milliseconds since the epoch; absent: the machine's. */
    readonly now?: () => number;
    /** Held back: each output waits for it. */
    readonly gate?: () => Promise<void>;
  } = {},
): SourceSession {
  const stop = new AbortController();
  const outputs: SourceOutput[] = [];
  const marks = new Map(options.marks);
  const ports: SourcePorts = {
    name: 'in',
    now: () => instant((options.now ?? Date.now)()),
    marks: new Map(options.marks),
    follow: options.follow ?? true,
    maxLine: options.maxLine ?? 64 * 1024,
    signal: stop.signal,
  };
  const drain = async (): Promise<void> => {
    for await (const output of open(ports)) {
      outputs.push(output);
      if (output.type === 'chunk') marks.set(output.chunk.position.stream, output.chunk.position.mark);
      if (output.type === 'forget') marks.delete(output.stream);
      await options.gate?.();
    }
  };
  const ended = drain();
  const records = (): SeenRecord[] =>
    outputs.flatMap((output) => (output.type === 'chunk' ? recordsOf(output.chunk) : []));
  const session: SourceSession = {
    outputs,
    marks,
    ended,
    records,
    texts: () => records().map(({ text }) => text),
    notices: () => outputs.flatMap((output) => (output.type === 'notice' ? [output.notice] : [])),
    conditions: () => outputs.flatMap((output) => (output.type === 'condition' ? [output.condition] : [])),
    async until(condition, what) {
      const seen = (): string =>
        `${what}; seen: ${JSON.stringify([session.texts().slice(-5), session.notices(), session.conditions()])}`;
      await eventually(condition, what, limitMs).catch(() => {
        throw new Error(`waited for ${seen()}`);
      });
    },
    untilRecords: (count) => session.until(() => records().length >= count, `${String(count)} records`),
    untilCondition: (condition) =>
      session.until(() => session.conditions().at(-1) === condition, `the condition ${condition}`),
    async stop() {
      stop.abort();
      await ended;
    },
  };
  return session;
}

function recordsOf(chunk: Chunk): SeenRecord[] {
  const bytes = Buffer.from(chunk.bytes);
  const { records, facts } = chunk;
  if (records.kind === 'lines') {
    const lines = bytes.toString('latin1').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines.map((line) => {
      const own = Buffer.from(line.replace(/\r$/, ''), 'latin1');
      return { text: own.toString('utf8'), bytes: own, facts: undefined, chunk };
    });
  }
  const { offsets } = records;
  return Array.from({ length: offsets.length / 2 }, (_, index) => {
    const own = bytes.subarray(offsets[index * 2], offsets[index * 2 + 1]);
    return { text: own.toString('utf8'), bytes: own, facts: facts?.[index], chunk };
  });
}
