import { assert, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonForTerminal, safeForTerminal, safeLine } from './terminal.ts';

describe('safeForTerminal', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['\u009b2J', '\\x9b2J'],
    ['user\u202etxt.exe', 'user\\u202etxt.exe'],
    ['over\rwritten', 'over\\rwritten'],
    ['a\u2028b', 'a\\u2028b'],
    ['tab\tand\nnewline', 'tab\tand\nnewline'],
    ['\ud800', '\\ud800'],
    ['naïve 👨‍👩‍👧 日本', 'naïve 👨‍👩‍👧 日本'],
  ])('%j is shown as %j', (text, shown) => {
    expect(safeForTerminal(text)).toBe(shown);
  });

  test('no control but tab and newline is left of any text', () => {
    const hostile =
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u;
    assert(
      property(string({ unit: 'binary', maxLength: 60 }), (text) => !hostile.test(safeForTerminal(text))),
      { numRuns: 2000, examples: [[String.fromCharCode(...Array(256).keys())]] },
    );
  });

  test('safeLine gives one line', () => {
    expect(safeLine('a\nb\r\nc')).toBe('a\\nb\\r\\nc');
  });
});

describe('jsonForTerminal', () => {
  test('is JSON of the same value, and a terminal finds nothing in it to obey', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 60 }), (text) => {
        const json = jsonForTerminal({ [text]: [text] });
        expect(JSON.parse(json)).toEqual({ [text]: [text] });
        expect(json).not.toContain('\n');
        expect(safeForTerminal(json)).toBe(json);
      }),
      { numRuns: 2000, examples: [[String.fromCharCode(...Array(256).keys())], ['\u202e\ufeff\ud800']] },
    );
  });

  test('escapes as JSON does', () => {
    expect(jsonForTerminal('\u007f\u009b2J')).toBe('"\\u007f\\u009b2J"');
  });
});
