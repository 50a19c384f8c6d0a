/**
 * The words of SEC's command line as a user writes it in one text: blanks separate them, quotes keep blanks,
 * and a backslash outside of single quotes takes the next character as it is.
 */
export function switchWords(line: string): readonly string[] {
  const found = line.matchAll(/(?:'[^']*'?|"(?:\\[^]|[^"\\])*"?|\\[^]|[^\s'"\\])+/g);
  return [...found].map(([word]) => unquote(word));
}

const unquote = (word: string): string =>
  word.replaceAll(/'([^']*)'?|"((?:\\[^]|[^"\\])*)"?|\\([^])/g, (_, single, double, escaped) => {
    if (typeof single === 'string') return single;
    if (typeof double === 'string') return double.replaceAll(/\\([\\"$`])/g, '$1');
    return String(escaped);
  });

/** The words in a file that `SECRC` names: one a line, without comments, empty lines and blanks at the ends. */
export function secrcWords(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
