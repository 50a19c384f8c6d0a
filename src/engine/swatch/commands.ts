import type { Command } from '../../model/intent.ts';
import type { SwatchCommand } from './program.ts';
import { fill, type Scene } from './texts.ts';

/** A command for a line, or why it is not run. */
export type Prepared = { readonly command: Command } | { readonly refused: string };

/**
 * Fills in a command. What comes of the log is always a whole argument or a part of one: a shell, where the
 * rule file itself has syntax for it, finds it in its positional parameters and never reads it as text.
 */
export function prepare(command: SwatchCommand, scene: Scene): Prepared {
  const argv =
    command.type === 'words'
      ? command.words.map((word) => fill(word, scene))
      : ['/bin/sh', '-c', command.script, 'swatch', ...command.values.map((value) => fill(value, scene))];
  if (argv.length === 0 || argv[0] === '') return { refused: 'it is empty' };
  if (argv.some((word) => word.includes('\0'))) return { refused: 'it would hold a NUL character' };
  return { command: { type: 'argv', argv } };
}
