import type { MatchPorts } from '../../match/contract.ts';
import { orderedBy } from '../../match/literals/extract.ts';
import { compileRegex, type CompiledRegex } from '../../match/perl/compile.ts';
import { parsePattern } from '../../match/perl/parse.ts';

/** A regular expression with what SEC asks about it. */
export interface Regex {
  readonly exec: CompiledRegex['exec'];
  /** How many capture groups it has. */
  readonly groups: number;
}

/** Compiled expressions by source; those used longest ago give way. */
export interface Regexes {
  /** Undefined: it does not compile. */
  get(source: string): Regex | undefined;
}

/** Most expressions kept for second patterns of Pair rules, which are made anew for each operation. */
const MOST_KEPT = 4096;

/** Compiles an expression; a mistake is its text. */
export function compile(source: string, ports: MatchPorts): Regex | string {
  const compiled = compileRegex(source, { dialect: 'sec', file: '', line: 1, column: 1 }, ports);
  if (!compiled.ok) return compiled.diagnostics[0]?.message ?? 'the pattern does not compile';
  return { exec: compiled.value.exec, groups: parsePattern(source, false).groups };
}

/** The texts that any match holds, one after another. */
export function neededTexts(source: string): readonly string[] {
  const { root, problems } = parsePattern(source, false);
  return problems.some(({ severity }) => severity === 'error') ? [] : orderedBy(root);
}

/** Whether a text holds others one after another. */
export function holdsInOrder(text: string, needed: readonly string[]): boolean {
  let from = 0;
  for (const part of needed) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

export function createRegexes(ports: MatchPorts): Regexes {
  const kept = new Map<string, Regex>();
  return {
    get(source) {
      const known = kept.get(source);
      const regex = known ?? compile(source, ports);
      if (typeof regex === 'string') return undefined;
      if (known !== undefined) kept.delete(source);
      kept.set(source, regex);
      for (const [oldest] of kept) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(oldest);
      }
      return regex;
    },
  };
}
