import type { When } from '../alerting/contract.ts';
import { closest } from '../kit/distance.ts';
import { isGlob, matchesGlob } from '../kit/glob.ts';
import type { Pattern, Program } from '../model/program.ts';

/** What a silence asks for that no alert of these rules has, as far as that is known: in words for a person. */
export function unknownConditions({ rule = [], fields }: When, { rules }: Program): readonly string[] {
  const ids = rules.map(({ id }) => id);
  const names = [
    ...new Set([...always, ...rules.flatMap((each) => [...each.key, ...fieldsOf(each.pattern)])]),
  ];
  return [
    ...rule.filter((glob) => isDead(glob, ids)).map((glob) => unknown('rule', glob, ids)),
    ...Object.keys(fields)
      .filter((name) => !names.includes(name))
      .map((name) => unknown('alert field', name, names)),
  ];
}

const always = ['severity', 'rule', 'host', 'program', 'source'];

/** What the program says about itself, and what is sent by hand, has rules that stand in no file. */
const isDead = (glob: string, ids: readonly string[]): boolean =>
  !glob.startsWith('sentinel/') && !ids.some((id) => matchesGlob(glob, id));

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = isGlob(name) ? undefined : closest(name, known);
  const hint = near === undefined ? '' : `; did you mean '${near}'?`;
  return `no ${what} '${name}' is known to the configuration${hint}`;
}

/** The groups that a pattern names, and the fields that it asks for. */
function fieldsOf(pattern: Pattern): readonly string[] {
  switch (pattern.type) {
    case 'regex':
      return [...pattern.source.matchAll(/\(\?P?<(\w+)>/g)].map(([, name = '']) => name);
    case 'field':
      return [pattern.field];
    case 'all':
    case 'any':
      return pattern.of.flatMap(fieldsOf);
    default:
      return [];
  }
}
