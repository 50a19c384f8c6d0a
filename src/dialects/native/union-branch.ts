import type { z } from 'zod';
import { closest } from '../../kit/distance.ts';
import { keysAt, unionAt, type Schema } from './schema-keys.ts';

type Issue = z.core.$ZodIssue;

/** One member of a union with what it found wrong. */
export interface Branch {
  readonly schema: Schema;
  readonly issues: readonly Issue[];
  /** How many keys of the value are keys of this member, or look like one misspelt. */
  readonly near: number;
}

/**
 * The member of the union at `path` that the user most likely meant by `value`: one that is made for
 * values of that type, and then the one that has the fewest keys to complain about. Undefined when no
 * member takes values of that type at all.
 */
export function meantBranch(
  errors: readonly (readonly Issue[])[],
  schema: Schema,
  path: readonly PropertyKey[],
  value: unknown,
): Branch | undefined {
  const options = unionAt(schema, path);
  let best: Branch | undefined;
  let least = Infinity;
  for (const [index, issues] of errors.entries()) {
    const option = options[index];
    if (option === undefined || issues.some(refusesType)) continue;
    const near = nearKeys(option, value);
    const cost = costOf(issues) - 2 * near;
    if (cost < least) {
      least = cost;
      best = { schema: option, issues, near };
    }
  }
  return best;
}

const refusesType = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

/** A key too many or too few says more about what was not meant than a wrong value deeper inside. */
function costOf(issues: readonly Issue[]): number {
  let cost = 0;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') cost += issue.keys.length * 3;
    else cost += issue.path.length === 1 ? 2 : 1;
  }
  return cost;
}

function nearKeys(option: Schema, value: unknown): number {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 0;
  const { names } = keysAt(option, []);
  return Object.keys(value).filter((key) => closest(key, names) !== undefined).length;
}
