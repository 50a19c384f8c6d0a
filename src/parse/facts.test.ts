import { describe, expect, test } from 'vitest';
import type { RecordFacts } from '../model/chunk.ts';
import { instant } from '../model/time.ts';
import { createParser } from './event.ts';

const receivedAt = instant(1_800_000_000_000);
const chunk = { source: 'in', receivedAt, reference: receivedAt, position: { stream: 's' } };

const parse = (format: string, record: string, facts: RecordFacts, message?: string) =>
  createParser({ format, zone: 'UTC' }).parse(
    record,
    chunk,
    0,
    message === undefined ? { facts } : { facts, message },
  );

describe('what a source knows of a record', () => {
  test('a head that the source wrote is not parsed, and its message only where a format was declared', () => {
    const facts = {
      message: 3,
      at: instant(1_799_999_999_000),
      host: 'web1',
      program: 'odd name]: x',
      pid: '7',
    };
    const json = '{"msg":"disk","level":"error","disk":"sda"}';
    const guessed = parse('auto', `-- ${json}`, facts, json).event;
    expect(guessed).toMatchObject({ text: json, program: 'odd name]: x', at: facts.at, line: `-- ${json}` });
    expect(guessed.severity).toBeUndefined();
    const declared = parse(
      'json',
      `-- ${json}`,
      { ...facts, severity: 'info', fields: { unit: 'u', disk: '?' } },
      json,
    ).event;
    expect(declared).toMatchObject({
      text: 'disk',
      severity: 'err',
      host: 'web1',
      fields: { unit: 'u', disk: 'sda' },
    });
  });

  test('without a head of its own the record is parsed whole, and the fields stand beside it', () => {
    const line = '<34>Nov 20 10:00:06 web1 su[9]: text';
    const { event } = parse('auto', line, { fields: { peer: '192.0.2.1', facility: 'no' } });
    expect(event).toMatchObject({
      host: 'web1',
      program: 'su',
      fields: { peer: '192.0.2.1', facility: 'auth' },
    });
  });

  test('a time that cannot be true counts as little as that of a line', () => {
    const parsed = parse('auto', 'x', { message: 0, at: instant(1_900_000_000_000) }, 'x');
    expect(parsed).toMatchObject({ implausible: true, event: { at: receivedAt } });
  });
});
