import { disturb, makePattern, makeText } from '../oracle/perl/grammar.ts';
import { createChance, type Chance } from '../oracle/perl/random.ts';
import type { Chunk, Records } from '../../src/model/chunk.ts';
import type { Event } from '../../src/model/event.ts';
import type { Json } from '../../src/model/json.ts';
import type { FieldTest, Origin, Pattern, Scope } from '../../src/model/program.ts';
import { instant } from '../../src/model/time.ts';

/** Rules and records made for each other, so that some match. */
export interface World {
  readonly patterns: readonly Pattern[];
  readonly texts: readonly string[];
}

const WORDS = [
  'Failed password',
  'error',
  'sshd',
  'kernel: oops',
  'éclair',
  'Ω-ohm',
  'connection from',
  '\ufffd',
  'x',
  '1000',
];

/** Makes rules of every type, and texts near what they match. */
export function makeWorld(seed: number, dialect: Origin['dialect'] = 'native'): World {
  const chance = createChance(seed);
  const makers: (() => string)[] = [() => makeText(chance, 'u'), () => chance.pick(WORDS)];
  const patterns = Array.from({ length: 1 + chance.below(8) }, () => makeRule(chance, dialect, makers, 2));
  const texts = Array.from({ length: 6 + chance.below(12) }, () => {
    const parts = Array.from({ length: 1 + chance.below(3) }, () =>
      disturb(chance, 'u', chance.pick(makers)()),
    );
    return parts.join(chance.pick([' ', '', ': ']));
  });
  return { patterns, texts };
}

function makeRule(
  chance: Chance,
  dialect: Origin['dialect'],
  makers: (() => string)[],
  depth: number,
): Pattern {
  const origin: Origin = { dialect, file: 'rules', line: 1, column: 1 };
  const scope = chance.pick<Scope>(['either', 'message', 'line']);
  const kind = chance.below(depth > 0 ? 9 : 6);
  if (kind < 2) return { type: 'regex', source: wordy(chance, makers), scope, origin };
  if (kind === 2) {
    const { source, text } = makePattern(chance, 'u');
    makers.push(text);
    return { type: 'regex', source, scope, origin };
  }
  if (kind === 3) return { type: 'literal', text: chance.pick(WORDS), scope };
  if (kind < 6)
    return {
      type: 'field',
      field: chance.pick(['host', 'program', 'pid', 'user']),
      test: makeTest(chance, origin),
    };
  const of = (): Pattern => makeRule(chance, dialect, makers, depth - 1);
  if (kind === 6) return { type: 'all', of: [of(), of()] };
  if (kind === 7) return { type: 'any', of: [of(), of()] };
  return { type: 'not', of: of() };
}

function wordy(chance: Chance, makers: (() => string)[]): string {
  const escaped = (word: string): string => word.replace(/[^\w ]/g, '\\$&');
  const [a, b] = [chance.pick(WORDS), chance.pick(WORDS)];
  makers.push(
    () => `${a} 12 ${b}`,
    () => a.toUpperCase(),
    () => `${b}${a}`,
  );
  const [x, y] = [escaped(a), escaped(b)];
  const forms = [
    `${x} \\d+ ${y}`,
    `(?i)${x}`,
    `${x}|${y}`,
    `(?:${x}|${y})+$`,
    `^.*${x}.*?${y}`,
    `(?:${x})?${y}`,
    `[${x}]{2}${y}`,
  ];
  return chance.pick(forms);
}

function makeTest(chance: Chance, origin: Origin): FieldTest {
  return chance.pick<FieldTest>([
    { op: 'is', value: chance.pick(['web1', 'sshd', '42', 'root']) },
    { op: 'in', values: ['web1', 'kernel', '7'] },
    { op: 'in', values: ['10.0.0.0/8', '::1'] },
    { op: 'matches', source: '^[a-w]', origin },
    { op: 'above', value: 10 },
    { op: 'exists', value: chance.oneIn(2) },
  ]);
}

/** Texts as the bytes of a file, with line breaks left out of them, ended by LF or CR LF. */
export function toLines(texts: readonly string[], encoding: 'utf8' | 'latin1', ending = '\n'): Buffer {
  return Buffer.from(texts.map((text) => text.replace(/[\r\n]/g, ' ') + ending).join(''), encoding);
}

/** Bytes as a chunk. */
export function toChunk(bytes: Uint8Array, records: Records = { kind: 'lines' }): Chunk {
  const position = { stream: 's', begin: 0, end: bytes.length, mark: null };
  return { source: 's', bytes, records, position, receivedAt: instant(0), reference: instant(0) };
}

const HEAD = /^(?:(?<host>web1|10\.\d+\.0\.1) )?(?:(?<program>sshd|kernel)(?:\[(?<pid>\d+)\])?: )?/;

/** What a line format like syslog's makes of a record. */
export function textEvent(line: string): Event {
  const head = HEAD.exec(line);
  const base = eventOf(line, line.slice(head?.[0].length ?? 0), {});
  return Object.assign(
    base,
    Object.fromEntries(Object.entries(head?.groups ?? {}).filter(([, value]) => value !== undefined)),
  );
}

/** What a JSON format makes of a record; one that is no object is text. */
export function jsonEvent(line: string): Event {
  const members = parseObject(line);
  if (members === undefined) return eventOf(line, line, {});
  const { message, host, program, pid, ...fields } = members;
  const head = Object.entries({ host, program, pid }).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
  );
  return Object.assign(eventOf(line, messageText(message) ?? line, fields), Object.fromEntries(head));
}

function messageText(message: Json | undefined): string | undefined {
  if (typeof message === 'string') return message;
  if (typeof message === 'number') return String(message);
  return Array.isArray(message) ? Buffer.from(message.map(Number)).toString() : undefined;
}

function parseObject(line: string): { readonly [name: string]: Json } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as { readonly [name: string]: Json })
      : undefined;
  } catch {
    return undefined;
  }
}

function eventOf(line: string, text: string, fields: Event['fields']): Event {
  return { at: instant(0), receivedAt: instant(0), source: 's', stream: 's', offset: 0, line, text, fields };
}
