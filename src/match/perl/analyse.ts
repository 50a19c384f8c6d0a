import { intersection } from './charset.ts';
import {
  children,
  contains,
  type AlternationNode,
  type AtomicNode,
  type BackreferenceNode,
  type GroupNode,
  type LookNode,
  type Node,
} from './syntax.ts';
import type { Problem, RepeatNode, Syntax } from './syntax.ts';
import { fixedWidth, maxWidth } from './width.ts';

/** Longest lookbehind Perl takes, in characters. */
const MAX_LOOKBEHIND = 255;

/** What each backreference stands for: groups of which exactly one took part, or none that could have. */
export type References = ReadonlyMap<BackreferenceNode, readonly number[]>;

/** What is known of the groups at a place of a match. */
interface Known {
  /** Surely took part. */
  readonly definite: ReadonlySet<number>;
  /** May have taken part. */
  readonly possible: ReadonlySet<number>;
  /** Lists of groups (joined by commas) of which exactly one took part. */
  readonly oneOf: ReadonlySet<string>;
}

interface Analysis {
  readonly groups: ReadonlyMap<number, readonly GroupNode[]>;
  readonly lists: readonly (readonly number[])[];
  readonly references: Map<BackreferenceNode, readonly number[]>;
  readonly problems: Problem[];
  /** Groups around the place. */
  readonly open: Set<number>;
  /** Repetitions and alternations around the place. */
  choices: number;
}

/**
 * Finds what JavaScript would do otherwise than Perl: a group without a value makes a backreference fail
 * in Perl and match nothing in JavaScript, and a new round of a repetition clears its groups there.
 */
export function analyse(syntax: Syntax): {
  readonly references: References;
  readonly problems: readonly Problem[];
} {
  const lists = [...syntax.names.values()].filter((numbers) => numbers.length > 1);
  const analysis: Analysis = {
    groups: groupsByNumber(syntax.root),
    lists,
    references: new Map(),
    problems: [],
    open: new Set(),
    choices: 0,
  };
  walk(syntax.root, { definite: new Set(), possible: new Set(), oneOf: new Set() }, analysis);
  return analysis;
}

/** The numbers of the groups under a node. */
export function groupsIn(node: Node): ReadonlySet<number> {
  return new Set(groupsByNumber(node).keys());
}

function groupsByNumber(root: Node): Map<number, GroupNode[]> {
  const groups = new Map<number, GroupNode[]>();
  const visit = (node: Node): void => {
    if (node.type === 'group') groups.set(node.number, [...(groups.get(node.number) ?? []), node]);
    children(node).forEach(visit);
  };
  visit(root);
  return groups;
}

/** What is known after a node, given what is known before it. */
function walk(node: Node, before: Known, analysis: Analysis): Known {
  switch (node.type) {
    case 'set':
    case 'assertion':
      return before;
    case 'sequence':
      return node.of.reduce((known, part) => walk(part, known, analysis), before);
    case 'alternation':
      return walkAlternation(node, before, analysis);
    case 'group':
      return walkGroup(node, before, analysis);
    case 'atomic':
      return walkAtomic(node, before, analysis);
    case 'repeat':
      return walkRepeat(node, before, analysis);
    case 'look':
      return walkLook(node, before, analysis);
    case 'backreference':
      resolve(node, before, analysis);
      return before;
  }
}

function walkAlternation(node: AlternationNode, before: Known, analysis: Analysis): Known {
  analysis.choices += 1;
  const branches = node.of.map((branch) => walk(branch, before, analysis));
  analysis.choices -= 1;
  return join(branches, analysis);
}

function walkGroup({ number, of }: GroupNode, before: Known, analysis: Analysis): Known {
  analysis.open.add(number);
  const known = walk(of, before, analysis);
  analysis.open.delete(number);
  return {
    definite: new Set([...known.definite, number]),
    possible: new Set([...known.possible, number]),
    oneOf: known.oneOf,
  };
}

function join(branches: readonly Known[], { lists }: Analysis): Known {
  const [first, ...rest] = branches;
  if (first === undefined) return { definite: new Set(), possible: new Set(), oneOf: new Set() };
  const exclusive = lists.filter((list) => branches.every((known) => hasOne(known, list))).map(String);
  return {
    definite: new Set(
      [...first.definite].filter((number) => rest.every(({ definite }) => definite.has(number))),
    ),
    possible: new Set(branches.flatMap(({ possible }) => [...possible])),
    oneOf: new Set(exclusive),
  };
}

function hasOne({ definite, possible, oneOf }: Known, list: readonly number[]): boolean {
  if (oneOf.has(String(list))) return true;
  const [only, ...others] = list.filter((number) => possible.has(number));
  return only !== undefined && others.length === 0 && definite.has(only);
}

