import { EMPTY, sequence, type Node, type RepeatNode } from './syntax.ts';

/** Largest tree that unrolling may make: the linear engine's work per character grows with it. */
const MAX_NODES = 500;

/**
 * Writes counted repetitions out, which V8's linear engine takes where it refuses the count. Undefined when
 * the tree would become too large.
 */
export function unroll(root: Node): Node | undefined {
  return size(root) > MAX_NODES ? undefined : unrollNode(root);
}

/** Nodes after unrolling. */
function size(node: Node): number {
  switch (node.type) {
    case 'sequence':
    case 'alternation':
      return node.of.reduce((sum, part) => sum + size(part), 1);
    case 'repeat':
      return size(node.of) * (node.max === Infinity ? Math.max(node.min, 1) : node.max);
    case 'group':
    case 'atomic':
    case 'look':
      return 1 + size(node.of);
    default:
      return 1;
  }
}

function unrollNode(node: Node): Node {
  switch (node.type) {
    case 'sequence':
    case 'alternation':
      return { ...node, of: node.of.map(unrollNode) };
    case 'group':
    case 'atomic':
    case 'look':
      return { ...node, of: unrollNode(node.of) };
    case 'repeat':
      return unrollRepeat(node);
    default:
      return node;
  }
}

/** `x{2,4}` as `xx(?:x(?:x)?)?`, `x{3,}` as `xxx+`. */
function unrollRepeat(node: RepeatNode): Node {
  const of = unrollNode(node.of);
  const { min, max } = node;
  if (max === Infinity) {
    const copies = Array.from({ length: Math.max(min - 1, 0) }, () => of);
    return sequence([...copies, { ...node, of, min: Math.min(min, 1) }]);
  }
  let optional: Node = EMPTY;
  for (let round = min; round < max; round += 1) {
    optional = { ...node, of: sequence([of, optional]), min: 0, max: 1 };
  }
  return sequence([...Array.from({ length: min }, () => of), optional]);
}
