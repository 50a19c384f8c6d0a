import { addedSource } from '../engine/sec-rule.ts';
import type { RuleInput } from '../engine/rule-machine.ts';
import type { Instant } from '../model/time.ts';
import { namedSource } from '../sources/named.ts';
import { done, lost, type Outcome } from './intents/contract.ts';
import { textOf } from './intents/bytes.ts';
import type { InputIntent } from './intents/carrier.ts';
import type { SourceGroup } from './source-group.ts';

/** Sources that rules add and drop while the program runs. */
export interface AddedInputs {
  /** Carries out what a rule wants. */
  carry(rule: string, intent: InputIntent): Promise<Outcome>;
  /** Opens those that rules had added before, where reading them ended. */
  reopen(inputs: readonly AddedInput[]): void;
}

/** One that a rule added, as the engine knows it. */
export type AddedInput = RuleInput & { readonly rule: string };

export interface AddedInputPorts {
  readonly sources: Pick<SourceGroup, 'add' | 'drop' | 'isOpen' | 'pumps'>;
  readonly now: () => Instant;
  /** The scanner of a new source: its lines are for its rule, and for all rules of any source. */
  readonly bind: (source: string, rule: string) => void;
}

/** None as yet. */
export function createAddedInputs({ sources, now, bind }: AddedInputPorts): AddedInputs {
  /** One after the other: a rule may drop an input and add it again in one list. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<Outcome>): Promise<Outcome> => {
    const carried = last.then(work);
    last = carried.catch(() => undefined);
    return carried;
  };

  const add = async (
    name: string,
    rule: string,
    { file, offset }: Where,
    fresh: boolean,
  ): Promise<Outcome> => {
    const path = textOf(file);
    // With its sources closed the program opens all that the engine knows of.
    if (!sources.isOpen()) return done;
    if (sources.pumps().some((pump) => pump.name === name)) return done;
    if (isRead(path)) return lost('it is an input already');
    bind(name, rule);
    const source = await namedSource(path, offset, now());
    if (sources.isOpen()) sources.add(name, source, fresh);
    return done;
  };

  const isRead = (path: string): boolean =>
    sources.pumps().some(({ conditions }) => conditions().has(path === '-' ? 'stdin' : path));

  return {
    carry(rule, intent) {
      const name = addedSource(rule, textOf(intent.file));
      return inTurn(async () => {
        if (intent.type === 'watch') return add(name, rule, intent, true);
        await sources.drop(name);
        return done;
      });
    },
    reopen(inputs) {
      for (const input of inputs) void inTurn(() => add(input.source, input.rule, input, false));
    },
  };
}

type Where = Pick<RuleInput, 'file' | 'offset'>;
