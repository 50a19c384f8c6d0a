import type { MatchPorts } from '../contract.ts';
import type { References } from './analyse.ts';
import { lower } from './lower.ts';
import { isMiscompiled, unoptimized } from './miscompiled.ts';
import { print, type Printed } from './print.ts';
import { contains, type Node, type Syntax } from './syntax.ts';
import { unroll } from './unroll.ts';
import { nullable } from './width.ts';

/** An engine that runs out of memory for its work gives up on one text, not on the program. */
type Run = (text: string) => RegExpExecArray | null | 'timedOut';

/** A tree made ready for texts with or without newlines. */
export interface Variant {
  readonly regime: 'linear' | 'guarded';
  readonly run: Run;
  readonly slots: Printed['slots'];
}

/**
 * Makes the expression for texts with or without newlines, of the linear engine if that takes it. Undefined when
 * it is too large for V8.
 */
export function createVariant(
  syntax: Syntax,
  references: References,
  newlines: boolean,
  ports: MatchPorts,
): Variant | undefined {
  const { root } = lower(syntax.root, { newlines, references, exact: tellsWays(syntax) });
  const guard = middleOfPair(root);
  const printed = print(root);
  const sealed = isMiscompiled(root) ? unoptimized : (source: string): string => source;
  const plain = sealed(guarded(guard, printed.source));
  if (ports.isLinear(plain, '')) return linear({ ...printed, source: plain });
  const unrolled = unroll(root);
  if (unrolled !== undefined && unrolled !== root) {
    const written = print(unrolled);
    const source = sealed(guarded(guard, written.source));
    if (ports.isLinear(source, '')) return linear({ ...written, source });
  }
  const regex = build(plain);
  if (regex === undefined) return undefined;
  return {
    regime: 'guarded',
    run: (text) => {
      try {
        return ports.guarded(regex, text);
      } catch {
        return 'timedOut';
      }
    },
    slots: printed.slots,
  };
}

function linear(printed: Printed): Variant | undefined {
  const regex = build(printed.source);
  if (regex === undefined) return undefined;
  const run: Run = (text) => {
    try {
      return regex.exec(text);
    } catch {
      return 'timedOut';
    }
  };
  return { regime: 'linear', run, slots: printed.slots };
}

/** What takes no character and says only what must not be there would also match between two surrogates. */
function middleOfPair(root: Node): string {
  const absence = (node: Node): boolean =>
    node.type === 'look' ? node.negative : node.type === 'assertion' && node.kind === 'notWord';
  return nullable(root) && contains(root, absence) ? '(?![\\udc00-\\udfff])' : '';
}

function guarded(guard: string, source: string): string {
  return guard === '' ? source : `${guard}(?:${source})`;
}

/**
 * V8 finds out late, at the first use, that an expression is too large for it, and anew for texts with wide
 * characters.
 */
function build(source: string): RegExp | undefined {
  try {
    const regex = new RegExp(source);
    if (source.length > 1000) {
      regex.exec('');
      regex.exec('\u2028');
    }
    return regex;
  } catch {
    return undefined;
  }
}

/** Whether it shows which way a match went. */
export function tellsWays({ root, groups }: Syntax): boolean {
  return groups > 0 || contains(root, (node) => node.type === 'atomic');
}
