import type { SecExpression } from '../../engine/sec/program.ts';

type Postfix = Extract<SecExpression, { type: 'postfix' }>['items'];
type Operand = Exclude<SecExpression, { type: 'not' | 'and' | 'or' | 'postfix' }>;

/** A setting of the operands for which the two meanings of an expression differ. */
export interface Disagreement {
  readonly trueOperands: readonly Operand[];
  readonly falseOperands: readonly Operand[];
  /** What SEC's own evaluation gives; the ordinary one gives the opposite. */
  readonly sec: boolean;
}

/** So many different operands are tried in all settings; those past it are false. */
const MOST_OPERANDS = 12;

/** Looks for a setting of the operands under which SEC's evaluation is not the ordinary one. */
export function findDisagreement(ordinary: SecExpression, sec: SecExpression): Disagreement | undefined {
  const all = [...operandsOf(ordinary), ...operandsOf(sec)];
  const keys = new Map(all.map((operand) => [operand, JSON.stringify(operand)]));
  const distinct = new Map(all.map((operand) => [keys.get(operand), operand]));
  const places = new Map([...distinct.keys()].map((key, place) => [key, place]));
  const tried = [...distinct.values()].slice(0, MOST_OPERANDS);
  for (let setting = 0; setting < 2 ** tried.length; setting += 1) {
    const isTrue = (operand: Operand): boolean =>
      Math.floor(setting / 2 ** (places.get(keys.get(operand)) ?? MOST_OPERANDS)) % 2 === 1;
    const asSec = evaluate(sec, isTrue);
    if (asSec === evaluate(ordinary, isTrue)) continue;
    const [trueOperands, falseOperands] = [tried.filter(isTrue), tried.filter((each) => !isTrue(each))];
    return { trueOperands, falseOperands, sec: asSec };
  }
  return undefined;
}

/** The operands of an expression, as often as they stand there. */
export function operandsOf(expression: SecExpression): readonly Operand[] {
  switch (expression.type) {
    case 'not':
      return operandsOf(expression.of);
    case 'and':
    case 'or':
      return expression.of.flatMap(operandsOf);
    case 'postfix':
      return expression.items.flatMap((item) => (typeof item === 'string' ? [] : operandsOf(item)));
    default:
      return [expression];
  }
}

/** The value of an expression when each operand's is given. */
export function evaluate(expression: SecExpression, valueOf: (operand: Operand) => boolean): boolean {
  switch (expression.type) {
    case 'not':
      return !evaluate(expression.of, valueOf);
    case 'and':
      return expression.of.every((part) => evaluate(part, valueOf));
    case 'or':
      return expression.of.some((part) => evaluate(part, valueOf));
    case 'postfix':
      return runPostfix(expression.items, valueOf) ?? false;
    default:
      return valueOf(expression);
  }
}

/**
 * SEC's way: an accumulator, which the first operand sets, and a list of what waits for an operator. The
 * list is a postfix expression itself; an empty one leaves the accumulator unset, and so may parentheses.
 */
function runPostfix(items: Postfix, valueOf: (operand: Operand) => boolean): boolean | undefined {
  let value: boolean | undefined;
  let waiting: Postfix[number][] = [];
  for (const item of items) {
    if (item === 'and' || item === 'or') {
      const decided = item === 'and' ? value !== true : value === true;
      if (!decided) value = runPostfix(waiting, valueOf);
      waiting = [];
    } else if (item === 'not') {
      if (waiting.length > 0) waiting.push(item);
      else value = value !== true;
    } else if (value === undefined) {
      value = item.type === 'postfix' ? runPostfix(item.items, valueOf) : evaluate(item, valueOf);
    } else waiting.push(item);
  }
  return value;
}
