import type { SecContext, SecExpression } from '../../engine/sec/program.ts';
import { checkParens, closing, depths, parameter, unescape } from './parens.ts';
import { findDisagreement, type Disagreement } from './precedence.ts';
import { checkFunction, NEEDS_PERL, type Reading } from './reading.ts';
import { cut, trim, words, type Text } from './text.ts';

/**
 * Reads a context expression. It is bracketed when it begins with `[` and ends with `]`, whatever stands
 * between; only these two are taken away.
 */
export function readContext(source: Text, reading: Reading): SecContext {
  const whole = trim(source);
  const bracketed = /^\[[^]*\]$/.test(whole.text);
  const inner = bracketed ? cut(whole, 1, whole.text.length - 1) : whole;
  if (!checkParens(inner, reading.report)) return { bracketed, expression: NEVER };
  const signs = inner.text.match(/&&|\|\||!/g)?.length ?? 0;
  if (signs > MOST_OPERATORS) {
    reading.report.error('limit', inner, `more than ${String(MOST_OPERATORS)} operators in one expression`);
    return { bracketed, expression: NEVER };
  }
  return { bracketed, expression: readExpression(inner, reading) };
}

/** Most operators of one expression. */
const MOST_OPERATORS = 500;

const NEVER: SecExpression = { type: 'context', name: '' };

/** Reads an expression in both meanings, chooses one of them, and says where they differ. */
function readExpression(source: Text, reading: Reading): SecExpression {
  const { precedence } = reading.options;
  const ordinary = parsePlain(source, reading);
  const asSec = parsePostfix(source, silenced(reading));
  const found = findDisagreement(ordinary, asSec);
  if (found !== undefined) {
    const setting = `with ${settingOf(found)} it is ${String(found.sec)}`;
    const message =
      precedence === 'sec'
        ? `SEC evaluates this in its own way: ${setting}`
        : `&& binds tighter than || here, but to SEC itself, ${setting}`;
    reading.report.warning('precedence', source, message, 'put what belongs to && into parentheses');
  }
  return precedence === 'sec' ? asSec : ordinary;
}

/** For a second reading of the same text: its mistakes are told already. */
function silenced({ options: { whyNoFunction: _asked, ...options }, report }: Reading): Reading {
  return { options, report: { ...report, error: () => undefined, warning: () => undefined } };
}

function settingOf({ trueOperands, falseOperands }: Disagreement): string {
  const told = (operands: Disagreement['trueOperands'], value: string): readonly string[] =>
    operands.map((operand) => `${nameOf(operand)} ${value}`);
  return [...told(trueOperands, 'true'), ...told(falseOperands, 'false')].join(', ');
}

function nameOf(operand: Disagreement['trueOperands'][number]): string {
  if (operand.type === 'context') return operand.name;
  if (operand.type === 'varset') return `varset ${operand.entry}`;
  return 'the Perl code';
}

function parsePlain(source: Text, reading: Reading): SecExpression {
  const either = split(source, '||');
  if (either.length > 1) return { type: 'or', of: either.map((part) => parsePlain(part, reading)) };
  const both = split(source, '&&');
  if (both.length > 1) return { type: 'and', of: both.map((part) => parsePlain(part, reading)) };
  const operand = trim(source);
  if (operand.text.startsWith('!')) return { type: 'not', of: parsePlain(cut(operand, 1), reading) };
  return readOperand(operand, reading, parsePlain);
}

type PostfixItems = Extract<SecExpression, { type: 'postfix' }>['items'];

/** Both sides of an operator are read anew, so an expression is cut where SEC cuts it: at the last one. */
function parsePostfix(source: Text, reading: Reading): SecExpression {
  const items = postfixOf(source, reading);
  const [only] = items;
  if (items.length === 1 && only !== undefined && typeof only !== 'string') return only;
  return { type: 'postfix', items };
}

function postfixOf(source: Text, reading: Reading): PostfixItems {
  for (const [sign, item] of [
    ['||', 'or'],
    ['&&', 'and'],
  ] as const) {
    const sides = split(source, sign);
    const right = sides.at(-1);
    if (sides.length < 2 || right === undefined) continue;
    const left = cut(source, 0, source.text.length - right.text.length - sign.length);
    return [...postfixOf(left, reading), ...postfixOf(right, reading), item];
  }
  const operand = trim(source);
  if (operand.text.startsWith('!')) return [...postfixOf(cut(operand, 1), reading), 'not'];
  return [readOperand(operand, reading, parsePostfix)];
}

