import { isMilestone } from '../../kit/milestone.ts';
import type { Intent, Signal } from '../../model/intent.ts';
import type { Json } from '../../model/json.ts';
import type { Row } from '../../model/machine.ts';
import type { SecOutput, SecPlace } from './contract.ts';
import { createRowTracker } from './row-tracker.ts';
import type { Scene } from './scene.ts';

/** Where everything that a step gives is collected. */
export interface Outputs {
  do(scene: Scene, action: string, intent: Intent): void;
  /** An input is dropped though no rule says so. */
  unwatch(file: string): void;
  queued(text: string, context: string | undefined): void;
  internal(name: string): void;
  warn(code: string, text: string, place?: SecPlace): void;
  /** A warning that would come again and again: given at the 1st, 10th, 100th … time. */
  limit(code: string, text: string, place?: SecPlace): void;
  /** From now on a signal of this kind that a rule sends is lost; undefined: none is. */
  lose(signal: Signal | undefined): void;
  /** Whether a rule sent a signal since the last `take`. */
  signalled(): boolean;
  /** What came since the last call. */
  take(): SecOutput[];
  changes(): Row[];
  restore(rows: readonly (readonly [key: string, value: Json])[]): void;
}

/** How often a warning was due. */
interface Said {
  readonly key: string;
  times: number;
}

const PREFIX = 'said/';

export function createOutputs(): Outputs {
  let given: SecOutput[] = [];
  let lost: Signal | undefined;
  const said = new Map<string, Said>();
  const tracker = createRowTracker<Said>({ key: ({ key }) => PREFIX + key, value: ({ times }) => times });
  const warn: Outputs['warn'] = (code, text, place) =>
    void given.push({ type: 'warning', ...(place && { place }), code, text });
  return {
    do({ place, desc }, action, intent) {
      if (intent.type === 'signal' && intent.signal === lost) return;
      given.push({ type: 'do', place, action, desc, intent });
    },
    lose: (signal) => void (lost = signal),
    unwatch: (file) =>
      void given.push({ type: 'do', action: 'dropinput', desc: '', intent: { type: 'unwatch', file } }),
    queued: (text, context) =>
      void given.push({ type: 'queued', text, ...(context !== undefined && { context }) }),
    internal: (name) => void given.push({ type: 'internal', name }),
    warn,
    signalled: () => given.some((output) => output.type === 'do' && output.intent.type === 'signal'),
    limit(code, text, place) {
      const key = `${code} ${place?.file ?? ''} ${place?.rule ?? ''}`;
      const one = said.get(key) ?? { key, times: 0 };
      one.times += 1;
      said.set(key, one);
      tracker.touch(one);
      if (isMilestone(one.times))
        warn(code, one.times === 1 ? text : `${text} (${one.times} times so far)`, place);
    },
    take() {
      const taken = given;
      given = [];
      return taken;
    },
    changes: tracker.changes,
    restore(rows) {
      for (const [key, times] of rows) {
        if (!key.startsWith(PREFIX)) continue;
        const one = { key: key.slice(PREFIX.length), times: Number(times) };
        said.set(one.key, one);
        tracker.restored(one);
      }
    },
  };
}
