import type { Bindings } from './bindings.ts';
import type { Cache } from './cache.ts';
import type { SecPlace } from './contract.ts';
import type { Contexts } from './contexts.ts';
import { holds, type Perl } from './perl.ts';
import type { SecExpression } from './program.ts';
import type { Texts } from './texts.ts';

/** What context expressions ask. */
export interface ExpressionPorts {
  readonly contexts: Pick<Contexts, 'holds'>;
  readonly cache: Cache;
  readonly perl: Perl;
  readonly texts: Texts;
}

type PostfixItems = Extract<SecExpression, { type: 'postfix' }>['items'];

/** Evaluates context expressions; `bindings` fill in their names and arguments. */
export function createEvaluator(ports: ExpressionPorts) {
  const { contexts, cache, perl, texts } = ports;

  return function evaluate(expression: SecExpression, bindings: Bindings, place: SecPlace): boolean {
    const fill = (text: string): string => texts.plain(text, bindings);
    const value = (of: SecExpression): boolean => evaluate(of, bindings, place);
    switch (expression.type) {
      case 'context':
        return contexts.holds(fill(expression.name));
      case 'varset':
        return cache.get(fill(expression.entry)) !== undefined;
      case 'call':
        return holds(perl.callCode(expression.code, expression.args.map(fill), place));
      case 'callCached':
        return holds(perl.callWithCached(expression.code, expression.args.map(fill), place));
      case 'eval':
        return holds(perl.evaluate(fill(expression.code), place));
      case 'not':
        return !value(expression.of);
      case 'and':
        return expression.of.every(value);
      case 'or':
        return expression.of.some(value);
      case 'postfix':
        return evaluatePostfix(expression.items, value) ?? false;
    }
  };
}

export type Evaluate = ReturnType<typeof createEvaluator>;

/**
 * As SEC itself evaluates, which is not what the operators mean: what follows a first operand waits in a list
 * until an operator takes the value of the whole list, which is found in the same way. An empty list has none,
 * and what is in parentheses may have none either: then it is as if it did not stand there.
 */
function evaluatePostfix(items: PostfixItems, value: (of: SecExpression) => boolean): boolean | undefined {
  let sum: boolean | undefined;
  let waiting: PostfixItems[number][] = [];
  for (const item of items) {
    if (item === 'not') {
      if (waiting.length > 0) waiting.push(item);
      else sum = sum !== true;
    } else if (item === 'and' || item === 'or') {
      if ((sum === true) === (item === 'and')) sum = evaluatePostfix(waiting, value);
      waiting = [];
    } else if (sum === undefined) {
      sum = item.type === 'postfix' ? evaluatePostfix(item.items, value) : value(item);
    } else waiting.push(item);
  }
  return sum;
}

/** Whether the truth of an expression can change without an event or a context coming or going. */
export function asksPerl(expression: SecExpression): boolean {
  switch (expression.type) {
    case 'call':
    case 'callCached':
    case 'eval':
      return true;
    case 'not':
      return asksPerl(expression.of);
    case 'and':
    case 'or':
      return expression.of.some(asksPerl);
    case 'postfix':
      return expression.items.some((item) => typeof item === 'object' && asksPerl(item));
    case 'context':
    case 'varset':
      return false;
  }
}
