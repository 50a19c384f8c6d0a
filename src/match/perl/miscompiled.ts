import { contains, type Node } from './syntax.ts';

/** V8 leaves sources longer than this as they are (`kRegExpTooLargeToOptimize`). */
const NOT_OPTIMIZED = 20 * 1024;

/**
 * Whether V8 up to 12 (Node 20 and 22) gives a wrong answer once it has optimized the expression: with a
 * positive lookahead in a repetition, `/((?=b)b+?){2} c/` matches `bb c` the first time and then no more.
 */
export function isMiscompiled(root: Node): boolean {
  return contains(root, (node) => node.type === 'repeat' && node.max > 1 && contains(node.of, looksAround));
}

/** The same expression in a form that V8 does not optimize: the second way is never tried with success. */
export function unoptimized(source: string): string {
  return `(?:${source})(?:|[${'a'.repeat(NOT_OPTIMIZED)}])`;
}

/** Atomic groups are written with a lookahead. */
function looksAround(node: Node): boolean {
  return node.type === 'atomic' || (node.type === 'look' && !node.negative);
}
