/**
 * States what only our own bug could make false. Never for a user's mistake (a Diagnostic) nor for
 * a failure of the world (a value).
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`bird-sentinel bug: ${message}`);
}

/** The value, or an assertion that names what should have been there. */
export function present<T>(value: T | null | undefined, what: string): T {
  assert(value !== null && value !== undefined, `missing ${what}`);
  return value;
}

/** Ends a `switch` over a union: a new member becomes a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`bird-sentinel bug: unexpected ${JSON.stringify(value)}`);
}
