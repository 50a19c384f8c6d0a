import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { loadKinds } from '../../src/kit/kind-row.ts';
import { sourceKinds } from '../../src/sources/registry.ts';
import { openSession, type SourceSession } from '../peers/source-session.ts';
import { sourceWorlds, type SourceWorld } from './source-worlds.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

test('every kind of source has its world here', () => {
  expect(Object.keys(sourceWorlds).toSorted()).toEqual(sourceKinds.map(({ kind }) => kind).toSorted());
});

/** Lines that somebody might hope to do harm with. */
const hostile = [
  '$(id)`id`;id|id',
  '%s%n%x %b %v',
  '\'"\\',
  '{"a": [1',
  '<34>1 - - - - - -',
  '12 octets',
  '[x y="z"]',
  '..//../etc/passwd',
  'ünïcödé \u202e🐦',
  'x'.repeat(5000),
];

const named = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${String(from + index)}`);

let counter = 0;

describe.each(await loadKinds(sourceKinds))('the laws of a source of kind $kind', (kind) => {
  let world: SourceWorld | string;
  const sessions: SourceSession[] = [];
  const opened = (): SourceWorld => {
    if (typeof world === 'string') throw new Error(world);
    return world;
  };
  beforeEach(async (context) => {
    counter += 1;
    world = (await sourceWorlds[kind.kind]?.()) ?? 'no world';
    if (typeof world === 'string') context.skip(world);
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.stop()));
    if (typeof world !== 'string') await world.close();
  });

  function open(options: Parameters<typeof openSession>[1] = {}): SourceSession {
    const { open: own, options: written } = opened();
    const name = `in-${String(counter)}`;
    const read = kind.options.parse(written);
    const session = openSession(
      (ports) => own?.({ ...ports, name }) ?? kind.open(read, { ...ports, name }),
      options,
    );
    sessions.push(session);
    return session;
  }

  const texts = (...of: SourceSession[]): string[] =>
    of.flatMap((session) =>
      session.records().map(({ bytes, facts }) => {
        const message = bytes.subarray(facts?.message).toString();
        return opened().textOf?.(message) ?? message;
      }),
    );

  test('says how it stands before it yields the first record, and reads what is written', async () => {
    const session = open();
    await session.until(() => session.conditions().length > 0, 'a condition');
    await opened().write(named(1, 5));
    await session.untilRecords(5);
    expect(texts(session)).toEqual(named(1, 5));
    expect(session.outputs[0]?.type).toBe('condition');
    const streams = new Map<string, string[]>();
    for (const output of session.outputs)
      if (output.type === 'condition')
        streams.set(output.stream, [...(streams.get(output.stream) ?? []), output.condition]);
    // A condition is said only when it changes.
    for (const said of streams.values())
      said.reduce((before, now) => (expect(now).not.toBe(before), now), '');
  });

  test('goes on where it was when it is closed and opened again, without loss and without repetition', async () => {
    const first = open();
    await first.until(() => first.conditions().length > 0, 'a condition');
    await opened().write(named(1, 20));
    await first.untilRecords(20);
    await first.stop();
    await opened().write(named(21, 40));
    const second = open({ marks: first.marks });
    await second.untilRecords(20);
    await opened().write(['last']);
    await second.untilRecords(21);
    expect(texts(first, second)).toEqual([...named(1, 40), 'last']);
  });

  test('waits for whoever takes what it yields, and loses nothing meanwhile', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const session = open({ gate: () => gate });
    await session.until(() => session.outputs.length > 0, 'an output');
    for (let at = 0; at < 10; at += 1) await opened().write(named(at * 50 + 1, at * 50 + 50));
    expect(session.outputs).toHaveLength(1);
    release();
    await session.untilRecords(500);
    expect(texts(session)).toEqual(named(1, 500));
  });

  test('ends when it is told to, while it waits and while its output is not taken', async () => {
    const idle = open();
    await idle.until(() => idle.conditions().length > 0, 'a condition');
    await idle.stop();
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const busy = open({ gate: () => gate });
    await busy.until(() => busy.outputs.length > 0, 'an output');
    const stopping = busy.stop();
    release();
    await stopping;
  });

  test('whatever is written is data: it comes as it was', async () => {
    const session = open();
    await session.until(() => session.conditions().length > 0, 'a condition');
    await opened().write(hostile);
    await session.untilRecords(hostile.length);
    expect(texts(session)).toEqual(hostile);
    expect(session.notices()).toEqual([]);
  });

  test('its chunks are what a chunk must be', async () => {
    const session = open();
    await session.until(() => session.conditions().length > 0, 'a condition');
    await opened().write(named(1, 100));
    await session.untilRecords(100);
    const ends = new Map<string, number>();
    for (const output of session.outputs) {
      if (output.type !== 'chunk') continue;
      const { bytes, records, facts, position, receivedAt, reference } = output.chunk;
      expect(position.begin).toBeGreaterThanOrEqual(ends.get(position.stream) ?? 0);
      expect(position.end).toBeGreaterThanOrEqual(position.begin);
      ends.set(position.stream, position.end);
      expect(reference).toBeLessThanOrEqual(receivedAt);
      expect(() => JSON.stringify(position.mark)).not.toThrow();
      if (records.kind === 'lines') continue;
      const offsets = [...records.offsets];
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      expect(offsets.at(-1) ?? 0).toBeLessThanOrEqual(bytes.length);
      if (facts === undefined) continue;
      expect(facts).toHaveLength(offsets.length / 2);
      facts.forEach((known, index) => {
        const record = Buffer.from(bytes.subarray(offsets[index * 2], offsets[index * 2 + 1])).toString();
        // The scanner looks for these in the record's bytes.
        for (const word of [known.host, known.program, known.pid])
          if (word !== undefined) expect(record).toContain(word);
      });
    }
  });

  test('every option says what it is', () => {
    const schema = z.toJSONSchema(kind.options, { io: 'input', unrepresentable: 'any' });
    const bare: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
        for (const [name, inner] of Object.entries(node.properties)) {
          if (typeof inner !== 'object' || inner === null || !('description' in inner))
            bare.push(`${path}${name}`);
          visit(inner, `${path}${name}.`);
        }
      }
      if ('anyOf' in node && Array.isArray(node.anyOf)) for (const member of node.anyOf) visit(member, path);
    };
    visit(schema, '');
    expect(bare).toEqual([]);
  });
});
