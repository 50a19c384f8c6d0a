import type { Candidate, Chunk } from '../model/chunk.ts';
import type { MatchPorts, ScanFormat, Scanner, ScanRule } from './contract.ts';
import { records } from './records.ts';

/** Makes the scanner of one set of rules. */
export function createScanner(rules: readonly ScanRule[], _format: ScanFormat, _ports: MatchPorts): Scanner {
  const all = rules.map((rule) => rule.index).toSorted((a, b) => a - b);
  return { scan: (chunk) => everyRecord(chunk, all) };
}

function* everyRecord(chunk: Chunk, rules: readonly number[]): Generator<Candidate> {
  if (rules.length === 0) return;
  for (const [start, end] of records(chunk)) yield { start, end, rules };
}
