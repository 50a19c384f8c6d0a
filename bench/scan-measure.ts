import { closeSync, openSync, readSync } from 'node:fs';
import { createMatchPorts } from '../src/daemon/node-ports.ts';
import { compilePattern } from '../src/match/matcher.ts';
import { createScanner } from '../src/match/scanner.ts';
import type { Matcher } from '../src/match/contract.ts';
import type { Chunk } from '../src/model/chunk.ts';
import type { Event } from '../src/model/event.ts';
import type { Pattern } from '../src/model/program.ts';
import { instant } from '../src/model/time.ts';
import { patternsOf } from './scan-data.ts';

/** What one run of the scanner alone took: seconds, megabytes at the peak, and what it counted. */
export interface Measured {
  /** To read the same file in the same way and do nothing with it. */
  readonly reading: number;
  readonly count: number;
  readonly candidates: number;
  readonly lines: number;
  readonly wall: number;
  readonly cpu: number;
  readonly compileMs: number;
  readonly peakMb: number;
}

const CHUNK = 128 * 1024;
const LF = 10;

/** Opens, reads and scans a log, and counts the lines that match one of the patterns. */
export function measure(log: string, rules: string): Measured {
  const compiling = performance.now();
  const ports = createMatchPorts();
  const patterns = patternsOf(rules).map(toPattern);
  const matchers = patterns.map((pattern) => {
    const compiled = compilePattern(pattern, ports);
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.diagnostics));
    return compiled.value.matcher;
  });
  const scanner = createScanner(
    patterns.map((pattern, index) => ({ index, pattern })),
    'text',
    ports,
  );
  const compileMs = performance.now() - compiling;
  const started = performance.now();
  const before = process.cpuUsage();
  let count = 0;
  let candidates = 0;
  eachChunk(log, (bytes) => {
    for (const { start, end, rules: some } of scanner.scan(toChunk(bytes))) {
      candidates += 1;
      if (matchesOne(matchers, some, ports.decode(bytes, start, end, 'latin1'))) count += 1;
    }
  });
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - started) / 1000;
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const reading = readAlone(log);
  const lines = countLines(log);
  return { count, candidates, lines, wall, cpu: (user + system) / 1e6, compileMs, peakMb, reading };
}

/** Seconds below which no scanner comes that has its bytes from read(2). */
function readAlone(log: string): number {
  const started = performance.now();
  eachChunk(log, () => undefined);
  return (performance.now() - started) / 1000;
}

function toPattern(source: string, index: number): Pattern {
  return {
    type: 'regex',
    source,
    scope: 'line',
    origin: { dialect: 'sec', file: 'rules', line: index + 1, column: 1 },
  };
}

function matchesOne(matchers: readonly Matcher[], rules: readonly number[], line: string): boolean {
  const event = eventOf(line);
  for (const rule of rules) if (matchers[rule]?.match(event) !== undefined) return true;
  return false;
}

/** Written out: a spread for each candidate would be measured with the scanner. */
const eventOf = (line: string): Event => ({
  at: start,
  receivedAt: start,
  source: 'bench',
  stream: 'bench',
  offset: 0,
  line,
  text: line,
  fields,
});

const start = instant(0);
const fields = {};

/** Whole lines at a time, in one buffer that stays in the processor's cache. */
export function eachChunk(path: string, visit: (bytes: Uint8Array) => void): void {
  const file = openSync(path, 'r');
  const buffer = Buffer.allocUnsafeSlow(2 * CHUNK);
  let kept = 0;
  for (;;) {
    const read = readSync(file, buffer, kept, CHUNK, null);
    if (read === 0) break;
    const filled = kept + read;
    const end = buffer.lastIndexOf(LF, filled - 1) + 1;
    visit(buffer.subarray(0, end));
    buffer.copyWithin(0, end, filled);
    kept = filled - end;
  }
  if (kept > 0) visit(buffer.subarray(0, kept));
  closeSync(file);
}

function countLines(path: string): number {
  let lines = 0;
  eachChunk(path, (bytes) => {
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines += 1;
  });
  return lines;
}

/** Lines as a chunk. */
export function toChunk(bytes: Uint8Array): Chunk {
  const position = { stream: 'bench', begin: 0, end: bytes.length, mark: null };
  return {
    source: 'bench',
    bytes,
    records: { kind: 'lines' },
    position,
    receivedAt: instant(0),
    reference: instant(0),
  };
}
