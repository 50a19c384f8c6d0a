import { formatDuration } from '../kit/duration.ts';
import type { Effect } from '../model/effect.ts';
import type { Program, Rule } from '../model/program.ts';
import { millis, type Instant } from '../model/time.ts';

/** What history would have a rule be set to; nothing is changed by it. */
export interface Proposal {
  readonly rule: string;
  /** What would stand in the rule, as YAML. */
  readonly set: string;
  /** What it does to this history, as a sentence. */
  readonly why: string;
}

/** Watches raises, and proposes how to be told less of the same. */
export interface Learner {
  effect(effect: Effect): void;
  proposals(): readonly Proposal[];
}

const minute = 60_000;
const hour = 60 * minute;

/** Lengths that people write, longest last. */
const quiets: readonly (readonly [name: string, length: number])[] = [
  ['15m', 15 * minute],
  ['1h', hour],
  ['6h', 6 * hour],
  ['1d', 24 * hour],
];
const reaches = [2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];
/** What a rule that tells of each line would count within. */
const plainWindow = 10 * minute;
/** A rule with fewer messages needs no advice. */
const worthSaying = 20;
const mostKeys = 20_000;

interface Burst {
  last: Instant;
  /** Lines in it, or the most that a window held. */
  size: number;
  /** For each length of `quiets`: when it was told last; behind them, with the quiet that the rule has. */
  readonly told: number[];
}

interface Watched {
  readonly keys: Map<string, Burst>;
  raises: number;
  /** Its alerts are open until the rule says that they are over: each one is told, however quiet it is. */
  clears: boolean;
  /** How often it would be told for each length of `quiets`; behind them, as the rule is. */
  readonly tellings: number[];
  /** How many bursts ended at each size. */
  readonly sizes: Map<number, number>;
}

/** Nothing is known yet. */
export function createLearner(program: Program): Learner {
  const rules = new Map(program.rules.map((rule) => [rule.id, rule]));
  const watched = new Map<string, Watched>();

  const raised = (rule: Rule, effect: Extract<Effect, { type: 'raise' }>): void => {
    const known = watched.get(rule.id);
    const state: Watched = known ?? {
      keys: new Map(),
      raises: 0,
      clears: false,
      tellings: [...quiets.map(() => 0), 0],
      sizes: new Map(),
    };
    if (known === undefined) watched.set(rule.id, state);
    const { now, occurrence } = effect;
    const key = JSON.stringify(effect.key);
    const window = occurrence.window ?? plainWindow;
    const before = state.keys.get(key);
    const goesOn = before !== undefined && now - before.last <= window;
    const isCounted = occurrence.window !== undefined;
    const burst: Burst = before ?? { last: now, size: 0, told: state.tellings.map(() => -Infinity) };
    if (!goesOn && before !== undefined) endBurst(state, before);
    burst.size = isCounted
      ? Math.max(goesOn ? burst.size : 0, occurrence.count)
      : (goesOn ? burst.size : 0) + 1;
    state.raises += 1;
    state.clears ||= effect.clears === true;
    const ownQuiet = effect.quiet ?? 0;
    [...quiets.map(([, length]) => length), 0].forEach((length, index) => {
      if (now - (burst.told[index] ?? -Infinity) < Math.max(length, ownQuiet)) return;
      burst.told[index] = now;
      state.tellings[index] = (state.tellings[index] ?? 0) + 1;
    });
    burst.last = now;
    // The newest last: those that are forgotten are the oldest.
    state.keys.delete(key);
    state.keys.set(key, burst);
    if (state.keys.size > mostKeys) forgetOldest(state);
  };

  return {
    effect(effect) {
      if (effect.type !== 'raise') return;
      const rule = rules.get(effect.rule);
      if (rule !== undefined && rule.origin.dialect === 'native') raised(rule, effect);
    },
    proposals: () =>
      [...watched].flatMap(([id, state]) => {
        const rule = rules.get(id);
        if (rule === undefined) return [];
        return [...proposeQuiet(rule, state), ...proposeReach(rule, state)];
      }),
  };
}

function endBurst({ sizes }: Watched, { size }: Burst): void {
  sizes.set(size, (sizes.get(size) ?? 0) + 1);
}

function forgetOldest(state: Watched): void {
  const [oldest] = state.keys;
  if (oldest === undefined) return;
  endBurst(state, oldest[1]);
  state.keys.delete(oldest[0]);
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** The shortest length that leaves less than half of the messages, and then saves little more when longer. */
function proposeQuiet({ id }: Rule, { tellings, clears }: Watched): readonly Proposal[] {
  if (clears) return [];
  const quieter = tellings.slice(0, quiets.length);
  const asItIs = tellings[quiets.length] ?? 0;
  const index = quieter.findIndex((count, at) => {
    const next = quieter[at + 1] ?? count;
    return count * 2 <= asItIs && count - next < asItIs / 10;
  });
  const [name] = quiets[index] ?? [];
  if (name === undefined || asItIs < worthSaying) return [];
  const why = `told ${times(quieter[index] ?? 0)} instead of ${asItIs}, and when it is over`;
  return [{ rule: id, set: `quiet: ${name}`, why }];
}

/** The least threshold that leaves the highest tenth of the bursts. */
function proposeReach({ id, kind, options }: Rule, state: Watched): readonly Proposal[] {
  const { distinct, within } = options;
  const isPlain = kind === 'each';
  if ((!isPlain && typeof options['reach'] !== 'number') || distinct !== undefined) return [];
  const bursts = new Map(state.sizes);
  for (const { size } of state.keys.values()) bursts.set(size, (bursts.get(size) ?? 0) + 1);
  const all = [...bursts.values()].reduce((sum, count) => sum + count, 0);
  if (all < worthSaying) return [];
  const above = (reach: number): number =>
    [...bursts].reduce((sum, [size, count]) => sum + (size >= reach ? count : 0), 0);
  const current = isPlain ? 1 : Number(options['reach']);
  const reach = reaches.find((one) => one > current && above(one) <= all / 10);
  if (reach === undefined || above(reach) === 0) return [];
  const length = isPlain ? '10m' : typeof within === 'number' ? formatDuration(millis(within)) : '';
  return [
    {
      rule: id,
      set: `count: { reach: ${reach}, within: ${length} }`,
      why: `${above(reach)} of ${all} runs of such lines are as long as that`,
    },
  ];
}
