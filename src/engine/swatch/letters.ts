/**
 * A text with its letters changed as the escapes of Perl say that are in force for it, each by its letter: `U`, `L`,
 * `Q`, `u`, `l`. Texts are byte strings, of which Perl changes ASCII only.
 */
export function changeLetters(text: string, letters: string): string {
  let out = text;
  if (letters.includes('U')) out = upper(out);
  if (letters.includes('L')) out = lower(out);
  if (letters.includes('u')) out = upper(out.slice(0, 1)) + out.slice(1);
  if (letters.includes('l')) out = lower(out.slice(0, 1)) + out.slice(1);
  return letters.includes('Q') ? out.replaceAll(/[^A-Za-z_0-9]/g, '\\$&') : out;
}

const upper = (text: string): string => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase());
const lower = (text: string): string => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase());
