import { z } from 'zod';
import type { Millis } from '../../model/time.ts';
import { startChild, type Child } from '../child.ts';
import type { SourceKind, SourceNotice, SourceOutput, SourcePorts } from '../contract.ts';
import { createKeep } from '../keep.ts';
import { createPatience, pause, unlessAborted, type PatienceLimits } from '../pause.ts';
import { durationOption, recordOptions, recordOptionsOf, type RecordOptions } from '../record-options.ts';
import { readStream } from '../stdin.ts';

/** What the kind `command` needs to know. */
export interface CommandOptions extends RecordOptions {
  readonly argv: readonly string[];
  /** It is run again so long after its end; absent: at once, with a growing pause. */
  readonly every?: Millis;
}

const argument = z
  .string()
  .max(128 * 1024)
  .refine((text) => !text.includes('\0'), { message: 'NUL has no place in an argument' });

const commandOptions: z.ZodType<CommandOptions> = z
  .strictObject({
    command: z
      .array(argument)
      .min(1)
      .max(1000)
      .refine(([program = '']) => program !== '', { message: 'the program is missing' })
      .describe('A program and its arguments, as a list; no shell sees them. Its standard output is read.'),
    every: durationOption
      .optional()
      .describe('Runs it again so long after its end, for programs that end by themselves.'),
    ...recordOptions,
  })
  .transform(({ command, every, ...records }) => ({
    argv: command,
    ...(every === undefined ? {} : { every }),
    ...recordOptionsOf(records),
  }));

export const commandKind: SourceKind<CommandOptions> = {
  kind: 'command',
  summary: 'What a command writes to its standard output, line by line; it is started again when it ends.',
  options: commandOptions,
  rewinds: false,
  open: (options, ports) => followCommand(options, ports),
};

const stream = 'command';

const kept = createKeep<Child>({
  hold: (child, held) => child.hold(held),
  close: (child) => child.stop(),
});

/** Runs the command for as long as it is read, or, without `follow`, once. */
export async function* followCommand(
  options: CommandOptions,
  ports: SourcePorts,
  restart?: PatienceLimits,
): AsyncGenerator<SourceOutput, void, undefined> {
  const { argv, every } = options;
  const { signal, follow, name } = ports;
  const patience = createPatience(restart);
  const written = JSON.stringify(argv);
  let running = follow ? await kept.take(name, written) : undefined;
  let couldNot = false;
  while (!signal.aborted) {
    const begun = performance.now();
    const child = running ?? startChild(argv);
    running = undefined;
    let isOver = false;
    try {
      const cannotStart = child.output === undefined;
      if (cannotStart && !couldNot) yield { type: 'condition', stream, condition: 'unreadable' };
      couldNot = cannotStart;
      if (child.output !== undefined) yield* readStream(child.output, options, ports, stream);
      if (signal.aborted) return;
      // It may run on for ever with its output closed.
      const end = await unlessAborted(child.ended, signal);
      if (end === undefined) return;
      const { how, code, complaint } = end;
      isOver = true;
      const isWell = code === 0 && (every !== undefined || !follow);
      if (!isWell) yield { type: 'notice', stream, notice: endedNotice(argv, how, complaint, follow) };
    } finally {
      if (signal.aborted && follow && !isOver) kept.park(name, written, child);
      else await child.stop();
    }
    if (!follow) return;
    await pause(every ?? patience.next(performance.now() - begun), signal);
  }
}

function endedNotice(argv: readonly string[], how: string, complaint: string, again: boolean): SourceNotice {
  const said = complaint === '' ? '' : `: ${complaint}`;
  const then = again ? '; it is started again' : '';
  return {
    code: 'source.ended',
    severity: 'warning',
    text: `${argv[0] ?? ''} ended (${how}${said})${then}`,
    alert: false,
  };
}
