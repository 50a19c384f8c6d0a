import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeys } from './top-keys.ts';

test('keys are the same however their bytes come', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'q',
      'j',
      '\t',
      '\u001b[A',
      '\u001bOB',
      '\u001b[5~',
      '\u001b[Z',
      '2',
      'x',
      '\u001b[1;5C',
      '\u001b[200~',
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(pieces, fc.array(fc.integer({ min: 1, max: 4 })), (sent, cuts) => {
      const text = sent.join('');
      const whole = createKeys().take(text);
      const keys = createKeys();
      const cut: unknown[] = [];
      for (let at = 0, n = 0; at < text.length; n++) {
        const length = cuts[n] ?? 1;
        cut.push(...keys.take(text.slice(at, at + length)));
        at += length;
      }
      expect(cut).toEqual(whole);
    }),
  );
});

test('whatever comes is taken, and what never ends is forgotten', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const keys = createKeys();
      for (const text of texts) keys.take(text);
      keys.take(`\u001b[${'1;'.repeat(1000)}`);
      keys.take('~');
      expect(keys.take('q')).toEqual(['quit']);
    }),
  );
});

test.each([
  ['\u001bq', ['quit']],
  ['\u0003', ['quit']],
  ['\u001b[Aj', ['up', 'down']],
  ['3', [{ view: 2 }]],
  ['xyz', []],
])('%j', (text, keys) => {
  expect(createKeys().take(text)).toEqual(keys);
});
