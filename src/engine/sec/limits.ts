import type { SecLimits } from './contract.ts';

/** Bounds where SEC itself has none; each says when it is reached. */
export const secLimits: SecLimits = {
  eventsPerInput: 10_000,
  rounds: 10_000,
  operations: 100_000,
  contexts: 100_000,
  store: 10_000,
  value: 64 * 1024,
};
