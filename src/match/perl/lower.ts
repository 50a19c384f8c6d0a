import { ANY, has, NONE, union, without } from './charset.ts';
import { NEWLINE } from './classes.ts';
import { groupsIn, type References } from './analyse.ts';
import { alternation, EMPTY, sequence } from './syntax.ts';
import type { AssertionNode, LookNode, Node, Problem, RepeatNode } from './syntax.ts';
import { emptyLast, emptyRound, withoutGroups } from './empty-round.ts';
import { relax } from './relax.ts';
import { maxWidth, nullable } from './width.ts';

/** What lowering has to know. */
export interface LowerOptions {
  /**
   * Whether the texts hold newlines. Records of one line do not, and without them `$` is the end, which
   * V8's linear engine knows, and needs no lookahead.
   */
  readonly newlines: boolean;
  readonly references: References;
  /** Whether the pattern has capture or atomic groups: else only whether it matches can differ. */
  readonly exact: boolean;
}

interface Lowering extends LowerOptions {
  readonly problems: Problem[];
}

/** A tree whose nodes mean the same to JavaScript as to Perl; no atomic group around what need not be. */
export interface Lowered {
  readonly root: Node;
  readonly problems: readonly Problem[];
}

/** Rewrites what JavaScript would take differently; what cannot be rewritten is a problem. */
export function lower(root: Node, options: LowerOptions): Lowered {
  const problems: Problem[] = [];
  const lowered = lowerNode(root, { ...options, problems });
  return { root: relax(lowered, 'end'), problems };
}

const NEVER: Node = { type: 'set', at: 0, set: NONE };

const isNever = (node: Node): boolean => node.type === 'set' && node.set.length === 0;

function lowerNode(node: Node, lowering: Lowering): Node {
  switch (node.type) {
    case 'set':
      return lowering.newlines ? node : { ...node, set: forOneLine(node.set) };
    case 'sequence': {
      const parts = node.of.map((part) => lowerNode(part, lowering));
      return parts.some(isNever) ? NEVER : sequence(parts);
    }
    case 'alternation': {
      const branches = node.of
        .map((branch) => lowerNode(branch, lowering))
        .filter((branch) => !isNever(branch));
      return branches.length === 0 ? NEVER : alternation(branches);
    }
    case 'group':
    case 'atomic': {
      const of = lowerNode(node.of, lowering);
      return isNever(of) ? NEVER : { ...node, of };
    }
    case 'repeat':
      return lowerRepeat(node, lowerNode(node.of, lowering), lowering);
    case 'look':
      return lowerLook(node, lowerNode(node.of, lowering));
    case 'assertion':
      return lowering.newlines ? lowerAssertion(node) : oneLineAssertion(node);
    case 'backreference': {
      const numbers = lowering.references.get(node) ?? [];
      return numbers.length === 0 ? NEVER : { ...node, numbers };
    }
  }
}

/** In a text without newlines it does not matter whether a set holds one: all but newline is all. */
function forOneLine(set: readonly number[]): readonly number[] {
  if (set.length === 2 && set[0] === set[1] && set[0] !== 0x0a) return set;
  const newline = has(set, 0x0a);
  const wide = newline ? set : union(set, NEWLINE);
  if (wide.length === 2 && wide[0] === 0 && wide[1] === ANY[1]) return ANY;
  return newline ? without(set, NEWLINE) : set;
}

function lowerLook(node: LookNode, of: Node): Node {
  if (isNever(of)) return node.negative ? EMPTY : NEVER;
  return { ...node, of };
}

function oneLineAssertion(node: AssertionNode): Node {
  const kinds = { beforeFinalNewline: 'end', lineEnd: 'end', lineStart: 'start' } as const;
  const { kind } = node;
  return kind in kinds ? { ...node, kind: kinds[kind as keyof typeof kinds] } : node;
}

/** Perl's line anchors in terms of the ends of the text (perlre: "^" and "$" with and without m). */
function lowerAssertion(node: AssertionNode): Node {
  const { at } = node;
  const newline: Node = { type: 'set', at, set: NEWLINE };
  const end: Node = { type: 'assertion', at, kind: 'end' };
  const ahead = (of: Node, negative = false): Node => ({ type: 'look', at, behind: false, negative, of });
  switch (node.kind) {
    case 'beforeFinalNewline':
      return ahead(sequence([repeat(newline, 0, 1), end]));
    case 'lineEnd':
      return ahead(alternation([newline, end]));
    case 'lineStart': {
      const behind: Node = { type: 'look', at, behind: true, negative: false, of: newline };
      return alternation([{ type: 'assertion', at, kind: 'start' }, sequence([behind, ahead(end, true)])]);
    }
    default:
      return node;
  }
}

function repeat(of: Node, min: number, max: number, lazy = false): Node {
  return { type: 'repeat', at: 0, of, min, max, lazy };
}

function lowerRepeat(node: RepeatNode, of: Node, lowering: Lowering): Node {
  const { min, max, lazy } = node;
  if (max === 0) return EMPTY;
  if (isNever(of)) return min === 0 ? EMPTY : NEVER;
  if (min === 1 && max === 1) return of;
  const again: Node = { ...node, of };
  if (!nullable(of)) return again;
  if (max === 1 || maxWidth(of) === 0) {
    return min > 0 ? of : alternation(lazy ? [EMPTY, of] : [of, EMPTY]);
  }
  return lowerEmptyRounds(node, of, again, lowering);
}

/**
 * A repetition of what can be empty. Perl takes an empty round as the last one; JavaScript rejects it and
 * looks for another way through the round. Where being empty is the last way, only groups tell.
 */
function lowerEmptyRounds(node: RepeatNode, of: Node, again: Node, lowering: Lowering): Node {
  if (!lowering.exact) return again;
  if (emptyLast(of)) {
    const inside = groupsIn(of).size;
    if (inside === 0 || node.lazy || node.min === node.max) return again;
    const last = emptyRound(of);
    if (node.max === Infinity && last !== undefined && groupsIn(last).size === inside) {
      return sequence([{ ...node, of: withoutGroups(of) }, last]);
    }
  }
  const hint = 'let each round take at least one character, such as + in place of *';
  const message = 'a repetition of what can be empty, whose groups Perl and JavaScript set differently';
  lowering.problems.push({ code: 'empty', severity: 'error', message, at: node.at, hint });
  return again;
}
