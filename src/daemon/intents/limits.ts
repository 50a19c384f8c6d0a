import { seconds } from '../../model/time.ts';
import type { IntentLimits } from './contract.ts';

/** Bounds for whoever configures none. */
export const defaultLimits: IntentLimits = {
  waiting: 10_000,
  unsettled: 100_000,
  commands: 64,
  outputLine: 64 * 1024,
  outputLines: 1000,
  files: 64,
  connections: 64,
  queued: 8 * 1024 * 1024,
  fileQueued: 64 * 1024 * 1024,
  connectTime: seconds(60),
};
