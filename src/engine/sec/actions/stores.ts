import type { Context } from '../contexts.ts';
import { linesOf } from '../events.ts';
import type { Scene } from '../scene.ts';
import type { ActionOf, ActionPorts, Acts } from './contract.ts';
import { createLookUp } from './contexts.ts';
import { wholeNumber } from './numbers.ts';

type StoreType = 'add' | 'prepend' | 'fill' | 'copy' | 'empty' | 'pop' | 'shift' | 'trim' | 'getsize';

const textOf = (lines: readonly { readonly text: string }[]): string =>
  lines.map(({ text }) => text).join('\n');

/** The stores of contexts. */
export function createStoreActions(ports: ActionPorts): Acts<StoreType> {
  const { clock, contexts, outputs, settings, texts, variables } = ports;
  const lookUp = createLookUp(ports);

  /** Whether the store takes that many lines: SEC refuses them as a whole. */
  const hasRoom = (before: number, more: number, type: string, scene: Scene): boolean => {
    if (settings.evstoresize === 0 || before + more <= settings.evstoresize) return true;
    outputs.limit('store-full', `${type}: the store of the context is full`, scene.place);
    return false;
  };

  const put = (action: ActionOf<'add' | 'prepend' | 'fill'>, scene: Scene): void => {
    const lines = linesOf(texts.inList(action.text, scene));
    const context = lookUp.ownOrNew(action, scene);
    if (context === undefined) return;
    const before = action.type === 'fill' ? 0 : context.lines.length;
    if (!hasRoom(before, lines.length, action.type, scene)) return;
    if (action.type === 'fill') contexts.takeLines(context, () => true);
    contexts.add(context, lines, action.type === 'prepend');
  };

  const takeOne = (action: ActionOf<'pop' | 'shift'>, scene: Scene): void => {
    const context = lookUp.any(action, scene);
    if (context === undefined) return;
    const wanted = action.type === 'pop' ? context.lines.length - 1 : 0;
    variables.set(action.variable, textOf(contexts.takeLines(context, (_line, index) => index === wanted)));
  };

  /** The second that a `trim` names: of the epoch, before now, or after the context's own time. */
  const trimTime = (text: string, context: Context): number | undefined => {
    const sign = text.charAt(0);
    const seconds = wholeNumber(/[-+]/.test(sign) ? text.slice(1) : text);
    if (seconds === undefined) return undefined;
    return sign === '-' ? clock.now - seconds : sign === '+' ? context.begin + seconds : seconds;
  };

  return {
    add: put,
    prepend: put,
    fill: put,
    copy(action, scene) {
      const context = lookUp.any(action, scene);
      if (context !== undefined) variables.set(action.variable, textOf(context.lines));
    },
    empty(action, scene) {
      const context = lookUp.any(action, scene);
      if (context === undefined) return;
      const taken = contexts.takeLines(context, () => true);
      if (action.variable !== undefined) variables.set(action.variable, textOf(taken));
    },
    pop: takeOne,
    shift: takeOne,
    trim(action, scene) {
      const context = lookUp.any(action, scene);
      if (context === undefined) return;
      const time = trimTime(texts.inList(action.time, scene), context);
      if (time === undefined) {
        outputs.limit('number', 'trim: this is no time', scene.place);
        return;
      }
      const taken = contexts.takeLines(context, ({ at }) => at < time);
      if (action.variable !== undefined) variables.set(action.variable, textOf(taken));
    },
    getsize({ variable, context: name }, scene) {
      const context = contexts.get(texts.inList(name, scene));
      variables.set(variable, context === undefined ? undefined : String(context.lines.length));
    },
  };
}
