import type { Json } from '../../model/json.ts';
import { readBindings, writeBindings, type Bindings } from './bindings.ts';
import type { SecPlace } from './contract.ts';
import type { SecActions } from './program.ts';

/** What an action list runs with. `desc` is what `%s` stands for. */
export interface Scene {
  readonly place: SecPlace;
  readonly desc: string;
  readonly bindings: Bindings;
}

/** An action list that waits for its time, as a context has it. */
export interface WaitingList {
  readonly actions: SecActions;
  readonly scene: Scene;
}

/** As rows hold it. */
export function writeScene({ place, desc, bindings }: Scene): Json {
  return [place.file, place.rule, place.line, desc, writeBindings(bindings)];
}

/** Reads what `writeScene` wrote. */
export function readScene(value: Json): Scene {
  const [file, rule, line, desc, bindings] = value as readonly [string, number, number, string, Json];
  return { place: { file, rule, line }, desc, bindings: readBindings(bindings) };
}
