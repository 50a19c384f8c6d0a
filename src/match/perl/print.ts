import { complement, intersection, LAST_CODE_POINT, rangesOf, without, type CharSet } from './charset.ts';
import type { AssertionKind, BackreferenceNode, LookNode, Node, RepeatNode } from './syntax.ts';

/** A pattern as JavaScript, without flags. */
export interface Printed {
  readonly source: string;
  /** For each group of Perl's numbering the JavaScript groups that can hold its value: the last one set does. */
  readonly slots: ReadonlyMap<number, readonly number[]>;
}

interface Printer {
  groups: number;
  readonly slots: Map<number, number[]>;
}

/** Writes a lowered tree as the source of a regular expression that needs no flag. */
export function print(root: Node): Printed {
  const printer: Printer = { groups: 0, slots: new Map() };
  return { source: printNode(root, printer), slots: printer.slots };
}

const ASSERTIONS: { readonly [kind in AssertionKind]: string } = {
  start: '^',
  end: '$',
  word: '\\b',
  notWord: '\\B',
  beforeFinalNewline: '(?=\\n?$)',
  lineEnd: '(?=\\n|$)',
  lineStart: '(?:^|(?<=\\n)(?!$))',
};

function printNode(node: Node, printer: Printer): string {
  switch (node.type) {
    case 'set':
      return printSet(node.set);
    case 'sequence':
      return node.of.map((part) => printPart(part, printer)).join('');
    case 'alternation':
      return node.of.map((branch) => printNode(branch, printer)).join('|');
    case 'group':
      return printGroup(node.of, printer, node.number);
    case 'atomic': {
      const group = printer.groups + 1;
      return `(?=${printGroup(node.of, printer)})\\${String(group)}(?:)`;
    }
    case 'repeat':
      return printRepeat(node, printer);
    case 'look':
      return printLook(node, printer);
    case 'assertion':
      return ASSERTIONS[node.kind];
    case 'backreference':
      return printReference(node, printer);
  }
}

function printPart(node: Node, printer: Printer): string {
  const source = printNode(node, printer);
  return node.type === 'alternation' ? `(?:${source})` : source;
}

function printGroup(of: Node, printer: Printer, number?: number): string {
  printer.groups += 1;
  if (number !== undefined) printer.slots.set(number, [...(printer.slots.get(number) ?? []), printer.groups]);
  return `(${printNode(of, printer)})`;
}

function printRepeat(node: RepeatNode, printer: Printer): string {
  const inner = printNode(node.of, printer);
  const bare = node.of.type === 'group' || (node.of.type === 'set' && !inner.startsWith('(?:'));
  const wrapped = bare || (node.of.type === 'set' && inner.startsWith('(?:')) ? inner : `(?:${inner})`;
  return wrapped + quantifier(node) + (node.lazy ? '?' : '');
}

function quantifier({ min, max }: RepeatNode): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${String(min)},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${String(min)}}` : `{${String(min)},${String(max)}}`;
}

function printLook(node: LookNode, printer: Printer): string {
  return `(?${node.behind ? '<' : ''}${node.negative ? '!' : '='}${printNode(node.of, printer)})`;
}

/** Groups that took no part match nothing in JavaScript, so all that may have are written one after another. */
function printReference(node: BackreferenceNode, { slots }: Printer): string {
  const groups = node.numbers.flatMap((number) => slots.get(number) ?? []);
  return `(?:${groups.map((group) => `\\${String(group)}`).join('')})`;
}

const BMP: CharSet = [0, 0xd7ff, 0xe000, 0xffff];
const ASTRAL: CharSet = [0x1_0000, LAST_CODE_POINT];

/**
 * A set over UTF-16 code units: characters beyond the Basic Multilingual Plane are pairs of surrogates,
 * which never match alone.
 */
function printSet(set: CharSet): string {
  if (set.length === 2 && set[0] === set[1] && (set[0] ?? 0) < 0xd800) return printUnit(set[0] ?? 0);
  const [low, high] = [intersection(set, BMP), intersection(set, ASTRAL)];
  if (high.length === 0) return printUnits(low);
  const pairs = rangesOf(high).flatMap(([first, last]) => printPairs(first, last));
  return `(?:${[...(low.length === 0 ? [] : [printUnits(low)]), ...pairs].join('|')})`;
}

function printUnits(set: CharSet): string {
  const [first = 0, last] = set;
  if (set.length === 2 && first === last) return printUnit(first);
  if ((set.at(-1) ?? 0) < 0xffff) return `[${printRanges(set)}]`;
  const outside = without(complement(set), ASTRAL);
  return outside.length < set.length ? `[^${printRanges(outside)}]` : `[${printRanges(set)}]`;
}

function printRanges(set: CharSet): string {
  return rangesOf(set)
    .map(([first, last]) =>
      first === last
        ? printUnit(first)
        : `${printUnit(first)}${last > first + 1 ? '-' : ''}${printUnit(last)}`,
    )
    .join('');
}

/** One range of astral code points as up to three products of surrogate ranges. */
function printPairs(first: number, last: number): string[] {
  const [firstHigh, lastHigh] = [highOf(first), highOf(last)];
  const pair = (from: number, to: number, low: number, high: number): string =>
    `${printUnits([from, to])}${printUnits([low, high])}`;
  if (firstHigh === lastHigh) return [pair(firstHigh, firstHigh, lowOf(first), lowOf(last))];
  const pairs: string[] = [];
  const from = lowOf(first) === 0xdc00 ? firstHigh : firstHigh + 1;
  const to = lowOf(last) === 0xdfff ? lastHigh : lastHigh - 1;
  if (from > firstHigh) pairs.push(pair(firstHigh, firstHigh, lowOf(first), 0xdfff));
  if (from <= to) pairs.push(pair(from, to, 0xdc00, 0xdfff));
  if (to < lastHigh) pairs.push(pair(lastHigh, lastHigh, 0xdc00, lowOf(last)));
  return pairs;
}

const highOf = (code: number): number => 0xd800 + ((code - 0x1_0000) >> 10);
const lowOf = (code: number): number => 0xdc00 + ((code - 0x1_0000) & 0x3ff);

function printUnit(unit: number): string {
  const char = String.fromCharCode(unit);
  if (/[\w ]/.test(char)) return char;
  if (unit > 0x20 && unit < 0x7f) return `\\${char}`;
  return unit < 0x100
    ? `\\x${unit.toString(16).padStart(2, '0')}`
    : `\\u${unit.toString(16).padStart(4, '0')}`;
}
