import { pullBlocks } from '../blocks.ts';
import { startChild } from '../child.ts';
import { journalArguments, type JournalRequest } from './arguments.ts';
import { recordOf, type JournalRecord } from './entry.ts';
import { createExportReader } from './export.ts';
import type { JournalOptions } from './options.ts';

/** What journalctl answered: the entry, or that there is none; or why it could not answer. */
export type JournalAnswer =
  | { readonly type: 'entry'; readonly entry: JournalRecord | undefined }
  | { readonly type: 'failed'; readonly why: string }
  | { readonly type: 'late' }
  | { readonly type: 'aborted' };

/** Its words are looked for, so they must be its own. */
export const journalEnvironment = { LC_ALL: 'C', SYSTEMD_COLORS: '0' };

const small = { message: 1024, value: 1024, fields: 64 };

/** Asks for one entry, at most `patience` milliseconds long. */
export async function askJournal(
  options: JournalOptions,
  request: Exclude<JournalRequest, { type: 'from' }>,
  signal: AbortSignal,
  patience: number,
): Promise<JournalAnswer> {
  const child = startChild(journalArguments(options, request), journalEnvironment);
  if (child.output === undefined) return { type: 'failed', why: (await child.ended).how };
  const blocks = pullBlocks(child.output, signal);
  const reader = createExportReader(small);
  const until = performance.now() + patience;
  try {
    for (;;) {
      const block = await blocks.next(Math.max(1, until - performance.now()));
      if (block === 'late') return { type: 'late' };
      if (block === 'aborted') return { type: 'aborted' };
      if (block === undefined) break;
      const [entry] = reader.read(block) ?? [];
      if (entry !== undefined) return { type: 'entry', entry: recordOf(entry) };
    }
    const { how, code, complaint } = await child.ended;
    if (code === 0) return { type: 'entry', entry: undefined };
    return { type: 'failed', why: complaint === '' ? how : `${how}: ${complaint}` };
  } finally {
    blocks.close();
    await child.stop();
  }
}
