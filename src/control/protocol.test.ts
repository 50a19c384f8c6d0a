import { expect, test } from 'vitest';
import { parseRequest } from './protocol.ts';

const asked = (command: string, args: object) => parseRequest(JSON.stringify({ v: 1, id: 1, command, args }));

test.each(['', '#', ' '])('%j is the beginning of no id, for it would be that of every one', (id) => {
  const refused = { ok: false, error: { code: 'badArguments' } };
  expect(asked('resolve', { alert: id })).toMatchObject(refused);
  expect(asked('acknowledge', { alert: id, author: 'anna' })).toMatchObject(refused);
  expect(asked('silence-expire', { silence: id })).toMatchObject(refused);
});

test.each(['7', '#7KD'])('%j is the beginning of an id', (id) => {
  expect(asked('resolve', { alert: id })).toMatchObject({ ok: true });
});
