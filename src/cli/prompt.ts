import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Asks a person, or reads the next line of a script. */
export interface Prompt {
  /** Whether somebody sits there who can be asked again. */
  readonly isPerson: boolean;
  /** The answer, or undefined when the input ended. `hidden` answers are never echoed. */
  ask(question: string, options?: { readonly hidden: boolean }): Promise<string | undefined>;
  close(): void;
}

/** Longest answer taken, in characters. */
const limit = 1000;

/** Asks on the terminal; where standard input is none, questions stay unspoken and lines are read. */
export function openPrompt(): Prompt {
  return process.stdin.isTTY ? askPerson() : readScript();
}

function askPerson(): Prompt {
  let muted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!muted) process.stderr.write(chunk);
      done();
    },
  });
  const lines: Interface = createInterface({ input: process.stdin, output, terminal: true });
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  return {
    isPerson: true,
    async ask(question, options) {
      process.stderr.write(question);
      muted = options?.hidden ?? false;
      const answer = await Promise.race([lines.question(''), ended]);
      if (muted) process.stderr.write('\n');
      muted = false;
      return answer?.trim().slice(0, limit);
    },
    close: () => lines.close(),
  };
}

function readScript(): Prompt {
  const lines = createInterface({ input: process.stdin, terminal: false });
  const next = lines[Symbol.asyncIterator]();
  return {
    isPerson: false,
    async ask() {
      const { value, done } = await next.next();
      return done === true ? undefined : value.trim().slice(0, limit);
    },
    close: () => lines.close(),
  };
}
