import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import type { SourceOutput } from './contract.ts';
import { stdinKind, readStream } from './stdin.ts';

function read(input: PassThrough, options: object = {}) {
  const stop = new AbortController();
  const outputs: SourceOutput[] = [];
  const ports = {
    name: 'in',
    now: () => instant(0),
    marks: new Map(),
    follow: true,
    maxLine: 100,
    signal: stop.signal,
  };
  const drain = async (): Promise<void> => {
    for await (const output of readStream(input, stdinKind.options.parse(options), ports))
      outputs.push(output);
  };
  const texts = (): string[] =>
    outputs.flatMap((output) =>
      output.type === 'chunk' ? [Buffer.from(output.chunk.bytes).toString()] : [],
    );
  const records = (): string[] => outputs.flatMap(recordsOf);
  const conditions = (): string[] =>
    outputs.flatMap((output) => (output.type === 'condition' ? [output.condition] : []));
  return { ended: drain(), texts, records, conditions, stop };
}

function recordsOf(output: SourceOutput): string[] {
  if (output.type !== 'chunk') return [];
  const text = Buffer.from(output.chunk.bytes).toString();
  const { records } = output.chunk;
  if (records.kind === 'lines') return text.split('\n').slice(0, -1);
  const [...offsets] = records.offsets;
  return offsets.flatMap((begin, at) => (at % 2 === 0 ? [text.slice(begin, offsets[at + 1])] : []));
}

test('lines in pieces, and a last one without an ending', async () => {
  const input = new PassThrough();
  const session = read(input);
  input.write('one\ntw');
  input.write('o\nthr');
  input.end('ee');
  await session.ended;
  expect(session.texts().join('')).toBe('one\ntwo\nthree');
  expect(session.conditions().at(-1)).toBe('gone');
});

test('a record of several lines is given when nothing follows for a while', async () => {
  const input = new PassThrough();
  const session = read(input, { multiline: { start: '^\\d', wait: '20ms' } });
  input.write('1 a\n  b\n');
  await expect.poll(session.texts).toEqual(['1 a\n  b\n']);
  session.stop.abort();
  await session.ended;
  expect(session.conditions()).toEqual(['reading', 'atEnd']);
});

test('an abort ends it while it waits', async () => {
  const session = read(new PassThrough());
  await expect.poll(session.conditions).toEqual(['reading', 'atEnd']);
  session.stop.abort();
  await session.ended;
});

test('closing and opening again loses nothing, neither of lines nor of the rest of a line that is too long', async () => {
  const input = new PassThrough();
  const first = read(input);
  input.write(`one\n${'x'.repeat(150)}`);
  await expect.poll(first.conditions).toEqual(['reading', 'atEnd']);
  first.stop.abort();
  await first.ended;
  input.write('xxx\ntw');
  const second = read(input);
  await expect.poll(second.conditions).toEqual(['reading', 'atEnd']);
  second.stop.abort();
  await second.ended;
  input.write('o\n');
  const third = read(input);
  input.end('three');
  await third.ended;
  const sessions = [first, second, third];
  expect(sessions.flatMap((session) => session.records())).toEqual(['one', 'x'.repeat(100), 'two', 'three']);
  expect(third.conditions().at(-1)).toBe('gone');
});
