import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import type { Place } from '../dialects/native/place.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Entry, Tree } from './tree.ts';

/** Pieces one file may have once its aliases are written out. */
const maxNodes = 200_000;
/** How deep maps and lists may be nested. */
const maxDepth = 50;

/** A YAML document with its text, and places by offset. */
export interface ParsedDocument {
  readonly document: Document;
  readonly text: string;
  readonly start: Place;
  readonly place: (offset: number) => Place;
}

interface Conversion extends ParsedDocument {
  readonly diagnostics: Diagnostic[];
  /** Lists and maps on the way from the root. */
  readonly open: Set<Node>;
  /** Nodes by anchor; the newest of a name counts, as YAML has it. */
  readonly anchors: Map<string, Node>;
  /** How many aliases are being written out: anchors inside them are those that were seen before. */
  aliases: number;
  nodes: number;
}

/** The document as a tree; pieces that cannot be are left out and told. An empty document is an empty map. */
export function treeOfDocument(parsed: ParsedDocument): {
  readonly tree: Tree | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { document, start } = parsed;
  const conversion: Conversion = {
    ...parsed,
    diagnostics: [],
    open: new Set(),
    anchors: new Map(),
    aliases: 0,
    nodes: 0,
  };
  const { diagnostics } = conversion;
  const tree = document.contents === null ? undefined : convert(document.contents, 0, start, conversion);
  if (tree === undefined && diagnostics.length > 0) return { tree: undefined, diagnostics };
  const isEmpty = tree === undefined || (tree.type === 'scalar' && tree.value === null);
  return { tree: isEmpty ? { type: 'map', place: start, entries: new Map() } : tree, diagnostics };
}

function convert(node: unknown, depth: number, fallback: Place, conversion: Conversion): Tree | undefined {
  const place = placeOf(node, conversion) ?? fallback;
  conversion.nodes += 1;
  if (conversion.nodes > maxNodes) {
    const isFirst = conversion.nodes === maxNodes + 1;
    return isFirst
      ? complain(
          conversion,
          'yaml.too-large',
          `more than ${maxNodes} pieces once aliases are written out`,
          place,
        )
      : undefined;
  }
  if (depth > maxDepth)
    return complain(conversion, 'yaml.too-deep', `nested more than ${maxDepth} deep`, place);
  if (isAlias(node)) return convertAlias(node, depth, place, conversion);
  if (isNode(node) && node.anchor !== undefined && conversion.aliases === 0)
    conversion.anchors.set(node.anchor, node);
  if (isScalar(node)) return convertScalar(node, place, conversion);
  if (!isSeq(node) && !isMap(node)) return { type: 'scalar', place, value: null };
  conversion.open.add(node);
  const tree: Tree = isSeq(node)
    ? {
        type: 'list',
        place,
        items: node.items.flatMap((item) => convert(item, depth + 1, place, conversion) ?? []),
      }
    : { type: 'map', place, entries: convertPairs(node.items, depth + 1, place, conversion) };
  conversion.open.delete(node);
  return tree;
}

function convertAlias(alias: Alias, depth: number, place: Place, conversion: Conversion): Tree | undefined {
  const { source } = alias;
  const meant = conversion.anchors.get(source);
  if (meant === undefined)
    return complain(conversion, 'yaml.alias', `no anchor &${source} stands before this alias`, place);
  if (conversion.open.has(meant))
    return complain(conversion, 'yaml.alias', `the alias *${source} contains itself`, place);
  conversion.aliases += 1;
  const tree = convert(meant, depth, place, conversion);
  conversion.aliases -= 1;
  return tree;
}

function convertScalar(node: Scalar, place: Place, conversion: Conversion): Tree | undefined {
  const { value } = node;
  if (
    value !== null &&
    typeof value !== 'string' &&
    typeof value !== 'boolean' &&
    typeof value !== 'number'
  ) {
    return complain(conversion, 'yaml.value', 'must be a text, a number, true or false', place);
  }
  const offset = textOffset(node, conversion.text);
  return {
    type: 'scalar',
    place,
    value,
    ...(offset === undefined ? {} : { textPlace: conversion.place(offset) }),
  };
}

function convertPairs(
  pairs: readonly Pair[],
  depth: number,
  fallback: Place,
  conversion: Conversion,
): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of pairs) {
    const keyPlace = placeOf(pair.key, conversion) ?? fallback;
    const key = keyText(pair.key);
    const value = convert(pair.value, depth, keyPlace, conversion);
    const before = key === undefined ? undefined : entries.get(key);
    if (key === undefined || key === '__proto__') {
      complain(conversion, 'yaml.key', 'a key must be a plain word', keyPlace);
    } else if (before !== undefined) {
      const first = `${before.keyPlace.line}:${before.keyPlace.column}`;
      complain(
        conversion,
        'yaml.duplicate-key',
        `the key "${key}" is given twice, first at ${first}`,
        keyPlace,
      );
    } else if (value !== undefined) {
      entries.set(key, { keyPlace, value });
    }
  }
  return entries;
}

function complain({ diagnostics }: Conversion, code: string, message: string, place: Place): undefined {
  diagnostics.push({ code, severity: 'error', message, ...place });
  return undefined;
}

function placeOf(node: unknown, { place }: Conversion): Place | undefined {
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
  return typeof key.value === 'string' ? key.value : (key.source ?? undefined);
}
