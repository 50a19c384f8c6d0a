/** Text as roff shows it: nothing of it is obeyed, and a dash is a dash (man-pages(7), groff_char(7)). */
export const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('’', "'")
    .replaceAll('`', '"')
    .replaceAll('…', '...')
    .replaceAll(/^(?=[.'])/gm, '\\&');

/** A paragraph that hangs below its term. */
export const item = (term: string, text: string): string => `.TP\n\\fB${roff(term)}\\fR\n${roff(text)}\n`;

/** The head of a page; `date`: day of what it describes. */
export const titleLine = (name: string, section: number, version: string): string =>
  `.\\" Made from the program: edit that, not this.\n.TH ${roff(name.toUpperCase())} ${section} ${pagesDate} "Bird Sentinel ${roff(version)}"\n`;

/** Pages made twice from one program are the same, so no clock is read. */
const pagesDate = '2026-11-21';
