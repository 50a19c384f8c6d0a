import type { AddedInputs } from '../added-inputs.ts';
import type { Buffers } from '../buffer.ts';
import type { Cache } from '../cache.ts';
import type { Children } from '../children.ts';
import type { Clock } from '../clock.ts';
import type { SecLimits } from '../contract.ts';
import type { Contexts } from '../contexts.ts';
import type { Events } from '../events.ts';
import type { Operations } from '../operations.ts';
import type { Outputs } from '../outputs.ts';
import type { Perl } from '../perl.ts';
import type { SecAction, SecActions, SecSettings } from '../program.ts';
import type { Scene } from '../scene.ts';
import type { Shell } from '../shell.ts';
import type { Texts } from '../texts.ts';
import type { Variables } from '../variables.ts';

/** What actions work on. */
export interface ActionPorts {
  readonly buffers: Buffers;
  readonly cache: Cache;
  readonly children: Children;
  readonly clock: Clock;
  readonly contexts: Contexts;
  readonly events: Events;
  readonly inputs: AddedInputs;
  readonly limits: SecLimits;
  readonly operations: Operations;
  readonly outputs: Outputs;
  readonly perl: Perl;
  readonly settings: SecSettings;
  readonly shell: Shell;
  readonly texts: Texts;
  readonly variables: Variables;
}

/** How a list goes on after an action. */
export type Flow = 'on' | 'break' | 'continue';

/** Runs a list until its end, a `break` or a `continue`. */
export type RunList = (actions: SecActions, scene: Scene) => Flow;

export type ActionType = SecAction['type'];

type Holding<A, T> = A extends { readonly type: infer U } ? (T extends U ? A : never) : never;

/** The action of one type, as data. */
export type ActionOf<T extends ActionType> = Holding<SecAction, T>;

/** Does an action; nothing said: the list goes on. */
export type Act<T extends ActionType> = (action: ActionOf<T>, scene: Scene) => Flow | void;

/** Some types of actions with what they do. */
export type Acts<T extends ActionType> = { readonly [K in T]: Act<K> };
