import { parseDocument, type YAMLError } from 'yaml';
import type { Place } from '../dialects/native/place.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { placesIn } from './offsets.ts';
import type { Tree } from './tree.ts';
import { hintFor } from './yaml-hints.ts';
import { treeOfDocument } from './yaml-tree.ts';

/** What a text came to. `tree` is absent when the text is not YAML. */
export interface ParsedYaml {
  readonly tree: Tree | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Longest file, in UTF-16 code units. */
const maxLength = 8 * 1024 * 1024;

const mostSyntaxErrors = 20;

/** Reads YAML 1.2 (core schema) with the place of every key and value. An empty text is an empty map. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const start = { file, line: 1, column: 1 };
  if (text.length > maxLength) {
    const message = `longer than ${maxLength} characters`;
    return {
      tree: undefined,
      diagnostics: [{ code: 'yaml.too-long', severity: 'error', message, ...start }],
    };
  }
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    merge: false,
    // Keys given twice are told with both places instead.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const place = placesIn(text, file);
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) return { tree: undefined, diagnostics: syntaxErrors(errors, place) };
  return treeOfDocument({ document, text, start, place });
}

const wordsFor: Partial<Record<YAMLError['code'], string>> = {
  MULTIPLE_DOCS: 'a file holds one document, and here a second begins',
  // The parser's stack ends long before its own limit.
  RESOURCE_EXHAUSTION: 'nested too deep',
};

/** After one mistake the parser stumbles on through the line: only the first of each line is told. */
function syntaxErrors(errors: readonly YAMLError[], place: (offset: number) => Place): Diagnostic[] {
  const byLine = new Map<number, Diagnostic>();
  for (const { code, message, pos } of errors) {
    const at = place(pos[0]);
    if (byLine.has(at.line)) continue;
    const words = wordsFor[code] ?? message;
    byLine.set(at.line, { code: 'yaml.syntax', severity: 'error', message: words, ...at, ...hintFor(code) });
  }
  return [...byLine.values()].slice(0, mostSyntaxErrors);
}
