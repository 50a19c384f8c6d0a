import type { SourceKind } from '../contract.ts';
import { followFiles } from './follow.ts';
import { fileOptions, type FileOptions } from './options.ts';
import { unreadBytes } from './unread.ts';

export const fileKind: SourceKind<FileOptions> = {
  kind: 'file',
  summary: 'Files, followed through rotations and restarts.',
  options: fileOptions,
  rewinds: true,
  open: (options, ports) => followFiles(options, ports),
  unread: unreadBytes,
};
