import type { Json } from '../../src/model/json.ts';
import { instant } from '../../src/model/time.ts';
import type { SourceCondition } from '../../src/model/effect.ts';
import type { SourceNotice, SourceOutput } from '../../src/sources/contract.ts';
import { followFiles, usualPace, type Pace } from '../../src/sources/file/follow.ts';
import { fileOptions } from '../../src/sources/file/options.ts';

/** One opening of a file source, drained in the background, for tests. */
export interface Session {
  readonly outputs: readonly SourceOutput[];
  readonly notices: readonly SourceNotice[];
  /** Marks as the ledger would keep them. */
  readonly marks: Map<string, Json>;
  texts(): readonly string[];
  condition(stream: string): SourceCondition | undefined;
  until(holds: () => boolean, limitMs?: number): Promise<void>;
  lines(count: number): Promise<void>;
  /** Resolves when the source ended by itself. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export interface SessionSetting {
  readonly marks?: ReadonlyMap<string, Json>;
  readonly follow?: boolean;
  readonly last?: boolean;
  readonly maxLine?: number;
  readonly pace?: Partial<Pace>;
}

/** Opens a source with options as they stand in a configuration. */
export function openSession(options: unknown, setting: SessionSetting = {}): Session {
  const stop = new AbortController();
  const outputs: SourceOutput[] = [];
  const texts: string[] = [];
  const marks = new Map(setting.marks);
  let changed = (): void => {};
  const source = followFiles(
    fileOptions.parse(options),
    {
      name: 'test',
      now: () => instant(Date.now()),
      marks: new Map(setting.marks),
      follow: setting.follow ?? true,
      last: setting.last ?? false,
      maxLine: setting.maxLine ?? 65_536,
      signal: stop.signal,
    },
    { ...usualPace, ...setting.pace },
  );
  const drain = async (): Promise<void> => {
    for await (const output of source) {
      outputs.push(output);
      texts.push(...recordsOf(output));
      if (output.type === 'chunk') marks.set(output.chunk.position.stream, output.chunk.position.mark);
      if (output.type === 'forget') marks.delete(output.stream);
      changed();
    }
    changed();
  };
  const ended = drain();

  const until = async (holds: () => boolean, limitMs = 90_000): Promise<void> => {
    const end = performance.now() + limitMs;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`not reached: ${JSON.stringify(summary(outputs))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  return {
    outputs,
    get notices() {
      return outputs.flatMap((output) => (output.type === 'notice' ? [output.notice] : []));
    },
    marks,
    texts: () => texts,
    condition: (stream) => lastCondition(outputs, stream),
    until,
    lines: (count) => until(() => texts.length >= count),
    ended,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

/** Chunks of history that came without `reading` before them, and streams that never said that it ended. */
export function untoldHistory(outputs: readonly SourceOutput[]): string[] {
  const said = new Map<string, SourceCondition>();
  const open = new Set<string>();
  const untold: string[] = [];
  for (const output of outputs) {
    if (output.type === 'condition') {
      said.set(output.stream, output.condition);
      if (output.condition !== 'reading') open.delete(output.stream);
    } else if (output.type === 'forget') {
      said.delete(output.stream);
      open.delete(output.stream);
    } else if (output.type === 'chunk' && output.chunk.reference < output.chunk.receivedAt) {
      const { stream } = output.chunk.position;
      open.add(stream);
      if (said.get(stream) !== 'reading') untold.push(`${stream} after ${String(said.get(stream))}`);
    }
  }
  return [...untold, ...[...open].map((stream) => `${stream} without an end`)];
}

function lastCondition(outputs: readonly SourceOutput[], stream: string): SourceCondition | undefined {
  for (const output of outputs.toReversed()) {
    if (output.type === 'condition' && output.stream === stream) return output.condition;
  }
  return undefined;
}

/** The records of an output as Latin-1 text. */
export function recordsOf(output: SourceOutput): string[] {
  if (output.type !== 'chunk') return [];
  const bytes = Buffer.from(output.chunk.bytes);
  const { records } = output.chunk;
  if (records.kind === 'lines') {
    if (bytes.length === 0) return [];
    if (bytes.at(-1) !== 0x0a) throw new Error('a chunk of lines that does not end with one');
    return bytes
      .toString('latin1')
      .slice(0, -1)
      .split('\n')
      .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  }
  const texts: string[] = [];
  for (let at = 0; at < records.offsets.length; at += 2) {
    texts.push(bytes.toString('latin1', records.offsets[at], records.offsets[at + 1]));
  }
  return texts;
}

const summary = (outputs: readonly SourceOutput[]): unknown[] =>
  outputs
    .map((output) =>
      output.type === 'chunk'
        ? recordsOf(output)
            .slice(0, 20)
            .map((text) => text.slice(0, 12))
        : output,
    )
    .slice(-30);
