import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventAt } from '../../../tests/property/engine-samples.ts';
import {
  complaintsOf,
  engineFrom,
  programFrom,
  raisesOf,
  sourceAt,
} from '../../../tests/property/kinds-samples.ts';
import { lineTemplate } from './novel-template.ts';

const day = 86_400_000;
const ruleOf = (novel: object) => ({ id: 'new', novel, alert: {} });
const lineAt = (at: number, text: string, program = 'app') => eventAt(at, text, { program });

describe('the template of a line', () => {
  test.each([
    ['Failed password for ann from 192.0.2.7 port 22 ssh2', 'Failed password for ann from <*> port <*> <*>'],
    ['connect from 2001:db8::1[2001:db8::1]:', 'connect from <*>[<*>]:'],
    ['user=ann uid=1000(ann) took=3.5s', 'user=ann uid=<*>(ann) took=<*>'],
    ['at 10:00:01.5, 50% of /dev/sda1 [1234]', 'at <*>, <*>% of /dev/<*> [<*>]'],
    ['id 550e8400-e29b-41d4-a716-446655440000 is face-less', 'id <*> is face-less'],
    ['"GET /a b c" 200 "x"y', '"<*>" <*> "<*>"y'],
    ['an "open quote  and\tblanks', 'an "open quote and blanks'],
    ['', ''],
  ])('%j', (text, template) => {
    expect(lineTemplate(text)).toBe(template);
  });

  test('is bounded and fast for whatever a line holds', () => {
    for (const piece of ['"', 'a ', '1:', '"a', 'é', '\0', '<*>.', 'A'.repeat(99)]) {
      const template = lineTemplate(piece.repeat(200_000));
      expect(template.length).toBeLessThan(3000);
      expect(template.split(' ').length).toBeLessThanOrEqual(41);
    }
  });
});

describe('novel', () => {
  test('learns, then raises for what looks like nothing before, once', () => {
    const engine = engineFrom([ruleOf({ 'warm-up': '7d' })]);
    engine.step(sourceAt(0));
    const said = (at: number, text: string, program?: string) =>
      raisesOf(engine.step(lineAt(at, text, program))).map(({ occurrence, severity, quiet }) => [
        occurrence.fields['template'],
        severity,
        quiet,
      ]);
    expect(said(1, 'session opened for user ann by 0')).toEqual([]);
    expect(said(2, 'session closed for user ann')).toEqual([]);
    expect(said(8 * day, 'session opened for user bob by 17')).toEqual([]);
    expect(said(8 * day, 'segfault at 7f ip 10')).toEqual([['segfault at <*> ip <*>', 'info', day]]);
    expect(said(9 * day, 'segfault at 8f ip 11')).toEqual([]);
    // Templates are learned by program.
    expect(said(9 * day, 'segfault at 8f ip 11', 'other')).toHaveLength(1);
    expect(engine.counters()[0]).toMatchObject({
      matched: 6,
      raised: 2,
      absorbed: { learning: 2, known: 2 },
    });
  });

  test('keeps two verbs apart, and no template grows until it fits everything', () => {
    const engine = engineFrom([ruleOf({})]);
    const raised = (text: string) => raisesOf(engine.step(lineAt(1, text))).length;
    expect([raised('connection opened'), raised('connection closed'), raised('connection lost')]).toEqual([
      1, 1, 1,
    ]);
    expect(raised('one two three four five six seven')).toBe(1);
    expect(raised('one two three four five six VII')).toBe(0);
    expect(raised('one two three four five VI seven')).toBe(0);
    expect(raised('one two three four V six seven')).toBe(1);
  });

  test('the template not seen for longest goes when there are too many, and that is counted', () => {
    const engine = engineFrom([ruleOf({ templates: 10 })], { keysPerRule: 1000 });
    const hour = 3_600_000;
    const words = 'abcdefghijk'.split('');
    const raised = (at: number, word: string, program?: string) =>
      raisesOf(engine.step(lineAt(at, `${word} happened`, program))).length;
    for (const [index, word] of words.slice(0, 10).entries()) expect(raised(index, word)).toBe(1);
    expect(raised(2 * hour, 'a')).toBe(0);
    const effects = engine.step(lineAt(2 * hour, 'k happened'));
    expect(effects.map(({ type }) => type)).toEqual(['note', 'raise']);
    // Another program has room of its own; "b" went, "a" is still known.
    expect(raised(2 * hour, 'z', 'other')).toBe(1);
    expect([raised(2 * hour, 'a'), raised(2 * hour, 'b'), raised(2 * hour, 'a')]).toEqual([0, 1, 0]);
    expect(engine.counters()[0]).toMatchObject({ evicted: 2 });
  });

  test('a rule without "match" takes every line; names of fields and templates are checked', () => {
    expect(programFrom([ruleOf({})]).rules[0]?.pattern).toEqual({ type: 'all', of: [] });
    expect(complaintsOf(ruleOf({ by: 'programm' }))).toEqual([
      expect.stringContaining('"programm" is neither a named group'),
    ]);
    expect(complaintsOf(ruleOf({ templates: 0 }))).toEqual([expect.stringContaining('templates')]);
  });

  test('what was just seen is known, whatever it is', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { maxLength: 8 });
    fc.assert(
      fc.property(texts, (pieces) => {
        const engine = engineFrom([ruleOf({})]);
        const text = pieces.join(' ');
        expect(raisesOf(engine.step(lineAt(1, text)))).toHaveLength(1);
        expect(raisesOf(engine.step(lineAt(2, text)))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('a rule with "match" learns of those lines alone', () => {
    const engine = engineFrom([{ ...ruleOf({ by: 'k' }), match: 'error (?<k>\\w+)' }]);
    expect(raisesOf(engine.step(lineAt(1, 'all is well')))).toEqual([]);
    expect(raisesOf(engine.step(lineAt(1, 'error disk')))).toHaveLength(1);
    expect(engine.counters()[0]?.matched).toBe(1);
  });
});
