import type { Node } from './syntax.ts';

/** The least number of code points a node can match. A backreference may be empty. */
export function minWidth(node: Node): number {
  switch (node.type) {
    case 'set':
      return 1;
    case 'sequence':
      return node.of.reduce((sum, part) => sum + minWidth(part), 0);
    case 'alternation':
      return Math.min(...node.of.map(minWidth));
    case 'group':
    case 'atomic':
      return minWidth(node.of);
    case 'repeat':
      return node.min * minWidth(node.of);
    case 'look':
    case 'backreference':
    case 'assertion':
      return 0;
  }
}

/** The greatest number of code points a node can match; Infinity for a backreference. */
export function maxWidth(node: Node): number {
  switch (node.type) {
    case 'set':
      return 1;
    case 'sequence':
      return node.of.reduce((sum, part) => sum + maxWidth(part), 0);
    case 'alternation':
      return Math.max(...node.of.map(maxWidth));
    case 'group':
    case 'atomic':
      return maxWidth(node.of);
    case 'repeat':
      return repeated(node.max, maxWidth(node.of));
    case 'backreference':
      return Infinity;
    case 'look':
    case 'assertion':
      return 0;
  }
}

/** Whether a node can match without moving on. */
export const nullable = (node: Node): boolean => minWidth(node) === 0;

/** Whether every way through a node, and through each part of it, has the same width. */
export function fixedWidth(node: Node): boolean {
  switch (node.type) {
    case 'sequence':
      return node.of.every(fixedWidth);
    case 'alternation':
      return node.of.every(fixedWidth) && minWidth(node) === maxWidth(node);
    case 'group':
    case 'atomic':
      return fixedWidth(node.of);
    case 'repeat':
      return node.min === node.max && fixedWidth(node.of);
    case 'set':
    case 'assertion':
    case 'look':
      return true;
    case 'backreference':
      return false;
  }
}

/** Perl calls what has no limit unlimited even if it is repeated no times. */
function repeated(times: number, width: number): number {
  if (width === 0 || width === Infinity) return width;
  return times === 0 ? 0 : times * width;
}
