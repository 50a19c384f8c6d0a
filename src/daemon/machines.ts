import type { Alerting } from '../alerting/alerting.ts';
import type { AlertingInput, AlertingOutput } from '../alerting/contract.ts';
import type { Engine } from '../engine/engine.ts';
import type { Effect, EngineInput } from '../model/effect.ts';
import type { Instant } from '../model/time.ts';

/** What a rule wanted a human to know that is not an alert. */
export type Note = Extract<Effect, { readonly type: 'note' }>;

/** What is to be done in the world. */
export type DoEffect = Extract<Effect, { type: 'do' }>;

/** What one step decided. */
export interface Decided {
  readonly outputs: readonly AlertingOutput[];
  readonly notes: readonly Note[];
  readonly intents: readonly DoEffect[];
}

const nothing: Decided = { outputs: [], notes: [], intents: [] };

/** The two machines, joined: effects of the engine are inputs of alerting. */
export interface Machines {
  readonly engine: Engine;
  readonly alerting: Alerting;
  /** Steps the engine, and alerting with every effect at `alertingNow`. */
  correlate(input: EngineInput, alertingNow: Instant): Decided;
  decide(input: AlertingInput): Decided;
}

/** Joins an engine and an alerting machine. */
export function joinMachines(engine: Engine, alerting: Alerting): Machines {
  return {
    engine,
    alerting,
    correlate(input, alertingNow) {
      const effects = engine.step(input);
      // Most of what is looked at comes to nothing.
      if (effects.length === 0) return nothing;
      const outputs: AlertingOutput[] = [];
      const notes: Note[] = [];
      const intents: DoEffect[] = [];
      for (const effect of effects) {
        if (effect.type === 'note') notes.push(effect);
        else if (effect.type === 'do') intents.push(effect);
        else outputs.push(...alerting.step({ type: 'effect', now: alertingNow, effect }));
      }
      return { outputs, notes, intents };
    },
    decide: (input) => ({ outputs: alerting.step(input), notes: [], intents: [] }),
  };
}
