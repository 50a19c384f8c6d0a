import { groupsIn } from './analyse.ts';
import { EMPTY, sequence, type Node } from './syntax.ts';
import { nullable } from './width.ts';

/** Whether a node tries to be empty only after every other way. */
export function emptyLast(node: Node): boolean {
  if (!nullable(node)) return true;
  switch (node.type) {
    case 'sequence':
      return node.of.every(emptyLast);
    case 'alternation':
      return node.of.slice(0, -1).every((branch) => !nullable(branch)) && node.of.slice(-1).every(emptyLast);
    case 'group':
    case 'atomic':
      return emptyLast(node.of);
    case 'repeat':
      return !node.lazy && emptyLast(node.of);
    default:
      return true;
  }
}

/** A round that takes no character, if it is possible everywhere; undefined when that depends on the place. */
export function emptyRound(node: Node): Node | undefined {
  switch (node.type) {
    case 'sequence': {
      const parts = node.of.map(emptyRound);
      return parts.every((part) => part !== undefined) ? sequence(parts) : undefined;
    }
    case 'alternation': {
      const last = node.of.at(-1);
      return last === undefined ? undefined : emptyRound(last);
    }
    case 'group': {
      const of = emptyRound(node.of);
      return of === undefined ? undefined : { ...node, of };
    }
    case 'repeat':
      return node.min === 0 && groupsIn(node).size === 0 ? EMPTY : undefined;
    default:
      return undefined;
  }
}

/** The tree with its capture groups made plain. */
export function withoutGroups(node: Node): Node {
  switch (node.type) {
    case 'group':
      return withoutGroups(node.of);
    case 'sequence':
    case 'alternation':
      return { ...node, of: node.of.map(withoutGroups) };
    case 'repeat':
    case 'atomic':
    case 'look':
      return { ...node, of: withoutGroups(node.of) };
    default:
      return node;
  }
}
