import { describe, expect, it } from 'vitest';
import { createCache } from './cache.ts';
import { createEvaluator } from './expression.ts';
import type { SecExpression } from './program.ts';

const context = (name: string): SecExpression => ({ type: 'context', name });
const [A, B, C] = [context('A'), context('B'), context('C')];

function evaluate(expression: SecExpression, ...there: readonly string[]): boolean {
  const asked = createEvaluator({
    contexts: { holds: (name) => there.includes(name) },
    cache: createCache(),
    perl: {
      evaluate: () => undefined,
      callCode: () => undefined,
      callWithCached: () => undefined,
      callReference: () => undefined,
    },
    texts: {
      plain: (text) => text,
      inList: (text) => text,
      parsed: () => {
        throw new Error('no lists here');
      },
    },
  });
  return asked(expression, {}, { file: 'f', rule: 0, line: 1 });
}

const settings = [[], ['A'], ['B'], ['C'], ['A', 'B'], ['A', 'C'], ['B', 'C'], ['A', 'B', 'C']];

describe('a context expression', () => {
  it('means what its operators mean', () => {
    const expression: SecExpression = {
      type: 'or',
      of: [
        { type: 'and', of: [A, B] },
        { type: 'not', of: C },
      ],
    };
    for (const there of settings) {
      const expected = (there.includes('A') && there.includes('B')) || !there.includes('C');
      expect(evaluate(expression, ...there)).toBe(expected);
    }
  });

  it('in the order of SEC itself ignores what follows && after ||', () => {
    const expression: SecExpression = { type: 'postfix', items: [A, B, C, 'and', 'or'] };
    for (const there of settings) {
      expect(evaluate(expression, ...there)).toBe(there.includes('A') && there.includes('B'));
    }
  });

  it('in the order of SEC itself is right for && followed by ||, and for !', () => {
    const expression: SecExpression = { type: 'postfix', items: [A, B, 'and', C, 'or'] };
    for (const there of settings) {
      const expected = (there.includes('A') && there.includes('B')) || there.includes('C');
      expect(evaluate(expression, ...there)).toBe(expected);
    }
    expect(evaluate({ type: 'postfix', items: [A, 'not', 'not'] }, 'A')).toBe(true);
    expect(evaluate({ type: 'postfix', items: [A, B, 'not', 'and'] }, 'A')).toBe(true);
    expect(evaluate({ type: 'postfix', items: [] })).toBe(false);
    expect(evaluate({ type: 'postfix', items: [A, 'or'] })).toBe(false);
  });
});
