import { isGsm } from './sms-alphabet.ts';

/**
 * A text in letters that phones have for a third of the price: what the GSM alphabet lacks becomes what a
 * reader takes it for (`ê` e, `“` ", `…` ...). What has no likeness stays, and then all of the text costs
 * as much as it would have.
 */
export function transliterate(text: string): string {
  let spelled = '';
  for (const letter of text.normalize('NFC')) spelled += isGsm(letter) ? letter : likeness(letter);
  return spelled;
}

function likeness(letter: string): string {
  const known = spellings.get(letter);
  if (known !== undefined) return known;
  // What is left of ½ has a slash of its own.
  const bare = letter.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('⁄', '/');
  return bare !== '' && isGsm(bare) ? bare : letter;
}

/** Spellings by what they stand for, each letter of the second alike. */
const groups: readonly (readonly [spelling: string, letters: string])[] = [
  ["'", '`´‘’‚‛′ʹʼ'],
  ['"', '“”„‟″«»'],
  ['-', '‐‑‒–—―−•·∙‣◦'],
  ['<', '‹⟨'],
  ['>', '›⟩'],
  ['/', '∕⁄÷'],
  [' ', '\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000'],
  ['x', '×✕✗✘'],
  ['v', '✓✔'],
  ['...', '…'],
  ['->', '→⇒➜'],
  ['<-', '←⇐'],
  ['<=', '≤'],
  ['>=', '≥'],
  ['!=', '≠'],
  ['+-', '±'],
  ['(c)', '©'],
  ['(r)', '®'],
  ['c', '¢'],
  ['|', '¦│'],
  ['u', 'µμ'],
  ['not ', '¬'],
  ['L', 'Ł'],
  ['l', 'ł'],
  ['D', 'ĐÐ'],
  ['d', 'đð'],
  ['H', 'Ħ'],
  ['h', 'ħ'],
  ['T', 'Ŧ'],
  ['t', 'ŧ'],
  ['i', 'ı'],
  ['OE', 'Œ'],
  ['oe', 'œ'],
  ['Th', 'Þ'],
  ['th', 'þ'],
  ['SS', 'ẞ'],
];

const spellings: ReadonlyMap<string, string> = new Map(
  groups.flatMap(([spelling, all]) => Array.from(all, (letter) => [letter, spelling] as const)),
);
