import { describe, expect, test } from 'vitest';
import { weightedLength } from './x-length.ts';
import { cleanText, neutraliseForPost } from './x-neutralise.ts';

describe('weightedLength', () => {
  test.each([
    ['hello', 5],
    ['…', 2],
    ['“quoted”', 8],
    ['日本', 4],
    ['e\u0301', 1],
    ['👨‍👩‍👧‍👦', 2],
    ['👍🏽', 2],
    ['🇫🇷', 2],
    ['1️⃣', 2],
    ['see https://example.com/a', 27],
    ['203.0.113.9', 11],
  ])('%s weighs %d', (text, weight) => {
    expect(weightedLength(text)).toBeGreaterThanOrEqual(weight);
    if (!text.includes('://')) expect(weightedLength(text)).toBe(weight);
  });
});

describe('neutraliseForPost', () => {
  test.each([
    ['mail from @root to user@host', 'mail from @ root to user@host'],
    ['＠root ＃tag', '＠ root ＃ tag'],
    ['#tag #1 a#b 1️⃣#️⃣', '# tag #1 a#b 1️⃣#️⃣'],
    ['$PATH and $HOME cost $5', '$ PATH and $ HOME cost $5'],
    ['Main.java run.sh t.co/x', 'Main[.]java run[.]sh t[.]co/x'],
    ['https://www.example.co.uk/a.b', 'https://www[.]example[.]co[.]uk/a.b'],
    ['пример.рф 日本.jp', 'пример[.]рф 日本[.]jp'],
    ['203.0.113.9 http://203.0.113.9/x 10.0.0.1:80', '203.0.113.9 http://203.0.113[.]9/x 10.0.0[.]1:80'],
    ['version 5.15.0-generic, e.g. this. And that', 'version 5.15.0-generic, e.g. this. And that'],
  ])('%s becomes %s', (text, neutral) => {
    expect(neutraliseForPost(text)).toBe(neutral);
  });
});

describe('cleanText', () => {
  test.each([
    ['a\u202eb\u2066c', 'a\ufffdb\ufffdc'],
    ['@\u200broot \ufeffx\ufffe\uffff', '@root x\ufffd\ufffd'],
    ['x\u200dy 👨‍👩‍👧 न्‍य', 'xy 👨‍👩‍👧 न्‍य'],
    ['a\rb\u0085c\u2028d\ve', 'a b c d e'],
    ['a\r\nb\u0007c\td\ud800', 'a\nb c\td\ufffd'],
    [`e${'\u0301'.repeat(100)}`, `e${'\u0301'.repeat(30)}`],
  ])('%j becomes %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });
});
