import { describe, expect, test } from 'vitest';
import { loadKinds } from '../kit/kind-row.ts';
import { sourceKinds } from './registry.ts';

const kinds = await loadKinds(sourceKinds);
const kindNamed = (name: string) => kinds.find(({ kind }) => kind === name);

/** What is said of wrong options; empty: they are right. */
const mistakes = (kind: string, options: unknown): string[] => {
  const read = kindNamed(kind)?.options.safeParse(options);
  return read?.error?.issues.map((issue) => JSON.stringify(issue)) ?? [];
};

describe('options that make no sense are refused', () => {
  test.each<[string, unknown, string]>([
    ['journal', { journal: { priority: 'loud' } }, 'priority such as warning'],
    ['journal', { journal: { matches: ['--help'] } }, 'FIELD=value'],
    ['journal', { journal: { directory: '/a', file: '/b' } }, 'exclude each other'],
    ['journal', { journal: { units: ['a\nb'] } }, 'control characters'],
    ['journal', { journal: { program: 'journalctl' } }, 'absolute path'],
    ['journal', { journal: false }, 'journal'],
    ['syslog', { syslog: { listen: 'http://x:1' } }, 'not an address to listen on'],
    ['syslog', { syslog: { listen: 'tls://:6514' } }, 'cert-file'],
    ['syslog', { syslog: { listen: 'udp://:514', from: ['10.0.0.0/99'] } }, 'not a network'],
    ['syslog', { syslog: { listen: 'udp://:514', buffer: '1B' } }, 'not a size'],
    ['syslog', { syslog: { listen: 'unix:/x', mode: '999' } }, 'not a mode'],
    [
      'syslog',
      { syslog: { listen: 'tls://:1', tls: { 'cert-file': '/c', 'key-file': '/k', names: ['a'] } } },
      'needs \\"ca-file\\"',
    ],
    [
      'syslog',
      { syslog: { listen: 'tls://:1', tls: { 'cert-file': '/c', 'key-file': '/k', fingerprints: ['ab'] } } },
      'fingerprint',
    ],
    ['gelf', { gelf: { listen: 'tls://:1' } }, 'not an address to listen on'],
    ['docker', { docker: { socket: '/a', directory: '/b' } }, 'exclude each other'],
    ['snmp-trap', { 'snmp-trap': { listen: '-x' } }, 'not an address'],
    ['snmp-trap', { 'snmp-trap': { mibs: 'A B' } }, 'not a list of MIBs'],
    ['command', { command: 'df -P' }, 'array'],
    ['command', { command: [''] }, 'program is missing'],
    ['command', { command: ['x\0'] }, 'NUL'],
    ['command', { command: ['/bin/df'], every: 'often' }, 'not a duration'],
    ['fifo', { fifo: 'relative' }, 'absolute path'],
  ])('%s: %j', (kind, options, said) => {
    expect(mistakes(kind, options).join()).toContain(said);
  });

  test.each<[string, unknown]>([
    ['journal', { journal: true }],
    [
      'journal',
      { journal: { units: 'ssh.service', priority: 'emerg..err', matches: ['_UID=0'], boot: 'current' } },
    ],
    [
      'syslog',
      { syslog: { listen: ['udp://:514', 'unix:/dev/log'], from: ['10.0.0.0/8', '::1'], rate: 1000 } },
    ],
    ['gelf', { gelf: { listen: 'udp://:12201' } }],
    ['docker', { docker: true, start: 'beginning' }],
    ['snmp-trap', { 'snmp-trap': {} }],
    ['command', { command: ['/bin/df'], every: '5m' }],
    ['fifo', { fifo: '/run/in', multiline: { start: '^x' } }],
  ])('%s: %j is right', (kind, options) => {
    expect(mistakes(kind, options)).toEqual([]);
  });
});
