import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import { createRowTracker } from './row-tracker.ts';

/** The name that texts see for the source of events that SEC made itself. */
export const SYNTHETIC = 'synthetic';

/** The newest lines, by source or of all sources together. */
export interface Buffers {
  /** Takes a line; `source` undefined: one that SEC made itself. */
  push(source: string | undefined, line: string): void;
  /** The newest `count` lines of the source under way, oldest first; those that never came are empty. */
  lines(count: number): readonly string[];
  /** The same as one text. */
  text(count: number): string;
  /** What `_inputsrc` is for that many lines. */
  sources(count: number): string;
  /** The sources for Perl functions: one for each line of a joint buffer, else one; null: SEC itself, empty: no line came. */
  sourceList(count: number): readonly (string | null)[];
  /** Puts lines in place of the newest `count`. */
  rewrite(count: number, lines: readonly string[]): void;
  readonly size: number;
  /** Another number after each `rewrite`. */
  version(): number;
  /** Which buffer is under way; for rows. */
  current(): string;
  select(name: string): void;
  changes(): Row[];
  /** Takes a row's key without its prefix, and its value. */
  restore(key: string, value: Json): void;
}

interface Line {
  text: string;
  /** Absent: the line that stands for one that never came. */
  readonly source?: string | null;
}

interface Buffer {
  readonly name: string;
  lines: Line[];
}

const NEVER: Line = { text: '' };

export function createBuffers(size: number, joint: boolean): Buffers {
  const buffers = new Map<string, Buffer>();
  const tracker = createRowTracker<Buffer>({
    key: ({ name }) => `buffer/${name}`,
    value: ({ lines }) => lines.map(({ text, source }) => (source === undefined ? [text] : [text, source])),
  });

  const open = (name: string): Buffer => {
    const known = buffers.get(name);
    if (known !== undefined) return known;
    const buffer: Buffer = { name, lines: Array.from({ length: size }, () => ({ ...NEVER })) };
    buffers.set(name, buffer);
    return buffer;
  };

  let current = open(nameOf(undefined, joint));
  let version = 0;

  const newest = (count: number): readonly Line[] => current.lines.slice(size - Math.min(count, size));

  const changed = (): void => {
    // A buffer of one line is overwritten before anything looks at it again.
    if (size > 1) tracker.touch(current);
  };

  return {
    size,
    version: () => version,
    push(source, text) {
      const name = nameOf(source, joint);
      if (current.name !== name) current = open(name);
      current.lines.push({ text, source: source ?? null });
      current.lines.shift();
      changed();
    },
    lines: (count) => newest(count).map(({ text }) => text),
    text(count) {
      if (count === 1) return current.lines[size - 1]?.text ?? '';
      return newest(count)
        .map(({ text }) => text)
        .join('\n');
    },
    sources(count) {
      const list = joint && size > 1 ? newest(count) : newest(1);
      return list.map(sourceName).join(' ');
    },
    sourceList: (count) =>
      newest(joint ? count : 1).map(({ source }) => (source === undefined ? '' : source)),
    rewrite(count, lines) {
      version += 1;
      const room = Math.min(count, size);
      const kept = lines.slice(0, room);
      const texts = [...Array.from({ length: room - kept.length }, () => ''), ...kept];
      for (const [index, line] of newest(room).entries()) line.text = texts[index] ?? '';
      changed();
    },
    current: () => current.name,
    select(name) {
      current = open(name);
    },
    changes: tracker.changes,
    restore(name, value) {
      const lines = (value as readonly (readonly [string, (string | null)?])[]).map(([text, source]): Line =>
        source === undefined ? { text } : { text, source },
      );
      const buffer = open(name);
      buffer.lines = [...buffer.lines, ...lines].slice(-size);
      tracker.restored(buffer);
    },
  };
}

const nameOf = (source: string | undefined, joint: boolean): string =>
  joint ? '' : source === undefined ? SYNTHETIC : `from/${source}`;

const sourceName = ({ source }: Line): string =>
  source === undefined ? '' : source === null ? SYNTHETIC : source;
