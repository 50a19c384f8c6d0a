import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Chunk } from '../../src/model/chunk.ts';
import type { Event } from '../../src/model/event.ts';
import type { Pattern } from '../../src/model/program.ts';
import type { ScanFormat } from '../../src/match/contract.ts';
import { compilePattern } from '../../src/match/matcher.ts';
import { records } from '../../src/match/records.ts';
import { createScanner } from '../../src/match/scanner.ts';
import { instant } from '../../src/model/time.ts';
import { createParser } from '../../src/parse/event.ts';
import { createTestPorts } from './match-ports.ts';
import { jsonEvent, makeWorld, textEvent, toChunk, toLines } from './match-programs.ts';
import { size } from '../size.ts';

/** No match here runs away: a time limit would only tell how busy the machine is. */
const ports = createTestPorts(20_000);
const RUNS = { numRuns: size('RUNS', 200, 4000) };
const seeds = fc.integer({ min: 0, max: 2 ** 31 });

interface Reading {
  readonly encoding: 'utf8' | 'latin1';
  readonly format: ScanFormat;
  readonly toEvent: (line: string) => Event;
}

const TEXT: Reading = { encoding: 'utf8', format: 'text', toEvent: textEvent };
const JSON_LINES: Reading = { encoding: 'utf8', format: 'escaped', toEvent: jsonEvent };
const SEC: Reading = { encoding: 'latin1', format: 'text', toEvent: (line) => textEvent(line) };

/** Every match of every rule, as `start rule groups`, among the given records with the given rules. */
function matches(
  chunk: Chunk,
  patterns: readonly Pattern[],
  offered: Iterable<{ start: number; end: number; rules: readonly number[] }>,
  { encoding, toEvent }: Reading,
): string[] {
  const matchers = patterns.map((pattern) => {
    const compiled = compilePattern(pattern, ports);
    return compiled.ok ? compiled.value.matcher : undefined;
  });
  const found: string[] = [];
  for (const { start, end, rules } of offered) {
    const event = toEvent(ports.decode(chunk.bytes, start, end, encoding));
    for (const rule of rules) {
      const groups = matchers[rule]?.match(event);
      if (groups !== undefined) found.push(`${String(start)} ${String(rule)} ${JSON.stringify(groups)}`);
    }
  }
  return found;
}

function compare(chunk: Chunk, patterns: readonly Pattern[], reading: Reading): void {
  const rules = patterns.map((pattern, index) => ({ index, pattern }));
  const scanner = createScanner(rules, reading.format, ports);
  const candidates = [...scanner.scan(chunk)];
  const all = [...records(chunk)].map(([start, end]) => ({
    start,
    end,
    rules: rules.map(({ index }) => index),
  }));
  expect(matches(chunk, patterns, candidates, reading)).toEqual(matches(chunk, patterns, all, reading));
  for (const [index, { start, end, rules: some }] of candidates.entries()) {
    expect(all.some((record) => record.start === start && record.end === end)).toBe(true);
    expect(start).toBeGreaterThan(index === 0 ? -1 : (candidates[index - 1]?.start ?? 0));
    expect(some).toEqual([...new Set(some)].toSorted((a, b) => a - b));
  }
}

test('text: candidates give what all records give', () => {
  fc.assert(
    fc.property(seeds, fc.constantFrom('\n', '\r\n'), (seed, ending) => {
      const { patterns, texts } = makeWorld(seed);
      const heads = ['', 'web1 ', 'web1 sshd[42]: ', '10.1.0.1 kernel: '];
      const lines = texts.map((text, index) => (heads[(seed + index) % 4] ?? '') + text);
      compare(toChunk(toLines(lines, 'utf8', ending)), patterns, TEXT);
    }),
    RUNS,
  );
});

test('bytes that are no UTF-8', () => {
  fc.assert(
    fc.property(seeds, fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 }), (seed, noise) => {
      const { patterns, texts } = makeWorld(seed);
      const bytes = toLines(texts, 'utf8');
      for (const [index, byte] of noise.entries()) bytes[(index * 7919 + seed) % bytes.length] = byte;
      compare(toChunk(bytes), patterns, TEXT);
    }),
    RUNS,
  );
});

test('SEC: Latin-1 text', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { patterns, texts } = makeWorld(seed, 'sec');
      compare(toChunk(toLines(texts, 'latin1')), patterns, SEC);
    }),
    RUNS,
  );
});

