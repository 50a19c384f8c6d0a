import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLError,
} from 'yaml';
import type { Place } from '../dialects/native/place.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Entry, Tree } from './tree.ts';

/** What a text came to. `tree` is absent when the text is not YAML. */
export interface ParsedYaml {
  readonly tree: Tree | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Pieces one file may have once its aliases are written out. */
export const maxNodes = 200_000;
/** How deep maps and lists may be nested. */
export const maxDepth = 50;
/** Longest file, in UTF-16 code units. */
export const maxLength = 8 * 1024 * 1024;

const mostSyntaxErrors = 20;

/** Reads YAML 1.2 (core schema) with the place of every key and value. An empty text is an empty map. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const start = { file, line: 1, column: 1 };
  if (text.length > maxLength) {
    return refused({
      code: 'yaml.too-long',
      severity: 'error',
      message: `longer than ${maxLength} characters`,
      ...start,
    });
  }
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    merge: false,
    // Told here with both places instead.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const place = placesIn(text, file);
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    return { tree: undefined, diagnostics: syntaxErrors(errors, place) };
  }
  return convert(document, start, place, (node) => textOffset(node, text));
}

/** After one mistake the parser stumbles on through the line: only the first of each line is told. */
function syntaxErrors(errors: readonly YAMLError[], place: (offset: number) => Place): Diagnostic[] {
  const byLine = new Map<number, Diagnostic>();
  for (const { code, message, pos } of errors) {
    const at = place(pos[0]);
    if (byLine.has(at.line)) continue;
    const words = code === 'MULTIPLE_DOCS' ? 'a file holds one document, and here a second begins' : message;
    byLine.set(at.line, { code: 'yaml.syntax', severity: 'error', message: words, ...at });
  }
  return [...byLine.values()].slice(0, mostSyntaxErrors);
}

/** Offsets as places; what lies beyond the end is put at the end. */
function placesIn(text: string, file: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const within = Math.min(Math.max(offset, 0), text.length);
    let line = 0;
    let above = starts.length;
    while (above - line > 1) {
      const middle = (line + above) >> 1;
      if ((starts[middle] ?? 0) <= within) line = middle;
      else above = middle;
    }
    return { file, line: line + 1, column: within - (starts[line] ?? 0) + 1 };
  };
}

const refused = (diagnostic: Diagnostic): ParsedYaml => ({ tree: undefined, diagnostics: [diagnostic] });

function convert(
  document: Document,
  start: Place,
  place: (offset: number) => Place,
  textAt: (node: Scalar) => number | undefined,
): ParsedYaml {
  const diagnostics: Diagnostic[] = [];
  const open = new Set<Node>();
  let nodes = 0;

  const complain = (code: string, message: string, at: Place, hint?: string): undefined => {
    diagnostics.push({ code, severity: 'error', message, ...at, ...(hint === undefined ? {} : { hint }) });
    return undefined;
  };

  const tree = (node: unknown, depth: number, fallback: Place): Tree | undefined => {
    const at = placeOf(node, place) ?? fallback;
    nodes += 1;
    if (nodes > maxNodes) {
      return nodes === maxNodes + 1
        ? complain('yaml.too-large', `more than ${maxNodes} pieces once aliases are written out`, at)
        : undefined;
    }
    if (depth > maxDepth) return complain('yaml.too-deep', `nested more than ${maxDepth} deep`, at);
    if (isAlias(node)) {
      const meant = node.resolve(document);
      if (meant === undefined)
        return complain('yaml.alias', `no anchor &${node.source} stands before this alias`, at);
      if (open.has(meant)) return complain('yaml.alias', `the alias *${node.source} contains itself`, at);
      return tree(meant, depth, at);
    }
    if (isScalar(node)) return scalar(node, at);
    if (!isSeq(node) && !isMap(node)) return { type: 'scalar', place: at, value: null };
    open.add(node);
    const result = isSeq(node)
      ? ({
          type: 'list',
          place: at,
          items: node.items.flatMap((item) => tree(item, depth + 1, at) ?? []),
        } as const)
      : ({ type: 'map', place: at, entries: entries(node.items, depth, at) } as const);
    open.delete(node);
    return result;
  };

  const scalar = (node: Scalar, at: Place): Tree | undefined => {
    const { value } = node;
    const offset = textAt(node);
    if (
      value === null ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      typeof value === 'number'
    ) {
      return {
        type: 'scalar',
        place: at,
        value,
        ...(offset === undefined ? {} : { textPlace: place(offset) }),
      };
    }
    return complain(
      'yaml.value',
      'this kind of value is not known here',
      at,
      'write a text, a number, true or false',
    );
  };

  const entries = (pairs: readonly Pair[], depth: number, fallback: Place): ReadonlyMap<string, Entry> => {
    const found = new Map<string, Entry>();
    for (const pair of pairs) {
      const keyPlace = placeOf(pair.key, place) ?? fallback;
      const key = keyText(pair.key);
      const value = tree(pair.value, depth + 1, keyPlace);
      const before = key === undefined ? undefined : found.get(key);
      if (key === undefined || key === '__proto__') {
        complain('yaml.key', 'a key must be a plain word', keyPlace);
      } else if (before !== undefined) {
        const first = `${before.keyPlace.line}:${before.keyPlace.column}`;
        complain('yaml.duplicate-key', `the key "${key}" is given twice, first at ${first}`, keyPlace);
      } else if (value !== undefined) {
        found.set(key, { keyPlace, value });
      }
    }
    return found;
  };

  const root = document.contents === null ? undefined : tree(document.contents, 0, start);
  if (root === undefined && diagnostics.length > 0) return { tree: undefined, diagnostics };
  const empty: Tree = { type: 'map', place: start, entries: new Map() };
  const isEmpty = root === undefined || (root.type === 'scalar' && root.value === null);
  return { tree: isEmpty ? empty : root, diagnostics };
}

function placeOf(node: unknown, place: (offset: number) => Place): Place | undefined {
  const range = isScalar(node) || isSeq(node) || isMap(node) || isAlias(node) ? node.range : undefined;
  return range === undefined || range === null ? undefined : place(range[0]);
}

/** Where the text of a quoted scalar or of a block begins; undefined where it begins at once. */
function textOffset({ range, type }: Scalar, source: string): number | undefined {
  if (range === undefined || range === null) return undefined;
  const [begin, end] = range;
  if (type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE') return begin + 1;
  if (type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED') return undefined;
  const body = /\n\s*(?=\S)/.exec(source.slice(begin, end));
  return body === null ? undefined : begin + body.index + body[0].length;
}

/** Keys such as `1` or `true` are meant as the words they are written as. */
function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source ?? undefined;
}
