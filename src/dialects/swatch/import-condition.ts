import type { SwatchCondition } from '../../engine/swatch/program.ts';
import { parsePattern } from '../../match/perl/parse.ts';
import type { Node } from '../../match/perl/syntax.ts';
import type { Written } from '../native/write.ts';
import { decoded } from '../sec/import-pattern.ts';

type Regex = Extract<SwatchCondition, { type: 'regex' }>;

/** A condition as `match`, and what the groups that `$1`, `$2`, … mean are called. */
export interface ImportedCondition {
  readonly form: Written;
  /** Undefined: which expression they belong to depends on the line. */
  readonly names: ReadonlyMap<string, string> | undefined;
}

/** A condition with names for its groups. */
export function importCondition(condition: SwatchCondition): ImportedCondition {
  const last = lastOf(condition);
  if (last === undefined || last === 'none') {
    return { form: formOf(condition), names: last === 'none' ? new Map() : undefined };
  }
  const named = nameGroups(last);
  const replaced = new Map([[last, named.source]]);
  return { form: formOf(condition, replaced), names: named.names };
}

/** A condition as `match`, with its groups as they are. */
export function formOf(
  condition: SwatchCondition,
  replaced: ReadonlyMap<Regex, string> = new Map(),
): Written {
  switch (condition.type) {
    case 'regex':
      return replaced.get(condition) ?? decoded(condition.source);
    case 'constant':
      return condition.value ? '^' : { not: '^' };
    case 'not':
      return { not: formOf(condition.of, replaced) };
    default:
      return { [condition.type]: condition.of.map((part) => formOf(part, replaced)) };
  }
}

/** The expression that matched last whenever the condition holds. */
function lastOf(condition: SwatchCondition): Regex | 'none' | undefined {
  switch (condition.type) {
    case 'regex':
      return condition;
    case 'constant':
      return 'none';
    case 'not':
      // When it holds, the one expression did not match.
      return condition.of.type === 'regex' || condition.of.type === 'constant' ? 'none' : undefined;
    case 'any':
      return condition.of.every((part) => lastOf(part) === 'none') ? 'none' : undefined;
    case 'all':
      // Whatever comes before it, what matched last is the last that can have.
      return findLastOf(condition.of.map(lastOf));
  }
}

const findLastOf = (all: readonly ReturnType<typeof lastOf>[]): ReturnType<typeof lastOf> => {
  const index = all.findLastIndex((one) => one !== 'none');
  return index < 0 ? 'none' : all[index];
};

/** Gives each group without a name one, by which templates and keys can call it. */
function nameGroups(regex: Regex): { readonly source: string; readonly names: ReadonlyMap<string, string> } {
  const source = decoded(regex.source);
  const syntax = parsePattern(source, true);
  const own = new Map([...syntax.names].flatMap(([name, numbers]) => numbers.map((n) => [n, name] as const)));
  const names = new Map<string, string>([...syntax.names.keys()].map((name) => [name, name] as const));
  let out = '';
  let from = 0;
  for (const group of groupsOf(syntax.root)) {
    const name = own.get(group.number) ?? `v${String(group.number)}`;
    names.set(String(group.number), name);
    if (own.has(group.number)) continue;
    out += `${source.slice(from, group.at + 1)}?<${name}>`;
    from = group.at + 1;
  }
  return { source: out + source.slice(from), names };
}

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