test('JSON, with every way to write a character, and messages as numbers', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { patterns, texts } = makeWorld(seed);
      const lines = texts.map((text, index) => jsonLine(text, seed + index));
      compare(toChunk(toLines(lines, 'utf8')), patterns, JSON_LINES);
    }),
    RUNS,
  );
});

test('lines of any format, each recognised by itself', () => {
  const parser = createParser({ format: 'auto', zone: 'UTC' });
  const guessed: Reading = {
    encoding: 'utf8',
    format: 'guessed',
    toEvent: (line) => parser.parse(line, HEAD, 0).event,
  };
  fc.assert(
    fc.property(seeds, (seed) => {
      const { patterns, texts } = makeWorld(seed);
      const lines = texts.map((text, index) => anyLine(text, seed + index));
      compare(toChunk(toLines(lines, 'utf8')), patterns, guessed);
    }),
    RUNS,
  );
});

const HEAD = {
  source: 'a',
  receivedAt: instant(1.8e12),
  reference: instant(1.8e12),
  position: { stream: 'a' },
};

/** A text in one of the formats, or none, with the escapes that each has. */
function anyLine(text: string, variant: number): string {
  const quoted = JSON.stringify(text);
  const hidden = quoted.replace(/[a-e]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
  switch (variant % 8) {
    case 0:
      return `Nov 20 10:00:06 web1 sshd[42]: ${text}`;
    case 1:
      return `<34>1 2026-11-20T10:00:06Z web1 sshd 42 - [x user=${quoted}] ${text}`;
    case 2:
      return `time=2026-11-20T10:00:06Z program=sshd msg=${hidden}`;
    case 3:
      return `  @cee:{"host":"web1","msg":${quoted}}`.slice(variant % 3 === 0 ? 2 : 0);
    case 4:
      return `Message=${hidden} größe=12`;
    case 5:
      return ` ${jsonLine(text, variant >> 3)}`;
    case 6:
      return `kernel: [12.5] ${text} \\ and [client 1] : [2, 3]`;
    default:
      return text;
  }
}

function jsonLine(text: string, variant: number): string {
  const members = { host: 'web1', program: 'sshd', pid: variant % 2 === 0 ? 42 : '42', user: 'root' };
  const bare = text.replace(/["\\\u0000-\u001f]/g, '_');
  switch (variant % 6) {
    case 0:
      return JSON.stringify({ ...members, message: text });
    case 1:
      return JSON.stringify({ message: bare, ...members }).replace(
        /[a-e]/g,
        (char) => `\\u00${char.charCodeAt(0).toString(16)}`,
      );
    case 2:
      return `{"message": [ ${[...Buffer.from(text)].join(', ')}]}`;
    case 3:
      return variant % 4 === 0 ? '{"message": 1e3}' : '{"message": 12.50}';
    case 4:
      return `{"message":[ -0,${[...Buffer.from(text)].join()}]}`;
    default:
      return `{"pid":4.2e1, "message":${JSON.stringify(bare)}}`;
  }
}

test('records of several lines', () => {
  fc.assert(
    fc.property(
      seeds,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      (seed, height, gap) => {
        const { patterns, texts } = makeWorld(seed);
        const bytes = Buffer.from(texts.join('\n'));
        const offsets: number[] = [];
        let start = 0;
        for (let at = 0, lines = 0; at <= bytes.length; at += 1) {
          if (at < bytes.length && (bytes[at] !== 0x0a || (lines += 1) % height !== 0)) continue;
          if (at > start) offsets.push(start, at);
          start = at + gap;
          at = Math.max(at, start - 1);
        }
        compare(toChunk(bytes, { kind: 'table', offsets: Uint32Array.from(offsets) }), patterns, TEXT);
      },
    ),
    RUNS,
  );
});

test('wherever a file is cut between lines, the candidates are the same', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const { patterns, texts } = makeWorld(seed);
      const bytes = toLines(texts, 'utf8');
      const scanner = createScanner(
        patterns.map((pattern, index) => ({ index, pattern })),
        'text',
        ports,
      );
      const scan = (from: number, to: number): string[] =>
        Array.from(scanner.scan(toChunk(bytes.subarray(from, to))), ({ start, end, rules }) =>
          [from + start, from + end, ...rules].join(' '),
        );
      const whole = scan(0, bytes.length);
      for (let cut = bytes.indexOf(10) + 1; cut > 0; cut = bytes.indexOf(10, cut) + 1) {
        expect([...scan(0, cut), ...scan(cut, bytes.length)]).toEqual(whole);
      }
    }),
    RUNS,
  );
});