/** The parts between operators that stand outside of parentheses; a longer run of signs ends in one. */
function split(source: Text, sign: '||' | '&&'): readonly Text[] {
  if (!source.text.includes(sign)) return [source];
  const inside = depths(source.text);
  const found: Text[] = [];
  let end = source.text.length;
  for (let at = end - 2; at >= 0; at -= 1) {
    if (!source.text.startsWith(sign, at) || inside[at] === true) continue;
    found.unshift(cut(source, at + 2, end));
    end = at;
    at -= 1;
  }
  return [cut(source, 0, end), ...found];
}

/** Reads what stands between operators, already trimmed. */
function readOperand(
  source: Text,
  reading: Reading,
  readGroup: (inner: Text, reading: Reading) => SecExpression,
): SecExpression {
  const { report } = reading;
  if (source.text === '') return refuse(source, reading, 'an operand is missing here');
  if (source.text.startsWith('=')) return readEval(trim(cut(source, 1)), source, reading);
  const call = readCall(source, reading);
  if (call !== undefined) return call;
  if (isGroup(source.text)) return readGroup(cut(source, 1, source.text.length - 1), reading);
  const varset = /^varset[\t-\r ]+/.exec(source.text);
  if (varset !== null) return readVarset(trim(cut(source, varset[0].length)), reading);
  if (hasGroup(source.text)) return refuse(source, reading, 'an operator is missing beside the parentheses');
  if (words(source).length > 1) {
    return refuse(source, reading, 'a context name holds no blanks: an operator is missing here');
  }
  if (/^(?:VARSET|not|and|or)$/i.test(source.text) && source.text !== 'varset') {
    report.warning('operator', source, `'${source.text}' is the name of a context here`);
  }
  return { type: 'context', name: unescape(source).text };
}

const isGroup = (text: string): boolean => text.startsWith('(') && closing(text, 0) === text.length - 1;

const hasGroup = (text: string): boolean => /(?<!\\)[()]/.test(text);

/** Text in one pair of parentheses, or without any. */
const isWhole = (text: string): boolean => isGroup(text) || !hasGroup(text);

function refuse(source: Text, { report }: Reading, message: string): SecExpression {
  report.error('context', source, message, 'operands are joined by && and ||, negated by !, grouped by ( )');
  return NEVER;
}

function readVarset(entry: Text, reading: Reading): SecExpression {
  const name = parameter(entry);
  // In parentheses it may be anything, and nothing.
  if (!isWhole(entry.text) || (!isGroup(entry.text) && words(name).length !== 1)) {
    return refuse(entry, reading, 'varset takes the name of one cache entry');
  }
  return { type: 'varset', entry: name.text };
}

function readEval(code: Text, source: Text, reading: Reading): SecExpression {
  if (!isWhole(code.text))
    return refuse(source, reading, 'the Perl code belongs into one pair of parentheses');
  return perl(source, reading, { type: 'eval', code: parameter(code).text });
}

/** `ARGS -> CODE` and `ARGS :> CODE`; undefined when the text is neither. */
function readCall(source: Text, reading: Reading): SecExpression | undefined {
  if (!/->|:>/.test(source.text)) return undefined;
  const inside = depths(source.text);
  const sign = [...source.text.matchAll(/->|:>/g)].find(({ index }) => inside[index] !== true);
  if (sign === undefined) return undefined;
  const args = trim(cut(source, 0, sign.index));
  const code = trim(cut(source, sign.index + 2));
  if (code.text === '') return undefined;
  if (!isWhole(args.text) || !isWhole(code.text) || parameter(code).text === '') {
    return refuse(source, reading, 'arguments and Perl code stand in one pair of parentheses each');
  }
  checkFunction(parameter(code), reading);
  const type = sign[0] === '->' ? 'call' : 'callCached';
  const list = words(parameter(args)).map(({ text }) => text);
  return perl(source, reading, { type, args: list, code: parameter(code).text });
}

function perl(source: Text, { options, report }: Reading, expression: SecExpression): SecExpression {
  if (!options.perl) report.error('perl', source, 'this context expression holds Perl code', NEEDS_PERL);
  return expression;
}
