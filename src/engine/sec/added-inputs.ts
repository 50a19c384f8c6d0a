import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { AddedInput } from './contract.ts';
import { createRowTracker } from './row-tracker.ts';

/** The inputs that rules added while the program ran. */
export interface AddedInputs {
  /** False: there are too many. One that is there stays as it is. */
  add(input: AddedInput): boolean;
  drop(file: string): void;
  /** Another list after each change. */
  all(): readonly AddedInput[];
  clear(): void;
  changes(): Row[];
  restore(rows: readonly (readonly [key: string, value: Json])[]): void;
}

const PREFIX = 'input/';

/** Each costs the shell an open file. */
const MOST = 1000;

export function createAddedInputs(): AddedInputs {
  let inputs: readonly AddedInput[] = [];
  const tracker = createRowTracker<AddedInput>({
    key: ({ file }) => PREFIX + file,
    value: ({ offset, context }) => [offset, context ?? null],
  });

  const without = (wanted: (input: AddedInput) => boolean): void => {
    for (const input of inputs) if (wanted(input)) tracker.forget(input);
    inputs = inputs.filter((input) => !wanted(input));
  };

  return {
    add(input) {
      if (inputs.some(({ file }) => file === input.file)) return true;
      if (inputs.length >= MOST) return false;
      inputs = [...inputs, input];
      tracker.touch(input);
      return true;
    },
    drop: (file) => without((input) => input.file === file),
    all: () => inputs,
    clear: () => without(() => true),
    changes: tracker.changes,
    restore(rows) {
      for (const [key, value] of rows) {
        if (!key.startsWith(PREFIX)) continue;
        const input = readInput(key.slice(PREFIX.length), value);
        inputs = [...inputs, input];
        tracker.restored(input);
      }
    },
  };
}

function readInput(file: string, value: Json): AddedInput {
  const [offset, context] = value as readonly [number | 'end', string | null];
  return context === null ? { file, offset } : { file, offset, context };
}
