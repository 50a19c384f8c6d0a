import { z } from 'zod';
import type { Occurrence } from '../../model/alert.ts';
import type { JsonObject } from '../../model/json.ts';
import { instant, millis } from '../../model/time.ts';
import { absorb, ruleKind, type KeyForm, type Match } from '../kind.ts';
import { keptFields } from '../occurrence.ts';
import { durationOption, memberOptions, partOfMember, type MemberForm } from '../options.ts';

const options = z.strictObject({
  within: durationOption.describe('The most time from the first of them to the last: 5m.'),
  of: z
    .array(memberOptions({}))
    .min(2)
    .max(10)
    .describe('What must come together, in any order: lines, or raises of other rules.'),
});

interface TogetherOptions extends JsonObject {
  readonly within: number;
  readonly of: readonly MemberForm[];
}

/** A match of some members, by its own time. */
interface Mark {
  readonly at: number;
  readonly members: readonly number[];
  readonly groups: JsonObject;
}

interface TogetherState {
  /** The machine's clock at the last match. */
  seen: number;
  marks: readonly Mark[];
}

interface Shape {
  readonly members: number;
  readonly within: number;
  readonly late: number;
}

/** Matches held for one key beside the newest of each member; only disorder needs more than those. */
const MOST_MARKS = 64;

/** Raises at every match while a window of `within` that holds it has one of each member. */
export const together = ruleKind<TogetherOptions>({
  kind: 'together',
  summary: 'Raises when several lines, or raises of other rules, come within a time, in any order.',
  options,
  quiet: ({ within }) => millis(within),
  parts: ({ of }) => of.map((member, index) => partOfMember(member, ['of', index])),
  create({ within, of }, ports) {
    const shape: Shape = { members: of.length, within, late: ports.late };
    const table = ports.table(togetherForm(shape));
    return {
      match(match) {
        const { at, now } = match;
        const entry = table.open(match.key, now, () => ({ seen: now, marks: [] }));
        const { state } = entry;
        const newest = state.marks.at(-1)?.at ?? at;
        if (at < newest - shape.late) return absorb('late');
        const mark: Mark = { at, members: match.parts, groups: keptFields(match.groups()) };
        const marks = state.marks.toSpliced(
          state.marks.findLastIndex((other) => other.at <= at) + 1,
          0,
          mark,
        );
        state.seen = now;
        state.marks = pruned(marks, shape);
        table.touch(entry);
        const found = windowAround(marks, mark, shape);
        return found === undefined
          ? absorb('step')
          : { type: 'raise', occurrence: occurrenceOf(found, match, shape) };
      },
    };
  },
});

/** The matches of the earliest window around `mark` that has every member; the newest of each. */
function windowAround(
  marks: readonly Mark[],
  mark: Mark,
  { members, within }: Shape,
): readonly Mark[] | undefined {
  const near = marks.filter(({ at }) => Math.abs(at - mark.at) <= within);
  for (const { at: start } of near) {
    const inside = near.filter(({ at }) => at >= start && at <= start + within);
    const chosen = newestOfEach(inside, members);
    if (chosen.length === members) return [...new Set([...chosen, mark])].toSorted((a, b) => a.at - b.at);
  }
  return undefined;
}

/** The newest match of each member that has one, by member. */
function newestOfEach(marks: readonly Mark[], members: number): readonly Mark[] {
  return Array.from({ length: members }, (_, member) =>
    marks.findLast((mark) => mark.members.includes(member)),
  ).filter((mark) => mark !== undefined);
}

/** Forgets what is too old to count together with anything, and what is too much; never the newest of a member. */
function pruned(marks: readonly Mark[], { members, within, late }: Shape): readonly Mark[] {
  const horizon = (marks.at(-1)?.at ?? 0) - within - late;
  const live = marks.filter(({ at }) => at >= horizon);
  if (live.length <= MOST_MARKS) return live;
  const newest = newestOfEach(live, members);
  const spare = live.find((mark) => !newest.includes(mark));
  return live.filter((mark) => mark !== spare);
}

function occurrenceOf(found: readonly Mark[], match: Match, { within }: Shape): Occurrence {
  const own = match.occurrence();
  const fields: JsonObject = Object.assign({}, ...found.map(({ groups }) => groups));
  return {
    ...own,
    count: found.length,
    first: instant(found[0]?.at ?? own.first),
    last: instant(found.at(-1)?.at ?? own.last),
    window: millis(within),
    fields: { ...fields, ...own.fields },
  };
}

/** A key is forgotten when nothing that may still come in time could count together with what it has. */
function togetherForm({ within, late }: Shape): KeyForm<TogetherState> {
  return {
    due: ({ seen }) => instant(seen + within + late + 1),
    write: ({ seen, marks }) => [seen, marks.map(({ at, members, groups }) => [at, [...members], groups])],
    read: (value) => {
      const [seen, marks] = value as WrittenState;
      return { seen, marks: marks.map(([at, members, groups]) => ({ at, members, groups })) };
    },
  };
}

type WrittenState = readonly [
  seen: number,
  marks: readonly (readonly [at: number, members: readonly number[], groups: JsonObject])[],
];
