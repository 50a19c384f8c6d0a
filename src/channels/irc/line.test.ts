import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteLength } from '../../kit/text.ts';
import { ircText, parseLine, roomFor } from './line.ts';

/** Texts of what IRC, UTF-8 and UTF-16 make something of. */
const hostile = (maxLength: number) =>
  fc.string({
    unit: fc.constantFrom(
      ' ',
      ':',
      '@',
      '#',
      '\r',
      '\n',
      '\0',
      '\u0001',
      'a',
      'é',
      '漢',
      '😀',
      '\ud800',
      '\u0301',
    ),
    maxLength,
  });

describe('a line of IRC', () => {
  it.each([
    ['PING :a b', '', 'PING', ['a b']],
    [':irc.test 001 bird :Welcome', 'irc.test', '001', ['bird', 'Welcome']],
    ['@time=x :n!u@h PRIVMSG #a ::)', 'n!u@h', 'PRIVMSG', ['#a', ':)']],
    [':s PONG s  tok', 's', 'PONG', ['s', 'tok']],
    ['error', '', 'ERROR', []],
    ['', '', '', []],
  ])('%j is read', (line, from, command, words) => {
    expect(parseLine(line)).toEqual({ from, command, words });
  });

  it('is read whatever stands in it', () => {
    fc.assert(fc.property(hostile(50), (text) => void parseLine(text)));
  });

  it('has room for any text, with what the server puts before it', () => {
    fc.assert(
      fc.property(hostile(800), fc.integer({ min: 1, max: 50 }), (text, length) => {
        const to = `#${'x'.repeat(length - 1)}`;
        const said = ircText(text, roomFor('PRIVMSG', 'sentinel', to));
        const line = `:sentinel__!${'u'.repeat(11)}@${'h'.repeat(63)} PRIVMSG ${to} :${said}\r\n`;
        expect(byteLength(line)).toBeLessThanOrEqual(512);
        expect(said).toMatch(/^[^\p{Cc}\p{Surrogate}]+$/u);
      }),
    );
  });

  it('keeps what a person sees as one character whole', () => {
    const family = '👩‍👩‍👧‍👦';
    const said = ircText(family.repeat(50), 100);
    expect(said.replaceAll(family, '')).toBe('…');
  });
});
