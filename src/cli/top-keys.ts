/** What a key asks for. */
export type Key =
  | 'quit'
  | 'suspend'
  | 'redraw'
  | 'next'
  | 'previous'
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | { readonly view: number };

/** Takes what a terminal sends and answers with the keys it holds; a sequence may come in pieces. */
export interface Keys {
  take(text: string): readonly Key[];
}

/** Of what is not a whole sequence yet, at most this much is kept. */
const longestSequence = 32;

const letters: ReadonlyMap<string, Key> = new Map<string, Key>([
  ['q', 'quit'],
  ['\u0003', 'quit'],
  ['\u0004', 'quit'],
  ['\u001a', 'suspend'],
  ['\u000c', 'redraw'],
  ['\t', 'next'],
  ['k', 'up'],
  ['j', 'down'],
  ['g', 'home'],
  ['G', 'end'],
  [' ', 'pageDown'],
  ['b', 'pageUp'],
]);

/** What xterm and its kin send, in both modes of the cursor keys. */
const sequences: ReadonlyMap<string, Key> = new Map<string, Key>([
  ['[A', 'up'],
  ['OA', 'up'],
  ['[B', 'down'],
  ['OB', 'down'],
  ['[5~', 'pageUp'],
  ['[6~', 'pageDown'],
  ['[H', 'home'],
  ['OH', 'home'],
  ['[1~', 'home'],
  ['[F', 'end'],
  ['OF', 'end'],
  ['[4~', 'end'],
  ['[Z', 'previous'],
]);

/** Keys of which none was pressed yet. */
export function createKeys(): Keys {
  let waiting = '';
  return {
    take(text) {
      const keys: Key[] = [];
      let rest = waiting + text;
      waiting = '';
      while (rest !== '') {
        const found = firstOf(rest);
        if (found === undefined) {
          waiting = rest.length <= longestSequence ? rest : '';
          break;
        }
        if (found.key !== undefined) keys.push(found.key);
        rest = rest.slice(found.length);
      }
      return keys;
    },
  };
}

/** The first key and its length; undefined: a sequence has begun and not ended. */
function firstOf(text: string): { readonly key: Key | undefined; readonly length: number } | undefined {
  if (!text.startsWith('\u001b')) {
    const letter = text.charAt(0);
    const view = /^[1-9]$/.test(letter) ? { view: Number(letter) - 1 } : undefined;
    return { key: letters.get(letter) ?? view, length: 1 };
  }
  if (text.length === 1) return undefined;
  // ECMA-48, 5.4: parameters, intermediates, one final byte; SS3 takes one letter.
  const [whole] = /^\u001b(?:\[[0-?]*[ -/]*[@-~]|O[ -~])/.exec(text) ?? [];
  if (whole !== undefined) return { key: sequences.get(whole.slice(1)), length: whole.length };
  return /^\u001b(?:\[[0-?]*[ -/]*|O)$/.test(text) ? undefined : { key: undefined, length: 1 };
}
