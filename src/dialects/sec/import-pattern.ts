import type { SecContext, SecExpression, SecPattern } from '../../engine/sec/program.ts';
import { parsePattern } from '../../match/perl/parse.ts';
import { contains, type Node } from '../../match/perl/syntax.ts';
import type { Written } from '../native/write.ts';

/** What a pattern of SEC's is as `match`, and what its groups are called. */
export interface ImportedPattern {
  readonly form: Written;
  /** The name of each group by its number, and by the names the pattern has itself. */
  readonly names: ReadonlyMap<string, string>;
  /** The source of each group, for second patterns that repeat what a group held. */
  readonly sources: ReadonlyMap<string, string>;
}

/** A part of a rule, or the reason why it cannot be carried over. */
export type Carried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string };

/** Makes the result of what was carried over. */
export const carried = <T>(value: T): Carried<T> => ({ ok: true, value });
/** Makes the reason why something was not. */
export const left = (why: string): { readonly ok: false; readonly why: string } => ({ ok: false, why });

/** Texts of rule files are byte strings; what they mean is UTF-8, or else Latin-1. */
export function decoded(bytes: string): string {
  try {
    return decodeURIComponent(
      bytes.replace(/[^A-Za-z0-9]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
  } catch {
    return bytes;
  }
}

/**
 * A pattern as native rules have it. Its groups get names, by which templates and keys call them; without `named`
 * it stays as it was written.
 */
export function importPattern(pattern: SecPattern, named = true): Carried<ImportedPattern> {
  const bare = (form: Written): Carried<ImportedPattern> =>
    carried({ form, names: new Map(), sources: new Map() });
  switch (pattern.type) {
    case 'tvalue':
      return pattern.value ? bare('^') : left('its pattern is FALSE');
    case 'substr': {
      if (pattern.lines > 1) return left('its pattern looks at several lines');
      const form = { literal: decoded(pattern.text) };
      return bare(pattern.negated ? { not: form } : form);
    }
    case 'regexp': {
      if (pattern.lines > 1) return left('its pattern looks at several lines');
      if (pattern.varmap.entries.length > 0) return left('its match is kept for other rules (varmap)');
      const source = decoded(pattern.source);
      if (pattern.negated) return bare({ not: source });
      return named ? namedPattern(source, pattern.varmap.names) : bare(source);
    }
    case 'perl':
      return left('its pattern is Perl code');
    case 'cached':
      return left('its pattern is the match of another rule (Cached)');
  }
}

type Alias = { readonly name: string; readonly group: number };

function namedPattern(source: string, aliases: readonly Alias[]): Carried<ImportedPattern> {
  if (/\\[QELUlu]/.test(source)) return left('SEC does not know \\Q and its kin in patterns');
  const syntax = parsePattern(source, false);
  const wrong = syntax.problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined) return left(`its pattern cannot be carried over: ${wrong.message}`);
  const own = new Map([...syntax.names].flatMap(([name, numbers]) => numbers.map((n) => [n, name] as const)));
  const names = new Map<string, string>();
  const sources = new Map<string, string>();
  let out = '';
  let from = 0;
  for (const group of groupsOf(syntax.root)) {
    const alias = aliases.find((each) => each.group === group.number)?.name;
    const name = own.get(group.number) ?? alias ?? `v${group.number}`;
    names.set(String(group.number), name);
    if (!own.has(group.number)) {
      out += `${source.slice(from, group.at + 1)}?<${name}>`;
      from = group.at + 1;
    }
    const text = groupSource(source, group.at);
    if (text !== undefined && !contains(group.of, isReference)) sources.set(name, text);
  }
  for (const name of syntax.names.keys()) names.set(name, name);
  for (const { name, group } of aliases) names.set(name, names.get(String(group)) ?? name);
  const all = [...new Set(names.values())];
  if (all.some((name) => !/^[A-Za-z_]\w*$/.test(name)))
    return left('a name of its varmap is none for a group');
  return carried({ form: out + source.slice(from), names, sources });
}

const isReference = ({ type }: Node): boolean => type === 'backreference' || type === 'group';

type Group = Extract<Node, { type: 'group' }>;

function groupsOf(node: Node): readonly Group[] {
  const found = new Map<number, Group>();
  const walk = (each: Node): void => {
    if (each.type === 'group') found.set(each.at, each);
    if (each.type === 'sequence' || each.type === 'alternation') each.of.forEach(walk);
    else if ('of' in each) walk(each.of);
  };
  walk(node);
  return [...found.values()].toSorted((a, b) => a.at - b.at);
}

/** What stands between the parentheses of a group without a name. */
function groupSource(source: string, at: number): string | undefined {
  if (source.charAt(at + 1) === '?') return undefined;
  for (let end = source.indexOf(')', at); end >= 0; end = source.indexOf(')', end + 1)) {
    const text = source.slice(at + 1, end);
    const { problems } = parsePattern(`(${text})`, false);
    if (!problems.some(({ severity }) => severity === 'error')) return text;
  }
  return undefined;
}

/** The contexts that must be on, and those that must be off. */
export interface ImportedContext {
  readonly when: readonly string[];
  readonly unless: readonly string[];
}

/** A context expression as `when` and `unless`, if it asks for nothing but contexts that have fixed names. */
export function importContext(context: SecContext | undefined): Carried<ImportedContext> {
  if (context === undefined) return carried({ when: [], unless: [] });
  return importExpression(context.expression, true);
}

function importExpression(expression: SecExpression, holds: boolean): Carried<ImportedContext> {
  switch (expression.type) {
    case 'context': {
      const { name } = expression;
      if (!isContextName(name)) return left(`the context ${decoded(name)} has no fixed name of its own`);
      return carried(holds ? { when: [name], unless: [] } : { when: [], unless: [name] });
    }
    case 'not':
      return importExpression(expression.of, !holds);
    case 'and':
    case 'or': {
      // `when` asks for all, `unless` for none: only "and", or "not any of", can be said.
      if ((expression.type === 'and') !== holds) return left('its contexts are alternatives of each other');
      const parts = expression.of.map((part) => importExpression(part, holds));
      const when: string[] = [];
      const unless: string[] = [];
      for (const part of parts) {
        if (!part.ok) return part;
        when.push(...part.value.when);
        unless.push(...part.value.unless);
      }
      return carried({ when, unless });
    }
    default:
      return left('its context asks for more than contexts');
  }
}

/** Names that native contexts can have; those that begin with an underscore are SEC's own. */
export const isContextName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.@-]*$/.test(name);
