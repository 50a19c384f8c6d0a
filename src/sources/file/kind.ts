import type { Source, SourceKind, SourcePorts } from '../contract.ts';
import { fileOptions, type FileOptions } from './options.ts';

export const fileKind: SourceKind<FileOptions> = {
  kind: 'file',
  summary: 'Files, followed through rotations and restarts.',
  options: fileOptions,
  rewinds: true,
  open,
  unread: async (marks) => (await import('./unread.ts')).unreadBytes(marks),
};

/** What follows files is loaded when one is opened: to check a configuration its options are enough. */
async function* open(options: FileOptions, ports: SourcePorts): Source {
  const { followFiles } = await import('./follow.ts');
  yield* followFiles(options, ports);
}
