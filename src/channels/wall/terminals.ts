import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { codeOf } from '../private-file.ts';

/** Whether a terminal got the whole text. `closed`: it does not take messages, or is none. */
export type Told =
  | { readonly type: 'told' }
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly code: string };

/** The terminals there are: pseudo terminals and consoles. */
export async function allTerminals(): Promise<readonly string[]> {
  const [consoles, pseudo] = await Promise.all([namesIn('/dev'), namesIn('/dev/pts')]);
  return [
    ...consoles.filter((name) => /^tty[1-9]\d?$/.test(name)).map((name) => join('/dev', name)),
    ...pseudo.filter((name) => /^\d+$/.test(name)).map((name) => join('/dev/pts', name)),
  ];
}

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

/**
 * Writes to one terminal, if its user lets others write there: `mesg y` gives the group the right to write
 * (the man page of mesg). Never waits for one that was stopped, never makes it our own, never rejects.
 */
export async function tell(path: string, text: string): Promise<Told> {
  let terminal: FileHandle | undefined;
  try {
    if (!takesMessages(await stat(path))) return { type: 'closed' };
    const flags = constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
    terminal = await open(path, flags);
    // It may be another one by now.
    if (!takesMessages(await terminal.stat()) || !isatty(terminal.fd)) return { type: 'closed' };
    await terminal.writeFile(text);
    return { type: 'told' };
  } catch (error) {
    return { type: 'failed', code: codeOf(error) };
  } finally {
    await terminal?.close().catch(() => undefined);
  }
}

/** Whether a terminal takes messages now. */
export const isOpen = (path: string): Promise<boolean> => stat(path).then(takesMessages, () => false);

const takesMessages = (stats: Stats): boolean => stats.isCharacterDevice() && (stats.mode & 0o020) !== 0;
