import type { Json } from '../../model/json.ts';

/** The variables of a match by name, without sign: `1`, `user`, `_inputsrc`; null: set but undefined. */
export type MatchVariables = ReadonlyMap<string, string | null>;

/**
 * What the match variables of a text stand for. `percent` is absent but in the second half of Pair rules,
 * where `%` means the first match. A sign without variables is nothing special: `$1` stays `$1`.
 */
export interface Bindings {
  readonly dollar?: MatchVariables;
  readonly percent?: MatchVariables;
}

/** The name under which a value of the match cache (`$:{ENTRY:NAME}`) is kept among the variables. */
export const cachedName = (entry: string, name: string): string => `:${entry}:${name}`;

export const isCachedName = (name: string): boolean => name.startsWith(':');

/** The same with every value cut to `limit` characters, for what state keeps. */
export function cutBindings(bindings: Bindings, limit: number): Bindings {
  const { dollar, percent } = bindings;
  if (!isLong(dollar, limit) && !isLong(percent, limit)) return bindings;
  return joined(dollar && cut(dollar, limit), percent && cut(percent, limit));
}

/** Puts two sets of variables together; an absent one leaves its sign alone. */
export function joined(dollar: MatchVariables | undefined, percent: MatchVariables | undefined): Bindings {
  return { ...(dollar && { dollar }), ...(percent && { percent }) };
}

function isLong(variables: MatchVariables | undefined, limit: number): boolean {
  if (variables === undefined) return false;
  for (const value of variables.values()) if (value !== null && value.length > limit) return true;
  return false;
}

function cut(variables: MatchVariables, limit: number): MatchVariables {
  return new Map(
    Array.from(variables, ([name, value]) => [name, value === null ? null : value.slice(0, limit)]),
  );
}

/** As rows hold it: `[dollar, percent]`, each null or a list of names with values. */
export function writeBindings({ dollar, percent }: Bindings): Json {
  return [dollar === undefined ? null : [...dollar], percent === undefined ? null : [...percent]];
}

type Written = readonly (readonly [string, string | null])[] | null;

/** Reads what `writeBindings` wrote. */
export function readBindings(value: Json): Bindings {
  const [dollar, percent] = value as readonly [Written, Written];
  return joined(
    dollar === null ? undefined : new Map(dollar),
    percent === null ? undefined : new Map(percent),
  );
}
