import { changeLetters } from './letters.ts';
import type { SwatchPart, SwatchText } from './program.ts';

/** A line that matched: what texts are filled in with. */
export interface Scene {
  readonly line: string;
  /** Groups by number and name; `0` is the whole match where that is asked for. */
  readonly groups: { readonly [name: string]: string };
}

/** The text for a line; a group that took no part, or a field past the last, is empty. */
export function fill(text: SwatchText, scene: Scene): string {
  return text
    .map((part) => {
      if (part.type === 'text') return part.text;
      const { letters = '' } = part;
      return letters === '' ? valueOf(part, scene) : changeLetters(valueOf(part, scene), letters);
    })
    .join('');
}

function valueOf(part: Exclude<SwatchPart, { readonly type: 'text' }>, scene: Scene): string {
  if (part.type === 'line') return scene.line;
  if (part.type === 'match') return scene.groups[part.group] ?? '';
  return fieldsOf(scene.line)[part.number - 1] ?? '';
}

const fieldsOf = (line: string): readonly string[] => line.match(/[^\t-\r ]+/g) ?? [];
