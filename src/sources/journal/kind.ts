import type { SourceKind } from '../contract.ts';
import { followJournal } from './follow.ts';
import { journalOptions, type JournalOptions } from './options.ts';

export const journalKind: SourceKind<JournalOptions> = {
  kind: 'journal',
  summary: "The system's journal, read through journalctl and followed through rotations and restarts.",
  options: journalOptions,
  addsFields: true,
  rewinds: true,
  open: (options, ports) => followJournal(options, ports),
};
