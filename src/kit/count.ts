/** `1 rule`, `0 rules`, `12 rules`: for words whose plural is made with an s. */
export const counted = (number: number, word: string): string =>
  `${number} ${number === 1 ? word : `${word}s`}`;
