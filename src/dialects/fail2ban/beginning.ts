import type { Expression, Part } from './expression.ts';

/** An expression with a text in the place of each `^` and `\A`, and which of the ways through it have one. */
export interface Begun {
  readonly expression: Expression;
  readonly anchored: 'always' | 'sometimes' | 'never';
}

/** What is known of a place in an expression. */
interface Place {
  /** Every way to it passes a `^`. */
  readonly anchored: boolean;
  /** Something of the text may have been taken before it. */
  readonly taken: boolean;
}

type Sequence = Expression[number];

/** What is read of a text at once: an escape, a class, a character. */
const PIECES = /\\[^]|\[\^?\]?(?:\\[^]|[^\]\\])*\]|[^]/g;

const isStart = (piece: string): boolean => piece === '^' || piece === '\\A';

/**
 * Puts a text in the place of each `^` and `\A` with which an expression begins, also inside of its groups and
 * behind flags. Undefined: one stands where something may have been taken before, or where nothing can be put.
 */
export function putAtBeginning(expression: Expression, put: string): Begun | undefined {
  let found = 0;
  let wrong = false;

  const text = (source: string, before: Place): readonly [string, Place] => {
    // Flags take nothing.
    if (/^\(\?[a-zA-Z-]*\)$/.test(source)) return [source, before];
    let place = before;
    const out = (source.match(PIECES) ?? []).map((piece) => {
      const { anchored, taken } = place;
      place = isStart(piece) ? { anchored: true, taken } : { anchored, taken: true };
      if (!isStart(piece)) return piece;
      found += 1;
      wrong ||= taken;
      return anchored ? '' : put;
    });
    return [out.join(''), place];
  };

  const alternatives = (of: Expression, before: Place): readonly [Expression, Place] => {
    const all = of.map((each) => sequence(each, before));
    const anchored = all.every(([, place]) => place.anchored);
    const taken = all.some(([, place]) => place.taken || place.anchored !== anchored);
    return [all.map(([parts]) => parts), { anchored, taken }];
  };

  const sequence = (parts: Sequence, before: Place): readonly [Sequence, Place] => {
    let place = before;
    const made = startFirst(parts).map((part) => {
      const [one, after] = anyPart(part, place);
      place = after;
      return one;
    });
    return [made, place];
  };

  const anyPart = (part: Part, before: Place): readonly [Part, Place] => {
    if (part.type === 'text') {
      const [made, place] = text(part.text, before);
      return [{ type: 'text', text: made }, place];
    }
    if (part.type === 'condition') {
      const [[yes = [], no = []], place] = alternatives([part.yes, part.no], before);
      return [{ ...part, yes, no }, place];
    }
    const earlier = found;
    const [of, place] = alternatives(part.of, before);
    const made = { ...part, of };
    if (isLook(part)) {
      // What is put takes characters, which a look does not.
      wrong ||= found > earlier && !before.anchored;
      return [made, { ...before, taken: before.taken || !before.anchored }];
    }
    const sure = part.times === '';
    return [made, { anchored: before.anchored || (sure && place.anchored), taken: place.taken || !sure }];
  };

  const [made, { anchored }] = alternatives(expression, { anchored: false, taken: false });
  if (wrong) return undefined;
  return { expression: made, anchored: anchored ? 'always' : found > 0 ? 'sometimes' : 'never' };
}

const isLook = (part: Part): boolean => part.type === 'group' && /^\?<?[=!]$/.test(part.head);

/** `(?=…)^` as `^(?=…)`, which is the same. */
function startFirst(parts: Sequence): Sequence {
  const looks = parts.findIndex(
    (part) => !isLook(part) || (part.type === 'group' && part.head.includes('<')),
  );
  const next = parts[looks];
  const [, start, rest = ''] = (next?.type === 'text' && /^(\^|\\A)([^]*)$/.exec(next.text)) || [];
  if (looks < 1 || start === undefined) return parts;
  return [
    { type: 'text', text: start },
    ...parts.slice(0, looks),
    { type: 'text', text: rest },
    ...parts.slice(looks + 1),
  ];
}
