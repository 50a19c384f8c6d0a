import type { Bindings } from '../bindings.ts';
import type { SecPlace } from '../contract.ts';
import type { Operation, OperationOwner } from '../operations.ts';
import { createCapture } from './capture.ts';
import type { RuleAtWork, RuleOf, RulePorts } from './contract.ts';
import { createHalf } from './half.ts';
import { createSecond } from './second.ts';

/** How the two types of pairs differ. */
export interface Pairing {
  readonly owner: OperationOwner;
  readonly isPast: (operation: Operation) => boolean;
  /** An operation past its window is found before housekeeping comes, by a first match. */
  readonly overtaken: (operation: Operation) => void;
  readonly started: (operation: Operation) => void;
  /** A second match past the window still counts. */
  readonly lateCounts: boolean;
}

/** A rule that waits, for each first match, for a second one. */
export function createPairing(
  rule: RuleOf<'Pair' | 'PairWithWindow'>,
  place: SecPlace,
  ports: RulePorts,
  pairing: Pairing,
): RuleAtWork {
  const { operations, texts } = ports;
  const { owner } = pairing;
  const half = createHalf(rule, place, ports);
  const capture = createCapture(rule, ports.cache);
  const second = createSecond(rule, place, ports);

  const first = (bindings: Bindings): void => {
    const desc = texts.plain(rule.desc, bindings);
    const running = operations.find(owner, desc);
    if (running !== undefined && !pairing.isPast(running)) return;
    if (running !== undefined) pairing.overtaken(running);
    if (second.compiles(bindings)) pairing.started(operations.start(owner, desc, bindings));
  };

  const paired = (operation: Operation, bindings: Bindings): void => {
    const desc = texts.plain(rule.desc2, bindings);
    ports.run({ actions: rule.action2, scene: { place, desc, bindings } });
    operations.end(operation);
  };

  /** Tries every operation; whether one of them was ended by its second match. */
  const trySeconds = (): boolean => {
    let matched = false;
    for (const operation of operations.of(owner)) {
      if (!operations.runs(operation)) continue;
      const bindings = second.match(operation);
      if (bindings === undefined || !operations.runs(operation)) continue;
      if (pairing.isPast(operation) && !pairing.lateCounts) operations.end(operation);
      else {
        matched = true;
        paired(operation, bindings);
      }
    }
    return matched;
  };

  return {
    place,
    owner,
    waits: () => operations.has(owner),
    take() {
      const found = half();
      if (found === undefined) return trySeconds() ? rule.second.continues : undefined;
      first(capture(found));
      return rule.continues;
    },
  };
}
