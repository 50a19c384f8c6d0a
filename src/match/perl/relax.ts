import { intersection } from './charset.ts';
import { sequence, type AtomicNode, type Node } from './syntax.ts';

/** What follows a node: nothing, a character of a set, or something that was not looked into. */
type Next = 'end' | 'unknown' | readonly number[];

/**
 * Atomic groups that change nothing become plain, so that V8's linear engine takes the pattern: at the end
 * of the pattern, and around a greedy repetition of a set that what follows does not begin with.
 */
export function relax(node: Node, next: Next): Node {
  switch (node.type) {
    case 'sequence':
      return sequence(node.of.map((part, index) => relax(part, nextOf(node.of, index + 1, next))));
    case 'alternation':
      return { ...node, of: node.of.map((branch) => relax(branch, next)) };
    case 'group':
      return { ...node, of: relax(node.of, next) };
    case 'repeat':
      return { ...node, of: relax(node.of, 'unknown') };
    case 'look':
      return { ...node, of: relax(node.of, 'unknown') };
    case 'atomic':
      return relaxAtomic(node, next);
    default:
      return node;
  }
}

function relaxAtomic(node: AtomicNode, next: Next): Node {
  const { of } = node;
  if (next === 'end') return relax(of, next);
  const set = of.type === 'repeat' && !of.lazy && of.of.type === 'set' ? of.of.set : undefined;
  if (set === undefined || next === 'unknown') return { ...node, of: relax(of, 'unknown') };
  return intersection(set, next).length === 0 ? of : node;
}

/** What the parts of a sequence from `index` on begin with. */
function nextOf(parts: readonly Node[], index: number, after: Next): Next {
  const part = parts[index];
  if (part === undefined) return after;
  if (part.type === 'set') return part.set;
  if (part.type === 'repeat' && part.min > 0 && part.of.type === 'set') return part.of.set;
  return 'unknown';
}
