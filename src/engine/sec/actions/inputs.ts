import { linesOf } from '../events.ts';
import type { Signal } from '../../../model/intent.ts';
import type { ActionPorts, Acts } from './contract.ts';
import { wholeNumber } from './numbers.ts';

const SIGNALS: ReadonlySet<string> = new Set<Signal>(['HUP', 'ABRT', 'USR1', 'USR2', 'INT', 'TERM']);

const isSignal = (name: string): name is Signal => SIGNALS.has(name);

/** What changes the input: lines that came, files to read, signals. */
export function createInputActions(
  ports: ActionPorts,
): Acts<'rewrite' | 'addinput' | 'dropinput' | 'sigemul'> {
  const { buffers, inputs, outputs, texts } = ports;
  return {
    rewrite(action, scene) {
      const count = wholeNumber(texts.inList(action.count, scene));
      const lines = linesOf(texts.inList(action.text, scene));
      if (count !== undefined) buffers.rewrite(count === 0 ? lines.length : count, lines);
      else outputs.limit('number', 'rewrite: this is no number of lines', scene.place);
    },
    addinput(action, scene) {
      const asked = texts.inList(action.offset, scene);
      const offset = asked === '-' ? 'end' : wholeNumber(asked);
      if (offset === undefined) {
        outputs.limit('number', 'addinput: this is no offset', scene.place);
        return;
      }
      const file = texts.inList(action.file, scene);
      const context = action.context === undefined ? {} : { context: texts.inList(action.context, scene) };
      if (inputs.add({ file, offset, ...context }))
        outputs.do(scene, 'addinput', { type: 'watch', file, offset, ...context });
      else outputs.limit('inputs', 'addinput: there are too many added inputs', scene.place);
    },
    dropinput(action, scene) {
      const file = texts.inList(action.file, scene);
      inputs.drop(file);
      outputs.do(scene, 'dropinput', { type: 'unwatch', file });
    },
    sigemul({ signal }, scene) {
      const name = texts.inList(signal, scene);
      if (isSignal(name)) outputs.do(scene, 'sigemul', { type: 'signal', signal: name });
      else outputs.limit('signal', 'sigemul: there is no such signal', scene.place);
    },
  };
}
