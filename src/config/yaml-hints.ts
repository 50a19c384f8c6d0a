import type { YAMLError } from 'yaml';

/** Patterns are full of what means something to YAML, and in single quotes nothing does. */
const quotes = 'put a pattern, or another text with such characters, in single quotes';

/** What may help against a mistake of syntax, by the parser's own code. */
const hints: Partial<Record<YAMLError['code'], string>> = {
  BAD_DQ_ESCAPE: "in double quotes a backslash begins an escape; put a pattern in single quotes: '\\d+'",
  BAD_SCALAR_START: quotes,
  BLOCK_AS_IMPLICIT_KEY: `': ' begins the value of a key: ${quotes}`,
  TAB_AS_INDENT: 'indent with blanks',
  TAG_RESOLVE_FAILED: 'tags do not work here, and a text that begins with ! stands in single quotes',
  UNEXPECTED_TOKEN: `${quotes}, and write a single quote in it twice`,
};

/** A hint for a mistake of syntax, ready to be put into a Diagnostic. */
export const hintFor = (code: YAMLError['code']): { readonly hint?: string } => {
  const hint = hints[code];
  return hint === undefined ? {} : { hint };
};
