import { createCapture } from './capture.ts';
import type { CreateRule } from './contract.ts';
import { createHalf } from './half.ts';

/** Runs its list at each match. */
export const createSingle: CreateRule<'Single'> = (rule, place, ports) => {
  const half = createHalf(rule, place, ports);
  const capture = createCapture(rule, ports.cache);
  return {
    place,
    take() {
      const found = half();
      if (found === undefined) return undefined;
      const bindings = capture(found);
      const desc = ports.texts.plain(rule.desc, bindings);
      ports.run({ actions: rule.action, scene: { place, desc, bindings } });
      return rule.continues;
    },
  };
};