function walkRepeat(node: RepeatNode, before: Known, analysis: Analysis): Known {
  const inside = groupsIn(node.of);
  const again = node.max > 1;
  const known = again ? { ...before, possible: new Set([...before.possible, ...inside]) } : before;
  analysis.choices += 1;
  const after = walk(node.of, known, analysis);
  analysis.choices -= 1;
  if (again) checkRounds(node, inside, after.definite, analysis);
  return node.min > 0 ? after : { ...before, possible: after.possible };
}

/** Perl keeps a group's value from an earlier round, JavaScript does not: every round must set it. */
function checkRounds(
  node: RepeatNode,
  inside: ReadonlySet<number>,
  set: ReadonlySet<number>,
  analysis: Analysis,
): void {
  const unsure = [...inside].find((number) => !set.has(number));
  if (unsure === undefined) return;
  analysis.problems.push({
    code: 'capture',
    severity: 'error',
    message: `group ${String(unsure)} is not set in every round of the repetition around it`,
    at: analysis.groups.get(unsure)?.[0]?.at ?? node.at,
    hint: 'write it as (?:…) if its value is not needed',
  });
}

function walkLook(node: LookNode, before: Known, analysis: Analysis): Known {
  if (node.behind) checkLookbehind(node, analysis);
  const after = walk(node.of, before, analysis);
  if (!node.negative) return after;
  warnOfGroups(node, analysis);
  return { ...before, possible: after.possible };
}

/** Perl 5.36 keeps what a group in it held when it goes back and takes another way, or begins anew further on. */
function walkAtomic(node: AtomicNode, before: Known, analysis: Analysis): Known {
  const after = walk(node.of, before, analysis);
  const sure = [...groupsIn(node.of)].every((number) => after.definite.has(number));
  if (!sure || (analysis.choices > 0 && groupsIn(node.of).size > 0)) refuseGroups(node, analysis);
  return after;
}

function refuseGroups(node: AtomicNode, { problems }: Analysis): void {
  const message = 'a group in an atomic group or possessive repetition that may be left out';
  problems.push({ code: 'capture', severity: 'error', message, at: node.at, hint: 'write it as (?:…)' });
}

/** Some of Perl's failed attempts leave a value behind in such a group. */
function warnOfGroups(node: LookNode, { problems }: Analysis): void {
  if (groupsIn(node.of).size === 0) return;
  const message = 'a group in a negative lookahead or lookbehind never has a value';
  problems.push({ code: 'capture', severity: 'warning', message, at: node.at, hint: 'write it as (?:…)' });
}

function checkLookbehind(node: LookNode, { problems }: Analysis): void {
  const report = (message: string, hint?: string): void => {
    const problem: Problem = { code: 'lookbehind', severity: 'error', message, at: node.at };
    problems.push(hint === undefined ? problem : { ...problem, hint });
  };
  if (maxWidth(node.of) > MAX_LOOKBEHIND) {
    report(
      `a lookbehind of more than ${String(MAX_LOOKBEHIND)} characters`,
      'give its repetitions an upper limit',
    );
  } else if (contains(node.of, (part) => part.type === 'atomic')) {
    report('an atomic group or possessive repetition in a lookbehind is not supported');
  } else if (groupsIn(node.of).size > 0 && !fixedWidth(node.of)) {
    report('a group in a lookbehind of varying width is not supported', 'write it as (?:…)');
  }
}

function resolve(node: BackreferenceNode, { definite, possible, oneOf }: Known, analysis: Analysis): void {
  const candidates = node.numbers.filter((number) => possible.has(number));
  const [first] = candidates;
  const inside = node.numbers.some((number) => analysis.open.has(number));
  const known = !inside && (first === undefined || definite.has(first));
  const numbers = known ? candidates.slice(0, 1) : candidates;
  analysis.references.set(node, numbers);
  if (inside || (!known && !oneOf.has(String(node.numbers)))) {
    const message =
      'the group referred to may have no value here, which Perl and JavaScript take differently';
    const hint = 'let every way to this place pass the group, or make its contents optional instead: (a?)';
    analysis.problems.push({ code: 'reference', severity: 'error', message, at: node.at, hint });
  }
  if (node.ignoreCase && numbers.some((number) => holdsLetters(number, analysis))) {
    const message = 'a backreference that ignores case is not supported';
    analysis.problems.push({ code: 'reference', severity: 'error', message, at: node.at });
  }
}

const LETTERS = [0x41, 0x5a, 0x61, 0x7a];

function holdsLetters(number: number, { groups }: Analysis): boolean {
  const lettered = (node: Node): boolean =>
    node.type === 'backreference' || (node.type === 'set' && intersection(node.set, LETTERS).length > 0);
  return groups.get(number)?.some((group) => contains(group, lettered)) ?? false;
}
