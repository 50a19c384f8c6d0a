const mark = '\u0001';

/**
 * A string as a TEXT cell gives it back unchanged. SQLite's text has no lone surrogates and the drivers
 * cut it at a NUL, but keys hold log text: such strings are kept as JSON behind a U+0001.
 */
export function toText(value: string): string {
  return fits(value) ? value : mark + JSON.stringify(value);
}

/** The string that `toText` was given. */
export function fromText(text: string): string {
  if (!text.startsWith(mark)) return text;
  const value: unknown = JSON.parse(text.slice(mark.length));
  return String(value);
}

const unfit = /\0|\p{Surrogate}/u;

function fits(value: string): boolean {
  return !value.startsWith(mark) && !unfit.test(value);
}
