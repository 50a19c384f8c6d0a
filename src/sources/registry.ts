import type { SourceKind } from './contract.ts';
import { commandKind } from './command/kind.ts';
import { dockerKind } from './docker/kind.ts';
import { fifoKind } from './fifo.ts';
import { fileKind } from './file/kind.ts';
import { gelfKind } from './gelf/kind.ts';
import { journalKind } from './journal/kind.ts';
import { trapKind } from './snmp-trap/kind.ts';
import { stdinKind } from './stdin.ts';
import { syslogKind } from './syslog/kind.ts';

/** Every kind of source. A new one is its own file or folder and a line here. */
export const sourceKinds: readonly SourceKind<unknown>[] = [
  fileKind,
  journalKind,
  syslogKind,
  gelfKind,
  dockerKind,
  trapKind,
  commandKind,
  fifoKind,
  stdinKind,
];
