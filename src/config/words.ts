/** The words of a command line, with quotes and backslashes as a shell takes them, and nothing else of a shell. */
export function words(line: string): readonly string[] {
  const found: string[] = [];
  const word = /(?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*')+/g;
  for (const [text] of line.matchAll(word)) found.push(unquoted(text));
  return found;
}

const unquoted = (text: string): string =>
  text.replace(
    /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\([^])/g,
    (_, double?: string, single?: string, bare?: string) =>
      double === undefined ? (single ?? bare ?? '') : double.replace(/\\(["\\$`])/g, '$1'),
  );
