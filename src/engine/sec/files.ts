import { createRule } from './rules/table.ts';
import { createRuleIndex, type RuleIndex } from './rule-index.ts';
import type { RuleAtWork, RulePorts } from './rules/contract.ts';
import type { SecPlace, SecRuleCount } from './contract.ts';
import type { Buffers } from './buffer.ts';
import type { OperationOwner } from './operations.ts';
import type { SecProgram } from './program.ts';

/** The rule files of a program at work. */
export interface Files {
  /** Tries the event under way. */
  search(): void;
  /** The rules of a file that have operations. */
  owners(file: string): readonly OperationOwner[];
  counts(): readonly SecRuleCount[];
}

interface FileAtWork {
  readonly name: string;
  readonly rules: readonly RuleAtWork[];
  readonly index: RuleIndex;
  readonly owners: readonly OperationOwner[];
  /** How often each rule matched. */
  readonly matched: number[];
  readonly sets: readonly string[];
  readonly procallin: boolean;
}

export function createFiles(program: SecProgram, ports: Omit<RulePorts, 'jump'>): Files {
  /** The sets under way: a set is not tried inside itself. */
  const underWay: string[] = [];

  const jump = (sets: readonly string[], place: SecPlace): boolean =>
    sets.some((set) => searchSet(set, place));

  const files = program.files.map((file) => {
    const rules = file.rules.map((rule, index) =>
      createRule(rule, { file: file.name, rule: index, line: rule.line }, { ...ports, jump }),
    );
    return {
      name: file.name,
      rules,
      index: createRuleIndex(file.rules, (rule) => rules[rule]?.waits?.() === true),
      owners: rules.flatMap(({ owner }) => owner ?? []),
      matched: rules.map(() => 0),
      sets: file.sets,
      procallin: file.procallin,
    };
  });

  const search = (file: FileAtWork): boolean => searchFile(file, ports.patterns.buffers);

  /** The files of a set; true: the search is over. */
  const searchSet = (set: string, place: SecPlace): boolean => {
    const members = files.filter(({ sets }) => sets.includes(set));
    if (members.length === 0 || underWay.includes(set)) {
      const why = members.length === 0 ? 'there is no such set' : 'the set is under way';
      ports.outputs.limit('jump', `a set is left out: ${why}`, place);
      return false;
    }
    underWay.push(set);
    const over = members.some(search);
    underWay.pop();
    return over;
  };

  const main = files.filter(({ procallin }) => procallin);

  return {
    search: () => void main.some(search),
    owners: (file) => files.find(({ name }) => name === file)?.owners ?? [],
    counts: () =>
      files.flatMap(({ rules, matched }) =>
        rules.map(({ place }, index) => ({ place, matched: matched[index] ?? 0 })),
      ),
  };
}

/** Tries the rules of a file that the line could matter to, in order; true: the search is over for all files. */
function searchFile({ rules, index, matched }: FileAtWork, buffers: Buffers): boolean {
  let candidates = index.candidates(buffers.text(1));
  let version = buffers.version();
  for (let at = 0, from = 0; at < candidates.length;) {
    const number = candidates[at] ?? 0;
    const continues = number < from ? undefined : rules[number]?.take();
    at += 1;
    if (continues === undefined) continue;
    matched[number] = (matched[number] ?? 0) + 1;
    if (continues.to === 'endOfAll') return true;
    if (continues.to === 'endOfFile') return false;
    from = continues.to === 'rule' ? continues.rule : number + 1;
    if (buffers.version() === version) continue;
    // The line was rewritten: other rules may match it now.
    candidates = index.candidates(buffers.text(1));
    version = buffers.version();
    at = 0;
  }
  return false;
}
