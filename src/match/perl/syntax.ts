import type { CharSet } from './charset.ts';

/**
 * The syntax tree of a Perl pattern, with flags already applied: a letter under `(?i)` is a set of two.
 * `at` is the offset in the pattern's text, in UTF-16 code units.
 */
export type Node =
  | SetNode
  | SequenceNode
  | AlternationNode
  | GroupNode
  | RepeatNode
  | AtomicNode
  | LookNode
  | BackreferenceNode
  | AssertionNode;

/** One code point out of a set; a literal character is a set of one. */
export interface SetNode {
  readonly type: 'set';
  readonly at: number;
  readonly set: CharSet;
}

export interface SequenceNode {
  readonly type: 'sequence';
  readonly of: readonly Node[];
}

/** Branches in order of preference. */
export interface AlternationNode {
  readonly type: 'alternation';
  readonly of: readonly Node[];
}

/** A capture group. With `(?|…)` and repeated names several groups can share a number or a name. */
export interface GroupNode {
  readonly type: 'group';
  readonly at: number;
  readonly number: number;
  readonly of: Node;
}

export interface RepeatNode {
  readonly type: 'repeat';
  readonly at: number;
  readonly of: Node;
  readonly min: number;
  /** Infinity: without a limit. */
  readonly max: number;
  readonly lazy: boolean;
}

export interface AtomicNode {
  readonly type: 'atomic';
  readonly at: number;
  readonly of: Node;
}

export interface LookNode {
  readonly type: 'look';
  readonly at: number;
  readonly behind: boolean;
  readonly negative: boolean;
  readonly of: Node;
}

/** The first of `numbers` that took part; it fails when none did. */
export interface BackreferenceNode {
  readonly type: 'backreference';
  readonly at: number;
  readonly numbers: readonly number[];
  readonly ignoreCase: boolean;
}

export interface AssertionNode {
  readonly type: 'assertion';
  readonly at: number;
  readonly kind: AssertionKind;
}

/**
 * `start`, `end`: of the text. `beforeFinalNewline`: the end, or before a newline that ends the text.
 * `lineStart`, `lineEnd`: `^` and `$` under `(?m)`. `word`, `notWord`: `\b` and `\B`.
 */
export type AssertionKind =
  | 'start'
  | 'end'
  | 'beforeFinalNewline'
  | 'lineStart'
  | 'lineEnd'
  | 'word'
  | 'notWord';

/** Something wrong with a pattern, or worth a warning, at an offset of its text. */
export interface Problem {
  /** The part after `pattern.` of the diagnostic's code. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly at: number;
  readonly hint?: string;
}

/** A pattern as parsed; `root` means nothing when a problem is an error. */
export interface Syntax {
  readonly root: Node;
  /** How many capture groups there are, by Perl's numbering. */
  readonly groups: number;
  /** Each name with the numbers of its groups, in order of appearance. */
  readonly names: ReadonlyMap<string, readonly number[]>;
  readonly problems: readonly Problem[];
}

/** Matches the empty text. */
export const EMPTY: SequenceNode = { type: 'sequence', of: [] };

/** A sequence, without the wrapping where there is nothing to wrap. */
export function sequence(nodes: readonly Node[]): Node {
  const [only] = nodes;
  return nodes.length === 1 && only !== undefined ? only : { type: 'sequence', of: nodes };
}

/** An alternation, without the wrapping where there is nothing to wrap. */
export function alternation(branches: readonly Node[]): Node {
  const [only] = branches;
  return branches.length === 1 && only !== undefined ? only : { type: 'alternation', of: branches };
}

/** The nodes directly under a node. */
export function children(node: Node): readonly Node[] {
  switch (node.type) {
    case 'sequence':
    case 'alternation':
      return node.of;
    case 'group':
    case 'repeat':
    case 'atomic':
    case 'look':
      return [node.of];
    case 'set':
    case 'backreference':
    case 'assertion':
      return [];
  }
}

/** Whether a node or one under it satisfies a test. */
export function contains(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || children(node).some((child) => contains(child, test));
}
