import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsOf, isGsm, smsBits } from '../../src/render/sms-alphabet.ts';
import { smsShape } from '../../src/render/sms-text.ts';
import { splitText } from '../../src/render/split.ts';
import { size } from '../size.ts';

const python = '/usr/bin/python3';
const program = join(import.meta.dirname, 'sms-gammu.py');
const isThere =
  existsSync(python) &&
  (() => {
    try {
      execFileSync(python, ['-c', 'import gammu'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

if (!isThere) console.warn('skipped: python3-gammu is not installed');

/** How many SMS gammu makes of each text, and what arrives. */
function ask(texts: readonly string[]): readonly (readonly [sms: number, arrived: string])[] {
  const questions = texts.map((text) => [text, !isGsm(text)]);
  const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' };
  const input = JSON.stringify(questions);
  return JSON.parse(execFileSync(python, [program], { input, env, encoding: 'utf8', maxBuffer: 2 ** 28 }));
}

const gsm = fc.constantFrom(..."aZ09 .-:/@£$ΔΦßüÖñ€[]{}~|^\\\n'");
const foreign = fc.constantFrom(...'êłЖ日·…', '🐦', '👨‍👩‍👧');
const unit = fc.oneof({ weight: 200, arbitrary: gsm }, { weight: 1, arbitrary: foreign });
const anyText = fc.oneof(
  fc.string({ unit: gsm, maxLength: 200 }),
  fc.string({ unit, maxLength: 400 }),
  fc.string({ unit: foreign, maxLength: 90 }),
);

describe.skipIf(!isThere)('SMS as gammu sees them (Debian’s python3-gammu)', { timeout: 120_000 }, () => {
  test('has the same letters in its GSM alphabet', () => {
    const points = Array.from({ length: 0x3000 }, (_, point) => String.fromCharCode(point));
    // The escape is no letter, though gammu takes ¹ for it, and a NUL ends gammu's text.
    const letters = points.filter((letter) => !'\u0000\u001b¹'.includes(letter));
    const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' };
    const input = JSON.stringify(letters.map((letter) => [letter, false]));
    const answers: readonly (readonly [number, string])[] = JSON.parse(
      execFileSync(python, [program], { input, env, encoding: 'utf8', maxBuffer: 2 ** 28 }),
    );
    const theirs = letters.filter((letter, index) => answers[index]?.[1] === letter);
    expect(theirs).toEqual(letters.filter(isGsm));
  });

  test('makes one SMS of what we count as one, and more of what is longer', () => {
    const texts = fc.sample(anyText, size('SMS', 400, 5000));
    const answers = ask(texts);
    texts.forEach((text, index) => {
      const [sms, arrived] = answers[index] ?? [0, ''];
      expect([text, sms <= 1]).toEqual([text, bitsOf(text) <= smsBits]);
      expect(arrived).toBe(text);
    });
  });

  test('makes one SMS of each part, and never more parts than allowed', () => {
    const words = fc.record({ maxSegments: fc.integer({ min: 1, max: 4 }), transliterate: fc.boolean() });
    const cases = fc.sample(fc.tuple(anyText, words), size('SMS', 300, 5000));
    const parts = cases.map(([text, each]) => {
      const shape = smsShape(each);
      const made = splitText(shape.neutralise(text.repeat(3)), shape);
      expect(made.length).toBeLessThanOrEqual(each.maxSegments);
      return made;
    });
    const all = parts.flat().filter((part) => part !== '');
    ask(all).forEach(([sms, arrived], index) => {
      expect([sms, arrived]).toEqual([1, all[index]]);
    });
  });
});
