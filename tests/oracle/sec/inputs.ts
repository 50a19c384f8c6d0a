import { createFileSource, createPipe, type ByteSource, type Pipe } from './input-file.ts';
import type { Sandbox } from './sandbox.ts';

/** What SEC's switches say of its inputs; times in seconds, 0: off. */
export interface InputRules {
  readonly tail: boolean;
  readonly fromstart: boolean;
  readonly rwfifo: boolean;
  readonly blocksize: number;
  readonly reopenTimeout: number;
  readonly checkTimeout: number;
  readonly inputTimeout: number;
}

export interface InputName {
  readonly file: string;
  readonly context?: string;
}

export interface InputLine extends InputName {
  readonly text: string;
}

/** SEC's inputs: each round at most one line of each, in byte order of their names. */
export interface Inputs {
  /** Lines of this round; `bytes`: something was read, so SEC does not go to sleep. */
  poll(now: number): { readonly lines: readonly InputLine[]; readonly bytes: boolean };
  /** One more, while it runs. One that is there already stays as it is. */
  add(name: InputName, from: number | 'end', now: number): void;
  /** Takes back one that was added; false: it was not. */
  drop(file: string): boolean;
  /** Makes these the inputs of the command line; new ones begin at their end. `afresh`: all are opened anew. */
  restate(names: readonly InputName[], now: number, afresh: boolean): void;
  readonly allClosed: boolean;
  readonly stdin: Pipe;
}

interface Input extends InputName {
  readonly bytes: ByteSource;
  readonly added: boolean;
  /** When it last gave a line, or was opened. */
  heard: number;
  silent: boolean;
  /** When it was last polled in vain. */
  empty: number;
  /** When opening it was last tried. */
  tried: number;
}

/** `silence` is told once when an input has been silent for too long, and once when it speaks again. */
export function createInputs(
  rules: InputRules,
  names: readonly InputName[],
  sandbox: Sandbox,
  silence: (file: string, silent: boolean) => void,
): Inputs {
  const inputs = new Map<string, Input>();
  const stdin = createPipe(rules.blocksize);
  const atStart = rules.fromstart || !rules.tail ? 0 : 'end';

  const open = (name: InputName, from: number | 'end', now: number, added: boolean): void => {
    const path = sandbox.path(name.file);
    const bytes = name.file === '-' ? stdin : createFileSource(path, rules.blocksize, rules.rwfifo);
    bytes.reopen(from);
    inputs.set(name.file, { ...name, bytes, added, heard: now, silent: false, empty: -Infinity, tried: now });
  };
  const remove = (input: Input): void => {
    input.bytes.close();
    inputs.delete(input.file);
  };

  for (const name of names) open(name, atStart, 0, false);
  return {
    stdin,
    get allClosed() {
      return [...inputs.values()].every((input) => !input.bytes.open);
    },
    poll(now) {
      const lines: InputLine[] = [];
      let bytes = false;
      for (const input of inByteOrder(inputs)) {
        const found = pollOne(input, rules, now);
        bytes ||= found.bytes;
        if (found.line !== undefined) lines.push({ ...nameOf(input), text: found.line });
        if (found.polled) watchSilence(input, found.line !== undefined, rules, now, silence);
      }
      return { lines, bytes };
    },
    add(name, from, now) {
      if (!inputs.has(name.file)) open(name, from, now, true);
    },
    drop(file) {
      const input = inputs.get(file);
      if (input?.added !== true) return false;
      remove(input);
      return true;
    },
    restate(names, now, afresh) {
      const named = new Set(names.map(({ file }) => file));
      for (const input of inputs.values()) {
        if (afresh || (!input.added && !named.has(input.file))) remove(input);
      }
      for (const name of names) {
        const input = inputs.get(name.file);
        if (input === undefined) open(name, 'end', now, false);
        else inputs.set(name.file, { ...input, ...name });
      }
      for (const { file, bytes } of inputs.values()) if (file !== '-' && !bytes.open) bytes.reopen('end');
    },
  };
}

interface Found {
  readonly line?: string;
  readonly bytes: boolean;
  /** False: it is left alone for a while. */
  readonly polled: boolean;
}

function pollOne(input: Input, rules: InputRules, now: number): Found {
  if (!input.bytes.open) {
    tryToOpen(input, rules, now);
    return { bytes: false, polled: true };
  }
  if (now - input.empty < rules.checkTimeout) return { bytes: false, polled: false };
  const reading = input.bytes.buffer.includes('\n') ? 'bytes' : input.bytes.read(rules.tail);
  const line = takeLine(input.bytes);
  if (line !== undefined) return { line, bytes: true, polled: true };
  if (reading === 'nothing') input.empty = now;
  return { bytes: reading === 'bytes', polled: true };
}

function tryToOpen(input: Input, rules: InputRules, now: number): void {
  if (rules.reopenTimeout === 0 || !rules.tail || now - input.tried < rules.reopenTimeout) return;
  input.tried = now;
  if (input.bytes.reopen(0)) input.empty = -Infinity;
}

/** The last line of an input that ended needs no newline. */
function takeLine(bytes: ByteSource): string | undefined {
  const end = bytes.buffer.indexOf('\n');
  if (end < 0 && (bytes.open || bytes.buffer === '')) return undefined;
  const line = end < 0 ? bytes.buffer : bytes.buffer.slice(0, end);
  bytes.buffer = end < 0 ? '' : bytes.buffer.slice(end + 1);
  return line;
}

function watchSilence(
  input: Input,
  heard: boolean,
  rules: InputRules,
  now: number,
  silence: (file: string, silent: boolean) => void,
): void {
  if (rules.inputTimeout === 0) return;
  if (heard) {
    input.heard = now;
    if (input.silent) silence(input.file, false);
    input.silent = false;
  } else if (!input.silent && now - input.heard >= rules.inputTimeout) {
    input.silent = true;
    silence(input.file, true);
  }
}

function nameOf({ file, context }: Input): InputName {
  return context === undefined ? { file } : { file, context };
}

function inByteOrder(inputs: ReadonlyMap<string, Input>): readonly Input[] {
  return [...inputs.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}
