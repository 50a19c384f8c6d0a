import { pageOf, pages } from '../documents.ts';
import { exit, type ExitCode } from '../exit.ts';
import type { Settings } from '../settings.ts';
import { complain } from '../terminal.ts';

/** `man [PAGE]`: prints a manual page, for `man -l -`. */
export async function man(_: Settings, [named = pages[0]]: readonly string[]): Promise<ExitCode> {
  const page = pages.find((each) => each === named);
  if (page === undefined) {
    complain(`there are the pages ${pages.join(', ')}`);
    return exit.usage;
  }
  process.stdout.write(await pageOf(page));
  return exit.done;
}
