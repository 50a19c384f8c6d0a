import { array, assert, constantFrom, dictionary, jsonValue, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alert, Notification } from '../../src/model/alert.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { instant } from '../../src/model/time.ts';
import { renderMessage, type MessageInput } from '../../src/render/message.ts';
import { createTemplates, type Template } from '../../src/render/template.ts';
import { plainShape, xDmShape, xPostShape } from '../../src/render/x-text.ts';

const at = instant(Date.parse('2026-11-20T10:00:06Z'));
const templates = await createTemplates({ zone: 'UTC' });
const place = { file: 'x', line: 1, column: 1 };

const bits = constantFrom(
  '{{',
  '}}',
  '{%',
  '%}',
  ' rule ',
  'line',
  ' include "x" ',
  '|',
  ' date: "now"',
  '\n',
  '\u001b[2J',
  '$(id)',
  '@root',
  'a.b',
  ' ',
);
const hostile = oneof(
  array(bits, { maxLength: 12 }).map((parts) => parts.join('')),
  string({ unit: 'binary' }),
);

function compiled(source: string): Template {
  const checked = templates.compile(source, undefined, place);
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

const line = compiled('<{{ line }}|{{ fields.x }}>');

function inputOf(text: string, fields: JsonObject, shape: MessageInput['shape']): MessageInput {
  const last = {
    count: 1,
    first: at,
    last: at,
    fields,
    host: text,
    source: 's',
    stream: 'f',
    offset: 0,
    line: text,
  };
  const alert: Alert = {
    id: 'A1B2C3D4E5',
    rule: 'r',
    key: [text],
    severity: 'warning',
    status: 'open',
    raises: 1,
    mutedSinceTold: 0,
    firstAt: at,
    lastAt: at,
    last,
    samples: [],
  };
  const notification: Notification = {
    id: 'N',
    alerts: [alert.id],
    severity: 'warning',
    receiver: 'o',
    channel: 'c',
    hop: 0,
    reason: 'first',
    state: 'sending',
    createdAt: at,
    dueAt: at,
    attempt: 1,
    part: 0,
  };
  return { notification, alerts: [alert], templates: () => ({ text: line }), shape, zone: 'UTC', now: at };
}

describe('log text in messages', () => {
  test('comes out of a template as it went in', () => {
    assert(
      property(hostile, (text) => {
        expect(line.render({ line: text, fields: { x: text } }, { now: at })).toBe(`<${text}|${text}>`);
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever the alert, a message comes of it, twice the same', () => {
    const fields = dictionary(string(), jsonValue()).map((value) => value as JsonObject);
    assert(
      property(hostile, fields, constantFrom(plainShape, xPostShape, xDmShape), (text, values, shape) => {
        const input = inputOf(text, values, shape);
        const message = renderMessage(input);
        expect(message.parts.length).toBeGreaterThan(0);
        for (const part of message.parts) expect(shape.measure(part)).toBeLessThanOrEqual(shape.limit);
        expect(message.parts[0]).toContain('A1B2C3');
        expect(renderMessage(input)).toEqual(message);
      }),
      { numRuns: 1000 },
    );
  });

  test('any source either compiles or is a mistake with a place', () => {
    assert(
      property(hostile, (source) => {
        const checked = templates.compile(source, new Set(), place);
        if (checked.ok)
          expect(checked.value.render({ rule: 'r', line: 'l' }, { now: at })).toEqual(expect.any(String));
        else expect(checked.diagnostics[0]).toMatchObject({ file: 'x', severity: 'error' });
      }),
      { numRuns: 1000 },
    );
  });
});
