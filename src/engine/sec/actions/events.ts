import type { Scene } from '../scene.ts';
import type { ActionOf, ActionPorts, Acts } from './contract.ts';
import { wholeNumber } from './numbers.ts';

/** Synthetic events. */
export function createEventActions({
  events,
  outputs,
  texts,
}: ActionPorts): Acts<'event' | 'tevent' | 'cevent'> {
  const timed = (action: ActionOf<'tevent' | 'cevent'>, scene: Scene): void => {
    const delay = wholeNumber(texts.inList(action.delay, scene));
    if (delay === undefined) {
      outputs.limit('number', `${action.type}: this is no number of seconds`, scene.place);
      return;
    }
    const context = 'context' in action ? texts.inList(action.context, scene) : undefined;
    events.create(texts.inList(action.text, scene), delay, context);
  };
  return {
    event: ({ delay, text }, scene) => events.create(texts.inList(text, scene), delay),
    tevent: timed,
    cevent: timed,
  };
}
