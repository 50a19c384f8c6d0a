import type { KindRow } from '../kit/kind-row.ts';
import type { SourceKind } from './contract.ts';

/** Every kind of source, by the key that names it. A new one is its own file or folder and a line here. */
export const sourceKinds: readonly KindRow<SourceKind<unknown>>[] = [
  { kind: 'file', load: async () => (await import('./file/kind.ts')).fileKind },
  { kind: 'journal', load: async () => (await import('./journal/kind.ts')).journalKind },
  { kind: 'syslog', load: async () => (await import('./syslog/kind.ts')).syslogKind },
  { kind: 'gelf', load: async () => (await import('./gelf/kind.ts')).gelfKind },
  { kind: 'docker', load: async () => (await import('./docker/kind.ts')).dockerKind },
  { kind: 'snmp-trap', load: async () => (await import('./snmp-trap/kind.ts')).trapKind },
  { kind: 'command', load: async () => (await import('./command/kind.ts')).commandKind },
  { kind: 'fifo', load: async () => (await import('./fifo.ts')).fifoKind },
  { kind: 'stdin', load: async () => (await import('./stdin.ts')).stdinKind },
];
