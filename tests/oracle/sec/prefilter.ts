import type { SecProgram } from '../../../src/engine/sec/program.ts';
import { scanPattern } from '../../../src/dialects/sec/scan-pattern.ts';
import type { MatchPorts } from '../../../src/match/contract.ts';
import { createScanner } from '../../../src/match/scanner.ts';
import { instant } from '../../../src/model/time.ts';
import { bytesOf } from './bytes.ts';

/** Whether the machine needs to see a line, as the byte scanner decides it. */
export function createPrefilter(
  program: SecProgram,
  ports: MatchPorts,
  on: boolean,
): (text: string) => boolean {
  if (!on) return () => true;
  const { pattern } = scanPattern(program);
  const scanner = createScanner([{ index: 0, pattern }], 'text', ports);
  return (text) => {
    const bytes = bytesOf(`${text}\n`);
    const position = { stream: 'case', begin: 0, end: bytes.length, mark: null };
    const at = instant(0);
    const chunk = {
      source: 'case',
      bytes,
      records: { kind: 'lines' },
      position,
      receivedAt: at,
      reference: at,
    } as const;
    return [...scanner.scan(chunk)].length > 0;
  };
}
