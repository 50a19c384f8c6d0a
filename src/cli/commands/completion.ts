import { completionFor, shells } from '../documents.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain } from '../terminal.ts';

/** `completion SHELL`: prints what makes the shell complete our words. */
export async function completion(_: Settings, [named]: readonly string[]): Promise<ExitCode> {
  const shell = shells.find((each) => each === named);
  if (shell === undefined) {
    complain(`there are completions for ${shells.join(', ')}`);
    return exit.usage;
  }
  process.stdout.write(await completionFor(shell));
  return exit.done;
}
