import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderInRounds as renderWithin, variableText, type Growth } from './rounds.ts';
import { parseTemplate, render, type Rounds, type Values } from './template.ts';

const values: Values = {
  match: (sign, name) =>
    ({
      dollar: { '1': 'one', '12': 'twelve', user: 'bob', ':LOG:who': 'eve' },
      percent: { '1': 'first', id: '7' },
    })[sign][name as '1'],
  action: (name) => ({ s: 'desc', v: 'val$1%v', '.sp': ' ' })[name as 's'] ?? '',
};
const ample: Growth = {
  most: 10_000,
  reached: () => {
    throw new Error('the limit is not reached');
  },
};
const renderInRounds = (text: string, rounds: Rounds, from: Values): string =>
  renderWithin(text, rounds, from, ample);
const fill = (text: string, rounds: Partial<Rounds>): string => {
  const all = { percent: false, dollar: false, action: false, ...rounds };
  const template = parseTemplate(text, all);
  return template.dynamic || template.rereads ? renderInRounds(text, all, values) : render(template, values);
};

describe('the texts of rules', () => {
  it('know the forms of match variables and leave all else', () => {
    const text = '$1|${1}2|$12|$+{user}|$+{1}|$:{LOG:who}|$$1|$01|$x|${x}|$+{no}|$';
    expect(fill(text, { dollar: true })).toBe('one|one2|twelve|bob|one|eve|$1||$x|${x}||$');
    expect(fill(text, {})).toBe(text);
  });

  it('know the forms of action list variables and leave all else', () => {
    expect(fill('%s|%{s}x|%sx|%.sp|%%s|100% of|%5|%{|%-', { action: true })).toBe(
      'desc|descx|| |%s|100% of|%5|%{|%-',
    );
  });

  it('do not look again at what was filled in', () => {
    expect(fill('$1 %v', { dollar: true, action: true })).toBe('one val$1%v');
  });

  it('go through both rounds of % in the second half of a pair', () => {
    const rounds = { percent: true, dollar: true, action: true };
    expect(fill('%1 $1 %s %%s %%%s 100%% %+{id}', rounds)).toBe('first one desc desc %s 100% 7');
  });

  it('read names out of the filled-in text where a value stands in one', () => {
    const user: Values = { match: () => 'v', action: (name) => `<${name}>` };
    const rounds = { percent: false, dollar: true, action: true };
    for (const text of ['%{$1}', '%$1', '%x$1', '%s$1.', '%.$1'])
      expect(parseTemplate(text, rounds).dynamic).toBe(true);
    expect(renderInRounds('%{$1} %$1 %x$1', rounds, user)).toBe('<v> <v> <xv>');
    expect(renderInRounds('$1', rounds, { match: () => '%s', action: () => 'never' })).toBe('%s');
  });

  it('read again what a value of the match cache holds, but not what the match itself gave', () => {
    const log = '%s %%s $1 100%';
    const hostile: Values = {
      match: (_, name) => (name === '1' ? '[%s $1]' : log),
      action: (name) => `<${name}>`,
    };
    const inRounds = (text: string, rounds: Partial<Rounds>): string =>
      renderInRounds(text, { percent: false, dollar: false, action: false, ...rounds }, hostile);
    expect(inRounds('$:{E:1}', { dollar: true })).toBe(log);
    expect(inRounds('$:{E:1}v $1', { dollar: true, action: true })).toBe('<s> %s $1 100<v> [%s $1]');
    expect(inRounds('%:{E:1} %1', { percent: true, dollar: true })).toBe('%s %%s [%s $1] 100% [%s $1]');
    expect(inRounds('%:{E:1}', { percent: true, dollar: true, action: true })).toBe('<s> %s [%s $1] 100%');
  });

  it('let log text that is read again ask for so much only', () => {
    const greedy: Values = {
      match: (_, name) => (name === ':E:1' ? '%s$:{E:2}'.repeat(1000) : '%v'),
      action: () => 'x'.repeat(50),
    };
    let reached = 0;
    const growth: Growth = { most: 120, reached: () => void (reached += 1) };
    const rounds = { percent: false, dollar: true, action: true };
    const text = renderWithin('$:{E:1}', rounds, greedy, growth);
    expect(text.replaceAll('$:{E:2}', '')).toBe('x'.repeat(120));
    expect(reached).toBe(998);
    const both = renderWithin('%:{E:1}', { ...rounds, percent: true }, greedy, growth);
    expect(both).toBe('x'.repeat(120));
    const [part] = parseTemplate('%:{E:1}', { ...rounds, percent: true }).parts;
    if (part === undefined || part.type === 'text') throw new Error('no variable');
    expect(variableText(part, { ...rounds, percent: true }, greedy, growth).length).toBeLessThanOrEqual(240);
  });

  it.each([
    ['$:{E:1}', { percent: true, dollar: true, action: true }],
    ['%:{E:1}', { percent: true, dollar: true, action: true }],
    ['%:{E:1}', { percent: true, dollar: true, action: false }],
    ['$:{E:1}', { percent: false, dollar: true, action: true }],
    ['$1', { percent: true, dollar: true, action: true }],
    ['%1', { percent: true, dollar: true, action: true }],
    ['%s', { percent: false, dollar: true, action: true }],
  ])('give the value of %s alone as in a text of nothing else, rounds %j', (text, rounds) => {
    const [part] = parseTemplate(text, rounds).parts;
    if (part === undefined || part.type === 'text') throw new Error('no variable');
    const piece = fc.constantFrom(
      '$',
      '%',
      's',
      '1',
      '{',
      '}',
      ':',
      '+',
      'E:1',
      '$:{E:1}',
      '$1',
      '%1',
      '%s',
      '%%',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), fc.array(piece, { maxLength: 3 }), (cached, own) => {
        const values: Values = {
          match: (_, name) => (name.startsWith(':') ? cached : own).join(''),
          action: (name) => `<${name}>`,
        };
        expect(variableText(part, rounds, values, ample)).toBe(renderInRounds(text, rounds, values));
      }),
    );
  });

  it('are the same parsed once and run in rounds, whatever they and the values are', () => {
    const piece = fc.constantFrom(
      '$',
      '%',
      '{',
      '}',
      '+',
      ':',
      '1',
      's',
      '.',
      'user',
      ' ',
      '$1',
      '%s',
      '%1',
      '%v',
      '$$',
      '%%',
      '$:{E:1}',
      '%:{E:1}',
    );
    const value = fc.string({ unit: fc.constantFrom('$', '%', 's', '1', '{', '}', ' '), maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        value,
        fc.record({ percent: fc.boolean(), dollar: fc.boolean(), action: fc.boolean() }),
        (pieces, found, rounds) => {
          const text = pieces.join('');
          const template = parseTemplate(text, rounds);
          if (template.dynamic || template.rereads) return;
          const own: Values = { match: () => found, action: (name) => `<${name}>` };
          expect(render(template, own)).toBe(renderInRounds(text, rounds, own));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
