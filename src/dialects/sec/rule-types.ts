import type { SecRule } from '../../engine/sec/program.ts';

/** Types of rules; `Options` is none that runs. */
export type RuleType = SecRule['type'] | 'Options';

/** The keywords a rule of some type must have and may have, besides `type`, `rem` and `label`. */
export interface RuleForm {
  readonly type: RuleType;
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Of an EventGroup: how many patterns it has. */
  readonly members: number;
}

const PATTERN = ['ptype', 'pattern'];
const PATTERN_MORE = ['continue', 'varmap', 'context'];
const SECOND = ['ptype2', 'pattern2', 'desc2', 'action2'];
const SECOND_MORE = ['continue2', 'varmap2', 'context2'];
const SINGLE = [...PATTERN, 'desc', 'action'];

const forms: Readonly<Record<RuleType, Pick<RuleForm, 'required' | 'optional'>>> = {
  Single: { required: SINGLE, optional: PATTERN_MORE },
  SingleWithScript: {
    required: [...SINGLE, 'script'],
    optional: [...PATTERN_MORE, 'shell', 'action2'],
  },
  SingleWithSuppress: { required: [...SINGLE, 'window'], optional: PATTERN_MORE },
  SingleWithThreshold: {
    required: [...SINGLE, 'window', 'thresh'],
    optional: [...PATTERN_MORE, 'action2'],
  },
  SingleWith2Thresholds: {
    required: [...SINGLE, 'window', 'thresh', 'desc2', 'action2', 'window2', 'thresh2'],
    optional: PATTERN_MORE,
  },
  Pair: { required: [...SINGLE, ...SECOND], optional: [...PATTERN_MORE, ...SECOND_MORE, 'window'] },
  PairWithWindow: {
    required: [...SINGLE, ...SECOND, 'window'],
    optional: [...PATTERN_MORE, ...SECOND_MORE],
  },
  EventGroup: {
    required: ['desc', 'action', 'window'],
    optional: ['init', 'slide', 'end', 'multact', 'egptype', 'egpattern'],
  },
  Suppress: { required: PATTERN, optional: ['varmap', 'context', 'desc'] },
  Calendar: { required: ['time', 'desc', 'action'], optional: ['context'] },
  Jump: { required: PATTERN, optional: [...PATTERN_MORE, 'cfset', 'constset', 'desc'] },
  Options: { required: [], optional: ['joincfset', 'procallin'] },
};

const names: ReadonlyMap<string, RuleType> = new Map(
  // Object.keys loses the type of the keys; the table above has no others.
  (Object.keys(forms) as RuleType[]).map((type) => [type.toLowerCase(), type]),
);

/** All type names, for hints. */
export const ruleTypeNames: readonly string[] = [...names.values()];

/** What a rule of the type written as `name` looks like; undefined: there is none. */
export function ruleForm(name: string): RuleForm | undefined {
  const group = /^eventgroup(\d+)$/i.exec(name);
  const type = group === null ? names.get(name.toLowerCase()) : 'EventGroup';
  if (type === undefined || Number(group?.[1] ?? 1) === 0) return undefined;
  if (type !== 'EventGroup') return { type, ...forms[type], members: 0 };
  const members = Math.min(Number(group?.[1] ?? 1), MOST_MEMBERS + 1);
  const suffixes = Array.from({ length: members }, (_, index) => suffix(index + 1));
  const each = (keys: readonly string[]): readonly string[] =>
    suffixes.flatMap((end) => keys.map((key) => key + end));
  return {
    type,
    members,
    required: [...each(PATTERN), ...forms.EventGroup.required],
    optional: [...each([...PATTERN_MORE, 'count', 'thresh', 'egtoken']), ...forms.EventGroup.optional],
  };
}

/** Most patterns of one EventGroup. */
export const MOST_MEMBERS = 1000;

/** What stands behind the keywords of a group's member, from 1: the first has none. */
export const suffix = (member: number): string => (member === 1 ? '' : String(member));
