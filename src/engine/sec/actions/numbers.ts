/** An unsigned number in decimal digits, leading zeros allowed; undefined: the text is none. */
export const wholeNumber = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined;
